"""The chart of perplexity: live curves over training steps, levels to compare with, earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.fields import tabular
from drumstudio.ui.training.curves import Box, Curve, Level, Point, Scale, scale_for, trace
from drumstudio.ui.training.labels import Wanted, place
from drumstudio.ui.training.paint import ink, mixed
from drumstudio.ui.training.words import count, perplexity

_LEFT, _RIGHT, _BOTTOM = 46.0, 12.0, 26.0
_LEGEND_ROW, _SWATCH = 20.0, 22.0
_DASHES = {"dash": [5.0, 4.0], "dot": [1.2, 3.0], "level": [2.0, 4.0]}
_ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


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


class Chart(QWidget):
    """Shows curves on a scale of octaves, with a read-out of the step under the mouse.

    By keyboard: Left and Right move the read-out from point to point, Home and End to the ends.
    Everything but the read-out is painted once and kept until something changes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[Curve, ...] = ()
        self._levels: tuple[Level, ...] = ()
        self._octaves = False
        self._step: int | None = None
        self._picture: QPixmap | None = None
        self._painted_for: tuple[object, ...] = ()
        self._teaching = ("", "")
        # Lines in pixels by curve: those of earlier runs stay what they are while one grows.
        self._lines: dict[str, tuple[Curve, Scale, list[Point]]] = {}
        # Where things came to lie, for the read-out.
        self.scale = Scale(Box(0, 0, 1, 1), 2)
        self.labels: dict[str, Box] = {}
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Chart of perplexity")

    # -- what is shown

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curves shown, those in front first."""
        return self._curves

    @property
    def step(self) -> int | None:
        """The step that is read out."""
        return self._step

    def show_curves(self, curves: Sequence[Curve], levels: Sequence[Level] = ()) -> None:
        """Show `curves`, the most important first, and `levels`."""
        if (tuple(curves), tuple(levels)) == (self._curves, self._levels):
            return
        self._curves, self._levels = tuple(curves), tuple(levels)
        self._changed()

    def set_octaves(self, octaves: bool) -> None:
        """Lay steps out by octaves, so that a training's first steps have room, or evenly."""
        self._octaves = octaves
        self._changed()

    def teach(self, title: str, text: str) -> None:
        """What stands in the middle until there is a curve."""
        self._teaching = (title, text)
        self._changed()

    def read_out(self, step: int | None) -> None:
        """Read out the measured step nearest to `step`, or none."""
        nearest = None if step is None else self._nearest(step)
        if nearest != self._step:
            self._step = nearest
            self._describe()
            self.update()

    def readings(self) -> list[tuple[Curve, int, float]]:
        """Of every curve that reaches the step read out: the point measured nearest to it."""
        found = []
        for curve in self._curves:
            if self._step is None or not curve.reaches(self._step):
                continue
            point = curve.nearest(self._step)
            if point is not None:
                found.append((curve, *point))
        return found

    def _rows(self) -> list[tuple[Curve, str, int, float]]:
        """The readings with their labels; one of another step than the one read out says so."""
        return [
            (curve, curve.label if at == self._step else f"{curve.label} (step {count(at)})", at, value)
            for curve, at, value in self.readings()
        ]

    def _nearest(self, step: float) -> int | None:
        """The step measured nearest to `step`, on the curve in front that has one there."""
        points = [point for curve in self._curves[:1] if (point := curve.nearest(step))]
        points = points or [point for curve in self._curves if (point := curve.nearest(step))]
        return min((point[0] for point in points), key=lambda at: abs(at - step), default=None)

    def _changed(self) -> None:
        self._picture = None
        if self._step is not None:
            self._step = self._nearest(self._step)
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Tell screen readers what stands there now."""
        if not self._curves:
            words = " ".join(self._teaching)
        elif self._step is not None:
            values = (f"{label} {perplexity(value)}" for _, label, _, value in self._rows())
            words = f"Step {count(self._step)}: " + ", ".join(values)
        else:
            latest = (
                f"{curve.label} {perplexity(curve.points[-1][1])} at step {count(curve.points[-1][0])}"
                for curve in self._curves
                if curve.points
            )
            levels = (f"{level.label} {perplexity(level.value)}" for level in self._levels)
            words = "Perplexity: " + ", ".join((*latest, *levels))
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    # -- mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the step under the mouse."""
        at = event.position()
        plot = self.scale.plot
        inside = plot.left - 8 <= at.x() <= plot.right + 8 and plot.top <= at.y() <= plot.bottom
        self.read_out(round(self.scale.step_at(at.x())) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Read out nothing."""
        self.read_out(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read out nothing."""
        self.read_out(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the read-out along the curve in front."""
        steps = [step for step, _ in self._curves[0].points] if self._curves else []
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        key = Qt.Key(event.key())
        if not steps or key not in (*keys, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
            return
        if key in keys and self._step in steps:
            index = steps.index(self._step) + keys[key]
            self.read_out(steps[min(len(steps) - 1, max(0, index))])
        else:
            self.read_out(steps[0] if key in (Qt.Key.Key_Home, Qt.Key.Key_Right) else steps[-1])

    # -- painting

    def sizeHint(self) -> QSize:
        """Wide enough to read."""
        return QSize(800, 420)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the kept picture, the read-out over it."""
        wanted = (self.size(), self.devicePixelRatioF(), theme.current().name)
        if self._picture is None or wanted != self._painted_for:
            self._paint_picture()
            self._painted_for = wanted
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is not None:
            painter.drawPixmap(0, 0, self._picture)
        if self._step is not None:
            self._paint_reading(painter)
        if self.hasFocus():
            painter.setPen(QPen(ink("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_picture(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self._paint_legend(painter)
        plot = Box(_LEFT, top + 12, self.width() - _LEFT - _RIGHT, self.height() - top - 12 - _BOTTOM)
        self.scale = scale_for(plot, self._curves, self._levels, self._octaves)
        self._paint_grid(painter)
        self._lines = {curve.key: self._line(curve) for curve in self._curves}
        lines = {key: line for key, (_, _, line) in self._lines.items()}
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for curve in reversed(self._curves):
            self._paint_curve(painter, curve, lines[curve.key])
        self._paint_labels(painter, lines)
        if not self._curves:
            self._paint_teaching(painter)
        painter.end()

    def _line(self, curve: Curve) -> tuple[Curve, Scale, list[Point]]:
        known = self._lines.get(curve.key)
        if known is not None and known[0].points is curve.points and known[1] == self.scale:
            return known
        return curve, self.scale, trace(curve, self.scale)

    def _paint_legend(self, painter: QPainter) -> float:
        """Paint what line means what, in as many rows as it takes; gives where they end."""
        font = theme.font(12)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        x, y = _LEFT, 3.0
        for curve in self._curves:
            label = metrics.elidedText(curve.label, Qt.TextElideMode.ElideMiddle, 220)
            width = _SWATCH + 8 + metrics.horizontalAdvance(label)
            if x > _LEFT and x + width > self.width() - _RIGHT:
                x, y = _LEFT, y + _LEGEND_ROW
            painter.setPen(pen_for(curve))
            painter.drawLine(QPointF(x, y + _LEGEND_ROW / 2), QPointF(x + _SWATCH, y + _LEGEND_ROW / 2))
            painter.setPen(ink("text_muted" if curve.dimmed else "text"))
            words = QRectF(x + _SWATCH + 8, y, width, _LEGEND_ROW)
            painter.drawText(words, _ALIGN_LEFT, label)
            x += width + 18
        return y + _LEGEND_ROW if self._curves else 0.0

    def _paint_grid(self, painter: QPainter) -> None:
        scale, plot = self.scale, self.scale.plot
        painter.setFont(_digits())
        for row in scale.rows():
            y = round(scale.y(row)) + 0.5
            painter.setPen(QPen(ink("border"), 1))
            painter.drawLine(QPointF(plot.left, y), QPointF(plot.right, y))
            painter.setPen(ink("text_faint"))
            painter.drawText(QRectF(0, y - 9, _LEFT - 10, 18), _ALIGN_RIGHT, f"{row:g}")
        columns = scale.columns()
        for step in columns:
            x = scale.x(step)
            # The last number would stand half outside the widget: it moves in.
            left = min(x - 40, self.width() - 80.0)
            align = Qt.AlignmentFlag.AlignHCenter if left == x - 40 else Qt.AlignmentFlag.AlignRight
            box = QRectF(left, plot.bottom + 6, 80, 18)
            painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, count(step))
        painter.drawText(QRectF(0, plot.bottom + 6, _LEFT - 16, 18), _ALIGN_RIGHT, "step")

    def _paint_curve(self, painter: QPainter, curve: Curve, line: list[Point]) -> None:
        if not line:
            return
        painter.setPen(pen_for(curve))
        points = [QPointF(x, y) for x, y in line]
        if curve.dash == "solid":
            # Piece by piece: Qt takes thirty times as long to stroke a ragged line as a whole.
            painter.drawLines([QLineF(one, other) for one, other in pairwise(points)])
        else:
            painter.drawPolyline(QPolygonF(points))
        if len(line) == 1 or (curve.points and not curve.dimmed and curve.dash == "solid"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(curve.colour))
            painter.drawEllipse(QPointF(*line[-1]), 3.5, 3.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_labels(self, painter: QPainter, lines: dict[str, list[Point]]) -> None:
        font = theme.font(12)
        metrics = QFontMetricsF(font)
        plot = self.scale.plot
        wanted: list[Wanted] = []
        words: dict[str, tuple[str, QColor]] = {}
        pen = QPen(ink("text_faint"), 1.2)
        pen.setDashPattern(_DASHES["level"])
        painter.setPen(pen)
        for level in self._levels:
            y = self.scale.y(level.value)
            painter.drawLine(QPointF(plot.left, y), QPointF(plot.right, y))
            key, text = f"level:{level.label}", f"{level.label} {perplexity(level.value)}"
            words[key] = (text, ink("text_muted"))
            line = ((plot.left, y), (plot.right, y))
            wanted.append(
                Wanted(key, metrics.horizontalAdvance(text) + 2, metrics.height(), line, level=True)
            )
        for curve in self._curves:
            text = metrics.elidedText(curve.label, Qt.TextElideMode.ElideMiddle, 220)
            words[curve.key] = (text, ink(curve.colour))
            width = metrics.horizontalAdvance(text) + 2
            wanted.append(Wanted(curve.key, width, metrics.height(), tuple(lines[curve.key])))
        self.labels = place(wanted, plot)
        painter.setFont(font)
        ground = ink("panel")
        ground.setAlphaF(0.75)
        for key, box in self.labels.items():
            text, colour = words[key]
            where = QRectF(box.left, box.top, box.width, box.height)
            painter.fillRect(where, ground)
            painter.setPen(colour)
            painter.drawText(where, _ALIGN_LEFT, text)

    def _paint_teaching(self, painter: QPainter) -> None:
        title, text = self._teaching
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

    def _paint_reading(self, painter: QPainter) -> None:
        """A line at the step, a dot on each curve, and their values in a box."""
        assert self._step is not None
        readings, plot = self.readings(), self.scale.plot
        x = self.scale.x(self._step)
        painter.setPen(QPen(ink("border_strong"), 1))
        painter.drawLine(QPointF(x, plot.top), QPointF(x, plot.bottom))
        font, digits = theme.font(12), _digits()
        metrics, numbers = QFontMetricsF(font), QFontMetricsF(digits)
        rows = [
            (curve, metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, 220), perplexity(value))
            for curve, label, _, value in self._rows()
        ]
        for curve, at, value in readings:
            painter.setPen(QPen(ink("panel"), 1.5))
            painter.setBrush(ink(curve.colour))
            painter.drawEllipse(QPointF(self.scale.x(at), self.scale.y(value)), 4.5, 4.5)
        head = f"step {count(self._step)}"
        names = max([metrics.horizontalAdvance(row[1]) for row in rows] + [metrics.horizontalAdvance(head)])
        values = max([numbers.horizontalAdvance(row[2]) for row in rows] + [0.0])
        width, height = 16 + 10 + names + 14 + values + 10, 14 + 18.0 * (len(rows) + 1)
        left = x + 12 if x + 12 + width <= plot.right else x - 12 - width
        box = QRectF(max(2.0, left), plot.top + 6, width, height)
        painter.setPen(QPen(ink("border_strong"), 1))
        painter.setBrush(ink("raised"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setFont(font)
        painter.setPen(ink("text_muted"))
        painter.drawText(QRectF(box.left() + 10, box.top() + 6, width, 18), _ALIGN_LEFT, head)
        for index, (curve, label, value_text) in enumerate(rows, 1):
            row = QRectF(box.left() + 10, box.top() + 6 + 18 * index, width - 20, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(curve.colour))
            painter.drawEllipse(QPointF(row.left() + 4, row.center().y()), 3.5, 3.5)
            painter.setPen(ink("text"))
            painter.setFont(font)
            painter.drawText(row.adjusted(14, 0, 0, 0), _ALIGN_LEFT, label)
            painter.setFont(digits)
            painter.drawText(row, _ALIGN_RIGHT, value_text)


def _digits() -> QFont:
    return tabular(theme.font(12))
