"""The networks in PyTorch, as they are trained and scored: many steps at a time.

An LSTM stack predicts the next event from the event before and the place in time, after Magenta's
Drum RNN (Simon & Oore).  Its attention is that of its `drum_kit` configuration: additive attention
(Bahdanau et al. 2015) of the first layer over its own last outputs, fed back into its input.
Groove memory reads nine bits instead of one-hot events and recalls the bars before
(:mod:`drumstudio.ml.recall`); a pointer copies events from them, mixed with the softmax through a
learned gate (pointer sentinel mixture models, Merity et al. 2016).
:mod:`drumstudio.ml.playing.stepper` runs the same weights one step at a time, without torch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from drumstudio.ml.config import GROOVE_MEMORY, POINTER, VOTERS, NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.reading import own_count, place_count
from drumstudio.ml.recall import (
    BARS,
    DECAYS,
    ECHO_MARKS,
    ECHOES,
    HEARD,
    LEAST,
    MATCHES,
    WITNESSES,
    bit_table,
    lag_count,
)

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


def _begin(layers: nn.ModuleList) -> None:
    """Weights that learn the early steps as Drum RNN does: Glorot's spread, and gates that remember."""
    for layer in layers:
        for name, value in layer.named_parameters():
            if "weight_ih" in name or "weight_hh" in name:
                nn.init.xavier_uniform_(value)
            elif "bias_ih" in name or "bias_hh" in name:
                nn.init.zeros_(value)
            if "bias_ih" in name:
                units = len(value) // 4
                nn.init.ones_(value[units : 2 * units])


class _Recurrent(nn.Module):
    """What the networks share: recurrent layers and a way out of the last one."""

    layers: nn.ModuleList
    out: nn.Linear

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.out.weight.device

    def start(self, batch: int) -> State:
        """State of every layer before the first step."""
        return [layer.start(batch) for layer in self.layers]  # type: ignore[operator]


class DrumRnn(_Recurrent):
    """The network that `config` describes, over the events of `encoding`."""

    def __init__(self, config: NetworkConfig, encoding: Encoding) -> None:
        super().__init__()
        self.config, self.encoding = config, encoding
        width = config.layers[0]
        # A one-hot vector times a matrix is a row of it: the embedding is Drum RNN's one-hot input.
        self.event = nn.Embedding(encoding.classes + 1, width)
        self.place = nn.Linear(own_count(config), width, bias=False)
        sizes = (width, *config.layers)
        self.layers = nn.ModuleList(
            AttentionLayer(before, units, config.attention)
            if config.attention and index == 0
            else PlainLayer(before, units)
            for index, (before, units) in enumerate(zip(sizes, config.layers, strict=False))
        )
        self.dropout = nn.Dropout(config.dropout)
        self.out = nn.Linear(config.layers[-1], encoding.classes)
        nn.init.xavier_uniform_(self.place.weight)
        _begin(self.layers)

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


class Votes(nn.Module):
    """What each drum's own past says for it and against it.

    Each drum weighs the recalled steps by itself, and hears what it did then and on average; so
    sets of drums come out that were never struck together before.
    """

    def __init__(self, units: int, drums: int) -> None:
        super().__init__()
        self.drums, self.lags = drums, lag_count(wide=True)
        self.weigh = nn.Linear(POINTER, drums, bias=False)
        self.lag = nn.Linear(units, drums * self.lags)
        self.hear = nn.Linear(WITNESSES, VOTERS, bias=False)
        self.ask = nn.Linear(units, VOTERS)
        self.drum = nn.Parameter(torch.zeros(drums, VOTERS))
        self.say = nn.Parameter(torch.randn(drums, VOTERS) * 0.1)
        self.lean = nn.Linear(units, drums)

    def forward(
        self, x: Tensor, judged: Tensor, copied: Tensor, bits: Tensor, averages: Tensor, before: Tensor
    ) -> Tensor:
        """Log odds (..., drums) of each drum.

        `x` (..., units) is what was read, `judged` (..., lags, POINTER) and `copied` (..., past) what
        the pointer thinks of the recalled steps, `bits` (..., past, drums + 1) their drums,
        `averages` (..., decays, drums) and `before` (..., drums + 1) the step just played.
        """
        absent = bits[..., : self.lags, -1:] > 0
        scores = self.weigh(judged) + self.lag(x).reshape(*x.shape[:-1], self.lags, self.drums)
        own = torch.softmax(scores.masked_fill(absent, -1e9), -2).masked_fill(absent, 0.0)
        drums = bits[..., :-1]
        witnesses = torch.cat(
            (
                drums[..., :BARS, :],
                averages,
                (copied.unsqueeze(-1) * drums).sum(-2, keepdim=True),
                (own * drums[..., : self.lags, :]).sum(-2, keepdim=True),
                before[..., None, :-1],
                1 - bits[..., :1, -1:].expand(*bits.shape[:-2], 1, self.drums),
            ),
            -2,
        )
        heard = torch.tanh(self.hear(witnesses.transpose(-1, -2)) + self.drum + self.ask(x).unsqueeze(-2))
        odds: Tensor = (heard * self.say).sum(-1) + self.lean(x)
        return odds


