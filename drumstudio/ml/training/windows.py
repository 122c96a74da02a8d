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

from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.control import control_features, fills_of, hide
from drumstudio.ml.encoding import Encoding, Floats
from drumstudio.ml.reading import control_columns, read

# The target of padding: left out of every loss and count.
IGNORED = -1
# Share of a groove memory's windows that begin as if their track did.
AFRESH = 0.25
Integers = npt.NDArray[np.int64]


class Track(Protocol):
    """What training and scoring need of a sequence: nine-drum events, the bar's length, feel and style."""

    @property
    def events(self) -> npt.NDArray[np.int16]:
        """One event a step."""
        ...

    @property
    def steps_per_bar(self) -> int:
        """Steps in a bar."""
        ...

    @property
    def steps_per_quarter(self) -> int:
        """Steps in a quarter: 3 where it is felt in triplets."""
        ...

    @property
    def style(self) -> str:
        """Its style, "" where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """`before` (batch, steps) or (batch, steps, events) and `place` (batch, steps, features) as
    :func:`drumstudio.ml.reading.read` gives them,
    `target` (batch, steps) the event to predict, `IGNORED` where there is none."""

    before: Integers
    place: Floats
    target: Integers


class Windows:
    """Windows of `length` steps over `tracks`, every step of the data equally often in the long run.

    Some of a groove memory's windows begin at a bar line as if the track did, so that it learns to go on
    from little, and what to make of a style alone.
    """

    def __init__(
        self, tracks: Sequence[Track], network: NetworkConfig, encoding: Encoding, length: int, seed: int
    ) -> None:
        if not tracks:
            raise ValueError("there is nothing to draw windows from")
        self._network, self._length, self._seed = network, length, seed
        self._encoding, self._tracks = encoding, tracks
        self._classes = [encoding.encode(track.events) for track in tracks]
        self._told = [
            control_features(
                network, len(track.events), track.style, fills_of(track.events, track.steps_per_bar)
            )
            for track in tracks
        ]
        self._read = [
            read(network, encoding, classes, track.steps_per_bar, track.steps_per_quarter, told)
            for classes, track, told in zip(self._classes, tracks, self._told, strict=True)
        ]
        self._ends = np.cumsum([len(classes) for classes in self._classes])

    def batch(self, number: int, size: int) -> Batch:
        """The batch of training step `number`: `size` windows that each begin anywhere in the data."""
        draw = np.random.default_rng((self._seed, number))
        drawn = draw.integers(0, self._ends[-1], size)
        afresh = draw.random(size) < AFRESH if self._network.kind == GROOVE_MEMORY else np.zeros(size, bool)
        rows = [self._window(int(at), bool(new)) for at, new in zip(drawn, afresh, strict=True)]
        batch = collate(rows)
        told = control_columns(self._network)
        if told.start < told.stop:
            for place in batch.place:
                hide(self._network, place[:, told], draw)
        return batch

    def _window(self, at: int, afresh: bool) -> tuple[Integers, Floats, Integers]:
        """The window that holds step `at` of the data, as near to starting there as its track allows.

        One that begins `afresh` starts at the bar line ahead, and knows of nothing before it.
        """
        index = int(np.searchsorted(self._ends, at, side="right"))
        classes, (before, place) = self._classes[index], self._read[index]
        first = at - (int(self._ends[index]) - len(classes))
        first = max(0, min(first, len(classes) - self._length))
        if afresh:
            first -= first % self._tracks[index].steps_per_bar
        part = slice(first, first + self._length)
        if not afresh:
            return before[part], place[part], classes[part]
        track, told = self._tracks[index], self._told[index][part]
        return (
            *read(
                self._network,
                self._encoding,
                classes[part],
                track.steps_per_bar,
                track.steps_per_quarter,
                told,
            ),
            classes[part],
        )


def collate(rows: Sequence[tuple[Integers, Floats, Integers]]) -> Batch:
    """One batch of `rows` (before, place, targets) of any lengths, padded to the longest."""
    steps = max(len(row[0]) for row in rows)
    before = np.zeros((len(rows), steps, *rows[0][0].shape[1:]), np.int64)
    place = np.zeros((len(rows), steps, rows[0][1].shape[1]), np.float32)
    target = np.full((len(rows), steps), IGNORED, np.int64)
    for index, (ahead, where, wanted) in enumerate(rows):
        before[index, : len(ahead)] = ahead
        place[index, : len(ahead)] = where
        target[index, : len(ahead)] = wanted
    return Batch(before, place, target)
