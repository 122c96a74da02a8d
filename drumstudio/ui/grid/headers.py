"""The headers of the nine rows: name, mute, solo, lock, activity; pressing one plays its drum."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from drumstudio.domain.drums import DRUM_COUNT, DRUM_MAPS, GRID_ROWS, Drum
from drumstudio.domain.project import Lane
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import ROW_GAP, draw_padlock, mixed
from drumstudio.ui.grid.editing import DEFAULT_VELOCITY, GridEditor
from drumstudio.ui.grid.geometry import ROW_FLOOR, Rows, lay_out_rows
from drumstudio.ui.grid.state import GridState

WIDTH = 164
_CHIP = 20
_CHIPS_LEFT = 90
_FRAME_MS = 33
_DECAY = 0.16
# Menu text and quarters between strokes.
_FILLS: tuple[tuple[str, float], ...] = (("1/2", 2), ("1/4", 1), ("1/8", 0.5), ("1/16", 0.25))


class ChipButton(QAbstractButton):
    """A small lit toggle: a letter, or a padlock for "lock"."""

    def __init__(self, mark: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedSize(_CHIP, _CHIP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded ground, lit when checked, ringed when focused."""
        palette = theme.current()
        lit = {"M": palette.warn, "S": palette.go, "lock": palette.primer}[self._mark]
        rest = palette.hover if self.underMouse() else palette.raised
        ground = QColor(lit if self.isChecked() else rest)
        ink = QColor(palette.on_lit if self.isChecked() else palette.text_muted)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.focus), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        box = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        painter.drawRoundedRect(box, 4, 4)
        if self._mark == "lock":
            draw_padlock(painter, box.adjusted(3.5, 3, -3.5, -3.5), ink, self.isChecked())
        else:
            painter.setPen(ink)
            painter.setFont(
                theme.font(10, QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Medium)
            )
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._mark)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it: Space is the transport's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """A small square."""
        return QSize(_CHIP, _CHIP)


