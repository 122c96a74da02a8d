"""The heat map of a sweep: validation perplexity of every shape, as colour and as number."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from drumstudio.app.training.runs import Cell, CellState
from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER
from drumstudio.ui.training.paint import ink, mixed
from drumstudio.ui.training.words import cell_note, perplexity, plural

_LEFT, _TOP, _LEGEND, _GAP = 62.0, 26.0, 30.0, 5.0
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}

Shape = tuple[int, int]


def warmth(value: float, values: Sequence[float]) -> float:
    """Where `value` lies among `values`, by octaves: 1 for the lowest and best, 0 for the highest."""
    low, high = min(values), max(values)
    return 1.0 if high <= low else 1 - log(value / low) / log(high / low)


def best_cell(cells: Sequence[Cell]) -> Cell | None:
    """The cell of the lowest perplexity so far."""
    measured = [cell for cell in cells if cell.perplexity is not None]
    return min(measured, key=lambda cell: cell.perplexity or 0.0, default=None)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable_on(ground: QColor) -> QColor:
    """White or nearly black: what stands out more from `ground`."""
    grounds = _luminance(ground)

    def contrast(text: QColor) -> float:
        low, high = sorted((_luminance(text), grounds))
        return (high + 0.05) / (low + 0.05)

    return max((QColor(theme.DARK.on_accent), QColor(theme.DARK.field)), key=contrast)


class HeatMap(QWidget):
    """Layers down, units across.  A click, or arrows and Enter, picks a cell: `picked(layers, units)`."""

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: dict[Shape, Cell] = {}
        self._layers: tuple[int, ...] = ()
        self._units: tuple[int, ...] = ()
        self._at = (0, 0)
        self._chosen: Shape | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(280, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Heat map of the sweep")

    # -- what is shown

    @property
    def chosen(self) -> Shape | None:
        """Layers and units of the cell that was picked."""
        return self._chosen

    def show_cells(self, cells: Sequence[Cell], chosen: Shape | None) -> None:
        """Show `cells`, with the shape `chosen` marked."""
        if ({(cell.layers, cell.units): cell for cell in cells}, chosen) == (self._cells, self._chosen):
            return
        self._cells = {(cell.layers, cell.units): cell for cell in cells}
        self._layers = tuple(sorted({cell.layers for cell in cells}))
        self._units = tuple(sorted({cell.units for cell in cells}))
        if chosen != self._chosen and chosen in self._cells:
            self._at = (self._layers.index(chosen[0]), self._units.index(chosen[1]))
        self._chosen = chosen
        self._at = (
            min(self._at[0], max(0, len(self._layers) - 1)),
            min(self._at[1], max(0, len(self._units) - 1)),
        )
        self._describe()
        self.update()

    def cell_rect(self, layers: int, units: int) -> QRectF:
        """Where a cell lies."""
        row, column = self._layers.index(layers), self._units.index(units)
        width = (self.width() - _LEFT) / max(1, len(self._units))
        height = (self.height() - _TOP - _LEGEND) / max(1, len(self._layers))
        return QRectF(
            _LEFT + column * width + _GAP / 2, _TOP + row * height + _GAP / 2, width - _GAP, height - _GAP
        )

    def describe(self, cell: Cell) -> str:
        """A cell in words."""
        shape = f"{plural(cell.layers, 'layer')} of {plural(cell.units, 'unit')}"
        value = f"validation {perplexity(cell.perplexity)}" if cell.perplexity is not None else ""
        best = "the best so far" if cell is best_cell(list(self._cells.values())) else ""
        told = ", ".join(word for word in (shape, value, best, cell_note(cell)) if word)
        return f"{told}: {cell.message}" if cell.message else told

    def _describe(self) -> None:
        cell = self._current()
        self.setAccessibleDescription(self.describe(cell) if cell else "")

    def _current(self) -> Cell | None:
        if not self._layers:
            return None
        return self._cells.get((self._layers[self._at[0]], self._units[self._at[1]]))

    def _cell_at(self, point: QPointF) -> Cell | None:
        return next((cell for cell in self._cells.values() if self._rect(cell).contains(point)), None)

    def _rect(self, cell: Cell) -> QRectF:
        return self.cell_rect(cell.layers, cell.units)

    # -- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the cell."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at = (self._layers.index(cell.layers), self._units.index(cell.units))
            self._pick(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the cell is."""
        cell = self._cell_at(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), self.describe(cell) if cell else "", self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter picks."""
        move = _ARROWS.get(Qt.Key(event.key()))
        cell = self._current()
        if move and self._layers:
            row = min(len(self._layers) - 1, max(0, self._at[0] + move[0]))
            column = min(len(self._units) - 1, max(0, self._at[1] + move[1]))
            self._at = (row, column)
            self._describe()
            self.update()
        elif event.key() in ENTER and cell is not None:
            self._pick(cell)
        else:
            super().keyPressEvent(event)

    def _pick(self, cell: Cell) -> None:
        self._chosen = (cell.layers, cell.units)
        self._describe()
        self.update()
        self.picked.emit(cell.layers, cell.units)

    # -- painting

    def sizeHint(self) -> QSize:
        """Room for three by three."""
        return QSize(360, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names, cells and what the colours mean."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        painter.setPen(ink("text_muted"))
        for units in self._units:
            box = self.cell_rect(self._layers[0], units)
            painter.drawText(QRectF(box.left(), 0, box.width(), _TOP), _CENTRE, plural(units, "unit"))
        for layers in self._layers:
            box = self.cell_rect(layers, self._units[0])
            align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(0, box.top(), _LEFT - 4, box.height()), align, plural(layers, "layer"))
        values = [cell.perplexity for cell in self._cells.values() if cell.perplexity is not None]
        best = best_cell(list(self._cells.values()))
        for cell in self._cells.values():
            self._paint_cell(painter, cell, values, cell is best)
        if values:
            self._paint_legend(painter, min(values), max(values))

    @staticmethod
    def ground(share: float) -> QColor:
        """Colour of a cell at `share` of the way to the best."""
        return mixed(ink("raised"), ink("accent"), share)

    def _paint_cell(self, painter: QPainter, cell: Cell, values: Sequence[float], best: bool) -> None:
        box = self._rect(cell)
        measured = cell.perplexity is not None
        ground = self.ground(warmth(cell.perplexity, values)) if cell.perplexity else ink("field")
        painter.setPen(QPen(ink("border"), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 6, 6)
        if cell.state is CellState.DROPPED:
            hatch = readable_on(ground)
            hatch.setAlphaF(0.3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(box, 6, 6)
        text = readable_on(ground)
        note = cell_note(cell, best)
        painter.setPen(text)
        if measured:
            painter.setFont(theme.font(17, QFont.Weight.DemiBold))
            middle = box.adjusted(0, 0, 0, -16 if note else 0)
            painter.drawText(middle, _CENTRE, perplexity(cell.perplexity))
        painter.setFont(theme.font(11))
        below = QRectF(box.left(), box.center().y() + 3, box.width(), 16) if measured else box
        painter.drawText(below, _CENTRE, note)
        self._paint_ring(painter, cell, box, best)

    def _paint_ring(self, painter: QPainter, cell: Cell, box: QRectF, best: bool) -> None:
        """Outline the best, the one that trains, the one picked and the one the keys are on."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if best:
            painter.setPen(QPen(ink("go"), 2.5))
            painter.drawRoundedRect(box, 6, 6)
        if cell.state is CellState.TRAINING:
            painter.setPen(QPen(ink("warn"), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), 4, 4)
        if (cell.layers, cell.units) == self._chosen:
            painter.setPen(QPen(ink("text"), 1.5))
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 7, 7)
        if self.hasFocus() and cell is self._current():
            painter.setPen(QPen(ink("focus"), 1.5, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(box.adjusted(6, 6, -6, -6), 3, 3)

    def _paint_legend(self, painter: QPainter, low: float, high: float) -> None:
        """Paint the colours from the highest perplexity to the lowest."""
        top, width = self.height() - _LEGEND + 14, 90.0
        painter.setFont(theme.font(11))
        painter.setPen(ink("text_muted"))
        words = f"validation perplexity {perplexity(high)}"
        room = painter.fontMetrics().horizontalAdvance(words) + 8
        painter.drawText(QPointF(2, top + 9), words)
        steps = 18
        for step in range(steps):
            box = QRectF(room + step * width / steps, top, width / steps + 0.5, 10)
            painter.fillRect(box, self.ground(step / (steps - 1)))
        painter.drawText(QPointF(room + width + 8, top + 9), f"{perplexity(low)} · lower is better")
