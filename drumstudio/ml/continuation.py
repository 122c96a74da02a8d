"""Patterns in, patterns out: the drummer's continuation of a primer on the primer's own grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.timing import Grid
from drumstudio.ml.dynamics import dress
from drumstudio.ml.encoding import Events
from drumstudio.ml.sampler import Forced, Sampler


@dataclass(frozen=True, slots=True)
class Raster:
    """How the steps of a grid lie among those of a network.

    One grid step is `spread` network steps, or `merged` grid steps are one network step; both are
    1 where the grids agree, and for triplet grids, whose steps the network takes as they come.
    """

    spread: int = 1
    merged: int = 1

    def to_network(self, events: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Events of the network's steps."""
        merged = np.bitwise_or.reduce(np.asarray(events, np.int64).reshape(-1, self.merged), axis=1)
        spread = np.zeros(len(merged) * self.spread, np.int64)
        spread[:: self.spread] = merged
        return spread

    def to_grid(self, events: Events) -> Events:
        """Events (..., steps) of the grid's steps."""
        kept = events[..., :: self.spread]
        spread = np.zeros((*kept.shape[:-1], kept.shape[-1] * self.merged), np.int16)
        spread[..., :: self.merged] = kept
        return spread

    def forced(self, steps: int) -> Forced | None:
        """Cells (steps, 9) that keep the drummer off network steps that the grid does not have."""
        if self.spread == 1:
            return None
        forced = np.zeros((steps, DRUM_COUNT), np.int8)
        forced[:: self.spread] = -1
        return forced


def raster(grid: Grid, steps_per_quarter: int) -> Raster:
    """How `grid` lies among `steps_per_quarter` network steps."""
    own = grid.steps_per_quarter
    if grid.triplet or own == steps_per_quarter:
        return Raster()
    if own < steps_per_quarter and steps_per_quarter % own == 0:
        return Raster(spread=steps_per_quarter // own)
    merged = own // steps_per_quarter
    if own % steps_per_quarter == 0 and grid.steps_per_bar % merged == 0:
        return Raster(merged=merged)
    return Raster()


def continue_pattern(
    sampler: Sampler,
    primer: Pattern,
    bars: int,
    candidates: int = 1,
    *,
    temperature: float = 1.0,
    top_p: float = 1.0,
    seed: int = 0,
    on_step: Callable[[int, Events], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Pattern]:
    """`candidates` continuations of `primer`, each a pattern of `bars` bars of its own, dressed.

    The primer's rests count, those at its end too.  `on_step` gets the grid's step, from 0, and
    the events (candidates,) on it.  The rest is as in `Sampler.continue_`.
    """
    grid = primer.grid
    lie = raster(grid, sampler.checkpoint.encoding.steps_per_quarter)
    events = lie.to_network(np.array(primer.events(), np.int64))
    per_bar = grid.steps_per_bar * lie.spread // lie.merged

    def tell(step: int, now: Events) -> None:
        if on_step is not None and step % lie.spread == 0:
            on_step(step // lie.spread * lie.merged, now)

    found = sampler.continue_(
        events,
        bars * per_bar,
        per_bar,
        candidates,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        forced=lie.forced(bars * per_bar),
        on_step=tell,
        cancelled=cancelled,
    )
    return [Pattern(grid, bars, dress(one, primer), swing=primer.swing) for one in lie.to_grid(found)]
