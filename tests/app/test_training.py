"""Trainings in processes of their own: queue, pause, stop, close, and kill -9 at any moment."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import trainer_app
from support.lessons import Ear, lesson, process_of

from drumstudio.app.training import folder as run_folder
from drumstudio.app.training import process as training_process
from drumstudio.app.training.preparing import prepare
from drumstudio.app.training.runs import Run, RunState, TrainingPlan
from drumstudio.app.training.service import RunChanged, TrainingEvent, Trainings
from drumstudio.ml.catalogue import list_models
from drumstudio.ml.checkpoint import load
from drumstudio.ml.data.dataset import DataSet
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.baselines import BASELINES, Baseline
from drumstudio.ml.training.figures import keep_figures
from drumstudio.paths import user_models

ENDLESS = 10**8
PLAN = TrainingPlan(
    "Lesson", layers=(16,), steps=200, patience=0, batch=8, window=32, report_every=10, date="2026-11-27"
)
QUICK = replace(PLAN, steps=12, report_every=5)


@pytest.fixture(autouse=True)
def _as_fast_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run beside each other: a process that gives way to all of them would hardly get on."""
    monkeypatch.setattr(training_process, "NICENESS", 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return lesson(tmp_path / "lesson.drumdata")


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def trainings(ear: Ear) -> Iterator[Trainings]:
    service = Trainings(ear)
    yield service
    assert service.close()


def _undisturbed(plan: TrainingPlan, data: Path, path: Path) -> bytes:
    """The model of a training that nobody stopped."""
    songs = DataSet.load(data)
    prepare(plan, songs, path).run()
    keep_figures(path, songs.split("validation"), "validation split")
    return path.read_bytes()


def _folder(ident: str) -> Path:
    return run_folder.trainings_folder() / ident


# --- a training from start to end


def test_runs_train_one_after_the_other_and_their_models_are_kept(
    trainings: Trainings, ear: Ear, data: Path, tmp_path: Path
) -> None:
    first = trainings.start(QUICK, data)
    second = trainings.start(replace(QUICK, name="Lesson / two", seed=1), data)
    ear.wait(lambda: len(ear.kept()) == 2)
    assert ear.states(first) == ear.states(second) == ["waiting", "training", "done"]
    order = [event.run.ident for event in ear.events if isinstance(event, RunChanged)]
    ended = max(place for place, ident in enumerate(order) if ident == first)
    began = [event.run for event in ear.events if isinstance(event, RunChanged)][ended:]
    assert all(run.ident == second for run in began[1:])
    run, other = ear.kept()
    assert [report.step for report in run.reports] == [1, 6, 11, 12]
    assert (run.step, run.steps, run.device) == (12, 12, "cpu")
    assert run.best == min(run.reports, key=lambda report: report.validation_perplexity or 0)
    assert run.seconds > 0
    assert run.started is not None
    assert run.ended is not None
    assert run.started < run.ended
    songs = DataSet.load(data)
    train, held_out = songs.split("train"), songs.split("validation")
    assert (run.counts.train, run.counts.validation) == (4, 2)
    for level, name in ((run.levels.counting, "unigram"), (run.levels.copying, "copy_bar")):
        baseline = Baseline(BASELINES[name], Encoding(), train)
        assert level == pytest.approx(baseline.score(held_out).perplexity)
    assert run.model == user_models() / "Lesson.safetensors"
    assert other.model == user_models() / "Lesson___two.safetensors"
    assert {run.model, other.model} <= {model.path for model in list_models()}
    assert run.model.read_bytes() == _undisturbed(QUICK, data, tmp_path / "m.safetensors")
    assert [each.ident for each in trainings.runs()] == [second, first]


def test_a_run_without_anything_held_out_keeps_the_newest_model(
    trainings: Trainings, ear: Ear, tmp_path: Path
) -> None:
    ident = trainings.start(QUICK, lesson(tmp_path / "all.drumdata", held_out=0))
    run = ear.wait_state(ident, RunState.DONE, RunState.FAILED)
    assert run.model is not None
    assert (run.levels.counting, run.levels.copying) == (None, None)
    assert run.best == run.reports[-1]
    assert load(run.model)[0].training.steps == 12


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(QUICK, drums=1), "The data was built for 9 drums, not 1; build it again"),
        (replace(QUICK, layers=(0,)), "A layer has 1 to 2048 units"),
    ],
)
def test_a_plan_that_cannot_be_says_why(
    trainings: Trainings, ear: Ear, data: Path, plan: TrainingPlan, said: str
) -> None:
    ident = trainings.start(plan, data)
    run = ear.wait_state(ident, RunState.FAILED, RunState.DONE)
    assert run.message.startswith(said)
    assert any(said[1:] in notice for notice in ear.notices())


