"""How well a network predicts: every step of every track once, with its whole history, dropout off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from drumstudio.ml.encoding import position_features
from drumstudio.ml.model import DrumRnn, State
from drumstudio.ml.windows import IGNORED, Batch, Track, collate

# Tracks scored side by side, and steps of them at a time.
_ROWS = 32
_STRETCH = 256


@dataclass(frozen=True, slots=True)
class Score:
    """Sums over scored steps: `loss` in nats, `right` and `count` of those that hold hits and of rests."""

    loss: float = 0.0
    event_count: int = 0
    event_right: int = 0
    silence_count: int = 0
    silence_right: int = 0

    @property
    def steps(self) -> int:
        """Steps scored."""
        return self.event_count + self.silence_count

    @property
    def perplexity(self) -> float:
        """Exp of the mean negative log likelihood of a step; at most e^700, which a number still holds."""
        return math.exp(min(self.loss / self.steps, 700.0))

    @property
    def accuracy(self) -> float:
        """Share of steps whose likeliest event is the true one."""
        return (self.event_right + self.silence_right) / self.steps

    @property
    def event_accuracy(self) -> float | None:
        """The same where the truth holds a hit; None where no step does."""
        return self.event_right / self.event_count if self.event_count else None

    @property
    def silence_accuracy(self) -> float | None:
        """The same where the truth is a rest; None where no step is."""
        return self.silence_right / self.silence_count if self.silence_count else None

    def __add__(self, other: Score) -> Score:
        return Score(
            self.loss + other.loss,
            self.event_count + other.event_count,
            self.event_right + other.event_right,
            self.silence_count + other.silence_count,
            self.silence_right + other.silence_right,
        )


def score_batch(logits: torch.Tensor, target: torch.Tensor) -> Score:
    """Score of `logits` (batch, steps, classes) against `target` (batch, steps); `IGNORED` is left out."""
    with torch.no_grad():
        flat, wanted = logits.flatten(0, 1), target.flatten()
        loss = functional.cross_entropy(flat, wanted, ignore_index=IGNORED, reduction="none")
        right = flat.argmax(1) == wanted
        events, rests = wanted > 0, wanted == 0
        return Score(
            float(loss.double().sum()),
            int(events.sum()),
            int((right & events).sum()),
            int(rests.sum()),
            int((right & rests).sum()),
        )


def evaluate(model: DrumRnn, tracks: Sequence[Track]) -> Score:
    """Score of `model` on `tracks`: every step after the first of each, dropout off.

    Tracks are scored side by side in stretches, the state carried from one to the next; a track
    that has ended leaves the batch.
    """
    ordered = sorted((track for track in tracks if len(track.events) > 1), key=lambda t: -len(t.events))
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            parts = (
                _score_rows(model, ordered[first : first + _ROWS]) for first in range(0, len(ordered), _ROWS)
            )
            return sum(parts, Score())
    finally:
        model.train(training)


def _score_rows(model: DrumRnn, tracks: Sequence[Track]) -> Score:
    """Score of `tracks`, longest first, in one batch."""
    total = Score()
    state = model.start(len(tracks))
    for first in range(0, len(tracks[0].events), _STRETCH):
        alive = [track for track in tracks if len(track.events) > first]
        state = [tuple(part[: len(alive)] for part in layer) for layer in state]
        batch = collate([_stretch(model, track, first) for track in alive])
        logits, state = _run(model, batch, state)
        total += score_batch(logits, torch.from_numpy(batch.target).to(model.device))
    return total


def _stretch(model: DrumRnn, track: Track, first: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, places and targets of the stretch of `track` that begins at `first`."""
    encoding = model.encoding
    classes = encoding.encode(track.events)
    target = classes[first : first + _STRETCH].copy()
    before = np.append(encoding.start, classes[:-1])[first : first + _STRETCH]
    if first == 0:
        target[0] = IGNORED
    place = position_features(first, len(target), track.steps_per_bar, model.config.place)
    return before, place, target


def _run(model: DrumRnn, batch: Batch, state: State) -> tuple[torch.Tensor, State]:
    before, place = torch.from_numpy(batch.before), torch.from_numpy(batch.place)
    logits, after = model(before.to(model.device), place.to(model.device), state)
    return logits, after
