"""How much of a fill a bar is: what the sampler chooses among particles by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import Drum
from drumstudio.ml.encoding import events_to_hits
from drumstudio.ml.musicality import FILL_LIKENESS, FILL_ONSETS, TOMS, jaccard, modal_bar

# A fill shall not only just be one: so much less like the groove, so many strokes more.
_CLEARLY, _MORE = 0.06, 1
# Nats lost for each 1.0 of likeness too much, and for each stroke too few.
_LIKE_COSTS, _STROKE_COSTS = 60.0, 4.0

Integers = npt.NDArray[np.int64]


def fill_worth(events: Integers, bar: int, start: int, steps_per_bar: int) -> float:
    """Nats by which the bar of `events` (steps,) that begins at `bar` falls short of a fill from `start` on.

    0 for a clear fill as :mod:`drumstudio.ml.musicality` defines it, against the bars before.
    """
    hits = events_to_hits(events[: bar + steps_per_bar]).astype(bool)
    first = bar % steps_per_bar
    before = hits[first:bar].reshape(-1, steps_per_bar, hits.shape[1])
    here = hits[bar:]
    late = here[start - bar :]
    if not len(before):
        return -_STROKE_COSTS * max(0, FILL_ONSETS + _MORE - int(late[:, [*TOMS, Drum.SNARE]].sum()))
    usual = modal_bar(before)
    added = late[:, Drum.SNARE] & ~usual[start - bar : start - bar + len(late), Drum.SNARE]
    strokes = int(late[:, TOMS].sum()) + int(added.sum())
    like = float(jaccard(here, usual[: len(here)]))
    return -_LIKE_COSTS * max(0.0, like - FILL_LIKENESS + _CLEARLY) - _STROKE_COSTS * max(
        0, FILL_ONSETS + _MORE - strokes
    )
