"""The ruler above the grid: bars and beats, primer and continuation, the seam between them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.grid.cells import faded
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.words import length_words, place_words

HEIGHT = 48
_LINE = 29  # where the coloured line lies
_GRAB = 6  # pixels on either side of the seam that take hold of it
_BEAT_ROOM = 34  # a beat narrower than this goes without a number
_BAR_ROOM = 22


class Ruler(QWidget):
    """Numbers of bars and beats over the columns.

    Signals: `locate_requested(int)` on a click or scrub; `regenerate_requested(int)` from the
    menu, with the step from which the drummer shall begin anew.
    """

    locate_requested = Signal(int)
    regenerate_requested = Signal(int)

    def __init__(self, state: GridState, editor: GridEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._editor = editor
        self._drag: tuple[str, int] | None = None  # the seam's merge key while it is dragged
        self._scrubbing = False
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Ruler")
        state.columns_changed.connect(self._changed)
        state.laid_out.connect(self.update)
        state.playhead_moved.connect(self._playhead_moved)
        self._changed(None)

    def sizeHint(self) -> QSize:
        """As wide as it gets."""
        return QSize(400, HEIGHT)

    def _changed(self, columns: object) -> None:
        if columns is None:
            seam = self._state.pattern.seam
            where = f"seam at {place_words(self._state.pattern.grid, seam)}" if seam else "no continuation"
            self.setAccessibleDescription(f"{length_words(self._state.pattern.grid, self._steps)}, {where}")
            self.update()

    @property
    def _steps(self) -> int:
        return self._state.columns.steps

    def _x(self, step: int) -> int:
        return self._state.columns.x[step] - self._state.scroll

    def _playhead_moved(self, left: int | None, entered: int | None) -> None:
        for step in (left, entered):
            if step is not None and step < self._steps:
                self.update(QRect(self._x(step) - 8, _LINE - 9, self._x(step + 1) - self._x(step) + 16, 12))

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Numbers, the coloured line, the two labels and the seam's grip."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seam = self._state.pattern.seam
        end = self._state.columns.right[-1] - self._state.scroll
        if seam is not None:
            ground = QLinearGradient(0, 0, 0, _LINE)
            ground.setColorAt(0, faded(QColor(palette.accent_ground), 0.45))
            ground.setColorAt(1, QColor(palette.accent_ground))
            painter.fillRect(QRect(self._x(seam), 0, end - self._x(seam), _LINE), ground)
        self._paint_numbers(painter)
        self._paint_line(painter, end)
        if seam is not None:
            self._paint_grip(painter, self._x(seam))
        if self._state.playhead is not None:
            self._paint_playhead(painter, self._state.playhead)
        painter.end()

    def _paint_numbers(self, painter: QPainter) -> None:
        palette, columns = theme.current(), self._state.columns
        bold, plain = theme.font(12, QFont.Weight.DemiBold), theme.font(11)
        per_bar = columns.steps_per_bar
        bar_width = columns.x[per_bar] - columns.x[0]
        beats = len([step for step in columns.starts if step < per_bar])
        every = 1
        while bar_width * every < _BAR_ROOM:
            every *= 2
        for step in columns.span(self._state.scroll - bar_width, self._state.scroll + self.width()):
            if step not in columns.starts:
                continue
            bar, x = step // per_bar, self._x(step)
            if step % per_bar == 0:
                painter.fillRect(x - 3 if step else x, 4, 1, _LINE - 4, QColor(palette.bar_line))
                if bar % every == 0:
                    painter.setFont(bold)
                    painter.setPen(QColor(palette.text))
                    painter.drawText(QPointF(x + 4, 18), str(bar + 1))
            elif bar_width >= beats * _BEAT_ROOM:
                painter.setFont(plain)
                painter.setPen(QColor(palette.text_faint))
                painter.drawText(QPointF(x + 2, 18), f"{bar + 1}.{columns.beat[step] + 1}")

    def _paint_line(self, painter: QPainter, end: int) -> None:
        palette, state = theme.current(), self._state
        pattern, seam = state.pattern, state.pattern.seam
        if seam is None:
            painter.fillRect(QRect(self._x(0), _LINE, end - self._x(0), 2), QColor(palette.border_strong))
            name, colour = "PATTERN", palette.text_muted
            if state.previewing:
                name, colour = f"CONTINUATION {state.preview_name}".strip(), palette.accent_text
            length = length_words(pattern.grid, pattern.steps)
            self._paint_label(painter, f"{name} · {length}", colour, self._x(0), end)
            return
        middle = self._x(seam)
        painter.fillRect(QRect(self._x(0), _LINE, middle - self._x(0), 2), QColor(palette.primer))
        painter.fillRect(QRect(middle, _LINE, end - middle, 2), QColor(palette.accent_text))
        primer = f"PRIMER · {length_words(pattern.grid, seam)}"
        made = f"{('CONTINUATION ' + state.preview_name).strip()} · "
        made += length_words(pattern.grid, pattern.steps - seam)
        self._paint_label(painter, primer, palette.primer, self._x(0), middle)
        self._paint_label(painter, made, palette.accent_text, middle, end)

    def _paint_label(self, painter: QPainter, text: str, colour: str, left: int, right: int) -> None:
        """A label that stays in sight while its stretch is scrolled through, cut where it ends."""
        font = theme.font(10, QFont.Weight.Medium, 0.9)
        left, right = max(left, 0) + 4, min(right, self.width()) - 4
        if right - left < 24:
            return
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QPointF(left, _LINE + 14), shown)

    def _paint_grip(self, painter: QPainter, x: int) -> None:
        palette = theme.current()
        colour = QColor(palette.accent_text)
        if self._drag is not None or self._near_seam(self.mapFromGlobal(self.cursor().pos())):
            colour = QColor(palette.focus)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(QRectF(x - 2, 4, 2, _LINE - 2))
        painter.drawRoundedRect(QRectF(x - 5, _LINE - 7, 8, 12), 3, 3)

    def _paint_playhead(self, painter: QPainter, step: int) -> None:
        middle = (self._x(step) + self._state.columns.right[step] - self._state.scroll) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().playhead))
        tip = [QPointF(middle - 5, _LINE - 8), QPointF(middle + 5, _LINE - 8), QPointF(middle, _LINE - 1)]
        painter.drawPolygon(QPolygonF(tip))

    # -- the pointer

    def step_at(self, x: float) -> int:
        """Column under `x`."""
        return self._state.columns.step_at(x + self._state.scroll)

    def _near_seam(self, point: QPoint | QPointF) -> bool:
        seam = self._state.pattern.seam
        if seam is None or self._state.previewing or not self.rect().contains(QPointF(point).toPoint()):
            return False
        return abs(point.x() - self._x(seam)) <= _GRAB

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the seam, or go where the click is."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._near_seam(event.position()):
            self._drag = self._state.document.gesture()
            self.update()
        else:
            self._scrubbing = True
            self.locate_requested.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the seam, scrub, or show that the seam can be dragged."""
        x = event.position().x()
        if self._drag is not None:
            self._editor.set_seam(self._seam_for(x), self._drag)
        elif self._scrubbing:
            self.locate_requested.emit(self.step_at(x))
        else:
            near = self._near_seam(event.position())
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
            self.setToolTip("Drag: where the drummer takes over" if near else "Click: play from here")
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = None
        self._scrubbing = False
        self.update()

    def _seam_for(self, x: float) -> int:
        """The column edge next to `x`, bar lines drawing it in; never an end of the pattern."""
        columns = self._state.columns
        under = self.step_at(x)
        step = min((under, under + 1), key=lambda edge: abs(self._x(edge) - x))
        bar = round(step / columns.steps_per_bar) * columns.steps_per_bar
        if 0 < bar < columns.steps and abs(self._x(bar) - x) < 2 * _GRAB:
            step = bar
        return max(1, min(columns.steps - 1, step))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll."""
        turn = event.angleDelta()
        way = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y()
        self._state.set_scroll(self._state.scroll - round(way / 120 * 3 * self._state.columns.step_width))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done at this step."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        step = self._state.selection.step if by_key else self.step_at(event.pos().x())
        self.menu(step).popup(event.globalPos())

    def menu(self, step: int) -> QMenu:
        """The menu of `step`."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        where = place_words(self._state.pattern.grid, step)
        menu.addAction(f"Play from {where}").triggered.connect(lambda: self.locate_requested.emit(step))
        if not self._state.previewing:
            again = menu.addAction("Regenerate from here")
            again.setEnabled(step > 0)
            again.triggered.connect(lambda: self.regenerate_requested.emit(step))
            menu.addSeparator()
            seam = menu.addAction("Put the seam here")
            seam.setEnabled(0 < step < self._steps and step != self._state.pattern.seam)
            seam.triggered.connect(lambda: self._editor.set_seam(step))
            gone = menu.addAction("Make all of it mine: remove the seam")
            gone.setEnabled(self._state.pattern.seam is not None)
            gone.triggered.connect(lambda: self._editor.set_seam(None))
        return menu
