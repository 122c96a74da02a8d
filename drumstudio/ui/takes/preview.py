"""A take drawn over time: a stroke is as high as it is hard, in the colour of its drum.

Strokes that were put aside are hollow, with a cross on top.
"""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from drumstudio.app.takes.rows import TakeRow
from drumstudio.domain.cleaning import Aside, PlayedHit
from drumstudio.domain.drums import Drum
from drumstudio.ui import theme

_PAD = 6.0
_NEAR = 5.0  # pixels from the mouse within which a stroke is meant
_FEWEST_PIXELS = 14.0  # between bar lines that are drawn, and between their numbers
_ALPHA_SOFT = 0.55


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
    width = 3.0 if large else 1.6
    room = inside.height() - (14 if large else 0)
    # Of the strokes of a drum on one pixel the loudest is drawn: a long take has many.
    drawn: dict[tuple[int, Drum], int] = {}
    left, scale = place(row, 0.0, inside), place(row, 1.0, inside) - place(row, 0.0, inside)
    for hit in row.found.hits:
        key = (round(left + hit.seconds * scale), hit.drum)
        drawn[key] = max(hit.velocity, drawn.get(key, 0))
    # The softest last, so that they stay visible before loud ones at the same place.
    for (x, drum), velocity in sorted(drawn.items(), key=lambda each: -each[1]):
        height = max(3.0, room * velocity / 127)
        colour = colours.drum(drum)
        colour.setAlphaF(_ALPHA_SOFT + (1.0 - _ALPHA_SOFT) * velocity / 127)
        painter.fillRect(QRectF(x - width / 2, inside.bottom() - height, width, height), colour)
    if large:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        aside_at = {round(place(row, each.hit.seconds, inside)): each for each in row.found.aside}
        for x, aside in aside_at.items():
            _paint_aside(painter, aside, x, inside, room)


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


def _paint_aside(painter: QPainter, aside: Aside, x: float, inside: QRectF, room: float) -> None:
    colours = theme.current()
    height = max(5.0, room * aside.hit.velocity / 127)
    top = inside.bottom() - height
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colours.warn), 1.2))
    painter.drawRect(QRectF(x - 2, top, 4, height))
    painter.drawLine(QPointF(x - 3, top - 7), QPointF(x + 3, top - 1))
    painter.drawLine(QPointF(x + 3, top - 7), QPointF(x - 3, top - 1))
    painter.setPen(Qt.PenStyle.NoPen)


class Preview(QWidget):
    """The chosen take, large, with a line where it is played; a stroke says what it is under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: TakeRow | None = None
        self._playing: float | None = None
        self._drawn: QPixmap | None = None
        self._look = ""  # theme that it is drawn in
        self.setMinimumHeight(108)
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
        return QSize(300, 108)

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
        hits = row.found.hits
        nearest = min(
            _around(row, hits, at.x(), self._inside()),
            key=lambda hit: abs(place(row, hit.seconds, self._inside()) - at.x()),
            default=None,
        )
        if nearest is None or abs(place(row, nearest.seconds, self._inside()) - at.x()) > _NEAR:
            return ""
        return f"{nearest.drum.label}, velocity {nearest.velocity}, {where(row, nearest.seconds)}"

    def event(self, event: QEvent) -> bool:
        """Show what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self)
            return True
        return super().event(event)


def _around(row: TakeRow, hits: tuple[PlayedHit, ...], x: float, inside: QRectF) -> list[PlayedHit]:
    """The strokes beside a place."""
    at = bisect_left(hits, x, key=lambda hit: place(row, hit.seconds, inside))
    return list(hits[max(0, at - 1) : at + 1])


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
