"""From the dials to what is sampled: odds for every cell, the gate's bias, temperature, and where fills are.

Nothing is pasted.  Every dial becomes log-odds that are added to what the network thinks of a cell
(step, drum) before the draw: towards the primer's own groove, away from toms and crashes where no
fill is due, towards toms and snare where one is.  :mod:`drumstudio.ml.sampler` draws with them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.ml.encoding import Encoding, events_to_hits
from drumstudio.ml.musicality import TOMS, back_beat_steps

Odds = npt.NDArray[np.float64]
Hits = npt.NDArray[np.uint8]

# Odds that leave no choice, for a strict loop.
CERTAIN = 1000.0
# The pull towards the primer's groove at stick 0.5, in nats a cell, and the gate's bias from stick 0 to 1.
_PULL = 0.35
_GATE = ((0.0, -4.0), (0.5, 0.0), (1.0, 4.0))
# A network without a memory of its own is pulled the harder.
_PULL_WITHOUT_MEMORY = 1.0
# What a tom or crash costs outside fills: one that the primer never strikes, and one that it
# strikes elsewhere.
_NEW, _ELSEWHERE = 5.0, 2.5
# How much of it is left at stick 0.
_FREE_SHARE = 0.4
# The gate's bias in fills, whose odds :mod:`drumstudio.ml.fills` draws.
_FILL_GATE = -3.0
# The 1 after a fill, and the bar that follows it.
_CRASH, _CRASH_KICK, _BACK_IN_TIME = 14.0, 6.0, 1.0
# Steering at twice the hits, in nats, before any are counted.
_LEAN = 1.5
# Two quarters make a fill.
_FILL_QUARTERS = 2

_TIME = (Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.RIDE)


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill to be played: its bar begins at step `bar` (below 0 where in the primer), the fill itself
    at `start`, and `end` is the next bar's 1; all counted from the continuation's first step."""

    bar: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """All that the dials ask, step by step of the continuation.

    `gate` (steps,) is the bias of a groove memory's gate; `odds` (steps, 9) the log-odds added to
    each drum's being struck; `room` (steps, 9), 0 to 1, how much the number of hits may be steered
    by this cell; `expected` (steps,) the hits that steering wants, in shares of the `hits_a_bar`, nan
    where it looks away; `lean` the steering that is always there.
    """

    temperature: float
    top_p: float
    gate: Odds
    odds: Odds
    room: Odds
    expected: Odds
    hits_a_bar: float
    lean: float
    fills: tuple[Fill, ...]
    style: str = ""


def temperature_and_top_p(wildness: float) -> tuple[float, float]:
    """What Wildness means, 0 to 2: from the likeliest alone to more than a drummer would dare."""
    return wildness, min(1.0, 0.9 + 0.1 * wildness)


def shape_of(
    dials: Dials,
    primer_events: Sequence[int] | npt.NDArray[np.integer],
    steps: int,
    steps_per_bar: int,
    *,
    fill_bars: Collection[int] = (),
    steps_per_quarter: int = 4,
    remembers: bool = True,
) -> Shape:
    """What `dials` ask of the `steps` steps after `primer_events`, which begin at a bar line.

    `fill_bars` are marked for a fill beside those the dials ask for, counted from the primer's first
    bar.  `remembers` says whether the network has a groove memory; one without is pulled harder.
    """
    known = len(primer_events)
    primer = events_to_hits(primer_events)
    places = np.arange(known, known + steps)
    groove = _groove(primer, places, steps_per_bar)
    fills = _fills(dials, known, steps, steps_per_bar, fill_bars, steps_per_quarter)
    temperature, top_p = temperature_and_top_p(dials.wildness)
    odds = _pull(dials.stick, primer, groove, places, steps_per_bar, remembers)
    odds += _away_from_new(dials.stick, primer, groove, steps)
    bias = np.full(steps, np.interp(dials.stick, *zip(*_GATE, strict=True)))
    for fill in fills:
        _shape_fill(fill, odds, bias, groove, dials.crash)
    room = _room(groove, places, steps_per_bar)
    expected, hits_a_bar = _expected(dials.busyness, groove, fills, steps, steps_per_bar)
    lean = _LEAN * math.log(dials.busyness)
    return Shape(temperature, top_p, bias, odds, room, expected, hits_a_bar, lean, fills, dials.style)


def plain_shape(steps: int, temperature: float, top_p: float, gate_bias: float) -> Shape:
    """The shape that leaves the network to itself."""
    nothing = np.zeros((steps, DRUM_COUNT))
    bias = np.full(steps, gate_bias)
    return Shape(temperature, top_p, bias, nothing, nothing, np.full(steps, np.nan), 1.0, 0.0, ())


def event_odds(odds: Odds, encoding: Encoding) -> Odds:
    """`odds` (..., 9) of cells as those of classes (..., classes): the sum over the drums of an event.

    For one drum, where something is struck or nothing is, the drum that is favoured most counts.
    """
    if encoding.drums == 1:
        struck = odds.max(-1)
        return np.stack((np.zeros_like(struck), struck), -1)
    return np.asarray(odds @ events_to_hits(np.arange(encoding.classes)).T.astype(np.float64))


def _groove(primer: Hits, places: npt.NDArray[np.int64], steps_per_bar: int) -> Hits | None:
    """What the primer strikes (steps, 9) at the same place of its phrase; None for less than a bar of primer.

    The phrase is the primer's whole bars.
    """
    phrase = len(primer) // steps_per_bar * steps_per_bar
    return primer[places % phrase] if phrase else None


