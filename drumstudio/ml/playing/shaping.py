"""From the dials to what is sampled: odds for every cell, the gate's bias, temperature, and where fills are.

Nothing is pasted.  Every dial becomes log-odds that are added to what the network thinks of a cell
(step, drum) before the draw: towards the primer's own groove, away from toms and crashes where no
fill is due, towards toms and snare where one is.  :mod:`drumstudio.ml.playing.sampler` draws with them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.ml.control import FILL, NO_FILL
from drumstudio.ml.encoding import Encoding, events_to_hits
from drumstudio.ml.musicality import TOMS

Odds = npt.NDArray[np.float64]
Hits = npt.NDArray[np.uint8]

# Odds that leave no choice, for a strict loop.
CERTAIN = 1000.0
# By stick: the pull towards the primer's groove, in nats a cell, with a groove memory and without one,
# which is pulled the harder; and the bias of the memory's gate.  At 1 there is no choice.
_PULL = ((0.0, 0.0), (0.5, 0.03), (0.6, 0.1), (0.7, 0.25), (0.8, 0.5), (0.9, 1.1), (1.0, 5.0))
_PULL_WITHOUT_MEMORY = ((0.0, 0.0), (0.5, 0.8), (0.75, 1.6), (0.9, 3.0), (1.0, 8.0))
_GATE = ((0.0, -2.6), (0.5, 0.7), (1.0, 4.0))
# The temperature at wildness 1.
_WARMTH = 1.08
# What is added at stick 0.5 for a kick on the 1 and a snare on the back beat which the primer has.
_ONE, _BACK_BEAT = 1.5, 0.6
# The pull towards a usual beat where no groove is known, and of kick and snare towards taps.
_USUAL, _TAPPED = 2.0, 3.0
# What a tom or crash costs outside fills that the primer never strikes.
_NEW = 3.2
# How much of it is left at stick 0.
_FREE_SHARE = 0.4
# The gate's bias in fills, whose odds :mod:`drumstudio.ml.playing.fills` draws.
_FILL_GATE = -3.0
# The pull towards the groove ahead of a fill in its bar, beside what there is.
_UNTIL_THEN = 0.4
# The 1 after a fill, and the bar that follows it.
_CRASH, _CRASH_KICK, _BACK_IN_TIME = 14.0, 6.0, 1.0
# Steering in nats: before any hits are counted, for each doubling of them that is asked; and for each bar's
# worth of hits that is missing, where as many as the primer's are asked, and more for each doubling.
_LEAN, _STEER, _STEER_MORE = 1.5, 1.5, 5.0
# Two quarters make a fill.
_FILL_QUARTERS = 2


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
    where it looks away; `lean` the steering that is always there, `steer` that for each bar's worth of
    hits that is missing.  `fill` (steps,), 1 in bars that end in a fill and 0 in others, and `style` are
    told to a network that listens (:mod:`drumstudio.ml.control`); None and "" tell nothing.  `back` is how
    hard one who has strayed is pulled back to the `groove` (steps, 9), where there is one.
    """

    temperature: float
    top_p: float
    gate: Odds
    odds: Odds
    room: Odds
    expected: Odds
    hits_a_bar: float
    lean: float
    steer: float
    fills: tuple[Fill, ...]
    fill: npt.NDArray[np.int8] | None
    style: str = ""
    groove: Hits | None = None
    back: float = 0.0

    def behind(self, lead: Shape) -> Shape:
        """This shape after the steps of `lead`, which shapes what is played to get into the groove."""
        steps = len(lead.gate)
        return replace(
            self,
            gate=np.concatenate((lead.gate, self.gate)),
            odds=np.concatenate((lead.odds, self.odds)),
            room=np.concatenate((lead.room, self.room)),
            expected=np.concatenate((lead.expected, self.expected)),
            fill=None if lead.fill is None or self.fill is None else np.concatenate((lead.fill, self.fill)),
            fills=tuple(Fill(fill.bar + steps, fill.start + steps, fill.end + steps) for fill in self.fills),
        )


def temperature_and_top_p(wildness: float) -> tuple[float, float]:
    """What Wildness means, 0 to 2: from the likeliest alone to more than a drummer would dare.

    At 1 it is what came closest to drummers: a little above the network's own probabilities, as the
    dials that stand beside it calm them.
    """
    return _WARMTH * wildness, min(1.0, 0.9 + 0.1 * wildness)


