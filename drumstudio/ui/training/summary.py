"""The training data at a glance: how many files are used, why others are not, and where to look."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from drumstudio import paths
from drumstudio.app.training.data import Judgement
from drumstudio.ui.data.file_rows import shares
from drumstudio.ui.data.share_bar import Share, ShareBar
from drumstudio.ui.status_bar import Light
from drumstudio.ui.training.choices import Material, data_name
from drumstudio.ui.training.words import plural

# Reasons that have a row of their own; the rest share the last.
_ROWS = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """What a judgement says in a few rows; made off the window's thread."""

    material: Material
    shares: tuple[Share, ...]


def summary_of(judgement: Judgement) -> Summary:
    """The totals of a judgement."""
    found = [share for _, share in shares(judgement.verdicts)]
    if len(found) > _ROWS:
        rest = found[_ROWS - 1 :]
        found = [*found[: _ROWS - 1], Share("Other reasons", sum(each.count for each in rest), "text_faint")]
    folder = str(paths.user_takes())
    takes = any(verdict.used and verdict.file.startswith(folder) for verdict in judgement.verdicts)
    sides = {row.split: row for row in judgement.splits()}
    train, held_out = sides["train"], sides["validation"]
    material = Material(train.files, train.bars, held_out.files, data_name(judgement.plan, takes))
    return Summary(material, tuple(found))


class DataSummary(QWidget):
    """Title, bar, a row for each reason.  Signal: `look_wanted()` for the page that shows the files."""

    look_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Data")
        title.setProperty("role", "title")
        self.look = QPushButton("Look at the data …")
        self.look.setProperty("kind", "small")
        self.look.setToolTip("Every file with its verdict, and what can be done about it")
        self.look.clicked.connect(self.look_wanted)
        self.bar = ShareBar("Files by verdict")
        self.name = QLabel()
        self.name.setProperty("role", "muted")
        self.name.setWordWrap(True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(8)
        self._rows.setVerticalSpacing(3)
        self._rows.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.look)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(self._rows)
        column.addWidget(self.name)

    def show_summary(self, summary: Summary | None) -> None:
        """Show the totals, or that they are being found."""
        rows = () if summary is None else summary.shares
        self.bar.show_shares(rows)
        self.bar.setVisible(bool(rows))
        while (item := self._rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for at, share in enumerate(rows):
            light = Light()
            light.show_colour(share.colour)
            words, count = QLabel(share.words), QLabel(f"{share.count:,}")
            for label in (words, count):
                label.setTextFormat(Qt.TextFormat.PlainText)
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, widget in enumerate((light, words, count)):
                self._rows.addWidget(widget, at, column)
        self.name.setText(_words(summary))


def _words(summary: Summary | None) -> str:
    if summary is None:
        return "Reading the training data …"
    material = summary.material
    if not material.files:
        return (
            "Nothing to train on yet. Record a few takes, or drop MIDI files and folders on the Data page: "
            "each file gets a verdict, and those that can be used are learned from."
        )
    held_out = f", {plural(material.held_out, 'file')} held out to measure" if material.held_out else ""
    return f"{material.name}: {plural(material.files, 'file')}, {plural(material.bars, 'bar')}{held_out}"
