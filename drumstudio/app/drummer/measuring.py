"""How musical a pattern is: its hits as arrays, and its measures after the primer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.domain.pattern import Pattern

if TYPE_CHECKING:
    from drumstudio.ml.musicality import Measures
    from drumstudio.ml.playing.sampler import Sampler


def measured(
    pattern: Pattern,
    primer_bars: int | None = None,
    sampler: Sampler | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Measures:
    """Measures of `pattern` after its first `primer_bars` bars, by default those before its seam.

    Perplexities are those of `sampler`, None without one and on grids that it does not know.
    `cancelled` is asked before each step; CancelledError follows.
    """
    from drumstudio.ml.musicality import measure
    from drumstudio.ml.playing.likelihood import event_losses

    grid = pattern.grid
    losses = None
    if sampler is not None:
        losses = event_losses(
            sampler, pattern.events(), grid.steps_per_bar, grid.steps_per_quarter, cancelled
        )
    primer = primer_bars_of(pattern) if primer_bars is None else primer_bars
    return measure(played(pattern)[0], grid, primer_bars=primer, losses=losses)


def primer_bars_of(pattern: Pattern) -> int:
    """Bars before the first that the drummer wrote from its 1 on; at least one bar is left."""
    if pattern.seam is None:
        return 0
    return min(-(-pattern.seam // pattern.grid.steps_per_bar), pattern.bars - 1)


def played(pattern: Pattern) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Velocities, 0 where nothing is struck, and offsets, both (bars, steps a bar, 9)."""
    velocities = np.zeros((pattern.steps, DRUM_COUNT), np.uint8)
    offsets = np.zeros((pattern.steps, DRUM_COUNT))
    for hit in pattern.hits:
        velocities[hit.step, hit.drum] = hit.velocity
        offsets[hit.step, hit.drum] = hit.offset
    shape = (pattern.bars, pattern.grid.steps_per_bar, DRUM_COUNT)
    return velocities.reshape(shape), offsets.reshape(shape)
