"""The small form of a sweep: which layers and units to try."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from drumstudio.ui.training.choices import Choices, cells, sweep_problem
from drumstudio.ui.training.words import plural


class SweepForm(QFrame):
    """Signals: `changed()` when the user types, `start_wanted()` and `cancelled()`."""

    changed = Signal()
    start_wanted = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAccessibleName("Sweep")
        self.layers, self.units = QLineEdit(), QLineEdit()
        self.layers.setAccessibleName("Layers to try")
        self.units.setAccessibleName("Units to try")
        self.layers.setToolTip("Numbers of layers, as 1-3 or 1, 2")
        self.units.setToolTip("Units of each layer, as 64, 128, 256")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.begin = QPushButton("Start the sweep")
        self.begin.setProperty("kind", "go")
        cancel = QPushButton("Cancel")
        cancel.setProperty("kind", "small")
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        for row, (text, entry) in enumerate((("Layers", self.layers), ("Units", self.units))):
            label = QLabel(text)
            label.setBuddy(entry)
            grid.addWidget(label, row, 0)
            grid.addWidget(entry, row, 1)
            entry.textEdited.connect(self.changed)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.begin, 1)
        buttons.addWidget(cancel)
        self.begin.setFixedHeight(28)
        cancel.setFixedHeight(28)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.begin.clicked.connect(self.start_wanted)
        cancel.clicked.connect(self.cancelled)
        for entry in (self.layers, self.units):
            entry.returnPressed.connect(self._entered)

    def show_choices(self, choices: Choices) -> None:
        """Show the shapes to try, without telling."""
        self.layers.setText(choices.sweep_layers)
        self.units.setText(choices.sweep_units)

    def typed(self, choices: Choices) -> Choices:
        """`choices` with what stands here."""
        return replace(choices, sweep_layers=self.layers.text(), sweep_units=self.units.text())

    def show_state(self, choices: Choices, obstacle: str) -> None:
        """Say what the sweep of `choices` takes, or what is in its way."""
        wrong = sweep_problem(choices) or obstacle
        self.begin.setEnabled(not wrong)
        self.note.setProperty("role", "error" if wrong else "muted")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        if wrong:
            self.note.setText(wrong)
            return
        steps = choices.with_base(None).steps
        self.note.setText(
            f"{plural(cells(choices), 'network')} from scratch, up to {plural(steps, 'step')} each. "
            "Those that fall behind are stopped early."
        )

    def _entered(self) -> None:
        if self.begin.isEnabled():
            self.start_wanted.emit()
