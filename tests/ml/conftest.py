"""Beats small enough to train on in a second, and models made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from drumstudio.ml.checkpoint import Checkpoint, Training, Weights
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding

_BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 2]


@dataclass(frozen=True)
class Beat:
    """A track of synthetic drums."""

    events: npt.NDArray[np.int16]
    steps_per_bar: int = 16


def beat(seed: int, bars: int = 6, noise: float = 0.1, per_bar: int = 16) -> Beat:
    """`bars` bars of a rock beat with a share of `noise` steps struck at random."""
    draw = np.random.default_rng(seed)
    events = np.tile(np.array(_BAR[:per_bar], np.int16), bars)
    changed = draw.random(len(events)) < noise
    events[changed] = draw.integers(0, 512, int(changed.sum()))
    return Beat(events, per_bar)


@pytest.fixture
def beats() -> list[Beat]:
    """Eight tracks of four to eleven bars."""
    return [beat(seed, bars=4 + seed) for seed in range(8)]


Maker = Callable[..., tuple[Checkpoint, Weights]]


@pytest.fixture
def make_model() -> Maker:
    """Makes an untrained model with weights that are large enough to have opinions."""
    import torch

    from drumstudio.ml.model import DrumRnn
    from drumstudio.ml.trainer import weights_of

    def make(
        network: NetworkConfig | None = None, encoding: Encoding | None = None, seed: int = 0
    ) -> tuple[Checkpoint, Weights]:
        torch.manual_seed(seed)
        network, encoding = network or NetworkConfig(layers=(12, 10)), encoding or Encoding()
        weights = weights_of(DrumRnn(network, encoding))
        weights["out.weight"] *= 6
        return Checkpoint("test", network, encoding, Training(steps=3)), weights

    return make


@pytest.fixture
def model_file(tmp_path: Path, make_model: Maker) -> Path:
    """A small model on disk."""
    from drumstudio.ml.checkpoint import save

    path = tmp_path / "small.safetensors"
    save(path, *make_model())
    return path
