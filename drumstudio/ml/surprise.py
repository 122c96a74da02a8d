"""How much a model is surprised by each cell of a beat: what is struck, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CancelledError, CheckpointError
from drumstudio.ml.encoding import Floats, events_to_hits
from drumstudio.ml.playing.sampler import Sampler

# Below this a probability is no longer told from 0 in the networks' own precision: 23 nats.
_LEAST = 1e-10


def surprise(
    sampler: Sampler,
    events: Sequence[int] | npt.NDArray[np.integer],
    steps_per_bar: int,
    steps_per_quarter: int = 4,
    cancelled: Callable[[], bool] | None = None,
) -> Floats:
    """-log of the probability that each cell is as it is, given all steps before: nats (steps, 9).

    `events` (steps,) are nine-drum events that begin at a bar line, on a grid of
    `steps_per_quarter`, 3 for triplets.  The probability of a cell is the sum of those of all
    events of the step that agree with it there, struck or silent; what else happens on its step
    does not count.  Where the network's own steps are coarser, the strokes within one share its
    value, and a silence stands at its beginning; the cells between are 0.

    `cancelled` is asked before each step; CancelledError follows.  Raises CheckpointError where the
    model does not tell the nine drums apart.
    """
    encoding = sampler.checkpoint.encoding
    if encoding.drums != DRUM_COUNT:
        raise CheckpointError(
            f"{sampler.checkpoint.name} knows only whether something is struck; "
            "choose a drummer of nine drums"
        )
    given = np.asarray(events, np.int64).reshape(-1)
    coarse = max(1, steps_per_quarter // encoding.steps_per_quarter)
    padded = np.append(given, np.zeros(-len(given) % coarse, np.int64)).reshape(-1, coarse)
    classes = np.asarray(np.bitwise_or.reduce(padded, axis=1))
    player = sampler.player
    per_bar, quarter = -(-steps_per_bar // coarse), -(-steps_per_quarter // coarse)
    places = player.places(0, len(classes), per_bar, quarter)
    state = player.start(1, per_bar, quarter)
    before = np.append(encoding.start, classes)
    struck = events_to_hits(np.arange(encoding.classes)).astype(np.float64)
    agreeing = np.stack([1.0 - struck, struck])
    nats = np.zeros((len(classes), DRUM_COUNT))
    for step, hits in enumerate(events_to_hits(classes)):
        if cancelled is not None and cancelled():
            raise CancelledError("looking for surprises was cancelled")
        logits, state = player.step(before[step : step + 1], places[step], state)
        weights = np.exp(logits[0].astype(np.float64) - logits.max())
        agreed = weights @ np.where(hits == 1, agreeing[1], agreeing[0])
        nats[step] = -np.log(np.maximum(agreed / weights.sum(), _LEAST))
    return _spread(nats, given, coarse)


def _spread(nats: npt.NDArray[np.float64], events: npt.NDArray[np.int64], coarse: int) -> Floats:
    """`nats` (network steps, 9) on the steps of `events`, `coarse` of which the network hears as one."""
    whole = np.repeat(nats, coarse, axis=0)[: len(events)]
    if coarse > 1:
        hits = events_to_hits(events)
        silent = np.add.reduceat(hits, np.arange(0, len(hits), coarse), axis=0) == 0
        begins = np.arange(len(hits))[:, None] % coarse == 0
        whole *= (hits == 1) | (np.repeat(silent, coarse, axis=0)[: len(hits)] & begins)
    return np.abs(whole).astype(np.float32)
