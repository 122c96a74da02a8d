"""The velocity curve: how hard a stroke of the kit counts, drawn by its points."""

from __future__ import annotations

from collections import deque
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from drumstudio.app.kit.ekit import KitState, KitStroke
from drumstudio.domain.drums import Drum
from drumstudio.domain.velocity import LINEAR, MAX_POINTS, VelocityCurve
from drumstudio.ui import theme
from drumstudio.ui.desk import Desk
from drumstudio.ui.grid.cells import faded
from drumstudio.ui.kit.sheet import KitSheet, button, input_label, label
from drumstudio.ui.shortcuts import Keymap

KEPT = 32  # strokes that are drawn in
_REACH = 12.0  # pixels around a point that take hold of it
_SETTLE_MS = 300
PRESETS: dict[str, VelocityCurve] = {
    "Straight": LINEAR,
    "Softer": VelocityCurve(((1, 1), (64, 40), (127, 127))),
    "Louder": VelocityCurve(((1, 1), (40, 64), (127, 127))),
    "Lift ghosts": VelocityCurve(((1, 16), (30, 44), (127, 127))),
    "Tame accents": VelocityCurve(((1, 1), (80, 80), (127, 108))),
}


def moved(curve: VelocityCurve, index: int, played: int, counts: int) -> VelocityCurve:
    """The curve with point `index` at (`played`, `counts`), as near as its neighbours allow.

    The first and the last stay at 1 and 127.
    """
    points = list(curve.points)
    last = len(points) - 1
    if index in (0, last):
        played = points[index][0]
    else:
        played = max(points[index - 1][0] + 1, min(points[index + 1][0] - 1, played))
    low = points[index - 1][1] if index > 0 else 1
    high = points[index + 1][1] if index < last else 127
    points[index] = (played, max(low, min(high, counts)))
    return VelocityCurve(tuple(points))


def added(curve: VelocityCurve, played: int) -> tuple[VelocityCurve, int] | None:
    """The curve with a further point at `played`, and its index; None where there is no room."""
    inputs = [point[0] for point in curve.points]
    if played in inputs or len(inputs) == MAX_POINTS or not 1 < played < 127:
        return None
    points = tuple(sorted((*curve.points, (played, curve(played)))))
    return VelocityCurve(points), [point[0] for point in points].index(played)


def removed(curve: VelocityCurve, index: int) -> VelocityCurve:
    """The curve without point `index`; the first and the last stay."""
    if index in (0, len(curve.points) - 1):
        return curve
    return VelocityCurve(curve.points[:index] + curve.points[index + 1 :])


