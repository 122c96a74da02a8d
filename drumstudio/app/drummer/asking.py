"""From a pattern to what the drummer is asked.

The drummer knows steps of 16ths and of 8th triplets.  A pattern on another grid is mapped onto
the one of its kind, each hit keeping its time.  A continuation begins at the
pattern's seam, or at its end where it has none, and always ends on a bar line; completing and
dressing write whole bars that are there.  What is locked is given to the drummer, behind and
ahead of what it writes, and stays.  Pure functions: no model, no thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from drumstudio.domain import edits
from drumstudio.domain.candidate import Mode
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid
from drumstudio.errors import DrumStudioError

Cells = frozenset[tuple[int, int]]

SIXTEENTHS, TRIPLETS = 4, 3
# Bars behind what is written that the drummer is told of, where they stay.
_BARS_AHEAD = 1


@dataclass(frozen=True, slots=True)
class Task:
    """What the sampler is asked, in its own steps, and what is needed to read its answer.

    `source` is written from step `start` to the end of bar `end_bar - 1`.  `primer_events` is what comes
    before, on the drummer's grid; `primer` the same as a pattern, with what stays behind it, after whose
    playing the rest is played.  `steps` are to be made,
    the last `ahead` of them given: bars behind the end that stay.  `forced` is int8 (steps, 9): 0
    and 1 where the answer is given, -1 where the drummer is free; None where it is free
    everywhere.  `struck` is int8 (steps,): 1 where something must be struck, -1 where anything may
    be; None without taps.  `kept` are the hits that stay and `locked` the cells (step, drum) that
    the drummer must not touch, both on the source's grid with steps counted from its start.
    `fill_bars` are the bars, counted from the source's start, that shall end in a fill.
    """

    source: Pattern
    start: int
    end_bar: int
    primer: Pattern
    primer_events: tuple[int, ...]
    steps: int
    forced: npt.NDArray[np.int8] | None
    kept: tuple[Hit, ...]
    locked: Cells
    ahead: int = 0
    struck: npt.NDArray[np.int8] | None = None
    fill_bars: frozenset[int] = frozenset()
    mode: Mode = Mode.CONTINUE

    @property
    def steps_per_quarter(self) -> int:
        """Steps of the drummer's grid in a quarter."""
        return self.primer.grid.steps_per_quarter

    @property
    def steps_per_bar(self) -> int:
        """Steps of the drummer's grid in a bar."""
        return self.primer.grid.steps_per_bar

    @property
    def length(self) -> int:
        """Steps of the answer on the source's grid."""
        return self.end_bar * self.source.grid.steps_per_bar - self.start

    @property
    def written(self) -> int:
        """Steps of the answer on the drummer's grid."""
        return self.steps - self.ahead


def start_of(pattern: Pattern) -> int:
    """Step at which a continuation of `pattern` begins."""
    return pattern.steps if pattern.seam is None else pattern.seam


