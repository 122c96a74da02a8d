"""Fine-tuning: a drummer's weights trained on, on the playing of somebody in particular."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drumstudio.errors import DatasetError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Checkpoint, Origin, Weights
from drumstudio.ml.data.cutting import STEPS_PER_QUARTER


def open_base(path: Path, drums: int, dropout: float | None) -> tuple[Checkpoint, Weights]:
    """The model at `path` as the start of a fine-tuning on data of `drums` (9 or 1).

    What is given has the base's network, with `dropout` unless it is None, and names it among its origins.
    CheckpointError where it cannot be used, DatasetError where the data does not fit it.
    """
    base, weights = files.load(path)
    encoding = base.encoding
    if (encoding.drums, encoding.steps_per_quarter) != (drums, STEPS_PER_QUARTER[drums]):
        plays, has = (_drums(count) for count in (encoding.drums, drums))
        raise DatasetError(
            f"{base.name} plays {plays} and the data has {has}; choose another model, or build the data for "
            f"{plays}"
        )
    told = base.training
    origin = Origin(
        name=base.name,
        weights=files.digest(weights),
        data=told.data,
        licence=told.licence,
        fingerprint=told.fingerprint,
        splits=told.splits,
        steps=told.steps,
        validation_perplexity=told.validation_perplexity,
    )
    described = replace(told, origins=(origin, *told.origins))
    network = base.network if dropout is None else replace(base.network, dropout=dropout)
    return replace(base, network=network, training=described), weights


def _drums(count: int) -> str:
    return "nine drums" if count > 1 else "one drum"
