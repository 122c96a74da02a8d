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
from drumstudio.ml.config import GROOVE_MEMORY, POINTER, NetworkConfig
from drumstudio.ml.encoding import Encoding, Floats
from drumstudio.ml.layers import Arrays, AttentionLayer, Layer, PlainLayer
from drumstudio.ml.reading import own_count, place_count, places
from drumstudio.ml.recall import BARS, HEARD, LEAST, MATCHES, Memory, bit_table

# The state of a whole network: tuples of arrays, batch first.
State = list[Arrays]
_HALF, _ONE = np.float32(0.5), np.float32(1)
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
        self._out, self._bias = np.ascontiguousarray(weights["out.weight"].T), weights["out.bias"]
        self._ask, self._ask_bias = np.ascontiguousarray(weights["ask.weight"].T), weights["ask.bias"]
        self._key, self._match = weights["key.weight"].T, weights["match.weight"][0]
        self._bar, self._bar_bias = np.ascontiguousarray(weights["bar.weight"].T), weights["bar.bias"]
        self._gate, self._gate_bias = weights["gate.weight"][0], weights["gate.bias"][0]

    def start(self, batch: int, steps_per_bar: int = 16, steps_per_quarter: int = 4) -> State:
        """State before the first step: nothing remembered."""
        empty = Memory.empty(batch, steps_per_bar, self.encoding)
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
        flat = features[:, : MATCHES * BARS]
        matches = flat.reshape(len(before), MATCHES, BARS).transpose(0, 2, 1)
        asked = (x @ self._ask + self._ask_bias)[:, None]
        fit = np.tanh(matches @ self._key + asked) @ self._match
        scores = np.where(absent, np.float32(-1e9), fit + x @ self._bar + self._bar_bias)
        copied = np.exp(scores - scores.max(1, keepdims=True)) * ~absent
        copied /= np.maximum(copied.sum(1, keepdims=True), np.float32(LEAST))
        opinion = np.concatenate((x, flat), 1) @ self._gate + self._gate_bias + np.float32(gate_bias)
        gate = np.where(absent[:, 0], 0, _HALF * (_ONE + np.tanh(_HALF * opinion)))[:, None]
        logits = x @ self._out + self._bias
        mixed = np.exp(logits - logits.max(1, keepdims=True))
        mixed *= (1 - gate) / mixed.sum(1, keepdims=True)
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
        shapes["bar.weight"], shapes["bar.bias"] = (BARS, last), (BARS,)
        shapes["gate.weight"], shapes["gate.bias"] = (1, last + MATCHES * BARS), (1,)
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


def _check_shapes(config: NetworkConfig, encoding: Encoding, weights: Weights) -> None:
    found = {name: value.shape for name, value in weights.items()}
    if found != expected_shapes(config, encoding) or any(
        value.dtype != np.float32 for value in weights.values()
    ):
        raise CheckpointError("the model is damaged: its weights do not fit its description; copy it anew")
