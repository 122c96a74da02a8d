"""The grid of cells under the hand: what the pointer does, and what is said of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from drumstudio.domain.drums import GRID_ROWS, Drum
from drumstudio.domain.pattern import Hit
from drumstudio.ui.grid import accessible
from drumstudio.ui.grid.canvas import GridCanvas
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.gestures import Erase, Gesture, RubberBand, Stroke
from drumstudio.ui.grid.state import GridState

_WHEEL_STEP = 4  # velocity a notch of the wheel
_NOTCH = 120


class GridView(GridCanvas):
    """The cells as something to press, drag and hear of.

    Signals: `hit_placed(Drum, int)` when the pointer strikes an empty cell, for those who want
    to hear it; `menu_asked(QPoint)` in global pixels, on the right button over the selection.
    Keys are the panel's.
    """

    hit_placed = Signal(object, int)
    menu_asked = Signal(QPoint)

    def __init__(self, state: GridState, editor: GridEditor, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self._editor = editor
        self._gesture: Gesture | None = None
        self._wheel_rest = 0.0
        self._said = (0, Drum.KICK)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Step grid")
        accessible.install()
        state.columns_changed.connect(self._describe)
        state.selection.changed.connect(self._describe)
        self._describe()

    def _describe(self, _changed: object = None) -> None:
        """Let screen readers know the focused cell, by the widget itself and by its cells."""
        selection = self.state.selection
        place = (selection.step, selection.drum)
        words = self.state.cell_words(*place)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            if self.hasFocus():
                (accessible.say_change if place == self._said else accessible.say_focus)(self)
        self._said = place

    # -- the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if self._gesture is not None:
            return
        step, row = self.cell_at(event.position())
        drum, state = GRID_ROWS[row], self.state
        block = state.selection.block
        left = event.button() == Qt.MouseButton.LeftButton
        self.hover(None)
        if left and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._gesture = RubberBand(state, step, row)
        elif left:
            state.selection.focus(step, drum, keep=block is not None and block.holds(step, drum))
            stroke = Stroke(state, self._editor, step, row, event.position().y())
            self._gesture = stroke
            if stroke.placed and (hit := state.document.pattern.hit_at(step, drum)):
                self.hit_placed.emit(drum, hit.velocity)
        elif event.button() != Qt.MouseButton.RightButton:
            return
        elif block is not None and block.holds(step, drum):
            self.menu_asked.emit(event.globalPosition().toPoint())
        else:
            self._gesture = Erase(state, self._editor, step, row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two fast clicks are two clicks."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry the stroke on, or show what lies under the pointer."""
        step, row = self.cell_at(event.position())
        if self._gesture is None:
            self.hover((step, row) if event.position().x() < self._end() else None)
            return
        self._gesture.drag(step, row, event.position().y())
        self.state.reveal(step)
        if isinstance(self._gesture, Stroke) and (velocity := self._gesture.velocity) is not None:
            QToolTip.showText(event.globalPosition().toPoint(), str(velocity), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke when its button is let go."""
        if self._gesture is not None and event.buttons() == Qt.MouseButton.NoButton:
            gesture, self._gesture = self._gesture, None
            gesture.release()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing lies under the pointer any more."""
        self.hover(None)

    def _end(self) -> int:
        return self.state.columns.width - self.state.scroll

    def cancel_gesture(self) -> bool:
        """Take the stroke under way back; whether there was one."""
        if self._gesture is None:
            return False
        gesture, self._gesture = self._gesture, None
        gesture.cancel()
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Velocity over a hit, scrolling elsewhere, with Shift and sideways."""
        turn = event.angleDelta()
        state = self.state
        step, row = self.cell_at(event.position())
        hit = state.pattern.hit_at(step, GRID_ROWS[row])
        scrolls = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) or abs(turn.x()) > abs(turn.y())
        if hit is None or scrolls or state.previewing:
            way = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y()
            state.set_scroll(state.scroll - round(way / _NOTCH * 3 * state.columns.step_width))
            event.accept()
            return
        self._wheel_rest += turn.y() / _NOTCH * _WHEEL_STEP
        by = int(self._wheel_rest)
        self._wheel_rest -= by
        self._set_velocity(hit, hit.velocity + by)
        event.accept()

    def _set_velocity(self, hit: Hit, velocity: int) -> None:
        selection = self.state.selection
        keep = selection.block is not None and selection.block.holds(hit.step, hit.drum)
        selection.focus(hit.step, hit.drum, keep=keep)
        self._editor.nudge_velocity(velocity - hit.velocity)

    # -- words

    def event(self, event: QEvent) -> bool:
        """Tooltips say what a hit is, and what the drummer may not touch."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            step, row = self.cell_at(event.pos())
            words = self.state.tip(step, GRID_ROWS[row]) if self._gesture is None else ""
            if words:
                QToolTip.showText(event.globalPos(), words, self, self.cell_rect(step, GRID_ROWS[row]))
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def focusInEvent(self, event: object) -> None:
        """Show the focused cell and say it."""
        self._selection_changed()
        accessible.say_focus(self)

    def focusOutEvent(self, event: object) -> None:
        """Hide the focus ring."""
        self._selection_changed()