def test_data_that_is_not_there_starts_nothing(trainings: Trainings, ear: Ear, tmp_path: Path) -> None:
    trainings.start(QUICK, tmp_path / "none.drumdata")
    ear.wait(lambda: bool(ear.notices()))
    assert "cannot start: there is no data set at" in ear.notices()[0]
    assert trainings.runs() == ()


# --- pause, go on, stop, discard


def test_a_paused_run_lets_others_train_and_goes_on_as_if_it_never_stopped(
    trainings: Trainings, ear: Ear, data: Path, tmp_path: Path
) -> None:
    ident = trainings.start(PLAN, data)
    ear.wait_for(ident, lambda run: bool(run.reports))
    trainings.pause(ident)
    paused = ear.wait_state(ident, RunState.PAUSED, RunState.DONE)
    assert paused.state is RunState.PAUSED
    assert 1 <= paused.step < PLAN.steps
    other = trainings.start(replace(QUICK, name="Other"), data)
    ear.wait_state(other, RunState.DONE)
    trainings.go_on(ident)
    # And again in the middle, by kill -9 of the process that trains it.
    ear.wait_for(ident, lambda run: run.state is RunState.TRAINING and len(run.reports) > len(paused.reports))
    os.kill(process_of(trainings), signal.SIGKILL)
    done = ear.wait_state(ident, RunState.DONE, RunState.FAILED)
    assert ear.states(ident)[:5] == ["waiting", "training", "pausing", "paused", "waiting"]
    assert ear.states(ident)[-3:] == ["waiting", "training", "done"]
    assert any(notice.startswith("The training of Lesson goes on from step ") for notice in ear.notices())
    assert done.model is not None
    assert done.model.read_bytes() == _undisturbed(PLAN, data, tmp_path / "m.safetensors")
    steps = [report.step for report in done.reports]
    assert steps == [*range(1, PLAN.steps, 10), PLAN.steps]
    assert run_folder.read_run(_folder(ident)).reports == done.reports


def test_stopping_keeps_the_best_model(trainings: Trainings, ear: Ear, data: Path) -> None:
    ident = trainings.start(replace(PLAN, steps=ENDLESS), data)
    waiting = trainings.start(PLAN, data)
    trainings.stop(waiting)
    assert ear.wait_state(waiting, RunState.STOPPED).message.startswith(
        "It was stopped before it had learned"
    )
    ear.wait_for(ident, lambda run: len(run.reports) >= 2)
    trainings.stop(ident)
    run = ear.wait_state(ident, RunState.STOPPED)
    assert run.model is not None
    assert run.best is not None
    found = load(run.model)[0]
    assert found.training.steps == run.best.step
    assert found.training.figures["all"] == pytest.approx(run.best.validation_perplexity)
    assert ear.states(ident) == ["waiting", "training", "stopping", "stopped"]


def test_discarding_deletes_the_run_and_its_folder(trainings: Trainings, ear: Ear, data: Path) -> None:
    ident = trainings.start(replace(PLAN, steps=ENDLESS), data)
    waiting = trainings.start(PLAN, data)
    ear.wait_for(ident, lambda run: bool(run.reports))
    for each in (waiting, ident):
        trainings.discard(each)
    ear.wait(lambda: set(ear.gone()) == {ident, waiting})
    assert trainings.runs() == ()
    assert list(run_folder.trainings_folder().iterdir()) == []


# --- ends of processes and programs


def test_a_process_that_is_killed_before_it_gets_anywhere_fails_in_the_end(
    trainings: Trainings, ear: Ear, data: Path
) -> None:
    def kill(event: TrainingEvent) -> None:
        if isinstance(event, RunChanged) and trainings.process is not None:
            os.kill(trainings.process, signal.SIGKILL)

    ear.reaction = kill
    ident = trainings.start(QUICK, data)
    run = ear.wait_state(ident, RunState.FAILED, RunState.DONE)
    assert run.message.startswith("The process that trained it was ended from outside 2 times")
    ear.reaction = lambda _event: None
    trainings.go_on(ident)
    assert ear.wait_state(ident, RunState.DONE).model is not None


def test_a_run_outlives_the_window_that_was_closed(ear: Ear, data: Path, tmp_path: Path) -> None:
    first = Trainings(ear)
    ident = first.start(PLAN, data)
    other = first.start(replace(QUICK, name="Other"), data)
    ear.wait_for(ident, lambda run: bool(run.reports))
    assert first.close()
    again = Ear()
    second = Trainings(again)
    done = again.wait_state(ident, RunState.DONE, RunState.FAILED)
    again.wait_state(other, RunState.DONE)
    assert second.close()
    assert [notice[:37] for notice in again.notices()] == ["The training of Lesson goes on from s"]
    assert done.model is not None
    assert done.model.read_bytes() == _undisturbed(PLAN, data, tmp_path / "m.safetensors")


