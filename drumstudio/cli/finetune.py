"""`finetune`: train a drummer further, on the playing of somebody in particular."""

from __future__ import annotations

import argparse
from pathlib import Path

from drumstudio.cli.learning import (
    REPORTS,
    add_training_arguments,
    check_model_file,
    check_training,
    keep_figures_of,
    open_training_data,
    plan_of,
    say,
    start_trainer,
    train,
)
from drumstudio.cli.sources import SOURCES, add_choices
from drumstudio.errors import UsageError
from drumstudio.paths import is_same_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `finetune`."""
    parser.epilog = (
        f"{REPORTS}The first report, of step 0, is that of the base itself. The model best on validation is "
        "kept at --out, so it never is worse there than the base; its header names the base and both "
        "licences. Network, drums, and the styles and fills it can be asked for are those of the base. "
        "Ctrl+C stops and saves."
    )
    parser.add_argument("sources", nargs="+", metavar="SRC", help=SOURCES)
    add_choices(parser)
    parser.add_argument(
        "--base",
        metavar="MODEL",
        help="the model to begin with: a file, or the name of one that `models` lists (the default drummer)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="MODEL", help="the model file (.safetensors)"
    )
    parser.add_argument("--name", help="what the model is called in lists (after its base)")
    training = add_training_arguments(parser, 400, 0.0005, 0, 25)
    training.set_defaults(batch=16)
    training.add_argument(
        "--constant", action="store_true", help="let the rate stay as it is, not fall to nothing over --steps"
    )
    training.add_argument("--dropout", type=float, help="share left out after each layer (the base's)")
    training.add_argument(
        "--anchor", type=float, default=0.0, help="how strongly the weights are pulled towards the base (0)"
    )
    parser.add_argument("--json", action="store_true", help="JSON lines on a terminal too")


def run(args: argparse.Namespace) -> int:
    """Train until done, early end or Ctrl+C."""
    check_training(args)
    check_model_file(args.out)
    if args.dropout is not None and not 0 <= args.dropout < 1:
        raise UsageError(f"--dropout is at least 0 and below 1, not {args.dropout}")
    if not args.anchor >= 0:
        raise UsageError(f"--anchor is 0 or more, not {args.anchor}")
    from drumstudio.ml import checkpoint
    from drumstudio.ml.catalogue import find_model

    base = find_model(args.base)
    if is_same_file(base, args.out):
        raise UsageError(f"{args.out} is the base itself; give --out another name")
    data = open_training_data(args, checkpoint.read_info(base).encoding.drums)
    if not data.split("validation"):
        say("nothing is held out for validation: the last step is kept, be it better than the base or not")
    plan = plan_of(
        args,
        args.name or "",
        base=base,
        dropout=args.dropout,
        drums=data.kit,
        decay=not args.constant,
        anchor=args.anchor,
    )
    trainer = start_trainer(args, plan, data)
    train(args, trainer)
    keep_figures_of(args, data)
    return 0
