"""How likely a model finds what was played: the loss of every step, in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CheckpointError
from drumstudio.ml.checkpoint import Checkpoint, Weights, load
from drumstudio.ml.stepper import build_player

# Grids that networks are trained on: 16ths, and triplets of 8ths.
_GRIDS = (3, 4)


def load_listener(path: Path) -> Listener:
    """Listener with the model at `path`; CheckpointError where it cannot be used."""
    checkpoint, weights = load(path)
    try:
        return Listener(checkpoint, weights)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error


class Listener:
    """A trained drummer that listens.  `checkpoint` says which."""

    def __init__(self, checkpoint: Checkpoint, weights: Weights) -> None:
        self.checkpoint = checkpoint
        self._player = build_player(checkpoint.network, checkpoint.encoding, weights)

    def losses(
        self,
        events: Sequence[int] | npt.NDArray[np.integer],
        steps_per_bar: int = 16,
        steps_per_quarter: int = 4,
    ) -> npt.NDArray[np.float64] | None:
        """Nats a step (steps,): -log of the probability of each event after all that came before it.

        The first step, before which there is nothing, is nan, as it is not scored in evaluation
        either.  None where the model does not speak of nine drums, or not on this grid.
        """
        encoding = self.checkpoint.encoding
        if encoding.drums != DRUM_COUNT or steps_per_quarter not in _GRIDS:
            return None
        classes = encoding.encode(events)
        losses = np.full(len(classes), np.nan)
        state = self._player.start(1, steps_per_bar, steps_per_quarter)
        places = self._player.places(0, len(classes), steps_per_bar, steps_per_quarter)
        before = np.array([encoding.start], np.int64)
        for step, event in enumerate(classes):
            logits, state = self._player.step(before, places[step], state)
            if step:
                scores = logits[0].astype(np.float64)
                scores -= scores.max()
                losses[step] = np.log(np.exp(scores).sum()) - scores[event]
            before = classes[step : step + 1]
        return losses
