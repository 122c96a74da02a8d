"""The trainings in the background, as the window's thread sees them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from drumstudio.app.training.runs import Run, TrainingPlan
from drumstudio.app.training.service import (
    RunChanged,
    RunGone,
    RunKept,
    TrainingEvent,
    TrainingNotice,
    Trainings,
)
from drumstudio.ui.bridge import Bridge

# Milliseconds that changes are gathered, so that the window repaints ten times a second at most.
GATHER = 100


class Service(QObject):
    """Knows every run as it stands now, and passes on what is asked.

    Signals: `changed()` when runs are no longer what they were, at most ten times a second;
    `kept(Run)` when a model is ready; `noticed(str, bool)` for a sentence, and whether it is an error.
    A run that is put away can be brought back until the next one is, or until the window closes.
    """

    changed = Signal()
    kept = Signal(object)
    noticed = Signal(str, bool)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._trainings: Trainings | None = None
        self._runs: dict[str, Run] = {}
        self._away: tuple[str, bool] | None = None
        self._gone: set[str] = set()
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHER)
        self._gathering.timeout.connect(self.changed)
        bridge.training_event.connect(self._on_event)

    def begin(self) -> None:
        """Take up what an earlier start left."""
        self._trainings = Trainings(self._bridge.training_event.emit)

    def close(self) -> None:
        """Save what trains, and end the service."""
        if self._trainings is not None:
            self._forget_away()
            self._trainings.close()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run that was not put away, the newest first."""
        away = self._gone | ({self._away[0]} if self._away else set())
        there = [run for run in self._runs.values() if run.ident not in away]
        return tuple(sorted(there, key=lambda run: (run.started or float("inf"), run.ident), reverse=True))

    @property
    def active(self) -> Run | None:
        """The run that trains now."""
        return next((run for run in self.runs if run.active), None)

    def run(self, ident: str) -> Run | None:
        """The run `ident`, None where there is none (any more)."""
        return next((run for run in self.runs if run.ident == ident), None)

    # -- what can be asked

    def start(self, plan: TrainingPlan, data: Path) -> str:
        """Queue a training; gives its ident."""
        return self._known().start(plan, data)

    def pause(self, ident: str) -> None:
        """Let the run rest."""
        self._known().pause(ident)

    def go_on(self, ident: str) -> None:
        """Go on with a run that rests, was stopped or failed."""
        self._known().go_on(ident)

    def stop(self, ident: str) -> None:
        """End the run, and keep its best model."""
        self._known().stop(ident)

    def put_away(self, ident: str) -> None:
        """Take the run out of sight, for good once another is or the window closes.

        One that trains rests meanwhile.
        """
        self._forget_away()
        run = self.run(ident)
        rests = run is not None and run.can_pause
        if rests:
            self.pause(ident)
        self._away = (ident, rests)
        self.changed.emit()

    def bring_back(self, ident: str) -> None:
        """Show the run again, and let it train again if it did; not after it is gone for good."""
        if self._away is None or self._away[0] != ident:
            return
        (ident, rests), self._away = self._away, None
        if rests:
            self.go_on(ident)
        self.changed.emit()

    def _forget_away(self) -> None:
        if self._away is not None:
            self._known().discard(self._away[0])
            self._gone.add(self._away[0])
            self._away = None

    def _known(self) -> Trainings:
        assert self._trainings is not None, "begin() comes first"
        return self._trainings

    # -- what comes

    def _on_event(self, event: TrainingEvent) -> None:
        if isinstance(event, RunChanged | RunKept):
            self._runs[event.run.ident] = event.run
            if isinstance(event, RunKept):
                self.kept.emit(event.run)
        elif isinstance(event, RunGone):
            self._runs.pop(event.ident, None)
        elif isinstance(event, TrainingNotice):
            self.noticed.emit(event.message, event.error)
        if not self._gathering.isActive():
            self._gathering.start()
