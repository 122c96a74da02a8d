"""Velocity and microtiming as a drummer would play them: the feel network in numpy, without torch.

The network gives quantiles of each hit's velocity and offset.  Its medians alone err little but are
dull: nearly all lie near the middle.  Drawing each hit for itself would have the right spread
and tear apart what belongs together.  Here each hit is played at a quantile that is decided for the
performance as a whole: the further its median stands out from what is usual for the drum, the
further out in its own distribution it is played (`CONTRAST`), so that order, accents and who is
late against whom stay as the network hears them; and a level that belongs to the player, to the
drum and to the moment (an AR(1) process) moves neighbouring hits together (`WANDER`).
`benchmarks/feel.py` measures what this does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from drumstudio import paths
from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CheckpointError
from drumstudio.log import LOGGER
from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.feel.file import FILE, LEVELS, MEDIAN, TARGETS, FeelConfig, read_feel
from drumstudio.ml.feel.inputs import (
    MOST_OFFSET,
    OFFSET_UNIT,
    VELOCITY_MIDDLE,
    VELOCITY_UNIT,
    Floats,
    Known,
    feel_inputs,
    over_bars,
    step_milliseconds,
)

Velocities = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.float32]

# Of velocity and offset: standard deviations of the quantile's normal score, chosen on the validation split.
CONTRAST = (0.2, 0.25)


@dataclass(frozen=True, slots=True)
class Wander:
    """Standard deviations, in normal scores, of what moves hits away from their quantile.

    `player` is one draw for the whole performance, `drum` one for each drum, `moment` wanders
    over a bar or so for each drum, `step` is shared by all that is struck together, `hit` is each
    hit's own.
    """

    player: float = 0.0
    drum: float = 0.0
    moment: float = 0.0
    step: float = 0.0
    hit: float = 0.0


WANDER = (
    Wander(player=0.05, drum=0.1, moment=0.1, step=0.05, hit=0.05),
    Wander(player=0.05, drum=0.05, moment=0.1, step=0.4),
)


class _Carried(NamedTuple):
    """Standard deviations: `between` players, beyond what the network makes of their first bars, and, before
    any is known, `within` a player's strokes."""

    between: float
    within: float


# Of a drum's velocities and of its offsets (ms), and of its velocities at one place of the bar.
_CARRIED = (_Carried(3.0, 25.0), _Carried(5.0, 20.0))
_CARRIED_AT_PLACE = _Carried(10.0, 20.0)
# No hit is played further out than this in its own distribution, nor is more made of its median.
_FURTHEST = 2.5
_SCORES = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
# Grids that the network knows, by the subdivisions of other grids.
_STRAIGHT, _TRIPLETS = 4, 3


