"""How alike two sets of drumming are: overlapped areas, Kullback-Leibler distances, and a judge.

Overlapped areas and distances follow Yang and Lerch, "On the evaluation of generative models in
music" (Neural Computing and Applications 32, 2020): kernel densities on 1000 points, Gaussian with
Scott's bandwidth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import gaussian_kde
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from drumstudio.ml.musicality import Measures, jaccard, syncopation

Floats = npt.NDArray[np.float64]

FEATURES = (
    "adjacent_jaccard", "primer_jaccard", "groove_similarity", "tom_bars", "crash_bars", "crashes_on_one",
    "hits_a_bar", "syncopation", "back_beat_agreement",
)  # fmt: skip
POINTS = 1000
# Distances beyond this number are drawn from: their density no longer changes.
_MOST = 10_000
# Bandwidths by which the points reach over the outermost values, so that all of the area is there.
_REACH = 3.0
_LEAST = 1e-12
_TREES, _FOLDS = 300, 7
# Places of a bar that the judge tells apart, whatever its number of steps.
_PLACES = 16


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one feature of a set is to that of the human set.

    `area` is the overlapped area of the two densities of the feature, 1 where they are the same.
    `distance_area` is that of the density of the distances within the human set and of the density of those
    between the sets, and `distance_kl` the Kullback-Leibler distance of the one from the other.
    """

    area: float
    distance_area: float
    distance_kl: float


def values_of(measured: Sequence[Measures], feature: str) -> Floats:
    """The feature of every piece that has it: one without a crash has no share of crashes on the 1."""
    found = (getattr(one, feature) for one in measured)
    return np.array([value for value in found if value is not None], np.float64)


def likeness(human: Sequence[Measures], other: Sequence[Measures]) -> dict[str, Likeness]:
    """The nine features of `other` against those of `human`."""
    return {name: _likeness(values_of(human, name), values_of(other, name)) for name in FEATURES}


def _likeness(human: Floats, other: Floats) -> Likeness:
    if len(human) < 2 or not len(other):
        return Likeness(0.0, 0.0, float("inf"))
    first, second = np.triu_indices(len(human), 1)
    within = _some(np.abs(human[first] - human[second]))
    between = _some(np.abs(human[:, None] - other[None]).ravel())
    one, two, _ = densities(within, between)
    divergence = float((one * np.log((one + _LEAST) / (two + _LEAST))).sum() / one.sum())
    return Likeness(overlap(human, other), overlap(within, between), divergence)


def _some(values: Floats) -> Floats:
    if len(values) <= _MOST:
        return values
    return np.random.default_rng(0).choice(values, _MOST, replace=False)


def overlap(one: Floats, other: Floats) -> float:
    """Area under both densities at once: 1 for the same, 0 where they do not meet."""
    first, second, points = densities(one, other)
    return float(np.trapezoid(np.minimum(first, second), points))


def densities(one: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """The densities of both at the same points, and the points (`POINTS`,), which hold all of their area."""
    wide = max(_width(one), _width(other))
    low, high = min(one.min(), other.min()), max(one.max(), other.max())
    points = np.linspace(low - _REACH * wide, high + _REACH * wide, POINTS)
    return _density(one, points), _density(other, points), points


def _width(values: Floats) -> float:
    """Scott's bandwidth; something narrow where all values are the same."""
    return float(max(values.std(ddof=1), 1e-3) * len(values) ** -0.2) if len(values) > 1 else 1e-3


def _density(values: Floats, points: Floats) -> Floats:
    if len(values) > 1 and np.ptp(values) > 1e-9:
        return np.asarray(gaussian_kde(values)(points))
    # A single value: a narrow bell that the points can still draw.
    wide = 3 * (points[1] - points[0])
    return np.asarray(np.exp(-0.5 * ((points - values.mean()) / wide) ** 2) / (wide * np.sqrt(2 * np.pi)))


def told_apart(
    human: Sequence[npt.NDArray[np.bool_]],
    machine: Sequence[npt.NDArray[np.bool_]],
    files: Sequence[str],
    primer_bars: int,
) -> float:
    """Share of pieces that a judge puts on the right side, human or machine; 0.5 is chance.

    Pieces are hits (bars, steps, 9), those of `human[i]` and `machine[i]` after the same primer of
    `files[i]`.  The judge is a random forest; of every piece it knows the mean, spread, least and
    most over its bars of what :func:`_bar_features` says of each.  It is asked about files that it
    has not learned from (cross-validation in groups of files).
    """
    pieces = [_features(piece, primer_bars) for piece in (*human, *machine)]
    truth = np.repeat([0, 1], len(human))
    groups = np.array([*files, *files])
    folds = min(_FOLDS, len(set(files)))
    if folds < 2:
        return float("nan")
    judge = RandomForestClassifier(_TREES, random_state=0)
    guesses: Any = cross_val_predict(judge, np.array(pieces), truth, groups=groups, cv=GroupKFold(folds))
    return float((guesses == truth).mean())


def _features(piece: npt.NDArray[np.bool_], primer_bars: int) -> Floats:
    syncopations = syncopation(piece)
    bars = np.array(
        [
            [syncopations[bar], *_bar_features(piece, bar, primer_bars)]
            for bar in range(primer_bars, len(piece))
        ]
    )
    return np.concatenate([bars.mean(0), bars.std(0), bars.min(0), bars.max(0)])


def _bar_features(piece: npt.NDArray[np.bool_], bar: int, primer_bars: int) -> list[float]:
    """What is known of a bar.

    Its likeness to the bars one and two before, to the primer's bars, and to the most alike of all
    before; the share of steps as in the bar before; hits of each drum, those that came and went since the
    bar before, and those that the primer's bar does not have; hits at each of 16 places; and how many steps
    strike one, two, three and four drums at once.
    """
    now, last, model = piece[bar], piece[bar - 1], piece[bar % primer_bars]
    alike = jaccard(now, piece[:bar])
    together = now.sum(1)
    places = np.arange(len(now)) * _PLACES // len(now)
    return [
        float(alike[-1]), float(alike[max(0, bar - 2)]), float(alike[bar % primer_bars]),
        float(alike[:primer_bars].max()), float(alike.max()),
        float((now == last).all(1).mean()), float(now.sum()),
        *now.sum(0), *(now & ~last).sum(0), *(last & ~now).sum(0), *(now & ~model).sum(0),
        *np.bincount(places, together, _PLACES),
        *np.bincount(np.minimum(together, 4), minlength=5)[1:],
    ]  # fmt: skip
