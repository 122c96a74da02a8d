"""The networks one step at a time in numpy: what the sampler runs, with no torch in the process.

A step of a few candidates is a handful of small products, where torch's overhead is most of the
time; and the window needs no torch to make music.  `benchmarks/generation_speed.py` compares both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drumstudio.errors import CheckpointError
from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.config import GROOVE_MEMORY, POINTER, VOTERS, NetworkConfig
from drumstudio.ml.encoding import Encoding, Floats
from drumstudio.ml.playing.layers import (
    Affine,
    Arrays,
    AttentionLayer,
    Judge,
    Layer,
    PlainLayer,
    Votes,
    softmax,
)
from drumstudio.ml.reading import own_count, place_count, places
from drumstudio.ml.recall import (
    DECAYS,
    ECHO_MARKS,
    ECHOES,
    HEARD,
    LEAST,
    MATCHES,
    WITNESSES,
    Memory,
    bit_table,
    lag_count,
)

# The state of a whole network: tuples of arrays, batch first.
State = list[Arrays]
_HALF, _ONE, _NEVER = np.float32(0.5), np.float32(1), np.float32(-1e9)
_HEARD = [bar - 1 for bar in HEARD]


class Player(Protocol):
    """A network, ready to be stepped."""

    def start(self, batch: int, steps_per_bar: int = 16, steps_per_quarter: int = 4) -> State:
        """State before the first step of a track in bars of `steps_per_bar`."""
        ...

    def places(
        self,
        first: int,
        count: int,
        steps_per_bar: int,
        steps_per_quarter: int = 4,
        control: Floats | None = None,
    ) -> Floats:
        """What the network reads of the places of `count` steps from `first` on, for `step`.

        `control` (count, features) is what :func:`drumstudio.ml.control.control_features` says of
        those steps for this network; None asks for nothing.
        """
        ...

    def step(
        self, before: npt.NDArray[np.int64], place: Floats, state: State, gate_bias: float = 0.0
    ) -> tuple[Floats, State]:
        """Logits (batch, classes) of a step whose event before is `before` (batch,), and the state after.

        `place` (features,) is the step's row of `places`.  `gate_bias` is added to the logit of a
        groove memory's gate: above 0 it copies more, below less; plain Drum RNN has none.
        """
        ...

    def advance(self, before: npt.NDArray[np.int64], place: Floats, state: State) -> State:
        """The state after a step, without its logits: enough to read a primer."""
        ...


def build_player(config: NetworkConfig, encoding: Encoding, weights: Weights) -> Player:
    """The network of `config` with `weights`; CheckpointError where they do not fit."""
    return (GrooveStepper if config.kind == GROOVE_MEMORY else Stepper)(config, encoding, weights)


class Stepper:
    """A network's weights, ready to be stepped."""

    def __init__(self, config: NetworkConfig, encoding: Encoding, weights: Weights) -> None:
        _check_shapes(config, encoding, weights)
        self.config, self.encoding = config, encoding
        self._event = weights["event.weight"]
        self._place = weights["place.weight"].T
        self._layers: list[Layer] = [
            AttentionLayer(weights, f"layers.{index}", config.attention)
            if config.attention and index == 0
            else PlainLayer(weights, f"layers.{index}")
            for index in range(len(config.layers))
        ]
        self._out = np.ascontiguousarray(weights["out.weight"].T)
        self._bias = weights["out.bias"]

    def start(self, batch: int, steps_per_bar: int = 16, steps_per_quarter: int = 4) -> State:
        """State before the first step."""
        return [layer.start(batch) for layer in self._layers]

    def places(
        self,
        first: int,
        count: int,
        steps_per_bar: int,
        steps_per_quarter: int = 4,
        control: Floats | None = None,
    ) -> Floats:
        """What the network reads of the places, already times its weights: (count, width)."""
        return places(self.config, first, count, steps_per_bar, steps_per_quarter, control) @ self._place

    def step(
        self, before: npt.NDArray[np.int64], place: Floats, state: State, gate_bias: float = 0.0
    ) -> tuple[Floats, State]:
        """Logits and the state after; see :class:`Player`."""
        x, after = _through(self._layers, self._event[before] + place, state)
        return x @ self._out + self._bias, after

    def advance(self, before: npt.NDArray[np.int64], place: Floats, state: State) -> State:
        """The state after a step; see :class:`Player`."""
        return _through(self._layers, self._event[before] + place, state)[1]