class CurveEditor(QWidget):
    """Points over 1-127: drag one, click the line to add one, right-click or Del takes one away.

    Arrows move the chosen point, with Shift by 8; Page keys go from point to point, + adds one.
    Signal: `edited(VelocityCurve)` at each change.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = LINEAR
        self.chosen = 0
        self._dragged = False
        self._strokes: deque[tuple[int, Drum | None]] = deque(maxlen=KEPT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 260)
        self.setAccessibleName("Velocity curve")
        self.setToolTip("Drag a point; click to add one; right-click or Del takes it away")
        self._describe()

    def sizeHint(self) -> QSize:
        """Nearly square."""
        return QSize(460, 380)

    def show_curve(self, curve: VelocityCurve) -> None:
        """Show `curve` without telling."""
        self.curve = curve
        self.chosen = min(self.chosen, len(curve.points) - 1)
        self._describe()
        self.update()

    def add_stroke(self, played: int, drum: Drum | None) -> None:
        """Draw in a stroke that came."""
        self._strokes.append((played, drum))
        self.update()

    @property
    def strokes(self) -> tuple[int, ...]:
        """How hard the strokes were played that are drawn in, the newest last."""
        return tuple(played for played, _ in self._strokes)

    def place(self, played: float, counts: float) -> QPointF:
        """Where a velocity lies, in pixels."""
        box = self._box()
        return QPointF(
            box.left() + (played - 1) / 126 * box.width(), box.bottom() - (counts - 1) / 126 * box.height()
        )

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(40, 12, -12, -34)

    def _velocities(self, at: QPointF) -> tuple[int, int]:
        box = self._box()
        played = 1 + 126 * (at.x() - box.left()) / box.width()
        counts = 1 + 126 * (box.bottom() - at.y()) / box.height()
        return round(max(1.0, min(127.0, played))), round(max(1.0, min(127.0, counts)))

    def _edit(self, curve: VelocityCurve, chosen: int) -> None:
        self.chosen = chosen
        if curve != self.curve:
            self.show_curve(curve)
            self.edited.emit(curve)
        self._describe()
        self.update()

    def _describe(self) -> None:
        played, counts = self.curve.points[self.chosen]
        where = f"Point {self.chosen + 1} of {len(self.curve.points)}"
        self.setAccessibleDescription(f"{where}: played {played} counts {counts}")

    # -- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a point, add one, or take one away."""
        at = event.position()
        near = min(
            range(len(self.curve.points)),
            key=lambda index: (self.place(*self.curve.points[index]) - at).manhattanLength(),
        )
        holds = (self.place(*self.curve.points[near]) - at).manhattanLength() <= _REACH
        if event.button() == Qt.MouseButton.RightButton:
            if holds:
                self._edit(removed(self.curve, near), max(0, near - 1))
        elif event.button() == Qt.MouseButton.LeftButton:
            if not holds:
                made = added(self.curve, self._velocities(at)[0])
                if made is None:
                    return
                self._edit(*made)
                near = self.chosen
            self._dragged = True
            self._edit(self.curve, near)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the point."""
        if self._dragged:
            self._edit(moved(self.curve, self.chosen, *self._velocities(event.position())), self.chosen)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, add and take away points."""
        key, curve, chosen = event.key(), self.curve, self.chosen
        played, counts = curve.points[chosen]
        by = 8 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps = {
            Qt.Key.Key_Left: (-by, 0),
            Qt.Key.Key_Right: (by, 0),
            Qt.Key.Key_Up: (0, by),
            Qt.Key.Key_Down: (0, -by),
        }
        if key in steps:
            across, up = steps[Qt.Key(key)]
            self._edit(moved(curve, chosen, played + across, counts + up), chosen)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            step = 1 if key == Qt.Key.Key_PageUp else -1
            self._edit(curve, max(0, min(len(curve.points) - 1, chosen + step)))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Insert):
            after = curve.points[min(chosen + 1, len(curve.points) - 1)][0]
            made = added(curve, (played + after) // 2)
            if made is not None:
                self._edit(*made)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Minus):
            self._edit(removed(curve, chosen), max(0, chosen - 1) if chosen > 0 else 0)
        else:
            super().keyPressEvent(event)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the strokes that came, the curve and its points."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, box = theme.current(), self._box()
        painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.border), 1.0))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(box.adjusted(-6, -6, 6, 6), 7, 7)
        painter.setFont(theme.font(11))
        for tick in (1, 32, 64, 96, 127):
            painter.setPen(QPen(QColor(colours.border), 1.0))
            painter.drawLine(self.place(tick, 1), self.place(tick, 127))
            painter.drawLine(self.place(1, tick), self.place(127, tick))
            painter.setPen(QColor(colours.text_muted))
            below, beside = self.place(tick, 1), self.place(1, tick)
            painter.drawText(QRectF(below.x() - 20, below.y() + 7, 40, 14), _MIDDLE, str(tick))
            painter.drawText(QRectF(0, beside.y() - 8, box.left() - 10, 16), _RIGHT, str(tick))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(QRectF(box.left(), box.bottom() + 20, box.width(), 14), _MIDDLE, "as played")
        painter.drawText(QRectF(box.left() + 8, box.top() + 4, 80, 14), Qt.AlignmentFlag.AlignLeft, "counts")
        self._paint_strokes(painter)
        line = QPolygonF([self.place(*point) for point in self.curve.points])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.primer), 2.2))
        painter.drawPolyline(line)
        for index, point in enumerate(self.curve.points):
            chosen = index == self.chosen
            painter.setPen(QPen(QColor(colours.focus if chosen else colours.primer), 2.0))
            painter.setBrush(QColor(colours.primer if chosen else colours.field))
            painter.drawEllipse(self.place(*point), 6.0 if chosen else 5.0, 6.0 if chosen else 5.0)
        painter.end()

    def _paint_strokes(self, painter: QPainter) -> None:
        """Each stroke as a line up to what it counts, the newest brightest."""
        colours = theme.current()
        for age, (played, drum) in enumerate(reversed(self._strokes)):
            colour = QColor(colours.text_muted) if drum is None else colours.drum(drum)
            alpha = 1.0 if age == 0 else 0.75 * (1.0 - age / KEPT)
            painter.setPen(QPen(faded(colour, alpha * 0.55), 1.5))
            painter.drawLine(self.place(played, 1), self.place(played, self.curve(played)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(colour, alpha))
            painter.drawEllipse(self.place(played, self.curve(played)), 4.0, 4.0)


_MIDDLE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CurveSheet(KitSheet):
    """Edits the curve of the chosen input; it holds at once, and for takes to come."""

    def __init__(self, desk: Desk, keymap: Keymap, parent: QWidget) -> None:
        super().__init__("Velocity curve", desk, keymap, parent)
        self.editor = CurveEditor()
        self.editor.show_curve(self.kit.curve)
        self.editor.edited.connect(self._edited)
        self._input = self.kit.status.name
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._keep)
        self.note = label(role="hint", wrap=True)
        self.last = label("Hit a pad to see it here.", wrap=True)
        self.last.setAccessibleName("The last stroke")
        self.presets = {
            name: button(name, partial(self.take, curve), f"Draw the curve “{name}”", "small")
            for name, curve in PRESETS.items()
        }
        row = QHBoxLayout()
        row.setSpacing(6)
        for each in self.presets.values():
            row.addWidget(each)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(10)
        whole.addWidget(self.note)
        whole.addWidget(self.editor, 1)
        whole.addWidget(self.last)
        whole.addLayout(row)
        self.resize(560, 560)
        self.editor.setFocus()

    def take(self, curve: VelocityCurve) -> None:
        """Draw another curve."""
        self.editor.show_curve(curve)
        self._edited(curve)

    def _edited(self, _curve: VelocityCurve) -> None:
        self._settling.start()

    def _keep(self) -> None:
        self._settling.stop()
        self.kit.set_curve(self.editor.curve)

    def show_state(self, state: KitState) -> None:
        """Another input has a curve of its own."""
        if state.status.name != self._input:
            self._input = state.status.name
            self._settling.stop()
            self.editor.show_curve(self.kit.curve)
        name = input_label(state) or "your kit"
        self.note.setText(f"How hard a stroke on {name} counts. It holds from now on, for takes too.")

    def take_stroke(self, stroke: KitStroke) -> None:
        """Draw the stroke in."""
        self.editor.add_stroke(stroke.played, stroke.drum)
        name = f"note {stroke.note}" if stroke.drum is None else stroke.drum.label
        self.last.setText(f"{name}: played {stroke.played}, counts {self.editor.curve(stroke.played)}.")

    def done(self, result: int) -> None:
        """Keep what was drawn last."""
        if self._settling.isActive():
            self._keep()
        super().done(result)