def shape_of(
    dials: Dials,
    primer_events: Sequence[int] | npt.NDArray[np.integer],
    steps: int,
    steps_per_bar: int,
    *,
    fill_bars: Collection[int] = (),
    steps_per_quarter: int = 4,
    remembers: bool = True,
    groove_events: Sequence[int] | npt.NDArray[np.integer] = (),
    struck: npt.NDArray[np.int8] | None = None,
) -> Shape:
    """What `dials` ask of the `steps` steps after `primer_events`, which begin at a bar line.

    `fill_bars` are marked for a fill beside those the dials ask for, counted from the primer's first
    bar.  `remembers` says whether the network has a groove memory; one without is pulled harder.
    `groove_events` are bars that stand for the groove where the primer has not one whole bar;
    `struck` (steps,) are taps, as the sampler takes them.
    """
    known = len(primer_events)
    time = _Time(known, steps, steps_per_bar, steps_per_quarter)
    primer = events_to_hits(primer_events if known >= steps_per_bar else groove_events)
    phrase = len(primer) // steps_per_bar * steps_per_bar
    groove = primer[time.places % phrase] if phrase else None
    fills = _fills(dials, time, fill_bars)
    temperature, top_p = temperature_and_top_p(dials.wildness)
    odds = _usual(time) if groove is None else _pull(dials.stick, groove, time, phrase, remembers)
    odds += _away_from_new(dials.stick, primer, steps)
    if struck is not None:
        odds += _taps(struck, time)
    bias = np.full(steps, _between(_GATE, dials.stick))
    for fill in fills:
        _shape_fill(fill, odds, bias, groove, dials.crash)
    expected, hits_a_bar = _expected(dials.busyness, groove, fills, time)
    busier = math.log2(dials.busyness)
    return Shape(
        temperature,
        top_p,
        bias,
        odds,
        _room(time),
        expected,
        hits_a_bar,
        _LEAN * busier,
        _STEER + _STEER_MORE * abs(busier),
        fills,
        _told(fills, steps),
        dials.style,
        groove,
        min(1.0, 2.0 * dials.stick),
    )


def plain_shape(steps: int, temperature: float, top_p: float, gate_bias: float) -> Shape:
    """The shape that leaves the network to itself."""
    nothing = np.zeros((steps, DRUM_COUNT))
    bias = np.full(steps, gate_bias)
    return Shape(temperature, top_p, bias, nothing, nothing, np.full(steps, np.nan), 1.0, 0.0, 0.0, (), None)


def event_odds(odds: Odds, encoding: Encoding) -> Odds:
    """`odds` (..., 9) of cells as those of classes (..., classes): the sum over the drums of an event.

    For one drum, where something is struck or nothing is, the drum that is favoured most counts.
    """
    if encoding.drums == 1:
        struck = odds.max(-1)
        return np.stack((np.zeros_like(struck), struck), -1)
    return np.asarray(odds @ events_to_hits(np.arange(encoding.classes)).T.astype(np.float64))


class _Time:
    """Where the steps of a continuation stand."""

    def __init__(self, known: int, steps: int, steps_per_bar: int, steps_per_quarter: int) -> None:
        self.known, self.steps, self.bar, self.quarter = known, steps, steps_per_bar, steps_per_quarter
        self.places = np.arange(known, known + steps)
        self.within = self.places % steps_per_bar
        self.on_beat = self.within % steps_per_quarter == 0
        self.on_eighth = self.on_beat | (2 * self.within % steps_per_quarter == 0)
        self.on_one = self.within == 0
        # Every second quarter: 2 and 4.
        self.on_back_beat = self.within % (2 * steps_per_quarter) == steps_per_quarter


def _usual(time: _Time) -> Odds:
    """Log-odds (steps, 9) towards what most beats have, for a drummer who has heard nothing yet."""
    odds = np.zeros((time.steps, DRUM_COUNT))
    odds[:, Drum.SNARE] = np.where(time.on_back_beat, _USUAL, -0.5 * _USUAL)
    odds[time.on_back_beat, Drum.KICK] = -0.5 * _USUAL
    odds[time.on_one, Drum.KICK] = _USUAL
    return odds


def _taps(struck: npt.NDArray[np.int8], time: _Time) -> Odds:
    """Log-odds (steps, 9) for kick and snare on taps, so that the rhythm stands out.

    The snare takes the back beat, or the taps beside it where it is not tapped itself.  Taps that are as
    many as a hat's strokes may well be no more than that.
    """
    tapped = struck > 0
    weight = _TAPPED * min(1.0, max(0.0, 2.0 - tapped.sum() * time.quarter / max(1, time.steps)))
    back = time.on_back_beat
    beside = (np.roll(back & ~tapped, 1) | np.roll(back & ~tapped, -1)) & tapped
    odds = np.zeros((time.steps, DRUM_COUNT))
    odds[:, Drum.SNARE] = weight * (tapped & (back | beside)) + _USUAL * beside
    odds[:, Drum.KICK] = weight * (tapped & ~back & ~beside)
    return odds


