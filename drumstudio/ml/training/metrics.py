"""How well a network predicts: every step of every track once, with its whole history, dropout off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from drumstudio.ml.encoding import Floats
from drumstudio.ml.reading import read
from drumstudio.ml.training.model import Network, State
from drumstudio.ml.training.windows import IGNORED, Batch, Integers, Track, collate

# Tracks scored side by side, and steps of them at a time.
_ROWS = 32
_STRETCH = 256


@dataclass(frozen=True, slots=True)
class Score:
    """Sums over scored steps: `loss` in nats, `right` and `count` of those that hold hits and of rests;
    `event_loss` is what those with hits have of the loss."""

    loss: float = 0.0
    event_count: int = 0
    event_right: int = 0
    silence_count: int = 0
    silence_right: int = 0
    event_loss: float = 0.0

    @property
    def steps(self) -> int:
        """Steps scored."""
        return self.event_count + self.silence_count

    @property
    def perplexity(self) -> float:
        """Exp of the mean negative log likelihood of a step; at most e^700, which a number still holds."""
        return math.exp(min(self.loss / self.steps, 700.0))

    @property
    def event_perplexity(self) -> float | None:
        """The same of the steps that hold hits, rests left out; None where no step does."""
        return math.exp(min(self.event_loss / self.event_count, 700.0)) if self.event_count else None

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
            self.event_loss + other.event_loss,
        )


def score_batch(logits: torch.Tensor, target: torch.Tensor) -> Score:
    """Score of `logits` (batch, steps, classes) against `target` (batch, steps); `IGNORED` is left out."""
    return sum(_score_rows(logits, target), Score())


def evaluate(model: Network, tracks: Sequence[Track]) -> Score:
    """Score of `model` on `tracks`: every step after the first of each, dropout off."""
    return sum(evaluate_each(model, tracks), Score())


def evaluate_each(model: Network, tracks: Sequence[Track]) -> list[Score]:
    """Score of `model` on each of `tracks`, in their order.

    Tracks are scored side by side in stretches, the state carried from one to the next; a track
    that has ended leaves the batch.
    """
    found = [Score()] * len(tracks)
    long = [index for index, track in enumerate(tracks) if len(track.events) > 1]
    order = sorted(long, key=lambda index: -len(tracks[index].events))
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for first in range(0, len(order), _ROWS):
                rows = order[first : first + _ROWS]
                for index, score in zip(
                    rows, _score_side_by_side(model, [tracks[i] for i in rows]), strict=True
                ):
                    found[index] = score
    finally:
        model.train(training)
    return found


def _score_rows(logits: torch.Tensor, target: torch.Tensor) -> list[Score]:
    """Score of each row of `logits` (batch, steps, classes) against `target` (batch, steps)."""
    with torch.no_grad():
        loss = functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED, reduction="none"
        )
        right = (logits.argmax(2) == target).cpu()
        # Summed on the processor: not every device counts in double precision.
        loss, target = loss.cpu().double().view_as(target), target.cpu()
        events, rests = target > 0, target == 0
        sums = torch.stack([loss, loss * events, events, right & events, rests, right & rests]).sum(2)
    return [
        Score(whole, int(struck), int(hit), int(silent), int(held), of_events)
        for whole, of_events, struck, hit, silent, held in sums.T.tolist()
    ]


def _score_side_by_side(model: Network, tracks: Sequence[Track]) -> list[Score]:
    """Score of each of `tracks`, longest first, in one batch."""
    found = [Score()] * len(tracks)
    tables = [_table(model, track) for track in tracks]
    state = model.start(len(tracks))
    for first in range(0, len(tracks[0].events), _STRETCH):
        alive = [table for table in tables if len(table[2]) > first]
        state = [tuple(part[: len(alive)] for part in layer) for layer in state]
        stretch = slice(first, first + _STRETCH)
        batch = collate(
            [(before[stretch], place[stretch], target[stretch]) for before, place, target in alive]
        )
        logits, state = _run(model, batch, state)
        for row, score in enumerate(_score_rows(logits, torch.from_numpy(batch.target).to(model.device))):
            found[row] += score
    return found


def _table(model: Network, track: Track) -> tuple[Integers, Floats, Integers]:
    """What the model reads of each step of `track`, and the targets; the first is not scored."""
    classes = model.encoding.encode(track.events)
    before, place = read(model.config, model.encoding, classes, track.steps_per_bar, track.steps_per_quarter)
    target = classes.copy()
    target[0] = IGNORED
    return before, place, target


def _run(model: Network, batch: Batch, state: State) -> tuple[torch.Tensor, State]:
    before, place = torch.from_numpy(batch.before), torch.from_numpy(batch.place)
    logits, after = model(before.to(model.device), place.to(model.device), state)
    return logits, after
