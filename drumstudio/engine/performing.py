"""A performance: strokes at their own moments on no grid, as a take holds them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from drumstudio.domain.cleaning import Grip, PlayedHit
from drumstudio.domain.timing import PPQ, Grid, Meter, seconds_per_tick
from drumstudio.engine.outputs import Choke, Strike

TAIL = 1.0  # seconds that the last stroke is given to ring
_COARSE = 8  # steps a quarter, which every meter divides into


@dataclass(frozen=True, slots=True)
class Performance:
    """`strokes` are (tick, what sounds), by tick, 480 of them to the quarter at `qpm`; its bars are those
    of `grid`, the take's own first bar line is at tick `first_bar`, and it is over at tick `end`."""

    strokes: tuple[tuple[int, Strike | Choke], ...]
    grid: Grid
    qpm: float
    end: int
    first_bar: int = 0

    def seconds_at(self, step: float) -> float:
        """Seconds from the take's first bar line at `step` of the grid."""
        return (step * self.grid.ticks_per_step - self.first_bar) * seconds_per_tick(self.qpm)

    def between(self, first: int, last: int) -> Iterable[tuple[int, int, Strike | Choke]]:
        """(number, tick, what sounds) of all with `first` <= tick < `last`."""
        at = bisect_left(self.strokes, first, key=lambda stroke: stroke[0])
        while at < len(self.strokes) and self.strokes[at][0] < last:
            yield at, *self.strokes[at]
            at += 1


def performance_of(
    hits: Iterable[PlayedHit], grips: Iterable[Grip], qpm: float, meter: Meter = Meter()
) -> Performance:
    """Strokes and chokes in seconds from a bar line as a performance; whole bars stand ahead where some
    came before it."""
    per_second = qpm * PPQ / 60.0
    found: list[tuple[int, Strike | Choke]] = [
        (round(hit.seconds * per_second), Strike(hit.drum, hit.velocity)) for hit in hits
    ]
    found += [(round(grip.seconds * per_second), Choke(grip.drum)) for grip in grips]
    found.sort(key=lambda stroke: stroke[0])
    grid = Grid(meter, _COARSE)
    first = found[0][0] if found else 0
    lead = 0 if first >= 0 else -(first // grid.ticks_per_bar) * grid.ticks_per_bar
    strokes = tuple((tick + lead, event) for tick, event in found)
    last = strokes[-1][0] if strokes else 0
    return Performance(strokes, grid, qpm, last + round(TAIL * per_second), lead)
