"""Drum RNN in PyTorch: the network as it is trained and scored, many steps at a time.

An LSTM stack predicts the next event from the event before and the place in time, after Magenta's
Drum RNN (Simon & Oore).  Its attention is that of its `drum_kit` configuration: additive attention
(Bahdanau et al. 2015) of the first layer over its own last outputs, fed back into its input.
:mod:`drumstudio.ml.stepper` runs the same weights one step at a time, without torch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding, feature_count

# Of each layer: the tensors it carries from one stretch of steps to the next, batch first.
State = list[tuple[Tensor, ...]]


class PlainLayer(nn.Module):
    """One LSTM layer; its state is (h, c), each (batch, units)."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.units = units
        self.lstm = nn.LSTM(inputs, units, batch_first=True)

    def start(self, batch: int) -> tuple[Tensor, ...]:
        """State before the first step."""
        zeros = torch.zeros(batch, self.units, device=next(self.parameters()).device)
        return (zeros, zeros)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Outputs (batch, steps, units) of `x` (batch, steps, inputs), and the state after them."""
        h, c = state
        out, (h, c) = self.lstm(x, (h.unsqueeze(0), c.unsqueeze(0)))
        return out, (h.squeeze(0), c.squeeze(0))


class AttentionLayer(nn.Module):
    """An LSTM layer that looks back on its own last `length` outputs.

    Its state is (h, c, context (batch, units), memory (batch, length, units), its keys likewise).
    """

    def __init__(self, inputs: int, units: int, length: int) -> None:
        super().__init__()
        self.units, self.length = units, length
        self.merge_in = nn.Linear(inputs + units, inputs)
        self.cell = nn.LSTMCell(inputs, units)
        self.query = nn.Linear(2 * units, units, bias=False)
        self.key = nn.Linear(units, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)
        self.merge_out = nn.Linear(2 * units, units)

    def start(self, batch: int) -> tuple[Tensor, ...]:
        """State before the first step: a memory of nothing."""
        device = self.query.weight.device
        one = torch.zeros(batch, self.units, device=device)
        many = torch.zeros(batch, self.length, self.units, device=device)
        return (one, one, one, many, many)

    def forward(self, x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Outputs (batch, steps, units) of `x` (batch, steps, inputs), and the state after them."""
        h, c, context, memory, keys = state
        outputs = []
        for step in x.unbind(1):
            h, c = self.cell(self.merge_in(torch.cat((step, context), 1)), (h, c))
            query = self.query(torch.cat((c, h), 1)).unsqueeze(1)
            weights = torch.softmax(self.score(torch.tanh(keys + query)).squeeze(2), 1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            out = self.merge_out(torch.cat((h, context), 1))
            memory = torch.cat((memory[:, 1:], out.unsqueeze(1)), 1)
            keys = torch.cat((keys[:, 1:], self.key(out).unsqueeze(1)), 1)
            outputs.append(out)
        return torch.stack(outputs, 1), (h, c, context, memory, keys)


class DrumRnn(nn.Module):
    """The network that `config` describes, over the events of `encoding`."""

    def __init__(self, config: NetworkConfig, encoding: Encoding) -> None:
        super().__init__()
        self.config, self.encoding = config, encoding
        width = config.layers[0]
        # A one-hot vector times a matrix is a row of it: the embedding is Drum RNN's one-hot input.
        self.event = nn.Embedding(encoding.classes + 1, width)
        self.place = nn.Linear(feature_count(config.place), width, bias=False)
        sizes = (width, *config.layers)
        self.layers = nn.ModuleList(
            AttentionLayer(before, units, config.attention)
            if config.attention and index == 0
            else PlainLayer(before, units)
            for index, (before, units) in enumerate(zip(sizes, config.layers, strict=False))
        )
        self.dropout = nn.Dropout(config.dropout)
        self.out = nn.Linear(config.layers[-1], encoding.classes)
        self._begin()

    def _begin(self) -> None:
        """Weights that learn the early steps as Drum RNN does: Glorot's spread, and gates that remember."""
        nn.init.xavier_uniform_(self.place.weight)
        for layer in self.layers:
            for name, value in layer.named_parameters():
                if "weight_ih" in name or "weight_hh" in name:
                    nn.init.xavier_uniform_(value)
                elif "bias_ih" in name or "bias_hh" in name:
                    nn.init.zeros_(value)
                if "bias_ih" in name:
                    units = len(value) // 4
                    nn.init.ones_(value[units : 2 * units])

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.out.weight.device

    def start(self, batch: int) -> State:
        """State of every layer before the first step."""
        return [layer.start(batch) for layer in self.layers]  # type: ignore[operator]

    def forward(self, before: Tensor, place: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits of the event of each step.

        `before` (batch, steps) int64 holds the event ahead of each step (`Encoding.start` ahead of
        the first), `place` (batch, steps, features) where each step stands.  Gives logits
        (batch, steps, classes) and the state to go on from.
        """
        state = state or self.start(len(before))
        x = self.event(before) + self.place(place)
        after: State = []
        for layer, carried in zip(self.layers, state, strict=True):
            x, new = layer(x, carried)
            x = self.dropout(x)
            after.append(new)
        return self.out(x), after
