"""Trainings as the window hears of them, made up."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

from drumstudio.app.training.runs import (
    Cell,
    CellState,
    DataCounts,
    Levels,
    Run,
    RunState,
    SweepGrid,
    TrainingPlan,
)
from drumstudio.ml.training.reports import Report


def reports(count: int, floor: float = 4.0, every: int = 10) -> tuple[Report, ...]:
    """A curve that falls to `floor`, validation a fifth above it."""
    steps = range(1, 1 + count * every, every)
    falls = [floor + (510 - floor) * exp(-step * 0.02) for step in steps]
    return tuple(
        Report(step, value, 1.2 * value, 0.5, 0.5, 0.5, 0.5, 41.0)
        for step, value in zip(steps, falls, strict=True)
    )


def run(ident: str, state: RunState = RunState.DONE, count: int = 20, **more: Any) -> Run:
    """A run of a plain network that has made `count` reports."""
    made = reports(count, more.pop("floor", 4.0))
    plan = TrainingPlan(more.pop("name", f"run {ident}"), layers=(128, 128), data_name="rock beats")
    values: dict[str, Any] = {
        "state": state,
        "step": made[-1].step if made else 0,
        "steps": 400,
        "reports": made,
        "levels": Levels(17.8, 6.7),
        "counts": DataCounts(170, 26, 120_000, 19_000),
        "best": made[-1] if made else None,
        "seconds": 65.0,
        "started": 1000.0,
    }
    return Run(ident, plan, **(values | more))


def cell(layers: int, units: int, state: CellState, count: int = 0, floor: float = 4.0) -> Cell:
    """A cell of a sweep that has made `count` reports."""
    made = reports(count, floor)
    best = min((one.validation_perplexity or 0.0 for one in made), default=None)
    return Cell(layers, units, state, made[-1].step if made else 0, best, 12.0, "", made)


def sweep(ident: str = "sweep") -> Run:
    """A sweep with a cell in every state; 2 × 128 is the best."""
    cells = (
        cell(1, 64, CellState.DONE, 60, 6.0),
        cell(1, 128, CellState.DROPPED, 13, 9.0),
        cell(2, 64, CellState.TRAINING, 30, 5.0),
        cell(2, 128, CellState.DONE, 60, 4.0),
        cell(3, 64, CellState.WAITING),
        replace(cell(3, 128, CellState.FAILED), message="training went astray"),
    )
    made = run(ident, RunState.TRAINING, name="Sweep", cells=cells)
    grid = SweepGrid((1, 2, 3), (64, 128))
    return replace(made, plan=replace(made.plan, grid=grid), reports=cells[3].reports)