class FeelPlayer:
    """Plays hits with the feel network that `config` and `weights` are."""

    def __init__(self, config: FeelConfig, weights: Weights) -> None:
        self.styles = config.styles
        self._layers = [_Layer(weights, index, config) for index in range(config.layers)]
        members = range(config.members)
        self._out = np.stack([weights[f"{member}.out.weight"].T for member in members]) / config.members
        self._out_bias = np.mean([weights[f"{member}.out.bias"] for member in members], axis=0)
        self._usual = weights["usual"]

    def perform(
        self,
        hits: npt.NDArray[np.generic],
        *,
        steps_per_bar: int,
        steps_per_quarter: int,
        qpm: float,
        style: str = "",
        known: Known | None = None,
        amount: float = 1.0,
        seed: int = 0,
        even: npt.NDArray[np.generic] | None = None,
    ) -> tuple[Velocities, Offsets]:
        """Velocities uint8 and offsets float32 in [-0.5, 0.5) of `hits` (steps, 9), 0 where there is none.

        The hits begin at a bar line; any number of steps to the quarter is played, those that are
        not straight 16ths or triplets by way of these.  `known` are velocities, offsets and a mask,
        each (steps, 9), of what has been played: it comes back as it is, and the network goes on in its
        manner.  `amount` leads from `even` velocities (steps, 9; 100 without) exactly on the step, at 0, to
        all of the feel at 1.  The same seed plays the same.
        """
        struck = np.asarray(hits) > 0
        velocities, offsets = self.feel(
            struck,
            steps_per_bar=steps_per_bar,
            steps_per_quarter=steps_per_quarter,
            qpm=qpm,
            style=style,
            known=known,
            seed=seed,
        )
        plain = np.full(struck.shape, 100.0, np.float32) if even is None else np.asarray(even, np.float32)
        velocities = plain + np.float32(amount) * (velocities - plain)
        offsets = offsets * np.float32(amount)
        if known is not None:
            played, times, mask = (np.asarray(part, np.float32) for part in known)
            velocities, offsets = np.where(mask > 0, played, velocities), np.where(mask > 0, times, offsets)
        whole = np.clip(np.rint(velocities), 1, 127).astype(np.uint8)
        return whole * struck, (offsets.clip(-0.5, MOST_OFFSET) * struck).astype(np.float32)

    def feel(
        self,
        hits: npt.NDArray[np.generic],
        *,
        steps_per_bar: int,
        steps_per_quarter: int,
        qpm: float,
        style: str = "",
        known: Known | None = None,
        seed: int = 0,
        contrast: Sequence[float] = CONTRAST,
        wander: Sequence[Wander] = WANDER,
    ) -> tuple[Floats, Floats]:
        """Velocities, not rounded, and offsets of :meth:`perform` at full amount, (steps, 9) everywhere."""
        grid = _ModelGrid.of(len(hits), steps_per_bar, steps_per_quarter)
        struck, told = grid.fold(np.asarray(hits) > 0), grid.fold_known(known)
        asked = self.quantiles(
            struck,
            steps_per_bar=grid.steps_per_bar,
            steps_per_quarter=grid.steps_per_quarter,
            qpm=qpm,
            style=style,
            known=told,
        )
        length = np.float32(step_milliseconds(qpm, grid.steps_per_quarter))
        levels = _wandering(wander, len(struck), grid.steps_per_bar, seed)
        found = []
        for target, quantiles in enumerate(asked):
            middle, spread = self._usual[:, target, 0], self._usual[:, target, 1]
            out = (quantiles[..., MEDIAN] - middle) / spread
            scores = contrast[target] * out.clip(-_FURTHEST, _FURTHEST)
            played = _at(quantiles, (scores + levels[target]).clip(-_FURTHEST, _FURTHEST))
            if told is not None:
                values = np.asarray(told[target], np.float32) * (length if target else np.float32(1))
                still = _at(quantiles, scores.clip(-_FURTHEST, _FURTHEST))
                known_here = np.asarray(told[2], np.bool_)
                played += _carried(still, values, struck, known_here, target, grid.steps_per_bar)
            found.append(played[grid.places])
        return found[0].clip(1, 127), found[1] / np.float32(step_milliseconds(qpm, steps_per_quarter))

    def quantiles(
        self,
        hits: npt.NDArray[np.generic],
        *,
        steps_per_bar: int,
        steps_per_quarter: int,
        qpm: float,
        style: str = "",
        known: Known | None = None,
    ) -> tuple[Floats, Floats]:
        """Quantiles at `LEVELS` of velocity, and of offset in milliseconds: each (steps, 9, levels).

        For straight 16ths and triplets only.  A `style` takes its first part, "rock" of "rock/indie".
        """
        if not len(hits):
            nothing = np.zeros((0, DRUM_COUNT, len(LEVELS)), np.float32)
            return nothing, nothing
        x = feel_inputs(
            hits,
            steps_per_bar=steps_per_bar,
            steps_per_quarter=steps_per_quarter,
            qpm=qpm,
            styles=self.styles,
            style=style,
            known=known,
        )
        heard = x[None]
        for layer in self._layers:
            heard = layer(heard)
        y = ((heard @ self._out).sum(0) + self._out_bias).reshape(len(x), DRUM_COUNT, TARGETS, len(LEVELS))
        y.sort(axis=-1)
        velocities = y[:, :, 0] * np.float32(VELOCITY_UNIT) + np.float32(VELOCITY_MIDDLE)
        return velocities, y[:, :, 1] * np.float32(OFFSET_UNIT)


