"""`train`: train a drummer, and say as it goes how well it does."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.cli.sources import add_source_arguments, choices_of
from drumstudio.errors import DatasetError, UsageError
from drumstudio.ml.config import DRUM_RNN, GROOVE_MEMORY, KINDS, MAX_STYLES

if TYPE_CHECKING:
    from drumstudio.ml.checkpoint import Checkpoint
    from drumstudio.ml.dataset import DataSet
    from drumstudio.ml.reports import Report, Settings
    from drumstudio.ml.trainer import Trainer


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `train`."""
    parser.epilog = (
        "Each report is one line of JSON on stdout: step, perplexity, accuracy, event_accuracy and "
        "silence_accuracy of that step's batch; validation_perplexity and validation_accuracy of the "
        "validation split, dropout off (null without one); steps_per_second. The model best on validation "
        "is kept at --out, and beside it what --resume needs. Ctrl+C stops and saves."
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
    training = parser.add_argument_group("training")
    training.add_argument("--steps", type=int, default=1000, help="batches to train for (1000)")
    training.add_argument("--batch", type=int, default=64, help="windows in a batch (64)")
    training.add_argument("--window", type=int, default=128, help="steps in a window (128)")
    training.add_argument("--learning-rate", type=float, default=0.0015, help="Adam's rate (0.0015)")
    training.add_argument("--decay", action="store_true", help="let the rate fall to nothing over --steps")
    training.add_argument("--clip", type=float, default=3.0, help="largest norm of a gradient (3)")
    training.add_argument("--report-every", type=int, default=10, help="steps between reports (10)")
    training.add_argument(
        "--patience",
        type=int,
        default=500,
        help="end after so many steps without getting better; 0: never (500)",
    )
    training.add_argument("--threads", type=int, default=1, help="processor cores to use (1)")
    training.add_argument(
        "--device",
        choices=("cpu", "cuda"),
        default="cpu",
        help="where to train (cpu; only it repeats a seed exactly)",
    )
    training.add_argument("--resume", action="store_true", help="go on where this training stopped")
    training.add_argument(
        "--stop-on-stdin", action="store_true", help="stop and save when a line `stop` comes in"
    )
    parser.add_argument("--licence", default="", help="licence of the data, kept in the model")
    parser.add_argument("--data-name", default="", help="name of the data, kept in the model (the folder's)")
    parser.add_argument("--json", action="store_true", help="JSON lines on a terminal too")


def _units(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"units are numbers, as 128 or 256,128, not {text!r}") from error


def run(args: argparse.Namespace) -> int:
    """Train until done, early end or Ctrl+C."""
    _check(args)
    from drumstudio.ml.dataset import open_dataset

    data = open_dataset(*args.sources, **choices_of(args))
    train, validation = data.split("train"), data.split("validation")
    if not train:
        raise DatasetError(f"{', '.join(args.sources)}: nothing is in the train split; add files to it")
    _say(f"{len(train)} sequences to train on, {len(validation)} held out for validation")

    from drumstudio.ml.trainer import Trainer, use_threads

    use_threads(args.threads)
    trainer = Trainer(args.out, _model(args, data), _settings(args), train, validation, args.device)
    if args.resume:
        _say(f"resuming after step {trainer.resume()}")
    _train(args, trainer)
    _keep_figures(args, {sequence.file for sequence in train})
    return 0


def _keep_figures(args: argparse.Namespace, trained: set[str]) -> None:
    """Measure the model on all that the sources hold out, wanted for training or not, into its header."""
    from drumstudio.ml.dataset import open_dataset
    from drumstudio.ml.figures import keep_figures

    everything = choices_of(args)
    everything["styles"] = everything["meters"] = ()
    everything["beats_only"] = everything["fills_only"] = False
    held_out = open_dataset(*args.sources, **everything).split("validation")
    held_out = tuple(sequence for sequence in held_out if sequence.file not in trained)
    if held_out:
        keep_figures(args.out, held_out, "validation split, unfiltered")


def _check(args: argparse.Namespace) -> None:
    """UsageError where a number makes no sense."""
    least = {"steps": 1, "batch": 1, "window": 2, "report_every": 1, "threads": 1, "patience": 0, "seed": 0}
    for name, lowest in least.items():
        if getattr(args, name) < lowest:
            raise UsageError(f"--{name.replace('_', '-')} is {lowest} or more, not {getattr(args, name)}")
    for name, most in {"learning_rate": 1.0, "clip": 1e9}.items():
        if not 0 < getattr(args, name) <= most:
            raise UsageError(
                f"--{name.replace('_', '-')} is above 0 and at most {most:g}, not {getattr(args, name)}"
            )
    if args.out.suffix != ".safetensors":
        raise UsageError(f"--out is a model file and ends in .safetensors, unlike {args.out}")
    if len(args.units) not in (1, args.layers):
        raise UsageError(f"--units gives one number, or one for each of the {args.layers} layers")


def _model(args: argparse.Namespace, data: DataSet) -> Checkpoint:
    """The model to be made, with its account of the data."""
    from drumstudio.ml.checkpoint import Checkpoint, Training
    from drumstudio.ml.config import NetworkConfig
    from drumstudio.ml.encoding import Encoding

    layers = args.units * args.layers if len(args.units) == 1 else args.units
    controls = args.network == GROOVE_MEMORY and not args.no_controls
    try:
        network = NetworkConfig(
            kind=args.network,
            layers=layers,
            attention=args.attention,
            dropout=args.dropout,
            place=not args.counters_only,
            quarters=not args.counters_only,
            styles=_styles(data) if controls else (),
            fills=controls and data.kit > 1,
            wide=args.network == GROOVE_MEMORY,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    splits = Counter(sequence.split for sequence in data.sequences)
    training = Training(
        data=args.data_name or ", ".join(Path(source).resolve().name for source in args.sources),
        licence=args.licence,
        fingerprint=data.fingerprint,
        splits=dict(sorted(splits.items())),
        styles=tuple(sorted(style for style in data.styles() if style)),
        date=date.today().isoformat(),
    )
    name = args.name or f"{args.out.stem.replace('_', ' ').capitalize()} — {network.label}"
    return Checkpoint(name, network, Encoding(data.kit, data.steps_per_quarter), training)


def _styles(data: DataSet) -> tuple[str, ...]:
    """The styles a network can learn to tell apart: none where it would hear of one alone."""
    from drumstudio.ml.control import family_of

    found = sorted({family_of(sequence.style) for sequence in data.split("train")} - {""})
    return tuple(found[:MAX_STYLES]) if len(found) > 1 else ()


def _settings(args: argparse.Namespace) -> Settings:
    from drumstudio.ml.reports import Settings

    return Settings(
        steps=args.steps,
        batch=args.batch,
        window=args.window,
        learning_rate=args.learning_rate,
        decay=args.decay,
        clip=args.clip,
        report_every=args.report_every,
        patience=args.patience,
        seed=args.seed,
    )


def _train(args: argparse.Namespace, trainer: Trainer) -> None:
    """Run the training under its progress bar; Ctrl+C, SIGTERM or `stop` end it in order."""
    stop = threading.Event()
    if args.stop_on_stdin:
        threading.Thread(target=_await_stop, args=(stop,), daemon=True, name="stop").start()
    lines = args.json or not sys.stdout.isatty()
    with _stopped_by_signals(stop), _progress(args.steps) as on_step:

        def tell(report: Report) -> None:
            print(json.dumps(asdict(report)) if lines else _in_words(report), flush=True)

        outcome = trainer.run(tell, stop.is_set, on_step)
    ends = {
        "done": "done",
        "early": "ended early, nothing got better",
        "stopped": "stopped; --resume goes on",
    }
    best = outcome.best
    if best is not None and best.validation_perplexity is not None:
        held_out = f"; best validation perplexity {best.validation_perplexity:.3f} at step {best.step}"
    else:
        held_out = ""
    _say(f"step {outcome.step}: {ends[outcome.reason]}{held_out}; the model is {args.out}")


@contextlib.contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM ask to stop; a second SIGINT interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, kept[signal.Signals(number)])

    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in kept:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _await_stop(stop: threading.Event) -> None:
    """Read stdin below Python's own buffers, whose lock a thread must not hold as the program ends."""
    seen = b""
    while chunk := os.read(0, 1024):
        seen = (seen + chunk)[-1024:]
        if b"stop" in (line.strip() for line in seen.split(b"\n")):
            stop.set()
            return


@contextlib.contextmanager
def _progress(steps: int) -> Iterator[Callable[[int], None] | None]:
    """What to call after each step: a progress bar on a terminal's stderr, None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Reports on the same terminal go above the bar; into a pipe they go as they are.
    console, shared = Console(stderr=True), sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=shared) as bar:
        task = bar.add_task("", total=steps)
        yield lambda step: bar.update(task, completed=step)


def _in_words(report: Report) -> str:
    held_out = report.validation_perplexity
    validation = f", validation {held_out:.2f}" if held_out is not None else ""
    return (
        f"step {report.step}: perplexity {report.perplexity:.2f}{validation}, "
        f"accuracy {report.accuracy:.1%}, {report.steps_per_second:.1f} steps/s"
    )


def _say(text: str) -> None:
    print(f"drumstudio: {text}", file=sys.stderr)
