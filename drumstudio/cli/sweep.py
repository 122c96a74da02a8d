"""`sweep`: find the layers and units that learn a data set best."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.app.training import folder as run_folder
from drumstudio.app.training.runs import Cell, CellState, SweepGrid
from drumstudio.app.training.sweeping import Sweep, SweepOutcome, cells_of
from drumstudio.cli.learning import (
    add_training_arguments,
    check_training,
    open_training_data,
    plan_of,
    progress,
    say,
    stopping,
)
from drumstudio.cli.sources import add_source_arguments
from drumstudio.cli.tables import aligned
from drumstudio.errors import TrainingError, UsageError
from drumstudio.ml.config import DRUM_RNN, KINDS

if TYPE_CHECKING:
    from drumstudio.ml.data.dataset import DataSet

BEST = "best.safetensors"


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `sweep`."""
    parser.epilog = (
        "Every shape is trained on the same data with the same seed. All train to an eighth of --steps, the "
        "better half by validation perplexity goes on to a quarter, the better half of these to a half; what "
        "is left trains to the end (successive halving). The best model is kept as best.safetensors in "
        "--out, and the table as cells.json. With --json one object comes out at the end: cells (layers, "
        "units, state, step, perplexity, seconds, message, reports), best, model and done. Ctrl+C stops and "
        "saves, --resume goes on."
    )
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of table and models")
    parser.add_argument("--name", help="what the best model is called in lists, its shape after it (Sweep)")
    grid = parser.add_argument_group("shapes")
    grid.add_argument("--layers", type=_numbers, default=(1, 2, 3), help="numbers of layers (1,2,3)")
    grid.add_argument("--units", type=_numbers, default=(64, 128, 256), help="units of each (64,128,256)")
    grid.add_argument("--network", choices=KINDS, default=DRUM_RNN, help="kind of network (drum_rnn)")
    grid.add_argument("--attention", type=int, default=0, help="past steps the first layer looks at (0)")
    grid.add_argument("--dropout", type=float, default=0.0, help="share left out after each layer (0)")
    add_training_arguments(parser, 400, 0.0015, 0, 10)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"give numbers, as 1,2,3, not {text!r}") from error


def run(args: argparse.Namespace) -> int:
    """Sweep until done or stopped."""
    check_training(args)
    grid = SweepGrid(args.layers, args.units)
    cells_of(grid)
    if args.out.exists() and not args.out.is_dir():
        raise UsageError(f"--out is a folder, unlike {args.out}")
    data = open_training_data(args)
    plan = plan_of(
        args,
        args.name or "Sweep",
        kind=args.network,
        attention=args.attention,
        dropout=args.dropout,
        drums=args.kit,
        grid=grid,
    )
    with stopping(args) as stop, progress(plan.all_steps) as on_step:
        sweep = Sweep(plan, data, args.out, _teller(), stop.is_set, on_step, args.threads)
        if args.resume:
            _resume(sweep, args.out)
        outcome = sweep.run()
    if outcome.best is not None:
        _keep_best(args.out, outcome.best, data)
    if args.json:
        print(json.dumps(_as_json(outcome, args.out)))
    else:
        print(_in_words(outcome, args.out))
    if not outcome.done:
        say("stopped; --resume goes on")
    return 0


def _resume(sweep: Sweep, folder: Path) -> None:
    if not sweep.resume():
        raise TrainingError(f"there is no sweep to resume in {folder}; sweep without --resume")
    say(f"resuming after {sum(cell.step for cell in sweep.cells)} steps")


def _teller() -> Callable[[Cell], None]:
    """Says on stderr what a shape has come to, whenever its state changes."""
    told: dict[tuple[int, int], CellState] = {}

    def tell(cell: Cell) -> None:
        before = told.get((cell.layers, cell.units))
        told[cell.layers, cell.units] = cell.state
        if cell.state is not before and cell.state is not CellState.TRAINING:
            why = f"; {cell.message}" if cell.message else ""
            how = "" if cell.state is CellState.WAITING else f"{cell.state.value} at "
            say(
                f"{cell.layers} x {cell.units}: {how}step {cell.step}, "
                f"validation perplexity {_number(cell.perplexity)}{why}"
            )

    return tell


def _keep_best(folder: Path, best: Cell, data: DataSet) -> None:
    """Copy the best model to the top of the folder, with its figures."""
    from drumstudio.ml.checkpoint import copy_model
    from drumstudio.ml.training.figures import keep_figures

    copy_model(run_folder.cell_path(folder, best.layers, best.units), folder / BEST)
    keep_figures(folder / BEST, data.split("validation"), "validation split")


def _as_json(outcome: SweepOutcome, folder: Path) -> dict[str, Any]:
    best = outcome.best
    return {
        "cells": [run_folder.cell_to_json(cell) for cell in outcome.cells],
        "best": None if best is None else {"layers": best.layers, "units": best.units},
        "model": None if best is None else str(folder / BEST),
        "done": outcome.done,
    }


def _in_words(outcome: SweepOutcome, folder: Path) -> str:
    rows = [["layers", "units", "validation perplexity", "steps", "seconds", ""]]
    rows += [
        [
            str(cell.layers),
            str(cell.units),
            _number(cell.perplexity),
            str(cell.step),
            f"{cell.seconds:.0f}",
            "best" if cell is outcome.best else cell.message or cell.state.value,
        ]
        for cell in outcome.cells
    ]
    best = outcome.best
    kept = "" if best is None else f"\nbest: {best.layers} x {best.units}, kept as {folder / BEST}"
    return aligned(rows) + kept


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
