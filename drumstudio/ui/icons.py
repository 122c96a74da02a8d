"""Icons, painted: they take the theme's colours and any size without a file."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from drumstudio.domain.drums import Drum
from drumstudio.ui.theme import DARK

Painted = Callable[[QPainter, QRectF, QColor], None]


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Paint icon `name` centred in `box`, as large as its shorter side."""
    side = min(box.width(), box.height())
    square = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ICONS[name](painter, square, colour)
    painter.restore()


def _solid(painter: QPainter, box: QRectF, colour: QColor, points: list[tuple[float, float]]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([_at(box, x, y) for x, y in points]))


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.x() + x * box.width(), box.y() + y * box.height())


def _pen(colour: QColor, box: QRectF, share: float = 0.1) -> QPen:
    return QPen(
        colour,
        max(1.2, box.width() * share),
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )


def _play(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _solid(painter, box, colour, [(0.2, 0.08), (0.94, 0.5), (0.2, 0.92)])


def _stop(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    inner = box.adjusted(*(box.width() * share for share in (0.16, 0.16, -0.16, -0.16)))
    painter.drawRoundedRect(inner, 1.5, 1.5)


def _record(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(box.center(), box.width() * 0.42, box.width() * 0.42)


def _to_start(painter: QPainter, box: QRectF, colour: QColor) -> None:
    _solid(painter, box, colour, [(0.9, 0.1), (0.3, 0.5), (0.9, 0.9)])
    _solid(painter, box, colour, [(0.1, 0.1), (0.24, 0.1), (0.24, 0.9), (0.1, 0.9)])


def _loop(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(_at(box, 0.08, 0.52))
    path.quadTo(_at(box, 0.08, 0.3), _at(box, 0.3, 0.3))
    path.lineTo(_at(box, 0.88, 0.3))
    path.moveTo(_at(box, 0.92, 0.48))
    path.quadTo(_at(box, 0.92, 0.7), _at(box, 0.7, 0.7))
    path.lineTo(_at(box, 0.12, 0.7))
    painter.drawPath(path)
    for x, y, way in ((0.9, 0.3, -1), (0.1, 0.7, 1)):
        painter.drawPolyline(
            QPolygonF(
                [_at(box, x + way * 0.17, y - 0.17), _at(box, x, y), _at(box, x + way * 0.17, y + 0.17)]
            )
        )


def _star_points(box: QRectF) -> QPolygonF:
    corners = []
    for index in range(10):
        radius = 0.5 if index % 2 == 0 else 0.21
        angle = math.pi * (index / 5 - 0.5)
        corners.append(_at(box, 0.5 + radius * math.cos(angle), 0.53 + radius * math.sin(angle)))
    return QPolygonF(corners)


def _star(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.08))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(_star_points(box))


def _starred(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.08))
    painter.setBrush(colour)
    painter.drawPolygon(_star_points(box))


def _down(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.13))
    painter.drawPolyline(QPolygonF([_at(box, 0.15, 0.35), _at(box, 0.5, 0.7), _at(box, 0.85, 0.35)]))


def _left(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.13))
    painter.drawPolyline(QPolygonF([_at(box, 0.65, 0.15), _at(box, 0.3, 0.5), _at(box, 0.65, 0.85)]))


def _right(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.13))
    painter.drawPolyline(QPolygonF([_at(box, 0.35, 0.15), _at(box, 0.7, 0.5), _at(box, 0.35, 0.85)]))


def _close(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box))
    painter.drawLine(_at(box, 0.18, 0.18), _at(box, 0.82, 0.82))
    painter.drawLine(_at(box, 0.82, 0.18), _at(box, 0.18, 0.82))


def _plus(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box))
    painter.drawLine(_at(box, 0.1, 0.5), _at(box, 0.9, 0.5))
    painter.drawLine(_at(box, 0.5, 0.1), _at(box, 0.5, 0.9))


def _dice(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box, 0.08))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(_at(box, 0.06, 0.06), _at(box, 0.94, 0.94)), 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for x, y in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.5), (0.3, 0.7), (0.7, 0.7)):
        painter.drawEllipse(_at(box, x, y), box.width() * 0.08, box.width() * 0.08)


def _again(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(_pen(colour, box))
    painter.drawArc(QRectF(_at(box, 0.12, 0.14), _at(box, 0.88, 0.9)), 50 * 16, 290 * 16)
    painter.drawPolyline(QPolygonF([_at(box, 0.55, 0.02), _at(box, 0.78, 0.2), _at(box, 0.6, 0.42)]))


ICONS: dict[str, Painted] = {
    "play": _play,
    "stop": _stop,
    "record": _record,
    "to_start": _to_start,
    "loop": _loop,
    "star": _star,
    "starred": _starred,
    "down": _down,
    "left": _left,
    "right": _right,
    "close": _close,
    "plus": _plus,
    "dice": _dice,
    "again": _again,
}


def window_icon() -> QIcon:
    """The program's icon: four bars of a beat on a dark ground, the last in the drummer's violet."""
    icon = QIcon()
    for side in (16, 32, 64, 128, 256):
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.panel))
        painter.drawRoundedRect(QRectF(0, 0, side, side), side * 0.2, side * 0.2)
        colours = (
            DARK.drums[Drum.KICK],
            DARK.drums[Drum.CLOSED_HAT],
            DARK.drums[Drum.SNARE],
            DARK.accent_text,
        )
        for index, (colour, height) in enumerate(zip(colours, (0.62, 0.34, 0.5, 0.62), strict=True)):
            painter.setBrush(QColor(colour))
            left, width = side * (0.17 + 0.175 * index), side * 0.135
            painter.drawRoundedRect(
                QRectF(left, side * (0.81 - height), width, side * height), side * 0.04, side * 0.04
            )
        painter.end()
        icon.addPixmap(picture)
    return icon
