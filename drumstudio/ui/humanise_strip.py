"""Humanise: a strip over the grid by which hits get a drummer's velocity and timing, heard as they change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from drumstudio.app.drummer.humanise import humanised
from drumstudio.app.jobs import JobControl
from drumstudio.domain.edits import Cell
from drumstudio.domain.pattern import Pattern
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Background
from drumstudio.ui.buttons import IconButton
from drumstudio.ui.document import Document
from drumstudio.ui.fields import tabular
from drumstudio.ui.file_actions import Message
from drumstudio.ui.grid.panel import GridPanel

_SETTING, _USUAL = "humanise", 60
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# From so many steps on it takes long enough to be shown as work.
_LONG = 1024


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is to be played: the hits of `cells` in `pattern`."""

    pattern: Pattern
    cells: frozenset[Cell]
    qpm: float
    amount: float
    seed: int
    style: str

    def __call__(self, _control: JobControl) -> Pattern:
        """Play it; on the jobs' thread."""
        return humanised(self.pattern, self.qpm, self.amount, self.seed, self.style, self.cells)


class HumaniseStrip(QFrame):
    """How much, another take, keep or cancel.

    Signals: `amount_changed(int)` in percent, `another_asked()`, `kept()`, `cancelled()`.
    """

    amount_changed = Signal(int)
    another_asked = Signal()
    kept = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("banner", True)
        self.setAccessibleName("Humanise")
        title = QLabel("Humanise")
        title.setProperty("role", "title")
        self.target = QLabel()
        self.target.setProperty("role", "muted")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(180)
        self.slider.setAccessibleName("How much of a drummer's velocity and timing")
        self.slider.setToolTip("From as you drew it, 0%, to as a drummer would play it, 100%")
        self.value = QLabel()
        self.value.setFont(tabular(self.value.font()))
        self.value.setMinimumWidth(40)
        self.another = IconButton("dice", "Play it another way", 28)
        self.another.setProperty("kind", "quiet")
        self.keep = QPushButton("Keep")
        self.keep.setToolTip("Keep it as one step of the history (Enter)")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Leave the hits as they were (Esc)")
        for button in (self.keep, self.cancel):
            button.setProperty("kind", "small")
            button.setAutoDefault(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(10)
        row.addWidget(title)
        row.addWidget(self.target)
        row.addStretch(1)
        for widget in (self.slider, self.value, self.another, self.keep, self.cancel):
            row.addWidget(widget)
        self.slider.valueChanged.connect(self._amount_moved)
        self.another.clicked.connect(self.another_asked)
        self.keep.clicked.connect(self.kept)
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def open_at(self, amount: int) -> None:
        """Show the strip with `amount` percent, ready for the arrow keys."""
        self.slider.setValue(amount)
        self._show_amount(amount)
        self.show()
        self.slider.setFocus()

    def show_target(self, words: str) -> None:
        """Say which hits are meant."""
        self.target.setText(words)
        self.setAccessibleDescription(words)

    def _amount_moved(self, amount: int) -> None:
        self._show_amount(amount)
        self.amount_changed.emit(amount)

    def _show_amount(self, amount: int) -> None:
        self.value.setText(f"{amount}%")
        self.slider.setAccessibleDescription(f"{amount}%")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps it."""
        if event.key() in _ENTER:
            self.kept.emit()
        else:
            event.ignore()


class Humanising(QObject):
    """Plays the selected hits, or all, as the strip asks; what is heard and drawn is the document itself.

    All of it is one step of the history, which goes when it is cancelled.  Locked hits stay: it is the
    drummer who plays.  An edit by other means while the strip is open keeps what there is and
    closes it.

    Signal: `told(Message)` where there is nothing to play.
    """

    told = Signal(object)

    def __init__(
        self,
        document: Document,
        grid: GridPanel,
        background: Background,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._grid, self._background = document, grid, background
        self._settings = settings
        self._before: Pattern | None = None
        self._ours: Pattern | None = None
        self._key: tuple[str, int] = ("", 0)
        self._seed = 0
        self._cells: frozenset[Cell] = frozenset()
        self._keeping = False
        self._running: _Ask | None = None
        self._wanted: _Ask | None = None
        self.strip = HumaniseStrip()
        self.strip.amount_changed.connect(self._amount_changed)
        self.strip.another_asked.connect(self.another)
        self.strip.kept.connect(self.keep)
        self.strip.cancelled.connect(self.cancel)
        document.changed.connect(self._document_changed)
        grid.selection.changed.connect(self._selection_changed)

    @property
    def open(self) -> bool:
        """Whether hits are being humanised."""
        return self._before is not None and not self._keeping

    def begin(self) -> None:
        """Open the strip; what it does begins at once."""
        if self._before is not None:
            self.strip.slider.setFocus()
            return
        pattern = self._document.pattern
        cells = self._hits_meant(pattern)
        if self._grid.state.previewing:
            text = "A continuation is on screen; insert or dismiss it, then humanise"
            self.told.emit(Message(text, "error"))
            return
        if not cells:
            self.told.emit(Message("There is no hit to humanise that is not locked", "error"))
            return
        self._before = self._ours = pattern
        self._key = self._document.gesture()
        self._cells = cells
        self.strip.open_at(int(self._settings.get(_SETTING, _USUAL)))
        self._ask()

    def keep(self) -> None:
        """Close the strip; what it did is one step of the history."""
        if self.open:
            self._settings.set(_SETTING, self.strip.slider.value())
            self._hide()
            self._keeping = True
            self._end_when_played()

    def cancel(self) -> bool:
        """Close the strip and leave everything as it was; whether it was open."""
        if self._before is None or self._keeping:
            return False
        before, key = self._before, self._key
        self._close()
        self._document.edit(before, "Humanise", key)
        return True

    def another(self) -> None:
        """Play it another way."""
        self._seed += 1
        self._ask()

    def _hits_meant(self, pattern: Pattern) -> frozenset[Cell]:
        """Hits of the selection, or all, that are not locked."""
        block, state = self._grid.selection.block, self._grid.state
        inside = [hit for hit in pattern.hits if block is None or block.holds(hit.step, hit.drum)]
        meant = frozenset((hit.step, hit.drum) for hit in inside if not state.locked(hit.step, hit.drum))
        words = f"{len(meant)} hit{'' if len(meant) == 1 else 's'}"
        words += " of the selection" if block is not None else ""
        if len(inside) > len(meant):
            words += f" · {len(inside) - len(meant)} locked, left alone"
        self.strip.show_target(words)
        return meant

    def _amount_changed(self, _amount: int) -> None:
        if self.open:
            self._ask()

    def _selection_changed(self) -> None:
        if self._before is None or self._keeping:
            return
        cells = self._hits_meant(self._before)
        if cells and cells != self._cells:
            self._cells = cells
            self._ask()

    def _document_changed(self) -> None:
        if self._before is not None and self._document.pattern is not self._ours:
            self._close()

    def _ask(self) -> None:
        """Have it played on the jobs' thread, the newest wish next."""
        if self._before is None:
            return
        project = self._document.project
        amount = self.strip.slider.value() / 100
        self._wanted = _Ask(self._before, self._cells, project.qpm, amount, self._seed, project.dials.style)
        self._next()

    def _next(self) -> None:
        if self._running is None and self._wanted is not None:
            ask, self._wanted = self._wanted, None
            self._running = ask
            label = "Humanising" if ask.pattern.steps >= _LONG else ""
            self._background.run(ask, partial(self._played, ask), partial(self._failed, ask), label)

    def _played(self, ask: _Ask, pattern: Pattern) -> None:
        self._running = None
        if ask.pattern is self._before:
            self._put(pattern)
        self._next()
        self._end_when_played()

    def _failed(self, _ask: _Ask, sentence: str) -> None:
        self._running = None
        if sentence:
            self.told.emit(Message(sentence, "error"))
        self._next()
        self._end_when_played()

    def _end_when_played(self) -> None:
        """The slider's last word may still be on its way when the strip is closed."""
        if self._keeping and self._running is None:
            self._close()

    def _put(self, pattern: Pattern) -> None:
        self._ours = pattern
        self._document.edit(pattern, "Humanise", self._key)
        self._ours = self._document.pattern

    def _close(self) -> None:
        self._before = self._ours = self._wanted = None
        self._keeping = False
        self._hide()

    def _hide(self) -> None:
        focused = self.strip.focusWidget()
        had_focus = focused is not None and focused.hasFocus()
        self.strip.hide()
        if had_focus:
            self._grid.setFocus()
