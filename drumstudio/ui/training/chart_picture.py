"""The picture of a chart: painted in layers, of which a growing curve leaves the lower ones as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from drumstudio.ui import theme
from drumstudio.ui.fields import tabular
from drumstudio.ui.training.curves import Box, Curve, Level, Point, Scale, scale_for, trace
from drumstudio.ui.training.labels import Wanted, place
from drumstudio.ui.training.paint import ink, mixed
from drumstudio.ui.training.words import count, perplexity

ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
LONGEST = 220  # pixels of a label
_LEFT, _RIGHT, _BOTTOM = 46.0, 12.0, 26.0
_LEGEND_ROW, _SWATCH = 20.0, 22.0
_DASHES = {"dash": [5.0, 4.0], "dot": [1.2, 3.0], "level": [2.0, 4.0]}
# Pixels that a curve may grow before its name moves on.
_STEADY = 24.0


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that a picture depends on; `teaching` is title and text for a chart without curves."""

    size: QSize
    ratio: float
    theme: str
    curves: tuple[Curve, ...]
    levels: tuple[Level, ...]
    octaves: bool
    teaching: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the legend: where it begins, its words and the curve it is about."""

    left: float
    top: float
    width: float
    words: str
    curve: Curve


def pen_for(curve: Curve) -> QPen:
    """What `curve` is drawn with, in the chart and in the legend alike."""
    # Faded, not transparent: the pieces of a line lie over each other.
    colour = mixed(ink(curve.colour), ink("panel"), 0.38) if curve.dimmed else ink(curve.colour)
    pen = QPen(colour, 1.5 if curve.dimmed else 2.4)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if curve.dash != "solid":
        pen.setWidthF(1.8)
        pen.setDashPattern(_DASHES[curve.dash])
    return pen


def digits() -> QFont:
    """The face of figures in the chart."""
    return tabular(theme.font(12))


def elided(metrics: QFontMetricsF, words: str) -> str:
    """Words short enough for a label."""
    return metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, LONGEST)


class ChartPicture:
    """Paints looks.  `scale` and `labels` say where things came to lie in the last one."""

    def __init__(self) -> None:
        self.scale = Scale(Box(0, 0, 1, 1), 2)
        self.labels: dict[str, Box] = {}
        self._lines: dict[str, tuple[Curve, Scale, list[Point]]] = {}
        self._ground = QPixmap()
        self._ground_of: tuple[object, ...] = ()
        self._labels_of: tuple[object, ...] = ()

    def paint(self, look: Look) -> QPixmap:
        """The picture of `look`."""
        entries, bottom = self._legend(look)
        width, height = look.size.width(), look.size.height()
        plot = Box(_LEFT, bottom + 12, width - _LEFT - _RIGHT, height - bottom - 12 - _BOTTOM)
        self.scale = scale_for(plot, look.curves, look.levels, look.octaves)
        self._lines = {curve.key: self._line(curve) for curve in look.curves}
        still = [curve for curve in look.curves if _is_still(curve)]
        ground_of = (
            (look.size, look.ratio, look.theme, self.scale, look.levels, look.teaching),
            [(entry.words, entry.left, entry.top, entry.curve.colour) for entry in entries],
            [(curve.key, id(curve.points)) for curve in still],
        )
        if ground_of != self._ground_of:
            self._ground_of = ground_of
            self._ground = self._paint_ground(look, entries, still)
        picture = self._ground.copy()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in reversed(look.curves):
            if not _is_still(curve):
                self._paint_curve(painter, curve)
        self._paint_labels(painter, look)
        if not look.curves:
            self._paint_teaching(painter, *look.teaching)
        painter.end()
        return picture

    def _line(self, curve: Curve) -> tuple[Curve, Scale, list[Point]]:
        known = self._lines.get(curve.key)
        if known is not None and known[0].points is curve.points and known[1] == self.scale:
            return known
        return curve, self.scale, trace(curve, self.scale)

    @staticmethod
    def _legend(look: Look) -> tuple[list[_Entry], float]:
        """What line means what, in as many rows as it takes, and where they end."""
        metrics = QFontMetricsF(theme.font(12))
        entries: list[_Entry] = []
        left, top = _LEFT, 3.0
        for curve in look.curves:
            words = elided(metrics, curve.label)
            width = _SWATCH + 8 + metrics.horizontalAdvance(words)
            if left > _LEFT and left + width > look.size.width() - _RIGHT:
                left, top = _LEFT, top + _LEGEND_ROW
            entries.append(_Entry(left, top, width, words, curve))
            left += width + 18
        return entries, top + _LEGEND_ROW if entries else 0.0

    def _paint_ground(self, look: Look, entries: Sequence[_Entry], still: Sequence[Curve]) -> QPixmap:
        """Paint what stays while a curve grows: legend, grid, levels, and the curves that are finished."""
        ground = QPixmap(look.size * look.ratio)
        ground.setDevicePixelRatio(look.ratio)
        ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        for entry in entries:
            middle = entry.top + _LEGEND_ROW / 2
            painter.setPen(pen_for(entry.curve))
            painter.drawLine(QPointF(entry.left, middle), QPointF(entry.left + _SWATCH, middle))
            painter.setPen(ink("text_muted" if entry.curve.dimmed else "text"))
            words = QRectF(entry.left + _SWATCH + 8, entry.top, entry.width, _LEGEND_ROW)
            painter.drawText(words, ALIGN_LEFT, entry.words)
        self._paint_grid(painter, look)
        pen = QPen(ink("text_faint"), 1.2)
        pen.setDashPattern(_DASHES["level"])
        painter.setPen(pen)
        for level in look.levels:
            (start, end) = self._level_line(level)
            painter.drawLine(QPointF(*start), QPointF(*end))
        for curve in reversed(still):
            self._paint_curve(painter, curve)
        painter.end()
        return ground

    def _paint_grid(self, painter: QPainter, look: Look) -> None:
        scale, plot = self.scale, self.scale.plot
        painter.setFont(digits())
        for row in scale.rows():
            y = round(scale.y(row)) + 0.5
            painter.setPen(QPen(ink("border"), 1))
            painter.drawLine(QPointF(plot.left, y), QPointF(plot.right, y))
            painter.setPen(ink("text_faint"))
            painter.drawText(QRectF(0, y - 9, _LEFT - 10, 18), ALIGN_RIGHT, f"{row:g}")
        columns = scale.columns()
        for step in columns:
            x = scale.x(step)
            # The last number would stand half outside the widget: it moves in.
            left = min(x - 40, look.size.width() - 80.0)
            align = Qt.AlignmentFlag.AlignHCenter if left == x - 40 else Qt.AlignmentFlag.AlignRight
            box = QRectF(left, plot.bottom + 6, 80, 18)
            painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, count(step))
        painter.drawText(QRectF(0, plot.bottom + 6, _LEFT - 16, 18), ALIGN_RIGHT, "step")

    def _paint_curve(self, painter: QPainter, curve: Curve) -> None:
        line = self._lines[curve.key][2]
        if not line:
            return
        painter.setPen(pen_for(curve))
        points = [QPointF(x, y) for x, y in line]
        if curve.dash == "solid":
            # Piece by piece: Qt takes many times as long to stroke a ragged line as a whole.
            painter.drawLines([QLineF(one, other) for one, other in pairwise(points)])
        else:
            painter.drawPolyline(QPolygonF(points))
        if len(line) == 1 or not _is_still(curve):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(curve.colour))
            painter.drawEllipse(QPointF(*line[-1]), 3.5, 3.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _level_line(self, level: Level) -> tuple[Point, Point]:
        y = self.scale.y(level.value)
        return (self.scale.plot.left, y), (self.scale.plot.right, y)

    def _paint_labels(self, painter: QPainter, look: Look) -> None:
        """Paint names beside lines; they stand still until a line has grown well past them."""
        metrics = QFontMetricsF(theme.font(12))
        words: dict[str, tuple[str, QColor]] = {}
        wanted: list[Wanted] = []
        for level in look.levels:
            key, text = f"level:{level.label}", f"{level.label} {perplexity(level.value)}"
            words[key] = (text, ink("text_muted"))
            width = metrics.horizontalAdvance(text) + 2
            wanted.append(Wanted(key, width, metrics.height(), self._level_line(level), level=True))
        for curve in look.curves:
            text = elided(metrics, curve.label)
            words[curve.key] = (text, ink(curve.colour))
            width = metrics.horizontalAdvance(text) + 2
            wanted.append(Wanted(curve.key, width, metrics.height(), tuple(self._lines[curve.key][2])))
        labels_of = (self.scale, [(each.key, each.width, _about(each.line)) for each in wanted])
        if labels_of != self._labels_of:
            self._labels_of = labels_of
            self.labels = place(wanted, self.scale.plot)
        painter.setFont(theme.font(12))
        ground = ink("panel")
        ground.setAlphaF(0.75)
        for key, box in self.labels.items():
            text, colour = words[key]
            where = QRectF(box.left, box.top, box.width, box.height)
            painter.fillRect(where, ground)
            painter.setPen(colour)
            painter.drawText(where, ALIGN_LEFT, text)

    def _paint_teaching(self, painter: QPainter, title: str, text: str) -> None:
        plot = self.scale.plot
        where = QRectF(plot.left + 30, plot.top, min(560.0, plot.width - 60), plot.height)
        where.moveLeft(plot.left + (plot.width - where.width()) / 2)
        heading, words = theme.font(15, QFont.Weight.DemiBold), theme.font(13)
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        height = QFontMetricsF(words).boundingRect(where, wrap, text).height()
        block = QRectF(where.left(), where.center().y() - (height + 40) / 2, where.width(), height + 40)
        painter.fillRect(block.adjusted(-16, -10, 16, 6), ink("panel"))
        painter.setFont(heading)
        painter.setPen(ink("text"))
        painter.drawText(block, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(words)
        painter.setPen(ink("text_muted"))
        painter.drawText(block.adjusted(0, 28, 0, 10), wrap, text)


def _is_still(curve: Curve) -> bool:
    """Whether the curve grows no more."""
    return curve.dimmed or curve.dash != "solid"


def _about(line: Sequence[Point]) -> tuple[int, int] | None:
    """Roughly where a line ends."""
    return (int(line[-1][0] / _STEADY), int(line[-1][1] / _STEADY)) if line else None
