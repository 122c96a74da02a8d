"""The feel of a performance: straight, swung or in triplets, how early or late it is, and its steps.

Where in the beat the strokes fall is compared with what each feel would give: a mixture of normal
distributions around the feel's places, of a few widths and a few ways to share the strokes among
the places, beside a share of strokes that fall anywhere (fills, slips).  A constant offset of
the whole performance against the click is searched along with it.  A feel other than straight must be
likelier by a margin, in all and for each stroke: where little is played, or only quarters, straight
it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

STRAIGHT, SWUNG, TRIPLET = "straight", "swung", "triplet"
FEELS = (STRAIGHT, SWUNG, TRIPLET)
TRIPLET_SWING = 2 / 3

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]

# Strokes nearer together are one: chords and flams.
_TOGETHER = 0.025  # seconds
_FEW = 8  # strokes, below which nothing is recognised
# How much likelier than straight another feel must be, in nats: in all, and for each stroke.  In the
# Groove MIDI Dataset nothing lies between 0.05 and 0.15 a stroke.
_IN_ALL, _EACH = 6.0, 0.1
_FOR_SHUFFLE = 2.0  # the same for shuffled 16ths, which stay on their steps
_REACH, _REACH_QUARTERS = 0.06, 0.15  # the largest offset, in seconds and in quarters
_USUAL = 0.025  # seconds; offsets are this large as a rule
_BINS = 96  # of a quarter
_WIDTHS = (0.012, 0.022, 0.038, 0.06)  # quarters: from machine-like to fast or loose
_ANYWHERE = 0.08
# Swings of 8ths, in percent: up to a ratio of 1.4 they are undone on the grid of 16ths; from 1.5 on they
# are the outer two of a triplet.  Nobody in that data set plays between the two.
_LIGHT, _HEAVY = range(54, 60, 2), range(60, 76, 2)
# Beyond it a pair is a dotted 8th and a 16th, which straight 16ths hold.  Few swing harder than 0.73.
_DOTTED = 0.745
# 16ths whose first takes this share of the pair are played as a shuffle, and undone before quantising.
_SHUFFLED_FROM = 0.56
_MIDDLE_SHARE = 0.15  # of the strokes between beats, from which on triplets are played out


@dataclass(frozen=True, slots=True)
class Feel:
    """How the beat is divided, and where the performance lies against the click.

    `kind` is "straight", "swung" (8ths) or "triplet"; `swing` the share of a pair of 8ths that the first
    takes, 0.5 straight, 2/3 for triplets; `sixteenths` the same of a pair of 16ths, in a straight
    feel only.  `offset_seconds` is the constant offset, late when positive.  `steps_per_quarter`
    is 3 for triplets and for 8ths swung near 2:1, else 4.
    """

    kind: str = STRAIGHT
    swing: float = 0.5
    offset_seconds: float = 0.0
    sixteenths: float = 0.5
    steps_per_quarter: int = 4

    @property
    def ratio(self) -> float:
        """The first 8th of a pair against the second: 1 straight, 2 for triplets."""
        return self.swing / (1.0 - self.swing)


class Placed(NamedTuple):
    """Notes on a grid: `steps` (notes,) and `offsets` (notes,), what is left as a fraction of a step.

    Offsets are measured from the even grid, late when positive.  They lie within half a step, or
    beyond it by as much as the feel bends the grid or a flam reaches.
    """

    steps: Integers
    offsets: Reals


class _Idea(NamedTuple):
    """A way to divide the quarter: where the second 8th and the second 16th lie, in which kind."""

    kind: str
    eighth: float
    sixteenth: float
    per_quarter: int


def recognise_feel(ticks: ArrayLike, ppq: int, qpm: float, meter: tuple[int, int] = (4, 4)) -> Feel:
    """Feel of strokes at `ticks`, counted from a bar line in `meter`; straight where little is played.

    Meters that count in 8ths or shorter (6/8, 12/8, 5/8) are straight on their own 16ths.
    """
    quarters = np.sort(np.asarray(ticks, dtype=np.float64).reshape(-1)) / ppq
    onsets = _onsets(quarters, _TOGETHER * qpm / 60.0)
    if len(onsets) < _FEW:
        return Feel()
    feel = _measured(onsets, *_likeliest(onsets, qpm, meter[1] < 8), qpm)
    if feel.kind == SWUNG and feel.swing > _DOTTED:
        return _measured(onsets, *_likeliest(onsets, qpm, False), qpm)
    return feel


def place(
    ticks: Integers, ppq: int, qpm: float, feel: Feel, per_quarter: int | None = None, start: int = 0
) -> Placed:
    """Notes at `ticks` on the grid of `feel`, or of `per_quarter` steps, counted from tick `start`.

    The constant offset is taken out first.  What sounds together, a chord or a flam, goes to one
    step; a note just ahead of `start` to step 0.
    """
    per_quarter = per_quarter or feel.steps_per_quarter
    even = (ticks - start) / ppq - feel.offset_seconds * qpm / 60.0
    chords = _chords(even, _TOGETHER * qpm / 60.0)
    steps = np.floor(_straightened(chords, feel, per_quarter) * per_quarter + 0.5).astype(np.int64)
    steps = steps.clip(min=0)
    return Placed(steps, even * per_quarter - steps)


def _chords(times: Reals, together: float) -> Reals:
    """The mean of the run each of `times` is part of; itself where that lies further than `together`."""
    order = np.argsort(times, kind="stable")
    runs = np.diff(times[order], prepend=-np.inf) > together
    means = np.empty_like(times)
    means[order] = _onsets(times[order], together)[np.cumsum(runs) - 1]
    return np.where(np.abs(means - times) <= together, means, times)


def _straightened(quarters: Reals, feel: Feel, per_quarter: int) -> Reals:
    """Times (in quarters) with the feel's swing undone, as far as a grid of `per_quarter` needs it."""
    if per_quarter % 3 == 0:
        return quarters
    if feel.kind != STRAIGHT:
        return _unbent(quarters, feel.swing)
    return _unbent(quarters * 2, feel.sixteenths) / 2 if per_quarter % 4 == 0 else quarters


