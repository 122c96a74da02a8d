"""The feel network's file: safetensors whose header says what it is, as drummers' files do.

Weights are kept in half precision: a thousandth of a velocity is nothing anyone plays.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from drumstudio import __version__
from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import CheckpointError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Weights
from drumstudio.ml.feel.inputs import input_count

FILE = "feel.safetensors"  # the shipped one, among the drummers
FORMAT = "drumstudio-feel"
FORMAT_VERSION = 1
# Quantiles that the network gives of every velocity and every offset.
LEVELS = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)
MEDIAN = LEVELS.index(0.5)
TARGETS = 2  # velocity and offset
_MOST_UNITS = 1024


@dataclass(frozen=True, slots=True)
class FeelConfig:
    """`members` networks of `layers` LSTM layers of `units` in each direction; what they say is averaged.

    `styles` are those that they can be told of.
    """

    units: int = 96
    layers: int = 2
    members: int = 1
    styles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (1 <= self.units <= _MOST_UNITS and 1 <= self.layers <= 4 and 1 <= self.members <= 8):
            raise ValueError("a feel network of an impossible size")

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every weight, as PyTorch's LSTM names and orders them."""
        found: dict[str, tuple[int, ...]] = {"usual": (DRUM_COUNT, TARGETS, 2)}
        for member in range(self.members):
            found[f"{member}.out.weight"] = (DRUM_COUNT * TARGETS * len(LEVELS), 2 * self.units)
            found[f"{member}.out.bias"] = (DRUM_COUNT * TARGETS * len(LEVELS),)
            for layer in range(self.layers):
                inputs = 2 * self.units if layer else input_count(self.styles)
                for name in (f"{member}.rnn.{{}}_l{layer}", f"{member}.rnn.{{}}_l{layer}_reverse"):
                    found[name.format("weight_ih")] = (4 * self.units, inputs)
                    found[name.format("weight_hh")] = (4 * self.units, self.units)
                    found[name.format("bias_ih")] = (4 * self.units,)
                    found[name.format("bias_hh")] = (4 * self.units,)
        return found


@dataclass(frozen=True, slots=True)
class FeelTraining:
    """How a feel network came to be; errors are mean absolute ones on the validation split's hits.

    `velocity_error` is in steps of velocity, `offset_error` in milliseconds, with nothing known of the
    player; None where nothing was held out.
    """

    steps: int = 0
    seed: int = 0
    batch: int = 0
    window: int = 0
    learning_rate: float = 0.0
    data: str = ""
    licence: str = ""
    pieces: dict[str, int] = field(default_factory=dict)
    velocity_error: float | None = None
    offset_error: float | None = None


@dataclass(frozen=True, slots=True)
class FeelModel:
    """A feel network without its weights."""

    config: FeelConfig
    training: FeelTraining = FeelTraining()
    app_version: str = __version__


def save_feel(path: Path, model: FeelModel, weights: Weights) -> None:
    """Write `model` and `weights` to `path` whole or not at all; CheckpointError where it cannot."""
    halves: dict[str, npt.NDArray[Any]] = {name: value.astype(np.float16) for name, value in weights.items()}
    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "app_version": model.app_version,
        "name": "Feel",
        "network": json.dumps(asdict(model.config)),
        "training": json.dumps(asdict(model.training)),
        "weights_sha256": files.digest(halves),
    }
    files.write_tensors(path, halves, metadata)


def read_feel(path: Path) -> tuple[FeelModel, Weights]:
    """The feel network at `path` and its weights in single precision.

    Raises CheckpointError where the file is missing, foreign, damaged or newer.
    """
    metadata = files.read_metadata(path)
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path} is not a feel network; choose a file that `train-feel` wrote")
    files.check_version(path, metadata, FORMAT_VERSION)
    weights = files.read_tensors(path)
    if files.digest(weights) != metadata.get("weights_sha256"):
        raise CheckpointError(f"{path} is damaged: its weights are not those that were written; copy it anew")
    model = _described(path, metadata)
    if {name: value.shape for name, value in weights.items()} != model.config.shapes():
        raise CheckpointError(f"{path} is damaged: its weights do not fit its description; copy it anew")
    return model, {name: value.astype(np.float32) for name, value in weights.items()}


def _described(path: Path, metadata: dict[str, str]) -> FeelModel:
    try:
        network = json.loads(metadata["network"])
        config = FeelConfig(
            int(network["units"]),
            int(network["layers"]),
            int(network["members"]),
            tuple(str(style) for style in network["styles"]),
        )
        known = {one.name for one in fields(FeelTraining)}
        training = {name: value for name, value in json.loads(metadata["training"]).items() if name in known}
        return FeelModel(config, FeelTraining(**training), metadata.get("app_version", ""))
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is damaged: its description cannot be read ({error}); copy it anew"
        ) from error
