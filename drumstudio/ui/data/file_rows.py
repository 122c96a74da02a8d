"""Verdicts in the words of the table, the totals and the details; nothing here knows of widgets."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from drumstudio.app.training.data import DataSource, Judgement
from drumstudio.domain.drums import DRUM_MAPS, Drum
from drumstudio.ml.data.verdicts import Verdict
from drumstudio.ui.data.share_bar import Share

# Kinds of verdicts in the order of the totals; "doubt" is what is used but may be read wrongly.
DOUBT = "doubt"
NONE = "—"
SPLIT_WORDS = {"train": "training", "validation": "validation", "test": "test"}
SPLIT_COLOURS = {"train": "go", "validation": "primer", "test": "accent_text"}
_DIGITS = re.compile(r"(\d+)")
_MOST_METERS = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """What people read for a kind of verdict: in the totals, in the table, and its theme colour."""

    total: str
    cell: str
    colour: str


KINDS: dict[str, Kind] = {
    "used": Kind("Used", "ok", "go"),
    DOUBT: Kind("Used, worth a look", "ok, have a look", "primer"),
    "joined": Kind("Used within another file", "joined", "go"),
    "short": Kind("Too short (under 2 bars)", "too short", "warn"),
    "channel": Kind("No drum channel", "no drum channel", "warn"),
    "drums": Kind("No drums of the map", "no drums", "warn"),
    "notes": Kind("No notes", "no notes", "warn"),
    "click": Kind("Only a click", "only a click", "warn"),
    "meter": Kind("Meter without whole steps", "odd meter", "warn"),
    "size": Kind("Too large", "too large", "bad"),
    "unreadable": Kind("Not readable", "not readable", "bad"),
    "filtered": Kind("Not asked for", "not asked for", "text_faint"),
    "skipped": Kind("Left out by you", "left out", "text_faint"),
}
_ORDER = {name: at for at, name in enumerate(KINDS)}


def kind_of(verdict: Verdict) -> str:
    """Which of `KINDS` a verdict is."""
    return DOUBT if verdict.used and verdict.doubt else verdict.kind


def _kind(name: str) -> Kind:
    """The words of a kind; one that is new here is said as it is called."""
    return KINDS.get(name) or Kind(name.capitalize(), name, "warn")


def shares(verdicts: Iterable[Verdict]) -> tuple[tuple[str, Share], ...]:
    """The totals by kind, in order, as (kind, share); kinds that no file is of are left out."""
    counts = Counter(kind_of(verdict) for verdict in verdicts)
    named = sorted(counts, key=lambda name: _ORDER.get(name, len(_ORDER)))
    return tuple((name, Share(_kind(name).total, counts[name], _kind(name).colour)) for name in named)


@dataclass(frozen=True)
class FileRow:
    """A judged file as the table shows it; `cells`, `tips`, `spoken` and `keys` go by column."""

    name: str
    verdict: Verdict
    source: DataSource | None

    @property
    def path(self) -> str:
        """The file, as its verdict names it."""
        return self.verdict.file

    @property
    def used(self) -> bool:
        """Whether something of it is learned from."""
        return self.verdict.used

    @cached_property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return kind_of(self.verdict)

    @property
    def colour(self) -> str:
        """Theme colour of its use."""
        return _kind(self.kind).colour

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        split = SPLIT_WORDS.get(self.verdict.split, "") if self.used else ""
        return (
            self.name,
            _bars(_length(self.verdict)) or NONE,
            found_words(self.verdict) or self.verdict.reason,
            split or NONE,
            use_words(self.verdict),
        )

    @cached_property
    def tips(self) -> tuple[str, ...]:
        """What the mouse is told over each cell."""
        verdict, reason = self.verdict, sentence(self.verdict.reason)
        group = group_words(verdict)
        length = _length(verdict)
        partly = (
            f"{verdict.bars:,} of {_bars(length)} used" if verdict.used and verdict.bars != length else ""
        )
        return (self.path, partly, self.cells[2], group, reason)

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """What screen readers say for each cell."""
        name, length, _, split, use = (cell.replace(NONE, "none") for cell in self.cells)
        found = found_words(self.verdict, "channel").replace(" · ", ", ") or self.verdict.reason
        return (name, length, found, split, f"{use}: {self.verdict.reason}")

    @cached_property
    def keys(self) -> tuple[Any, ...]:
        """What each column but the first sorts by: names are in order from the start."""
        verdict = self.verdict
        splits = list(SPLIT_WORDS)
        split = splits.index(verdict.split) if self.used and verdict.split in splits else len(splits)
        return (
            None,
            _length(verdict),
            self.cells[2],
            split,
            (_ORDER.get(self.kind, len(_ORDER)), not verdict.remedies, verdict.reason),
        )

    def prepare(self) -> None:
        """Make now, off the window's thread, what sorting and searching ask of every row."""
        _ = self.keys, self.searched

    @cached_property
    def searched(self) -> str:
        """What a search looks through."""
        verdict = self.verdict
        words = (self.path, *self.cells[1:], verdict.reason, verdict.doubt, verdict.applied)
        return "\n".join(words).casefold()


