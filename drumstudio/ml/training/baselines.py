"""What counting and copying predict: the mixtures that a network must beat before it has learned anything.

Each baseline mixes a few components, every one a distribution over the next event given all that
came before.  Counts are those of the training tracks; n-grams fall back on shorter ones after
Witten & Bell (1991).  The weights of the mixture are fitted by expectation-maximisation on a fifth
of the training tracks that were left out of the counts for it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.metrics import Score
from drumstudio.ml.training.windows import Track

Distribution = npt.NDArray[np.float64]
Context = tuple[int, ...]
_FOLDS = 5
_ROUNDS = 40


class Mixture(NamedTuple):
    """What a baseline mixes: events counted in contexts of the last `order` - 1 events, at their
    place in the bar if `place`; copies of the event some bars back; with `running` also the counts
    of the track itself so far, in the same contexts."""

    order: int
    place: bool = False
    copies: tuple[int, ...] = ()
    running: bool = False


BASELINES = {
    "unigram": Mixture(1),
    "bigram": Mixture(2, place=True),
    "copy_bar": Mixture(1, place=True, copies=(1,)),
    "copies": Mixture(5, place=True, copies=(1, 2, 4)),
    "running": Mixture(5, place=True, copies=(1, 2, 4), running=True),
}


class Counts:
    """How often each event followed each context."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._seen: dict[Context, dict[int, int]] = defaultdict(dict)

    def add(self, context: Context, event: int) -> None:
        """Count one more `event` in `context`."""
        events = self._seen[context]
        events[event] = events.get(event, 0) + 1

    def shape(self, context: Context, below: Distribution) -> Distribution:
        """The distribution in `context`, falling back on `below` by Witten and Bell."""
        events = self._seen.get(context)
        if not events:
            return below
        found = below * len(events)
        found[list(events)] += list(events.values())
        return found / (sum(events.values()) + len(events))


class Baseline:
    """A mixture with its counts and weights; the last weight is that of the n-gram."""

    def __init__(self, mixture: Mixture, encoding: Encoding, train: Sequence[Track]) -> None:
        self._mixture, self._encoding = mixture, encoding
        components = len(mixture.copies) + mixture.running + 1
        self.weights: Distribution = np.full(components, 1 / components)
        if components > 1:
            kept = [track for index, track in enumerate(train) if index % _FOLDS]
            self._counts = self._counted(kept)
            self._fit(train[::_FOLDS])
        self._counts = self._counted(train)

    def score(self, tracks: Sequence[Track]) -> Score:
        """Score of every step after the first of each of `tracks`."""
        return sum(self.score_each(tracks), Score())

    def score_each(self, tracks: Sequence[Track]) -> list[Score]:
        """The same of each of `tracks`."""
        return [self._score(track) for track in tracks]

    def _score(self, track: Track) -> Score:
        loss, right, count = [0.0, 0.0], [0, 0], [0, 0]
        for truth, components in self._steps(track):
            mixed = self.weights @ components
            struck = truth > 0
            loss[struck] -= math.log(mixed[truth])
            count[struck] += 1
            right[struck] += int(mixed.argmax() == truth)
        return Score(sum(loss), count[1], right[1], count[0], right[0], loss[1])

    def _counted(self, tracks: Sequence[Track]) -> Counts:
        counts = Counts(self._encoding.classes)
        for track in tracks:
            events = self._encoding.encode(track.events).tolist()
            for step, event in enumerate(events):
                for context in self._contexts(track, events, step):
                    counts.add(context, event)
        return counts

    def _contexts(self, track: Track, events: list[int], step: int) -> Iterator[Context]:
        """The contexts of a step, from the widest to the narrowest.

        A bar of twelve steps is one of 4/4 in triplets or one of 3/4: the quarter tells which.
        """
        yield ()
        bar = track.steps_per_bar
        where = (track.steps_per_quarter, bar, step % bar) if self._mixture.place else ()
        if where:
            yield where
        for length in range(1, min(self._mixture.order - 1, step) + 1):
            yield (*where, *events[step - length : step])

    def _steps(self, track: Track) -> Iterator[tuple[int, Distribution]]:
        """Each step's event, and the components' distributions (components, classes)."""
        classes = self._encoding.classes
        own = Counts(classes)
        events = self._encoding.encode(track.events).tolist()
        for step, truth in enumerate(events):
            if step:
                counted = np.full(classes, 1 / classes)
                for context in self._contexts(track, events, step):
                    counted = self._counts.shape(context, counted)
                rows = [
                    self._copy(events, step - bars * track.steps_per_bar, counted)
                    for bars in self._mixture.copies
                ]
                if self._mixture.running:
                    repeated = counted
                    for context in self._contexts(track, events, step):
                        repeated = own.shape(context, repeated)
                    rows.append(repeated)
                yield truth, np.stack([*rows, counted])
            if self._mixture.running:
                for context in self._contexts(track, events, step):
                    own.add(context, truth)

    def _copy(self, events: list[int], step: int, otherwise: Distribution) -> Distribution:
        """Certainty of the event at `step`; `otherwise` where the track had not begun."""
        if step < 0:
            return otherwise
        found = np.zeros(self._encoding.classes)
        found[events[step]] = 1.0
        return found

    def _fit(self, tracks: Sequence[Track]) -> None:
        """Weights that make the events of `tracks` likeliest."""
        each = [components[:, truth] for track in tracks for truth, components in self._steps(track)]
        if not each:
            return
        chances = np.stack(each)
        for _ in range(_ROUNDS):
            shares = chances * self.weights
            shares /= shares.sum(1, keepdims=True)
            self.weights = shares.mean(0)
