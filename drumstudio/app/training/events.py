"""What becomes of trainings, told as it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drumstudio.app.training.runs import Run


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run is new, or is no longer what it was: a step, a report, a state."""

    run: Run


@dataclass(frozen=True, slots=True)
class RunKept:
    """The model of `run` is now one of the user's: `run.model`."""

    run: Run


@dataclass(frozen=True, slots=True)
class RunGone:
    """The run was discarded, or its folder is gone."""

    ident: str


@dataclass(frozen=True, slots=True)
class TrainingNotice:
    """A sentence for people: what was taken up again, what was passed over, what failed."""

    message: str
    error: bool = False


TrainingEvent = RunChanged | RunKept | RunGone | TrainingNotice
Listener = Callable[[TrainingEvent], None]
