"""The folder of a run: what is read from it, and what is written whole or not at all.

`plan.json` is written once; `state.json` belongs to whoever looks after the run; all else to the process
that trains it.  Nothing in it is ever run, and a folder that makes no sense is named in a sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from drumstudio import paths
from drumstudio.app.training.runs import (
    Cell,
    CellState,
    DataCounts,
    Levels,
    Run,
    RunState,
    SweepGrid,
    TrainingPlan,
    best_cell,
)
from drumstudio.errors import TrainingError
from drumstudio.ml.training.reports import Report, best_of, report_of

FORMAT, FORMAT_VERSION = "drumstudio-training-run", 1
MODEL, DATA, BASE = "model.safetensors", "data.drumdata", "base.safetensors"
REPORTS, ABOUT, CELLS = "reports.jsonl", "about.json", "cells.json"
OWNER_LOCK, TRAIN_LOCK, TROUBLE = "owner.lock", "train.lock", "trouble.log"
_PLAN, _STATE = "plan.json", "state.json"
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
# Folders that are being made or deleted begin with this.
_UNFINISHED = "."
# Seconds after which no other window can still be at work on such a folder.
_LONG_AGO = 3600.0


def trainings_folder() -> Path:
    """Folder of the runs."""
    return paths.user_data() / "training"


def new_ident() -> str:
    """A name for a new run's folder; later ones sort later."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09d}-{uuid.uuid4().hex[:4]}"


