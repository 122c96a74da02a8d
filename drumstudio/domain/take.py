"""Played notes, before they become steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.timing import Grid


@dataclass(frozen=True, slots=True)
class TimedNote:
    """A drum stroke at `tick` (480 to the quarter, fractions allowed) from the take's first bar line."""

    tick: float
    drum: Drum
    velocity: int


def quantise(
    notes: Iterable[TimedNote], grid: Grid, bars: int | None = None, strength: float = 0.0
) -> Pattern:
    """Pattern of played notes: each goes to its nearest step and keeps the rest as offset.

    `strength` 0 keeps all of the offset, 1 none.  Where two strokes of a drum meet on a step the
    louder stays.  `bars` defaults to what the notes need.  A note within half a step before
    tick 0 belongs to step 0; earlier ones are left out.
    """
    size = grid.ticks_per_step
    cells: dict[tuple[int, int], Hit] = {}
    for note in notes:
        step = int((note.tick + size / 2) // size)
        if step < 0 or (bars is not None and step >= bars * grid.steps_per_bar):
            continue
        offset = (note.tick - step * size) / size * (1.0 - strength)
        hit = Hit(step, note.drum, note.velocity, max(-0.5, min(0.499, offset)))
        key = (step, int(note.drum))
        if key not in cells or cells[key].velocity < hit.velocity:
            cells[key] = hit
    last = max((step for step, _ in cells), default=0)
    count = bars if bars is not None else min(MAX_BARS, last // grid.steps_per_bar + 1)
    kept = tuple(hit for hit in cells.values() if hit.step < count * grid.steps_per_bar)
    return Pattern(grid, count, kept)
