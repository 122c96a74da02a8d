"""Candidates under way: one step of all of them after the other, each drawn as a shape asks.

Where cells are given ahead, or a fill is due, a candidate is played by several particles
(:mod:`drumstudio.ml.playing.particles`), of which one is left in the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.errors import CancelledError
from drumstudio.ml.encoding import ONE_DRUM, Encoding, Events, Floats, events_to_hits, hits_to_events
from drumstudio.ml.playing.fills import fill_plan, fill_worth
from drumstudio.ml.playing.particles import Rows, pick, spread, systematic
from drumstudio.ml.playing.shaping import Fill, Shape, event_odds
from drumstudio.ml.playing.stepper import Player, State

OnStep = Callable[[int, Events], None]
Cancelled = Callable[[], bool]
Forced = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Allowed = npt.NDArray[np.bool_]

# Particles of a candidate where something is given, and within a fill, where each has a plan of its own.
PARTICLES, FILL_PARTICLES = 8, 24
# One of whose last strokes more than this share is unlike the groove has strayed, and is pulled back
# by so many nats a cell for all beyond it.
_STRAYED, _BACK = 0.65, 5.0
# What may sound between taps.
_KEEP_TIME = (Drum.CLOSED_HAT, Drum.RIDE)
# Bars that are enough to know a groove by.
_CONTEXT_BARS = 4
# They are drawn anew when their shares are worth fewer than this part of them.
_WORTH = 0.5
# Below this the draw is not told from taking the likeliest event, and the numbers overflow.
_GREEDY = 0.01
# How much a fill's being plausible to the network counts beside its being one.
_PLAUSIBLE = 0.25
# Steering follows the hits of about so many bars, and is never more than so many nats.
_STEERED_BARS, _STEER_MOST = 2.0, 6.0


@dataclass(frozen=True, slots=True)
class Start:
    """Where a continuation begins.

    `state` (one row) is the network's after all of the primer but its last step, whose class is
    `before`; `primer` are nine-drum events (steps,), `places` (network steps, features) those of
    the steps to come.  A step of the network is `coarse` steps.
    """

    state: State
    before: int
    primer: Integers
    places: Floats
    steps_per_bar: int
    steps_per_quarter: int
    coarse: int


@dataclass(frozen=True, slots=True)
class Given:
    """What is fixed: `forced` (steps, 9) and `struck` (steps,) as the sampler takes them."""

    forced: Forced | None = None
    struck: Forced | None = None

    def any(self) -> bool:
        """Whether anything is."""
        return self.struck is not None or (self.forced is not None and bool((self.forced >= 0).any()))

    def check(self, steps: int) -> None:
        """ValueError where it is not for `steps` steps."""
        if self.forced is not None and self.forced.shape != (steps, DRUM_COUNT):
            raise ValueError(f"forced cells have the shape ({steps}, {DRUM_COUNT}), not {self.forced.shape}")
        if self.struck is not None and self.struck.shape != (steps,):
            raise ValueError(f"struck steps have the shape ({steps},), not {self.struck.shape}")

    def whole_bars(self, steps_per_bar: int, known: int) -> Integers:
        """Events of the first bars, up to four in a row, of which every cell is given.

        The first step given stands `known` steps after a bar line.
        """
        if self.forced is None:
            return np.zeros(0, np.int64)
        first = -known % steps_per_bar
        bars = (len(self.forced) - first) // steps_per_bar
        cells = self.forced[first : first + bars * steps_per_bar].reshape(bars, steps_per_bar, DRUM_COUNT)
        whole = np.flatnonzero((cells >= 0).all((1, 2)) & (cells > 0).any((1, 2)))
        run = whole[whole == whole[:1] + np.arange(len(whole))][:_CONTEXT_BARS]
        return hits_to_events(cells[run].reshape(-1, DRUM_COUNT)).astype(np.int64)

    def behind(self, lead: int) -> Given:
        """The same after `lead` steps of the same, the first of it."""
        parts = (self.forced, self.struck)
        return Given(*(None if part is None else np.concatenate((part[:lead], part)) for part in parts))


class Course:
    """Some continuations of one start, under way: the `candidates`, by one particle each or several."""

    def __init__(
        self,
        player: Player,
        encoding: Encoding,
        start: Start,
        shape: Shape,
        given: Given,
        *,
        steps: int,
        candidates: int,
        seed: int,
    ) -> None:
        self._player, self._encoding, self._start, self._shape = player, encoding, start, shape
        self._given, self._steps, self._candidates = given, steps, candidates
        self._locked = given.any()
        self._each = 1
        self._rows = Rows(start.state, start.before, candidates)
        self._asked = 0
        self._made = np.zeros((candidates, steps), np.int64)
        self._settled = np.zeros((candidates, steps), np.int16)
        self._log_weights = np.zeros((candidates, 1))
        self._missing = np.zeros(candidates)
        self._uniform = np.stack(
            [np.random.default_rng((seed, row)).random(steps) for row in range(candidates)]
        )
        self._more = [np.random.default_rng((seed, row, 1)) for row in range(candidates)]
        self._odds, self._room = event_odds(shape.odds, encoding), event_odds(shape.room, encoding)
        self._hits = events_to_hits(np.arange(1 << DRUM_COUNT)).astype(np.int8)
        self._lag = max([start.steps_per_bar // 2, *(fill.end - fill.start for fill in shape.fills)])
        groove = np.zeros((steps, DRUM_COUNT), np.uint8) if shape.groove is None else shape.groove
        self._groove = hits_to_events(groove).astype(np.int64)
        self._toward = event_odds(2.0 * groove.astype(np.float64) - 1.0, encoding)
        # Of each row, over about a bar: cells struck unlike the groove, and cells struck in either.
        self._unlike, self._either = np.zeros(candidates), np.ones(candidates)
        self._fill: Fill | None = None
        self._plans = np.zeros((0, 0, encoding.classes))

    def run(self, on_step: OnStep | None = None, cancelled: Cancelled | None = None) -> Events:
        """Play all steps; see :meth:`drumstudio.ml.playing.sampler.Sampler.continue_`."""
        told = 0
        if self._locked:
            self._spread(PARTICLES)
        for step in range(self._steps):
            look(cancelled)
            self._begin_fill(step)
            self._advance(step)
            self._end_fill(step)
            settled = self._settle(step)
            for done in range(told, settled if on_step is not None else told):
                on_step(done, self._settled[:, done].copy())  # type: ignore[misc]
            told = settled
        return self._settled

    # --- one step

    def _advance(self, step: int) -> None:
        """Play `step` in every row."""
        rows = len(self._made)
        events = np.zeros(rows, np.int64)
        if (len(self._start.primer) + step) % self._start.coarse == 0:
            place, uniform = self._start.places[self._asked], self._uniform_of(self._asked)
            self._asked += 1
            logits = self._rows.step(self._player, place, float(self._shape.gate[step]))[:rows]
            classes = self._drawn(logits.astype(np.float64), step, uniform)
            self._rows.before[:rows] = classes
            events = self._encoding.decode(classes).astype(np.int64)
        if self._encoding.drums == 1:
            events = _one_drum_on(events, self._given, step)
        self._made[:, step] = events
        self._follow(events, step)

    def _drawn(self, logits: Numbers, step: int, uniform: Numbers) -> Integers:
        """Classes (rows,) drawn by `logits` (rows, classes) and all that is asked and given."""
        shape = self._shape
        steering = np.clip(shape.lean + shape.steer * self._missing, -_STEER_MOST, _STEER_MOST)
        asked = self._odds[step] + steering[:, None] * self._room[step]
        if self._fill is not None:
            asked = asked + self._plans[:, step - self._fill.start]
        elif shape.groove is not None:
            strayed = np.maximum(self._unlike / self._either - _STRAYED, 0.0)
            asked = asked + (shape.back * _BACK * strayed)[:, None] * self._toward[step]
        # Wildness does not weaken what is asked, and calm strengthens it as all else.
        scores = logits + max(shape.temperature, 1.0) * asked
        allowed = self._allowed(step)
        if self._locked and allowed is not None:
            reached = _reached(scores / max(shape.temperature, _GREEDY), allowed)
            self._log_weights += reached.reshape(self._candidates, -1)
        classes = draw(scores, uniform, shape.temperature, shape.top_p, allowed)
        if self._fill is not None:
            plain = log_likelihoods(logits, classes, 1.0)
            self._log_weights += _PLAUSIBLE * plain.reshape(self._candidates, -1)
        return classes

    def _allowed(self, step: int) -> Allowed | None:
        """Which classes agree with what is given for `step`; None where all do."""
        forced, struck = self._given.forced, self._given.struck
        cells = None if forced is None or (forced[step] < 0).all() else forced[step]
        tapped = None if struck is None else int(struck[step])
        if cells is None and tapped is None:
            return None
        if self._encoding.drums == 1:
            must = tapped == 1 or (cells is not None and bool((cells > 0).any()))
            cannot = tapped in (-1, 0) or (cells is not None and bool((cells == 0).all()))
            return np.array([not must, must or not cannot])
        found = np.ones(self._encoding.classes, bool)
        if cells is not None:
            found &= ((self._hits == cells) | (cells < 0)).all(1)
        # Where cells are given as well, they count first.
        if tapped == 1:
            wanted = found & self._hits.any(1)
            found = wanted if wanted.any() else found
        elif tapped is not None:
            still = np.ones(DRUM_COUNT, bool) if cells is None else cells < 0
            still[list(_KEEP_TIME)] &= tapped == 0
            found &= ~self._hits[:, still].any(1)
        return found

    def _follow(self, events: Integers, step: int) -> None:
        """Keep count of the hits that are missing, in bars' worth, and of how far each row strayed."""
        if self._fill is None:
            keep = np.exp(-1.0 / self._start.steps_per_bar)
            unlike, either = events ^ self._groove[step], events | self._groove[step]
            self._unlike = keep * self._unlike + self._hits[unlike].sum(1)
            self._either = keep * self._either + self._hits[either].sum(1)
        wanted = self._shape.expected[step]
        if not np.isnan(wanted):
            keep = np.exp(-1.0 / (_STEERED_BARS * self._start.steps_per_bar))
            self._missing = keep * self._missing + wanted - self._hits[events].sum(1) / self._shape.hits_a_bar

    # --- particles

    def _uniform_of(self, asked: int) -> Numbers:
        """One number in [0, 1) for each row's draw, at the network's step `asked`."""
        if self._each == 1:
            return self._uniform[:, asked]
        return np.concatenate([more.random(self._each) for more in self._more])

    def _one_each(self) -> Numbers:
        return np.array([more.random() for more in self._more])

    def _spread(self, each: int) -> None:
        """Go on with `each` particles of every candidate."""
        self._each = each
        self._log_weights = np.zeros((self._candidates, each))
        self._take(np.repeat(np.arange(self._candidates), each))

    def _take(self, rows: Integers) -> None:
        self._rows.take(rows)
        self._made, self._missing = self._made[rows], self._missing[rows]
        self._unlike, self._either = self._unlike[rows], self._either[rows]
        if len(self._plans) == len(rows):
            self._plans = self._plans[rows]

    def _choose(self) -> None:
        """Go on with one particle of every candidate, drawn by its weight."""
        chosen = pick(spread(self._log_weights), self._one_each())
        rows = np.arange(self._candidates) * self._each + chosen
        self._each = 1
        self._log_weights = np.zeros((self._candidates, 1))
        self._take(rows)

    def _resample(self) -> None:
        """Draw the particles anew of those candidates for which few of them count."""
        shares = spread(self._log_weights)
        few = 1.0 / (shares**2).sum(1) < _WORTH * self._each
        uniform = self._one_each()
        if few.any():
            kept = np.broadcast_to(np.arange(self._each), shares.shape)
            chosen = np.where(few[:, None], systematic(shares, uniform), kept)
            self._log_weights[few] = 0.0
            self._take((np.arange(self._candidates)[:, None] * self._each + chosen).ravel())

    # --- fills and what is settled

    def _begin_fill(self, step: int) -> None:
        for fill in self._shape.fills:
            if fill.start == step and self._encoding.drums > 1:
                self._fill = fill
                if not self._locked:
                    self._spread(FILL_PARTICLES)
                self._plans = self._planned(fill)

    def _planned(self, fill: Fill) -> Numbers:
        """Odds (rows, steps of the fill, classes): every particle tries its own."""
        length = fill.end - fill.start
        plans = [
            fill_plan(length, self._start.steps_per_quarter, more)
            for more in self._more
            for _ in range(self._each)
        ]
        return event_odds(np.stack(plans), self._encoding)

    def _end_fill(self, step: int) -> None:
        fill = self._fill
        if fill is None or step + 1 < min(fill.end, self._steps):
            return
        known, self._fill = len(self._start.primer), None
        for row, made in enumerate(self._made):
            events = np.concatenate((self._start.primer, made[: step + 1]))
            worth = fill_worth(events, known + fill.bar, known + fill.start, self._start.steps_per_bar)
            self._log_weights[divmod(row, self._each)] += worth
        if not self._locked:
            self._choose()

    def _settle(self, step: int) -> int:
        """Settle what can be; gives the number of steps that are."""
        if self._locked:
            return self._settle_late(step)
        if self._each == 1:
            self._settled[:, : step + 1] = self._made[:, : step + 1]
            return step + 1
        assert self._fill is not None
        return self._fill.start

    def _settle_late(self, step: int) -> int:
        """Let a particle, drawn by its weight, say what was played some steps ago; who differs is out."""
        if step + 1 == self._steps:
            self._choose()
            self._settled[:] = self._made
            return self._steps
        late = step - self._lag
        if late >= 0:
            chosen = pick(spread(self._log_weights), self._one_each())
            there = self._made[:, late].reshape(self._candidates, self._each)
            event = there[np.arange(self._candidates), chosen]
            self._settled[:, late] = event
            self._log_weights[there != event[:, None]] = -np.inf
        self._resample()
        return max(late + 1, 0)