def test_a_run_outlives_kill_9_of_the_program(ear: Ear, data: Path, tmp_path: Path) -> None:
    words = [sys.executable, trainer_app.__file__, str(data), str(PLAN.steps)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        ident = program.stdout.readline().strip()
        told = int(program.stdout.readline())
        program.kill()
    trainings = Trainings(ear)
    done = ear.wait_state(ident, RunState.DONE, RunState.FAILED)
    assert trainings.close()
    assert len(ear.notices()) == 1
    resumed = int(ear.notices()[0].removeprefix("The training of Lesson goes on from step ").rstrip("."))
    assert resumed >= told
    assert done.model is not None
    assert done.model.read_bytes() == _undisturbed(PLAN, data, tmp_path / "m.safetensors")


def test_two_windows_do_not_train_the_same_run(ear: Ear, data: Path) -> None:
    first = Trainings(ear)
    ident = first.start(replace(PLAN, steps=ENDLESS), data)
    ear.wait_for(ident, lambda run: bool(run.reports))
    beside = Ear()
    second = Trainings(beside)
    seen = beside.wait_state(ident, RunState.ELSEWHERE)
    assert seen.reports
    for ask in (second.pause, second.stop, second.go_on, second.discard):
        ask(ident)
    own = second.start(QUICK, data)
    beside.wait_state(own, RunState.WAITING)
    beside.wait_for(ident, lambda run: len(run.reports) > len(seen.reports))
    assert second.process is None
    assert ear.run(ident).state is RunState.TRAINING  # type: ignore[union-attr]
    assert first.close()
    beside.wait_for(ident, lambda run: run.state is RunState.TRAINING and run.step > seen.step)
    second.stop(ident)
    assert beside.wait_state(ident, RunState.STOPPED).model is not None
    beside.wait_state(own, RunState.DONE)
    assert second.close()


def test_a_full_disk_costs_no_model(trainings: Trainings, ear: Ear, data: Path) -> None:
    """The process may write files that hold the model, and none that hold what resuming needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        ident = trainings.start(PLAN, data)
        ear.wait_state(ident, RunState.TRAINING)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    run = ear.wait_state(ident, RunState.FAILED, RunState.DONE)
    assert run.message == f"{_folder(ident) / 'model.resume'} cannot be written: File too large"
    assert load(_folder(ident) / "model.safetensors")[0].training.steps == 1
    trainings.go_on(ident)
    assert ear.wait_for(ident, lambda run: run.state is RunState.DONE).model is not None


# --- folders


def test_folders_that_make_no_sense_are_passed_over_with_a_sentence(data: Path, ear: Ear) -> None:
    folder = run_folder.trainings_folder()
    good = folder / "good"
    state = run_folder.state_to_json(Run("good", PLAN, RunState.PAUSED), 0.0)
    for name in ("good", "dataless", "garbled", "newer", "odd", "stateless"):
        run_folder.create(folder / name, PLAN, data, state)
    (folder / "dataless" / run_folder.DATA).unlink()
    (folder / "garbled" / "plan.json").write_bytes(b"\x80\x04pickle")
    plan = (folder / "newer" / "plan.json").read_text()
    (folder / "newer" / "plan.json").write_text(plan.replace('"format_version": 1', '"format_version": 99'))
    (folder / "odd" / "plan.json").write_text(plan.replace('"steps": 200', '"steps": "many"'))
    (folder / "stateless" / "state.json").write_text("[]")
    (folder / "foreign").mkdir()
    (folder / "a file").write_text("hello")
    (good / run_folder.REPORTS).write_text('{"step": 1}\nnot json\n[]\n')
    trainings = Trainings(ear)
    ear.wait(lambda: len(ear.notices()) >= 5 and ear.run("stateless") is not None)
    assert trainings.close()
    assert [run.ident for run in trainings.runs()] == ["stateless", "good"]
    assert {run.state for run in trainings.runs()} == {RunState.PAUSED}
    assert all(run.reports == () for run in trainings.runs())
    for name in ("dataless", "foreign", "garbled", "newer", "odd"):
        assert sum(str(folder / name) in notice for notice in ear.notices()) == 1, name


def test_a_damaged_state_costs_no_model(ear: Ear, data: Path) -> None:
    first = Trainings(ear)
    ident = first.start(replace(PLAN, steps=ENDLESS), data)
    ear.wait_for(ident, lambda run: bool(run.reports))
    first.pause(ident)
    ear.wait_state(ident, RunState.PAUSED)
    state = _folder(ident) / "model.resume"
    state.write_bytes(state.read_bytes()[:-100])
    first.go_on(ident)
    failed = ear.wait_state(ident, RunState.FAILED)
    assert failed.message.startswith("What was saved of this training cannot be gone on with; stop it")
    first.stop(ident)
    assert ear.wait_state(ident, RunState.STOPPED).model is not None
    assert first.close()
