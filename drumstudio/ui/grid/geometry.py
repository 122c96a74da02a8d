"""Where columns and rows lie, in pixels; nothing here paints."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.timing import Grid, swung_tick

COLUMN_FLOOR = 11
ROW_FLOOR = 26
LEFT_MARGIN = 2
BAR_GAP = 4
BEAT_GAP_LIMIT = 6
ROW_OF: dict[Drum, int] = {drum: row for row, drum in enumerate(GRID_ROWS)}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a pattern, laid out once for a width.

    `x[step]` is the left edge of a column in content pixels (before scrolling) and `x[steps]`
    the end of the last one; `right[step]` where the cell ends, before the gap that parts beats
    and bars; `ticks[step]` the tick at which the step sounds; `beat[step]` the counted beat
    within its bar, from 0; `starts` the steps that begin a beat; `step_width` the width of an
    unswung step.
    """

    x: tuple[int, ...]
    right: tuple[int, ...]
    ticks: tuple[int, ...]
    beat: tuple[int, ...]
    starts: frozenset[int]
    steps_per_bar: int
    step_width: int

    @property
    def steps(self) -> int:
        """Number of columns."""
        return len(self.x) - 1

    @property
    def width(self) -> int:
        """Width of all columns."""
        return self.x[-1]

    def step_at(self, x: float) -> int:
        """Column under content position `x`, held to the pattern."""
        return max(0, min(self.steps - 1, bisect_right(self.x, x) - 1))

    def step_of_tick(self, tick: float) -> int:
        """Column that sounds at `tick`."""
        return max(0, min(self.steps - 1, bisect_right(self.ticks, tick) - 1))

    def span(self, left: float, right: float) -> range:
        """Columns that show between two content positions."""
        return range(self.step_at(left), self.step_at(right) + 1)


def lay_out(pattern: Pattern, width: int) -> Columns:
    """Columns of `pattern` in a view of `width` pixels: as wide as fits, not under the floor.

    All steps are equally wide but for swing, which moves the odd ones to where they sound;
    pixels that do not divide among the steps part the beats.
    """
    return _lay_out(pattern.grid, pattern.bars, pattern.swing, width)


@lru_cache(maxsize=8)
def _lay_out(grid: Grid, bars: int, swing: float, width: int) -> Columns:
    steps, per_bar, per_step = bars * grid.steps_per_bar, grid.steps_per_bar, grid.ticks_per_step
    in_bar = [grid.position(step) for step in range(per_bar)]
    beats = tuple(beat - 1 for _, beat, _ in in_bar)
    starts = [sub == 1 for _, _, sub in in_bar]
    room = max(0, width - LEFT_MARGIN - BAR_GAP * bars)
    step_width = max(COLUMN_FLOOR, room // steps)
    spare = min(BEAT_GAP_LIMIT, max(0, room - step_width * steps) // (bars * sum(starts)))
    bent = [swung_tick(grid, step, swing) for step in range(per_bar)]
    edges = [round(tick / per_step * step_width) for tick in (*bent, grid.ticks_per_bar)]
    # A gap parts each beat from the one before; the bar's own follows its last step.
    lefts = [edges[step] + spare * (sum(starts[: step + 1]) - 1) for step in range(per_bar)]
    rights = [lefts[step] + edges[step + 1] - edges[step] for step in range(per_bar)]
    bar_width = per_bar * step_width + spare * sum(starts) + BAR_GAP
    origins = [LEFT_MARGIN + bar * bar_width for bar in range(bars)]
    return Columns(
        x=(*(origin + left for origin in origins for left in lefts), LEFT_MARGIN + bars * bar_width),
        right=tuple(origin + right for origin in origins for right in rights),
        ticks=tuple(bar * grid.ticks_per_bar + tick for bar in range(bars) for tick in bent),
        beat=beats * bars,
        starts=frozenset(step for step in range(steps) if starts[step % per_bar]),
        steps_per_bar=per_bar,
        step_width=step_width,
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """The nine rows in a view of `height` pixels, top down."""

    y: tuple[int, ...]

    def top(self, row: int) -> int:
        """Upper edge of a row."""
        return self.y[row]

    def height(self, row: int) -> int:
        """Height of a row."""
        return self.y[row + 1] - self.y[row]

    def row_at(self, y: float) -> int:
        """Row under `y`, held to the grid."""
        return max(0, min(DRUM_COUNT - 1, bisect_right(self.y, y) - 1))


def lay_out_rows(height: int) -> Rows:
    """Rows that share `height` equally, none under the floor."""
    each = max(ROW_FLOOR, height // DRUM_COUNT)
    return Rows(tuple(row * each for row in range(DRUM_COUNT + 1)))
