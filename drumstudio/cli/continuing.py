"""From a primer and wishes on the command line to what the drummer is asked, and his answers."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from drumstudio.cli.primers import Primer, read_pattern
from drumstudio.cli.wishes import Wishes
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import MAX_BARS, Pattern
from drumstudio.domain.timing import MAX_QPM, MIN_QPM
from drumstudio.errors import UsageError

if TYPE_CHECKING:
    from drumstudio.app.drummer.asking import Task
    from drumstudio.domain.project import Lane
    from drumstudio.ml.encoding import Events
    from drumstudio.ml.playing.player import Cancelled, OnStep
    from drumstudio.ml.playing.sampler import Sampler

BARS = 4
_MAX_OUTPUTS = 256
# Seeds drawn for the user: short enough to be typed again.
_SEEDS = 1_000_000


def check_numbers(args: argparse.Namespace) -> None:
    """UsageError where a number that the options give is out of its range."""
    if args.bars is not None and not 1 <= args.bars < MAX_BARS:
        raise UsageError(f"--bars is 1 to {MAX_BARS - 1}, not {args.bars}")
    if not 1 <= args.outputs <= _MAX_OUTPUTS:
        raise UsageError(f"--outputs is 1 to {_MAX_OUTPUTS}, not {args.outputs}")
    if args.primer_bars is not None and args.primer_bars < 1:
        raise UsageError(f"--primer-bars is 1 or more, not {args.primer_bars}")
    if args.seed is not None and args.seed < 0:
        raise UsageError(f"--seed is 0 or more, not {args.seed}")
    if args.qpm is not None and not MIN_QPM <= args.qpm <= MAX_QPM:
        raise UsageError(f"--qpm is {MIN_QPM:g} to {MAX_QPM:g}, not {args.qpm}")


def seed_of(args: argparse.Namespace) -> int:
    """The seed that is given, or one that is drawn."""
    return secrets.randbelow(_SEEDS) if args.seed is None else int(args.seed)


def play(
    sampler: Sampler,
    task: Task,
    wish: Wishes,
    outputs: int,
    seed: int,
    on_step: OnStep | None = None,
    cancelled: Cancelled | None = None,
) -> Events:
    """The drummer's answers (outputs, steps) to `task`, played as is wished; a beam tells of no step."""
    from drumstudio.app.drummer.answering import answers_of

    if wish.beam is None or wish.temperature is None:
        return answers_of(
            sampler,
            task,
            wish.dials,
            count=outputs,
            seed=seed,
            temperature=wish.temperature,
            top_p=wish.top_p,
            on_step=on_step,
            cancelled=cancelled,
        )
    if task.forced is not None or task.struck is not None:
        raise UsageError("a beam search is for free continuations; leave --lock, --complete and --dress out")
    return sampler.search(
        task.primer_events,
        task.steps,
        task.steps_per_bar,
        outputs,
        beam=wish.beam,
        temperature=wish.temperature,
        top_p=wish.top_p,
        seed=seed,
        steps_per_quarter=task.steps_per_quarter,
        cancelled=cancelled,
    )


def task_of(primer: Primer, args: argparse.Namespace, wish: Wishes, lanes: tuple[Lane, ...]) -> Task:
    """What the drummer is asked: the steps of `--bars` bars from the step after the primer on."""
    from drumstudio.app.drummer.asking import prepare
    from drumstudio.domain.candidate import Mode
    from drumstudio.domain.edits import set_bars

    per_bar = primer.pattern.grid.steps_per_bar
    first = -(-primer.steps // per_bar)
    heard = [hit for hit in primer.pattern.hits if hit.step < primer.steps]
    given = _given(primer, args) if args.given is not None else replace(primer.pattern, bars=max(1, first))
    begun = primer.steps // per_bar
    kept = [
        replace(hit, step=bar * per_bar + hit.step % per_bar)
        for bar in range(begun, first + args.bars)
        for hit in given.hits
        if lanes[hit.drum].locked and hit.step // per_bar == (bar - begun) % given.bars
    ]
    source = set_bars(primer.pattern, first + args.bars)
    source = source.with_hits([*heard, *(hit for hit in kept if hit.step >= primer.steps)])
    source = marked(replace(source, seam=primer.steps or None), wish, primer.cut)
    mode = Mode.CONTINUE if primer.steps else Mode.COMPLETE
    task = prepare(source, lanes, args.bars, dials=fills_of(wish), mode=mode)
    steps = args.bars * task.steps_per_bar
    return replace(task, steps=steps, forced=None if task.forced is None else task.forced[:steps])


def _given(primer: Primer, args: argparse.Namespace) -> Pattern:
    """The pattern of `--given`, on the primer's grid."""
    from drumstudio.domain.edits import set_grid

    pattern, _ = read_pattern(args.given, args)
    if pattern.grid.meter != primer.pattern.grid.meter:
        raise UsageError(
            f"{args.given} is in {pattern.grid.meter} and the primer in {primer.pattern.grid.meter}; "
            "give rows in the primer's meter"
        )
    return set_grid(pattern, primer.pattern.grid)


def fills_of(wish: Wishes) -> Dials:
    """The dials as far as they mark bars: none where there are no dials."""
    return wish.dials if wish.temperature is None else replace(wish.dials, fills=0)


def marked(pattern: Pattern, wish: Wishes, cut: int) -> Pattern:
    """`pattern`, whose first `cut` bars are left out, with the fills that are asked for marked."""
    marks = {bar - cut for bar in wish.fill_bars}
    return replace(pattern, fill_bars=frozenset(bar for bar in marks if 0 <= bar < pattern.bars))


def lanes_of(locked: frozenset[Drum]) -> tuple[Lane, ...]:
    """Lanes of which those of the `locked` drums are."""
    from drumstudio.domain.project import Lane

    return tuple(Lane(locked=drum in locked) for drum in Drum)
