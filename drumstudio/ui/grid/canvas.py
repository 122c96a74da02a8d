"""What the grid shows: a widget that keeps a picture of its cells and repaints columns that changed."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import RADIUS, CellPainter, HitLook, faded
from drumstudio.ui.grid.geometry import COLUMN_FLOOR, ROW_FLOOR, ROW_OF, Rows, lay_out_rows
from drumstudio.ui.grid.selection import Block
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.words import surprise_level


class GridCanvas(QWidget):
    """Nine rows of cells over the columns of the pattern, painted; what they do is the grid view's.

    Signal: `rows_moved(Rows)` when the rows changed height.  `hovered` is the cell (step, row)
    that is ringed as the one under the pointer.
    """

    rows_moved = Signal(object)

    def __init__(self, state: GridState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.rows: Rows = lay_out_rows(ROW_FLOOR * DRUM_COUNT)
        self.hovered: tuple[int, int] | None = None
        self._cells: CellPainter | None = None
        self._picture: QPixmap | None = None
        self._dirty: set[int] | None = None  # None: everything
        self._shown_focus = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        state.columns_changed.connect(self._columns_changed)
        state.laid_out.connect(self._laid_out)
        state.playhead_moved.connect(self._playhead_moved)
        state.selection.changed.connect(self._selection_changed)

    def sizeHint(self) -> QSize:
        """Room for four bars."""
        return QSize(64 * COLUMN_FLOOR, 44 * DRUM_COUNT)

    def minimumSizeHint(self) -> QSize:
        """A bar wide, every row at its floor."""
        return QSize(16 * COLUMN_FLOOR, ROW_FLOOR * DRUM_COUNT)

    # -- where things are

    def cell_at(self, point: QPoint | QPointF) -> tuple[int, int]:
        """Column and row under a point of the widget, held to the grid."""
        return self.state.columns.step_at(point.x() + self.state.scroll), self.rows.row_at(point.y())

    def cell_rect(self, step: int, drum: Drum) -> QRect:
        """Rectangle of a cell in the widget."""
        columns, row = self.state.columns, ROW_OF[drum]
        left = columns.x[step] - self.state.scroll
        return QRect(left, self.rows.top(row), columns.right[step] - columns.x[step], self.rows.height(row))

    def _block_rect(self, block: Block) -> QRect:
        first = self.cell_rect(block.first_step, GRID_ROWS[block.first_row])
        return first.united(self.cell_rect(block.last_step, GRID_ROWS[block.last_row]))

    def _column_rect(self, step: int) -> QRect:
        columns = self.state.columns
        left = columns.x[step] - self.state.scroll
        reach = columns.step_width  # hits off their step reach over the edge
        return QRect(left - reach, 0, columns.right[step] - columns.x[step] + 2 * reach, self.height())

    # -- what changed

    def _columns_changed(self, changed: set[int] | None) -> None:
        if changed is None:
            self._dirty = None
            self.update()
            return
        if self._dirty is not None:
            self._dirty |= {near for step in changed for near in (step - 1, step, step + 1)}
        for step in changed:
            self.update(self._column_rect(step))

    def _laid_out(self) -> None:
        self._dirty = None
        self._shown_focus = self._focus_rect()
        self.update()

    def _playhead_moved(self, left: int | None, entered: int | None) -> None:
        for step in (left, entered):
            if step is not None and step < self.state.columns.steps:
                self.update(self._column_rect(step))

    def _selection_changed(self) -> None:
        self.update(self._shown_focus)
        self._shown_focus = self._focus_rect()
        self.update(self._shown_focus)

    def _focus_rect(self) -> QRect:
        """What the focus ring and the selection cover, as things lie now."""
        selection = self.state.selection
        rect = self.cell_rect(selection.step, selection.drum)
        if selection.block:
            rect = rect.united(self._block_rect(selection.block))
        return rect.adjusted(-3, -3, 3, 3)

    def hover(self, cell: tuple[int, int] | None) -> None:
        """Ring `cell` (step, row) as the one under the pointer."""
        if cell != self.hovered:
            for one in (self.hovered, cell):
                if one and one[0] < self.state.columns.steps:
                    self.update(self.cell_rect(one[0], GRID_ROWS[one[1]]))
            self.hovered = cell

    # -- painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit columns and rows to the new size."""
        self.rows = lay_out_rows(self.height())
        self._cells = None
        self._dirty = None
        self.state.set_width(self.width())
        self._shown_focus = self._focus_rect()
        self.rows_moved.emit(self.rows)

    def changeEvent(self, event: QEvent) -> None:
        """A new theme needs new pictures."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._cells = None
            self._dirty = None
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Stamp the kept picture, then what moves: playhead, selection, focus."""
        picture = self._refreshed()
        painter = QPainter(self)
        ratio = picture.devicePixelRatio()
        rect = event.rect()
        source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
        painter.drawPixmap(QRectF(rect), picture, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.state.playhead is not None:
            self._paint_playhead(painter, self.state.playhead)
        self._paint_selection(painter)
        painter.end()

    def _refreshed(self) -> QPixmap:
        """The kept picture, its changed columns painted anew."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._cells is None or self._cells.ratio != ratio:
            self._cells = CellPainter(theme.current(), self.rows, ratio)
            self._dirty = None
        if self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            self._dirty = None
        if self._dirty is None or self._dirty:
            painter = QPainter(self._picture)
            for run in self._dirty_runs():
                self._paint_run(painter, self._cells, run)
            painter.end()
            self._dirty = set()
        return self._picture

    def _dirty_runs(self) -> Iterator[range]:
        columns, scroll = self.state.columns, self.state.scroll
        visible = columns.span(scroll, scroll + self.width())
        if self._dirty is None:
            yield visible
            return
        start = previous = None
        for step in sorted(step for step in self._dirty if step in visible):
            if previous is None or step != previous + 1:
                if start is not None and previous is not None:
                    yield range(start, previous + 1)
                start = step
            previous = step
        if start is not None and previous is not None:
            yield range(start, previous + 1)

    def _paint_run(self, painter: QPainter, cells: CellPainter, run: range) -> None:
        """Ground and hits of neighbouring columns, nothing beyond them."""
        state, columns, pattern = self.state, self.state.columns, self.state.pattern
        palette, scroll = cells.theme, self.state.scroll
        left = columns.x[run[0]] - scroll if run[0] else 0
        ends = run[-1] + 1 == columns.steps
        right = self.width() if ends else columns.x[run[-1] + 1] - scroll
        height, bottom = self.height(), self.rows.y[-1]
        ground, line = QColor(palette.window), QColor(palette.bar_line)
        painter.setClipRect(left, 0, right - left, height)
        if cells.ratio % 1:  # edges of columns fall between pixels: leave none of them bare
            painter.fillRect(left, 0, right - left, height, ground)
        painter.fillRect(left, bottom, right - left, height - bottom, ground)
        painter.fillRect(left, 0, columns.x[run[0]] - scroll - left, height, ground)
        seam = columns.steps if pattern.seam is None else pattern.seam
        for step in run:
            x, end, following = columns.x[step], columns.right[step], columns.x[step + 1]
            tile = cells.column(end - x, columns.beat[step] % 2 == 0, step >= seam, state.locked_rows(step))
            painter.drawPixmap(x - scroll, 0, tile)
            if following > end:
                painter.fillRect(end - scroll, 0, following - end, height, ground)
                if (step + 1) % columns.steps_per_bar == 0 and step + 1 < columns.steps:
                    painter.fillRect(following - scroll - 3, 0, 1, bottom, line)
        if ends:
            painter.fillRect(columns.x[-1] - scroll, 0, right - columns.x[-1] + scroll, height, ground)
        self._paint_hits(painter, cells, range(run[0] - 1, run[-1] + 2))
        if state.surprise is not None:
            self._paint_missed(painter, cells, run)
        if pattern.locked_cells:
            self._paint_padlocks(painter, cells, run)

    def _paint_missed(self, painter: QPainter, cells: CellPainter, run: range) -> None:
        columns, scroll = self.state.columns, self.state.scroll
        for step in run:
            for drum, level in self.state.missed(step):
                picture = cells.missed(level, columns.right[step] - columns.x[step])
                painter.drawPixmap(columns.x[step] - scroll, self.rows.top(ROW_OF[drum]), picture)

    def _paint_padlocks(self, painter: QPainter, cells: CellPainter, run: range) -> None:
        columns, scroll, pattern = self.state.columns, self.state.scroll, self.state.pattern
        for step in run:
            for row in self.state.lock_marks(step):
                top = cells.padlock_top(row, pattern.hit_at(step, GRID_ROWS[row]))
                picture = cells.padlock(columns.right[step] - columns.x[step])
                painter.drawPixmap(QPointF(columns.x[step] - scroll, top), picture)

    def _paint_hits(self, painter: QPainter, cells: CellPainter, run: range, lit: bool = False) -> None:
        """Hits of the columns of `run`, moved to where they sound; only audible ones when `lit`."""
        state, columns, scroll = self.state, self.state.columns, self.state.scroll
        audible = [state.audible(drum) for drum in Drum]
        tops = [self.rows.top(ROW_OF[drum]) for drum in Drum]
        surprise = state.surprise
        for hit in state.hits_in(run):
            step, drum = hit.step, hit.drum
            if lit and not audible[drum]:
                continue
            look = HitLook(drum, hit.velocity, audible[drum], hit.chance >= 1.0, lit)
            if surprise is not None:
                look = look._replace(surprise=surprise_level(surprise.get((step, drum), 0.0)))
            left = columns.x[step]
            picture = cells.hit(look, columns.right[step] - left)
            if hit.offset:
                left += round(hit.offset * columns.step_width)
            painter.drawPixmap(left - scroll, tops[drum], picture)

    def _paint_playhead(self, painter: QPainter, step: int) -> None:
        columns, cells = self.state.columns, self._cells
        if cells is not None:
            self._paint_hits(painter, cells, range(step, step + 1), lit=True)
            left = columns.x[step]
            painter.drawPixmap(left - self.state.scroll, 0, cells.playhead(columns.right[step] - left))

    def _paint_selection(self, painter: QPainter) -> None:
        palette, selection = theme.current(), self.state.selection
        colour = QColor(palette.selection)
        if self.hovered:
            rect = QRectF(self.cell_rect(self.hovered[0], GRID_ROWS[self.hovered[1]]))
            painter.setPen(QPen(faded(QColor(palette.text), 0.35), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1.5, 1.5, -1.5, -2.5), RADIUS, RADIUS)
        if selection.block:
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(faded(colour, 0.16))
            rect = QRectF(self._block_rect(selection.block))
            painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -1.75), RADIUS, RADIUS)
        if self.hasFocus():
            rect = QRectF(self.cell_rect(selection.step, selection.drum))
            painter.setPen(QPen(QColor(palette.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -2), RADIUS, RADIUS)
