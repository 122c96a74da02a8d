"""What is compared: the primer, how much of it, and from which seed."""

from __future__ import annotations

import secrets
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from drumstudio.ui.buttons import LabelButton
from drumstudio.ui.fields import LinePicker

_ON_SCREEN, _FILE = "screen", "file"
_SEEDS = 1_000_000
_BARS = (2, 4, 8, 16)
_COUNTS = (1, 4, 16)
SCREEN_NAME = "The pattern on screen"


class ComparisonBar(QWidget):
    """Signals: `left()`, `pressed()` on the button that plays or cancels, `turned()` when something else is
    to be played, `screen_wanted()` and `file_wanted()` when another primer is."""

    left = Signal()
    pressed = Signal()
    turned = Signal()
    screen_wanted = Signal()
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = LabelButton("left", "Drummers")
        self.primer = LinePicker("Primer")
        self.bars, self.count = LinePicker("Bars to play"), LinePicker("Continuations to average")
        self.seed = QLineEdit()
        self.go = QPushButton()
        self._title = QLabel()
        self._lay_out()
        self.back.clicked.connect(self.left)
        self.go.clicked.connect(self.pressed)
        self.primer.picked.connect(self._pick_primer)
        self.bars.picked.connect(partial(self._pick, self.bars))
        self.count.picked.connect(partial(self._pick, self.count))
        self.primer.set_options([(SCREEN_NAME, _ON_SCREEN), ("A MIDI file …", _FILE)])
        self.bars.set_options([(f"{bars} bars", bars) for bars in _BARS])
        self.count.set_options([("1 each" if count == 1 else f"mean of {count}", count) for count in _COUNTS])
        self.bars.set_value(4)
        self.count.set_value(1)
        self.show_primer("")
        self.show_busy(False)

    def _lay_out(self) -> None:
        self.back.setProperty("kind", "small")
        self.back.setFixedSize(104, 34)
        self.back.setToolTip("Back to the list of drummers (Esc)")
        self._title.setProperty("role", "title")
        self.primer.setToolTip("What every drummer continues: up to the seam, or to its end")
        self.bars.setToolTip("How many bars each plays")
        self.count.setToolTip("How many continuations of each the measures are averaged over")
        self.seed.setPlaceholderText("new seed")
        self.seed.setValidator(QRegularExpressionValidator(r"\d{0,9}", self.seed))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed has every drummer play the same again")
        self.seed.setFixedSize(88, 34)
        self.go.setProperty("kind", "primary")
        self.go.setFixedSize(112, 34)
        self.primer.setFixedWidth(230)
        self.bars.setFixedWidth(92)
        self.count.setFixedWidth(132)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(self._title)
        row.addStretch(1)
        for widget in (self.primer, self.bars, self.count, self.seed, self.go):
            row.addWidget(widget)

    def show_title(self, title: str) -> None:
        """Say what is compared."""
        self._title.setText(title)

    def show_primer(self, file: str) -> None:
        """Show that the MIDI file called `file` is continued, or the pattern on screen where it is ""."""
        self.primer.set_value(_FILE if file else _ON_SCREEN, file or SCREEN_NAME)

    def show_busy(self, busy: bool) -> None:
        """Show what the button does: play, or cancel what is under way."""
        self.go.setText("Cancel   Esc" if busy else "Play all")

    def next_seed(self) -> int:
        """The seed that is written, else a new one."""
        text = self.seed.text()
        return int(text) if text else secrets.randbelow(_SEEDS)

    def _pick(self, field: LinePicker, value: int) -> None:
        field.set_value(value)
        self.turned.emit()

    def _pick_primer(self, value: str) -> None:
        (self.file_wanted if value == _FILE else self.screen_wanted).emit()