def prepare(
    source: Pattern,
    lanes: Sequence[Lane],
    bars: int = 1,
    *,
    dials: Dials = MIDDLE,
    mode: Mode = Mode.CONTINUE,
    span: tuple[int, int] | None = None,
) -> Task:
    """Ask for `bars` bars after the primer of `source`, or for the bars of it from `span[0]` to before
    `span[1]` (None: all of them) to be completed or dressed.

    What is locked stays as it is.  A locked row goes on behind the pattern's end: with what it
    plays behind the seam, or with its primer where there is nothing behind.  Where nothing is
    locked, completing keeps the rows that hold hits.

    Raises DrumStudioError where the drummer cannot play the meter, nothing is left to play, or
    the result is too long.
    """
    start, end = _range(source, bars, mode, span)
    grid = source.grid
    frame = _Frame(grid, model_grid_of(grid), start, end // grid.steps_per_bar)
    locked = _staying(source, lanes, start, end, mode)
    kept = _kept_hits(source, lanes, locked, start, frame.end_bar)
    mapped = edits.set_grid(source, frame.model_grid)
    heard = tuple(hit for hit in mapped.hits if hit.step < frame.model_start)
    bars_heard = max(1, -(-frame.model_start // frame.model_grid.steps_per_bar))
    events = Pattern(frame.model_grid, bars_heard, heard).events()[: frame.model_start]
    if kept:
        heard += tuple(hit for hit in frame.mapped(kept) if hit.step >= frame.model_start)
        bars_heard = frame.end_bar
    ahead = _bars_ahead(source, lanes, frame.end_bar, mode) * frame.model_grid.steps_per_bar
    following = mapped.events()[frame.model_start + frame.written :][:ahead]
    taps = _taps(source, lanes, start, end) if mode is Mode.DRESS else ()
    between = range(start // grid.steps_per_bar, frame.end_bar)
    return Task(
        source=source,
        start=start,
        end_bar=frame.end_bar,
        primer=Pattern(frame.model_grid, bars_heard, heard, source.swing),
        primer_events=events,
        steps=frame.written + ahead,
        forced=_forced(frame, locked, kept, following),
        kept=kept,
        locked=locked,
        ahead=ahead,
        struck=_struck(frame, taps, ahead),
        fill_bars=frozenset(bar for bar in between if dials.fill_at(bar) or bar in source.fill_bars),
        mode=mode,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is written, from step `start` of `grid` to before bar `end_bar`, and the drummer's grid for it."""

    grid: Grid
    model_grid: Grid
    start: int
    end_bar: int

    @property
    def model_start(self) -> int:
        """`start` on the drummer's grid."""
        return self._nearest(self.start)

    @property
    def written(self) -> int:
        """Steps of the drummer's grid that are written."""
        return self.end_bar * self.model_grid.steps_per_bar - self.model_start

    def mapped(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """`hits` on the drummer's grid."""
        return edits.set_grid(Pattern(self.grid, self.end_bar, tuple(hits)), self.model_grid).hits

    def step_of(self, step: int) -> int:
        """The drummer's step for a cell of `step`, in the same bar; counted from `model_start`."""
        last = (step // self.grid.steps_per_bar + 1) * self.model_grid.steps_per_bar - 1
        return min(self._nearest(step), last) - self.model_start

    def _nearest(self, step: int) -> int:
        """The nearest step of the drummer's grid, as `edits.set_grid` rounds; may be the next bar line."""
        bar, within = divmod(step, self.grid.steps_per_bar)
        ours, theirs = self.grid.steps_per_quarter, self.model_grid.steps_per_quarter
        return bar * self.model_grid.steps_per_bar + (2 * within * theirs + ours) // (2 * ours)


def _range(source: Pattern, bars: int, mode: Mode, span: tuple[int, int] | None) -> tuple[int, int]:
    """Steps from which and to before which is written."""
    per_bar = source.grid.steps_per_bar
    if mode is not Mode.CONTINUE:
        return _steps_of(source, span)
    start = start_of(source)
    end_bar = -(-start // per_bar) + bars
    if end_bar > MAX_BARS:
        raise DrumStudioError(f"A pattern has at most {MAX_BARS} bars; move the seam or ask for fewer")
    return start, end_bar * per_bar


def _staying(source: Pattern, lanes: Sequence[Lane], start: int, end: int, mode: Mode) -> Cells:
    """Cells that the drummer must leave as they are; DrumStudioError where it is all of them."""
    locked = locked_cells(source, lanes, start, end)
    if mode is Mode.COMPLETE and not locked:
        locked = _rows_with_hits(source, start, end)
    if len(locked) == (end - start) * DRUM_COUNT:
        raise DrumStudioError(_nothing_free(mode))
    return locked


def model_grid_of(grid: Grid) -> Grid:
    """The drummer's grid for a pattern on `grid`: triplets for triplets, else 16ths.

    Raises DrumStudioError where the meter has neither.
    """
    for steps in (TRIPLETS, SIXTEENTHS) if grid.triplet else (SIXTEENTHS,):
        try:
            return Grid(grid.meter, steps)
        except ValueError:
            continue
    raise DrumStudioError(
        f"The drummer counts in 16ths and cannot play {grid.meter}; choose a meter in 16ths or longer"
    )


def locked_cells(source: Pattern, lanes: Sequence[Lane], start: int, end: int) -> Cells:
    """Cells (step, drum) from `start` to before `end`, possibly beyond the pattern, that are locked by
    row, bar or themselves."""
    rows = [int(drum) for drum in Drum if lanes[drum].locked]
    per_bar = source.grid.steps_per_bar
    cells = {(step, drum) for drum in rows for step in range(start, end)}
    cells |= {cell for cell in source.locked_cells if start <= cell[0] < end}
    for bar in source.locked_bars:
        steps = range(max(start, bar * per_bar), min(end, (bar + 1) * per_bar))
        cells |= {(step, drum) for step in steps for drum in range(DRUM_COUNT)}
    return frozenset(cells)


def completable(source: Pattern, lanes: Sequence[Lane], span: tuple[int, int] | None) -> str:
    """Why the bars of `span` cannot be completed, in words; "" where they can."""
    start, end = _steps_of(source, span)
    if _anything_locked(source, lanes, start, end):
        full = not _anything_free(source, lanes, start, end)
    else:
        full = len({hit.drum for hit in source.hits_between(start, end)}) == DRUM_COUNT
    return _nothing_free(Mode.COMPLETE) if full else ""


def dressable(source: Pattern, lanes: Sequence[Lane], span: tuple[int, int] | None) -> str:
    """Why the taps in the bars of `span` cannot be dressed, in words; "" where they can."""
    start, end = _steps_of(source, span)
    if not _anything_free(source, lanes, start, end):
        return _nothing_free(Mode.DRESS)
    try:
        _taps(source, lanes, start, end)
    except DrumStudioError as error:
        return str(error)
    return ""


def _steps_of(source: Pattern, span: tuple[int, int] | None) -> tuple[int, int]:
    first, end_bar = span or (0, source.bars)
    return first * source.grid.steps_per_bar, end_bar * source.grid.steps_per_bar


def _anything_locked(source: Pattern, lanes: Sequence[Lane], start: int, end: int) -> bool:
    per_bar = source.grid.steps_per_bar
    return (
        any(lane.locked for lane in lanes)
        or any(start < (bar + 1) * per_bar and bar * per_bar < end for bar in source.locked_bars)
        or any(start <= step < end for step, _ in source.locked_cells)
    )


def _anything_free(source: Pattern, lanes: Sequence[Lane], start: int, end: int) -> bool:
    """Whether one cell at least is not locked, told without looking at each."""
    per_bar = source.grid.steps_per_bar
    rows = {int(drum) for drum in Drum if not lanes[drum].locked}
    shut = sum(
        max(0, min(end, (bar + 1) * per_bar) - max(start, bar * per_bar)) for bar in source.locked_bars
    )
    cells = sum(
        start <= step < end and drum in rows and step // per_bar not in source.locked_bars
        for step, drum in source.locked_cells
    )
    return (end - start - shut) * len(rows) > cells


def _nothing_free(mode: Mode) -> str:
    if mode is Mode.COMPLETE:
        return "Every row holds hits or is locked; lock what must stay, then the rest is written anew"
    return "Everything there is locked, so there is nothing left for the drummer to play"


def _rows_with_hits(source: Pattern, start: int, end: int) -> Cells:
    rows = {int(hit.drum) for hit in source.hits_between(start, end)}
    return frozenset((step, drum) for drum in rows for step in range(start, end))


def _taps(source: Pattern, lanes: Sequence[Lane], start: int, end: int) -> tuple[Hit, ...]:
    """The hits that are not locked, all on one row; DrumStudioError where it is none or many."""
    found = tuple(
        hit
        for hit in source.hits_between(start, end)
        if not (lanes[hit.drum].locked or source.locked(hit.step, int(hit.drum)))
    )
    rows = sorted({hit.drum for hit in found})
    if not rows:
        raise DrumStudioError("There are no taps; put the rhythm on one row, and the drummer dresses it")
    if len(rows) > 1:
        names = ", ".join(drum.label for drum in rows)
        raise DrumStudioError(f"Taps stand on one row, not on {names}; clear or lock the other rows")
    return found


def _bars_ahead(source: Pattern, lanes: Sequence[Lane], end_bar: int, mode: Mode) -> int:
    """Bars behind the end that are there, stay, and are told to the drummer."""
    if mode is Mode.CONTINUE and not locked_behind(source, lanes, end_bar):
        return 0
    return max(0, min(_BARS_AHEAD, source.bars - end_bar))


def locked_behind(source: Pattern, lanes: Sequence[Lane], bar: int) -> bool:
    """Whether a bar or cell from `bar` on, or a row with hits there, is locked."""
    step = bar * source.grid.steps_per_bar
    return (
        any(other >= bar for other in source.locked_bars)
        or any(cell[0] >= step for cell in source.locked_cells)
        or any(lanes[hit.drum].locked for hit in source.hits_between(step, source.steps))
    )


def _forced(
    frame: _Frame, locked: Cells, kept: Sequence[Hit], following: Sequence[int]
) -> npt.NDArray[np.int8] | None:
    """What the drummer is given (steps, 9): what is locked, silent or struck, then all that follows; None
    where that is nothing."""
    if not (locked or following):
        return None
    forced = np.full((frame.written + len(following), DRUM_COUNT), -1, np.int8)
    for step, drum in locked:
        at = frame.step_of(step)
        if at >= 0:
            forced[at, drum] = 0
    for hit in frame.mapped(kept):
        if hit.step >= frame.model_start:
            forced[hit.step - frame.model_start, hit.drum] = 1
    forced[frame.written :] = np.array(following, np.int16).reshape(-1, 1) >> np.arange(DRUM_COUNT) & 1
    return forced


def _struck(frame: _Frame, taps: Sequence[Hit], ahead: int) -> npt.NDArray[np.int8] | None:
    """Where something must be struck (steps,); None without taps."""
    if not taps:
        return None
    struck = np.full(frame.written + ahead, -1, np.int8)
    for hit in frame.mapped(taps):
        struck[hit.step - frame.model_start] = 1
    return struck


def _kept_hits(
    source: Pattern, lanes: Sequence[Lane], locked: Cells, start: int, end_bar: int
) -> tuple[Hit, ...]:
    """What stays from `start` on: locked hits that are there, and locked rows going on behind the end."""
    end = end_bar * source.grid.steps_per_bar
    there = [hit for hit in source.hits_between(start, end) if (hit.step, int(hit.drum)) in locked]
    for drum in Drum:
        if lanes[drum].locked:
            there += _gone_on(source, drum, start, end_bar)
    return tuple(there)


def _gone_on(source: Pattern, drum: Drum, start: int, end_bar: int) -> list[Hit]:
    """A locked row in the bars from the pattern's end to `end_bar`."""
    per_bar = source.grid.steps_per_bar
    first = -(-start // per_bar)
    if first >= source.bars:
        first = 0
    row = [hit for hit in source.hits if hit.drum == drum]
    found = []
    for bar in range(source.bars, end_bar):
        model = first + (bar - source.bars) % (source.bars - first)
        found += [
            replace(hit, step=bar * per_bar + hit.step % per_bar)
            for hit in row
            if hit.step // per_bar == model
        ]
    return found
