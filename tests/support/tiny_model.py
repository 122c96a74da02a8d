"""A drummer small enough for tests: untrained, with opinions, and made without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from drumstudio.ml.checkpoint import Checkpoint, Training, save
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.stepper import expected_shapes


def tiny_model(
    path: Path,
    seed: int = 0,
    units: int = 12,
    encoding: Encoding | None = None,
    styles: tuple[str, ...] = (),
) -> Path:
    """Write a model of one small layer to `path`; it strikes a handful of drums, and knows `styles`."""
    network, encoding = NetworkConfig(layers=(units,), styles=styles), encoding or Encoding()
    draw = np.random.default_rng(seed)
    weights = {
        name: draw.normal(0.0, 0.5, shape).astype(np.float32)
        for name, shape in expected_shapes(network, encoding).items()
    }
    # Rests and single drums are likelier than clusters, as with any trained drummer.
    counts = np.array([bin(event).count("1") for event in range(encoding.classes)])
    weights["out.bias"] = (2.0 - 2.0 * counts).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, Checkpoint("Tiny", network, encoding, Training(steps=1, data="nothing")), weights)
    return path
