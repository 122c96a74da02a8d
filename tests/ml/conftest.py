"""Beats and models for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.beats import Beat, beat

from drumstudio.ml.checkpoint import Checkpoint, Training, Weights
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> None:
    """Tests run beside each other: torch's threads would only wait for each other."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def beats() -> list[Beat]:
    """Eight tracks of four to eleven bars."""
    return [beat(seed, bars=4 + seed) for seed in range(8)]


Maker = Callable[..., tuple[Checkpoint, Weights]]


@pytest.fixture
def make_model() -> Maker:
    """Makes an untrained model with weights that are large enough to have opinions."""
    import torch

    from drumstudio.ml.training.model import build
    from drumstudio.ml.training.trainer import weights_of

    def make(
        network: NetworkConfig | None = None, encoding: Encoding | None = None, seed: int = 0
    ) -> tuple[Checkpoint, Weights]:
        torch.manual_seed(seed)
        network, encoding = network or NetworkConfig(layers=(12, 10)), encoding or Encoding()
        weights = weights_of(build(network, encoding))
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
