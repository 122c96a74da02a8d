"""`train`: train a drummer, and say as it goes how well it does."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from drumstudio.cli.learning import (
    REPORTS,
    add_training_arguments,
    check_model_file,
    check_training,
    keep_figures_of,
    open_training_data,
    plan_of,
    start_trainer,
    train,
)
from drumstudio.cli.sources import add_source_arguments
from drumstudio.errors import UsageError
from drumstudio.ml.config import DRUM_RNN, KINDS


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `train`."""
    parser.epilog = (
        f"{REPORTS}The model best on validation is kept at --out, and beside it what --resume needs. Ctrl+C "
        "stops and saves. With --levels the first line holds `levels`, the validation perplexity of counting "
        "events and of copying the last bar."
    )
    add_source_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="MODEL", help="the model file (.safetensors)"
    )
    parser.add_argument("--name", help="what the model is called in lists (its file's name and shape)")
    network = parser.add_argument_group("network")
    network.add_argument(
        "--network",
        choices=KINDS,
        default=DRUM_RNN,
        help="plain Drum RNN, or one that remembers the bars before and can copy from them (drum_rnn)",
    )
    network.add_argument("--layers", type=int, default=2, help="LSTM layers (2)")
    network.add_argument(
        "--units", type=_units, default=(64,), help="units of each layer: 128, or 256,128 for two layers (64)"
    )
    network.add_argument("--attention", type=int, default=0, help="past steps the first layer looks at (0)")
    network.add_argument("--dropout", type=float, default=0.0, help="share left out after each layer (0)")
    network.add_argument(
        "--counters-only", action="store_true", help="no place in the bar, only Drum RNN's six counters"
    )
    network.add_argument(
        "--no-controls",
        action="store_true",
        help="a groove memory that cannot be asked for styles and fills",
    )
    training = add_training_arguments(parser, 1000, 0.0015, 500, 10)
    training.add_argument("--decay", action="store_true", help="let the rate fall to nothing over --steps")
    parser.add_argument("--levels", action="store_true", help="measure counting and copying first")
    parser.add_argument("--json", action="store_true", help="JSON lines on a terminal too")


def _units(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"units are numbers, as 128 or 256,128, not {text!r}") from error


def run(args: argparse.Namespace) -> int:
    """Train until done, early end or Ctrl+C."""
    check_training(args)
    check_model_file(args.out)
    if len(args.units) not in (1, args.layers):
        raise UsageError(f"--units gives one number, or one for each of the {args.layers} layers")
    data = open_training_data(args)
    plan = plan_of(
        args,
        args.name or "",
        kind=args.network,
        layers=args.units * args.layers if len(args.units) == 1 else args.units,
        attention=args.attention,
        dropout=args.dropout,
        drums=args.kit,
        decay=args.decay,
        place=not args.counters_only,
        controls=not args.no_controls,
    )
    trainer = start_trainer(args, plan, data)
    if args.levels:
        from dataclasses import asdict

        from drumstudio.app.training.preparing import levels_of

        print(json.dumps({"levels": asdict(levels_of(data))}), flush=True)
    train(args, trainer)
    keep_figures_of(args, data)
    return 0
