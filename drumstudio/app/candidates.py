"""From a pattern to what the drummer is asked, and from its answer to candidates.

The drummer knows 16ths only.  A pattern on another grid is mapped onto them and the answer back,
each hit keeping its time.  A continuation begins at the pattern's seam, or at its end where it
has none, and always ends on a bar line.  Pure functions: no model, no thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from drumstudio.app.naming import names_of
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid
from drumstudio.errors import DrumStudioError
from drumstudio.ml.dynamics import dress

MODEL_STEPS_PER_QUARTER = 4


@dataclass(frozen=True, slots=True)
class Task:
    """What the sampler is asked, in 16ths, and what is needed to read its answer.

    `forced` is int8 (steps, 9): 0 and 1 where the answer is given by a locked row, -1 where the
    drummer is free; None where no row is locked.  `kept` are the hits of locked rows, on the
    source's grid with steps counted from the source's start.
    """

    source: Pattern
    start: int
    end_bar: int
    primer: Pattern
    primer_events: tuple[int, ...]
    steps: int
    forced: npt.NDArray[np.int8] | None
    kept: tuple[Hit, ...]
    locked: frozenset[Drum]

    @property
    def steps_per_bar(self) -> int:
        """16ths in a bar."""
        return self.primer.grid.steps_per_bar

    @property
    def length(self) -> int:
        """Steps of the continuation on the source's grid."""
        return self.end_bar * self.source.grid.steps_per_bar - self.start


def start_of(pattern: Pattern) -> int:
    """Step at which a continuation of `pattern` begins."""
    return pattern.steps if pattern.seam is None else pattern.seam


