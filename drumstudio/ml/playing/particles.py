"""Rows of a network that are played together: candidates, and particles of each.

Where what comes later is known already, a candidate is played by several particles at once: each is
weighed by how probable it makes what is known, the improbable ones give way to copies of the
others (sequential Monte Carlo, systematic resampling; Doucet and Johansen 2009), and a step is
settled some steps later, by one of those that are left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Floats
from drumstudio.ml.playing.layers import Arrays
from drumstudio.ml.playing.stepper import Player, State

# Rows that are computed at once: a few, or numpy's library would spread every small product over all
# cores, which takes ten times as long where they are busy.
BLOCK = 8

Integers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


class Rows:
    """Rows of a network between two steps, and the class that each played last (`before`).

    They are computed in full blocks: the rounding of a product depends on its shape, so that a row
    must not share one with the number of its neighbours.  What fills the last block up stands last.
    """

    def __init__(self, state: State, before: int, count: int) -> None:
        """`count` times the one row of `state`, whose last class is `before`."""
        self._states = [state]
        self.before = np.array([before])
        self.take(np.zeros(count, np.int64))

    def step(self, player: Player, place: Floats, gate_bias: float) -> Floats:
        """Logits (rows, classes) of the step to come."""
        found = []
        for index, state in enumerate(self._states):
            before = self.before[index * BLOCK : (index + 1) * BLOCK]
            logits, self._states[index] = player.step(before, place, state, gate_bias)
            found.append(logits)
        return np.concatenate(found)

    def take(self, rows: Integers) -> None:
        """Go on with copies of `rows` only, in this order."""
        whole = [_joined(layers) for layers in zip(*self._states, strict=True)]
        padded = np.append(rows, np.repeat(rows[-1:], -len(rows) % BLOCK))
        self.before = self.before[padded]
        self._states = [_taken(whole, part) for part in padded.reshape(-1, BLOCK)]


def systematic(weights: Weights, uniform: Weights) -> Integers:
    """Particles (groups, particles) drawn by `weights` (groups, particles), evenly spread.

    One `uniform` number in [0, 1) a group.  A particle of the share w comes n times, with n within
    one of w times the number of particles; the order is kept.
    """
    count = weights.shape[1]
    total = weights.cumsum(1)
    total /= total[:, -1:]
    aims = (np.arange(count) + uniform[:, None]) / count
    return np.asarray((total[:, None, :-1] <= aims[:, :, None]).sum(2))


def spread(log_weights: Weights) -> Weights:
    """Shares (groups, particles), adding up to 1, of weights in nats."""
    shares = np.exp(log_weights - log_weights.max(1, keepdims=True))
    return np.asarray(shares / shares.sum(1, keepdims=True))


def pick(shares: Weights, uniform: Weights) -> Integers:
    """One particle of each group (groups,), drawn by `shares` (groups, particles)."""
    total = shares.cumsum(1)
    aim = np.minimum(uniform * total[:, -1], np.nextafter(total[:, -1], 0.0))
    return np.asarray((total <= aim[:, None]).sum(1))


def _taken(state: State, rows: Integers) -> State:
    return [tuple(part[rows] for part in layer) for layer in state]


def _joined(layers: Sequence[Arrays]) -> Arrays:
    return tuple(np.concatenate(parts) for parts in zip(*layers, strict=True))
