"""The property lane under the grid: velocity, timing or chance of the chosen row, drawn by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from drumstudio.domain.counting import place_words
from drumstudio.domain.pattern import Hit
from drumstudio.domain.timing import seconds_per_tick
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import RADIUS, faded, mixed
from drumstudio.ui.grid.editing import DEFAULT_VELOCITY, GridEditor, with_chance, with_offset, with_velocity
from drumstudio.ui.grid.headers import WIDTH as HEADER_WIDTH
from drumstudio.ui.grid.state import GridState

MIN_HEIGHT, MAX_HEIGHT = 78, 150
_TOP, _BOTTOM = 6, 4


class Property(StrEnum):
    """What the lane shows."""

    VELOCITY = "Velocity"
    TIMING = "Timing"
    CHANCE = "Chance"


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a property lies in the lane: `share` 0 is the bottom, 1 the top; bars grow from `base`."""

    share: Callable[[Hit], float]
    put: Callable[[Hit, float], Hit]
    base: float
    rest: float
    step: float


_SCALES: dict[Property, _Scale] = {
    Property.VELOCITY: _Scale(
        share=lambda hit: hit.velocity / 127,
        put=lambda hit, share: with_velocity(hit, share * 127),
        base=0.0,
        rest=DEFAULT_VELOCITY / 127,
        step=4 / 127,
    ),
    Property.TIMING: _Scale(
        share=lambda hit: hit.offset + 0.5,
        put=lambda hit, share: with_offset(hit, share - 0.5),
        base=0.5,
        rest=0.5,
        step=0.02,
    ),
    Property.CHANCE: _Scale(
        share=lambda hit: hit.chance,
        put=lambda hit, share: with_chance(hit, round(share, 2)),
        base=0.0,
        rest=1.0,
        step=0.05,
    ),
}

# What the top and the bottom of the lane mean.
_ENDS: dict[Property, tuple[str, str]] = {
    Property.VELOCITY: ("127", "1"),
    Property.TIMING: ("late", "early"),
    Property.CHANCE: ("always", "never"),
}


