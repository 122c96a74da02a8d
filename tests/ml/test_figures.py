"""A model's figures: measured by group, and kept in its own header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.beats import beat

from drumstudio.ml.checkpoint import load
from drumstudio.ml.data.sequences import Sequence
from drumstudio.ml.training.figures import groups_of, keep_figures, measure
from drumstudio.ml.training.metrics import evaluate
from drumstudio.ml.training.trainer import load_model


def _sequence(seed: int, style: str, kind: str) -> Sequence:
    return Sequence(f"{seed}.mid", beat(seed).events, style=style, beat_type=kind)


def test_a_sequence_counts_in_all_and_in_its_style_and_kind() -> None:
    assert groups_of(_sequence(0, "rock/indie", "beat")) == ("all", "rock beats")
    assert groups_of(_sequence(0, "Jazz", "fill")) == ("all", "jazz fills")
    assert groups_of(_sequence(0, "", "beat")) == groups_of(_sequence(0, "rock", "")) == ("all",)


def test_figures_are_those_of_evaluating_each_group(model_file: Path) -> None:
    sequences = [_sequence(0, "rock", "beat"), _sequence(1, "rock/indie", "beat"), _sequence(2, "jazz", "")]
    found = measure(model_file, sequences)
    model = load_model(model_file)[1]
    assert found.keys() == {"all", "rock beats"}
    assert found["all"] == pytest.approx(evaluate(model, sequences).perplexity)
    assert found["rock beats"] == pytest.approx(evaluate(model, sequences[:2]).perplexity)


def test_what_has_no_step_to_score_has_no_figure(model_file: Path) -> None:
    one_step = Sequence("one.mid", np.zeros(1, np.int16), style="punk", beat_type="beat")
    assert measure(model_file, [one_step]) == {}


def test_figures_are_kept_in_the_header_and_change_nothing_else(model_file: Path) -> None:
    before, weights = load(model_file)
    kept = keep_figures(model_file, [_sequence(0, "rock", "beat")], "validation split of beats")
    after, same = load(model_file)
    assert after.training.figures == kept
    assert after.training.figures_of == "validation split of beats"
    assert (after.name, after.network, after.training.steps) == (before.name, before.network, 3)
    assert all(np.array_equal(weights[name], same[name]) for name in weights)