def _unbent(pairs: Reals, swing: float) -> Reals:
    """Times (in pairs) with the first half of each, which took `swing`, brought back to 0.5."""
    whole = np.floor(pairs)
    inside = pairs - whole
    first = inside < swing
    return whole + np.where(first, inside * (0.5 / swing), 0.5 + (inside - swing) * (0.5 / (1.0 - swing)))


def _onsets(times: Reals, together: float) -> Reals:
    """Mean time of each run of sorted `times` that are no more than `together` apart."""
    if not len(times):
        return times
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) > together)
    counts = np.diff(np.append(starts, len(times)))
    onsets: Reals = np.add.reduceat(times, starts) / counts
    return onsets


def _likeliest(onsets: Reals, qpm: float, simple: bool) -> tuple[_Idea, float]:
    """The idea that fits best, straight unless another fits clearly better, and the offset in quarters."""
    ideas, table, even, straight = _table()
    counts = np.bincount((onsets * _BINS).astype(np.int64) % _BINS, minlength=_BINS).astype(np.float64)
    reach = int(min(_REACH * qpm / 60.0, _REACH_QUARTERS) * _BINS)
    shifts = np.arange(-reach, reach + 1)
    shifted = counts[(np.arange(_BINS)[:, None] + shifts) % _BINS]
    prior = 0.5 * (shifts / _BINS * 60.0 / qpm / _USUAL) ** 2
    fits = (table if simple else table[:straight]) @ shifted - prior
    row, column = _best(fits, 0, even)
    shuffled = _best(fits, even, straight)
    if fits[shuffled] - fits[row, column] > _FOR_SHUFFLE:
        row, column = shuffled
    if simple:
        other = _best(fits, straight, len(fits))
        if fits[other] - fits[row, column] > max(_IN_ALL, _EACH * len(onsets)):
            row, column = other
    return ideas[row], float(shifts[column]) / _BINS


def _best(fits: Reals, first: int, last: int) -> tuple[int, int]:
    """Row and column of the highest of `fits` in the rows from `first` to before `last`."""
    row, column = divmod(int(fits[first:last].argmax()), fits.shape[1])
    return first + row, column


def _measured(onsets: Reals, idea: _Idea, shift: float, qpm: float) -> Feel:
    """The feel of an idea, with offset and swing measured from the strokes near its places."""
    if idea.kind == STRAIGHT:
        return _measured_straight(onsets, idea, shift, qpm)
    phases = onsets - shift
    beats = _near(phases, 0.0, 1.0, 0.11)
    shift += _middle(beats)
    phases = onsets - shift
    eighths = _near(phases, idea.eighth, 1.0, 0.09)
    swing = idea.eighth + _middle(eighths)
    offset = shift * 60.0 / qpm
    if idea.per_quarter == 3 or 100 * swing >= _HEAVY.start:
        middles = _near(phases, swing / 2, 1.0, 0.09)
        if len(middles) >= _MIDDLE_SHARE * (len(middles) + len(eighths)):
            return Feel(TRIPLET, TRIPLET_SWING, offset, steps_per_quarter=3)
        return Feel(SWUNG, swing, offset, steps_per_quarter=3)
    return Feel(SWUNG, swing, offset)


