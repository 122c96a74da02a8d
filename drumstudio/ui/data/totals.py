"""How much is used and why the rest is not; how much playing it is, and on which side of the split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from drumstudio.app.training.data import Judgement, SplitRow
from drumstudio.ui.data.file_rows import SPLIT_COLOURS, SPLIT_WORDS, FileRow, rows_of, shares
from drumstudio.ui.data.share_bar import Share, ShareBar, ShareRow
from drumstudio.ui.status_bar import Light


@dataclass(frozen=True)
class Judged:
    """A judgement and what the page shows of it; made off the window's thread.

    `shares` are (kind, share); `counts` used and unused files by source; `seconds` the playing that is
    used; `styles` and `meters` all that were found, used or not.
    """

    judgement: Judgement
    rows: tuple[FileRow, ...]
    shares: tuple[tuple[str, Share], ...]
    splits: tuple[SplitRow, ...]
    counts: dict[Path, tuple[int, int]]
    bars: int
    steps: int
    seconds: float
    styles: tuple[str, ...]
    meters: tuple[str, ...]


def judged_of(judgement: Judgement) -> Judged:
    """Everything the page shows of a judgement."""
    rows, data = rows_of(judgement), judgement.data
    used: Counter[Path] = Counter()
    unused: Counter[Path] = Counter()
    for row in rows:
        if row.source is not None:
            (used if row.used else unused)[row.source.path] += 1
    for row in rows:
        row.prepare()
    seconds = sum(60.0 * len(one.events) / one.steps_per_quarter / one.qpm for one in data.sequences)
    return Judged(
        judgement,
        rows,
        shares(judgement.verdicts),
        judgement.splits(),
        {source.path: (used[source.path], unused[source.path]) for source in judgement.plan.sources},
        data.bars,
        data.steps,
        seconds,
        tuple(sorted({row.verdict.style.split("/")[0].lower() for row in rows} - {""})),
        tuple(sorted({word for row in rows for word in row.verdict.meter.split(", ")} - {""})),
    )


class Totals(QWidget):
    """The totals.  Signal: `kind_picked(str)` when only files of a kind are to be shown, "" for all."""

    kind_picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, ShareRow] = {}
        title = _label("What is used", "title")
        self.amount = _label("", "muted")
        self.bar = ShareBar("Files by verdict")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        caption = _label("SPLIT, BY BARS", "caption")
        caption.setToolTip("No file of one take lands on two sides")
        self.split_bar = ShareBar("Bars by side of the split")
        self._splits = _SplitWords()
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.amount)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(self._rows)
        column.addSpacing(4)
        column.addWidget(caption)
        column.addWidget(self.split_bar)
        column.addWidget(self._splits)

    def show_judged(self, judged: Judged) -> None:
        """Show the totals of a judgement; a kind that stays keeps its row, and pressed it stays so."""
        self.bar.show_shares([share for _, share in judged.shares])
        self.amount.setText(amount_words(judged))
        sequences = len(judged.judgement.data.sequences)
        self.amount.setToolTip(f"In {sequences:,} sequences, each of one meter and tempo")
        old, self.rows = self.rows, {}
        for at, (kind, share) in enumerate(judged.shares):
            row = old.pop(kind, None)
            if row is None:
                row = ShareRow(share)
                row.clicked.connect(partial(self._clicked, kind))
            row.show_share(share)
            self._rows.insertWidget(at, row)
            self.rows[kind] = row
        for row in old.values():
            row.hide()
            row.deleteLater()
            if row.isChecked():
                self.kind_picked.emit("")
        self.split_bar.show_shares(
            [Share(SPLIT_WORDS[one.split], one.bars, SPLIT_COLOURS[one.split]) for one in judged.splits]
        )
        self._splits.show_splits(judged.splits)

    def tab_order(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return list(self.rows.values())

    def show_all(self) -> None:
        """No kind is picked any more."""
        for row in self.rows.values():
            row.setChecked(False)

    def _clicked(self, picked: str) -> None:
        for kind, row in self.rows.items():
            if kind != picked:
                row.setChecked(False)
        self.kind_picked.emit(picked if self.rows[picked].isChecked() else "")


class _SplitWords(QWidget):
    """A line for each side of the split: its colour, its name, files and bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(7, 0, 7, 0)
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(2)
        self._numbers: dict[str, tuple[QLabel, QLabel]] = {}
        for at, (split, words) in enumerate(SPLIT_WORDS.items()):
            light = Light()
            light.show_colour(SPLIT_COLOURS[split])
            numbers = _label("", "muted"), _label("", "muted")
            grid.addWidget(light, at, 0)
            grid.addWidget(_label(words.capitalize(), ""), at, 1)
            for column, number in enumerate(numbers, 2):
                number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                grid.addWidget(number, at, column)
            self._numbers[split] = numbers
        grid.setColumnStretch(1, 1)

    def show_splits(self, splits: tuple[SplitRow, ...]) -> None:
        """Show the numbers of each side."""
        for one in splits:
            files, bars = self._numbers[one.split]
            files.setText(f"{one.files:,} file{'' if one.files == 1 else 's'}")
            bars.setText(f"{one.bars:,} bar{'' if one.bars == 1 else 's'}")


def amount_words(judged: Judged) -> str:
    """How much playing is used."""
    minutes = judged.seconds / 60
    playing = f"{minutes / 60:.1f} h" if minutes >= 90 else f"{minutes:.0f} min"
    if 0 < judged.seconds < 60:
        playing = f"{judged.seconds:.0f} s"
    bars = f"{_number(judged.bars)} bar{'' if judged.bars == 1 else 's'}"
    return f"{bars} · {_number(judged.steps)} steps · {playing}"


def _number(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else f"{count / 1e6:.1f} M"


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label
