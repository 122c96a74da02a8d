"""Velocity and timing of what the network wrote: it says which drums, this says how they are struck.

The feel network plays them, in the manner of the primer's player.  Where its file cannot be used, rules
stand in: first the primer is asked, and where it has nothing to say, typical values by drum and
place speak, at the loudness of the primer's player.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from statistics import median

import numpy as np
import numpy.typing as npt

from drumstudio.domain import edits
from drumstudio.domain.dials import MIDDLE
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.feel.inputs import Known
from drumstudio.ml.feel.model import available_feel

Events = Sequence[int] | npt.NDArray[np.integer]


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


def dress(
    events: Events,
    primer: Pattern,
    *,
    qpm: float = 120.0,
    style: str = "",
    amount: float = MIDDLE.feel,
    seed: int = 0,
    steps_per_quarter: int | None = None,
) -> tuple[Hit, ...]:
    """Hits of nine-drum `events` (steps,), which begin at a bar line with the primer, on its grid.

    One hit for every drum of every event, no more and no less.  The primer is heard along with the
    events: a hit that it has in the same cell stays as it is, and where it was played and not drawn,
    its player goes on in the same manner.  `amount` is how much of the feel is played, from the
    even strokes of a drum machine, exactly on their steps, at 0 to all of it at 1; `seed` decides what
    is left to chance.  Steps are `steps_per_quarter` to the quarter, as the primer's without.
    """
    if steps_per_quarter not in (None, primer.grid.steps_per_quarter):
        primer = edits.set_grid(primer, Grid(primer.grid.meter, steps_per_quarter))
    feel = available_feel()
    if feel is None:
        return dress_by_rules(events, primer)
    player = _player_of(primer)
    struck = _struck(events)
    hits, even = player.heard(len(struck))
    for step, drums in enumerate(struck):
        for drum in drums:
            hits[step, drum] = True
            even[step, drum] = player.even(step, drum, _in_fill(struck, step, drum))
    velocities, offsets = feel.perform(
        hits,
        steps_per_bar=primer.grid.steps_per_bar,
        steps_per_quarter=primer.grid.steps_per_quarter,
        qpm=qpm,
        style=style,
        known=player.known(len(hits)),
        amount=amount,
        seed=seed,
        even=even,
    )
    return tuple(
        primer.hit_at(step, drum) or Hit(step, drum, int(velocities[step, drum]), float(offsets[step, drum]))
        for step, drums in enumerate(struck)
        for drum in sorted(drums)
    )


def dress_by_rules(events: Events, primer: Pattern) -> tuple[Hit, ...]:
    """Hits of `events` as :func:`dress` gives them, without a network, and with nothing drawn at random.

    Velocity and offset are those of the primer's hit of the drum at the same place of the bar (in
    the bar of the phrase that corresponds, else the median of its bars); else typical for drum
    and place, scaled to how hard the primer strikes this drum, and as early or late as it does.
    """
    player = _player_of(primer)
    struck = _struck(events)
    return tuple(
        player.hit(step, drum, _in_fill(struck, step, drum))
        for step, drums in enumerate(struck)
        for drum in sorted(drums)
    )


def even_velocities(hits: npt.NDArray[np.generic], grid: Grid) -> npt.NDArray[np.float32]:
    """Velocities (steps, 9) with which a drum machine plays `hits` (steps, 9): typical by drum and place."""
    struck = [{drum for drum in Drum if row[drum]} for row in np.asarray(hits)]
    player = _player_of(Pattern(grid))
    even = np.full((len(struck), DRUM_COUNT), 100.0, np.float32)
    for step, drums in enumerate(struck):
        for drum in drums:
            even[step, drum] = player.even(step, drum, _in_fill(struck, step, drum))
    return even


def _struck(events: Events) -> list[set[Drum]]:
    return [{drum for drum in Drum if int(event) >> drum & 1} for event in events]


def was_played(hits: Iterable[Hit]) -> bool:
    """Whether these hits were played, or drawn: exactly on their steps, with two velocities at most.

    What was drawn says nothing of how its drummer plays.
    """
    found = list(hits)
    return len({hit.velocity for hit in found}) > 2 or any(hit.offset for hit in found)


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
        self._last = max((hit.step for hit in primer.hits), default=-1)
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
        own = [hit.offset for hit in self._of.get(drum, self._primer.hits)]
        return Hit(step, drum, self.even(step, drum, in_fill), float(median(own or [0.0])))

    def even(self, step: int, drum: Drum, in_fill: bool) -> int:
        """Typical velocity for drum and place, as loud as this player is."""
        typical = self._typical(step, drum)
        loudness = self._loudness.get(drum) or float(median(self._loudness.values() or [1.0]))
        return max(1, min(127, round((max(typical, _FILL_SNARE) if in_fill else typical) * loudness)))

    def heard(self, steps: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float32]]:
        """Where the primer strikes, and room for even velocities: (`steps` or more, 9) each."""
        hits = np.zeros((max(steps, self._last + 1), DRUM_COUNT), np.bool_)
        for hit in self._primer.hits:
            hits[hit.step, hit.drum] = True
        return hits, np.full(hits.shape, 100.0, np.float32)

    def known(self, steps: int) -> Known | None:
        """The primer's velocities, offsets and where it has them, (`steps`, 9) each; None if it was drawn."""
        if not was_played(self._primer.hits):
            return None
        velocities = np.zeros((steps, DRUM_COUNT), np.float32)
        offsets = np.zeros_like(velocities)
        for hit in self._primer.hits:
            velocities[hit.step, hit.drum], offsets[hit.step, hit.drum] = hit.velocity, hit.offset
        return velocities, offsets, velocities > 0