class GrooveMemory(_Recurrent):
    """A network that remembers the groove, as `config` describes it, over the events of `encoding`."""

    bits: Tensor

    def __init__(self, config: NetworkConfig, encoding: Encoding) -> None:
        super().__init__()
        self.config, self.encoding = config, encoding
        bits = torch.from_numpy(bit_table(encoding))
        self.register_buffer("bits", bits, persistent=False)
        events = (1 + len(HEARD)) * bits.shape[1]
        sizes = (events + place_count(config, encoding), *config.layers)
        self.layers = nn.ModuleList(
            PlainLayer(before, units) for before, units in zip(sizes, config.layers, strict=False)
        )
        self.dropout = nn.Dropout(config.dropout)
        units = config.layers[-1]
        self.out = nn.Linear(units, encoding.classes)
        # The pointer scores each recalled step by its matches, as what was read asks for them, and by
        # its distance; the gate weighs copying against inventing.
        lags = lag_count(config.wide)
        self.ask = nn.Linear(units, POINTER)
        self.key = nn.Linear(MATCHES, POINTER, bias=False)
        self.match = nn.Linear(POINTER, 1, bias=False)
        self.bar = nn.Linear(units, lags)
        self.gate = nn.Linear(units + MATCHES * lags, 1)
        if config.wide:
            self.echo_ask = nn.Linear(units, POINTER)
            self.echo_key = nn.Linear(ECHO_MARKS, POINTER, bias=False)
            self.echo_match = nn.Linear(POINTER, 1, bias=False)
            self.echo_rank = nn.Linear(units, ECHOES)
            self.votes = Votes(units, encoding.drums)
        _begin(self.layers)

    def forward(self, before: Tensor, place: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Log probabilities of the event of each step.

        `before` (batch, steps, 1 + past_count) int64 and `place` (batch, steps, features) are those of
        :func:`drumstudio.ml.reading.read`.  Gives (batch, steps, classes) and the state to go on
        from.
        """
        state = state or self.start(len(before))
        heard = self.bits[before[..., (0, *HEARD)]].flatten(2)
        x = torch.cat((heard, place), 2)
        after: State = []
        for layer, carried in zip(self.layers, state, strict=True):
            x, new = layer(x, carried)
            x = self.dropout(x)
            after.append(new)
        return self._mixed(x, before, place), after

    def _mixed(self, x: Tensor, before: Tensor, place: Tensor) -> Tensor:
        """Log probabilities of what the last layer's output `x` invents and the pointer copies."""
        past = before[..., 1:]
        lags, first = lag_count(self.config.wide), own_count(self.config)
        flat, averages, marks = place[..., first:].tensor_split(
            (MATCHES * lags, MATCHES * lags + len(DECAYS) * self.encoding.drums), -1
        )
        matches = flat.reshape(*flat.shape[:-1], MATCHES, lags).transpose(-1, -2)
        judged = torch.tanh(self.key(matches) + self.ask(x).unsqueeze(-2))
        scores = self.match(judged).squeeze(-1) + self.bar(x)
        if self.config.wide:
            scores = torch.cat((scores, self._echoes(x, marks)), -1)
        absent = past == self.encoding.start
        copied = torch.softmax(scores.masked_fill(absent, -1e9), -1).masked_fill(absent, 0.0)
        logits = self.out(x)
        if self.config.wide:
            per_drum = averages.reshape(*x.shape[:-1], len(DECAYS), self.encoding.drums)
            odds = self.votes(x, judged, copied, self.bits[past], per_drum, self.bits[before[..., 0]])
            logits = logits + odds @ self.bits[:-1, :-1].T
        nothing = absent.all(-1, keepdim=True)
        gate = torch.sigmoid(self.gate(torch.cat((x, flat), -1))).masked_fill(nothing, 0.0)
        mixed = (1 - gate) * torch.softmax(logits, -1)
        mixed = mixed.scatter_add(-1, past.masked_fill(absent, 0), gate * copied)
        return torch.log(mixed.clamp_min(LEAST))

    def _echoes(self, x: Tensor, marks: Tensor) -> Tensor:
        """Scores (batch, steps, ECHOES) of the echoes, by their `marks` and their rank."""
        told = marks.reshape(*marks.shape[:-1], ECHO_MARKS, ECHOES).transpose(-1, -2)
        judged = torch.tanh(self.echo_key(told) + self.echo_ask(x).unsqueeze(-2))
        scores: Tensor = self.echo_match(judged).squeeze(-1) + self.echo_rank(x)
        return scores


Network = DrumRnn | GrooveMemory


def build(config: NetworkConfig, encoding: Encoding) -> Network:
    """The untrained network that `config` describes."""
    return (GrooveMemory if config.kind == GROOVE_MEMORY else DrumRnn)(config, encoding)
