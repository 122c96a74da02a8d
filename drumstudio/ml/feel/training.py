"""Training of the feel network, in PyTorch: quantiles of velocity and offset, from performances.

The loss is the pinball loss of each quantile (Koenker & Bassett 1978), the median's weighing most.  In
half of the windows the player is partly known: some first bars, some drums, or some bars; those hits
are told and not asked.  The style is hidden from half of them.  What is kept is the moving average
of the weights.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import DatasetError
from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.control import family_of
from drumstudio.ml.feel.file import (
    LEVELS,
    MEDIAN,
    TARGETS,
    FeelConfig,
    FeelModel,
    FeelTraining,
    save_feel,
)
from drumstudio.ml.feel.inputs import (
    OFFSET_UNIT,
    VELOCITY_MIDDLE,
    VELOCITY_UNIT,
    Floats,
    feel_inputs,
    input_count,
)
from drumstudio.ml.feel.model import FeelPlayer
from drumstudio.ml.feel.performances import Performance

_MEDIAN_WEIGHT = 3.0
_CLIP = 1.0
_WARM_UP = 50
_AVERAGE = 0.99
_HIDDEN_STYLE = 0.5
# A style of fewer pieces says too little.
_LEAST_PIECES = 3
# Pieces that tell what is usual for each drum.
_USUAL_PIECES = 120


@dataclass(frozen=True, slots=True)
class FeelSettings:
    """How to train each member: `steps` batches of `batch` windows of up to `window` steps.

    The learning rate falls to nothing along a cosine; `dropout` is the share left out before and
    after each layer, `input_dropout` of the inputs.
    """

    steps: int = 3500
    batch: int = 24
    window: int = 128
    learning_rate: float = 0.003
    weight_decay: float = 0.01
    dropout: float = 0.4
    input_dropout: float = 0.1
    seed: int = 0


class FeelNetwork(nn.Module):
    """One member: LSTM layers in both directions, and quantiles of both targets for every drum."""

    def __init__(self, config: FeelConfig, dropout: float = 0.0, input_dropout: float = 0.0) -> None:
        super().__init__()
        self.rnn = nn.LSTM(
            input_count(config.styles),
            config.units,
            config.layers,
            batch_first=True,
            bidirectional=True,
            dropout=dropout if config.layers > 1 else 0.0,
        )
        self.input_dropout = nn.Dropout(input_dropout)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * config.units, DRUM_COUNT * TARGETS * len(LEVELS))

    def forward(self, x: Tensor) -> Tensor:
        """Quantiles (batch, steps, 9, 2, levels), in the network's units, of inputs (batch, steps, n)."""
        heard, _ = self.rnn(self.input_dropout(x))
        quantiles: Tensor = self.out(self.dropout(heard))
        return quantiles.view(*quantiles.shape[:2], DRUM_COUNT, TARGETS, len(LEVELS))


@dataclass(frozen=True, eq=False)
class _Batch:
    """Inputs (batch, steps, n), targets (batch, steps, 9, 2) and which count (batch, steps, 9)."""

    x: Floats
    targets: Floats
    counts: Floats


