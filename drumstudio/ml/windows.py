"""Training windows: the batch of every training step, drawn from its number and the seed alone.

Nothing is carried from one batch to the next, so a resumed training sees exactly what an
uninterrupted one would have seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Encoding, Floats, position_features

# The target of padding: left out of every loss and count.
IGNORED = -1
Integers = npt.NDArray[np.int64]


class Track(Protocol):
    """What training and scoring need of a sequence: nine-drum events and the bar's length."""

    @property
    def events(self) -> npt.NDArray[np.int16]:
        """One event a step."""
        ...

    @property
    def steps_per_bar(self) -> int:
        """Steps in a bar."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """`before` (batch, steps) the event ahead of each step, `place` (batch, steps, features),
    `target` (batch, steps) the event to predict, `IGNORED` where there is none."""

    before: Integers
    place: Floats
    target: Integers


class Windows:
    """Windows of `length` steps over `tracks`, every step of the data equally often in the long run."""

    def __init__(
        self, tracks: Sequence[Track], encoding: Encoding, length: int, place: bool, seed: int
    ) -> None:
        if not tracks:
            raise ValueError("there is nothing to draw windows from")
        self._encoding, self._length, self._place, self._seed = encoding, length, place, seed
        # The start token stands ahead of every track, so that the first step is learned too.
        self._inputs = [np.append(encoding.start, encoding.encode(track.events)) for track in tracks]
        self._bars = [track.steps_per_bar for track in tracks]
        self._ends = np.cumsum([len(inputs) - 1 for inputs in self._inputs])

    def batch(self, number: int, size: int) -> Batch:
        """The batch of training step `number`: `size` windows that each begin anywhere in the data."""
        draw = np.random.default_rng((self._seed, number))
        rows = [self._window(int(at)) for at in draw.integers(0, self._ends[-1], size)]
        return collate(rows)

    def _window(self, at: int) -> tuple[Integers, Floats, Integers]:
        """The window that holds step `at` of the data, as near to starting there as its track allows."""
        index = int(np.searchsorted(self._ends, at, side="right"))
        inputs = self._inputs[index]
        steps = len(inputs) - 1
        first = at - (int(self._ends[index]) - steps)
        first = max(0, min(first, steps - self._length))
        last = min(first + self._length, steps)
        place = position_features(first, last - first, self._bars[index], self._place)
        return inputs[first:last], place, inputs[first + 1 : last + 1]


def collate(rows: Sequence[tuple[Integers, Floats, Integers]]) -> Batch:
    """One batch of `rows` (inputs, place, targets) of any lengths, padded to the longest."""
    steps = max(len(row[0]) for row in rows)
    before = np.zeros((len(rows), steps), np.int64)
    place = np.zeros((len(rows), steps, rows[0][1].shape[1]), np.float32)
    target = np.full((len(rows), steps), IGNORED, np.int64)
    for index, (inputs, where, wanted) in enumerate(rows):
        before[index, : len(inputs)] = inputs
        place[index, : len(inputs)] = where
        target[index, : len(inputs)] = wanted
    return Batch(before, place, target)
