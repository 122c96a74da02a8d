"""Putting a candidate into a pattern: nothing that is locked by then is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drumstudio.app.drummer.asking import locked_behind, locked_cells
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid
from drumstudio.errors import DrumStudioError


def inserted(
    pattern: Pattern, candidate: Candidate, bars: int | None = None, lanes: Sequence[Lane] = ALL_LANES
) -> Pattern:
    """`pattern` with the candidate put in where it begins; the first `bars` bars of it only.

    A continuation moves the seam and ends the pattern, unless something is locked behind it: then
    what is there stays.  Completed and dressed bars change nothing outside of them.  Raises
    DrumStudioError where the pattern's meter no longer allows it.
    """
    made, grid = candidate.pattern, pattern.grid
    if made.grid.meter != grid.meter:
        raise DrumStudioError(
            f"This continuation is in {made.grid.meter}; the pattern is now in {grid.meter}"
        )
    per_bar = grid.steps_per_bar
    start = start_in(candidate, grid)
    end_bar = -(-round(_scaled(candidate.start + candidate.steps, candidate, grid)) // per_bar)
    if bars is not None:
        end_bar = min(end_bar, -(-start // per_bar) + bars)
    if start > pattern.steps:
        pattern = edits.set_bars(pattern, -(-start // per_bar))
    length = end_bar * per_bar - start
    made = edits.set_grid(made, grid)
    rows = [hit for hit in pattern.hits_between(start, end_bar * per_bar) if lanes[hit.drum].locked]
    free = [
        hit
        for hit in made.hits
        if hit.step < length and not (lanes[hit.drum].locked and hit.step + start < pattern.steps)
    ]
    own = (replace(hit, step=hit.step - start) for hit in rows)
    part = Pattern(grid, -(-length // per_bar), (*free, *own))
    if candidate.mode is Mode.CONTINUE and not locked_behind(pattern, lanes, end_bar):
        return edits.set_bars(edits.replace_from(pattern, start, part), end_bar)
    return _between(pattern, start, end_bar, part, lanes, candidate.mode)


def start_in(candidate: Candidate, grid: Grid) -> int:
    """Step of `grid` at which the candidate begins."""
    return round(_scaled(candidate.start, candidate, grid))


def _scaled(step: int, candidate: Candidate, grid: Grid) -> float:
    return step * grid.steps_per_quarter / candidate.pattern.grid.steps_per_quarter


def _between(
    pattern: Pattern, start: int, end_bar: int, part: Pattern, lanes: Sequence[Lane], mode: Mode
) -> Pattern:
    """`pattern` with `part` from `start` to before `end_bar`, what is locked and what lies behind staying."""
    end = end_bar * pattern.grid.steps_per_bar
    pattern = edits.set_bars(pattern, max(pattern.bars, end_bar))
    locked = locked_cells(pattern, lanes, start, end)
    gone = [
        (hit.step, hit.drum)
        for hit in pattern.hits_between(start, end)
        if (hit.step, int(hit.drum)) not in locked
    ]
    new = [replace(hit, step=hit.step + start) for hit in part.hits]
    free = [hit for hit in new if (hit.step, int(hit.drum)) not in locked]
    joined = edits.place(edits.erase(pattern, gone), free)
    return edits.set_seam(joined, start) if mode is Mode.CONTINUE else joined
