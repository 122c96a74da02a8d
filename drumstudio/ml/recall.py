"""What a drummer remembers of the groove: the bars before, how well they fit, and what is usual where.

For the step to come a groove memory recalls the events at the same place of each of the last eight
bars; for each of those bars, how well it has matched what was just played over several spans of
steps; and for each place in the bar two decaying averages of its hits.  Bars are of the piece's own
length.  :func:`recall` tells it of a whole track at once, :class:`Memory` one step at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Encoding, Floats

# Bars that are remembered step by step.
BARS = 8
# Bars back whose events are inputs of the network.
HEARD = (1, 2, 4, 8)
# Numbers of steps over which a past bar is matched with what was just played.
SPANS = (1, 2, 4, 8, 16, 32)
# Numbers by which a past bar is judged: its matches, and the share of the other bars that agree with it.
MATCHES = len(SPANS) + 1
# Share that stays of an average at the next bar: one that follows at once, one with patience.
DECAYS = (0.5, 0.9)
# What is taken for the logarithm of a probability of nothing.
LEAST = 1e-12

Integers = npt.NDArray[np.int64]


def recall_features(encoding: Encoding) -> int:
    """Number of features beside the events themselves."""
    return BARS * MATCHES + len(DECAYS) * encoding.drums


def bit_table(encoding: Encoding) -> Floats:
    """Drums of each event (classes + 1, drums + 1), 0 or 1; the last row is the start, "nothing yet"."""
    table = np.zeros((encoding.classes + 1, encoding.drums + 1), np.float32)
    table[:-1, :-1] = np.arange(encoding.classes)[:, None] >> np.arange(encoding.drums) & 1
    table[-1, -1] = 1.0
    return table


def recall(classes: Integers, steps_per_bar: int, encoding: Encoding) -> tuple[Integers, Floats]:
    """What is remembered ahead of each step of a track of `classes` (steps,).

    Gives the events (steps, BARS) at the same place 1 to 8 bars back, `Encoding.start` where the
    track had not begun, and the features (steps, recall_features).
    """
    count = len(classes)
    past = np.full((count, BARS), encoding.start, np.int64)
    for bar in range(1, BARS + 1):
        lag = bar * steps_per_bar
        past[lag:, bar - 1] = classes[: max(count - lag, 0)]
    same = (past == classes[:, None]).astype(np.float32)
    sums = np.concatenate((np.zeros((max(SPANS), BARS), np.float32), same)).cumsum(0, dtype=np.float64)
    sums = np.concatenate((np.zeros((1, BARS)), sums))
    ends = np.arange(count) + max(SPANS)
    matches = [((sums[ends] - sums[ends - span]) / span).astype(np.float32) for span in SPANS]
    averages = _averages(classes, steps_per_bar, encoding)
    return past, np.concatenate((*matches, agreement(past, encoding), averages), 1)


def agreement(past: Integers, encoding: Encoding) -> Floats:
    """For each of the events `past` (rows, BARS), the share of the others that equal it; 0 for none."""
    equal = (past[:, :, None] == past[:, None, :]).sum(2) - 1
    return np.where(past == encoding.start, 0, equal / (BARS - 1)).astype(np.float32)


def _averages(classes: Integers, steps_per_bar: int, encoding: Encoding) -> Floats:
    """Averages (steps, decays x drums) of each step's place over the bars before."""
    bits = bit_table(encoding)[classes, :-1]
    bars = -(-len(classes) // steps_per_bar)
    found = np.zeros((bars, steps_per_bar, len(DECAYS), encoding.drums), np.float32)
    padded = np.zeros((bars * steps_per_bar, encoding.drums), np.float32)
    padded[: len(bits)] = bits
    for bar, played in enumerate(padded.reshape(bars, steps_per_bar, encoding.drums)[:-1]):
        found[bar + 1] = _decayed(found[bar], played)
    return found.reshape(len(padded), len(DECAYS) * encoding.drums)[: len(classes)]


def _decayed(averages: Floats, played: Floats) -> Floats:
    """`averages` (..., decays, drums) after the hits `played` (..., drums)."""
    kept = np.array(DECAYS, np.float32)[:, None]
    return np.asarray(kept * averages + (1 - kept) * played[..., None, :])


class Recalled(NamedTuple):
    """What is remembered ahead of one step: `past` (rows, BARS) and `features` (rows, recall_features)."""

    past: Integers
    features: Floats


class Memory(NamedTuple):
    """The memory of some rows between two steps; never changed, only followed by another.

    `recent` (rows, BARS x steps_per_bar) holds the last events, oldest first; `same`
    (rows, longest span, BARS) which of the last steps equalled those some bars before; `averages`
    (rows, steps_per_bar, decays, drums) begins with the place of the step to come.
    """

    recent: Integers
    same: Floats
    averages: Floats

    @classmethod
    def empty(cls, rows: int, steps_per_bar: int, encoding: Encoding) -> Memory:
        """The memory ahead of a track's first step."""
        return cls(
            np.full((rows, BARS * steps_per_bar), encoding.start, np.int64),
            np.zeros((rows, max(SPANS), BARS), np.float32),
            np.zeros((rows, steps_per_bar, len(DECAYS), encoding.drums), np.float32),
        )

    def after(self, events: Integers, bits: Floats) -> Memory:
        """The memory once `events` (rows,) were played, whose drums are `bits` (rows, drums)."""
        same = (self._past() == events[:, None]).astype(np.float32)
        return Memory(
            np.concatenate((self.recent[:, 1:], events[:, None]), 1),
            np.concatenate((self.same[:, 1:], same[:, None]), 1),
            np.concatenate((self.averages[:, 1:], _decayed(self.averages[:, :1], bits[:, None])), 1),
        )

    def recalled(self, encoding: Encoding) -> Recalled:
        """What it tells of the step to come."""
        past = self._past()
        matches = [self.same[:, -span:].sum(1) / np.float32(span) for span in SPANS]
        averages = self.averages[:, 0].reshape(len(past), -1)
        return Recalled(past, np.concatenate((*matches, agreement(past, encoding), averages), 1))

    def _past(self) -> Integers:
        """Events (rows, BARS) at the place of the step to come, one to eight bars back."""
        bar = self.averages.shape[1]
        return self.recent[:, ::bar][:, ::-1]
