"""The book of all runs: what stands in their folders, who looks after them, whose turn it is.

Used by one thread, but for `runs`, which any may read.  A run that is claimed is this program's until it
ends; others are shown as they are, and taken over when their program is gone.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from drumstudio.app.locks import hold, is_held
from drumstudio.app.training import folder as run_folder
from drumstudio.app.training.events import Listener, RunChanged, RunGone, TrainingNotice
from drumstudio.app.training.runs import Run, RunState, TrainingPlan
from drumstudio.errors import TrainingError

# States that a program leaves behind when it ends in the middle, and what they are from then on.
_LEFT = {
    RunState.TRAINING: RunState.WAITING,
    RunState.PAUSING: RunState.PAUSED,
    RunState.ELSEWHERE: RunState.PAUSED,
}


@dataclass
class _Entry:
    run: Run
    queued: float = 0.0
    lock: IO[bytes] | None = None


class RunBook:
    """All runs of `folder`; `listener` hears of every change."""

    def __init__(self, folder: Path, listener: Listener) -> None:
        self._folder, self._listener = folder, listener
        self._entries: dict[str, _Entry] = {}
        self.runs: tuple[Run, ...] = ()

    def folder(self, ident: str) -> Path:
        """Where a run is kept."""
        return self._folder / ident

    def __contains__(self, ident: str) -> bool:
        return ident in self._entries

    def __getitem__(self, ident: str) -> Run:
        return self._entries[ident].run

    def open(self) -> list[str]:
        """Read all folders; gives the idents of those that were broken off in the middle."""
        broken = []
        try:
            idents = run_folder.list_idents(self._folder)
        except OSError as error:
            self.notice(f"{self._folder} cannot be read ({error.strerror or error}); no training is shown")
            return []
        for ident in idents:
            if self._read(ident):
                broken.append(ident)
        return broken

    def add(self, ident: str, plan: TrainingPlan, data: Path) -> None:
        """Make the folder of a new run and queue it.  Raises TrainingError."""
        queued = time.time()
        run = Run(ident, plan, steps=plan.all_steps)
        run_folder.create(self.folder(ident), plan, data, run_folder.state_to_json(run, queued))
        self._entries[ident] = _Entry(run, queued)
        if self._claim(ident):
            self._publish(ident)
        else:
            self.change(ident, state=RunState.ELSEWHERE)

    def change(self, ident: str, **values: Any) -> Run:
        """Change a run and tell of it; a new state, message or model is kept in its folder."""
        entry = self._entries[ident]
        before, entry.run = entry.run, replace(entry.run, **values)
        if entry.lock is not None and _kept(before) != _kept(entry.run):
            self._write(entry)
        self._publish(ident)
        return entry.run

    def queue(self, ident: str, first: bool = False, message: str = "") -> None:
        """Let a run wait for its turn: behind all others, or ahead of them."""
        entry = self._entries[ident]
        waiting = [each.queued for each in self._entries.values() if each.run.state is RunState.WAITING]
        entry.queued = min([*waiting, time.time()]) - 1 if first else time.time()
        self.change(ident, state=RunState.WAITING, message=message, ended=None)

    def waiting(self) -> str | None:
        """The run whose turn it is; None where none waits."""
        mine = [
            (entry.queued, ident)
            for ident, entry in self._entries.items()
            if entry.run.state is RunState.WAITING and entry.lock is not None
        ]
        return min(mine)[1] if mine else None

    def reload(self, ident: str) -> Run:
        """Read anew what the process that trains a run has written."""
        entry = self._entries[ident]
        return self.change(ident, **_progress(run_folder.read_progress(entry.run, self.folder(ident))))

    def remove(self, ident: str) -> None:
        """Delete a run and its folder.  Raises TrainingError."""
        entry = self._entries[ident]
        _release(entry)
        try:
            run_folder.delete(self.folder(ident))
        except TrainingError:
            self._claim(ident)
            raise
        self._forget(ident)

    def elsewhere(self) -> list[str]:
        """Runs that another program looks after."""
        return [ident for ident, entry in self._entries.items() if entry.run.state is RunState.ELSEWHERE]

    def busy_elsewhere(self) -> bool:
        """Whether another program is training one of the runs."""
        return any(is_held(self.folder(ident) / run_folder.TRAIN_LOCK) for ident in self._entries)

    def look_again(self) -> list[str]:
        """See what became of the runs of other programs; gives those that are this one's now, broken off."""
        broken = []
        for ident in self.elsewhere():
            if not self.folder(ident).is_dir():
                self._forget(ident)
            elif self._read(ident):
                broken.append(ident)
        return broken

    def notice(self, message: str, error: bool = True) -> None:
        """Tell people something."""
        self._listener(TrainingNotice(message, error))

    def close(self) -> None:
        """Let other programs have the runs."""
        for entry in self._entries.values():
            _release(entry)

    def _read(self, ident: str) -> bool:
        """Read a run and claim it; whether it was broken off in the middle and is this program's now."""
        folder = self.folder(ident)
        try:
            run = run_folder.read_run(folder)
        except TrainingError as error:
            self.notice(str(error))
            return False
        before = self._entries.get(ident)
        entry = self._entries[ident] = _Entry(run, run_folder.read_queued(folder))
        if not self._claim(ident):
            entry.run = replace(run, state=RunState.ELSEWHERE)
            if before is None or before.run != entry.run:
                self._publish(ident)
            return False
        broken = run.state in (RunState.TRAINING, RunState.STOPPING)
        self.change(ident, state=_LEFT.get(run.state, run.state))
        return broken

    def _claim(self, ident: str) -> bool:
        """Look after a run from now on; False where another program does."""
        entry = self._entries[ident]
        lock: IO[bytes] | None = None
        try:
            lock = (self.folder(ident) / run_folder.OWNER_LOCK).open("ab")
            hold(lock)
        except OSError:
            if lock is not None:
                lock.close()
            return False
        entry.lock = lock
        return True

    def _write(self, entry: _Entry) -> None:
        try:
            run_folder.write_state(self.folder(entry.run.ident), entry.run, entry.queued)
        except OSError as error:
            folder = self.folder(entry.run.ident)
            self.notice(f"{folder} cannot be written ({error.strerror or error}); make room there")

    def _publish(self, ident: str) -> None:
        self.runs = tuple(self._newest_first())
        self._listener(RunChanged(self._entries[ident].run))

    def _newest_first(self) -> Iterator[Run]:
        for ident in sorted(self._entries, reverse=True):
            yield self._entries[ident].run

    def _forget(self, ident: str) -> None:
        _release(self._entries.pop(ident))
        self.runs = tuple(self._newest_first())
        self._listener(RunGone(ident))


def _kept(run: Run) -> tuple[Any, ...]:
    """What of a run stands in its folder's `state.json` and changes seldom."""
    return run.state, run.message, run.model, run.started, run.ended


def _progress(run: Run) -> dict[str, Any]:
    """What of a run its process writes."""
    names = ("reports", "best", "step", "levels", "counts", "device", "cells")
    return {name: getattr(run, name) for name in names}


def _release(entry: _Entry) -> None:
    if entry.lock is not None:
        with contextlib.suppress(OSError):
            entry.lock.close()
        entry.lock = None
