"""How well drummers foresee takes: a bar of perplexity each, and how surprised each is bar by bar."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.app.drummer.familiarity import Familiarity
from drumstudio.ui import theme
from drumstudio.ui.fields import tabular

_ROW = 40
_NAME = 190
_VALUE = 52
_LEFT = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its perplexity, the surprise of each bar in nats a step, or why there is none."""

    name: str
    perplexity: float | None
    bars: tuple[float, ...] = ()
    level: bool = False
    problem: str = ""


def lines_of(found: Familiarity) -> tuple[Line, ...]:
    """Drummers and the two levels, the best first, those that cannot listen last."""
    lines = [Line(one.name, one.perplexity, one.bars, problem=one.problem) for one in found.models]
    lines.append(Line("Copying the bar before", found.copying, level=True))
    lines.append(Line("Counting events", found.counting, level=True))
    return tuple(sorted(lines, key=lambda line: (line.perplexity is None, line.perplexity or 0.0)))


class KnownChart(QWidget):
    """Paints `lines`; a longer bar is a worse guess, on a log scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()
        self.setAccessibleName("How well each drummer foresees the take")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show `lines`, the first at the top."""
        self.lines = lines
        said = (f"{line.name} {line.problem or f'perplexity {line.perplexity:.2f}'}" for line in lines)
        self.setAccessibleDescription("; ".join(said))
        self.setFixedHeight(max(1, len(lines)) * _ROW)
        self.update()

    def sizeHint(self) -> QSize:
        """A row a line."""
        return QSize(480, max(1, len(self.lines)) * _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        known = [line.perplexity for line in self.lines if line.perplexity is not None]
        most = log(max([*known, 2.0]))
        loudest = max((max(line.bars) for line in self.lines if line.bars), default=1.0)
        for place, line in enumerate(self.lines):
            box = QRectF(0, place * _ROW, self.width(), _ROW)
            self._paint_line(painter, line, box, most, loudest)

    def _paint_line(self, painter: QPainter, line: Line, box: QRectF, most: float, loudest: float) -> None:
        colours = theme.current()
        painter.setFont(theme.font(13))
        painter.setPen(QColor(colours.text_muted if line.level else colours.text))
        name = QRectF(_LEFT, box.y(), _NAME - _LEFT, _ROW)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        cut = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, int(name.width()))
        painter.drawText(name, middle, cut)
        if line.perplexity is None:
            painter.setPen(QColor(colours.bad))
            painter.drawText(box.adjusted(_NAME + 8, 0, 0, 0), middle, "cannot listen: see the message")
            return
        painter.setFont(tabular(theme.font(13)))
        value = QRectF(_NAME, box.y(), _VALUE, _ROW)
        painter.drawText(
            value, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{line.perplexity:.2f}"
        )
        left = _NAME + _VALUE + 14
        room = (self.width() - left - _LEFT) * (0.5 if any(one.bars for one in self.lines) else 1.0)
        width = max(3.0, log(max(line.perplexity, 1.0)) / most * (room - 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border_strong if line.level else colours.accent_text))
        painter.drawRoundedRect(QRectF(left, box.center().y() - 5, width, 10), 3, 3)
        if line.bars:
            spark = QRectF(left + room + 8, box.y() + 6, self.width() - left - room - 8 - _LEFT, _ROW - 12)
            self._paint_bars(painter, line.bars, spark, loudest)

    def _paint_bars(self, painter: QPainter, bars: tuple[float, ...], box: QRectF, loudest: float) -> None:
        """A curve: left the first bar, high where much was not foreseen."""
        colours = theme.current()
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        gap = box.width() / max(1, len(bars) - 1)
        points = [
            QPointF(box.x() + place * gap, box.bottom() - nats / loudest * box.height())
            for place, nats in enumerate(bars)
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent_text), 1.4))
        if len(points) == 1:
            points.append(QPointF(box.right(), points[0].y()))
        painter.drawPolyline(QPolygonF(points))
