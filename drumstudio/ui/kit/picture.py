"""A painted kit, seen from the drummer's stool; a pad lights up when it is hit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.domain.drums import Drum
from drumstudio.midi.kit_maps import KitMap
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import faded, mixed

_FRAME_MS = 33
_DECAY = 0.07
_WIDE, _HIGH = 100.0, 72.0  # the picture's own units


class Zone(StrEnum):
    """Where on a pad a stick falls."""

    HEAD = "head"
    RIM = "rim"
    BELL = "bell"
    STICK = "stick"
    PEDAL = "pedal"


@dataclass(frozen=True, slots=True)
class Place:
    """A pad of the picture: its middle and radius in the picture's units, its drum, and whether it is of
    metal."""

    label: str
    x: float
    y: float
    radius: float
    drum: Drum
    metal: bool = False


# In order of painting: cymbals hang over drums.
PLACES: dict[str, Place] = {
    "kick": Place("Kick", 50, 43, 12.5, Drum.KICK),
    "high tom": Place("High tom", 40, 22, 8, Drum.HIGH_TOM),
    "mid tom": Place("Mid tom", 59, 22, 8.5, Drum.MID_TOM),
    "low tom": Place("Low tom", 72, 54, 10.5, Drum.LOW_TOM),
    "snare": Place("Snare", 30, 56, 10, Drum.SNARE),
    "pedal": Place("Pedal", 11, 60, 4.5, Drum.CLOSED_HAT),
    "crash": Place("Crash", 22, 14, 11.5, Drum.CRASH, metal=True),
    "crash 2": Place("Crash 2", 77, 12.5, 10, Drum.CRASH, metal=True),
    "ride": Place("Ride", 87, 36, 12, Drum.RIDE, metal=True),
    "hat": Place("Hi-hat", 12, 39, 10, Drum.CLOSED_HAT, metal=True),
}
_PLACE_OF = {place.drum: name for name, place in PLACES.items() if name not in ("pedal", "crash 2")} | {
    Drum.OPEN_HAT: "hat"
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A zone of a pad, and the drum whose colour it lights in."""

    place: str
    zone: Zone
    drum: Drum


_Levels = dict[Zone, tuple[Spot, float]]


def spot_of(drum: Drum, name: str) -> Spot:
    """Where on the picture the pad called `name` of `drum` is."""
    words = name.lower()
    place = _PLACE_OF[drum]
    if drum is Drum.CRASH and ("2" in words or "aux" in words):
        place = "crash 2"
    zone = Zone.HEAD
    if drum in (Drum.CLOSED_HAT, Drum.OPEN_HAT) and ("pedal" in words or "splash" in words):
        place, zone = "pedal", Zone.PEDAL
    elif "stick" in words or "closed rim" in words:
        zone = Zone.STICK
    elif "rim" in words or "edge" in words:
        zone = Zone.RIM
    elif "bell" in words:
        zone = Zone.BELL
    return Spot(place, zone, drum)


def spot_of_note(kit: KitMap, note: int) -> Spot | None:
    """Where the pad that sends `note` is, None where no drum answers to it."""
    drum = kit.drum_map.drum_of(note)
    return None if drum is None else spot_of(drum, kit.pad(note))


