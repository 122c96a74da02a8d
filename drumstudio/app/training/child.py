"""The process that trains one run: `python -m drumstudio.app.training.child FOLDER NICENESS`.

It says what it does in lines of JSON on stdout, and takes words on stdin, a line each: `save` saves and
ends, `stop` ends and measures the best model.  The end of stdin means `save`: whoever started it is gone.
It gives way to everything else on the machine, as far as NICENESS says.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.app.locks import hold
from drumstudio.app.training import folder as run_folder
from drumstudio.app.training.preparing import counts_of, levels_of, prepare
from drumstudio.app.training.runs import Cell, DataCounts, Levels, TrainingPlan
from drumstudio.errors import CheckpointError, DrumStudioError, TrainingError
from drumstudio.ml.training.reports import Report, state_path

if TYPE_CHECKING:
    from drumstudio.ml.data.dataset import DataSet

SAVE, STOP = "save", "stop"
# Seconds between two lines that only tell of a step.
_STEPS_EVERY = 0.25
_FIGURES_OF = "validation split"


class Told:
    """What the parent asked for; the first word counts, but for a `save` after a `stop`."""

    def __init__(self) -> None:
        self.word = ""
        self._asked = threading.Event()

    def take(self, word: str) -> None:
        """Hear a word, or the end of stdin as `save`."""
        if word in (SAVE, STOP):
            self.word = word
            self._asked.set()

    def asked(self) -> bool:
        """Whether to end."""
        return self._asked.is_set()


class Teacher:
    """Trains the run in `folder`; see the module."""

    def __init__(self, folder: Path, told: Told) -> None:
        self._folder, self._told = folder, told
        self._last_step = 0.0

    def teach(self) -> None:
        """Train until the end or until told to stop.  Raises DrumStudioError."""
        plan = run_folder.read_plan(self._folder)
        from drumstudio.ml.data.dataset import DataSet

        data = DataSet.load(self._folder / run_folder.DATA)
        counts = counts_of(data)
        if plan.grid is not None:
            self._sweep(plan, data, counts)
        else:
            self._train(plan, data, counts)

    def _begin(self, data: DataSet, counts: DataCounts, device: str, step: int) -> None:
        levels: Levels = levels_of(data)
        run_folder.write_about(self._folder, levels, counts, device)
        self.say("begun", step=step, levels=asdict(levels), counts=asdict(counts), device=device)

    def _train(self, plan: TrainingPlan, data: DataSet, counts: DataCounts) -> None:
        model, reports = self._folder / run_folder.MODEL, self._folder / run_folder.REPORTS
        trainer = prepare(plan, data, model)
        step = 0
        if state_path(model).is_file():
            try:
                step = trainer.resume()
            except CheckpointError as error:
                raise TrainingError(
                    "what was saved of this training cannot be gone on with; stop it, which keeps its best "
                    f"model so far, or start anew ({error})"
                ) from error
        run_folder.mend_reports(reports, step, trainer.last)
        self._begin(data, counts, trainer.model.device.type, step)

        def on_report(report: Report) -> None:
            run_folder.append_report(reports, report)
            self.say("report", report=asdict(report))

        outcome = trainer.run(on_report, self._told.asked, self._on_step)
        self._end(model if outcome.best else None, data, outcome.step, outcome.reason)

    def _sweep(self, plan: TrainingPlan, data: DataSet, counts: DataCounts) -> None:
        from drumstudio.app.training.sweeping import Sweep
        from drumstudio.ml.training.devices import device_called

        device = device_called(plan.device).type
        sweep = Sweep(plan, data, self._folder, self._on_cell, self._told.asked, self._on_step)
        sweep.resume()
        self._begin(data, counts, device, sum(cell.step for cell in sweep.cells))
        for cell in sweep.cells:
            self._on_cell(cell)
        outcome = sweep.run()
        best = outcome.best
        path = None if best is None else run_folder.cell_path(self._folder, best.layers, best.units)
        self._end(path, data, sum(cell.step for cell in outcome.cells), "done" if outcome.done else "stopped")

    def _end(self, model: Path | None, data: DataSet, step: int, reason: str) -> None:
        """Say how it ended; a model that is to be kept is measured first."""
        if reason == "stopped" and self._told.word != STOP:
            self.say("saved", step=step)
            return
        held_out = data.split("validation")
        if model is not None and held_out:
            from drumstudio.ml.training.figures import keep_figures

            keep_figures(model, held_out, _FIGURES_OF)
        self.say("ended", step=step, reason=reason)

    def _on_step(self, step: int) -> None:
        now = time.monotonic()
        if now - self._last_step >= _STEPS_EVERY:
            self._last_step = now
            self.say("step", step=step)

    def _on_cell(self, cell: Cell) -> None:
        self.say("cell", cell=run_folder.cell_to_json(cell))

    def say(self, event: str, **what: Any) -> None:
        """A line on stdout; where nobody reads any more, the training is to be saved."""
        try:
            _write_all(1, json.dumps({"event": event, **what}).encode() + b"\n")
        except OSError:
            self._told.take(SAVE)


def _write_all(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]


def _listen(told: Told) -> None:
    """Read stdin below Python's own buffers, whose lock a thread must not hold as the program ends."""
    seen = b""
    while chunk := os.read(0, 1024):
        *lines, seen = (seen + chunk).split(b"\n")
        for line in lines:
            told.take(line.strip().decode(errors="replace"))
    told.take(SAVE)


def _give_way(niceness: int) -> None:
    """Let everything else go first, and use one core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(niceness)


def main(words: Iterable[str]) -> int:
    """Train the run in the folder that `words` begin with; 0 where it ended in order."""
    name, niceness = words
    folder = Path(name)
    told = Told()
    teacher = Teacher(folder, told)
    _give_way(int(niceness))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.take(SAVE))
    threading.Thread(target=_listen, args=(told,), daemon=True, name="words").start()
    try:
        with (folder / run_folder.TRAIN_LOCK).open("ab") as lock:
            try:
                hold(lock)
            except OSError:
                teacher.say("busy")
                return 1
            teacher.teach()
    except DrumStudioError as error:
        teacher.say("failed", message=str(error))
        return 1
    except OSError as error:
        what = f"{error.filename or folder} cannot be written ({error.strerror or error})"
        teacher.say("failed", message=f"{what}; make room there, then go on with it")
        return 1
    except Exception as bug:
        traceback.print_exc()
        teacher.say(
            "failed", message=f"this is a bug ({type(bug).__name__}: {bug}); {folder} holds what is known"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