def prepare(source: Pattern, lanes: Sequence[Lane], bars: int) -> Task:
    """Ask for `bars` bars after the primer of `source`; locked rows stay as they are.

    Raises DrumStudioError where the drummer cannot play the meter or the result is too long.
    """
    grid, start = source.grid, start_of(source)
    try:
        model_grid = Grid(grid.meter, MODEL_STEPS_PER_QUARTER)
    except ValueError as error:
        raise DrumStudioError(
            f"The drummer counts in 16ths and cannot play {grid.meter}; choose a meter in 16ths or longer"
        ) from error
    end_bar = -(-start // grid.steps_per_bar) + bars
    if end_bar > MAX_BARS:
        raise DrumStudioError(f"A pattern has at most {MAX_BARS} bars; move the seam or ask for fewer")
    model_start = _model_step(start, grid)
    sixteenths = edits.set_grid(source, model_grid)
    primer_bars = -(-model_start // model_grid.steps_per_bar)
    primer_hits = tuple(hit for hit in sixteenths.hits if hit.step < model_start)
    primer = Pattern(model_grid, max(1, primer_bars), primer_hits, source.swing)
    steps = end_bar * model_grid.steps_per_bar - model_start
    locked = frozenset(drum for drum in Drum if lanes[drum].locked)
    kept = tuple(hit for drum in sorted(locked) for hit in _locked_row(source, drum, start, end_bar))
    forced = None
    if locked:
        whole = edits.set_grid(Pattern(grid, end_bar, kept), model_grid).events()[model_start:]
        forced = np.full((steps, DRUM_COUNT), -1, np.int8)
        for drum in locked:
            forced[:, drum] = [event >> drum & 1 for event in whole]
    return Task(source, start, end_bar, primer, primer.events()[:model_start], steps, forced, kept, locked)


def _model_step(step: int, grid: Grid) -> int:
    bar, within = divmod(step, grid.steps_per_bar)
    per_bar = int(grid.meter.quarters * MODEL_STEPS_PER_QUARTER)
    return bar * per_bar + round(within * MODEL_STEPS_PER_QUARTER / grid.steps_per_quarter)


def _locked_row(source: Pattern, drum: Drum, start: int, end_bar: int) -> list[Hit]:
    """What a locked row plays from `start` on: what it has there, else its primer again, bar by bar."""
    per_bar = source.grid.steps_per_bar
    row = [hit for hit in source.hits if hit.drum == drum]
    first = start // per_bar
    there = any(hit.step >= start for hit in row)
    found = []
    for bar in range(first, end_bar):
        if there:
            model = bar if bar < source.bars else first + (bar - first) % (source.bars - first)
        else:
            model = bar % max(1, first)
        moved = (
            replace(hit, step=bar * per_bar + hit.step % per_bar)
            for hit in row
            if hit.step // per_bar == model and (hit.step >= start or not there)
        )
        found += [hit for hit in moved if hit.step >= start]
    return found


def continuation(task: Task, events: Sequence[int]) -> Pattern:
    """The drummer's `events` (one a 16th, possibly not all of them yet) on the source's grid.

    Velocities and timing are those of the primer's own playing; locked rows are as they were.
    """
    # Dressing and mapping look at places in bar and phrase: rests stand for the primer.
    rests = [0] * len(task.primer_events)
    dressed = dress([*rests, *(int(event) for event in events)], task.primer)
    whole = edits.set_grid(Pattern(task.primer.grid, task.end_bar, dressed), task.source.grid)
    made = [hit for hit in whole.hits if hit.step >= task.start and hit.drum not in task.locked]
    hits = [replace(hit, step=hit.step - task.start) for hit in (*made, *task.kept)]
    bars = -(-task.length // task.source.grid.steps_per_bar)
    return Pattern(task.source.grid, bars, tuple(hits), task.source.swing)


def candidates_of(
    task: Task, answers: npt.NDArray[Any], *, seed: int, dials: Dials, model: str
) -> tuple[Candidate, ...]:
    """Candidates of the sampler's `answers`, (candidates, steps) of events: the closest first."""
    patterns = [continuation(task, answer) for answer in answers.tolist()]
    names = names_of(task.source, task.start, patterns)
    made = [
        Candidate(
            pattern, task.start, task.length, seed, index,
            groove_likeness(task.source, task.start, pattern), name, dials, model,
        )
        for index, (pattern, name) in enumerate(zip(patterns, names, strict=True))
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda candidate: -candidate.groove))


def groove_likeness(source: Pattern, start: int, continued: Pattern) -> float:
    """Mean Jaccard likeness of each bar of a continuation to the primer bar at its place of the phrase.

    A bar is the set of its struck (step, drum) cells; two silent bars are alike.  1.0 is a
    repetition of the primer.
    """
    per_bar = source.grid.steps_per_bar
    primer_bars = max(1, start // per_bar)
    primer = [hit for hit in source.hits if hit.step < start]
    total = start + continued.steps
    scores = []
    for bar in range(start // per_bar, total // per_bar):
        first = max(0, start - bar * per_bar)
        ours = {
            (hit.step + start - bar * per_bar, hit.drum)
            for hit in continued.hits
            if (hit.step + start) // per_bar == bar
        }
        place = bar % primer_bars
        theirs = {
            (hit.step % per_bar, hit.drum)
            for hit in primer
            if hit.step // per_bar == place and hit.step % per_bar >= first
        }
        union = ours | theirs
        scores.append(len(ours & theirs) / len(union) if union else 1.0)
    return sum(scores) / len(scores) if scores else 1.0


def inserted(pattern: Pattern, candidate: Candidate, bars: int | None = None) -> Pattern:
    """`pattern` with the candidate put in from its start on, seam included; the first `bars` bars only.

    Raises DrumStudioError where the pattern's meter or length no longer allows it.
    """
    continued = candidate.pattern
    if continued.grid.meter != pattern.grid.meter:
        raise DrumStudioError(
            f"This continuation is in {continued.grid.meter}; the pattern is now in {pattern.grid.meter}"
        )
    start = round(candidate.start * pattern.grid.steps_per_quarter / continued.grid.steps_per_quarter)
    end = round(
        (candidate.start + candidate.steps)
        * pattern.grid.steps_per_quarter
        / continued.grid.steps_per_quarter
    )
    continued = edits.set_grid(continued, pattern.grid)
    per_bar = pattern.grid.steps_per_bar
    end_bar = -(-end // per_bar)
    if bars is not None:
        end_bar = min(end_bar, -(-start // per_bar) + bars)
    if start > pattern.steps:
        pattern = edits.set_bars(pattern, -(-start // per_bar))
    length = end_bar * per_bar - start
    continued = replace(
        continued,
        bars=-(-length // per_bar),
        hits=tuple(hit for hit in continued.hits if hit.step < length),
        seam=None,
    )
    return edits.set_bars(edits.replace_from(pattern, start, continued), end_bar)
