"""A performance as it was recorded, and how it becomes steps.

What arrived is never changed: :func:`drumstudio.domain.cleaning.interpreted` reads strokes from
it anew each time, with settings that may be changed later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.timing import Grid, Meter, swung_tick


class Arrival(NamedTuple):
    """A MIDI message of one to three bytes and when it arrived, in seconds.

    In a take seconds count from its first bar line; what came before has negative ones.
    """

    seconds: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Take:
    """A recording: everything that arrived, by time, and what it was played to.

    `qpm` and `meter` are those of the click, or what is taken for them where there was none; `bars`
    how many were asked for, 0 for any length; `source` the input's name; `recorded_at` seconds
    since the epoch.
    """

    arrivals: tuple[Arrival, ...]
    drum_map: DrumMap
    qpm: float = 120.0
    meter: Meter = Meter()
    bars: int = 0
    source: str = ""
    recorded_at: float = 0.0

    @property
    def length(self) -> float:
        """Seconds from the first bar line to the last message, 0 for an empty take."""
        return max(0.0, self.arrivals[-1].seconds) if self.arrivals else 0.0


@dataclass(frozen=True, slots=True)
class TimedNote:
    """A drum stroke at `tick` (480 to the quarter, fractions allowed) from the take's first bar line."""

    tick: float
    drum: Drum
    velocity: int


def quantise(
    notes: Iterable[TimedNote],
    grid: Grid,
    bars: int | None = None,
    strength: float = 0.0,
    swing: float = 0.5,
    late: float = 0.0,
) -> Pattern:
    """Pattern of played notes: each goes to its nearest step under `swing` and keeps the rest as offset.

    `strength` 0 keeps all of the offset, 1 none.  Where two strokes of a drum meet on a step the
    louder stays.  `bars` defaults to what the notes need.  A note within half a step before
    tick 0 belongs to step 0; earlier ones are left out.  Steps are chosen as if all notes came `late`
    ticks earlier, as far as half a step of offset allows; what is heard stays where it is.
    """
    cells: dict[tuple[int, int], Hit] = {}
    for note in notes:
        step, offset = settle(note.tick, grid, swing, late)
        if step < 0 or (bars is not None and step >= bars * grid.steps_per_bar):
            continue
        hit = Hit(step, note.drum, note.velocity, max(-0.5, min(0.499, offset * (1.0 - strength))))
        key = (step, int(note.drum))
        if key not in cells or cells[key].velocity < hit.velocity:
            cells[key] = hit
    last = max((step for step, _ in cells), default=0)
    count = bars if bars is not None else min(MAX_BARS, last // grid.steps_per_bar + 1)
    kept = tuple(hit for hit in cells.values() if hit.step < count * grid.steps_per_bar)
    return Pattern(grid, count, kept, swing)


def settle(tick: float, grid: Grid, swing: float = 0.5, late: float = 0.0) -> tuple[int, float]:
    """Step of a note at `tick`, -1 where it lies before all, and the offset to it in steps.

    The step is the nearest to `late` ticks earlier of those that half a step of offset reaches; only
    between steps that swing has moved apart may there be none, and the offset is larger.
    """
    size = grid.ticks_per_step
    even = int((tick - late + size / 2) // size)
    choices = [step for step in range(even - 1, even + 2) if step >= 0]
    places = {step: swung_tick(grid, step, swing) for step in choices}
    reached = [step for step in choices if -size <= 2 * (tick - places[step]) < size]
    if not reached and tick < 0:
        return -1, 0.0
    step = min(reached or choices, key=lambda one: abs(tick - late - places[one]))
    return step, (tick - places[step]) / size
