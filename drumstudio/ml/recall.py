"""What a drummer remembers of the groove: the bars before, how well they fit, and what is usual where.

For the step to come a groove memory recalls the events at the same place of each of the last eight
bars; for each of those bars, how well it has matched what was just played over several spans of
steps; and for each place in the bar two decaying averages of its hits.  Bars are of the piece's own
length.  The wide memory also recalls the events a few parts of a beat back, judged likewise, and
*echoes*: what followed the last time that the same few steps were played, wherever that was.
:func:`recall` tells it of a whole track at once, :class:`Memory` one step at a time.
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
# Numbers of steps over which a past step is matched with what was just played.
SPANS = (1, 2, 4, 8, 16, 32)
# Numbers by which a past step is judged: its matches, and the share of the others that agree with it.
MATCHES = len(SPANS) + 1
# Share that stays of an average at the next bar: one that follows at once, one with patience.
DECAYS = (0.5, 0.9)
# What is taken for the logarithm of a probability of nothing.
LEAST = 1e-12
# The wide memory: numbers of half quarters back that are recalled, echoes that are kept, steps in
# which they are looked for, the shortest run of equal steps that makes one, and the longest told apart.
NEAR = (1, 2, 4, 6)
ECHOES = 8
REACH = 512
_RUN, _LONGEST = 2, 32
# Numbers by which an echo is judged: its run of equal steps, and whether its place in the bar is the same.
ECHO_MARKS = 2
# What a drum hears of itself: the bars before, its averages, what the pointer and its own weighing of
# the recalled steps copy, the step just played, and whether there is a bar before.
WITNESSES = BARS + len(DECAYS) + 4

Integers = npt.NDArray[np.int64]


def lag_count(wide: bool) -> int:
    """Number of steps that are recalled by how far back they are."""
    return BARS + (len(NEAR) if wide else 0)


def past_count(wide: bool) -> int:
    """Number of events recalled ahead of a step."""
    return lag_count(wide) + (ECHOES if wide else 0)


def recall_features(encoding: Encoding, wide: bool = False) -> int:
    """Number of features beside the events themselves."""
    marks = lag_count(wide) * MATCHES + (ECHO_MARKS * ECHOES if wide else 0)
    return marks + len(DECAYS) * encoding.drums


def bit_table(encoding: Encoding) -> Floats:
    """Drums of each event (classes + 1, drums + 1), 0 or 1; the last row is the start, "nothing yet"."""
    table = np.zeros((encoding.classes + 1, encoding.drums + 1), np.float32)
    table[:-1, :-1] = np.arange(encoding.classes)[:, None] >> np.arange(encoding.drums) & 1
    table[-1, -1] = 1.0
    return table


def lags_of(steps_per_bar: int, steps_per_quarter: int, wide: bool) -> Integers:
    """How many steps back the recalled steps are: one to eight bars, and parts of a beat."""
    bars = [bar * steps_per_bar for bar in range(1, BARS + 1)]
    near = [max(1, half * steps_per_quarter // 2) for half in NEAR] if wide else []
    return np.array(bars + near, np.int64)


def recall(
    classes: Integers,
    steps_per_bar: int,
    encoding: Encoding,
    steps_per_quarter: int = 4,
    wide: bool = False,
) -> tuple[Integers, Floats]:
    """What is remembered ahead of each step of a track of `classes` (steps,).

    Gives the events (steps, past_count) at the same place 1 to 8 bars back, a wide memory's near
    ones and echoes after them, `Encoding.start` where there are none; and the features
    (steps, recall_features).
    """
    count = len(classes)
    lags = lags_of(steps_per_bar, steps_per_quarter, wide)
    past = np.full((count, len(lags)), encoding.start, np.int64)
    for index, lag in enumerate(lags):
        past[lag:, index] = classes[: max(count - lag, 0)]
    same = (past == classes[:, None]).astype(np.float32)
    sums = np.concatenate((np.zeros((max(SPANS), len(lags)), np.float32), same)).cumsum(0, dtype=np.float64)
    sums = np.concatenate((np.zeros((1, len(lags))), sums))
    ends = np.arange(count) + max(SPANS)
    matches = [((sums[ends] - sums[ends - span]) / span).astype(np.float32) for span in SPANS]
    features = [*matches, agreement(past, encoding), _averages(classes, steps_per_bar, encoding)]
    if wide:
        found, marks = _echoes(_runs(classes), lags, steps_per_bar)
        events = np.append(classes, encoding.start)
        at = np.where(found > 0, np.arange(count)[:, None] - found, count)
        past, features = np.concatenate((past, events[at]), 1), [*features, marks]
    return past, np.concatenate(features, 1)


def agreement(past: Integers, encoding: Encoding) -> Floats:
    """For each of the events `past` (rows, lags), the share of the others that equal it; 0 for none."""
    equal = (past[:, :, None] == past[:, None, :]).sum(2) - 1
    return np.where(past == encoding.start, 0, equal / (past.shape[1] - 1)).astype(np.float32)


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


def _runs(classes: Integers) -> npt.NDArray[np.int16]:
    """How many steps ahead of each, and of the step some steps back, are equal: (steps, REACH) by lag - 1.

    Runs longer than the longest told apart count as that.
    """
    count = len(classes)
    same = np.zeros((count, REACH), bool)
    for lag in range(1, min(REACH, count - 1) + 1):
        same[lag:, lag - 1] = classes[lag:] == classes[:-lag]
    runs = np.zeros((count, REACH), np.int16)
    for step in range(1, count):
        runs[step] = np.minimum(runs[step - 1] + 1, _LONGEST) * same[step - 1]
    return runs


def _echoes(runs: npt.NDArray[np.int16], lags: Integers, steps_per_bar: int) -> tuple[Integers, Floats]:
    """The echoes by their `runs` (rows, REACH) of equal steps, leaving out those at the `lags`.

    The longest runs come first, among equals those at the same place of the bar, then the latest.
    Gives how far back they are (rows, ECHOES), 0 where there is none, and their marks
    (rows, ECHO_MARKS x ECHOES).
    """
    back = np.arange(1, REACH + 1)
    alike = back % steps_per_bar == 0
    worth = (runs.astype(np.int32) * 2 + alike) * np.int32(REACH) + (REACH - back).astype(np.int32)
    worth[runs < _RUN] = -1
    worth[:, lags[lags <= REACH] - 1] = -1
    best = np.argpartition(worth, REACH - ECHOES, axis=1)[:, -ECHOES:]
    ranked = np.take_along_axis(best, np.argsort(-np.take_along_axis(worth, best, 1), axis=1), 1)
    there = np.take_along_axis(worth, ranked, 1) >= 0
    run = np.log2(np.maximum(np.take_along_axis(runs, ranked, 1), 1)) / np.log2(_LONGEST)
    marks = np.concatenate((run, alike[ranked]), 1) * np.tile(there, ECHO_MARKS)
    return np.where(there, back[ranked], 0), marks.astype(np.float32)


class Recalled(NamedTuple):
    """What is remembered ahead of one step: `past` (rows, events) and `features` (rows, recall_features)."""

    past: Integers
    features: Floats


class Memory(NamedTuple):
    """The memory of some rows between two steps; never changed, only followed by another.

    `recent` (rows, steps) holds the last events, oldest first; `same` (rows, longest span, lags) which
    of the last steps equalled those some `lags` (rows, lags) before; `averages`
    (rows, steps_per_bar, decays, drums) begins with the place of the step to come; `runs`
    (rows, REACH, none for a memory that is not wide) counts equal steps by lag.
    """

    recent: Integers
    same: Floats
    averages: Floats
    lags: Integers
    runs: npt.NDArray[np.int16]

    @classmethod
    def empty(
        cls, rows: int, steps_per_bar: int, encoding: Encoding, steps_per_quarter: int = 4, wide: bool = False
    ) -> Memory:
        """The memory ahead of a track's first step."""
        lags = lags_of(steps_per_bar, steps_per_quarter, wide)
        reach = REACH if wide else 0
        return cls(
            np.full((rows, max(reach, int(lags.max()))), encoding.start, np.int64),
            np.zeros((rows, max(SPANS), len(lags)), np.float32),
            np.zeros((rows, steps_per_bar, len(DECAYS), encoding.drums), np.float32),
            np.repeat(lags[None], rows, 0),
            np.zeros((rows, reach), np.int16),
        )

    def after(self, events: Integers, bits: Floats) -> Memory:
        """The memory once `events` (rows,) were played, whose drums are `bits` (rows, drums)."""
        same = (self._past() == events[:, None]).astype(np.float32)
        reach = self.runs.shape[1]
        equal = self.recent[:, : -reach - 1 : -1] == events[:, None]
        return Memory(
            np.concatenate((self.recent[:, 1:], events[:, None]), 1),
            np.concatenate((self.same[:, 1:], same[:, None]), 1),
            np.concatenate((self.averages[:, 1:], _decayed(self.averages[:, :1], bits[:, None])), 1),
            self.lags,
            np.minimum(self.runs + np.int16(1), np.int16(_LONGEST)) * equal,
        )

    def recalled(self, encoding: Encoding) -> Recalled:
        """What it tells of the step to come."""
        past = self._past()
        matches = [self.same[:, -span:].sum(1) / np.float32(span) for span in SPANS]
        averages = self.averages[:, 0].reshape(len(past), -1)
        features = [*matches, agreement(past, encoding), averages]
        if self.runs.shape[1]:
            found, marks = _echoes(self.runs, self.lags[0], self.averages.shape[1])
            events = np.take_along_axis(self.recent, self.recent.shape[1] - np.maximum(found, 1), 1)
            past = np.concatenate((past, np.where(found > 0, events, encoding.start)), 1)
            features.append(marks)
        return Recalled(past, np.concatenate(features, 1))

    def _past(self) -> Integers:
        """Events (rows, lags) some steps ahead of the step to come."""
        return self.recent[:, self.recent.shape[1] - self.lags[0]]
