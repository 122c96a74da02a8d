"""`train-feel`: train the network that gives hits their velocity and timing."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from drumstudio.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `train-feel`."""
    parser.epilog = (
        "Reports on stderr as it goes; the mean errors on the validation split on stdout at the end. The "
        "program plays with resources/models/feel.safetensors."
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="MIDI files, or folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="the file (.safetensors)")
    parser.add_argument("--units", type=int, default=96, help="units of each LSTM, of each direction (96)")
    parser.add_argument("--members", type=int, default=1, help="networks whose answers are averaged (1)")
    parser.add_argument("--steps", type=int, default=3500, help="batches to train each for (3500)")
    parser.add_argument("--batch", type=int, default=24, help="windows in a batch (24)")
    parser.add_argument("--window", type=int, default=128, help="steps in a window (128)")
    parser.add_argument("--learning-rate", type=float, default=0.003, help="Adam's rate (0.003)")
    parser.add_argument("--dropout", type=float, default=0.4, help="share left out after each layer (0.4)")
    parser.add_argument("--seed", type=int, default=0, help="what is drawn at random follows from it (0)")
    parser.add_argument("--threads", type=int, default=1, help="processor cores to use (1)")
    parser.add_argument("--data-name", default="", help="name of the data, kept in the file")
    parser.add_argument("--licence", default="", help="licence of the data, kept in the file")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def run(args: argparse.Namespace) -> int:
    """Train to the end; 0."""
    for name in ("units", "members", "steps", "batch", "window", "threads"):
        if getattr(args, name) < 1:
            raise UsageError(f"--{name} is at least 1, not {getattr(args, name)}")
    if not 0 < args.learning_rate <= 1:
        raise UsageError(f"--learning-rate is above 0 and at most 1, not {args.learning_rate}")
    if not 0 <= args.dropout < 1:
        raise UsageError(f"--dropout is at least 0 and below 1, not {args.dropout}")
    from drumstudio.ml.feel.file import FeelConfig, FeelTraining
    from drumstudio.ml.feel.performances import read_performances
    from drumstudio.ml.feel.training import FeelReport, FeelSettings, train_feel
    from drumstudio.ml.training.trainer import use_threads

    try:
        config = FeelConfig(units=args.units, members=args.members)
    except ValueError as error:
        raise UsageError(f"{error}; choose fewer --units or --members") from error
    performances = read_performances(args.sources)
    use_threads(args.threads)
    settings = FeelSettings(
        steps=args.steps,
        batch=args.batch,
        window=args.window,
        learning_rate=args.learning_rate,
        dropout=args.dropout,
        seed=args.seed,
    )

    def tell(report: FeelReport) -> None:
        _say(f"network {report.member + 1} of {args.members}, step {report.step}: loss {report.loss:.3f}")

    described = FeelTraining(data=args.data_name or ", ".join(args.sources), licence=args.licence)
    model = train_feel(args.out, config, settings, performances, described, tell)
    if args.json:
        print(json.dumps({"file": str(args.out), **asdict(model.training)}))
    elif model.training.velocity_error is not None:
        print(
            f"{args.out}: off by {model.training.velocity_error:.2f} in velocity and "
            f"{model.training.offset_error:.2f} ms on the validation split"
        )
    else:
        print(f"{args.out}: trained; nothing was held out to measure it on")
    return 0


def _say(text: str) -> None:
    print(f"drumstudio: {text}", file=sys.stderr, flush=True)
