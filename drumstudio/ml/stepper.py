"""The networks one step at a time in numpy: what the sampler runs, with no torch in the process.

A step of a few candidates is a handful of small products, where torch's overhead is most of the
time; and the window needs no torch to make music.  `benchmarks/generation_speed.py` compares both.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from drumstudio.errors import CheckpointError
from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding, Floats, feature_count, position_features

Arrays = tuple[npt.NDArray[Any], ...]
_HALF, _ONE = np.float32(0.5), np.float32(1)


def _unit(gates: Floats, cell: Floats, units: int) -> tuple[Floats, Floats]:
    """(h, c) after an LSTM step from `gates` (batch, 4 units), which hold half of i, f and o and all of g.

    sigmoid(x) = (1 + tanh(x / 2)) / 2, so one tanh serves all four.
    """
    active = np.tanh(gates)
    i, f, g, o = (active[:, k * units : (k + 1) * units] for k in range(4))
    cell = _HALF * ((f + _ONE) * cell + (i + _ONE) * g)
    return _HALF * (o + _ONE) * np.tanh(cell), cell


def _halved(matrix: Floats, units: int) -> Floats:
    """`matrix` (4 units, n) with the rows of i, f and o halved, transposed to (n, 4 units)."""
    scaled = matrix.copy()
    scaled[: 2 * units] *= 0.5
    scaled[3 * units :] *= 0.5
    return np.ascontiguousarray(scaled.T)


class Layer(Protocol):
    """One layer of a network, stepped; its state is a tuple of arrays, batch first."""

    def start(self, batch: int) -> Arrays:
        """State before the first step."""
        ...

    def step(self, x: Floats, state: Arrays) -> tuple[Floats, Arrays]:
        """Output (batch, units) for `x` (batch, inputs), and the state after it."""
        ...


class PlainLayer:
    """An LSTM layer; state (h, c)."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        recurrent = weights[f"{prefix}.lstm.weight_hh_l0"]
        self.units = recurrent.shape[1]
        self._input = _halved(weights[f"{prefix}.lstm.weight_ih_l0"], self.units)
        self._recurrent = _halved(recurrent, self.units)
        bias = weights[f"{prefix}.lstm.bias_ih_l0"] + weights[f"{prefix}.lstm.bias_hh_l0"]
        self._bias = _halved(bias[:, None], self.units)[0]

    def start(self, batch: int) -> Arrays:
        """State before the first step."""
        return (np.zeros((batch, self.units), np.float32),) * 2

    def step(self, x: Floats, state: Arrays) -> tuple[Floats, Arrays]:
        """Output (batch, units) for `x` (batch, inputs), and the state after it."""
        h, c = state
        h, c = _unit(x @ self._input + h @ self._recurrent + self._bias, c, self.units)
        return h, (h, c)


class AttentionLayer:
    """An LSTM layer that looks back on its last outputs; state (h, c, context, memory, keys)."""

    def __init__(self, weights: Weights, prefix: str, length: int) -> None:
        own = {name.removeprefix(prefix + "."): value for name, value in weights.items()}
        self.units = own["cell.weight_hh"].shape[1]
        self._length = length
        self._merge_in, self._merge_in_bias = own["merge_in.weight"].T, own["merge_in.bias"]
        self._input = _halved(own["cell.weight_ih"], self.units)
        self._recurrent = _halved(own["cell.weight_hh"], self.units)
        self._bias = _halved((own["cell.bias_ih"] + own["cell.bias_hh"])[:, None], self.units)[0]
        self._query, self._key = own["query.weight"].T, own["key.weight"].T
        self._score = own["score.weight"][0]
        self._merge_out, self._merge_out_bias = own["merge_out.weight"].T, own["merge_out.bias"]

    def start(self, batch: int) -> Arrays:
        """State before the first step: a memory of nothing."""
        one = np.zeros((batch, self.units), np.float32)
        many = np.zeros((batch, self._length, self.units), np.float32)
        return (one, one, one, many, many)

    def step(self, x: Floats, state: Arrays) -> tuple[Floats, Arrays]:
        """Output (batch, units) for `x` (batch, inputs), and the state after it."""
        h, c, context, memory, keys = state
        x = np.concatenate((x, context), 1) @ self._merge_in + self._merge_in_bias
        h, c = _unit(x @ self._input + h @ self._recurrent + self._bias, c, self.units)
        query = np.concatenate((c, h), 1) @ self._query
        scores = np.tanh(keys + query[:, None]) @ self._score
        weights = np.exp(scores - scores.max(1, keepdims=True))
        weights /= weights.sum(1, keepdims=True)
        context = (weights[:, :, None] * memory).sum(1)
        out = np.concatenate((h, context), 1) @ self._merge_out + self._merge_out_bias
        memory = np.concatenate((memory[:, 1:], out[:, None]), 1)
        keys = np.concatenate((keys[:, 1:], (out @ self._key)[:, None]), 1)
        return out, (h, c, context, memory, keys)


# The state of a whole network: one tuple of arrays a layer.
State = list[Arrays]


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

    def start(self, batch: int) -> State:
        """State before the first step."""
        return [layer.start(batch) for layer in self._layers]

    def places(self, first: int, count: int, steps_per_bar: int) -> Floats:
        """What the network reads of the places of `count` steps from `first` on, for `step`."""
        return position_features(first, count, steps_per_bar, self.config.place) @ self._place

    def step(self, before: npt.NDArray[np.integer], place: Floats, state: State) -> tuple[Floats, State]:
        """Logits (batch, classes) of a step whose event before is `before` (batch,), and the state after.

        `place` (width,) is the step's row of `places`.
        """
        x, after = self.advance(before, place, state)
        return x @ self._out + self._bias, after

    def advance(self, before: npt.NDArray[np.integer], place: Floats, state: State) -> tuple[Floats, State]:
        """The last layer's output instead of logits: enough to read a primer."""
        x = self._event[before] + place
        after: State = []
        for layer, carried in zip(self._layers, state, strict=True):
            x, new = layer.step(x, carried)
            after.append(new)
        return x, after


def expected_shapes(config: NetworkConfig, encoding: Encoding) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight that the network of `config` has."""
    width = config.layers[0]
    shapes: dict[str, tuple[int, ...]] = {
        "event.weight": (encoding.classes + 1, width),
        "place.weight": (width, feature_count(config.place)),
        "out.weight": (encoding.classes, config.layers[-1]),
        "out.bias": (encoding.classes,),
    }
    for index, units in enumerate(config.layers):
        inputs = config.layers[max(index - 1, 0)]
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