def list_idents(folder: Path) -> list[str]:
    """Idents of all runs, oldest first; what was half made or half deleted long ago is cleared away."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(_UNFINISHED):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _LONG_AGO:
                    shutil.rmtree(path, ignore_errors=True)
        elif path.is_dir():
            found.append(path.name)
    return found


def create(folder: Path, plan: TrainingPlan, data: Path, state: dict[str, Any]) -> None:
    """Make the `folder` of a new run with copies of its data and its base.  Raises TrainingError."""
    for needed, what in ((data, "data set"), (plan.base, "model to fine-tune")):
        if needed is not None and not needed.is_file():
            raise TrainingError(
                f"the training {plan.name} cannot start: there is no {what} at {needed}; choose another"
            )
    staging = folder.with_name(f"{_UNFINISHED}{folder.name}")
    try:
        staging.mkdir(parents=True)
        shutil.copyfile(data, staging / DATA)
        if plan.base is not None:
            shutil.copyfile(plan.base, staging / BASE)
        _write(staging / _PLAN, {"plan": plan_to_json(plan)})
        _write(staging / _STATE, state)
        staging.rename(folder)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise TrainingError(
            f"the training {plan.name} cannot be kept in {folder.parent} ({error.strerror or error}); "
            "make room there and start it again"
        ) from error


def delete(folder: Path) -> None:
    """Delete the folder of a run; what cannot be deleted now is cleared away later.  Raises TrainingError."""
    doomed = folder.with_name(f"{_UNFINISHED}{folder.name}")
    try:
        folder.rename(doomed)
    except OSError as error:
        raise TrainingError(f"{folder} cannot be deleted ({error.strerror or error})") from error
    shutil.rmtree(doomed, ignore_errors=True)


def read_plan(folder: Path) -> TrainingPlan:
    """The plan of a run, its base being the copy in the folder.  Raises TrainingError."""
    try:
        plan = plan_from_json(_read(folder / _PLAN)["plan"])
    except _DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise TrainingError(
            f"the training in {folder} is passed over: its plan cannot be read ({reason}); delete the folder "
            "if you do not need it"
        ) from error
    return plan if plan.base is None else replace(plan, base=folder / BASE)


def read_run(folder: Path) -> Run:
    """The run in `folder` as it was left.  Raises TrainingError where it is foreign or damaged."""
    plan = read_plan(folder)
    if not (folder / DATA).is_file():
        raise TrainingError(
            f"the training in {folder} is passed over: its data {DATA} is gone; start it anew"
        )
    run = Run(folder.name, plan, steps=plan.all_steps)
    try:
        run = _with_state(run, _read(folder / _STATE))
    except _DAMAGED:
        message = "How it stood cannot be read; it goes on from what was saved last."
        run = replace(run, state=RunState.PAUSED, message=message)
    return read_progress(run, folder)


def _with_state(run: Run, told: dict[str, Any]) -> Run:
    model, started, ended = told["model"], told["started"], told["ended"]
    return replace(
        run,
        state=RunState(told["state"]),
        message=str(told["message"]),
        model=None if model is None else Path(model),
        started=None if started is None else float(started),
        ended=None if ended is None else float(ended),
        seconds=float(told["seconds"]),
    )


def read_progress(run: Run, folder: Path) -> Run:
    """`run` with what the process that trains it has written."""
    reports = tuple(read_reports(folder / REPORTS))
    run = replace(run, reports=reports, best=best_of(reports), step=reports[-1].step if reports else 0)
    with contextlib.suppress(*_DAMAGED):
        about = _read(folder / ABOUT)
        run = replace(
            run,
            levels=Levels(**about["levels"]),
            counts=DataCounts(**about["counts"]),
            device=str(about["device"]),
        )
    return run if run.plan.grid is None else with_cells(run, read_cells(folder)[0])


def with_cells(run: Run, cells: Iterable[Cell]) -> Run:
    """The sweep `run` with these cells: its curve is that of the best, its step all that they trained."""
    cells = tuple(cells)
    best = best_cell(cells)
    reports = best.reports if best is not None else ()
    return replace(
        run,
        cells=cells,
        reports=reports,
        best=best_of(reports),
        step=sum(cell.step for cell in cells),
    )


def write_state(folder: Path, run: Run, queued: float) -> None:
    """Keep how `run` stands; `queued` is its place among those that wait.  Raises OSError."""
    _write(folder / _STATE, state_to_json(run, queued))


def state_to_json(run: Run, queued: float) -> dict[str, Any]:
    """What `state.json` holds of `run`."""
    return {
        "state": run.state.value,
        "message": run.message,
        "model": None if run.model is None else str(run.model),
        "started": run.started,
        "ended": run.ended,
        "seconds": run.seconds,
        "queued": queued,
    }


def best_model(folder: Path, run: Run) -> Path | None:
    """The model that `run` would keep; None where it has learned nothing yet."""
    path = folder / MODEL
    if run.plan.grid is not None:
        best = best_cell(run.cells)
        if best is None:
            return None
        path = cell_path(folder, best.layers, best.units)
    return path if run.best is not None and path.is_file() else None


def cell_path(folder: Path, layers: int, units: int) -> Path:
    """Where a sweep in `folder` keeps the model of a shape."""
    return folder / "cells" / f"{layers}x{units}.safetensors"


def read_queued(folder: Path) -> float:
    """When the run was queued, in seconds since the epoch; 0 where it does not say."""
    try:
        return float(_read(folder / _STATE)["queued"])
    except _DAMAGED:
        return 0.0


def write_about(folder: Path, levels: Levels, counts: DataCounts, device: str) -> None:
    """Keep what is known once the data is read.  Raises OSError."""
    _write(folder / ABOUT, {"levels": asdict(levels), "counts": asdict(counts), "device": device})


def write_cells(folder: Path, cells: Iterable[Cell], of: str) -> None:
    """Keep the table of a sweep; `of` says what it is a sweep of.  Raises OSError."""
    _write(folder / CELLS, {"of": of, "cells": [cell_to_json(cell) for cell in cells]})


def read_cells(folder: Path) -> tuple[tuple[Cell, ...], str]:
    """The table of a sweep and what it is a sweep of; empty where there is none that can be read."""
    try:
        content = _read(folder / CELLS)
        return tuple(cell_from_json(each) for each in content["cells"]), str(content["of"])
    except _DAMAGED:
        return (), ""


def read_reports(path: Path) -> list[Report]:
    """The reports that a file of JSON lines holds, in their order; what is no report is passed over."""
    found: list[Report] = []
    with contextlib.suppress(OSError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError, TypeError, RecursionError):
                found.append(report_of(json.loads(line)))
    return found


def mend_reports(path: Path, step: int, last: Report | None) -> list[Report]:
    """Make the reports at `path` those of a training that is at `step`, `last` its newest.

    A killed process may have written one too few, or half a line.  Raises OSError.
    """
    kept = {report.step: report for report in read_reports(path) if report.step <= step}
    if last is not None:
        kept[last.step] = last
    reports = [kept[each] for each in sorted(kept)]
    paths.write_atomically(path, b"".join(encode_report(report) for report in reports))
    return reports


def encode_report(report: Report) -> bytes:
    """A line of JSON."""
    return json.dumps(asdict(report)).encode() + b"\n"


def append_report(path: Path, report: Report) -> None:
    """Add `report` to the file at `path`.  Raises OSError."""
    with path.open("ab", buffering=0) as file:
        file.write(encode_report(report))


def plan_to_json(plan: TrainingPlan) -> dict[str, Any]:
    """What JSON can hold of `plan`."""
    return {**asdict(plan), "base": None if plan.base is None else os.fspath(plan.base)}


def plan_from_json(told: dict[str, Any]) -> TrainingPlan:
    """The plan that `told` describes; TypeError, ValueError, KeyError or AttributeError otherwise."""
    known = {one.name for one in fields(TrainingPlan)}
    told = {name: value for name, value in told.items() if name in known}
    grid, base = told.get("grid"), told.get("base")
    told["layers"] = tuple(int(units) for units in told["layers"])
    told["base"] = None if base is None else Path(base)
    told["grid"] = grid and SweepGrid(tuple(map(int, grid["layers"])), tuple(map(int, grid["units"])))
    plan = TrainingPlan(**told)
    kinds = {"str": str, "int": int, "float": (int, float), "bool": bool}
    for one in fields(plan):
        kind = kinds.get(str(one.type))
        if kind is not None and not isinstance(getattr(plan, one.name), kind):  # type: ignore[arg-type]
            raise ValueError(f"{one.name} is not {one.type}")
    return plan


def cell_to_json(cell: Cell) -> dict[str, Any]:
    """What JSON can hold of `cell`."""
    return {**asdict(cell), "state": cell.state.value}


def cell_from_json(told: dict[str, Any]) -> Cell:
    """The cell that `told` describes; TypeError, ValueError or KeyError where it cannot be one."""
    reports = tuple(report_of(report) for report in told["reports"])
    return Cell(**{**told, "state": CellState(told["state"]), "reports": reports})


def _write(path: Path, content: dict[str, Any]) -> None:
    whole = {"format": FORMAT, "format_version": FORMAT_VERSION, **content}
    paths.write_atomically(path, json.dumps(whole).encode())


def _read(path: Path) -> dict[str, Any]:
    """A file that `_write` made; OSError or ValueError where it is not."""
    content = json.loads(path.read_bytes())
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{path} is not of a training")
    if not isinstance(version := content.get("format_version"), int) or version > FORMAT_VERSION:
        raise ValueError(f"{path} was written by a newer DrumStudio")
    return content
