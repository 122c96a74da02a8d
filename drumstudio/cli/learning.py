"""What the commands that train share: options, reports, and how they are stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.cli.sources import choices_of
from drumstudio.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from drumstudio.app.training.runs import TrainingPlan
    from drumstudio.ml.data.dataset import DataSet
    from drumstudio.ml.training.reports import Report
    from drumstudio.ml.training.trainer import Trainer

DEVICES = ("auto", "cpu", "cuda", "mps")
REPORTS = (
    "Each report is one line of JSON on stdout: step, perplexity, accuracy, event_accuracy and "
    "silence_accuracy of that step's batch; validation_perplexity and validation_accuracy of the "
    "validation split, dropout off (null without one); steps_per_second; device. "
)


def add_training_arguments(
    parser: argparse.ArgumentParser, steps: int, learning_rate: float, patience: int, report_every: int
) -> argparse._ArgumentGroup:
    """Add how to train, with these defaults; gives the group, for what else a command wants in it."""
    group = parser.add_argument_group("training")
    group.add_argument("--steps", type=int, default=steps, help=f"batches to train for ({steps})")
    group.add_argument("--batch", type=int, default=64, help="windows in a batch (64)")
    group.add_argument("--window", type=int, default=128, help="steps in a window (128)")
    group.add_argument(
        "--learning-rate", type=float, default=learning_rate, help=f"Adam's rate ({learning_rate:g})"
    )
    group.add_argument("--clip", type=float, default=3.0, help="largest norm of a gradient (3)")
    group.add_argument(
        "--report-every", type=int, default=report_every, help=f"steps between reports ({report_every})"
    )
    group.add_argument(
        "--patience",
        type=int,
        default=patience,
        help=f"end after so many steps without getting better; 0: never ({patience})",
    )
    group.add_argument("--threads", type=int, default=1, help="processor cores to use (1)")
    group.add_argument(
        "--device",
        choices=DEVICES,
        default="cpu",
        help="where to train; auto takes CUDA, else MPS, else the processor (cpu; only it repeats a seed "
        "exactly)",
    )
    group.add_argument("--resume", action="store_true", help="go on where this training stopped")
    group.add_argument(
        "--stop-on-stdin", action="store_true", help="stop and save when a line `stop` comes in"
    )
    parser.add_argument("--licence", default="", help="licence of the data, kept in the model")
    parser.add_argument("--data-name", default="", help="name of the data, kept in the model (the folder's)")
    return group


def check_training(args: argparse.Namespace) -> None:
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


def check_model_file(path: Path) -> None:
    """UsageError where `path` is no name for a model."""
    if path.suffix != ".safetensors":
        raise UsageError(f"--out is a model file and ends in .safetensors, unlike {path}")


def open_training_data(args: argparse.Namespace, kit: int | None = None) -> DataSet:
    """The data of the sources; DatasetError where there is nothing to train on."""
    from drumstudio.ml.data.dataset import open_dataset

    data = open_dataset(*args.sources, **choices_of(args, kit))
    train, validation = data.split("train"), data.split("validation")
    if not train:
        raise DatasetError(f"{', '.join(args.sources)}: nothing is in the train split; add files to it")
    say(f"{len(train)} sequences to train on, {len(validation)} held out for validation")
    return data


def plan_of(args: argparse.Namespace, name: str, **more: object) -> TrainingPlan:
    """The plan that the options make, with `more` of it."""
    from drumstudio.app.training.runs import TrainingPlan

    return TrainingPlan(
        name=name,
        steps=args.steps,
        patience=args.patience,
        learning_rate=args.learning_rate,
        batch=args.batch,
        window=args.window,
        seed=args.seed,
        device=args.device,
        clip=args.clip,
        report_every=args.report_every,
        data_name=args.data_name or ", ".join(Path(source).resolve().name for source in args.sources),
        licence=args.licence,
        **more,  # type: ignore[arg-type]
    )


def start_trainer(args: argparse.Namespace, plan: TrainingPlan, data: DataSet) -> Trainer:
    """A trainer of `plan` for --out, resumed where that was asked for."""
    from drumstudio.app.training.preparing import prepare

    trainer = prepare(plan, data, args.out, args.threads)
    if args.resume:
        say(f"resuming after step {trainer.resume()}")
    if args.device != "cpu":
        say(f"training on {trainer.model.device.type}")
    return trainer


def keep_figures_of(args: argparse.Namespace, data: DataSet) -> None:
    """Measure the model on all that the sources hold out, wanted for training or not, into its header."""
    from drumstudio.ml.data.dataset import open_dataset
    from drumstudio.ml.training.figures import keep_figures

    trained = {sequence.file for sequence in data.split("train")}
    everything = choices_of(args, data.kit)
    everything["styles"] = everything["meters"] = ()
    everything["beats_only"] = everything["fills_only"] = False
    held_out = open_dataset(*args.sources, **everything).split("validation")
    held_out = tuple(sequence for sequence in held_out if sequence.file not in trained)
    if held_out:
        keep_figures(args.out, held_out, "validation split, unfiltered")


def train(args: argparse.Namespace, trainer: Trainer) -> None:
    """Run the training under its progress bar; Ctrl+C, SIGTERM or `stop` end it in order."""
    lines = args.json or not sys.stdout.isatty()
    with stopping(args) as stop, progress(args.steps) as on_step:

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
    say(f"step {outcome.step}: {ends[outcome.reason]}{held_out}; the model is {args.out}")


@contextlib.contextmanager
def stopping(args: argparse.Namespace) -> Iterator[threading.Event]:
    """What says whether to stop: after Ctrl+C, SIGTERM or, where it was asked for, `stop` on stdin."""
    stop = threading.Event()
    if args.stop_on_stdin:
        threading.Thread(target=_await_stop, args=(stop,), daemon=True, name="stop").start()
    with _stopped_by_signals(stop):
        yield stop


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
def progress(steps: int) -> Iterator[Callable[[int], None] | None]:
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


def say(text: str) -> None:
    """A line on stderr."""
    print(f"drumstudio: {text}", file=sys.stderr)