class GrooveStepper:
    """A groove memory's weights, ready to be stepped; the last tuple of its state is a `Memory`."""

    def __init__(self, config: NetworkConfig, encoding: Encoding, weights: Weights) -> None:
        _check_shapes(config, encoding, weights)
        self.config, self.encoding = config, encoding
        self._bits = bit_table(encoding)
        self._layers = [PlainLayer(weights, f"layers.{index}") for index in range(len(config.layers))]
        self._out = Affine(weights, "out")
        self._pointer = Judge(weights, "ask", "key", "match", "bar")
        self._gate = Affine(weights, "gate")
        self._flat = MATCHES * lag_count(config.wide)
        if config.wide:
            self._echoes = Judge(weights, "echo_ask", "echo_key", "echo_match", "echo_rank")
            self._votes = Votes(weights, "votes")

    def start(self, batch: int, steps_per_bar: int = 16, steps_per_quarter: int = 4) -> State:
        """State before the first step: nothing remembered."""
        empty = Memory.empty(batch, steps_per_bar, self.encoding, steps_per_quarter, self.config.wide)
        return [*(layer.start(batch) for layer in self._layers), empty]

    def places(
        self,
        first: int,
        count: int,
        steps_per_bar: int,
        steps_per_quarter: int = 4,
        control: Floats | None = None,
    ) -> Floats:
        """Position and control features (count, features)."""
        return places(self.config, first, count, steps_per_bar, steps_per_quarter, control)

    def step(
        self, before: npt.NDArray[np.int64], place: Floats, state: State, gate_bias: float = 0.0
    ) -> tuple[Floats, State]:
        """Log probabilities and the state after; see :class:`Player`."""
        memory = self._heard(before, state)
        past, features = memory.recalled(self.encoding)
        x, after = self._read(before, place, past, features, state)
        absent = past == self.encoding.start
        flat = features[:, : self._flat]
        judged, scores = self._pointer.judge(x, flat)
        if self.config.wide:
            marks = features[:, self._flat + len(DECAYS) * self.encoding.drums :]
            scores = np.concatenate((scores, self._echoes.judge(x, marks)[1]), 1)
        copied = softmax(np.where(absent, _NEVER, scores)) * ~absent
        opinion = self._gate(np.concatenate((x, flat), 1))[:, 0] + np.float32(gate_bias)
        gate = np.where(absent.all(1), 0, _HALF * (_ONE + np.tanh(_HALF * opinion)))[:, None]
        logits = self._out(x)
        if self.config.wide:
            averages = features[:, self._flat : self._flat + len(DECAYS) * self.encoding.drums]
            odds = self._votes.odds(x, judged, copied, self._bits[past], averages, self._bits[before])
            logits = logits + odds @ self._bits[:-1, :-1].T
        mixed = softmax(logits)
        mixed *= 1 - gate
        np.add.at(mixed, (np.arange(len(before))[:, None], np.where(absent, 0, past)), gate * copied)
        return np.log(np.maximum(mixed, np.float32(LEAST))), [*after, memory]

    def advance(self, before: npt.NDArray[np.int64], place: Floats, state: State) -> State:
        """The state after a step; see :class:`Player`."""
        memory = self._heard(before, state)
        return [*self._read(before, place, *memory.recalled(self.encoding), state)[1], memory]

    def _heard(self, before: npt.NDArray[np.int64], state: State) -> Memory:
        """The memory with the events `before` in it; ahead of a track's first step there are none."""
        memory = Memory(*state[-1])
        if before[0] == self.encoding.start:
            return memory
        return memory.after(before, self._bits[before, :-1])

    def _read(
        self,
        before: npt.NDArray[np.int64],
        place: Floats,
        past: npt.NDArray[np.int64],
        features: Floats,
        state: State,
    ) -> tuple[Floats, State]:
        """The last layer's output, and the layers' state after."""
        events = np.concatenate((before[:, None], past[:, _HEARD]), 1)
        heard = self._bits[events].reshape(len(before), -1)
        x = np.concatenate((heard, np.repeat(place[None], len(before), 0), features), 1)
        return _through(self._layers, x, state)


