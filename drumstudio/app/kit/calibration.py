"""How late a kit is: strokes that were meant to fall on a click, measured against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from drumstudio.domain.cleaning import AS_USUAL, FEW, interpreted, latency_of, lateness
from drumstudio.domain.drums import DrumMap
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.take import Arrival
from drumstudio.domain.timing import Grid, Meter

BEATS = 4
LEAD_BARS = 1  # to listen to, before strokes count
BARS = 4
UNEVEN = 0.025  # seconds of spread from which on the figure says little
CLICK_PATTERN = Pattern(Grid(Meter(BEATS, 4), 4), 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a calibration found: median `latency` and `spread` (median distance from it), both in seconds, the
    `late` of each stroke that counted, and how many notes meant no drum."""

    late: tuple[float, ...]
    latency: float | None
    spread: float
    unmapped: int

    @property
    def missing(self) -> int:
        """How many strokes a figure still needs."""
        return max(0, FEW - len(self.late))

    @property
    def uneven(self) -> bool:
        """Whether the strokes lie too far apart to trust the figure."""
        return self.spread > UNEVEN


def measured(arrivals: Iterable[Arrival], began: float, qpm: float, drum_map: DrumMap) -> Measured:
    """What strokes say that were played to a click of `qpm` quarters a minute which began to sound at
    `began`, in the clock of the stamps; the first bar and what comes after the last do not count."""
    quarter = 60.0 / qpm
    first, last = LEAD_BARS * BEATS - 0.5, (LEAD_BARS + BARS) * BEATS - 0.5
    placed = [Arrival(each.seconds - began, each.data) for each in arrivals]
    read = interpreted(placed, drum_map, AS_USUAL)
    hits = [hit for hit in read.hits if first <= hit.seconds / quarter < last]
    late = tuple(lateness(hits, qpm))
    latency = latency_of(hits, qpm)
    middle = median(late) if late else 0.0
    spread = median(abs(each - middle) for each in late) if late else 0.0
    return Measured(late, latency, spread, sum(read.unmapped.values()))
