"""From a plan and its data to a trainer: what the command line and the background have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.app.training.runs import DataCounts, Levels, TrainingPlan
from drumstudio.errors import DatasetError, UsageError
from drumstudio.ml.config import GROOVE_MEMORY, MAX_STYLES, NetworkConfig
from drumstudio.ml.training.reports import Settings

if TYPE_CHECKING:
    from drumstudio.ml.checkpoint import Checkpoint, Training, Weights
    from drumstudio.ml.data.dataset import DataSet
    from drumstudio.ml.training.trainer import Trainer

# Steps between reports where the size of the data decides, at the least; measuring the validation split takes
# about a third of what training on as much takes.
_REPORT_EVERY = 10
_MEASURING = 2


def prepare(plan: TrainingPlan, data: DataSet, path: Path, threads: int = 1) -> Trainer:
    """A trainer of `plan` on `data` that keeps its model at `path` and works on `threads` cores.

    Raises DatasetError where the data does not do, UsageError where the plan cannot mean anything and
    CheckpointError where the base cannot be used.
    """
    train, validation = data.split("train"), data.split("validation")
    if not train:
        raise DatasetError("nothing is in the train split; add files to it")
    if data.kit != plan.drums and plan.base is None:
        raise DatasetError(f"the data was built for {data.kit} drums, not {plan.drums}; build it again")
    model, base = describe(plan, data, path.stem.replace("_", " ").capitalize())
    # Loaded when all else is known to be right: it takes seconds.
    from drumstudio.ml.training.trainer import Trainer, use_threads

    use_threads(threads)
    return Trainer(path, model, settings_of(plan, data), train, validation, plan.device, base)


def describe(plan: TrainingPlan, data: DataSet, title: str) -> tuple[Checkpoint, Weights | None]:
    """The model that `plan` makes of `data`, with its account of both, and the weights it begins from.

    Where the plan has no name it is called by its `title` and its shape, or after its base.
    """
    from drumstudio.ml.checkpoint import Checkpoint
    from drumstudio.ml.encoding import Encoding
    from drumstudio.ml.training.finetune import open_base

    if plan.base is not None:
        base, weights = open_base(plan.base, data.kit, plan.dropout)
        told = replace(_account(plan, data), origins=base.training.origins)
        name = plan.name or f"{base.name}, fine-tuned"
        return Checkpoint(name, base.network, base.encoding, told), weights
    network = _network(plan, data)
    name = plan.name or f"{title} — {network.label}"
    return Checkpoint(name, network, Encoding(data.kit, data.steps_per_quarter), _account(plan, data)), None


def _network(plan: TrainingPlan, data: DataSet) -> NetworkConfig:
    remembers = plan.kind == GROOVE_MEMORY
    controls = remembers and plan.controls
    try:
        return NetworkConfig(
            kind=plan.kind,
            layers=plan.layers,
            attention=plan.attention,
            dropout=plan.dropout or 0.0,
            place=plan.place,
            quarters=plan.place,
            styles=_styles(data) if controls else (),
            fills=controls and data.kit > 1,
            wide=remembers,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _account(plan: TrainingPlan, data: DataSet) -> Training:
    from drumstudio.ml.checkpoint import Training

    splits = Counter(sequence.split for sequence in data.sequences)
    return Training(
        data=plan.data_name,
        licence=plan.licence,
        fingerprint=data.fingerprint,
        splits=dict(sorted(splits.items())),
        styles=tuple(sorted(style for style in data.styles() if style)),
        date=plan.date or date.today().isoformat(),
    )


def _styles(data: DataSet) -> tuple[str, ...]:
    """The styles a network can learn to tell apart: none where it would hear of one alone."""
    from drumstudio.ml.control import family_of

    found = sorted({family_of(sequence.style) for sequence in data.split("train")} - {""})
    return tuple(found[:MAX_STYLES]) if len(found) > 1 else ()


def settings_of(plan: TrainingPlan, data: DataSet) -> Settings:
    """How `plan` trains on `data`."""
    return Settings(
        steps=plan.steps,
        batch=plan.batch,
        window=plan.window,
        learning_rate=plan.learning_rate,
        decay=plan.decay,
        clip=plan.clip,
        report_every=plan.report_every or report_every(plan, data),
        patience=plan.patience,
        seed=plan.seed,
        anchor=plan.anchor,
    )


def report_every(plan: TrainingPlan, data: DataSet) -> int:
    """Steps between reports, so that measuring takes a small part of the time: a multiple of ten."""
    held_out = sum(len(sequence.events) for sequence in data.split("validation"))
    enough = _MEASURING * held_out / (plan.batch * plan.window)
    return _REPORT_EVERY * max(1, round(enough / _REPORT_EVERY))


def counts_of(data: DataSet) -> DataCounts:
    """How much there is to learn from and to be measured on."""
    train, validation = data.split("train"), data.split("validation")
    return DataCounts(
        len(train),
        len(validation),
        sum(len(sequence.events) for sequence in train),
        sum(len(sequence.events) for sequence in validation),
    )


def levels_of(data: DataSet) -> Levels:
    """What counting and copying reach on the validation split; None of both without one."""
    from drumstudio.ml.encoding import Encoding
    from drumstudio.ml.training.levels import measure_levels

    train = [sequence for sequence in data.split("train") if len(sequence.events)]
    held_out = [sequence for sequence in data.split("validation") if len(sequence.events) > 1]
    if not train or not held_out:
        return Levels()
    return Levels(*measure_levels(Encoding(data.kit, data.steps_per_quarter), train, held_out))
