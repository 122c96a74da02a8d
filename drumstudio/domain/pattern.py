"""Hits and patterns: immutable values that every other part of the program shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.timing import MAX_SWING, MIN_SWING, Grid, swung_tick

MAX_BARS = 256


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One stroke.

    `velocity` is 1-127; `offset` the microtiming as a fraction of a step in [-0.5, 0.5), late
    when positive; `chance` the probability in (0, 1] that it sounds on a pass.
    """

    step: int
    drum: Drum
    velocity: int = 100
    offset: float = 0.0
    chance: float = 1.0

    def __post_init__(self) -> None:
        if self.step < 0:
            raise ValueError(f"a step is counted from 0, not {self.step}")
        if not 1 <= self.velocity <= 127:
            raise ValueError(f"a velocity is 1 to 127, not {self.velocity}")
        if not -0.5 <= self.offset < 0.5:
            raise ValueError(f"an offset is in [-0.5, 0.5), not {self.offset}")
        if not 0.0 < self.chance <= 1.0:
            raise ValueError(f"a chance is in (0, 1], not {self.chance}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`bars` bars on a `grid`, at most one hit a drum and step, ordered by step and drum.

    Offsets are held to whole ticks, so that a MIDI file keeps them exactly.  `seam` is the step
    at which the drummer's continuation begins: steps before it are the primer, those from it on
    are generated; None where nothing is generated.

    The drummer leaves what is locked as it is, struck or silent: `locked_bars` count from 0,
    `locked_cells` are `(step, drum)`; whole rows are locked in the project's lanes.  `fill_bars`
    are the bars, counted from 0, that are marked to end in a fill.
    """

    grid: Grid = Grid()
    bars: int = 1
    hits: tuple[Hit, ...] = ()
    swing: float = 0.5
    seam: int | None = None
    locked_bars: frozenset[int] = frozenset()
    locked_cells: frozenset[tuple[int, int]] = frozenset()
    fill_bars: frozenset[int] = frozenset()
    _cells: dict[tuple[int, int], Hit] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        if not 1 <= self.bars <= MAX_BARS:
            raise ValueError(f"a pattern has 1 to {MAX_BARS} bars, not {self.bars}")
        if not MIN_SWING <= self.swing <= MAX_SWING:
            raise ValueError(f"swing is {MIN_SWING} to {MAX_SWING}, not {self.swing}")
        if self.seam is not None and not 0 < self.seam < self.steps:
            raise ValueError(f"a seam lies inside the pattern's {self.steps} steps, not at {self.seam}")
        if self.locked_bars or self.locked_cells or self.fill_bars:
            self._check_marks()
        cells = {(hit.step, int(hit.drum)): self._snapped(hit) for hit in self.hits}
        if len(cells) != len(self.hits):
            raise ValueError("a pattern holds at most one hit a drum and step")
        ordered = tuple(cells[key] for key in sorted(cells))
        if ordered and ordered[-1].step >= self.steps:
            raise ValueError(f"step {ordered[-1].step} lies beyond the pattern's {self.steps} steps")
        object.__setattr__(self, "hits", ordered)
        object.__setattr__(self, "_cells", cells)

    def _check_marks(self) -> None:
        for bar in self.locked_bars | self.fill_bars:
            if not 0 <= bar < self.bars:
                raise ValueError(f"a marked bar is one of the pattern's {self.bars}, not number {bar}")
        steps = self.steps
        for step, drum in self.locked_cells:
            if not (0 <= step < steps and 0 <= drum < DRUM_COUNT):
                raise ValueError(f"a locked cell is one of the pattern's, not step {step} of drum {drum}")

    def _snapped(self, hit: Hit) -> Hit:
        per_step = self.grid.ticks_per_step
        ticks = max(-(per_step // 2), min(round(hit.offset * per_step), (per_step - 1) // 2))
        offset = ticks / per_step
        return hit if offset == hit.offset else replace(hit, offset=offset)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.bars * self.grid.steps_per_bar

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        return self.bars * self.grid.ticks_per_bar

    def hit_at(self, step: int, drum: Drum) -> Hit | None:
        """The hit of `drum` on `step`, or None."""
        return self._cells.get((step, int(drum)))

    def hits_between(self, first: int, last: int) -> Iterator[Hit]:
        """Hits with `first` <= step < `last`, in order."""
        return (hit for hit in self.hits if first <= hit.step < last)

    def generated(self, step: int) -> bool:
        """Whether `step` belongs to the drummer's continuation."""
        return self.seam is not None and step >= self.seam

    def locked(self, step: int, drum: int) -> bool:
        """Whether the drummer must leave the cell of `drum` on `step` as it is, by its bar or itself."""
        return (step, drum) in self.locked_cells or self.grid.bar_of(step) in self.locked_bars

    def tick_of(self, hit: Hit) -> int:
        """Tick at which `hit` sounds, swing and offset included; may be below 0 at step 0."""
        return swung_tick(self.grid, hit.step, self.swing) + round(hit.offset * self.grid.ticks_per_step)

    def events(self) -> tuple[int, ...]:
        """Drum RNN's event of every step: bit i set where drum i is struck."""
        events = [0] * self.steps
        for hit in self.hits:
            events[hit.step] |= 1 << hit.drum
        return tuple(events)

    def with_hits(self, hits: Iterable[Hit]) -> Pattern:
        """The same pattern with other hits."""
        return replace(self, hits=tuple(hits))


def pattern_from_events(
    events: Iterable[int], grid: Grid | None = None, velocity: int = 100, seam: int | None = None
) -> Pattern:
    """Pattern of Drum RNN `events` (one integer a step), padded with rests to whole bars."""
    grid = grid or Grid()
    listed = list(events)
    hits = [
        Hit(step, drum, velocity) for step, event in enumerate(listed) for drum in Drum if event >> drum & 1
    ]
    bars = max(1, -(-len(listed) // grid.steps_per_bar))
    return Pattern(grid, bars, tuple(hits), seam=seam)
