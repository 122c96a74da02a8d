"""From the drummer's answer to candidates: on the pattern's own grid, played, named and compared.

Pure functions: no model, no thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from drumstudio.app.drummer.asking import Task
from drumstudio.app.drummer.naming import names_of
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.ml.feel.dynamics import dress


def continuation(
    task: Task, events: Sequence[int], *, qpm: float = 120.0, dials: Dials = MIDDLE, seed: int = 0
) -> Pattern:
    """The drummer's `events` (one a step of its grid, possibly not all of them yet) on the source's grid.

    What the task keeps stays as it was; the rest is played after the primer's own playing, with as
    much feel as the dials ask for `qpm`, `seed` deciding what is left to chance.  Bars in which
    a fill was asked for are marked.
    """
    # Dressing and mapping look at places in bar and phrase: rests stand for the primer.
    before = len(task.primer_events)
    rests = [0] * before
    dressed = dress(
        [*rests, *(int(event) for event in events[: task.written])],
        task.primer,
        qpm=qpm,
        style=dials.style,
        amount=dials.feel,
        seed=seed,
    )
    if task.forced is not None:
        forced = task.forced
        dressed = tuple(hit for hit in dressed if forced[hit.step - before, hit.drum] < 0)
    whole = edits.set_grid(Pattern(task.primer.grid, task.end_bar, dressed), task.source.grid)
    made = [
        hit for hit in whole.hits if hit.step >= task.start and (hit.step, int(hit.drum)) not in task.locked
    ]
    hits = [replace(hit, step=hit.step - task.start) for hit in (*made, *task.kept)]
    per_bar = task.source.grid.steps_per_bar
    bars = -(-task.length // per_bar)
    # Where a fill ends, in bars counted from the answer's own first step.
    fills = frozenset(((bar + 1) * per_bar - task.start - 1) // per_bar for bar in task.fill_bars)
    return Pattern(task.source.grid, bars, tuple(hits), task.source.swing, fill_bars=fills)


def candidates_of(
    task: Task, answers: npt.NDArray[Any], *, seed: int, dials: Dials, model: str, qpm: float = 120.0
) -> tuple[Candidate, ...]:
    """Candidates of the sampler's `answers`, (candidates, steps) of events: the closest first."""
    patterns = [
        continuation(task, answer, qpm=qpm, dials=dials, seed=seed + index)
        for index, answer in enumerate(answers.tolist())
    ]
    names = names_of(
        task.source, task.start, patterns, among=task.mode is not Mode.CONTINUE, asked=task.fill_bars
    )
    made = [
        Candidate(
            pattern, task.start, task.length, seed, index, likeness(task, pattern), name, dials, model,
            task.mode,
        )
        for index, (pattern, name) in enumerate(zip(patterns, names, strict=True))
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda candidate: -candidate.groove))


def joined(task: Task, made: Pattern) -> Pattern:
    """What `task` continues and its continuation `made` as one pattern, the seam between them."""
    heard = task.source.hits_between(0, task.start)
    added = (replace(hit, step=hit.step + task.start) for hit in made.hits)
    return Pattern(
        task.source.grid, task.end_bar, (*heard, *added), task.source.swing, seam=task.start or None
    )


def likeness(task: Task, made: Pattern) -> float:
    """How near an answer is to what it answers, 0 to 1: a continuation to the primer, completed bars
    to what was kept of them, a dressed beat to the rhythm of the taps."""
    if task.mode is Mode.CONTINUE:
        return groove_likeness(task.source, task.start, made)
    if task.mode is Mode.COMPLETE:
        kept = {(hit.step - task.start, int(hit.drum)) for hit in task.kept}
        ours = {(hit.step, int(hit.drum)) for hit in made.hits}
        return _jaccard(ours, kept)
    taps = {hit.step - task.start for hit in task.source.hits_between(task.start, task.start + task.length)}
    return _jaccard({hit.step for hit in made.hits}, taps)


def _jaccard(ours: set[Any], theirs: set[Any]) -> float:
    """Share of what is in both; two empty sets are alike."""
    union = ours | theirs
    return len(ours & theirs) / len(union) if union else 1.0


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
        scores.append(_jaccard(ours, theirs))
    return sum(scores) / len(scores) if scores else 1.0
