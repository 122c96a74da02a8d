"""Continuing a primer: many candidates in one batch, seeded, streamed and cancellable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.errors import CheckpointError
from drumstudio.ml.checkpoint import Checkpoint, Weights, load
from drumstudio.ml.config import GROOVE_MEMORY
from drumstudio.ml.control import control_features, family_of, fills_of
from drumstudio.ml.encoding import Events, Floats
from drumstudio.ml.playing.beam import Beam, search
from drumstudio.ml.playing.guidance import Guided
from drumstudio.ml.playing.player import Cancelled, Course, Forced, Given, OnStep, Start, look
from drumstudio.ml.playing.shaping import Shape, plain_shape, shape_of
from drumstudio.ml.playing.stepper import Player, build_player

MAX_TEMPERATURE = 4.0
MAX_GATE_BIAS = 8.0

# Steps a quarter that callers speak in unless they say so.
GRID = 4
# Bars by which a drummer who has heard nothing gets into the groove: more would keep the window waiting.
LEAD_BARS = 1
# How many times the network takes the style it is asked for.
_STYLE_STRENGTH = 2.5


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

    @property
    def player(self) -> Player:
        """The network itself, for those who listen instead of playing."""
        return self._player

    def play(
        self,
        primer_events: Sequence[int] | npt.NDArray[np.integer],
        steps: int,
        steps_per_bar: int = 16,
        candidates: int = 1,
        dials: Dials = MIDDLE,
        *,
        seed: int = 0,
        fill_bars: Collection[int] = (),
        forced: Forced | None = None,
        struck: Forced | None = None,
        steps_per_quarter: int = GRID,
        on_step: OnStep | None = None,
        cancelled: Cancelled | None = None,
    ) -> Events:
        """Continuations (candidates, steps) of `primer_events` as the `dials` ask; see :meth:`continue_`.

        `fill_bars` are marked for a fill beside those that the dials ask for, counted from the
        primer's first bar.  Without a whole bar of primer the drummer gets into the groove first,
        on bars that are given, or by playing some that nobody hears.
        """
        given, primer = Given(forced, struck), np.asarray(primer_events, np.int64).reshape(-1)
        given.check(steps)
        context = given.whole_bars(steps_per_bar, len(primer)) if len(primer) < steps_per_bar else primer[:0]
        shaped = partial(
            shape_of,
            steps_per_bar=steps_per_bar,
            steps_per_quarter=steps_per_quarter,
            remembers=self.checkpoint.network.kind == GROOVE_MEMORY,
            groove_events=context,
        )
        shape, lead = shaped(dials, primer, steps, fill_bars=fill_bars, struck=struck), 0
        if not len(primer) and not len(context) and steps >= steps_per_bar:
            lead = steps_per_bar * min(LEAD_BARS, steps // steps_per_bar)
            given = given.behind(lead)
            taps = None if given.struck is None else given.struck[:lead]
            shape = shape.behind(shaped(replace(dials, fills=0), primer, lead, struck=taps))
        found = self.continue_(
            np.concatenate((context, primer)),
            lead + steps,
            steps_per_bar,
            candidates,
            seed=seed,
            forced=given.forced,
            struck=given.struck,
            steps_per_quarter=steps_per_quarter,
            shape=shape,
            on_step=on_step if on_step is None or not lead else _heard_from(lead, on_step),
            cancelled=cancelled,
        )
        return found[:, lead:]

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
        struck: Forced | None = None,
        steps_per_quarter: int = GRID,
        shape: Shape | None = None,
        on_step: OnStep | None = None,
        cancelled: Cancelled | None = None,
    ) -> Events:
        """Continuations (candidates, steps) of `primer_events`, nine-drum events of any number of steps.

        The first step generated is the one after the primer's last, rests included; the primer is
        taken to begin a track, at a bar line.  Events are nine-drum events on a grid of
        `steps_per_quarter` whatever the network's own encoding: a one-drum network on 8ths hears
        "something struck" on them, answers on the snare, and rests between them.

        `temperature` 0 takes the likeliest event; below 1 calmer, above 1 wilder, up to 4.
        `top_p` keeps the likeliest events that together reach this probability (nucleus sampling,
        Holtzman et al. 2020).  `gate_bias`, -8 to 8, has a groove memory copy the bars before more
        (above 0) or less; plain Drum RNN has none to copy and plays as ever.  A `shape` says all
        three itself, step by step, and more.

        `forced` (steps, 9) holds -1 where the drummer is free, 0 and 1 where the cell must be
        silent or struck.  `struck` (steps,) holds taps: 1 where something must be struck, -1 where
        no more than closed hat or ride may be, 0 where nothing may.  What is given ahead bears on
        what is played before it.

        Candidate i of a seed is the same whatever the number of candidates and on every run.
        `on_step` gets the index of each step and its events (candidates,), in order, once they
        are settled.  `cancelled` is asked before each step; CancelledError follows.
        """
        _check(steps, steps_per_bar, candidates, seed)
        check_dials(temperature, top_p)
        if not -MAX_GATE_BIAS <= gate_bias <= MAX_GATE_BIAS:
            raise ValueError(f"the gate's bias is -{MAX_GATE_BIAS:g} to {MAX_GATE_BIAS:g}, not {gate_bias}")
        given = Given(forced, struck)
        given.check(steps)
        if shape is None:
            shape = plain_shape(steps, temperature, top_p, gate_bias)
        player = self._player_for(shape.style)
        start = self._start(player, primer_events, steps, steps_per_bar, steps_per_quarter, shape, cancelled)
        course = Course(
            player,
            self.checkpoint.encoding,
            start,
            shape,
            given,
            steps=steps,
            candidates=candidates,
            seed=seed,
        )
        return course.run(on_step, cancelled)

    def search(
        self,
        primer_events: Sequence[int] | npt.NDArray[np.integer],
        steps: int,
        steps_per_bar: int = 16,
        candidates: int = 1,
        *,
        beam: Beam,
        temperature: float = 1.0,
        top_p: float = 1.0,
        seed: int = 0,
        steps_per_quarter: int = GRID,
        cancelled: Cancelled | None = None,
    ) -> Events:
        """What a search of `beam` finds likeliest, (candidates, steps); else as :meth:`continue_`."""
        _check(steps, steps_per_bar, candidates, seed)
        check_dials(temperature, top_p)
        return search(
            self._player,
            self.checkpoint.encoding,
            self._start(
                self._player,
                primer_events,
                steps,
                steps_per_bar,
                steps_per_quarter,
                plain_shape(steps, temperature, top_p, 0.0),
                cancelled,
            ),
            beam,
            steps=steps,
            candidates=candidates,
            temperature=temperature,
            top_p=top_p,
            seed=seed,
            cancelled=cancelled,
        )

    def _player_for(self, style: str) -> Player:
        """The network, or the network that takes `style` more than once where it knows it."""
        known = family_of(style) in self.checkpoint.network.styles
        return Guided(self._player, _STYLE_STRENGTH) if known else self._player

    def _start(
        self,
        player: Player,
        primer_events: Sequence[int] | npt.NDArray[np.integer],
        steps: int,
        steps_per_bar: int,
        steps_per_quarter: int,
        shape: Shape,
        cancelled: Cancelled | None,
    ) -> Start:
        """The state of `player` after all of the primer but its last step, told what `shape` tells."""
        encoding = self.checkpoint.encoding
        coarse = max(1, steps_per_quarter // encoding.steps_per_quarter)
        own_quarter, per_bar = -(-steps_per_quarter // coarse), -(-steps_per_bar // coarse)
        given = np.asarray(primer_events, np.int64).reshape(-1)
        primer = encoding.encode(_merged(given, coarse))
        told = self._told(given, shape, steps_per_bar, steps_per_quarter)[::coarse]
        before = np.append(encoding.start, primer)
        state = player.start(1, per_bar, own_quarter)
        places = player.places(0, len(told), per_bar, own_quarter, told)
        for step in range(len(primer)):
            look(cancelled)
            state = player.advance(before[step : step + 1], places[step], state)
        return Start(
            state, int(before[-1]), given, places[len(primer) :], steps_per_bar, steps_per_quarter, coarse
        )

    def _told(
        self, primer: npt.NDArray[np.int64], shape: Shape, steps_per_bar: int, steps_per_quarter: int
    ) -> Floats:
        """What the network is told of every step of primer and continuation, (steps, features)."""
        fill = None
        if shape.fill is not None:
            fill = np.concatenate((fills_of(primer.astype(np.int16), steps_per_bar), shape.fill))
        return control_features(self.checkpoint.network, len(primer) + len(shape.gate), shape.style, fill)


def _check(steps: int, steps_per_bar: int, candidates: int, seed: int) -> None:
    if steps < 0 or steps_per_bar < 1 or candidates < 1 or seed < 0:
        raise ValueError("steps and seed are 0 or more, candidates and steps a bar 1 or more")


def _heard_from(lead: int, on_step: OnStep) -> OnStep:
    """`on_step` for those steps that come after the first `lead`, which nobody hears."""

    def tell(step: int, events: Events) -> None:
        if step >= lead:
            on_step(step - lead, events)

    return tell


def check_dials(temperature: float, top_p: float) -> None:
    """ValueError, in words, where one of them is out of its range."""
    if not 0.0 <= temperature <= MAX_TEMPERATURE:
        raise ValueError(f"temperature is 0 to {MAX_TEMPERATURE:g}, not {temperature}")
    if not 0.0 < top_p <= 1.0:
        raise ValueError(f"top-p is above 0 and at most 1, not {top_p}")


def _merged(events: npt.NDArray[np.int64], coarse: int) -> npt.NDArray[np.int64]:
    """`events` on steps of `coarse` steps each: all that is struck within one."""
    padded = np.append(events, np.zeros(-len(events) % coarse, np.int64))
    return np.asarray(np.bitwise_or.reduce(padded.reshape(-1, coarse), axis=1))
