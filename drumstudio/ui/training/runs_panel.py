"""The lower right of the Training page: runs and drummers, and what can be done with one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from drumstudio.ui.training.rows import Row
from drumstudio.ui.training.runs_table import RunsModel, RunsTable


class RunsPanel(QFrame):
    """The table under its title.

    Signals: `use_wanted()` and `discard_wanted()` for the row in front.
    """

    use_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", True)
        self.model = RunsModel(self)
        self.table = RunsTable(self.model)
        title = QLabel("Trainings and drummers")
        title.setProperty("role", "title")
        self.use = _small("Use this drummer", "Let this one play from now on")
        self.discard = _small("Discard", "Take the training out of the list; a drummer that was kept stays")
        self.use.clicked.connect(self.use_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        self.table.discard_wanted.connect(self.discard_wanted)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.use)
        head.addWidget(self.discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self.setMinimumHeight(150)

    def show_row(self, row: Row | None) -> None:
        """Let the buttons fit the row in front."""
        self.use.setEnabled(row is not None and row.model is not None and not row.used)
        self.discard.setEnabled(row is not None and row.run is not None)


def _small(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "small")
    button.setToolTip(tip)
    return button
