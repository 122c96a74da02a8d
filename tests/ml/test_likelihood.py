from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.beats import beat
from support.tiny_model import tiny_model

from drumstudio.ml.checkpoint import Checkpoint, Training, save
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.likelihood import event_losses
from drumstudio.ml.playing.sampler import load_sampler
from drumstudio.ml.playing.stepper import expected_shapes
from drumstudio.ml.training.metrics import evaluate
from drumstudio.ml.training.trainer import load_model


def test_losses_are_those_of_the_evaluation(tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "tiny.safetensors")
    track = beat(3)
    losses = event_losses(load_sampler(path), track.events)
    assert losses is not None
    assert losses.shape == track.events.shape
    assert np.flatnonzero(np.isnan(losses)).tolist() == [0]
    score = evaluate(load_model(path)[1], [track])
    assert np.exp(np.nanmean(losses)) == pytest.approx(score.perplexity, rel=1e-4)


def test_what_the_model_does_not_speak_of_has_no_loss(tmp_path: Path) -> None:
    tiny = load_sampler(tiny_model(tmp_path / "tiny.safetensors"))
    assert event_losses(tiny, [1, 0] * 8, 8, 2) is None
    network, encoding = NetworkConfig(layers=(4,)), Encoding(1, 2)
    shapes = expected_shapes(network, encoding).items()
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes}
    path = tmp_path / "one.safetensors"
    save(path, Checkpoint("One", network, encoding, Training(steps=1, data="nothing")), weights)
    assert event_losses(load_sampler(path), [1, 0] * 8) is None
