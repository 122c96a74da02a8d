"""Playing more as it was asked than the network would by itself.

A network that learned with its controls shown and hidden says what being asked for something
changes: the difference of its log probabilities.  That difference taken more than once is
classifier-free guidance (Ho and Salimans 2022).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Floats
from drumstudio.ml.playing.layers import Arrays
from drumstudio.ml.playing.stepper import Player, State


class Guided:
    """A player that takes what it is asked for `strength` times: 1 as it learned, 0 not at all.

    It is a :class:`drumstudio.ml.playing.stepper.Player` itself, and steps the one it is made of twice: as
    asked, and as if nothing were asked for.
    """

    def __init__(self, player: Player, strength: float) -> None:
        self._player, self._strength = player, np.float32(strength)

    def start(self, batch: int, steps_per_bar: int = 16, steps_per_quarter: int = 4) -> State:
        """State before the first step: that as asked, and that of the other."""
        return _both(*(self._player.start(batch, steps_per_bar, steps_per_quarter) for _ in range(2)))

    def places(
        self,
        first: int,
        count: int,
        steps_per_bar: int,
        steps_per_quarter: int = 4,
        control: Floats | None = None,
    ) -> Floats:
        """Places (count, 2 x features): with what is asked for, and without."""
        where = (first, count, steps_per_bar, steps_per_quarter)
        return np.concatenate((self._player.places(*where, control), self._player.places(*where)), 1)

    def step(
        self, before: npt.NDArray[np.int64], place: Floats, state: State, gate_bias: float = 0.0
    ) -> tuple[Floats, State]:
        """Scores (batch, classes) like logits, and the state after."""
        half = len(place) // 2
        asked, one = self._player.step(before, place[:half], _part(state, 0), gate_bias)
        plain, other = self._player.step(before, place[half:], _part(state, 1), gate_bias)
        asked, plain = _log_shares(asked), _log_shares(plain)
        return plain + self._strength * (asked - plain), _both(one, other)

    def advance(self, before: npt.NDArray[np.int64], place: Floats, state: State) -> State:
        """The state after a step."""
        half = len(place) // 2
        one = self._player.advance(before, place[:half], _part(state, 0))
        return _both(one, self._player.advance(before, place[half:], _part(state, 1)))


def _both(one: State, other: State) -> State:
    """Two states of a player as one: each layer's tuples one after the other."""
    return [(*here, *there) for here, there in zip(one, other, strict=True)]


def _part(state: State, which: int) -> State:
    """The first or the second of two states."""
    return [_half(layer, which) for layer in state]


def _half(layer: Arrays, which: int) -> Arrays:
    middle = len(layer) // 2
    return layer[middle:] if which else layer[:middle]


def _log_shares(logits: Floats) -> Floats:
    """`logits` (rows, classes) as log probabilities."""
    top = logits.max(1, keepdims=True)
    return np.asarray(logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True)))