class _Layer:
    """An LSTM layer of every member, reading the steps in both directions, all of it at once."""

    def __init__(self, weights: Weights, index: int, config: FeelConfig) -> None:
        units = config.units
        names = [f"l{index}{way}" for way in ("", "_reverse")]
        # sigmoid(x) = (1 + tanh(x / 2)) / 2: with these rows halved, one tanh serves all gates, which
        # are put in the order i, f, o, g.
        scale = np.full((4 * units, 1), 0.5, np.float32)
        scale[3 * units :] = 1.0
        order = np.concatenate([np.arange(gate * units, (gate + 1) * units) for gate in (0, 1, 3, 2)])

        def stacked(kind: str) -> Floats:
            """(members, directions, inputs, 4 units) of a kind of matrix."""

            def one(member: int, name: str) -> Floats:
                rows: Floats = weights[f"{member}.rnn.{kind}_{name}"].reshape(4 * units, -1)[order] * scale
                return rows.T

            found = [[one(member, name) for name in names] for member in range(config.members)]
            return np.array(found, dtype=np.float32)

        self._units, self._runs = units, (config.members, 2)
        self._input = stacked("weight_ih")
        self._bias = stacked("bias_ih") + stacked("bias_hh")
        self._recurrent = stacked("weight_hh").reshape(-1, units, 4 * units)

    def __call__(self, x: Floats) -> Floats:
        """Outputs (members, steps, 2 units) of `x` (members or 1, steps, inputs)."""
        units, half = self._units, np.float32(0.5)
        ahead = x[:, None] @ self._input + self._bias
        ahead[:, 1] = ahead[:, 1, ::-1].copy()
        steps = ahead.shape[2]
        gates = ahead.reshape(-1, steps, 4 * units).transpose(1, 0, 2)[:, :, None].copy()
        c = np.zeros((len(self._recurrent), 1, units), np.float32)
        out = np.zeros((steps + 1, len(self._recurrent), 1, units), np.float32)
        for step in range(steps):
            active = out[step] @ self._recurrent
            active += gates[step]
            np.tanh(active, out=active)
            sigmoid = active[..., : 3 * units]
            sigmoid += 1
            sigmoid *= half
            c *= active[..., units : 2 * units]
            c += active[..., :units] * active[..., 3 * units :]
            np.multiply(active[..., 2 * units : 3 * units], np.tanh(c), out=out[step + 1])
        out = out[1:, :, 0]
        ways = out.transpose(1, 0, 2).reshape(*self._runs, steps, units)
        return np.concatenate((ways[:, 0], ways[:, 1, ::-1]), axis=-1)