def _pull(
    stick: float,
    primer: Hits,
    groove: Hits | None,
    places: npt.NDArray[np.int64],
    steps_per_bar: int,
    remembers: bool,
) -> Odds:
    """Log-odds (steps, 9) towards the groove: strong where a drummer keeps time, weak where he varies."""
    if groove is None:
        return np.zeros((len(places), DRUM_COUNT))
    strength = _PULL if remembers else _PULL_WITHOUT_MEMORY
    strength *= min(stick / max(1.0 - stick, 1e-9), CERTAIN)
    toward = 2.0 * groove - 1.0
    if stick >= 1.0:
        return np.asarray(CERTAIN * toward)
    return np.asarray(strength * toward * _firmness(groove, places, steps_per_bar, len(primer)))


def _firmness(groove: Hits, places: npt.NDArray[np.int64], steps_per_bar: int, known: int) -> Odds:
    """How firmly each cell (steps, 9) is kept, about 1: most on the 1 and the back beat, least on ghost
    notes, on hats between the beats and at the end of the phrase."""
    within = places % steps_per_bar
    beat = max(1, steps_per_bar // 4)
    firm = np.where((within % beat == 0)[:, None], 1.2, 0.7) * np.ones((1, DRUM_COUNT))
    firm[np.isin(within, back_beat_steps(steps_per_bar)), Drum.SNARE] = 2.0
    firm[within == 0, Drum.KICK] = 2.0
    phrase = max(known // steps_per_bar, 1) * steps_per_bar
    firm[places % phrase >= phrase - steps_per_bar // 4] *= 0.7
    return firm


def _away_from_new(stick: float, primer: Hits, groove: Hits | None, steps: int) -> Odds:
    """Log-odds (steps, 9) against toms and crashes where the primer has none."""
    odds = np.zeros((steps, DRUM_COUNT))
    share = _FREE_SHARE + (1.0 - _FREE_SHARE) * min(1.0, 2.0 * stick)
    for drum in (*TOMS, Drum.CRASH):
        heard = bool(len(primer)) and bool(primer[:, drum].any())
        here = groove[:, drum] > 0 if groove is not None else np.zeros(steps, bool)
        odds[~here, drum] = -share * (_ELSEWHERE if heard else _NEW)
    return odds


def _fills(
    dials: Dials, known: int, steps: int, steps_per_bar: int, marked: Collection[int], steps_per_quarter: int
) -> tuple[Fill, ...]:
    """The fills that fall into the continuation, in order."""
    length = min(_FILL_QUARTERS * steps_per_quarter, math.ceil(2 * steps_per_bar / 3))
    found = []
    for bar in range(known // steps_per_bar, -(-(known + steps) // steps_per_bar)):
        if bar in marked or dials.fill_at(bar):
            first = bar * steps_per_bar - known
            end = first + steps_per_bar
            start = max(end - length, 0)
            if start < min(end, steps):
                found.append(Fill(first, start, end))
    return tuple(found)


def _shape_fill(fill: Fill, odds: Odds, bias: Odds, groove: Hits | None, crash: bool) -> None:
    """Let the fill happen, and the groove come back after it; changes `odds` and `bias`."""
    part = slice(fill.start, fill.end)
    odds[part] = 0.0
    bias[part] = _FILL_GATE
    if fill.end >= len(odds):
        return
    if crash:
        odds[fill.end] = np.minimum(odds[fill.end], 0.0)
        odds[fill.end, Drum.CRASH], odds[fill.end, Drum.KICK] = _CRASH, _CRASH_KICK
    if groove is not None:
        back = slice(fill.end + int(crash), fill.end + fill.end - fill.bar)
        odds[back] += _BACK_IN_TIME * (2.0 * groove[back] - 1.0)


def _room(groove: Hits | None, places: npt.NDArray[np.int64], steps_per_bar: int) -> Odds:
    """How much each cell (steps, 9) gives way when there shall be more hits or fewer.

    Ghost notes, hats and kicks between the beats first; the back beat and the 1 last; toms and crashes never.
    """
    within = places % steps_per_bar
    beat = max(1, steps_per_bar // 4)
    eighth = max(1, beat // 2)
    off = np.where(within % beat == 0, 0.45, np.where(within % eighth == 0, 0.8, 1.0))
    room = np.repeat(off[:, None], DRUM_COUNT, 1)
    room[:, Drum.KICK] *= 0.7
    room[:, [*TOMS, Drum.CRASH]] = 0.0
    room[np.isin(within, back_beat_steps(steps_per_bar)), Drum.SNARE] = 0.0
    room[within == 0, Drum.KICK] = 0.0
    return room


def _expected(
    busyness: float, groove: Hits | None, fills: tuple[Fill, ...], steps: int, steps_per_bar: int
) -> tuple[Odds, float]:
    """Hits wanted at each step (steps,) as shares of the groove's hits a bar, and those."""
    if groove is None or not groove.any():
        return np.full(steps, np.nan), 1.0
    hits_a_bar = float(groove.sum()) * steps_per_bar / len(groove)
    expected = busyness * groove.sum(1) / hits_a_bar
    for fill in fills:
        expected[fill.start : fill.end] = np.nan
    return expected, hits_a_bar
