"""Runs and drummers in the words of the table; nothing here knows of widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drumstudio.app.training.runs import CellState, Run, RunState
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ml.config import GROOVE_MEMORY
from drumstudio.ui.training.choices import device_words
from drumstudio.ui.training.words import count, duration, perplexity, plural

NONE = "—"
STATE_COLOURS = {
    RunState.WAITING: "text_faint",
    RunState.TRAINING: "accent_text",
    RunState.PAUSING: "warn",
    RunState.PAUSED: "warn",
    RunState.STOPPING: "warn",
    RunState.DONE: "go",
    RunState.STOPPED: "go",
    RunState.FAILED: "bad",
    RunState.ELSEWHERE: "text_faint",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a run, or a drummer that is no run's.

    `key` tells rows apart; `cells` are the words of the columns after the marks; `colour` that of the dot,
    "" for none; `used` whether it is the drummer that plays; `details` what the tooltip says; `overlay`
    whether its curve can be laid beside others.
    """

    key: str
    cells: tuple[str, ...]
    colour: str = ""
    used: bool = False
    details: str = ""
    overlay: bool = False
    run: Run | None = None
    model: Path | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.cells[0]


def rows_of(runs: Sequence[Run], models: Sequence[ModelInfo], used: Path | None) -> tuple[Row, ...]:
    """A row for each run, the newest first, and for each drummer that no run made."""
    names = {model.path: model.name for model in models}
    made = {run.model for run in runs if run.model is not None}
    rows = [_of_run(run, names, used) for run in runs]
    rows += [_of_model(model, used) for model in models if model.problem is None and model.path not in made]
    return tuple(rows)


def _of_run(run: Run, names: dict[Path, str], used: Path | None) -> Row:
    best = run.best
    cells = (
        names.get(run.model, run.plan.name) if run.model is not None else run.plan.name,
        run.plan.data_name or NONE,
        network_words(run),
        perplexity(best.perplexity if best else None),
        perplexity(best.validation_perplexity if best else None),
        duration(run.seconds) if run.seconds else NONE,
        state_words(run),
    )
    return Row(
        run.ident,
        cells,
        STATE_COLOURS[run.state],
        used is not None and run.model == used,
        details_of(run),
        bool(run.reports),
        run,
        run.model,
    )


def _of_model(model: ModelInfo, used: Path | None) -> Row:
    name = f"{model.name} (shipped)" if model.shipped else model.name
    state = "in use" if model.path == used else "shipped" if model.shipped else "ready"
    cells = (
        name,
        model.trained_on or NONE,
        model.network.removesuffix(" LSTM").replace(" x ", " × ").replace("groove memory, ", "memory "),
        NONE,
        perplexity(model.perplexity),
        NONE,
        state,
    )
    told = f"{name}, trained on {model.trained_on or 'nobody knows what'}."
    return Row(str(model.path), cells, "", model.path == used, told, model=model.path)


def network_words(run: Run) -> str:
    """What is trained, in a word or two."""
    plan = run.plan
    if plan.grid is not None:
        layers, units = plan.grid.layers, plan.grid.units
        return f"sweep {_span(layers)} × {_span(units)}"
    if plan.base is not None:
        return "fine-tuned"
    shape = f"{len(plan.layers)} × {plan.layers[0]}"
    return f"memory {shape}" if plan.kind == GROOVE_MEMORY else shape


def _span(values: Sequence[int]) -> str:
    return str(values[0]) if len(values) == 1 else f"{min(values)}–{max(values)}"


def state_words(run: Run) -> str:
    """How it stands, in a word or two."""
    if run.state is RunState.TRAINING:
        return f"running {progress(run):.0%}".replace("%", " %")
    if run.state is RunState.PAUSED:
        return f"paused, {progress(run):.0%}".replace("%", " %")
    return {
        RunState.WAITING: "waiting",
        RunState.PAUSING: "pausing …",
        RunState.STOPPING: "stopping …",
        RunState.DONE: "done",
        RunState.STOPPED: "stopped",
        RunState.FAILED: "failed",
        RunState.ELSEWHERE: "in another window",
    }[run.state]


def progress(run: Run) -> float:
    """How much of it is done at most, 0 to 1."""
    return run.step / run.steps if run.steps else 0.0


def progress_words(run: Run) -> str:
    """Where it stands, beside the chart: "step 1,220 of 2,000 · 41 steps/s · 19 s left"."""
    parts = [state_words(run)]
    if run.state is RunState.TRAINING and not run.step:
        parts = ["starting …"]
    elif run.state in (RunState.TRAINING, RunState.PAUSING, RunState.STOPPING, RunState.PAUSED):
        step = f"step {count(run.step)} of {count(run.steps)}" if run.steps else f"step {count(run.step)}"
        parts = [step] if run.state is RunState.TRAINING else [state_words(run).partition(",")[0], step]
        if run.cells:
            over = sum(cell.state not in (CellState.WAITING, CellState.TRAINING) for cell in run.cells)
            parts.insert(0, f"network {min(over + 1, len(run.cells))} of {len(run.cells)}")
        if run.state is RunState.TRAINING and run.steps_per_second:
            rate = run.steps_per_second
            parts.append(f"{rate:.0f} steps/s" if rate >= 10 else f"{rate:.1f} steps/s")
        if run.state is RunState.TRAINING and run.seconds_left is not None:
            parts.append(f"{duration(run.seconds_left)} left")
    elif run.best is not None and run.state in (RunState.DONE, RunState.STOPPED):
        parts = [f"{state_words(run)}, best at step {count(run.best.step)}"]
    return " · ".join(parts)


def details_of(run: Run) -> str:
    """All about a run in one or two sentences."""
    counts = run.counts
    told = [f"{run.plan.name}: {progress_words(run)}."]
    if run.message:
        told.append(run.message[:1].upper() + run.message[1:].rstrip(".") + ".")
    if counts.train:
        told.append(
            f"Learns from {plural(counts.train, 'sequence')} ({count(counts.train_steps)} steps), "
            f"measured on {plural(counts.validation, 'sequence')}."
        )
    if run.device:
        told.append(f"Trains on: {device_words(run.device)}.")
    return " ".join(told)


def ready_words(run: Run, name: str) -> str:
    """The sentence that tells of a finished training."""
    value = run.best.validation_perplexity if run.best else None
    if value is None:
        return f"{name} is ready."
    copying = run.levels.copying
    beside = []
    first = run.reports[0] if run.reports else None
    if run.plan.base is not None and first is not None and first.step == 0:
        beside.append(f"before the fine-tuning {perplexity(first.validation_perplexity)}")
    if copying is not None and value < copying:
        beside.append(f"copying the last bar {perplexity(copying)}")
    elif copying is not None:
        beside.append(f"copying the last bar reaches {perplexity(copying)}: train longer, or on more")
    return f"{name} is ready: validation {perplexity(value)}" + (
        f" ({', '.join(beside)})." if beside else "."
    )
