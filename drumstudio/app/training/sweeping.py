"""Sweeps: many shapes of a network on the same data and seed, the hopeless ones stopped early.

Which ones those are is decided by :mod:`drumstudio.app.training.halving`; a resumed sweep comes to the
same end.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.app.training import folder as run_folder
from drumstudio.app.training.halving import rungs, survivors
from drumstudio.app.training.preparing import prepare
from drumstudio.app.training.runs import Cell, CellState, SweepGrid, TrainingPlan, best_cell
from drumstudio.errors import CheckpointError, DatasetError, DrumStudioError, TrainingError, UsageError
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.training.reports import Report, best_of, state_path

if TYPE_CHECKING:
    from drumstudio.ml.data.dataset import DataSet

MAX_CELLS = 64
Shape = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """How a sweep ended: its table, the cell of the best model (or None), whether all was done."""

    cells: tuple[Cell, ...]
    best: Cell | None
    done: bool


class Sweep:
    """Trains every shape of `plan.grid` on `data`; table and models stand in `folder`.

    `tell(cell)` hears of every change of a cell, `stopped` is asked at each step, `on_step` is told the
    steps of all shapes together.  Raises UsageError and DatasetError.
    """

    def __init__(
        self,
        plan: TrainingPlan,
        data: DataSet,
        folder: Path,
        tell: Callable[[Cell], None],
        stopped: Callable[[], bool],
        on_step: Callable[[int], None] | None = None,
        threads: int = 1,
    ) -> None:
        if not data.split("validation"):
            raise DatasetError("a sweep compares shapes on the validation split, and it is empty; add files")
        self._plan = replace(plan, base=None, grid=None, decay=False)
        # What must be the same for a sweep that goes on to be the same sweep.
        told = run_folder.plan_to_json(replace(self._plan, date="", device=""))
        self._of = json.dumps({"plan": told, "data": data.fingerprint})
        self._data, self._folder, self._threads = data, folder, threads
        self._tell, self._stopped, self._on_step = tell, stopped, on_step
        self._cells = {(cell.layers, cell.units): cell for cell in cells_of(plan.grid or SweepGrid())}
        self._resumed = False
        self._rungs = rungs(plan.steps, len(self._cells))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The table as it is."""
        return tuple(self._cells.values())

    def resume(self) -> bool:
        """Take up the sweep that was broken off in the folder; False where there is none.

        Raises TrainingError where it was one of other data, shapes or settings.
        """
        cells, of = run_folder.read_cells(self._folder)
        if not cells:
            return False
        if of != self._of or {(cell.layers, cell.units) for cell in cells} != set(self._cells):
            raise TrainingError(
                f"{self._folder} holds a sweep of other data, shapes or settings; give the same ones, or "
                "another folder"
            )
        for cell in cells:
            state = CellState.WAITING if cell.state is CellState.TRAINING else cell.state
            self._cells[cell.layers, cell.units] = replace(cell, state=state)
        self._resumed = True
        return True

    def run(self) -> SweepOutcome:
        """Train until all is done or `stopped` says so."""
        if not self._resumed:
            shutil.rmtree(self._folder / "cells", ignore_errors=True)
        alive = list(self._cells)
        for rung in self._rungs:
            for shape in alive:
                if not self._train(shape, rung):
                    return SweepOutcome(self.cells, best_cell(self.cells), False)
            alive = [shape for shape in alive if self._cells[shape].state is not CellState.FAILED]
            if rung < self._rungs[-1]:
                alive = self._halve(alive, rung)
        for shape in alive:
            self._change(replace(self._cells[shape], state=CellState.DONE))
        best = best_cell(self.cells)
        if best is None:
            raise TrainingError(f"no shape could be trained: {self.cells[0].message}")
        return SweepOutcome(self.cells, best, True)

    def _halve(self, alive: list[Shape], rung: int) -> list[Shape]:
        """Those of `alive` that go on after `rung`; the others give up their files."""
        scores = {shape: _score(self._cells[shape], rung) for shape in alive}
        kept = survivors(scores)
        for shape in alive:
            cell = self._cells[shape]
            if shape not in kept and cell.state is not CellState.DROPPED:
                message = f"at step {rung} {len(kept)} of {len(alive)} did better"
                self._change(replace(cell, state=CellState.DROPPED, message=message))
                path = run_folder.cell_path(self._folder, *shape)
                for each in (path, state_path(path)):
                    with contextlib.suppress(OSError):
                        each.unlink(missing_ok=True)
        return kept

    def _train(self, shape: Shape, rung: int) -> bool:
        """Train a shape up to the step `rung`; whether it came there, or failed, before it was stopped."""
        cell = self._cells[shape]
        if cell.state in (CellState.DROPPED, CellState.FAILED) or cell.step >= rung:
            return True
        if self._stopped():
            return False
        layers, units = shape
        plan = replace(self._plan, layers=(units,) * layers, steps=rung, name=self._name(shape))
        self._change(replace(cell, state=CellState.TRAINING))
        try:
            reason = self._run(plan, shape)
        except (CheckpointError, DatasetError, UsageError):
            raise  # of the disk, the data or the plan: no other shape would fare better
        except DrumStudioError as error:
            self._change(replace(self._cells[shape], state=CellState.FAILED, message=str(error)))
            return True
        self._change(replace(self._cells[shape], state=CellState.WAITING))
        return reason != "stopped"

    def _run(self, plan: TrainingPlan, shape: Shape) -> str:
        """Train a shape as `plan` says; gives why it ended."""
        path = run_folder.cell_path(self._folder, *shape)
        trainer = prepare(plan, self._data, path, self._threads)
        cell = self._cells[shape]
        began, before = time.monotonic(), cell.seconds
        reports = {report.step: report for report in cell.reports}
        if state_path(path).is_file():
            step = trainer.resume()
            # A killed process may have told of one report too few.
            reports = {each: report for each, report in reports.items() if each <= step}
            if trainer.last is not None:
                reports[trainer.last.step] = trainer.last

        def on_report(report: Report) -> None:
            reports[report.step] = report
            on_step(report.step, tell=True)

        def on_step(step: int, tell: bool = False) -> None:
            kept = tuple(reports[each] for each in sorted(reports))
            best = best_of(kept)
            now = replace(
                self._cells[shape],
                step=step,
                reports=kept,
                perplexity=None if best is None else best.validation_perplexity,
                seconds=before + time.monotonic() - began,
            )
            if tell:
                self._change(now)
                return
            self._cells[now.layers, now.units] = now
            if self._on_step is not None:
                self._on_step(sum(each.step for each in self.cells))

        outcome = trainer.run(on_report, self._stopped, on_step)
        on_step(outcome.step, tell=True)
        return outcome.reason

    def _change(self, cell: Cell) -> None:
        self._cells[cell.layers, cell.units] = cell
        run_folder.write_cells(self._folder, self.cells, self._of)
        self._tell(cell)

    def _name(self, shape: Shape) -> str:
        layers, units = shape
        return f"{self._plan.name or 'Sweep'} {layers} x {units}"


def cells_of(grid: SweepGrid) -> tuple[Cell, ...]:
    """The cells of `grid` before anything was trained, small ones first.  Raises UsageError."""
    shapes = dict.fromkeys((layers, units) for layers in sorted(grid.layers) for units in sorted(grid.units))
    if not shapes:
        raise UsageError("a sweep needs at least one number of layers and one of units")
    if len(shapes) > MAX_CELLS:
        raise UsageError(f"a sweep has at most {MAX_CELLS} shapes, not {len(shapes)}")
    for layers, units in shapes:
        try:
            NetworkConfig(layers=(units,) * layers)
        except ValueError as error:
            raise UsageError(f"{layers} x {units} is no network: {error}") from error
    return tuple(Cell(layers, units) for layers, units in shapes)


def _score(cell: Cell, rung: int) -> float:
    """The best validation perplexity of `cell` up to the step `rung`."""
    told = (report.validation_perplexity for report in cell.reports if report.step <= rung)
    return min((one for one in told if one is not None), default=math.inf)