def _pull(stick: float, groove: Hits, time: _Time, phrase: int, remembers: bool) -> Odds:
    """Log-odds (steps, 9) towards the groove: strong where a drummer keeps time, weak where he varies."""
    toward = 2.0 * groove - 1.0
    if stick >= 1.0:
        return np.asarray(CERTAIN * toward)
    strength = _between(_PULL if remembers else _PULL_WITHOUT_MEMORY, stick)
    pull = strength * toward * _firmness(time, phrase)
    more = min(1.0, 2.0 * stick)
    # Whatever else varies, the primer's own 1 and back beat say where one is.
    pull[time.on_one, Drum.KICK] += more * _ONE * groove[time.on_one, Drum.KICK]
    back = time.on_back_beat
    pull[back, Drum.SNARE] += more * _BACK_BEAT * groove[back, Drum.SNARE]
    return np.asarray(pull)


def _between(points: tuple[tuple[float, float], ...], at: float) -> float:
    """The value at `at` of the line through `points`."""
    return float(np.interp(at, [x for x, _ in points], [y for _, y in points]))


def _firmness(time: _Time, phrase: int) -> Odds:
    """How firmly each cell (steps, 9) is kept, about 1: most on the 1 and the back beat, least on ghost
    notes, on hats between the beats and at the end of the phrase."""
    firm = np.repeat(np.where(time.on_beat, 1.2, 0.7)[:, None], DRUM_COUNT, 1)
    firm[time.on_back_beat, Drum.SNARE] = 2.0
    firm[time.on_one, Drum.KICK] = 2.0
    firm[time.places % phrase >= phrase - time.quarter] *= 0.7
    return firm


def _away_from_new(stick: float, primer: Hits, steps: int) -> Odds:
    """Log-odds (steps, 9) against toms and crashes that the primer does not have."""
    odds = np.zeros((steps, DRUM_COUNT))
    share = _FREE_SHARE + (1.0 - _FREE_SHARE) * min(1.0, 2.0 * stick)
    new = [drum for drum in (*TOMS, Drum.CRASH) if not primer[:, drum].any()]
    odds[:, new] = -share * _NEW
    return odds


def _fills(dials: Dials, time: _Time, marked: Collection[int]) -> tuple[Fill, ...]:
    """The fills that fall into the continuation, in order."""
    length = min(_FILL_QUARTERS * time.quarter, math.ceil(2 * time.bar / 3))
    found = []
    for bar in range(time.known // time.bar, -(-(time.known + time.steps) // time.bar)):
        first = bar * time.bar - time.known
        end = first + time.bar
        start = max(end - length, 0)
        if (bar in marked or dials.fill_at(bar)) and start < min(end, time.steps):
            found.append(Fill(first, start, end))
    return tuple(found)


def _told(fills: tuple[Fill, ...], steps: int) -> npt.NDArray[np.int8]:
    """Whether each step (steps,) is of a bar that ends in a fill."""
    told = np.full(steps, NO_FILL, np.int8)
    for fill in fills:
        told[max(fill.bar, 0) : fill.end] = FILL
    return told


def _shape_fill(fill: Fill, odds: Odds, bias: Odds, groove: Hits | None, crash: bool) -> None:
    """Let the fill happen, and the groove come back after it; changes `odds` and `bias`."""
    part = slice(fill.start, fill.end)
    odds[part] = 0.0
    bias[part] = _FILL_GATE
    if groove is not None:
        ahead = slice(max(fill.bar, 0), fill.start)
        odds[ahead] += _UNTIL_THEN * (2.0 * groove[ahead] - 1.0)
    if fill.end >= len(odds):
        return
    if crash:
        odds[fill.end] = np.minimum(odds[fill.end], 0.0)
        odds[fill.end, Drum.CRASH], odds[fill.end, Drum.KICK] = _CRASH, _CRASH_KICK
    if groove is not None:
        back = slice(fill.end + int(crash), fill.end + fill.end - fill.bar)
        odds[back] += _BACK_IN_TIME * (2.0 * groove[back] - 1.0)


def _room(time: _Time) -> Odds:
    """How much each cell (steps, 9) gives way when there shall be more hits or fewer.

    Ghost notes, hats and kicks between the beats first; the back beat and the 1 last; toms and
    crashes never.
    """
    off = np.where(time.on_beat, 0.45, np.where(time.on_eighth, 0.8, 1.0))
    room = np.repeat(off[:, None], DRUM_COUNT, 1)
    room[:, Drum.KICK] *= 0.7
    room[:, [*TOMS, Drum.CRASH]] = 0.0
    room[time.on_back_beat, Drum.SNARE] = 0.0
    room[time.on_one, Drum.KICK] = 0.0
    return room


def _expected(
    busyness: float, groove: Hits | None, fills: tuple[Fill, ...], time: _Time
) -> tuple[Odds, float]:
    """Hits wanted at each step (steps,) as shares of the groove's hits a bar, and those."""
    if groove is None or not groove.any():
        return np.full(time.steps, np.nan), 1.0
    hits_a_bar = float(groove.sum()) * time.bar / time.steps
    expected = busyness * groove.sum(1) / hits_a_bar
    for fill in fills:
        expected[fill.start : fill.end] = np.nan
    return expected, hits_a_bar
