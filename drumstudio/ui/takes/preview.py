"""A take drawn over time: a row a drum, as in the grid; a stroke is as high in it as it is hard.

Strokes that were put aside are hollow, with a cross on top.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from drumstudio.app.takes.rows import TakeRow
from drumstudio.domain.cleaning import Aside, PlayedHit
from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.ui import theme

_PAD = 6.0
_NEAR = 5.0  # pixels from the mouse within which a stroke is meant
_FEWEST_PIXELS = 14.0  # between bar lines that are drawn, and between their numbers
_ALPHA_SOFT = 0.45
_NUMBERS = 13.0  # pixels above the rows for bar numbers
_ROW = {drum: row for row, drum in enumerate(GRID_ROWS)}


def paint_take(painter: QPainter, box: QRectF, row: TakeRow, *, large: bool = False) -> None:
    """Draw a take into `box`; `large` with bar numbers and what was put aside."""
    colours = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.field))
    painter.drawRoundedRect(box, 5, 5)
    inside = box.adjusted(_PAD, _PAD - 1, -_PAD, -_PAD + 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _paint_bars(painter, inside, row, large)
    width = 2.4 if large else 1.6
    rows = inside.adjusted(0, _NUMBERS, 0, 0) if large else inside
    # Of the strokes of a drum on one pixel the loudest is drawn: a long take has many.
    drawn: dict[tuple[int, Drum], int] = {}
    left, scale = place(row, 0.0, inside), place(row, 1.0, inside) - place(row, 0.0, inside)
    for hit in row.found.hits:
        key = (round(left + hit.seconds * scale), hit.drum)
        drawn[key] = max(hit.velocity, drawn.get(key, 0))
    for (x, drum), velocity in drawn.items():
        colour = colours.drum(drum)
        colour.setAlphaF(_ALPHA_SOFT + (1.0 - _ALPHA_SOFT) * velocity / 127)
        painter.fillRect(_stroke_box(rows, drum, velocity, x, width), colour)
    if large:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for aside in row.found.aside:
            _paint_aside(painter, aside, place(row, aside.hit.seconds, inside), rows)


def _stroke_box(rows: QRectF, drum: Drum, velocity: int, x: float, width: float) -> QRectF:
    """Where a stroke is drawn: it stands on the ground of its drum's row."""
    row = rows.height() / DRUM_COUNT
    height = max(1.5, (row - 1) * (0.25 + 0.75 * velocity / 127))
    return QRectF(x - width / 2, rows.y() + (_ROW[drum] + 1) * row - height, width, height)


def place(row: TakeRow, seconds: float, inside: QRectF) -> float:
    """Where a moment of a take lies in a drawing."""
    begin = min(0.0, row.found.hits[0].seconds if row.found.hits else 0.0)
    return inside.x() + (seconds - begin) / (row.span - begin) * inside.width()


def _paint_bars(painter: QPainter, inside: QRectF, row: TakeRow, numbers: bool) -> None:
    colours = theme.current()
    pixels = place(row, row.bar_seconds, inside) - place(row, 0.0, inside)
    every = 1
    while pixels * every < _FEWEST_PIXELS:
        every *= 2
    if numbers:
        painter.setFont(theme.font(10))
    for bar in range(0, row.bars + 1, every):
        x = place(row, bar * row.bar_seconds, inside)
        painter.fillRect(QRectF(round(x), inside.y(), 1, inside.height()), QColor(colours.border))
        if numbers and bar < row.bars and pixels * every >= _FEWEST_PIXELS * 1.6:
            painter.setPen(QColor(colours.text_muted))
            painter.drawText(QPointF(x + 3, inside.y() + 9), str(bar + 1))
            painter.setPen(Qt.PenStyle.NoPen)


def _paint_aside(painter: QPainter, aside: Aside, x: float, rows: QRectF) -> None:
    box = _stroke_box(rows, aside.hit.drum, max(70, aside.hit.velocity), x, 4.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.current().warn), 1.2))
    painter.drawRect(box)
    painter.drawLine(box.topLeft() - QPointF(2, 2), box.bottomRight() + QPointF(2, 0))
    painter.drawLine(box.bottomLeft() + QPointF(-2, 0), box.topRight() + QPointF(2, -2))
    painter.setPen(Qt.PenStyle.NoPen)


class Preview(QWidget):
    """The chosen take, large, with a line where it is played; a stroke says what it is under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: TakeRow | None = None
        self._playing: float | None = None
        self._drawn: QPixmap | None = None
        self._look = ""  # theme that it is drawn in
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Strokes of the take")

    def show_row(self, row: TakeRow | None) -> None:
        """Draw another take, or the same read otherwise."""
        self._row, self._drawn, self._playing = row, None, None
        if row is not None:
            words = f"{len(row.found.hits)} hits, {len(row.found.aside)} put aside"
            self.setAccessibleDescription(words)
        self.update()

    def show_playing(self, seconds: float | None) -> None:
        """Draw a line at a moment of the take, or none."""
        if seconds != self._playing:
            self._playing = seconds
            self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(300, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the take, kept as a picture, and the line over it."""
        if self._row is None:
            return
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        look = theme.current().name
        if self._drawn is None or self._drawn.size() != size or self._look != look:
            self._look = look
            self._drawn = QPixmap(size)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn)
            paint_take(painter, QRectF(self.rect()), self._row, large=True)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        if self._playing is not None:
            x = place(self._row, self._playing, self._inside())
            painter.fillRect(QRectF(x, 2, 1.5, self.height() - 4), QColor(theme.current().playhead))
        painter.end()

    def _inside(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_PAD, _PAD - 1, -_PAD, -_PAD + 1)

    def words_at(self, at: QPoint) -> str:
        """What is drawn at a point, "" for nothing."""
        row = self._row
        if row is None:
            return ""
        for aside in row.found.aside:
            if abs(place(row, aside.hit.seconds, self._inside()) - at.x()) <= _NEAR:
                return aside_words(row, aside)
        inside = self._inside()
        lane = int((at.y() - inside.y() - _NUMBERS) / (inside.height() - _NUMBERS) * DRUM_COUNT)
        nearest = min(
            _around(row, row.found.hits, at.x(), inside),
            key=lambda hit: (abs(_ROW[hit.drum] - lane), abs(place(row, hit.seconds, inside) - at.x())),
            default=None,
        )
        if nearest is None:
            return ""
        return f"{nearest.drum.label}, velocity {nearest.velocity}, {where(row, nearest.seconds)}"

    def event(self, event: QEvent) -> bool:
        """Show what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self)
            return True
        return super().event(event)


def _around(row: TakeRow, hits: tuple[PlayedHit, ...], x: float, inside: QRectF) -> tuple[PlayedHit, ...]:
    """The strokes near a place."""

    def at(hit: PlayedHit) -> float:
        return place(row, hit.seconds, inside)

    return hits[bisect_left(hits, x - _NEAR, key=at) : bisect_right(hits, x + _NEAR, key=at)]


def where(row: TakeRow, seconds: float) -> str:
    """A moment of a take, for people."""
    bar = int(seconds // row.bar_seconds)
    return "before bar 1" if bar < 0 else f"bar {bar + 1}, {seconds:.2f} s"


def aside_words(row: TakeRow, aside: Aside) -> str:
    """Why a stroke is put aside, for people."""
    hit, cause = aside.hit, aside.cause
    apart = abs(hit.seconds - cause.seconds) * 1000
    return (
        f"{where(row, hit.seconds)}: {hit.drum.label} {hit.velocity}, {aside.reason}, "
        f"{apart:.0f} ms from {cause.drum.label} {cause.velocity}"
    )
