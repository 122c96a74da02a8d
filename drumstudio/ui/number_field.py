"""A number in the transport bar: dragged, wheeled, stepped or typed."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER, Field


class NumberField(Field):
    """A number; `edited(value, gesture)` when the user changes it.

    Changes of one drag share a `gesture` number.  `shown` writes a value, `read` takes what was
    typed and raises ValueError for what is no number.
    """

    edited = Signal(float, int)

    def __init__(
        self,
        caption: str,
        name: str,
        width: int,
        low: float,
        high: float,
        step: float,
        shown: Callable[[float], str],
        read: Callable[[str], float] = float,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(caption, name, width, parent)
        self._low, self._high, self._step = low, high, step
        self._shown, self._read = shown, read
        self._value = low
        self._gesture = 0
        self._drag: tuple[float, float] | None = None
        self._dragged = False
        self._entry: QLineEdit | None = None
        self.setCursor(Qt.CursorShape.SizeVerCursor)

    @property
    def value(self) -> float:
        """The value shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value` without telling."""
        self._value = value
        self.show_text(self._shown(value))

    def change_by(self, steps: float) -> None:
        """Step up or down as the user does."""
        self._propose(self._value + steps * self._step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._gesture += 1
            self._drag = (event.position().y(), self._value)
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Three pixels a step; a tenth of that with Shift."""
        if self._drag is None:
            return
        moved = self._drag[0] - event.position().y()
        if not self._dragged and abs(moved) < 3:
            return
        self._dragged = True
        fine = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._propose(self._drag[1] + round(moved / 3) * self._step * fine)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A drag ends; a click without one opens the entry."""
        if self._drag is not None and not self._dragged:
            self.open_entry()
        self._drag = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step."""
        if delta := event.angleDelta().y():
            self.change_by(1 if delta > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Page Up and Page Down step; Enter or a digit opens the entry."""
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }
        if event.key() in steps:
            self.change_by(steps[Qt.Key(event.key())])
        elif event.key() in ENTER:
            self.open_entry()
        elif event.text().isdigit():
            self.open_entry(event.text())
        else:
            super().keyPressEvent(event)

    def open_entry(self, text: str = "") -> None:
        """Let a number be typed; Enter takes it, Esc leaves it."""
        if self._entry is not None:
            return
        entry = _Entry(self)
        entry.setAccessibleName(self.accessibleName())
        entry.setGeometry(4, 15, self.width() - 8, 26)
        entry.setText(text or self._shown(self._value))
        if not text:
            entry.selectAll()
        entry.setFont(theme.font(15))
        entry.done.connect(self._entered)
        entry.show()
        entry.setFocus()
        self._entry = entry

    def _entered(self, text: object) -> None:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        entry.hide()
        entry.deleteLater()
        self.setFocus()
        if isinstance(text, str):
            try:
                value = self._read(text)
            except ValueError:
                return
            self._gesture += 1
            self._propose(value)

    def _propose(self, value: float) -> None:
        if isfinite(value):
            value = min(self._high, max(self._low, value))
            if value != self._value:
                self.set_value(value)
                self.edited.emit(value, self._gesture)


class _Entry(QLineEdit):
    """A line that ends with `done(text)`, or `done(None)` when left."""

    done = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes, Esc leaves."""
        if event.key() in ENTER:
            self.done.emit(self.text())
        elif event.key() == Qt.Key.Key_Escape:
            self.done.emit(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc and Enter from the window while typing."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        if event.type() == QEvent.Type.FocusOut:
            self.done.emit(self.text())
        return super().event(event)
