"""How to train, and what a training says of itself: plain values, without torch or numpy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    `steps` batches of `batch` windows of `window` steps; a report at step 1 and every
    `report_every` after it; `patience` steps without a better validation end the training (0:
    never); with `decay` the learning rate falls to nothing along a cosine over `steps`, after a
    short warm-up; gradients are clipped at the norm `clip`; `anchor` weighs the squared distance
    from the weights that a fine-tuning began with (0: they may go anywhere).
    """

    steps: int = 1000
    batch: int = 64
    window: int = 128
    learning_rate: float = 0.0015
    decay: bool = False
    clip: float = 3.0
    report_every: int = 10
    patience: int = 500
    seed: int = 0
    anchor: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What training says of itself at a step; a fine-tuning's first is of step 0, the base itself.

    Perplexity and accuracies are those of the step's own batch (dropout on), the validation's are
    over the whole validation split (dropout off; None where nothing is held out).
    `steps_per_second` counts training steps alone, since the report before (0 at step 0); `device`
    is where it trained: cpu, cuda or mps.
    """

    step: int
    perplexity: float
    validation_perplexity: float | None
    accuracy: float
    event_accuracy: float | None
    silence_accuracy: float | None
    validation_accuracy: float | None
    steps_per_second: float
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended: at `step`, the best report so far, and why ("done", "early", "stopped")."""

    step: int
    best: Report | None
    reason: str


def report_of(told: dict[str, Any]) -> Report:
    """The report that a file describes as `told`; TypeError or ValueError where it cannot be one."""
    report = Report(**told)
    if not isinstance(report.step, int) or not isinstance(report.device, str):
        raise ValueError("a report has a step and a device")
    figures = (value for name, value in told.items() if name != "device")
    if not all(isinstance(value, (int, float, type(None))) for value in figures):
        raise ValueError("a figure is not a number")
    if not isinstance(report.perplexity, (int, float)):
        raise ValueError("a report has a perplexity")
    return report


def best_of(reports: Iterable[Report]) -> Report | None:
    """The report whose model is kept: the best on validation, or the newest where nothing is held out."""
    best: Report | None = None
    for report in reports:
        if best is None or is_better(report, best):
            best = report
    return best


def is_better(report: Report, best: Report) -> bool:
    """Whether the model of `report` is kept in the place of that of `best`."""
    if report.validation_perplexity is None or best.validation_perplexity is None:
        return True
    return report.validation_perplexity < best.validation_perplexity


def state_path(model: Path) -> Path:
    """Where the training of `model` keeps what resuming it needs."""
    return model.with_suffix(".resume")