class KitPicture(QWidget):
    """Shows which pad is asked for and which are known, and lights up what is hit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted: Spot | None = None
        self.known: frozenset[str] = frozenset()
        self._levels: dict[Spot, float] = {}
        self.setAccessibleName("Picture of the kit")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(380, 274)
        self._fading = QTimer(self)
        self._fading.setInterval(_FRAME_MS)
        self._fading.timeout.connect(self._fade)

    def sizeHint(self) -> QSize:
        """Room enough for the words on the pads."""
        return QSize(500, 360)

    @property
    def lit(self) -> tuple[Spot, ...]:
        """What is lit now."""
        return tuple(self._levels)

    def show_wanted(self, spot: Spot | None, known: frozenset[str]) -> None:
        """Ring the spot that is asked for, and tick the places that have answered."""
        self.wanted, self.known = spot, known
        asked = "" if spot is None else f"{PLACES[spot.place].label}, {spot.zone}"
        self.setAccessibleDescription(f"Asked for: {asked}" if asked else "Nothing is asked for")
        self.update()

    def light(self, spot: Spot, velocity: int) -> None:
        """Light `spot` as hard as it was hit (1-127); it fades by itself."""
        self._levels[spot] = 0.35 + 0.65 * velocity / 127
        self._fading.start()
        self.update()

    def _fade(self) -> None:
        self._levels = {spot: level - _DECAY for spot, level in self._levels.items() if level > _DECAY}
        if not self._levels:
            self._fading.stop()
        self.update()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pads."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / _WIDE, self.height() / _HIGH)
        painter.translate((self.width() - _WIDE * scale) / 2, (self.height() - _HIGH * scale) / 2)
        for name in PLACES:
            self._paint_place(painter, name, scale)
        painter.end()

    def _paint_place(self, painter: QPainter, name: str, scale: float) -> None:
        place, colours = PLACES[name], theme.current()
        middle = QPointF(place.x * scale, place.y * scale)
        radius = place.radius * scale
        levels = {spot.zone: (spot, level) for spot, level in self._levels.items() if spot.place == name}
        wanted = self.wanted if self.wanted is not None and self.wanted.place == name else None
        ground = QColor(colours.hover if place.metal else colours.raised)
        if Zone.HEAD in levels or Zone.PEDAL in levels:
            spot, level = levels.get(Zone.HEAD) or levels[Zone.PEDAL]
            ground = mixed(ground, colours.drum(spot.drum), level)
        rim = faded(colours.drum(place.drum), 0.75)
        wide = 2.0
        if Zone.RIM in levels:
            spot, level = levels[Zone.RIM]
            rim, wide = colours.drum(spot.drum), 2.0 + 6.0 * level
        if name == "pedal":
            box = QRectF(middle.x() - radius * 0.7, middle.y() - radius, radius * 1.4, radius * 2)
            painter.setPen(QPen(rim, wide))
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 4, 4)
        else:
            painter.setPen(QPen(rim, wide))
            painter.setBrush(ground)
            painter.drawEllipse(middle, radius, radius)
            self._paint_inside(painter, place, middle, radius, levels)
        if wanted is not None:
            self._paint_wanted(painter, wanted, middle, radius)
        self._paint_label(painter, name, middle, radius)

    @staticmethod
    def _paint_inside(
        painter: QPainter,
        place: Place,
        middle: QPointF,
        radius: float,
        levels: dict[Zone, tuple[Spot, float]],
    ) -> None:
        """The bell of a cymbal, the stick laid across a drum."""
        colours = theme.current()
        if place.metal:
            ground = QColor(colours.border_strong)
            if Zone.BELL in levels:
                spot, level = levels[Zone.BELL]
                ground = mixed(ground, colours.drum(spot.drum), level)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            bell = QPointF(middle.x(), middle.y() - radius * 0.45)
            painter.drawEllipse(bell, radius * 0.24, radius * 0.24)
        if Zone.STICK in levels:
            spot, level = levels[Zone.STICK]
            painter.setPen(
                QPen(colours.drum(spot.drum), 3 + 4 * level, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            )
            painter.drawLine(
                middle + QPointF(-radius * 1.05, radius * 0.35),
                middle + QPointF(radius * 1.05, -radius * 0.1),
            )

    @staticmethod
    def _paint_wanted(painter: QPainter, spot: Spot, middle: QPointF, radius: float) -> None:
        """A bright ring where the stick should fall, dashed along an edge."""
        pen = QPen(QColor(theme.current().focus), 2.5)
        if spot.zone in (Zone.RIM, Zone.STICK):
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if spot.zone is Zone.BELL:
            painter.drawEllipse(QPointF(middle.x(), middle.y() - radius * 0.45), radius * 0.34, radius * 0.34)
        elif spot.zone is Zone.PEDAL:
            box = QRectF(middle.x() - radius * 0.7, middle.y() - radius, radius * 1.4, radius * 2)
            painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), 6, 6)
        else:
            painter.drawEllipse(middle, radius + 5, radius + 5)

    def _paint_label(self, painter: QPainter, name: str, middle: QPointF, radius: float) -> None:
        """The pad's name on a ground of its own, so that it can be read on a lit pad too."""
        colours = theme.current()
        font = theme.font(12, QFont.Weight.Medium)
        word = f"✓ {PLACES[name].label}" if name in self.known else PLACES[name].label
        wide = QFontMetrics(font).horizontalAdvance(word) + 12
        box = QRectF(middle.x() - wide / 2, middle.y() - 9, wide, 18)
        if name == "pedal":
            box.moveTop(middle.y() + radius + 5)
        elif PLACES[name].metal:
            box.moveTop(middle.y() + radius * 0.05)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(QColor(colours.panel), 0.85))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