class PropertyLane(QWidget):
    """One bar a hit of the chosen row; a drag draws over the hits it passes, as one undo step.

    Where the press falls on the selection only selected hits follow.  A right drag puts the
    property back to its rest: velocity 100, on the step, always.
    """

    def __init__(self, state: GridState, editor: GridEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._editor = editor
        self._property = Property.VELOCITY
        self._key: tuple[str, int] | None = None
        self._last: tuple[int, float] = (0, 0.0)
        self._resetting = False
        self._limited = False
        self.setMinimumHeight(MIN_HEIGHT)
        self.setMaximumHeight(MAX_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Property lane")
        state.columns_changed.connect(self._refresh)
        state.laid_out.connect(self._refresh)
        state.selection.changed.connect(self._refresh)
        state.playhead_moved.connect(self._playhead_moved)
        self._refresh()

    def sizeHint(self) -> QSize:
        """Room to draw with some precision."""
        return QSize(400, 92)

    @property
    def shown(self) -> Property:
        """The property that is drawn."""
        return self._property

    def show_property(self, shown: Property) -> None:
        """Draw another property."""
        self._property = shown
        self._refresh()

    def _refresh(self, *_changed: object) -> None:
        selection = self._state.selection
        hit = self._state.pattern.hit_at(selection.step, selection.drum)
        what = self.words(hit) if hit else "no hit"
        where = place_words(self._state.pattern.grid, selection.step)
        self.setAccessibleDescription(f"{self._property} of {selection.drum.label}, {where}: {what}")
        self.update()

    def _playhead_moved(self, left: int | None, entered: int | None) -> None:
        columns = self._state.columns
        for step in (left, entered):
            if step is not None and step < columns.steps:
                x = columns.x[step]
                self.update(x - self._state.scroll, 0, columns.x[step + 1] - x, self.height())

    def words(self, hit: Hit) -> str:
        """The property of a hit in words."""
        if self._property is Property.VELOCITY:
            return f"velocity {hit.velocity}"
        if self._property is Property.CHANCE:
            return f"chance {round(hit.chance * 100)}%"
        ticks = round(hit.offset * self._state.pattern.grid.ticks_per_step)
        if ticks == 0:
            return "on the step"
        milliseconds = abs(ticks) * seconds_per_tick(self._state.project.qpm) * 1000
        way = "late" if ticks > 0 else "early"
        return f"{milliseconds:.0f} ms {way} ({abs(round(hit.offset * 100))}% of a step)"

    # -- painting

    def _room(self) -> QRectF:
        return QRectF(0, _TOP, self.width(), self.height() - _TOP - _BOTTOM)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grounds, the centre line of timing, bars."""
        palette, state, columns = theme.current(), self._state, self._state.columns
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room, scroll, pattern = self._room(), state.scroll, state.pattern
        drum, block = state.selection.drum, state.selection.block
        shown = event.rect()
        visible = columns.span(shown.left() + scroll, shown.right() + scroll)
        white = QColor(palette.playhead)
        for step in visible:
            made, strong = pattern.generated(step), columns.beat[step] % 2 == 0
            name = (palette.made_even if strong else palette.made_odd) if made else palette.cell_odd
            ground = mixed(QColor(name), QColor(palette.window), 0.25 if strong else 0.5)
            if block and block.holds(step, drum):
                ground = mixed(ground, QColor(palette.selection), 0.25)
            if step == state.playhead:
                ground = mixed(ground, white, 0.18)
            left = columns.x[step] - scroll
            box = QRectF(left + 1, room.top(), columns.right[step] - columns.x[step] - 2, room.height())
            painter.setBrush(ground)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self._property is Property.TIMING:
            painter.setPen(QPen(QColor(palette.border_strong), 1))
            painter.drawLine(
                QPointF(0, room.center().y()), QPointF(columns.right[-1] - scroll, room.center().y())
            )
            painter.setPen(Qt.PenStyle.NoPen)
        for hit in state.hits_in(visible):
            if hit.drum == drum:
                self._paint_bar(painter, room, hit)
        if self.hasFocus():
            step = state.selection.step
            left, right = columns.x[step] - scroll, columns.right[step] - scroll
            painter.setPen(QPen(QColor(palette.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(left, room.top(), right - left, room.height()), RADIUS, RADIUS)
        painter.end()

    def _paint_bar(self, painter: QPainter, room: QRectF, hit: Hit) -> None:
        palette, columns = theme.current(), self._state.columns
        scale = _SCALES[self._property]
        colour = palette.drum(hit.drum)
        if not self._state.audible(hit.drum):
            colour = mixed(colour, QColor(palette.cell_odd), 0.55)
        elif hit.step == self._state.playhead:
            colour = mixed(colour, QColor(palette.playhead), 0.4)
        share, base = scale.share(hit), scale.base
        inner = room.adjusted(0, 2, 0, -2)
        top = inner.bottom() - max(share, base) * inner.height()
        bottom = inner.bottom() - min(share, base) * inner.height()
        left = columns.x[hit.step] - self._state.scroll + 1.5
        width = columns.right[hit.step] - columns.x[hit.step] - 3
        painter.setBrush(faded(colour, 0.9))
        painter.drawRoundedRect(QRectF(left, top - 1, width, max(3.0, bottom - top + 1)), 2, 2)

    # -- the pointer

    def _share_at(self, y: float) -> float:
        room = self._room().adjusted(0, 2, 0, -2)
        return max(0.0, min(1.0, (room.bottom() - y) / room.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        state = self._state
        step = state.columns.step_at(event.position().x() + state.scroll)
        block = state.selection.block
        self._limited = block is not None and block.holds(step, state.selection.drum)
        state.selection.focus(step, state.selection.drum, keep=self._limited)
        self._key = state.document.gesture()
        self._resetting = event.button() == Qt.MouseButton.RightButton
        self._last = (step, self._share_at(event.position().y()))
        self._draw(*self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on."""
        if self._key is None:
            return
        step = self._state.columns.step_at(event.position().x() + self._state.scroll)
        self._draw(step, self._share_at(event.position().y()))
        self._state.reveal(step)
        if hit := self._state.pattern.hit_at(step, self._state.selection.drum):
            QToolTip.showText(event.globalPosition().toPoint(), self.words(hit), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._key = None

    def _draw(self, step: int, share: float) -> None:
        """Set the hits from the last place to this one along a straight line."""
        if self._state.previewing:
            return
        scale, drum = _SCALES[self._property], self._state.selection.drum
        block = self._state.selection.block if self._limited else None
        start, from_share = self._last
        hits = []
        for column in range(min(start, step), max(start, step) + 1):
            hit = self._state.pattern.hit_at(column, drum)
            if hit is None or (block and not block.holds(column, drum)):
                continue
            along = (column - start) / (step - start) if step != start else 1.0
            wanted = scale.rest if self._resetting else from_share + (share - from_share) * along
            hits.append(scale.put(hit, wanted))
        self._last = (step, share)
        self._editor.place(hits, f"Draw {self._property.lower()}", self._key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the hit under the pointer a little; scroll where there is none."""
        state, turn = self._state, event.angleDelta()
        step = state.columns.step_at(event.position().x() + state.scroll)
        hit = state.pattern.hit_at(step, state.selection.drum)
        sideways = abs(turn.x()) > abs(turn.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if hit is None or sideways or state.previewing:
            way = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y()
            state.set_scroll(state.scroll - round(way / 120 * 3 * state.columns.step_width))
        else:
            state.selection.focus(step, state.selection.drum)
            self._nudge(turn.y() / 120)
        event.accept()

    def _nudge(self, notches: float) -> None:
        state, scale = self._state, _SCALES[self._property]
        block = state.selection.target()
        hits = [] if state.previewing else self._editor.hits_of(block)
        moved = [scale.put(hit, scale.share(hit) + notches * scale.step) for hit in hits]
        self._editor.place(moved, f"Change {self._property.lower()}", (self._property, block))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down change the focused hit; other keys are the panel's."""
        ways = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        way = ways.get(Qt.Key(event.key()))
        if way is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        else:
            self._nudge(way)

    def event(self, event: QEvent) -> bool:
        """Tooltips give the number."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            step = self._state.columns.step_at(event.pos().x() + self._state.scroll)
            hit = self._state.pattern.hit_at(step, self._state.selection.drum)
            if hit:
                QToolTip.showText(event.globalPos(), self.words(hit), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


class LaneHeader(QWidget):
    """Name of the chosen row, and which of its properties is drawn.

    Signal: `property_chosen(Property)`.
    """

    property_chosen = Signal(object)

    def __init__(self, state: GridState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setFixedWidth(HEADER_WIDTH)
        self._group = QButtonGroup(self)
        tabs = QHBoxLayout()
        tabs.setSpacing(1)
        self.tabs: dict[Property, QToolButton] = {}
        for shown in Property:
            tab = QToolButton(self)
            tab.setText(shown.value)
            tab.setCheckable(True)
            tab.setProperty("kind", "tab")
            tab.setAccessibleName(f"Show {shown.lower()} of the chosen row")
            tab.setToolTip(f"{shown}: drag in the lane to draw, right drag to reset")
            self._group.addButton(tab)
            tabs.addWidget(tab)
            self.tabs[shown] = tab
        tabs.addStretch()
        self.tabs[Property.VELOCITY].setChecked(True)
        self._group.buttonClicked.connect(self._clicked)
        box = QVBoxLayout(self)
        box.setContentsMargins(5, 27, 2, 0)
        box.addLayout(tabs)
        box.addStretch()
        state.selection.changed.connect(self.update)

    def ends(self) -> tuple[str, str]:
        """What the top and the bottom of the lane mean."""
        return _ENDS[next(shown for shown, tab in self.tabs.items() if tab.isChecked())]

    def show_next(self) -> None:
        """Draw the next property."""
        tabs = list(self.tabs.values())
        shown = next(index for index, tab in enumerate(tabs) if tab.isChecked())
        tabs[(shown + 1) % len(tabs)].click()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the property that has the focus: Space is the transport's."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QToolButton):
            focused.click()
        else:
            event.ignore()

    def _clicked(self, button: QToolButton) -> None:
        self.property_chosen.emit(next(shown for shown, tab in self.tabs.items() if tab is button))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The row's name in its colour, and what the lane's ends mean."""
        palette, drum = theme.current(), self._state.selection.drum
        painter = QPainter(self)
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        painter.setPen(palette.drum(drum))
        painter.drawText(QPointF(10, 20), drum.label)
        painter.setFont(theme.font(10))
        painter.setPen(QColor(palette.text_faint))
        top, bottom = self.ends()
        box = QRectF(0, _TOP, self.width() - 8, self.height() - _TOP - _BOTTOM)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, top)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, bottom)
        painter.end()
