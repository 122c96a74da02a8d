"""The levels that a curve is read against: counting events, and copying the last bar.

They are the baselines "unigram" and "copy_bar" of :mod:`drumstudio.ml.training.baselines`, whose figures they
equal; these two contexts can be counted as tables, so that a training need not wait for them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.windows import Integers, Track

Distribution = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_FOLDS = 5
_ROUNDS = 40


def measure_levels(
    encoding: Encoding, train: Sequence[Track], validation: Sequence[Track]
) -> tuple[float, float]:
    """Perplexity on `validation` of counting the events of `train`, and of copying the last bar too."""
    steps = _Steps(encoding, [*train, *validation])
    learned = steps.track < len(train)
    fitted = learned & (steps.track % _FOLDS == 0)
    invented, copied = steps.by_place(learned & ~fitted, fitted)
    share = 0.5
    for _ in range(_ROUNDS if len(copied) else 0):
        share = float((copied * share / (copied * share + invented * (1 - share))).mean())
    invented, copied = steps.by_place(learned, ~learned)
    return (
        _perplexity(steps.by_count(learned, ~learned)),
        _perplexity(copied * share + invented * (1 - share)),
    )


class _Steps:
    """Every step of some tracks, one after the other: its event, its place in the bar, its track."""

    def __init__(self, encoding: Encoding, tracks: Sequence[Track]) -> None:
        self._classes = encoding.classes
        each = [encoding.encode(track.events) for track in tracks]
        self.event = np.concatenate(each)
        self.track = np.repeat(np.arange(len(each)), [len(one) for one in each])
        step = np.concatenate([np.arange(len(one)) for one in each])
        bar = np.array([track.steps_per_bar for track in tracks])[self.track]
        quarter = np.array([track.steps_per_quarter for track in tracks])[self.track]
        places = np.stack((quarter, bar, step % bar), 1)
        self._place = np.unique(places, axis=0, return_inverse=True)[1].reshape(-1)
        back = np.maximum(np.arange(len(step)) - bar, 0)
        self._last = np.where(step >= bar, self.event[back], -1)
        self._scored = step > 0

    def by_count(self, seen: Mask, asked: Mask) -> Distribution:
        """Chance of each event that is `asked` for, by how often it was `seen`."""
        return self._witten_bell(np.zeros_like(self._place), seen, asked, 1 / self._classes)

    def by_place(self, seen: Mask, asked: Mask) -> tuple[Distribution, Distribution]:
        """The same by its place in the bar, and what a copy of the last bar gives it."""
        invented = self._witten_bell(self._place, seen, asked, self.by_count(seen, asked))
        last = self._last[asked & self._scored]
        copied = np.where(last < 0, invented, last == self.event[asked & self._scored])
        return invented, copied

    def _witten_bell(
        self, context: Integers, seen: Mask, asked: Mask, below: float | Distribution
    ) -> Distribution:
        """Chance of each `asked` event in its context, falling back on `below`."""
        counts = np.zeros((int(context.max()) + 1, self._classes))
        np.add.at(counts, (context[seen], self.event[seen]), 1)
        at = asked & self._scored
        kinds, total = (counts > 0).sum(1)[context[at]], counts.sum(1)[context[at]]
        own = counts[context[at], self.event[at]] + below * kinds
        return np.where(total > 0, own / np.maximum(total + kinds, 1), below)


def _perplexity(chances: Distribution) -> float:
    return float(np.exp(-np.log(chances).mean()))