class _Windows:
    """Batches drawn from performances by number and seed alone."""

    def __init__(
        self, pieces: Sequence[Performance], styles: tuple[str, ...], settings: FeelSettings
    ) -> None:
        self._pieces, self._styles, self._settings = pieces, styles, settings
        # Long recordings hold more, but much of it again and again.
        weights = np.sqrt([int(piece.struck.sum()) for piece in pieces])
        self._chances = weights / weights.sum()

    def batch(self, number: int, member: int) -> _Batch:
        settings = self._settings
        draw = np.random.default_rng((settings.seed, member, number))
        shape = (settings.batch, settings.window, DRUM_COUNT)
        batch = _Batch(
            np.zeros((*shape[:2], input_count(self._styles)), np.float32),
            np.zeros((*shape, TARGETS), np.float32),
            np.zeros(shape, np.float32),
        )
        for row, index in enumerate(draw.choice(len(self._pieces), settings.batch, p=self._chances)):
            self._fill(batch, row, self._pieces[index], draw)
        return batch

    def _fill(self, batch: _Batch, row: int, piece: Performance, draw: np.random.Generator) -> None:
        """One window, from a bar line on; some are short, as what the program plays is."""
        length = int(self._settings.window * draw.choice((1.0, 0.5, 0.25), p=(0.6, 0.25, 0.15)))
        bar, steps = piece.steps_per_bar, len(piece.velocities)
        first = int(draw.integers(0, max(0, steps - length) // bar + 1)) * bar
        part = slice(first, min(steps, first + length))
        velocities, offsets = piece.velocities[part], piece.offsets[part]
        count = len(velocities)
        mask = _known(draw, count, bar)
        batch.x[row, :count] = feel_inputs(
            velocities,
            steps_per_bar=bar,
            steps_per_quarter=piece.steps_per_quarter,
            qpm=piece.qpm,
            styles=self._styles,
            style="" if draw.random() < _HIDDEN_STYLE else piece.style,
            known=(velocities, offsets, mask),
        )
        batch.targets[row, :count, :, 0] = (velocities - VELOCITY_MIDDLE) / VELOCITY_UNIT
        batch.targets[row, :count, :, 1] = offsets * (piece.step_milliseconds / OFFSET_UNIT)
        batch.counts[row, :count] = (velocities > 0) & ~mask


def _known(draw: np.random.Generator, steps: int, bar: int) -> npt.NDArray[np.bool_]:
    """Which hits (steps, 9) of a window are told: none, one to four first bars, some drums, or some bars."""
    mask = np.zeros((steps, DRUM_COUNT), np.bool_)
    kind = draw.random()
    if 0.5 <= kind < 0.8:
        mask[: bar * int(draw.integers(1, 5))] = True
    elif 0.8 <= kind < 0.9:
        mask[:, draw.random(DRUM_COUNT) < 0.4] = True
    elif kind >= 0.9:
        bars = draw.random(-(-steps // bar)) < 0.5
        mask[np.repeat(bars, bar)[:steps]] = True
    return mask


@dataclass(frozen=True, slots=True)
class FeelReport:
    """What training says of itself: the step of the member, and the loss since the report before."""

    member: int
    step: int
    loss: float


def train_feel(
    path: Path,
    config: FeelConfig,
    settings: FeelSettings,
    performances: Sequence[Performance],
    described: FeelTraining | None = None,
    on_report: Callable[[FeelReport], None] | None = None,
    report_every: int = 100,
) -> FeelModel:
    """Train on the train split, measure on the validation split, and write the network to `path`.

    The config's styles are replaced by those of the data.  Raises DatasetError where nothing is
    in the train split, CheckpointError where `path` cannot be written.
    """
    train = [piece for piece in performances if piece.split == "train"]
    held_out = [piece for piece in performances if piece.split == "validation"]
    if not train:
        raise DatasetError("nothing is in the train split; add files to it")
    config = replace(config, styles=styles_of(train))
    weights: Weights = {"usual": np.zeros((DRUM_COUNT, TARGETS, 2), np.float32)}
    windows = _Windows(train, config.styles, settings)
    for member in range(config.members):
        network = _trained(config, settings, windows, member, on_report, report_every)
        weights |= {f"{member}.{name}": value.numpy() for name, value in network.state_dict().items()}
    weights["usual"] = _usual(config, weights, train, settings.seed)
    velocity, offset = errors(FeelPlayer(config, weights), held_out) if held_out else (None, None)
    splits = {name: sum(piece.split == name for piece in performances) for name in ("train", "validation")}
    model = FeelModel(
        config,
        replace(
            described or FeelTraining(),
            steps=settings.steps,
            seed=settings.seed,
            batch=settings.batch,
            window=settings.window,
            learning_rate=settings.learning_rate,
            pieces=splits,
            velocity_error=velocity,
            offset_error=offset,
        ),
    )
    save_feel(path, model, weights)
    return model


def styles_of(pieces: Sequence[Performance]) -> tuple[str, ...]:
    """Styles with enough pieces, by name."""
    families = [family_of(piece.style) for piece in pieces]
    return tuple(sorted({one for one in families if one and families.count(one) >= _LEAST_PIECES}))


def _trained(
    config: FeelConfig,
    settings: FeelSettings,
    windows: _Windows,
    member: int,
    on_report: Callable[[FeelReport], None] | None,
    report_every: int,
) -> FeelNetwork:
    torch.manual_seed(settings.seed * 1000 + member)
    network = FeelNetwork(config, settings.dropout, settings.input_dropout).train()
    average = copy.deepcopy(network).eval().requires_grad_(False)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    losses = 0.0
    for step in range(1, settings.steps + 1):
        for group in optimizer.param_groups:
            fall = (1 + math.cos(math.pi * step / settings.steps)) / 2
            group["lr"] = settings.learning_rate * min(1.0, step / _WARM_UP) * fall
        batch = windows.batch(step, member)
        loss = pinball(network(torch.from_numpy(batch.x)), batch.targets, batch.counts)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
        optimizer.step()
        losses += float(loss.detach())
        # The average begins short, so that the first weights are soon forgotten.
        share = 1 - min(_AVERAGE, step / (step + 5))
        for kept, value in _pairs(average, network):
            kept.lerp_(value.detach(), share)
        if on_report is not None and step % report_every == 0:
            on_report(FeelReport(member, step, losses / report_every))
            losses = 0.0
    return average


def _pairs(one: nn.Module, other: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    return zip(one.parameters(), other.parameters(), strict=True)


def pinball(quantiles: Tensor, targets: Floats, counts: Floats) -> Tensor:
    """Mean pinball loss over the hits that count, summed over levels and targets."""
    levels = torch.tensor(LEVELS)
    weights = torch.ones(len(LEVELS))
    weights[MEDIAN] = _MEDIAN_WEIGHT
    above = torch.from_numpy(targets).unsqueeze(-1) - quantiles
    loss = (torch.maximum(levels * above, (levels - 1) * above) * weights).sum((-1, -2))
    counted = torch.from_numpy(counts)
    return (loss * counted).sum() / counted.sum().clamp_min(1.0)


def _usual(config: FeelConfig, weights: Weights, train: Sequence[Performance], seed: int) -> Floats:
    """Mean and standard deviation (9, 2, 2) of the medians that the network gives each drum's hits."""
    player = FeelPlayer(config, weights)
    draw = np.random.default_rng(seed)
    chosen = draw.permutation(len(train))[:_USUAL_PIECES]
    found: list[list[list[Floats]]] = [[[] for _ in range(TARGETS)] for _ in range(DRUM_COUNT)]
    for index in chosen:
        piece = train[index]
        quantiles = _asked(player, piece)
        for drum in range(DRUM_COUNT):
            for target in range(TARGETS):
                found[drum][target].append(quantiles[target][piece.struck[:, drum], drum, MEDIAN])
    usual = np.zeros((DRUM_COUNT, TARGETS, 2), np.float32)
    for drum in range(DRUM_COUNT):
        for target in range(TARGETS):
            medians = np.concatenate(found[drum][target])
            usual[drum, target] = (medians.mean(), max(1e-2, medians.std())) if len(medians) else (0.0, 1.0)
    return usual


def _asked(player: FeelPlayer, piece: Performance, style: str = "") -> tuple[Floats, Floats]:
    """Quantiles of a piece's velocities, and of its offsets in milliseconds."""
    return player.quantiles(
        piece.struck,
        steps_per_bar=piece.steps_per_bar,
        steps_per_quarter=piece.steps_per_quarter,
        qpm=piece.qpm,
        style=style,
    )


def errors(player: FeelPlayer, pieces: Sequence[Performance]) -> tuple[float, float]:
    """Mean absolute errors of the medians, over all hits: velocity, and offset in milliseconds."""
    wrong: list[list[Floats]] = [[], []]
    for piece in pieces:
        velocities, offsets = _asked(player, piece, piece.style)
        struck = piece.struck
        wrong[0].append(np.abs(velocities[..., MEDIAN] - piece.velocities)[struck])
        wrong[1].append(
            np.abs(offsets[..., MEDIAN] - piece.offsets * np.float32(piece.step_milliseconds))[struck]
        )
    return float(np.concatenate(wrong[0]).mean()), float(np.concatenate(wrong[1]).mean())
