"""Small data sets to train on, and an ear for what becomes of trainings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from drumstudio.app.training.runs import Run, RunState
from drumstudio.app.training.service import (
    RunChanged,
    RunGone,
    RunKept,
    TrainingEvent,
    TrainingNotice,
    Trainings,
)
from drumstudio.ml.data.dataset import DataSet
from drumstudio.ml.data.sequences import Sequence
from support.beats import beat

WAIT = 60.0


def lesson(path: Path, tracks: int = 6, held_out: int = 2, kit: int = 9) -> Path:
    """A data set of `tracks` short beats at `path`, the first `held_out` of them for validation."""
    sequences = []
    for number in range(tracks):
        events = beat(number, bars=4 + number).events
        split = "validation" if number < held_out else "train"
        events = events if kit == 9 else (events[::2] != 0).astype(np.int16)
        sequences.append(Sequence(f"{number}.mid", events, style="rock", beat_type="beat", split=split))
    DataSet(tuple(sequences), kit=kit).save(path)
    return path


class Ear:
    """Hears trainings; `wait` returns when something has come true of what was heard."""

    def __init__(self) -> None:
        self.events: list[TrainingEvent] = []
        self._heard = threading.Condition()
        self.reaction: Callable[[TrainingEvent], None] = lambda _event: None

    def __call__(self, event: TrainingEvent) -> None:
        self.reaction(event)
        with self._heard:
            self.events.append(event)
            self._heard.notify_all()

    def wait(self, true: Callable[[], bool]) -> None:
        """Wait until `true()`, asked at every event."""
        with self._heard:
            assert self._heard.wait_for(true, WAIT), self.events[-3:]

    def run(self, ident: str) -> Run | None:
        """The run as it was last heard of."""
        runs = [event.run for event in self.events if isinstance(event, RunChanged | RunKept)]
        return next((run for run in reversed(runs) if run.ident == ident), None)

    def wait_for(self, ident: str, true: Callable[[Run], bool]) -> Run:
        """Wait until `true` of a run; gives it as it then was."""
        found: list[Run] = []

        def holds() -> bool:
            run = self.run(ident)
            if run is not None and true(run):
                found.append(run)
            return bool(found)

        self.wait(holds)
        return found[0]

    def wait_state(self, ident: str, *states: RunState) -> Run:
        """Wait until a run is in one of `states`."""
        return self.wait_for(ident, lambda run: run.state in states)

    def states(self, ident: str) -> list[str]:
        """The states that a run was in, one after the other."""
        told = [event.run for event in self.events if isinstance(event, RunChanged)]
        found: list[str] = []
        for run in told:
            if run.ident == ident and found[-1:] != [run.state.value]:
                found.append(run.state.value)
        return found

    def notices(self) -> list[str]:
        """The sentences that were told."""
        return [event.message for event in self.events if isinstance(event, TrainingNotice)]

    def gone(self) -> list[str]:
        """Idents of the runs that are gone."""
        return [event.ident for event in self.events if isinstance(event, RunGone)]

    def kept(self) -> list[Run]:
        """Runs whose models were kept."""
        return [event.run for event in self.events if isinstance(event, RunKept)]


def process_of(trainings: Trainings) -> int:
    """Number of the process that trains now."""
    assert trainings.process is not None
    return trainings.process