@dataclass(frozen=True, eq=False)
class _ModelGrid:
    """Steps of any grid on one that the network knows: `places` (steps,) says where each goes.

    `ratio` is the number of the network's steps to one of the other grid's.
    """

    places: npt.NDArray[np.int64]
    steps: int
    steps_per_bar: int
    steps_per_quarter: int
    ratio: float

    @classmethod
    def of(cls, steps: int, steps_per_bar: int, steps_per_quarter: int) -> _ModelGrid:
        quarter = _STRAIGHT if steps_per_quarter % 3 else _TRIPLETS
        per_bar = -(-steps_per_bar * quarter // steps_per_quarter)
        bar, within = np.divmod(np.arange(steps), steps_per_bar)
        places = bar * per_bar + within * quarter // steps_per_quarter
        last = int(places[-1]) + 1 if steps else 0
        return cls(places, last, per_bar, quarter, quarter / steps_per_quarter)

    def fold(self, struck: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Where there is a hit (its steps, 9)."""
        folded = np.zeros((self.steps, DRUM_COUNT), np.bool_)
        np.logical_or.at(folded, self.places, struck)
        return folded

    def fold_known(self, known: Known | None) -> Known | None:
        """What is known on this grid; of several on one step, the loudest."""
        if known is None:
            return None
        played, times, mask = (np.asarray(part, np.float32) for part in known)
        velocities = np.zeros((self.steps, DRUM_COUNT), np.float32)
        offsets = np.zeros_like(velocities)
        rows, drums = np.nonzero((mask > 0) & (played > 0))
        for at in np.argsort(played[rows, drums], kind="stable"):
            cell = self.places[rows[at]], drums[at]
            velocities[cell] = played[rows[at], drums[at]]
            offsets[cell] = times[rows[at], drums[at]] * self.ratio
        return velocities, offsets.clip(-0.5, MOST_OFFSET), velocities > 0


def _carried(
    asked: Floats,
    told: Floats,
    struck: npt.NDArray[np.bool_],
    known: npt.NDArray[np.bool_],
    target: int,
    steps_per_bar: int,
) -> Floats:
    """How far hits (steps, 9) are to be moved so that their player stays as loud and as late as known.

    The network has learned that two bars of a drum say little, since people vary.  The more strokes are
    known and the steadier they are, the nearer the mean of those asked for is brought to theirs: the
    mean of a normal distribution under a normal prior.  Velocities are brought to those at the same
    place of the bar likewise.
    """
    moved = np.zeros(asked.shape, np.float32)
    for drum in range(DRUM_COUNT):
        theirs, ours = told[known[:, drum], drum], asked[struck[:, drum] & ~known[:, drum], drum]
        if len(theirs) and len(ours):
            share = _share(theirs.var(), len(theirs), _CARRIED[target])
            moved[:, drum] = share * (theirs.mean() - ours.mean())
    if target == 0:
        weights = known.astype(np.float32)
        mean, count = over_bars(told, weights, steps_per_bar)
        squares, _ = over_bars(told**2, weights, steps_per_bar)
        share = _share(np.maximum(squares - mean**2, 0), count, _CARRIED_AT_PLACE) * (count > 0)
        moved += share * (mean - asked - moved)
    return moved


def _share(variance: Any, count: Any, carried: _Carried) -> Any:
    """How much a mean of `count` strokes says that vary by `variance`, as a share of all there is to say."""
    likely = (carried.within**2 + variance * count) / (1 + count)
    return carried.between**2 / (carried.between**2 + likely / np.maximum(count, 1))


def _wandering(wander: Sequence[Wander], steps: int, steps_per_bar: int, seed: int) -> list[Floats]:
    """Normal scores (steps, 9) of velocity and of offset by which a performance is off its medians.

    A longer performance of the same seed begins as the shorter one.
    """
    draw = np.random.default_rng(seed)
    fixed = draw.standard_normal((TARGETS, 1 + DRUM_COUNT))
    now = draw.standard_normal((TARGETS, DRUM_COUNT))
    fresh = draw.standard_normal((steps, TARGETS, 2 * DRUM_COUNT + 1))
    stay = np.exp(-1.0 / steps_per_bar)
    moments = np.empty((steps, TARGETS, DRUM_COUNT))
    for step in range(steps):
        now = stay * now + np.sqrt(1 - stay**2) * fresh[step, :, :DRUM_COUNT]
        moments[step] = now
    return [
        (
            one.player * fixed[target, 0]
            + one.drum * fixed[target, 1:]
            + one.moment * moments[:, target]
            + one.step * fresh[:, target, -1:]
            + one.hit * fresh[:, target, DRUM_COUNT:-1]
        ).astype(np.float32)
        for target, one in enumerate(wander)
    ]


def _at(quantiles: Floats, scores: Floats) -> Floats:
    """Value (...) of distributions given by `quantiles` (..., levels) at normal `scores` (...)."""
    low = np.clip(np.searchsorted(_SCORES, scores, side="right") - 1, 0, len(_SCORES) - 2)
    below = np.take_along_axis(quantiles, low[..., None], -1)[..., 0]
    above = np.take_along_axis(quantiles, low[..., None] + 1, -1)[..., 0]
    share = (scores - _SCORES[low]) / (_SCORES[low + 1] - _SCORES[low])
    found: Floats = (below + (above - below) * share).astype(np.float32)
    return found


def load_feel(path: Path | None = None) -> FeelPlayer:
    """The player of the feel network at `path`; of the shipped one without.

    Raises CheckpointError where it is missing or cannot be used.
    """
    model, weights = read_feel(path or paths.shipped_models() / FILE)
    return FeelPlayer(model.config, weights)


def available_feel() -> FeelPlayer | None:
    """The shipped player, kept once read; None where it cannot be used, which the log tells once."""
    path = paths.shipped_models() / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _tried(path, changed)


@lru_cache(maxsize=2)
def _tried(path: Path, _changed: int) -> FeelPlayer | None:
    try:
        return load_feel(path)
    except CheckpointError as error:
        LOGGER.warning("hits get their velocity and timing by simple rules: %s", error)
        return None
