"""How well does it know you: which take is listened to, and what each drummer foresees of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from drumstudio.app.drummer.familiarity import Familiarity
from drumstudio.ui.fields import LinePicker
from drumstudio.ui.layouts import enter_clicks
from drumstudio.ui.models.known_chart import KnownChart, lines_of

ALL = "all"
_NONE = (
    "Record a take on the Takes page, or choose a MIDI file: each drummer then tells how well it foresees "
    "every step of it. A drummer that was trained on your playing knows you better."
)


class Knowing(QWidget):
    """Signals: `listen_wanted(tuple of take names)`, empty for the chosen file `path`; `file_wanted()`."""

    listen_wanted = Signal(object)
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self._takes: tuple[str, ...] = ()
        self._choice: str | None = None
        self.picker = LinePicker("Take to listen to")
        self.listen = QPushButton("Listen")
        self.chart = KnownChart()
        self.words = QLabel(_NONE)
        self.picker.picked.connect(self._pick)
        self.listen.clicked.connect(self._listen)
        self._lay_out()
        enter_clicks(self)
        self.show_takes(())

    def _lay_out(self) -> None:
        self.listen.setProperty("kind", "small")
        self.listen.setFixedHeight(34)
        self.listen.setToolTip("Have every drummer foresee what you played, step by step")
        self.words.setWordWrap(True)
        self.words.setProperty("role", "hint")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.picker, 1)
        row.addWidget(self.listen)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setObjectName("empty")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart)
        column.addStretch(1)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(row)
        whole.addWidget(self.words)
        whole.addWidget(scroll, 1)

    def show_takes(self, names: Sequence[str]) -> None:
        """Offer the user's takes, all of them at once, and a file."""
        self._takes = tuple(names)
        options: list[tuple[str, object]] = []
        if len(names) > 1:
            options.append((f"All {len(names)} takes", ALL))
        options += [(name, name) for name in names]
        options.append(("A MIDI file …", None))
        self.picker.set_options(options)
        if self._choice not in (*self._takes, ALL) and self.path is None:
            self._choice = options[0][1] if names else None  # type: ignore[assignment]
        self._show_choice()

    def show_file(self, path: Path) -> None:
        """Listen to the file at `path` instead of a take."""
        self.path, self._choice = path, None
        self._show_choice()
        self._listen()

    def show_found(self, found: Familiarity) -> None:
        """Show what came of listening."""
        what = found.takes[0] if len(found.takes) == 1 else f"{len(found.takes)} takes"
        self.words.setText(
            f"Perplexity a step on {what}, {found.bars} bars: between how many things a drummer wavers. "
            "The curve is its surprise bar by bar; copying and counting know nothing but the take itself."
        )
        self.chart.show_lines(lines_of(found))

    def forget(self) -> None:
        """Other drummers come."""
        self.words.setText(_NONE)
        self.chart.show_lines(())

    def set_busy(self, busy: bool) -> None:
        """Listening is under way, or over."""
        self.listen.setEnabled(not busy and self._ready)

    @property
    def _ready(self) -> bool:
        return self._choice is not None or self.path is not None

    def _pick(self, choice: str | None) -> None:
        if choice is None:
            self.file_wanted.emit()
            return
        self._choice, self.path = choice, None
        self._show_choice()
        self._listen()

    def _show_choice(self) -> None:
        if self.path is not None:
            self.picker.set_value(None, self.path.name)
        elif self._choice is None:
            self.picker.set_value(None, "No take yet: choose a MIDI file")
        else:
            label = f"All {len(self._takes)} takes" if self._choice == ALL else self._choice
            self.picker.set_value(self._choice, label)
        self.listen.setEnabled(self._ready)

    def _listen(self) -> None:
        if self.path is not None:
            self.listen_wanted.emit(())
        elif self._choice is not None:
            self.listen_wanted.emit(self._takes if self._choice == ALL else (self._choice,))
