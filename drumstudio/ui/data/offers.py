"""What can be done about the chosen files: remedies that several of them share, and their undoing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drumstudio.app.training.data import DataPlan
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.verdicts import Offer
from drumstudio.ui.data.file_rows import FileRow

LEAVE_OUT = "Leave out"


@dataclass(frozen=True, slots=True)
class Way:
    """One button: its words, the offers it takes, and how many of the chosen files they are for."""

    words: str
    offers: tuple[Offer, ...]
    files: int

    @property
    def button(self) -> str:
        """The words, with the number of files where there are several."""
        return f"{self.words} ({self.files:,} files)" if self.files > 1 else self.words

    def taken(self, plan: DataPlan) -> DataPlan:
        """`plan` with all of them taken."""
        for offer in self.offers:
            plan = plan.remedied(offer)
        return plan


def ways_of(rows: Sequence[FileRow]) -> tuple[Way, ...]:
    """Ways out for these files, those that help most of them first; at last to leave them out."""
    grouped: dict[str, list[Offer]] = {}
    for row in rows:
        for offer in row.verdict.remedies:
            grouped.setdefault(offer.label, []).append(offer)
    # Files that are to be joined offer the very same thing.
    ways = [
        Way(words, tuple({offer.file: offer for offer in offers}.values()), len(offers))
        for words, offers in grouped.items()
    ]
    ways.sort(key=lambda way: -way.files)
    left = [row for row in rows if row.kind not in ("skipped", "joined")]
    if left and not any(offer.kind == "skip" for way in ways for offer in way.offers):
        skip = Remedy(skip=True)
        offers = tuple(Offer(row.path, "skip", LEAVE_OUT, skip) for row in left)
        ways.append(Way(LEAVE_OUT, offers, len(left)))
    return tuple(ways)


def remedied(plan: DataPlan, rows: Sequence[FileRow]) -> tuple[str, ...]:
    """The files whose remedies made these rows what they are: their own, or one they are joined to."""
    chosen = {row.path for row in rows}
    return tuple(
        file for file, remedy in plan.remedies.items() if file in chosen or chosen.intersection(remedy.join)
    )


def without_remedies(plan: DataPlan, files: Sequence[str]) -> DataPlan:
    """`plan` with these files read as they are."""
    for file in files:
        plan = plan.with_remedy(file, Remedy())
    return plan
