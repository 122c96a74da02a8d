"""Trainings in the background: a queue of runs, each in a process of its own, that nothing loses.

One run trains at a time, the others wait in their order.  Every call returns at once; what comes of it
reaches the listener on the service's own thread, which must only hand the event on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drumstudio.app.runs import Run, TrainingPlan


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
    """The run was discarded."""

    ident: str


@dataclass(frozen=True, slots=True)
class TrainingNotice:
    """A sentence for people: what was taken up again, what was passed over, what failed."""

    message: str
    error: bool = False


TrainingEvent = RunChanged | RunKept | RunGone | TrainingNotice
Listener = Callable[[TrainingEvent], None]


class Trainings:
    """Owner of the thread and of the processes that train.

    Runs that a closed or killed program left unfinished are taken up again by themselves, and a
    notice says so; paused ones stay paused.
    """

    def __init__(self, listener: Listener, folder: Path | None = None) -> None:
        raise NotImplementedError

    def start(self, plan: TrainingPlan, data: Path) -> str:
        """Queue a training of `plan` on the data set file `data`, which is copied; gives its ident."""
        raise NotImplementedError

    def pause(self, ident: str) -> None:
        """Save the run and let it rest until `go_on`; the next in the queue trains meanwhile."""
        raise NotImplementedError

    def go_on(self, ident: str) -> None:
        """Queue a paused, stopped or failed run again, from where it was saved."""
        raise NotImplementedError

    def stop(self, ident: str) -> None:
        """End the run and keep its best model so far."""
        raise NotImplementedError

    def discard(self, ident: str) -> None:
        """Forget the run and delete its folder; a model that was kept stays."""
        raise NotImplementedError

    def runs(self) -> tuple[Run, ...]:
        """All runs, the newest first."""
        raise NotImplementedError

    def close(self, timeout: float = 20.0) -> bool:
        """Save what trains and end the thread; whether it ended within `timeout` seconds."""
        raise NotImplementedError