def _through(layers: Sequence[Layer], x: Floats, state: State) -> tuple[Floats, State]:
    """The last layer's output (batch, units) for the input `x`, and every layer's state after."""
    after: State = []
    for layer, carried in zip(layers, state, strict=False):
        x, new = layer.step(x, carried)
        after.append(new)
    return x, after


def expected_shapes(config: NetworkConfig, encoding: Encoding) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight that the network of `config` has."""
    width, last = config.layers[0], config.layers[-1]
    shapes: dict[str, tuple[int, ...]] = {
        "out.weight": (encoding.classes, last),
        "out.bias": (encoding.classes,),
    }
    if config.kind == GROOVE_MEMORY:
        width = (1 + len(HEARD)) * (encoding.drums + 1) + place_count(config, encoding)
        shapes["ask.weight"], shapes["ask.bias"] = (POINTER, last), (POINTER,)
        shapes["key.weight"], shapes["match.weight"] = (POINTER, MATCHES), (1, POINTER)
        lags = lag_count(config.wide)
        shapes["bar.weight"], shapes["bar.bias"] = (lags, last), (lags,)
        shapes["gate.weight"], shapes["gate.bias"] = (1, last + MATCHES * lags), (1,)
        if config.wide:
            shapes |= _wide_shapes(last, encoding.drums, lags)
    else:
        shapes["event.weight"] = (encoding.classes + 1, width)
        shapes["place.weight"] = (width, own_count(config))
    for index, (inputs, units) in enumerate(zip((width, *config.layers), config.layers, strict=False)):
        attentive = config.attention > 0 and index == 0
        cell, tail = (f"layers.{index}.cell", "") if attentive else (f"layers.{index}.lstm", "_l0")
        shapes[f"{cell}.weight_ih{tail}"] = (4 * units, inputs)
        shapes[f"{cell}.weight_hh{tail}"] = (4 * units, units)
        shapes[f"{cell}.bias_ih{tail}"] = shapes[f"{cell}.bias_hh{tail}"] = (4 * units,)
        if attentive:
            own = f"layers.{index}"
            shapes[f"{own}.merge_in.weight"] = (inputs, inputs + units)
            shapes[f"{own}.merge_in.bias"] = (inputs,)
            shapes[f"{own}.query.weight"] = shapes[f"{own}.merge_out.weight"] = (units, 2 * units)
            shapes[f"{own}.key.weight"] = (units, units)
            shapes[f"{own}.score.weight"] = (1, units)
            shapes[f"{own}.merge_out.bias"] = (units,)
    return shapes


def _wide_shapes(last: int, drums: int, lags: int) -> dict[str, tuple[int, ...]]:
    """Those of echoes and votes."""
    return {
        "echo_ask.weight": (POINTER, last),
        "echo_ask.bias": (POINTER,),
        "echo_key.weight": (POINTER, ECHO_MARKS),
        "echo_match.weight": (1, POINTER),
        "echo_rank.weight": (ECHOES, last),
        "echo_rank.bias": (ECHOES,),
        "votes.weigh.weight": (drums, POINTER),
        "votes.lag.weight": (lags * drums, last),
        "votes.lag.bias": (lags * drums,),
        "votes.hear.weight": (VOTERS, WITNESSES),
        "votes.ask.weight": (VOTERS, last),
        "votes.ask.bias": (VOTERS,),
        "votes.drum": (drums, VOTERS),
        "votes.say": (drums, VOTERS),
        "votes.lean.weight": (drums, last),
        "votes.lean.bias": (drums,),
    }


def _check_shapes(config: NetworkConfig, encoding: Encoding, weights: Weights) -> None:
    found = {name: value.shape for name, value in weights.items()}
    if found != expected_shapes(config, encoding) or any(
        value.dtype != np.float32 for value in weights.values()
    ):
        raise CheckpointError("the model is damaged: its weights do not fit its description; copy it anew")