def rows_of(judgement: Judgement) -> tuple[FileRow, ...]:
    """The rows of everything that was judged, by name."""
    sources = {str(source.path): source for source in judgement.plan.sources}
    owned = [(verdict, sources.get(verdict.source)) for verdict in judgement.verdicts]
    several = len({source.path for _, source in owned if source is not None}) > 1
    rows = [FileRow(_name(verdict.file, source, several), verdict, source) for verdict, source in owned]
    return tuple(sorted(rows, key=lambda row: natural(row.name)))


def _name(file: str, source: DataSource | None, several: bool) -> str:
    """A file's path within its source, after the source's name where there are several."""
    if source is None:
        return file
    # What a saved data set holds has names of its own.
    inside = os.path.relpath(file, source.path) if Path(file).is_absolute() else file
    if inside == os.curdir:
        return source.path.name
    return os.path.join(source.name, inside) if several else inside  # noqa: PTH118 - no path to open


def natural(text: str) -> tuple[Any, ...]:
    """A key that sorts take 10 after take 2."""
    parts = _DIGITS.split(text.casefold())
    return tuple((int(part), part) if at % 2 else (0, part) for at, part in enumerate(parts))


def found_words(verdict: Verdict, channel: str = "ch") -> str:
    """What was found in a file, on one line; "" where nothing was; `channel` is the word for one."""
    found = verdict.found
    meters = found.meters or tuple(word for word in verdict.meter.split(", ") if word)
    parts = [", ".join(meters[:_MOST_METERS]) + (" …" if len(meters) > _MOST_METERS else "")]
    parts.append(_tempo(found.qpms or ((verdict.qpm,) if verdict.qpm else ())))
    if found.drums:
        parts.append(f"{len(found.drums)} drum{'' if len(found.drums) == 1 else 's'}")
    if verdict.channel is not None:
        parts.append(f"{channel} {verdict.channel + 1}")
    if verdict.map:
        parts.append(map_label(verdict.map))
    if verdict.feel and verdict.feel != "straight":
        parts.append(verdict.feel)
    parts.append(" ".join(word for word in (verdict.style, verdict.beat_type) if word))
    return " · ".join(part for part in parts if part)


def group_words(verdict: Verdict) -> str:
    """Why a file is on the side of the split where it is, "" where nothing held it there."""
    if not verdict.group or verdict.group == verdict.file:
        return ""
    return f"On the same side of the split as {Path(verdict.group).name}, as they are one take."


def map_label(name: str) -> str:
    """Name of a drum map for people."""
    return DRUM_MAPS[name].label if name in DRUM_MAPS else name


def use_words(verdict: Verdict) -> str:
    """Whether a file is used, and if not why, in two or three words."""
    words = _kind(kind_of(verdict)).cell
    if verdict.applied:
        return f"{words} · remedied"
    return f"{words} · remedy" if verdict.remedies and not verdict.used else words


def drum_words(verdict: Verdict) -> tuple[tuple[Drum, int], ...]:
    """The drums that were found and how often each was struck."""
    known = {drum.name.lower(): drum for drum in Drum}
    return tuple((known[name], count) for name, count in verdict.found.drums if name in known)


def sentence(words: str) -> str:
    """Words as a sentence of their own."""
    if not words:
        return ""
    return words[0].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def _tempo(qpms: tuple[float, ...]) -> str:
    if not qpms:
        return ""
    slow, fast = (f"{round(qpm, 1):g}" for qpm in (min(qpms), max(qpms)))
    return f"{slow} BPM" if slow == fast else f"{slow}–{fast} BPM"


def _length(verdict: Verdict) -> int:
    return max(verdict.found.bars, verdict.bars)


def _bars(count: int) -> str:
    return f"{count:,} bar{'' if count == 1 else 's'}" if count else ""
