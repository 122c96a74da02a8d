"""Meter, grid, swing, and the maths between steps, ticks and seconds.

Positions are measured in *ticks* of `PPQ` = 480 to the quarter, tempo in quarters a minute
(*qpm*).  Swing follows the drum-machine convention: the share of a pair that its first half
takes, 0.5 straight, 2/3 a triplet shuffle.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

PPQ = 480
MIN_QPM, MAX_QPM = 20.0, 400.0
MIN_SWING, MAX_SWING = 0.5, 0.75

# Steps per quarter -> label; the second half are the triplet grids.
GRIDS: dict[int, str] = {1: "1/4", 2: "1/8", 4: "1/16", 8: "1/32", 3: "1/8T", 6: "1/16T", 12: "1/32T"}
_TRIPLETS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature, `numerator`/`denominator`, with a denominator of 1, 2, 4, 8, 16 or 32."""

    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 32:
            raise ValueError(f"a meter has 1 to 32 beats, not {self.numerator}")
        if self.denominator not in (1, 2, 4, 8, 16, 32):
            raise ValueError(f"a meter counts in 1, 2, 4, 8, 16 or 32, not {self.denominator}")

    @property
    def quarters(self) -> Fraction:
        """Length of a bar in quarters."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def compound(self) -> bool:
        """Whether beats are dotted: 6/8, 9/8, 12/8 and the like."""
        return self.denominator >= 8 and self.numerator >= 6 and self.numerator % 3 == 0

    @property
    def beat_quarters(self) -> Fraction:
        """Length of a counted beat in quarters; 12/8 counts dotted quarters."""
        return Fraction(12 if self.compound else 4, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class Grid:
    """How a bar divides into steps.

    `steps_per_quarter` is one of `GRIDS`; the bar must hold a whole number of steps, so 7/8
    has no quarter grid and raises ValueError.
    """

    meter: Meter = Meter()
    steps_per_quarter: int = 4

    def __post_init__(self) -> None:
        if self.steps_per_quarter not in GRIDS:
            raise ValueError(f"a grid has {sorted(GRIDS)} steps a quarter, not {self.steps_per_quarter}")
        if (self.meter.quarters * self.steps_per_quarter).denominator != 1:
            raise ValueError(f"a bar of {self.meter} does not divide into steps of {self.label}")

    @property
    def label(self) -> str:
        """Name of the step, as "1/16" or "1/16T" for triplets."""
        return GRIDS[self.steps_per_quarter]

    @property
    def triplet(self) -> bool:
        """Whether the steps are triplets."""
        return self.steps_per_quarter in _TRIPLETS

    @property
    def steps_per_bar(self) -> int:
        """Steps in a bar."""
        return int(self.meter.quarters * self.steps_per_quarter)

    @property
    def ticks_per_step(self) -> int:
        """Ticks in a step; whole for every grid."""
        return PPQ // self.steps_per_quarter

    @property
    def ticks_per_bar(self) -> int:
        """Ticks in a bar."""
        return self.steps_per_bar * self.ticks_per_step

    @property
    def steps_per_beat(self) -> Fraction:
        """Steps in a counted beat; not always whole (5/8 on a 1/8 grid counts single steps)."""
        return self.meter.beat_quarters * self.steps_per_quarter

    def position(self, step: int) -> tuple[int, int, int]:
        """Bar, beat and subdivision of `step`, each counted from 1."""
        bar, within = divmod(step, self.steps_per_bar)
        beat = int(within / self.steps_per_beat)
        first = -int(-(beat * self.steps_per_beat) // 1)
        return bar + 1, beat + 1, within - first + 1

    def bar_of(self, step: int) -> int:
        """Bar of `step`, counted from 0."""
        return step // self.steps_per_bar


def seconds_per_tick(qpm: float) -> float:
    """Seconds one tick lasts at `qpm`."""
    return 60.0 / (qpm * PPQ)


def swing_unit_ticks(grid: Grid) -> int:
    """Ticks of the pair that swing bends: two 16ths on grids of 1/16 and finer, two 8ths on a
    1/8 grid, 0 where swing has no meaning (quarters and triplets)."""
    if grid.triplet or grid.steps_per_quarter < 2:
        return 0
    return PPQ if grid.steps_per_quarter == 2 else PPQ // 2


def swung_tick(grid: Grid, step: int, swing: float = 0.5) -> int:
    """Tick at which `step` sounds under `swing`, rounded to a whole tick.

    The bend is piecewise linear within each pair and starts anew at every bar; a pair that the
    bar line cuts short stays straight.
    """
    bar, within = divmod(step * grid.ticks_per_step, grid.ticks_per_bar)
    unit = swing_unit_ticks(grid)
    if unit == 0 or swing == 0.5:
        return bar * grid.ticks_per_bar + within
    pair, inside = divmod(within, unit)
    if (pair + 1) * unit > grid.ticks_per_bar:
        return bar * grid.ticks_per_bar + within
    half = unit / 2
    bent = inside * 2 * swing if inside <= half else unit * swing + (inside - half) * 2 * (1 - swing)
    return bar * grid.ticks_per_bar + pair * unit + round(bent)


def clamp_qpm(qpm: float) -> float:
    """`qpm` within what the program plays, 20 to 400."""
    return min(MAX_QPM, max(MIN_QPM, qpm))