def draw(
    logits: npt.NDArray[np.floating],
    uniform: Numbers,
    temperature: float,
    top_p: float,
    allowed: Allowed | None = None,
) -> Integers:
    """Classes (rows,) drawn from `logits` (rows, classes) with one `uniform` number in [0, 1) a row."""
    scores = logits.astype(np.float64)
    if allowed is not None:
        scores[:, ~allowed] = -np.inf
    if temperature < _GREEDY:
        return np.asarray(scores.argmax(1))
    scores -= scores.max(1, keepdims=True)
    weights = np.exp(scores / temperature)
    if top_p < 1.0:
        weights = _nucleus(weights, top_p)
    total = weights.cumsum(1)
    aim = np.minimum(uniform * total[:, -1], np.nextafter(total[:, -1], 0.0))
    return np.asarray((total <= aim[:, None]).sum(1))


def log_likelihoods(
    logits: npt.NDArray[np.floating], classes: Integers, temperature: float
) -> npt.NDArray[np.float64]:
    """log probability (rows,) of `classes` (rows,) by `logits` (rows, classes) at `temperature`."""
    scores = logits.astype(np.float64) / max(temperature, _GREEDY)
    return np.asarray(scores[np.arange(len(classes)), classes] - _log_sum(scores))


def look(cancelled: Cancelled | None) -> None:
    """CancelledError where it says so."""
    if cancelled is not None and cancelled():
        raise CancelledError("the continuation was cancelled")


