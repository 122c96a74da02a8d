"""Velocity and timing of what the network wrote: it says which drums, this says how they are struck.

First the primer is asked, since its player is the one to be continued; where it has nothing to
say, typical values by drum and place speak, at the loudness of the primer's player.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from statistics import median

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter


class Place(IntEnum):
    """What a step of the bar means to a drummer."""

    DOWNBEAT = 0
    BACK_BEAT = 1
    BEAT = 2
    EIGHTH = 3
    SIXTEENTH = 4


# Velocity by Place: after the medians of rock beats in the Groove MIDI Dataset's training split,
# with loud and soft a little further apart, as a median over many players flattens both.
_TYPICAL: dict[Drum, tuple[int, int, int, int, int]] = {
    Drum.KICK: (104, 90, 98, 88, 78),
    Drum.SNARE: (64, 114, 78, 54, 40),
    Drum.CLOSED_HAT: (84, 84, 82, 66, 50),
    Drum.OPEN_HAT: (88, 90, 86, 82, 60),
    Drum.LOW_TOM: (104, 108, 102, 92, 84),
    Drum.MID_TOM: (102, 106, 100, 90, 82),
    Drum.HIGH_TOM: (100, 106, 98, 88, 80),
    Drum.CRASH: (112, 106, 104, 96, 90),
    Drum.RIDE: (86, 86, 84, 66, 54),
}
_TOMS = (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)
# A snare among toms is part of a fill, not a ghost note.
_FILL_SNARE = 92


def place_of(grid: Grid, step: int) -> Place:
    """Place of `step` in its bar."""
    within = step % grid.steps_per_bar
    beat, rest = divmod(within, grid.steps_per_beat)
    if rest == 0:
        if within == 0:
            return Place.DOWNBEAT
        return Place.BACK_BEAT if _is_back_beat(grid.meter, int(beat)) else Place.BEAT
    return Place.EIGHTH if Fraction(2 * within, grid.steps_per_quarter).denominator == 1 else Place.SIXTEENTH


def _is_back_beat(meter: Meter, beat: int) -> bool:
    """Two and four in even meters, two and three of three."""
    beats = int(meter.quarters / meter.beat_quarters)
    return beat % 2 == 1 if beats % 2 == 0 else 0 < beat < 3


def dress(events: Sequence[int] | npt.NDArray[np.integer], primer: Pattern) -> tuple[Hit, ...]:
    """Hits of nine-drum `events` (steps,), which begin at a bar line on the primer's grid.

    One hit for every drum of every event, no more and no less.  Velocity and offset are those of
    the primer's hit of the drum at the same place of the bar (in the bar of the phrase that
    corresponds, else the median of its bars); else typical for drum and place, scaled to how hard
    the primer strikes this drum, and as early or late as it does.  Nothing is drawn at random.
    """
    player = _player_of(primer)
    struck = [{drum for drum in Drum if int(event) >> drum & 1} for event in events]
    return tuple(
        player.hit(step, drum, _in_fill(struck, step, drum))
        for step, drums in enumerate(struck)
        for drum in sorted(drums)
    )


def _in_fill(struck: list[set[Drum]], step: int, drum: Drum) -> bool:
    """Whether this is a snare stroke with a tom within two steps."""
    near = struck[max(0, step - 2) : step + 3]
    return drum is Drum.SNARE and any(tom in drums for drums in near for tom in _TOMS)


@lru_cache(maxsize=2)
def _player_of(primer: Pattern) -> _Player:
    # One primer is dressed for many times over: every candidate, as it grows.
    return _Player(primer)


class _Player:
    """How the primer's drummer strikes."""

    def __init__(self, primer: Pattern) -> None:
        self._primer, self._grid = primer, primer.grid
        self._at: dict[tuple[Drum, int], list[Hit]] = defaultdict(list)
        self._of: dict[Drum, list[Hit]] = defaultdict(list)
        for hit in primer.hits:
            self._at[hit.drum, hit.step % self._grid.steps_per_bar].append(hit)
            self._of[hit.drum].append(hit)
        self._loudness = {drum: self._compared(hits) for drum, hits in self._of.items()}

    def _compared(self, hits: list[Hit]) -> float:
        """How hard these hits are against typical ones at their places."""
        return float(median(hit.velocity / self._typical(hit.step, hit.drum) for hit in hits))

    def _typical(self, step: int, drum: Drum) -> int:
        return _TYPICAL[drum][place_of(self._grid, step)]

    def hit(self, step: int, drum: Drum, in_fill: bool) -> Hit:
        same = self._primer.hit_at(step % self._primer.steps, drum)
        if same is not None:
            return Hit(step, drum, same.velocity, same.offset)
        there = self._at.get((drum, step % self._grid.steps_per_bar))
        if there:
            return Hit(
                step,
                drum,
                round(median(hit.velocity for hit in there)),
                float(median(hit.offset for hit in there)),
            )
        loudness = self._loudness.get(drum) or float(median(self._loudness.values() or [1.0]))
        typical = self._typical(step, drum)
        velocity = round((max(typical, _FILL_SNARE) if in_fill else typical) * loudness)
        own = [hit.offset for hit in self._of.get(drum, self._primer.hits)]
        return Hit(step, drum, max(1, min(127, velocity)), float(median(own or [0.0])))
