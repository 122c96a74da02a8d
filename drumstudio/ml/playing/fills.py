"""Fills: what each try at one goes for, and how much of a fill came of it.

A drummer's fill keeps the hands off the hats, goes from drum to drum, mostly downwards, for a beat or
half of one each, strikes the beats rather than what is between them, and is never the same twice.
Every particle of a candidate gets a plan of its own, as log-odds on the cells; the network plays by
them, and the sampler chooses among what came of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.ml.encoding import events_to_hits
from drumstudio.ml.musicality import FILL_LIKENESS, FILL_ONSETS, TOMS, jaccard, modal_bar

# A fill shall not only just be one: so much less like the groove, so many strokes more.
_CLEARLY, _MORE = 0.12, 1
# Nats lost for each 1.0 of likeness too much, and for each stroke too few.
_LIKE_COSTS, _STROKE_COSTS = 80.0, 4.0

# What a plan adds, in nats: for the drum that leads and for the others where a stroke is wanted, for
# hands and foot where none is, for what keeps time, and for crashes.
_LEAD, _OTHER, _GAP, _GAP_KICK, _TIME, _CRASH = 2.6, -0.6, -2.5, 0.7, -2.2, -4.0
# How often a stroke is wanted on beats, 8ths and 16ths: in a dense fill, and in one with air.
_DENSE, _LOOSE = (1.0, 0.95, 0.9), (0.9, 0.75, 0.4)
_TIME_KEEPERS = (Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.RIDE)
# The ways around the kit, with how often each is tried.
_WAYS: tuple[tuple[int, tuple[Drum, ...]], ...] = (
    (4, (Drum.SNARE,)),
    (3, (Drum.SNARE, Drum.HIGH_TOM)),
    (3, (Drum.SNARE, Drum.LOW_TOM)),
    (3, (Drum.SNARE, Drum.MID_TOM, Drum.LOW_TOM)),
    (3, (Drum.HIGH_TOM, Drum.MID_TOM, Drum.LOW_TOM)),
    (3, (Drum.SNARE, Drum.HIGH_TOM, Drum.MID_TOM, Drum.LOW_TOM)),
    (1, (Drum.SNARE, Drum.MID_TOM, Drum.SNARE, Drum.LOW_TOM)),
    (1, (Drum.HIGH_TOM, Drum.SNARE, Drum.LOW_TOM)),
)

Integers = npt.NDArray[np.int64]
Odds = npt.NDArray[np.float64]


def fill_plan(steps: int, steps_per_quarter: int, draw: np.random.Generator) -> Odds:
    """Log-odds (steps, 9) of one way to fill `steps` steps that end at a bar line."""
    often = np.array([way[0] for way in _WAYS], np.float64)
    lead = _WAYS[int(draw.choice(len(_WAYS), p=often / often.sum()))][1]
    dense, late = draw.random() < 0.35, draw.random() < 0.3
    # Turns fall on 8ths; each drum leads for about as long.
    half = max(1, steps_per_quarter // 2)
    eighths = np.arange(half, steps, half)
    turns = np.sort(draw.choice(eighths, min(len(lead) - 1, len(eighths)), replace=False))
    odds = np.zeros((steps, DRUM_COUNT))
    odds[:, _TIME_KEEPERS], odds[:, Drum.CRASH] = _TIME, _CRASH
    ahead = np.arange(steps, 0, -1)
    grade = np.where(ahead % steps_per_quarter == 0, 0, np.where(ahead % half == 0, 1, 2))
    wanted = draw.random(steps) < np.array(_DENSE if dense else _LOOSE)[grade]
    leader = np.searchsorted(turns, np.arange(steps), side="right")
    for drum in (Drum.SNARE, *TOMS):
        leads = np.array([lead[turn] == drum for turn in leader])
        odds[:, drum] = np.where(wanted, np.where(leads, _LEAD, _OTHER), _GAP)
    odds[~wanted, Drum.KICK] = _GAP_KICK
    if late:
        odds[:half] = 0.0
        odds[:half, [*TOMS, Drum.CRASH]] = _CRASH
    return odds


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
