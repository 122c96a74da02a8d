"""How likely a model finds what was played: the loss of every step, in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CancelledError
from drumstudio.ml.playing.sampler import Sampler

# Grids that networks are trained on: 16ths, and triplets of 8ths.
_GRIDS = (3, 4)


def event_losses(
    sampler: Sampler,
    events: Sequence[int] | npt.NDArray[np.integer],
    steps_per_bar: int = 16,
    steps_per_quarter: int = 4,
    cancelled: Callable[[], bool] | None = None,
) -> npt.NDArray[np.float64] | None:
    """Nats a step (steps,): -log of the probability of each event after all that came before it.

    The first step, before which there is nothing, is nan, as it is not scored in evaluation
    either.  None where the model does not speak of nine drums, or not on this grid.  `cancelled` is
    asked before each step; CancelledError follows.
    """
    encoding = sampler.checkpoint.encoding
    if encoding.drums != DRUM_COUNT or steps_per_quarter not in _GRIDS:
        return None
    classes = encoding.encode(events)
    losses = np.full(len(classes), np.nan)
    player = sampler.player
    state = player.start(1, steps_per_bar, steps_per_quarter)
    places = player.places(0, len(classes), steps_per_bar, steps_per_quarter)
    before = np.array([encoding.start], np.int64)
    for step, event in enumerate(classes):
        if cancelled is not None and cancelled():
            raise CancelledError("listening was cancelled")
        logits, state = player.step(before, places[step], state)
        if step:
            scores = logits[0].astype(np.float64)
            scores -= scores.max()
            losses[step] = np.log(np.exp(scores).sum()) - scores[event]
        before = classes[step : step + 1]
    return losses
