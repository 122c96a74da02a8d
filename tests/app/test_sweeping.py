"""Sweeps: which shapes go on, and that a sweep that was broken off comes to the same end."""

from __future__ import annotations

import math
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.lessons import Ear, lesson

from drumstudio.app.training import folder as run_folder
from drumstudio.app.training import process as training_process
from drumstudio.app.training.halving import HALVINGS, planned_steps, rungs, survivors
from drumstudio.app.training.runs import Cell, CellState, RunState, SweepGrid, TrainingPlan
from drumstudio.app.training.service import Trainings
from drumstudio.app.training.sweeping import Sweep, SweepOutcome, cells_of
from drumstudio.errors import DatasetError, TrainingError, UsageError
from drumstudio.ml.checkpoint import load
from drumstudio.ml.data.dataset import DataSet

PLAN = TrainingPlan(
    "Trial",
    steps=24,
    patience=0,
    batch=8,
    window=32,
    learning_rate=0.01,
    report_every=5,
    date="2026-11-27",
    device="cpu",
    grid=SweepGrid((1, 2), (16, 2, 8)),
)
SHAPES = [(1, 2), (1, 8), (1, 16), (2, 2), (2, 8), (2, 16)]


@pytest.fixture(autouse=True)
def _as_fast_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run beside each other: a process that gives way to all of them would hardly get on."""
    monkeypatch.setattr(training_process, "NICENESS", 0)


@pytest.fixture
def data(tmp_path: Path) -> DataSet:
    return DataSet.load(lesson(tmp_path / "lesson.drumdata"))


# --- the rule

_SCORES = st.dictionaries(st.integers(0, 99), st.floats(1.0, 600.0) | st.just(math.inf), min_size=1)


@given(_SCORES)
def test_the_better_half_goes_on_in_its_order(scores: dict[int, float]) -> None:
    kept = survivors(scores)
    dropped = [key for key in scores if key not in kept]
    assert len(kept) == math.ceil(len(scores) / 2)
    assert kept == [key for key in scores if key in kept]
    assert min(scores, key=lambda key: scores[key]) in kept
    assert all(scores[one] <= scores[other] for one in kept for other in dropped)


@given(_SCORES, st.floats(0.1, 10.0))
def test_only_the_order_of_the_scores_counts(scores: dict[int, float], factor: float) -> None:
    assert survivors({key: math.log(score) * factor for key, score in scores.items()}) == survivors(scores)


@given(st.integers(1, 100_000), st.integers(1, 64))
def test_shapes_are_compared_at_halves_of_halves(steps: int, cells: int) -> None:
    found = rungs(steps, cells)
    assert found[-1] == steps
    assert list(found) == sorted(set(found))
    assert len(found) <= HALVINGS + 1
    assert found[0] >= max(1, steps // 2**HALVINGS)
    assert steps <= planned_steps(steps, cells) <= steps * cells


def test_nine_shapes_of_400_steps_take_a_third_of_what_all_would() -> None:
    assert rungs(400, 9) == (50, 100, 200, 400)
    assert planned_steps(400, 9) == 50 * 9 + 50 * 5 + 100 * 3 + 200 * 2 == 1400


# --- a sweep


def _swept(
    folder: Path, data: DataSet, plan: TrainingPlan = PLAN, stop_at: int | None = None, resume: bool = False
) -> tuple[SweepOutcome, list[Cell]]:
    """Sweep until done, or until `stop_at` steps of all shapes together."""
    told: list[Cell] = []
    steps = 0

    def on_step(step: int) -> None:
        nonlocal steps
        steps = step

    def stopped() -> bool:
        return stop_at is not None and steps >= stop_at

    sweep = Sweep(plan, data, folder, told.append, stopped, on_step)
    if resume:
        assert sweep.resume()
        steps = sum(cell.step for cell in sweep.cells)
    return sweep.run(), told


def _timeless(cells: tuple[Cell, ...]) -> list[Cell]:
    """All of `cells` but how long they took."""
    return [
        replace(cell, seconds=0, reports=tuple(replace(each, steps_per_second=0) for each in cell.reports))
        for cell in cells
    ]


def test_a_sweep_drops_the_hopeless_and_keeps_the_best(tmp_path: Path, data: DataSet) -> None:
    outcome, told = _swept(tmp_path, data)
    assert outcome.done
    assert [(cell.layers, cell.units) for cell in outcome.cells] == SHAPES
    assert sorted(cell.step for cell in outcome.cells) == [3, 3, 3, 6, 12, 24]
    ended = {cell.state for cell in outcome.cells}
    assert ended == {CellState.DROPPED, CellState.DONE}
    for cell in outcome.cells:
        perplexities = [report.validation_perplexity for report in cell.reports]
        assert cell.perplexity == min(one for one in perplexities if one is not None)
        assert cell.seconds > 0
        assert (cell.state is CellState.DROPPED) == cell.message.startswith("at step ")
    best = outcome.best
    assert best is not None
    assert best.perplexity == min(cell.perplexity or 0 for cell in outcome.cells)
    model = load(run_folder.cell_path(tmp_path, best.layers, best.units))[0]
    assert model.training.validation_perplexity == best.perplexity
    assert model.name == f"Trial {best.layers} x {best.units}"
    assert len(list((tmp_path / "cells").glob("*.safetensors"))) == 1
    assert run_folder.read_cells(tmp_path)[0] == outcome.cells
    assert [cell for cell in told if cell.state is CellState.TRAINING]


@pytest.mark.parametrize("stops", [(1,), (4, 17), (20, 30, 31), (43,)])
def test_a_sweep_that_was_broken_off_comes_to_the_same_end(
    tmp_path: Path, data: DataSet, stops: tuple[int, ...]
) -> None:
    whole, _ = _swept(tmp_path / "whole", data)
    for number, stop in enumerate(stops):
        part, _ = _swept(tmp_path / "parts", data, stop_at=stop, resume=number > 0)
        assert not part.done
    found, _ = _swept(tmp_path / "parts", data, resume=True)
    assert _timeless(found.cells) == _timeless(whole.cells)
    best = whole.best
    assert best is not None
    models = [run_folder.cell_path(tmp_path / name, best.layers, best.units) for name in ("whole", "parts")]
    assert models[0].read_bytes() == models[1].read_bytes()


def test_a_sweep_begins_anew_unless_it_is_resumed(tmp_path: Path, data: DataSet) -> None:
    first, _ = _swept(tmp_path, data, stop_at=20)
    second, _ = _swept(tmp_path, data, stop_at=1)
    assert sum(cell.step for cell in first.cells) == 20
    assert sum(cell.step for cell in second.cells) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, steps=30),
        replace(PLAN, seed=1),
        replace(PLAN, dropout=0.3),
        replace(PLAN, grid=SweepGrid((1,), (2, 8))),
    ],
)
def test_another_sweep_is_not_taken_up(tmp_path: Path, data: DataSet, other: TrainingPlan) -> None:
    _swept(tmp_path, data, stop_at=1)
    sweep = Sweep(other, data, tmp_path, lambda _cell: None, lambda: False)
    with pytest.raises(TrainingError, match="holds a sweep of other data, shapes or settings"):
        sweep.resume()


def test_a_shape_that_goes_astray_costs_the_others_nothing(
    tmp_path: Path, data: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drumstudio.errors import DrumStudioError
    from drumstudio.ml.training.trainer import Trainer

    whole = Trainer.run

    def astray(self: Trainer, *args: object) -> object:
        if self.model.config.layers == (16,):
            raise DrumStudioError("training went astray")
        return whole(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "run", astray)
    outcome, _ = _swept(tmp_path, data)
    assert outcome.done
    assert [cell.units for cell in outcome.cells if cell.state is CellState.FAILED] == [16]
    assert outcome.cells[2].message == "training went astray"
    with pytest.raises(TrainingError, match="no shape could be trained: training went astray"):
        _swept(tmp_path, data, replace(PLAN, grid=SweepGrid((1,), (16,))))


def test_a_sweep_needs_something_held_out(tmp_path: Path) -> None:
    songs = DataSet.load(lesson(tmp_path / "all.drumdata", held_out=0))
    with pytest.raises(DatasetError, match="compares shapes on the validation split"):
        _swept(tmp_path, songs)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        (SweepGrid((), (2,)), "at least one number of layers"),
        (SweepGrid((1, 9), (2,)), "9 x 2 is no network: a network has 1 to 8 layers"),
        (SweepGrid((1,), (0,)), "1 x 0 is no network: a layer has 1 to 2048 units"),
        (SweepGrid(tuple(range(1, 9)), tuple(range(1, 10))), "at most 64 shapes, not 72"),
    ],
)
def test_grids_that_make_no_sense(grid: SweepGrid, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        cells_of(grid)


# --- in the background


def test_a_sweep_in_the_background_outlives_kill_9(tmp_path: Path, data: DataSet) -> None:
    whole, _ = _swept(tmp_path / "whole", data)
    assert whole.best is not None
    ear = Ear()
    trainings = Trainings(ear)
    ident = trainings.start(PLAN, tmp_path / "lesson.drumdata")
    ear.wait_for(ident, lambda run: run.step > 3)
    assert trainings.process is not None
    os.kill(trainings.process, signal.SIGKILL)
    run = ear.wait_state(ident, RunState.DONE, RunState.FAILED)
    assert trainings.close()
    assert run.steps == planned_steps(24, 6) == run.step
    assert [(cell.layers, cell.units, cell.state, cell.step) for cell in run.cells] == [
        (cell.layers, cell.units, cell.state, cell.step) for cell in whole.cells
    ]
    assert run.best is not None
    assert run.best.validation_perplexity == whole.best.perplexity
    assert run.model is not None
    assert load(run.model)[0].training.validation_perplexity == whole.best.perplexity
    assert load(run.model)[0].name == f"Trial {whole.best.layers} x {whole.best.units}"