def _nucleus(weights: Numbers, top_p: float) -> Numbers:
    """`weights` (rows, classes) with all but the likeliest set to 0, so that `top_p` of the sum remains."""
    ranked = np.sort(weights, axis=1)[:, ::-1]
    ahead = ranked.cumsum(1) - ranked
    last = (ahead < top_p * ranked.sum(1, keepdims=True)).sum(1) - 1
    return np.where(weights >= ranked[np.arange(len(ranked)), last][:, None], weights, 0.0)


def _log_sum(scores: Numbers) -> Numbers:
    """log of the sum of exp of `scores` (rows, classes), (rows,)."""
    most = scores.max(1, keepdims=True)
    return np.asarray(np.log(np.exp(scores - most).sum(1)) + most[:, 0])


def _reached(scores: Numbers, allowed: Allowed) -> Numbers:
    """log probability (rows,) that one of the `allowed` classes comes, by `scores` (rows, classes)."""
    return np.asarray(_log_sum(scores[:, allowed]) - _log_sum(scores))


def _one_drum_on(events: Integers, given: Given, step: int) -> Integers:
    """`events` (rows,) of a one-drum network, put where what is given for `step` wants them."""
    if given.forced is not None:
        forced = given.forced[step]
        must = np.flatnonzero(forced > 0)
        if len(must):
            return np.full(len(events), (1 << must).sum(), np.int64)
        free = np.flatnonzero(forced < 0)
        if not len(free):
            return np.zeros_like(events)
        drum = ONE_DRUM if forced[ONE_DRUM] < 0 else int(free[0])
        events = np.where(events != 0, 1 << drum, 0)
        return _tapped(events, given, step, drum)
    return _tapped(events, given, step, int(ONE_DRUM))


def _tapped(events: Integers, given: Given, step: int, drum: int) -> Integers:
    """`events` (rows,) with a stroke of `drum` where one must be, and none where none may be."""
    if given.struck is None:
        return events
    return np.full(len(events), (1 << drum) * int(given.struck[step] > 0), np.int64)