def _measured_straight(onsets: Reals, idea: _Idea, shift: float, qpm: float) -> Feel:
    """A straight feel; its offset is that of the 8ths where the 16ths between them are shuffled."""
    sixteenths = 2 * idea.sixteenth
    if sixteenths < _SHUFFLED_FROM:
        shift += _middle(_near(onsets - shift, 0.0, 0.25, 0.1))
        return Feel(offset_seconds=shift * 60.0 / qpm)
    shift += _middle(_near(onsets - shift, 0.0, 0.5, 0.08))
    sixteenths += 2 * _middle(_near(onsets - shift, idea.sixteenth, 0.5, 0.06))
    return Feel(offset_seconds=shift * 60.0 / qpm, sixteenths=max(0.5, min(sixteenths, 0.75)))


def _near(times: Reals, place: float, period: float, window: float) -> Reals:
    """How far the times near `place`, which comes again every `period`, lie from it."""
    away = (times - place + period / 2) % period - period / 2
    near: Reals = away[np.abs(away) <= window]
    return near


def _middle(values: Reals) -> float:
    """The median, 0 of nothing."""
    return float(np.median(values)) if len(values) else 0.0


@lru_cache(maxsize=1)
def _table() -> tuple[list[_Idea], Reals, int, int]:
    """Ideas, the log likelihood of a stroke in each bin of the quarter under each (ideas, bins), and
    how many of them, the first, are wholly even, and how many straight."""
    rows = list(_ideas())
    ideas = [idea for idea, _, _ in rows]
    table = np.array([_density(idea, shares, width) for idea, shares, width in rows])
    straight = sum(idea.kind == STRAIGHT for idea in ideas)
    return ideas, table, sum(2 * idea.sixteenth < _SHUFFLED_FROM for idea in ideas[:straight]), straight


def _ideas() -> Iterator[tuple[_Idea, tuple[float, ...], float]]:
    """Each idea with the shares of its places (beat, second 8th, the 16ths or the triplet between) and
    their width; the straight ones first, of them the even."""
    quarters = (0.94, 0.04, 0.01, 0.01)
    eighths, some, even = (0.5, 0.46, 0.02, 0.02), (0.37, 0.37, 0.13, 0.13), (0.25, 0.25, 0.25, 0.25)
    for width in _WIDTHS:
        for shares in (quarters, eighths):
            yield _Idea(STRAIGHT, 0.5, 0.25, 4), shares, width
        for shares in (some, even):
            yield _Idea(STRAIGHT, 0.5, 0.25, 4), shares, width
            yield _Idea(STRAIGHT, 0.5, 0.27, 4), shares, width
    for width in _WIDTHS:
        for sixteenth in (0.29, 0.31, 0.335):
            for shares in (some, even):
                yield _Idea(STRAIGHT, 0.5, sixteenth, 4), shares, width
    for width in _WIDTHS:
        for percent in _LIGHT:
            swing = percent / 100
            for shares in (eighths, some):
                yield _Idea(SWUNG, swing, swing / 2, 4), shares, width
        for percent in _HEAVY:
            swing = percent / 100
            for three in ((0.75, 0.22, 0.03), (0.55, 0.42, 0.03), (0.45, 0.4, 0.15), (0.34, 0.33, 0.33)):
                yield _Idea(SWUNG, swing, swing / 2, 3), three, width


def _density(idea: _Idea, shares: tuple[float, ...], width: float) -> Reals:
    """Log density of a stroke in each bin (bins,)."""
    places = np.array((0.0, idea.eighth, idea.sixteenth, (1.0 + idea.eighth) / 2)[: len(shares)])
    if idea.kind == STRAIGHT and len(shares) == 4:
        places[3] = 0.5 + idea.sixteenth
    away = ((np.arange(_BINS)[:, None] + 0.5) / _BINS - places + 0.5) % 1.0 - 0.5
    normal = np.exp(-0.5 * (away / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
    density: Reals = np.log((1.0 - _ANYWHERE) * (normal @ np.array(shares)) + _ANYWHERE)
    return density
