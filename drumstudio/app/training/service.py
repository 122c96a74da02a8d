"""Trainings in the background: a queue of runs, each in a process of its own, that nothing loses.

One run trains at a time, the others wait in their order.  Every call returns at once; what comes of it
reaches the listener on the service's own thread, which must only hand the event on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from drumstudio.app.training import folder as run_folder
from drumstudio.app.training.book import RunBook
from drumstudio.app.training.child import SAVE, STOP
from drumstudio.app.training.events import (
    Listener,
    RunChanged,
    RunGone,
    RunKept,
    TrainingEvent,
    TrainingNotice,
)
from drumstudio.app.training.process import TrainingProcess
from drumstudio.app.training.rate import Rate
from drumstudio.app.training.runs import DataCounts, Levels, Run, RunState, TrainingPlan
from drumstudio.errors import DrumStudioError
from drumstudio.ml.training.reports import is_better, report_of

__all__ = [
    "Listener",
    "RunChanged",
    "RunGone",
    "RunKept",
    "TrainingEvent",
    "TrainingNotice",
    "Trainings",
]

# Seconds between two looks at what other windows train, and whether the process of a killed one has ended.
_LOOK_AGAIN = 1.0
# How often in a row a process may be ended from outside without having got anywhere.
_STRIKES = 2
_NOTHING_LEARNED = "It was stopped before it had learned anything, so there is no model of it."
_BROKEN = "The process that trained it was ended from outside"


class _Current:
    """The run that trains: its process, how fast it goes, and how its process said that it ended."""

    def __init__(self, ident: str, process: TrainingProcess, spent: float) -> None:
        self.ident, self.process = ident, process
        self.rate = Rate()
        self.last: dict[str, Any] = {}
        self.discarded = False
        self._began, self._spent = time.monotonic(), spent

    @property
    def seconds(self) -> float:
        """What was spent on training the run."""
        return self._spent + time.monotonic() - self._began


class Trainings:
    """Owner of the thread and of the processes that train.

    Runs that a closed or killed program left unfinished are taken up again by themselves, and a
    notice says so; paused ones stay paused.
    """

    def __init__(self, listener: Listener, folder: Path | None = None) -> None:
        self._listener = listener
        self._book = RunBook(folder or run_folder.trainings_folder(), listener)
        self._todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._current: _Current | None = None
        self._broken: set[str] = set()
        self._strikes: dict[str, int] = {}
        self._closing = threading.Event()
        self._patience = 20.0
        self._thread = threading.Thread(target=self._run, name="trainings", daemon=True)
        self._thread.start()

    def start(self, plan: TrainingPlan, data: Path) -> str:
        """Queue a training of `plan` on the data set file `data`, which is copied; gives its ident.

        Where its folder cannot be made a notice says why, and there is no such run.
        """
        ident = run_folder.new_ident()
        dated = replace(plan, date=plan.date or date.today().isoformat())
        self._todo.put(lambda: self._start(ident, dated, data))
        return ident

    def pause(self, ident: str) -> None:
        """Save the run and let it rest until `go_on`; the next in the queue trains meanwhile."""
        self._todo.put(lambda: self._pause(ident))

    def go_on(self, ident: str) -> None:
        """Queue a paused, stopped or failed run again, from where it was saved."""
        self._todo.put(lambda: self._go_on(ident))

    def stop(self, ident: str) -> None:
        """End the run and keep its best model so far."""
        self._todo.put(lambda: self._stop(ident))

    def discard(self, ident: str) -> None:
        """Forget the run and delete its folder; a model that was kept stays."""
        self._todo.put(lambda: self._discard(ident))

    def runs(self) -> tuple[Run, ...]:
        """All runs, the newest first."""
        return self._book.runs

    @property
    def process(self) -> int | None:
        """Number of the process that trains now; None where none does."""
        current = self._current
        return None if current is None else current.process.pid

    def close(self, timeout: float = 20.0) -> bool:
        """Save what trains and end the thread; whether it ended within `timeout` seconds."""
        self._patience = max(0.0, timeout - 2.0)
        self._closing.set()
        self._todo.put(lambda: None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # --- the thread

    def _run(self) -> None:
        self._broken.update(self._book.open())
        self._finish_stopped()
        while not self._closing.is_set():
            self._next()
            try:
                self._todo.get(timeout=self._wait())()
            except queue.Empty:
                continue
            except Exception as bug:
                # The thread must live on; the hook of uncaught exceptions hears of it all the same.
                threading.excepthook(threading.ExceptHookArgs((type(bug), bug, bug.__traceback__, None)))
        if self._current is not None:
            self._current.process.close(self._patience)
        self._book.close()

    def _wait(self) -> float | None:
        """Seconds until there is something to look at though nobody called; None: never."""
        waits = self._current is None and self._book.waiting() is not None
        return _LOOK_AGAIN if waits or self._book.elsewhere() else None

    def _next(self) -> None:
        """Train the next run if none trains, here or in another window."""
        if self._book.elsewhere():
            self._broken.update(self._book.look_again())
            self._finish_stopped()
        ident = self._book.waiting()
        if self._current is not None or ident is None or self._book.busy_elsewhere():
            return
        run = self._book[ident]
        try:
            process = TrainingProcess(
                self._book.folder(ident),
                lambda told: self._todo.put(lambda: self._on_line(ident, told)),
                lambda _status: self._todo.put(lambda: self._on_end(ident)),
            )
        except OSError as error:
            message = f"No process can be started to train it ({error.strerror or error}); try again later."
            self._book.change(ident, state=RunState.FAILED, message=message)
            return
        self._current = _Current(ident, process, run.seconds)
        self._book.change(ident, state=RunState.TRAINING, started=run.started or time.time())

    def _finish_stopped(self) -> None:
        """Keep the models of runs whose program ended as they were being stopped."""
        for run in self._book.runs:
            if run.state is RunState.STOPPING:
                self._broken.discard(run.ident)
                self._keep(run.ident, RunState.STOPPED)

    # --- what is asked

    def _start(self, ident: str, plan: TrainingPlan, data: Path) -> None:
        try:
            self._book.add(ident, plan, data)
        except DrumStudioError as error:
            self._book.notice(str(error))

    def _pause(self, ident: str) -> None:
        if ident not in self._book or not self._book[ident].can_pause:
            return
        if self._trains(ident):
            self._say(ident, SAVE, RunState.PAUSING)
        else:
            self._book.change(ident, state=RunState.PAUSED)

    def _go_on(self, ident: str) -> None:
        if ident in self._book and self._book[ident].can_go_on:
            self._strikes.pop(ident, None)
            self._book.queue(ident)

    def _stop(self, ident: str) -> None:
        if ident not in self._book or not self._book[ident].can_stop:
            return
        if self._trains(ident):
            self._say(ident, STOP, RunState.STOPPING)
        else:
            self._keep(ident, RunState.STOPPED)

    def _discard(self, ident: str) -> None:
        if ident not in self._book or self._book[ident].state is RunState.ELSEWHERE:
            return
        current = self._current
        if current is not None and current.ident == ident:
            current.discarded = True
            current.process.kill()
        else:
            self._remove(ident)

    def _remove(self, ident: str) -> None:
        try:
            self._book.remove(ident)
        except DrumStudioError as error:
            self._book.notice(str(error))

    def _trains(self, ident: str) -> bool:
        return self._current is not None and self._current.ident == ident

    def _say(self, ident: str, word: str, state: RunState) -> None:
        assert self._current is not None
        self._current.process.say(word)
        self._book.change(ident, state=state, seconds_left=None)

    # --- what its process says

    def _on_line(self, ident: str, told: dict[str, Any]) -> None:
        current = self._current
        if current is None or current.ident != ident:
            return
        event = told["event"]
        if event == "begun":
            self._begun(current, told)
        elif event == "step":
            self._advance(current, int(told["step"]))
        elif event == "report":
            self._report(current, told)
        elif event == "cell":
            self._cell(current, told)
        else:
            current.last = told

    def _begun(self, current: _Current, told: dict[str, Any]) -> None:
        run = self._book.reload(current.ident)
        run = self._book.change(
            current.ident,
            levels=Levels(**told["levels"]),
            counts=DataCounts(**told["counts"]),
            device=str(told["device"]),
            step=int(told["step"]),
            message="",
        )
        current.rate.note(run.step)
        if current.ident in self._broken:
            self._broken.discard(current.ident)
            self._book.notice(f"The training of {run.plan.name} goes on from step {run.step}.", error=False)

    def _advance(self, current: _Current, step: int, **values: Any) -> None:
        current.rate.note(step)
        run = self._book[current.ident]
        left = None if run.state is not RunState.TRAINING else current.rate.seconds_left(run.steps - step)
        self._book.change(
            current.ident,
            step=step,
            steps_per_second=current.rate.per_second(),
            seconds_left=left,
            seconds=current.seconds,
            **values,
        )

    def _report(self, current: _Current, told: dict[str, Any]) -> None:
        self._strikes.pop(current.ident, None)
        run, report = self._book[current.ident], report_of(told["report"])
        best = report if run.best is None or is_better(report, run.best) else run.best
        self._advance(current, report.step, reports=(*run.reports, report), best=best)

    def _cell(self, current: _Current, told: dict[str, Any]) -> None:
        cell = run_folder.cell_from_json(told["cell"])
        run = self._book[current.ident]
        shape = (cell.layers, cell.units)
        others = {(each.layers, each.units): each for each in run.cells}
        before = others.get(shape)
        if before is not None and len(cell.reports) > len(before.reports):
            self._strikes.pop(current.ident, None)
        run = run_folder.with_cells(run, {**others, shape: cell}.values())
        self._advance(current, run.step, cells=run.cells, reports=run.reports, best=run.best)

    def _on_end(self, ident: str) -> None:
        """Its process has ended, in whatever way."""
        current, self._current = self._current, None
        assert current is not None
        current.process.close(1.0)
        run = self._book.change(ident, seconds=current.seconds, seconds_left=None, steps_per_second=None)
        event = current.last.get("event", "")
        if current.discarded:
            self._remove(ident)
        elif event == "ended":
            stopped = current.last["reason"] == "stopped"
            self._keep(ident, RunState.STOPPED if stopped else RunState.DONE)
        elif run.state is RunState.STOPPING:
            self._keep(ident, RunState.STOPPED)
        elif event == "failed":
            message = str(current.last["message"])
            self._book.change(ident, state=RunState.FAILED, message=message[:1].upper() + message[1:])
            self._book.notice(f"The training of {run.plan.name} failed: {message}")
        elif run.state is RunState.PAUSING:
            self._book.change(ident, state=RunState.PAUSED)
        elif event == "busy":
            self._book.queue(ident, first=True)
        elif event == "saved":
            message = "The system asked it to end; it is saved, and goes on where it was."
            self._book.change(ident, state=RunState.PAUSED, message=message)
        else:
            self._broke_off(ident)

    def _broke_off(self, ident: str) -> None:
        """Go on with a run whose process was killed, unless that leads nowhere."""
        strikes = self._strikes[ident] = self._strikes.get(ident, 0) + 1
        if strikes >= _STRIKES:
            message = f"{_BROKEN} {strikes} times before it got anywhere; memory may have run out."
            run = self._book.change(ident, state=RunState.FAILED, message=message)
            self._book.notice(f"The training of {run.plan.name} failed. {message}")
        else:
            self._broken.add(ident)
            self._book.queue(ident, first=True, message=f"{_BROKEN}; it goes on from what was saved last.")

    def _keep(self, ident: str, state: RunState) -> None:
        """Copy the best model of a run among the user's, and call it ended."""
        run = self._book[ident]
        model = run_folder.best_model(self._book.folder(ident), run)
        if model is None:
            self._book.change(ident, state=state, message=_NOTHING_LEARNED, ended=time.time())
            return
        from drumstudio.app.drummer.models import find_twin, import_model

        try:
            twin = find_twin(model)
            path = import_model(model) if twin is None else twin.path
        except DrumStudioError as error:
            message = f"Its model cannot be kept: {error}"
            self._book.change(ident, state=RunState.FAILED, message=message)
            self._book.notice(f"The model of {run.plan.name} cannot be kept: {error}")
            return
        run = self._book.change(ident, state=state, message="", model=path, ended=time.time())
        self._listener(RunKept(run))
