"""Continuing a primer: many candidates in one batch, seeded, streamed and cancellable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CancelledError, CheckpointError
from drumstudio.ml.checkpoint import Checkpoint, Weights, load
from drumstudio.ml.encoding import ONE_DRUM, Events, events_to_hits
from drumstudio.ml.stepper import State, build_player

MAX_TEMPERATURE = 4.0
MAX_GATE_BIAS = 8.0
# Below this the draw is not told from taking the likeliest event, and the numbers overflow.
_GREEDY = 0.01
# Candidates are computed in blocks of this many rows, always full: the rounding of a product
# depends on its shape, so a candidate must not share one with the number of its neighbours.
_BLOCK = 8

# Steps a quarter that callers speak in; coarser networks are asked on their own steps alone.
GRID = 4

Forced = npt.NDArray[np.int8]
Probabilities = npt.NDArray[np.float64]


def load_sampler(path: Path) -> Sampler:
    """Sampler of the model at `path`; CheckpointError where it cannot be used."""
    checkpoint, weights = load(path)
    try:
        return Sampler(checkpoint, weights)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error


class Sampler:
    """A trained drummer.  `checkpoint` says which; it may be used from one thread at a time."""

    def __init__(self, checkpoint: Checkpoint, weights: Weights) -> None:
        self.checkpoint = checkpoint
        self._player = build_player(checkpoint.network, checkpoint.encoding, weights)
        self._hits = events_to_hits(np.arange(1 << DRUM_COUNT)).astype(np.int8)

    def continue_(
        self,
        primer_events: Sequence[int] | npt.NDArray[np.integer],
        steps: int,
        steps_per_bar: int = 16,
        candidates: int = 1,
        *,
        temperature: float = 1.0,
        top_p: float = 1.0,
        seed: int = 0,
        gate_bias: float = 0.0,
        forced: Forced | None = None,
        on_step: Callable[[int, Events], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Events:
        """Continuations (candidates, steps) of `primer_events`, nine-drum events of any number of 16ths.

        The first step generated is the one after the primer's last, rests included; the primer is
        taken to begin a track, at a bar line.  Events are nine-drum events on 16ths whatever the
        network's own encoding: a one-drum network on 8ths hears "something struck" on them, answers
        on the snare, and rests between them.

        `temperature` 0 takes the likeliest event; below 1 calmer, above 1 wilder, up to 4.
        `top_p` keeps the likeliest events that together reach this probability (nucleus sampling,
        Holtzman et al. 2020).  `gate_bias`, -8 to 8, has a groove memory copy the bars before more
        (above 0) or less; plain Drum RNN has none to copy and plays as ever.  Candidate i of a seed
        is the same whatever the number of candidates and on every run.  `forced` (steps, 9) holds
        -1 where the drummer is free, 0 and 1 where the cell must be silent or struck.  `on_step`
        gets the index of each step and its events (candidates,) as they come.  `cancelled` is asked
        before each step; CancelledError follows.
        """
        if steps < 0 or steps_per_bar < 1 or candidates < 1 or seed < 0:
            raise ValueError("steps and seed are 0 or more, candidates and steps a bar 1 or more")
        check_dials(temperature, top_p)
        if not -MAX_GATE_BIAS <= gate_bias <= MAX_GATE_BIAS:
            raise ValueError(f"the gate's bias is -{MAX_GATE_BIAS:g} to {MAX_GATE_BIAS:g}, not {gate_bias}")
        if forced is not None and forced.shape != (steps, DRUM_COUNT):
            raise ValueError(f"forced cells have the shape ({steps}, {DRUM_COUNT}), not {forced.shape}")
        encoding = self.checkpoint.encoding
        coarse = GRID // encoding.steps_per_quarter
        known = len(primer_events)
        primer = encoding.encode(_merged(primer_events, coarse))
        per_bar = -(-steps_per_bar // coarse)
        state = self._read(primer, per_bar, cancelled)
        rows = -(-candidates // _BLOCK) * _BLOCK
        draws = np.stack([np.random.default_rng((seed, row)).random(steps) for row in range(rows)])
        before = np.full(rows, primer[-1] if len(primer) else encoding.start, np.int64)
        blocks = [_repeated(state) for _ in range(rows // _BLOCK)]
        places = self._player.places(len(primer), -(-steps // coarse), per_bar)
        found = np.zeros((candidates, steps), np.int16)
        made = 0
        for step in range(steps):
            _look(cancelled)
            events = np.zeros(candidates, np.int16)
            if (known + step) % coarse == 0:
                allowed = None if forced is None else self._allowed(forced[step])
                for index, carried in enumerate(blocks):
                    part = slice(index * _BLOCK, (index + 1) * _BLOCK)
                    logits, blocks[index] = self._player.step(before[part], places[made], carried, gate_bias)
                    before[part] = draw(logits, draws[part, made], temperature, top_p, allowed)
                made += 1
                events = encoding.decode(before[:candidates])
            if forced is not None and encoding.drums == 1:
                events = _one_drum_on(events, forced[step])
            found[:, step] = events
            if on_step is not None:
                on_step(step, events.copy())
        return found

    def _read(
        self, primer: npt.NDArray[np.int64], steps_per_bar: int, cancelled: Callable[[], bool] | None
    ) -> State:
        """State, of one row, after all of the primer but its last step."""
        state = self._player.start(1, steps_per_bar)
        before = np.append(self.checkpoint.encoding.start, primer)
        places = self._player.places(0, len(primer), steps_per_bar)
        for step in range(len(primer)):
            _look(cancelled)
            state = self._player.advance(before[step : step + 1], places[step], state)
        return state

    def _allowed(self, forced: Forced) -> npt.NDArray[np.bool_] | None:
        """Which classes agree with the `forced` cells (9,) of a step; None where all do."""
        if (forced < 0).all():
            return None
        if self.checkpoint.encoding.drums == 1:
            return np.array([not (forced > 0).any(), not (forced == 0).all()])
        return np.asarray(((self._hits == forced) | (forced < 0)).all(1))


def draw(
    logits: npt.NDArray[np.float32],
    uniform: Probabilities,
    temperature: float,
    top_p: float,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.int64]:
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


def _nucleus(weights: Probabilities, top_p: float) -> Probabilities:
    """`weights` (rows, classes) with all but the likeliest set to 0, so that `top_p` of the sum remains."""
    order = np.argsort(-weights, axis=1, kind="stable")
    ranked = np.take_along_axis(weights, order, 1)
    ahead = ranked.cumsum(1) - ranked
    kept = np.empty(weights.shape, bool)
    np.put_along_axis(kept, order, ahead < top_p * ranked.sum(1, keepdims=True), 1)
    return np.where(kept, weights, 0.0)


def _one_drum_on(events: Events, forced: Forced) -> Events:
    """`events` of a one-drum network with its strokes put where the `forced` cells (9,) want them."""
    must = np.flatnonzero(forced > 0)
    if len(must):
        return np.full(len(events), (1 << must).sum(), np.int16)
    free = np.flatnonzero(forced < 0)
    if not len(free):
        return np.zeros_like(events)
    drum = ONE_DRUM if forced[ONE_DRUM] < 0 else int(free[0])
    return np.where(events != 0, 1 << drum, 0).astype(np.int16)


def _merged(events: Sequence[int] | npt.NDArray[np.integer], coarse: int) -> npt.NDArray[np.int64]:
    """`events` of 16ths on steps of `coarse` 16ths each: all that is struck within one."""
    given = np.asarray(events, np.int64).reshape(-1)
    padded = np.append(given, np.zeros(-len(given) % coarse, np.int64))
    return np.asarray(np.bitwise_or.reduce(padded.reshape(-1, coarse), axis=1))


def _repeated(state: State) -> State:
    """`state` of one row, for a block of rows."""
    return [tuple(np.repeat(part, _BLOCK, axis=0) for part in layer) for layer in state]


def _look(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError("the continuation was cancelled")


def check_dials(temperature: float, top_p: float) -> None:
    """ValueError, in words, where one of them is out of its range."""
    if not 0.0 <= temperature <= MAX_TEMPERATURE:
        raise ValueError(f"temperature is 0 to {MAX_TEMPERATURE:g}, not {temperature}")
    if not 0.0 < top_p <= 1.0:
        raise ValueError(f"top-p is above 0 and at most 1, not {top_p}")
