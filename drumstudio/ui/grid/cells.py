"""Paints cells and hits, each kind once into a small picture that is then stamped."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Hit
from drumstudio.ui.grid.geometry import Rows
from drumstudio.ui.grid.words import SURPRISE_LEVELS
from drumstudio.ui.theme import Theme

GHOST_BELOW = 41
ACCENT_FROM = 112
UNUSUAL = 4  # from this level of surprise on a hit is outlined, so that colour is not all
ROW_GAP = 3
LOCK_LINE = 2
PADLOCK = 10
RADIUS = 3.0


class HitLook(NamedTuple):
    """All that makes one hit look unlike another; a tuple, as thousands are looked up a frame."""

    drum: Drum
    velocity: int
    audible: bool = True
    certain: bool = True
    lit: bool = False
    surprise: int | None = None


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` of `other` in it."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        one.redF() * keep + other.redF() * share,
        one.greenF() * keep + other.greenF() * share,
        one.blueF() * keep + other.blueF() * share,
    )


def faded(colour: QColor, alpha: float) -> QColor:
    """`colour` with an opacity of `alpha`."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def surprise_colour(theme: Theme, level: float) -> QColor:
    """From calm at 0 over amber to red at `SURPRISE_LEVELS`."""
    share = max(0.0, min(1.0, level / SURPRISE_LEVELS))
    calm = mixed(QColor(theme.border_strong), QColor(theme.text_muted), 0.4)
    warm, hot = QColor(theme.warn), QColor(theme.bad)
    return mixed(calm, warm, 2 * share) if share < 0.5 else mixed(warm, hot, 2 * share - 1)


class CellPainter:
    """Pictures of columns and hits for one theme, one set of rows and one pixel ratio."""

    def __init__(self, theme: Theme, rows: Rows, ratio: float) -> None:
        self.theme = theme
        self.rows = rows
        self.ratio = ratio
        self._columns: dict[tuple[int, bool, bool, frozenset[int]], QPixmap] = {}
        self._hits: dict[tuple[HitLook, int], QPixmap] = {}
        self._playheads: dict[int, QPixmap] = {}
        self._padlocks: dict[int, QPixmap] = {}
        self._missed: dict[tuple[int, int], QPixmap] = {}

    @property
    def cell_height(self) -> int:
        """Height of a cell; the rest of the row is the gap."""
        return self.rows.height(0) - ROW_GAP

    def _canvas(self, width: int, height: int, ground: QColor | Qt.GlobalColor) -> QPixmap:
        pixmap = QPixmap(ceil(width * self.ratio), ceil(height * self.ratio))
        pixmap.setDevicePixelRatio(self.ratio)
        pixmap.fill(ground)
        return pixmap

    def column(self, width: int, strong: bool, made: bool, locked: frozenset[int]) -> QPixmap:
        """Empty cells of one column; `strong` on the even beats, `made` behind the seam.

        `locked` rows, which the drummer leaves alone, are underlined in the gap below.
        """
        key = (width, strong, made, locked)
        if (found := self._columns.get(key)) is None:
            found = self._columns[key] = self._draw_column(*key)
        return found

    def _draw_column(self, width: int, strong: bool, made: bool, locked: frozenset[int]) -> QPixmap:
        theme, rows = self.theme, self.rows
        pixmap = self._canvas(width, rows.y[-1], QColor(theme.window))
        grounds = (theme.made_odd, theme.made_even) if made else (theme.cell_odd, theme.cell_even)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        hatch = QBrush(QColor(theme.hatch), Qt.BrushStyle.BDiagPattern)
        for row in range(DRUM_COUNT):
            cell = self.cell(0, width, row)
            painter.setBrush(QColor(grounds[strong]))
            painter.drawRoundedRect(cell, RADIUS, RADIUS)
            if made:
                painter.setBrush(hatch)
                painter.drawRoundedRect(cell, RADIUS, RADIUS)
            if row in locked:
                painter.setBrush(QColor(theme.primer))
                painter.drawRect(QRectF(0, cell.bottom(), width, LOCK_LINE))
        painter.end()
        return pixmap

    def cell(self, left: int, right: int, row: int) -> QRectF:
        """Rectangle of the cell of `row` in a column from `left` to `right`."""
        return QRectF(left + 1, self.rows.top(row) + 1, right - left - 2, self.cell_height)

    def hit(self, look: HitLook, width: int) -> QPixmap:
        """A hit as wide as its column and as high as a row."""
        key = (look, width)
        if (found := self._hits.get(key)) is None:
            found = self._hits[key] = self._draw_hit(look, width)
        return found

    def _draw_hit(self, look: HitLook, width: int) -> QPixmap:
        pixmap = self._canvas(width, self.rows.height(0), Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not look.audible:
            painter.setOpacity(0.38)
        self.draw_hit(painter, QRectF(1, 1, width - 2, self.cell_height), look)
        painter.end()
        return pixmap

    def padlock(self, width: int) -> QPixmap:
        """The small padlock over the first of a stretch of locked cells."""
        if (found := self._padlocks.get(width)) is None:
            side = min(PADLOCK, width - 2)
            found = self._padlocks[width] = self._canvas(width, side + 2, Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.window))
            box = QRectF(1, 1, side, side + 1)
            painter.drawRoundedRect(box, 2, 2)
            draw_padlock(painter, box.adjusted(1, 0.5, -1, -1), QColor(self.theme.primer), True)
            painter.end()
        return found

    def playhead(self, width: int) -> QPixmap:
        """The bright column, to be laid over what stands there."""
        if (found := self._playheads.get(width)) is None:
            white = QColor(self.theme.playhead)
            found = self._playheads[width] = self._canvas(width, self.rows.y[-1], faded(white, 0.10))
            painter = QPainter(found)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(faded(white, 0.9), 1.5))
            for row in range(DRUM_COUNT):
                cell = self.cell(0, width, row).adjusted(0.25, 0.25, -0.25, -0.25)
                painter.drawRoundedRect(cell, RADIUS, RADIUS)
            painter.end()
        return found

    def missed(self, level: int, width: int) -> QPixmap:
        """A ring where something was expected and is not there."""
        key = (level, width)
        if (found := self._missed.get(key)) is None:
            found = self._missed[key] = self._canvas(width, self.rows.height(0), Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(surprise_colour(self.theme, level), 1.5))
            radius = min(4.0, width / 2 - 2.5)
            painter.drawEllipse(QPointF(width / 2, 1 + self.cell_height / 2), radius, radius)
            painter.end()
        return found

    @staticmethod
    def bar_height(velocity: int, room: float) -> float:
        """Height of the bar of a hit in a cell that has `room` for it."""
        return max(5.0, room * (0.12 + 0.88 * velocity / 127))

    def padlock_top(self, row: int, hit: Hit | None) -> float:
        """Where the padlock of a cell of `row` begins: at the foot, or over a bar too low to show it."""
        foot = self.rows.top(row) + self.cell_height - PADLOCK - 1
        room = self.cell_height - 4.0
        bar = 0.0 if hit is None else self.bar_height(hit.velocity, room)
        return self.rows.top(row) if 0 < bar < min(2 * PADLOCK, room - PADLOCK) else foot

    def draw_hit(self, painter: QPainter, cell: QRectF, look: HitLook) -> None:
        """A hit in `cell`: an outline of fixed size, filled from below by velocity."""
        theme = self.theme
        colour = theme.drum(look.drum)
        if look.surprise is not None:
            colour = surprise_colour(theme, look.surprise)
        if look.lit:
            colour = mixed(colour, QColor(theme.playhead), 0.45)
        share = look.velocity / 127
        outline = QPen(faded(colour, 0.75 if look.lit else 0.42), 1.0)
        if look.surprise is not None and look.surprise >= UNUSUAL:
            outline = QPen(colour, 2.0)
        if not look.certain:
            outline.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(outline)
        painter.setBrush(faded(colour, 0.16) if look.lit else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 0.5, RADIUS - 0.5)
        side = 2.0 if cell.width() >= 9 else 1.5
        room = cell.adjusted(side, 2, -side, -2)
        height = self.bar_height(look.velocity, room.height())
        bar = QRectF(room.left(), room.bottom() - height, room.width(), height)
        ground = QColor(theme.cell_even)
        if look.velocity < GHOST_BELOW:
            painter.setPen(QPen(mixed(colour, ground, 0.15), 1.4))
            painter.setBrush(faded(colour, 0.18))
            painter.drawRoundedRect(bar.adjusted(0.7, 0.7, -0.7, -0.7), 2, 2)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colour, ground, 0.0 if look.lit else 0.5 * (1 - share)))
        if not look.certain:
            painter.setBrush(faded(mixed(colour, ground, 0.5 * (1 - share)), 0.62))
        if look.velocity >= ACCENT_FROM:
            cap = QRectF(bar.left(), bar.top(), bar.width(), 3)
            painter.drawRoundedRect(bar.adjusted(0, 4.5, 0, 0), 2, 2)
            painter.setBrush(mixed(colour, QColor(theme.playhead), 0.4))
            painter.drawRoundedRect(cap, 1.2, 1.2)
        else:
            painter.drawRoundedRect(bar, 2, 2)


