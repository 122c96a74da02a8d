"""Asking a drummer for the answers to a task: by the dials, or by sampling without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drumstudio.app.drummer.asking import Task
from drumstudio.domain.dials import Dials

if TYPE_CHECKING:
    from drumstudio.ml.encoding import Events
    from drumstudio.ml.playing.player import Cancelled, OnStep
    from drumstudio.ml.playing.sampler import Sampler


def answers_of(
    sampler: Sampler,
    task: Task,
    dials: Dials,
    *,
    count: int = 1,
    seed: int = 0,
    temperature: float | None = None,
    top_p: float = 1.0,
    on_step: OnStep | None = None,
    cancelled: Cancelled | None = None,
) -> Events:
    """`count` answers (count, steps) to `task`, as the `dials` ask or, with a `temperature`, without them.

    `on_step` gets the index of each step and its events (count,).  `cancelled` is asked before each
    step; CancelledError follows.
    """
    if temperature is None:
        return sampler.play(
            task.primer_events,
            task.steps,
            task.steps_per_bar,
            count,
            dials,
            seed=seed,
            fill_bars=task.fill_bars,
            forced=task.forced,
            struck=task.struck,
            steps_per_quarter=task.steps_per_quarter,
            on_step=on_step,
            cancelled=cancelled,
        )
    return sampler.continue_(
        task.primer_events,
        task.steps,
        task.steps_per_bar,
        count,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        forced=task.forced,
        struck=task.struck,
        steps_per_quarter=task.steps_per_quarter,
        on_step=on_step,
        cancelled=cancelled,
    )
