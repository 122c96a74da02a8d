"""Scores of single tracks, and what is left when rests are left out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from support.beats import Beat, beat

from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.metrics import Score, evaluate, evaluate_each, score_batch
from drumstudio.ml.training.model import DrumRnn
from drumstudio.ml.training.windows import IGNORED


def test_each_track_is_scored_as_if_it_were_alone() -> None:
    torch.manual_seed(5)
    model = DrumRnn(NetworkConfig(layers=(8,)), Encoding())
    tracks = [beat(seed, bars=bars) for seed, bars in enumerate((3, 20, 1, 7))]
    tracks[2] = Beat(tracks[2].events[:1])  # nothing to score
    each = evaluate_each(model, tracks)
    assert [score.steps for score in each] == [47, 319, 0, 111]
    for score, track in zip(each, tracks, strict=True):
        assert score.loss == pytest.approx(evaluate(model, [track]).loss, rel=1e-6)
    assert sum(each, Score()) == evaluate(model, tracks)


def test_rests_can_be_left_out() -> None:
    # Three classes; the truth is 0, 1, 2 and nothing.
    logits = torch.tensor([[[0.5, 0.2, 0.3], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25], [0.2, 0.2, 0.6]]]).log()
    score = score_batch(logits, torch.tensor([[0, 1, 2, IGNORED]]))
    assert score.perplexity == pytest.approx((0.5 * 0.8 * 0.25) ** (-1 / 3))
    assert score.event_perplexity == pytest.approx((0.8 * 0.25) ** (-1 / 2))
    assert (score.event_count, score.event_right, score.silence_count, score.silence_right) == (2, 1, 1, 1)
    assert Score(1.0, silence_count=1).event_perplexity is None
    assert Score(1e6, event_count=1, event_loss=1e6).event_perplexity == math.exp(700)


def test_rests_are_left_out_of_models_too() -> None:
    model = DrumRnn(NetworkConfig(layers=(4,)), Encoding())
    score = evaluate(model, [Beat(np.zeros(10, np.int16))])
    assert (score.event_perplexity, score.event_loss) == (None, 0.0)
    full = evaluate(model, [Beat(np.ones(10, np.int16))])
    assert full.event_perplexity == pytest.approx(full.perplexity)
