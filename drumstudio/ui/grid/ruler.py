"""The ruler above the grid: bars and beats, primer and continuation, the seam between them."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
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

from drumstudio.domain.counting import place_words
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import draw_flag, draw_padlock, faded
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.words import bars_words, length_words

HEIGHT = 48
_LINE = 29  # where the coloured line lies
_GRAB = 6  # pixels on either side of the seam that take hold of it
_BEAT_ROOM = 40  # a beat narrower than this goes without a number
_BAR_ROOM = 22
_MARK = 14  # side of padlock and flag
_MARK_TOP = 6
_MARKS_ROOM = 56  # a bar narrower than this shows its lock and its fill without a place to click
_FLAG_ROOM = 24


class Mark(StrEnum):
    """What can be set on a bar by a click: a padlock by its number, a flag at its end."""

    LOCK = "lock"
    FILL = "fill"


class Ruler(QWidget):
    """Numbers of bars and beats over the columns, padlocks of bars and flags for fills.

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
        self._near: tuple[int, Mark | None] | None = None  # bar under the pointer, and its mark
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
            pattern = self._state.pattern
            parts = [length_words(pattern.grid, self._steps)]
            parts.append(f"seam at {place_words(pattern.grid, seam)}" if seam else "no continuation")
            if pattern.locked_bars:
                parts.append(f"{bars_words(pattern.locked_bars)} locked")
            if pattern.fill_bars:
                parts.append(f"{bars_words(pattern.fill_bars)} marked for a fill")
            self.setAccessibleDescription(", ".join(parts))
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
        self._paint_marks(painter)
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
                text = f"{bar + 1}.{columns.beat[step] + 1}"
                end = x + 2 + QFontMetricsF(plain).horizontalAdvance(text)
                if not self._flag_shown(bar) or end <= self.mark_box(bar, Mark.FILL).left():
                    painter.setFont(plain)
                    painter.setPen(QColor(palette.text_faint))
                    painter.drawText(QPointF(x + 2, 18), text)

    def _paint_marks(self, painter: QPainter) -> None:
        """Locks and flags that are set, and in the bar under the pointer those that can be."""
        palette, pattern = theme.current(), self._state.pattern
        first, last = self._bar_at(0), self._bar_at(self.width())
        for bar in sorted(pattern.locked_bars):
            if first <= bar <= last:
                left, right = self._bar_ends(bar)
                painter.fillRect(QRectF(left, 2, right - left, 2), QColor(palette.primer))
        for bar in range(first, last + 1):
            near = self._near_bar(bar)
            lit = self._near[1] if near and self._near is not None else None
            locked, filled = bar in pattern.locked_bars, bar in pattern.fill_bars
            ghost = QColor(palette.text_muted)
            if (locked or near) and self._marks_fit(bar):
                colour = QColor(palette.focus if lit is Mark.LOCK else palette.primer if locked else ghost)
                draw_padlock(painter, self.mark_box(bar, Mark.LOCK), colour, locked)
            if self._flag_shown(bar):
                colour = QColor(
                    palette.focus if lit is Mark.FILL else palette.accent_text if filled else ghost
                )
                draw_flag(painter, self.mark_box(bar, Mark.FILL), colour, filled)

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

    # -- bars and their marks

    def _bar_at(self, x: float) -> int:
        return self.step_at(x) // self._state.columns.steps_per_bar

    def _bar_ends(self, bar: int) -> tuple[int, int]:
        columns = self._state.columns
        last = (bar + 1) * columns.steps_per_bar - 1
        return self._x(bar * columns.steps_per_bar), columns.right[last] - self._state.scroll

    def _marks_fit(self, bar: int) -> bool:
        left, right = self._bar_ends(bar)
        return right - left >= _MARKS_ROOM

    def _near_bar(self, bar: int) -> bool:
        """Whether the pointer is over `bar`, whose marks can be set."""
        return self._near is not None and self._near[0] == bar and not self._state.previewing

    def _flag_shown(self, bar: int) -> bool:
        wide = self._state.columns.x[self._state.columns.steps_per_bar] - self._state.columns.x[0]
        filled = bar in self._state.pattern.fill_bars
        return wide >= _FLAG_ROOM and (filled or (self._near_bar(bar) and self._marks_fit(bar)))

    def mark_box(self, bar: int, mark: Mark) -> QRectF:
        """Where a mark of `bar` stands, and can be clicked."""
        left, right = self._bar_ends(bar)
        if mark is Mark.FILL:
            return QRectF(right - _MARK - 2, _MARK_TOP, _MARK, _MARK)
        number = QFontMetricsF(theme.font(12, QFont.Weight.DemiBold)).horizontalAdvance(str(bar + 1))
        return QRectF(left + 7 + number, _MARK_TOP, _MARK, _MARK)

    def _mark_at(self, point: QPointF) -> Mark | None:
        bar = self._bar_at(point.x())
        if self._state.previewing or not self._marks_fit(bar):
            return None
        reach = (-2, -4, 2, 4)
        return next(
            (mark for mark in Mark if self.mark_box(bar, mark).adjusted(*reach).contains(point)), None
        )

    def _tip(self, bar: int, mark: Mark) -> str:
        pattern, number = self._state.pattern, bar + 1
        if mark is Mark.FILL:
            if bar in pattern.fill_bars:
                return f"Bar {number} is marked to end in a fill: click to take the mark away"
            return f"Mark bar {number} for a fill: the drummer ends it with one"
        if bar in pattern.locked_bars:
            return f"Bar {number} is locked against the drummer: click to open it"
        return f"Lock bar {number} against the drummer; your own edits go through"

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
        elif (mark := self._mark_at(event.position())) is not None:
            bar = self._bar_at(event.position().x())
            if mark is Mark.LOCK:
                self._editor.lock_bars([bar])
            else:
                self._editor.toggle_fill(bar)
            self._show_near(event.position())
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
            self._show_near(event.position())

    def _show_near(self, point: QPointF) -> None:
        """Show what a press at `point` would do: by marks, pointer and tooltip."""
        seam = self._near_seam(point)
        mark = None if seam else self._mark_at(point)
        bar = self._bar_at(point.x())
        inside = point.x() < self._state.columns.width - self._state.scroll
        self._near = (bar, mark) if inside else None
        shape, tip = Qt.CursorShape.ArrowCursor, "Click: play from here"
        if seam:
            shape, tip = Qt.CursorShape.SplitHCursor, "Drag: where the drummer takes over"
        elif mark is not None:
            shape, tip = Qt.CursorShape.PointingHandCursor, self._tip(bar, mark)
        self.setCursor(shape)
        self.setToolTip(tip)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is near any more."""
        self._near = None
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
            self._add_marks(menu, step // self._state.columns.steps_per_bar)
        return menu

    def _add_marks(self, menu: QMenu, bar: int) -> None:
        pattern, editor = self._state.pattern, self._editor
        menu.addSeparator()
        verb = "Unlock" if bar in pattern.locked_bars else "Lock"
        menu.addAction(f"{verb} bar {bar + 1}").triggered.connect(lambda: editor.lock_bars([bar]))
        marked = bar in pattern.fill_bars
        text = f"Take the fill mark from bar {bar + 1}" if marked else f"Mark bar {bar + 1} for a fill"
        menu.addAction(text).triggered.connect(lambda: editor.toggle_fill(bar))
        opened = menu.addAction("Unlock everything")
        opened.setEnabled(editor.anything_locked)
        opened.triggered.connect(editor.unlock_all)
