"""Layers of the networks one step at a time in numpy."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.encoding import Floats
from drumstudio.ml.recall import BARS, LEAST

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


def softmax(scores: Floats) -> Floats:
    """`scores` (rows, n) as shares of 1."""
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(shares / shares.sum(1, keepdims=True))


class Affine:
    """A matrix product with a bias."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        self._weight = np.ascontiguousarray(weights[f"{prefix}.weight"].T)
        self._bias = weights[f"{prefix}.bias"]

    def __call__(self, x: Floats) -> Floats:
        """(rows, outputs) of `x` (rows, inputs)."""
        return np.asarray(x @ self._weight + self._bias)


class Judge:
    """Scores recalled steps by their marks, as what was read asks for them, and by their rank."""

    def __init__(self, weights: Weights, ask: str, key: str, match: str, rank: str) -> None:
        self._ask, self._rank = Affine(weights, ask), Affine(weights, rank)
        self._key, self._match = weights[f"{key}.weight"].T, weights[f"{match}.weight"][0]

    def judge(self, x: Floats, marks: Floats) -> tuple[Floats, Floats]:
        """What is thought of each step (rows, steps, units), and its score (rows, steps).

        `x` (rows, inputs) is what was read, `marks` (rows, kinds x steps) the steps' marks.
        """
        each = marks.reshape(len(x), self._key.shape[0], -1).transpose(0, 2, 1)
        judged = np.tanh(each @ self._key + self._ask(x)[:, None])
        return judged, judged @ self._match + self._rank(x)


class Votes:
    """What each drum's own past says for it; see :class:`drumstudio.ml.training.model.Votes`."""

    def __init__(self, weights: Weights, prefix: str) -> None:
        self._weigh = weights[f"{prefix}.weigh.weight"].T
        self._lag, self._ask, self._lean = (
            Affine(weights, f"{prefix}.{name}") for name in ("lag", "ask", "lean")
        )
        self._hear = weights[f"{prefix}.hear.weight"].T
        self._drum, self._say = weights[f"{prefix}.drum"], weights[f"{prefix}.say"]

    def odds(
        self, x: Floats, judged: Floats, copied: Floats, bits: Floats, averages: Floats, before: Floats
    ) -> Floats:
        """Log odds (rows, drums) of each drum.

        `x` (rows, units) is what was read, `judged` (rows, lags, units) and `copied` (rows, past) what
        the pointer thinks of the recalled steps, `bits` (rows, past, drums + 1) their drums,
        `averages` (rows, decays x drums) and `before` (rows, drums + 1) the step just played.
        """
        rows, lags, drums = len(x), judged.shape[1], len(self._drum)
        absent = bits[:, :lags, -1:] > 0
        scores = judged @ self._weigh + self._lag(x).reshape(rows, lags, drums)
        scores[np.broadcast_to(absent, scores.shape)] = -1e9
        own = np.exp(scores - scores.max(1, keepdims=True))
        own *= ~absent
        own /= np.maximum(own.sum(1, keepdims=True), np.float32(LEAST))
        struck = bits[:, :, :-1]
        witnesses = np.concatenate(
            (
                struck[:, :BARS],
                averages.reshape(rows, -1, drums),
                (copied[:, :, None] * struck).sum(1, keepdims=True),
                (own * struck[:, :lags]).sum(1, keepdims=True),
                before[:, None, :-1],
                np.repeat(1 - bits[:, :1, -1:], drums, 2),
            ),
            1,
        )
        heard = np.tanh(witnesses.transpose(0, 2, 1) @ self._hear + self._drum + self._ask(x)[:, None])
        return np.asarray((heard * self._say).sum(2) + self._lean(x))
