"""The Training page: what is trained, how it goes, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from drumstudio import paths
from drumstudio.app.jobs import JobControl
from drumstudio.app.training import data as training_data
from drumstudio.app.training.data import Judgement
from drumstudio.app.training.runs import Run, TrainingPlan
from drumstudio.ml import catalogue
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ml.checkpoint import read_info
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.pages import Page
from drumstudio.ui.training.actions import RunActions
from drumstudio.ui.training.chart_panel import ChartPanel
from drumstudio.ui.training.choices import (
    Material,
    Start,
    choices_from,
    plan_for,
    problems,
    proposed_name,
    sweep_for,
)
from drumstudio.ui.training.controls import Controls
from drumstudio.ui.training.devices import DeviceFinder
from drumstudio.ui.training.rows import progress_words, rows_of
from drumstudio.ui.training.runs_panel import RunsPanel
from drumstudio.ui.training.service import Service
from drumstudio.ui.training.shown import laid_beside
from drumstudio.ui.training.summary import Summary, summary_of

_FORM = "training.form"


class TrainingPage(Page):
    """Training: form at the left, chart and runs at the right."""

    name = "training"
    title = "Training"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.service = Service(desk.bridge, self)
        self.controls = Controls()
        self.chart, self.runs = ChartPanel(desk.settings), RunsPanel()
        self.devices = DeviceFinder(self)
        self.doing = RunActions(desk, self.service, self.runs, self)
        self._summary: Summary | None = None
        self._judgement: Judgement | None = None
        self._models: tuple[ModelInfo, ...] = ()
        # What the user laid beside or took away; of the rest the newest lie beside.
        self._turned: dict[str, bool] = {}
        self._untouched = True
        self._preparing = False
        self._hinted = ""
        # Files handed over to the trainings, which copy them; and the run to bring to the front.
        self._handed: dict[str, Path] = {}
        self._wanted = ""
        self._lay_out()
        self._connect()
        self.controls.form.show_choices(choices_from(desk.settings.get(_FORM, "")))
        self.controls.summary.show_summary(None)
        self._show()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.chart, 9)
        right.addWidget(self.runs, 4)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 10)
        row.setSpacing(12)
        row.addWidget(self.controls)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        desk, controls, service = self.desk, self.controls, self.service
        desk.data_changed.connect(self._data_changed)
        desk.models_changed.connect(self._look_for_models)
        desk.model_changed.connect(self._model_picked)
        controls.summary.look_wanted.connect(partial(desk.page_wanted.emit, "data"))
        controls.form.changed.connect(self._form_changed)
        controls.form.more.toggled.connect(self._advanced_turned)
        controls.train_wanted.connect(self._train)
        controls.pause_wanted.connect(partial(self._ask, service.pause))
        controls.go_on_wanted.connect(partial(self._ask, service.go_on))
        controls.stop_wanted.connect(partial(self._ask, service.stop))
        controls.new_wanted.connect(partial(self.runs.table.choose, ""))
        controls.sweep_opened.connect(self._show)
        controls.sweep.changed.connect(self._sweep_typed)
        controls.sweep.start_wanted.connect(self._sweep)
        self.chart.turned.connect(self._show)
        self.runs.table.chosen.connect(self._chosen)
        self.runs.model.beside_turned.connect(self._turn_beside)
        service.changed.connect(self._runs_changed)
        self.devices.found.connect(self._devices_found)

    # -- the page among others

    def begin(self) -> None:
        """Take up what an earlier start left."""
        self.service.begin()
        self._look_for_models()

    def come_up(self) -> None:
        """Have the data judged, if it was not."""
        self.desk.data_wanted.emit()
        self._show()

    def dismiss(self) -> bool:
        """Put the small form of the sweep away."""
        return self.controls.close_sweep()

    def close_down(self) -> None:
        """Save what trains."""
        self.devices.close()
        self.service.close()

    def showEvent(self, event: QShowEvent) -> None:
        """The status bar need not tell of what is in sight."""
        super().showEvent(event)
        self._hint()

    def hideEvent(self, event: QHideEvent) -> None:
        """The status bar tells of what is out of sight."""
        super().hideEvent(event)
        self._hint()

    # -- data, models, devices

    def _data_changed(self) -> None:
        self._judgement = self.desk.judgement
        if self._judgement is None:
            self._summarised(None)
        else:
            judgement = self._judgement
            self.desk.background.run(lambda _: summary_of(judgement), self._summarised)

    def _summarised(self, summary: Summary | None) -> None:
        self._summary = summary
        self.controls.summary.show_summary(summary)
        self._show()

    def _look_for_models(self) -> None:
        self.desk.background.run(_find_models, self._show_models)

    def _show_models(self, found: tuple[tuple[ModelInfo, ...], tuple[Start, ...]]) -> None:
        self._models, starts = found
        self.controls.form.set_starts(starts)
        self._show()

    def _model_picked(self, _path: Path | None) -> None:
        self._show()

    def _advanced_turned(self, shown: bool) -> None:
        if shown:
            self.devices.look()

    def _devices_found(self, names: tuple[str, ...]) -> None:
        self.controls.form.set_devices(names)
        self._show()

    # -- what is shown

    @property
    def material(self) -> Material:
        """What there is to train on."""
        return Material(judged=False) if self._summary is None else self._summary.material

    @property
    def front(self) -> Run | None:
        """The run in front."""
        row = self.runs.table.row
        return None if row is None else row.run

    def _form_changed(self) -> None:
        self.desk.settings.set(_FORM, self.controls.form.choices.kept())
        self._show()

    def _sweep_typed(self) -> None:
        form = self.controls.form
        form.show_choices(self.controls.sweep.typed(form.choices))
        self._form_changed()

    def _turn_beside(self, key: str, on: bool) -> None:
        self._turned[key] = on
        self._show()

    def _chosen(self, _key: str) -> None:
        self._untouched = False
        self._show()

    def _runs_changed(self) -> None:
        known = {run.ident for run in self.service.runs}
        for ident in known & self._handed.keys():
            path = self._handed.pop(ident)
            self.desk.background.run(partial(_remove, path), _done)
        self._show()
        active = self.service.active
        if self._wanted in known:
            # The newest is what the user has just asked for.
            wanted, self._wanted = self._wanted, ""
            self.runs.table.choose(wanted)
        elif self._untouched and active is not None:
            self.runs.table.choose(active.ident)
        self._hint()

    def _show(self) -> None:
        """Show everything as it stands now."""
        runs = self.service.runs
        used = catalogue.in_use(self._models, self.desk.settings.get("model", ""))
        rows = rows_of(runs, self._models, None if used is None else used.path)
        beside = {run.ident for run in laid_beside(runs, self.front, self._turned)}
        self.runs.model.set_rows(rows, beside)
        self.runs.show_row(self.runs.table.row)
        front = self.front
        self.chart.show_runs(front, [run for run in runs if run.ident in beside], bool(runs))
        form = self.controls.form
        wrong = problems(form.choices, self.material, form.start, self.devices.names)
        form.show_problems(wrong)
        taken = {row.name for row in rows}
        form.propose(proposed_name(form.choices, self.material, form.start, taken))
        obstacle = next(iter(wrong.values()), "")
        if self._preparing:
            obstacle = "One moment: the data is being prepared for the training before."
        self.controls.show_state(front, self.service.active, obstacle)
        self.controls.sweep.show_state(form.choices, wrong.get("data", ""))

    def _hint(self) -> None:
        """Tell in the status bar of what trains out of sight, and that it is over."""
        active = self.service.active
        hint = ""
        if active is not None and not self.isVisible():
            hint = f"Training in the background: {progress_words(active)}"
        if hint != self._hinted:
            self._hinted = hint
            self.desk.hinted.emit(hint)

    # -- what is asked

    def _train(self) -> None:
        form = self.controls.form
        choices, start = form.choices, form.start
        name = choices.name.strip() or form.name.placeholderText()
        self._begin_run(plan_for(choices, self.material, start, name))
        form.show_choices(replace(choices, name=""))

    def _sweep(self) -> None:
        choices = self.controls.form.choices
        taken = {row.name for row in self.runs.model.rows}
        name = proposed_name(choices, self.material, None, taken, sweep=True)
        self._begin_run(sweep_for(choices, self.material, name))
        self.controls.close_sweep()

    def _begin_run(self, plan: TrainingPlan) -> None:
        """Write what was judged as a data set, and have it trained on."""
        judgement = self._judgement
        if judgement is None:
            return
        path = paths.user_cache() / "training" / f"{secrets.token_hex(8)}.drumdata"

        def write(_control: JobControl) -> Path:
            wanted = replace(judgement.plan, kit=plan.drums)
            path.parent.mkdir(parents=True, exist_ok=True)
            training_data.write(wanted, path, judgement)
            return path

        self._preparing = True
        self.desk.background.run(
            write, partial(self._written, plan), self._not_written, "Preparing the training"
        )
        self._show()

    def _not_written(self, sentence: str) -> None:
        self._preparing = False
        if sentence:
            self.desk.told.emit(Message(sentence[:1].upper() + sentence[1:] + ".", "error"))
        self._show()

    def _written(self, plan: TrainingPlan, path: Path) -> None:
        self._preparing = False
        ident = self.service.start(plan, path)
        self._handed[ident] = path
        self._wanted = ident

    def _ask(self, asked: Callable[[str], None]) -> None:
        if self.front is not None:
            asked(self.front.ident)


def _find_models(_control: JobControl) -> tuple[tuple[ModelInfo, ...], tuple[Start, ...]]:
    """The drummers there are, and those that can be trained on."""
    models = tuple(catalogue.list_models())
    return models, tuple(_start_of(model) for model in models if model.problem is None)


def _start_of(model: ModelInfo) -> Start:
    """The model as the start of a fine-tuning."""
    found = read_info(model.path)
    network, drums = found.network, found.encoding.drums
    return Start(model.path, model.name, network.kind, network.layers, round(100 * network.dropout), drums)


def _remove(path: Path, _control: JobControl) -> None:
    """Take away a file that was handed over."""
    path.unlink(missing_ok=True)


def _done(_result: object) -> None:
    """There is nothing to tell."""