def draw_padlock(painter: QPainter, box: QRectF, colour: QColor, closed: bool) -> None:
    """A padlock in `box`; an open one has its shackle lifted."""
    unit = box.height() / 12
    body = QRectF(box.center().x() - 4 * unit, box.top() + 5.5 * unit, 8 * unit, 6 * unit)
    painter.setPen(QPen(colour, 1.4 * unit))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lift = 0.0 if closed else 1.2 * unit
    arch = QRectF(body.left() + 1.4 * unit, box.top() + 1.2 * unit - lift, 5.2 * unit, 6 * unit)
    painter.drawArc(arch, 0, 180 * 16)
    painter.drawLine(QPointF(arch.left(), arch.center().y()), QPointF(arch.left(), body.top()))
    if closed:
        painter.drawLine(QPointF(arch.right(), arch.center().y()), QPointF(arch.right(), body.top()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(body, 1.2 * unit, 1.2 * unit)


def draw_flag(painter: QPainter, box: QRectF, colour: QColor, solid: bool) -> None:
    """A flag on its pole in `box`, outlined only where it is not `solid`."""
    unit = box.height() / 14
    pole = box.left() + 3 * unit
    painter.setPen(QPen(colour, 1.4 * unit))
    painter.drawLine(QPointF(pole, box.top() + 1.5 * unit), QPointF(pole, box.bottom() - unit))
    painter.setBrush(colour if solid else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.1 * unit))
    tip = QPointF(pole + 8 * unit, box.top() + 5 * unit)
    corners = [QPointF(pole, box.top() + 2 * unit), tip, QPointF(pole, box.top() + 8 * unit)]
    painter.drawPolygon(QPolygonF(corners))