class RowHeader(QWidget):
    """Header of one drum."""

    pressed = Signal(object, int)

    def __init__(self, state: GridState, editor: GridEditor, drum: Drum, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self._editor = editor
        self.drum = drum
        self.level = 0.0
        self.mute = ChipButton("M", f"Mute {drum.label}", self)
        self.solo = ChipButton("S", f"Solo {drum.label}", self)
        self.lock = ChipButton("lock", f"Lock {drum.label} against the drummer", self)
        self.lock.setToolTip(f"{self.lock.accessibleName()}; your own edits go through")
        for chip in (self.mute, self.solo, self.lock):
            chip.clicked.connect(self._chip_clicked)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{drum.label} row")
        self.setAccessibleDescription("Press to hear it, to the right for louder")
        self.setToolTip(f"{drum.label}: press to hear it, further right for louder")
        self.refresh()

    def refresh(self) -> None:
        """Show the lane's state."""
        lane = self._state.project.lanes[self.drum]
        self.mute.setChecked(lane.muted)
        self.solo.setChecked(lane.soloed)
        self.lock.setChecked(lane.locked)
        self.update()

    def _chip_clicked(self, _checked: bool = False) -> None:
        muted, soloed, locked = (chip.isChecked() for chip in (self.mute, self.solo, self.lock))
        self._editor.set_lane(self.drum, Lane(muted, soloed, locked))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chips in the middle of the row."""
        top = (self.height() - ROW_GAP - _CHIP) // 2 + 1
        for index, chip in enumerate((self.mute, self.solo, self.lock)):
            chip.move(_CHIPS_LEFT + index * (_CHIP + 4), top)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Colour, name, activity, and whether this is the row the keys act on."""
        palette, state = theme.current(), self._state
        chosen = state.selection.drum == self.drum
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = (self.height() - ROW_GAP) / 2 + 1
        if chosen or self.hasFocus() or self.underMouse():
            painter.setBrush(QColor(palette.panel))
            if self.hasFocus():
                painter.setPen(QPen(QColor(palette.focus), 1.5))
            painter.drawRoundedRect(QRectF(4, 1, self.width() - 7, self.height() - ROW_GAP), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = palette.drum(self.drum)
        painter.setBrush(mixed(colour, QColor(palette.playhead), 0.7 * self.level))
        tall = min(26.0, self.height() - ROW_GAP - 6.0) + 6 * self.level
        wide = 4 + 3 * self.level
        painter.drawRoundedRect(QRectF(10, middle - tall / 2, wide, tall), 2, 2)
        audible = state.audible(self.drum)
        ink = QColor(palette.text if audible else palette.text_faint)
        painter.setPen(ink)
        painter.setFont(theme.font(12, QFont.Weight.DemiBold if chosen else QFont.Weight.Medium))
        box = QRectF(21, 1, _CHIPS_LEFT - 22, self.height() - ROW_GAP)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.drum.label)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play the drum, louder towards the right; the row becomes the one the keys act on."""
        self._state.selection.focus(self._state.selection.step, self.drum)
        if event.button() == Qt.MouseButton.LeftButton:
            share = max(0.0, min(1.0, event.position().x() / _CHIPS_LEFT))
            self.pressed.emit(self.drum, round(20 + 107 * share))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two fast presses are two strokes."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter plays the drum."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit(self.drum, DEFAULT_VELOCITY)
        else:
            event.ignore()

    def enterEvent(self, event: QEvent) -> None:
        """Show that it can be pressed."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Rest."""
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the whole row."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.mapToGlobal(self.rect().center()) if by_key else event.globalPos()
        self.menu().popup(at)
        event.accept()

    def menu(self) -> QMenu:
        """The menu of the row."""
        drum, grid = self.drum, self._state.pattern.grid
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, quarters in _FILLS:
            steps = quarters * grid.steps_per_quarter
            action = menu.addAction(f"Fill every {text}")
            action.setEnabled(steps == int(steps) and steps >= 1)
            action.triggered.connect(partial(self._fill, int(steps)))
        menu.addSeparator()
        menu.addAction("Clear the row").triggered.connect(self._clear)
        copies = menu.addMenu("Copy the row to")
        for other in GRID_ROWS:
            if other != drum:
                copies.addAction(other.label).triggered.connect(partial(self._copy, other))
        menu.addSeparator()
        notes = menu.addMenu("MIDI notes")
        for drum_map in DRUM_MAPS.values():
            listed = ", ".join(str(note) for note in drum_map.notes[drum])
            notes.addAction(f"{drum_map.label}: {listed}").setEnabled(False)
        return menu

    def _fill(self, steps: int, _checked: bool = False) -> None:
        self._editor.fill_every(self.drum, steps)

    def _clear(self, _checked: bool = False) -> None:
        self._editor.clear_row(self.drum)

    def _copy(self, target: Drum, _checked: bool = False) -> None:
        self._editor.copy_row(self.drum, target)


class RowHeaders(QWidget):
    """The nine headers, as high as the grid's rows.

    Signal: `strike_requested(Drum, int)` with a velocity of 1-127.
    """

    strike_requested = Signal(object, int)

    def __init__(self, state: GridState, editor: GridEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setFixedWidth(WIDTH)
        self.setMinimumHeight(ROW_FLOOR * DRUM_COUNT)
        self.headers = {drum: RowHeader(state, editor, drum, self) for drum in GRID_ROWS}
        for header in self.headers.values():
            header.pressed.connect(self.strike_requested)
        self._fading = QTimer(self)
        self._fading.setInterval(_FRAME_MS)
        self._fading.timeout.connect(self._fade)
        state.columns_changed.connect(self._refresh)
        state.selection.changed.connect(self._selection_changed)
        self.set_rows(lay_out_rows(ROW_FLOOR * DRUM_COUNT))

    def set_rows(self, rows: Rows) -> None:
        """Take over the heights of the grid's rows."""
        for row, drum in enumerate(GRID_ROWS):
            self.headers[drum].setGeometry(0, rows.top(row), WIDTH, rows.height(row))

    def flash(self, drum: Drum) -> None:
        """Light the activity light of `drum`; it fades by itself."""
        self.headers[drum].level = 1.0
        self.headers[drum].update()
        if self.isVisible():
            self._fading.start()

    def _fade(self) -> None:
        lit = False
        for header in self.headers.values():
            if header.level:
                header.level = max(0.0, header.level - _DECAY)
                header.update()
                lit = lit or header.level > 0
        if not lit:
            self._fading.stop()

    def _refresh(self, columns: object) -> None:
        if columns is None:
            for header in self.headers.values():
                header.refresh()

    def _selection_changed(self) -> None:
        for header in self.headers.values():
            header.update()
