"""How drum steps become what a network reads: events, hits, one-hot vectors and the place in time.

An *event* is one integer a step.  In the nine-drum encoding bit i is drum i, 512 events in all
(0 is silence); in the one-drum encoding there are two, something struck or nothing.  Beside the
event before, a network reads where the step it predicts stands: Drum RNN's six binary counters of
the step within the track, and (an addition, for meters other than 4/4) its place in the bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT, Drum

COUNTERS = 6
# Waves to a bar whose sine and cosine tell the place in it: the bar, its halves and its quarters.
PLACE_WAVES = (1, 2, 4)
# The drum on which a one-drum network's hits are played.
ONE_DRUM = Drum.SNARE

Events = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoding:
    """`drums` is 9 or 1; `steps_per_quarter` the grid the network was trained on, 1, 2 or 4."""

    drums: int = DRUM_COUNT
    steps_per_quarter: int = 4

    def __post_init__(self) -> None:
        if self.drums not in (1, DRUM_COUNT):
            raise ValueError(f"an encoding has 1 drum or {DRUM_COUNT}, not {self.drums}")
        if self.steps_per_quarter not in (1, 2, 4):
            raise ValueError(f"an encoding has 1, 2 or 4 steps a quarter, not {self.steps_per_quarter}")

    @property
    def classes(self) -> int:
        """Number of events: 512 or 2."""
        return 1 << self.drums

    @property
    def start(self) -> int:
        """The input that stands before the first step; never predicted."""
        return self.classes

    def encode(self, events: Sequence[int] | npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Classes of nine-drum `events` (steps,): themselves, or struck / not struck for one drum."""
        given = np.asarray(events, dtype=np.int64).reshape(-1)
        return given if self.drums == DRUM_COUNT else (given != 0).astype(np.int64)

    def decode(self, classes: npt.NDArray[np.integer]) -> Events:
        """Nine-drum events of `classes` (any shape); one drum is played on the snare."""
        return (classes if self.drums == DRUM_COUNT else classes << ONE_DRUM).astype(np.int16)


def events_to_hits(events: Sequence[int] | npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Hits (steps, 9), 0 or 1, of nine-drum `events` (steps,)."""
    given = np.asarray(events, dtype=np.int64).reshape(-1, 1)
    return (given >> np.arange(DRUM_COUNT) & 1).astype(np.uint8)


def hits_to_events(hits: npt.NDArray[np.integer]) -> Events:
    """Nine-drum events (steps,) of `hits` (steps, 9); anything but 0 counts as struck."""
    events = (hits != 0).astype(np.int16) @ (1 << np.arange(DRUM_COUNT, dtype=np.int16))
    return np.asarray(events, np.int16)


def one_hot(classes: npt.NDArray[np.integer], count: int) -> Floats:
    """One-hot rows (steps, count) of `classes` (steps,)."""
    rows = np.zeros((len(classes), count), np.float32)
    rows[np.arange(len(classes)), classes] = 1.0
    return rows


def position_features(first: int, count: int, steps_per_bar: int, place: bool, quarter: int = 0) -> Floats:
    """Where the steps `first` to `first + count` of a track stand, (count, features) in [-1, 1].

    Six binary counters (bit k of the step, as -1 or 1); with `place` also sine and cosine of
    `PLACE_WAVES` waves to the bar, and the bar's length against sixteen steps; with `quarter`, the
    steps in a quarter, sine and cosine of the place in it and whether its steps are triplets.
    """
    period = int(np.lcm(1 << COUNTERS, steps_per_bar))
    table = _position_table(steps_per_bar, place, quarter)
    return table[np.arange(first, first + count) % period]


def feature_count(place: bool, quarters: bool = False) -> int:
    """Number of position features."""
    return COUNTERS + (2 * len(PLACE_WAVES) + 1 if place else 0) + (3 if quarters else 0)


@lru_cache(maxsize=64)
def _position_table(steps_per_bar: int, place: bool, quarter: int) -> Floats:
    """Features of every step until they repeat."""
    step = np.arange(int(np.lcm(1 << COUNTERS, steps_per_bar)))
    columns = [np.where(step >> bit & 1, 1.0, -1.0) for bit in range(COUNTERS)]
    if place:
        for waves in PLACE_WAVES:
            angle = 2 * np.pi * waves * (step % steps_per_bar) / steps_per_bar
            columns += [np.sin(angle), np.cos(angle)]
        columns.append(np.full(len(step), min(steps_per_bar / 16 - 1, 1.0)))
    if quarter:
        angle = 2 * np.pi * (step % steps_per_bar % quarter) / quarter
        columns += [np.sin(angle), np.cos(angle), np.full(len(step), float(quarter % 3 == 0))]
    return np.stack(columns, axis=1).astype(np.float32)
