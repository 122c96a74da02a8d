"""The chart of perplexity: live curves over training steps, levels to compare with, earlier runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.training.chart_picture import ALIGN_LEFT, ALIGN_RIGHT, ChartPicture, Look, digits, elided
from drumstudio.ui.training.curves import Box, Curve, Level, Scale
from drumstudio.ui.training.paint import ink
from drumstudio.ui.training.words import count, perplexity


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
        self._teaching = ("", "")
        self._picture = ChartPicture()
        self._pixmap = QPixmap()
        self._look: Look | None = None
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
    def scale(self) -> Scale:
        """Where steps and perplexities lie."""
        return self._picture.scale

    @property
    def labels(self) -> dict[str, Box]:
        """Where the names of curves and levels stand, by key."""
        return self._picture.labels

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
        if (title, text) != self._teaching:
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
        look = Look(
            self.size(),
            self.devicePixelRatioF(),
            theme.current().name,
            self._curves,
            self._levels,
            self._octaves,
            self._teaching,
        )
        if look != self._look:
            self._pixmap, self._look = self._picture.paint(look), look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._pixmap)
        if self._step is not None:
            self._paint_reading(painter)
        if self.hasFocus():
            painter.setPen(QPen(ink("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_reading(self, painter: QPainter) -> None:
        """A line at the step, a dot on each curve, and their values in a box."""
        assert self._step is not None
        readings, plot = self.readings(), self.scale.plot
        x = self.scale.x(self._step)
        painter.setPen(QPen(ink("border_strong"), 1))
        painter.drawLine(QPointF(x, plot.top), QPointF(x, plot.bottom))
        font, figures = theme.font(12), digits()
        metrics, numbers = QFontMetricsF(font), QFontMetricsF(figures)
        rows = [(curve, elided(metrics, label), perplexity(value)) for curve, label, _, value in self._rows()]
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
        painter.drawText(QRectF(box.left() + 10, box.top() + 6, width, 18), ALIGN_LEFT, head)
        for index, (curve, label, value_text) in enumerate(rows, 1):
            row = QRectF(box.left() + 10, box.top() + 6 + 18 * index, width - 20, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(curve.colour))
            painter.drawEllipse(QPointF(row.left() + 4, row.center().y()), 3.5, 3.5)
            painter.setPen(ink("text"))
            painter.setFont(font)
            painter.drawText(row.adjusted(14, 0, 0, 0), ALIGN_LEFT, label)
            painter.setFont(figures)
            painter.drawText(row, ALIGN_RIGHT, value_text)
