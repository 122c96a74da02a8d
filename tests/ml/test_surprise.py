from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_model import tiny_model

from drumstudio.errors import CancelledError, CheckpointError
from drumstudio.ml.checkpoint import Checkpoint, Training
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.sampler import Sampler, load_sampler
from drumstudio.ml.playing.stepper import expected_shapes
from drumstudio.ml.surprise import surprise

BEAT = [5, 0, 4, 0, 6, 0, 4, 0] * 2


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    return load_sampler(tiny_model(tmp_path_factory.mktemp("model") / "tiny.safetensors"))


def plain(encoding: Encoding, bias: np.ndarray) -> Sampler:
    """A drummer without opinions on the past: each event has the odds of `bias`."""
    network = NetworkConfig(layers=(2,))
    shapes = expected_shapes(network, encoding).items()
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes}
    weights["out.bias"] = bias.astype(np.float32)
    return Sampler(Checkpoint("Plain", network, encoding, Training(steps=1, data="nothing")), weights)


def independent(probability: np.ndarray, steps_per_quarter: int = 4) -> Sampler:
    """A drummer who strikes drum i on each step with `probability[i]`, whatever else is struck."""
    bits = np.arange(512)[:, None] >> np.arange(9) & 1
    odds = np.where(bits, np.log(probability), np.log1p(-probability)).sum(1)
    return plain(Encoding(9, steps_per_quarter), odds)


def test_a_cells_surprise_is_that_of_its_own_drum() -> None:
    probability = np.array([0.5, 0.25, 0.9, 0.01, 0.02, 0.03, 0.04, 0.001, 0.1])
    nats = surprise(independent(probability), BEAT, 16)
    assert nats.shape == (16, 9)
    assert nats.dtype == np.float32
    struck = np.array(BEAT)[:, None] >> np.arange(9) & 1
    wanted = -np.log(np.where(struck, probability, 1 - probability))
    np.testing.assert_allclose(nats, wanted, rtol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 511), min_size=1, max_size=20), st.integers(0, 8))
def test_struck_or_silent_is_all_there_is(sampler: Sampler, events: list[int], drum: int) -> None:
    other = [*events[:-1], events[-1] ^ 1 << drum]
    one, two = (surprise(sampler, given_, 16)[-1, drum] for given_ in (events, other))
    assert np.exp(-one) + np.exp(-two) == pytest.approx(1.0, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 511), min_size=2, max_size=20))
def test_what_comes_later_changes_nothing(sampler: Sampler, events: list[int]) -> None:
    whole, part = surprise(sampler, events, 16), surprise(sampler, events[:-1], 16)
    np.testing.assert_allclose(whole[:-1], part, atol=1e-4)


def test_the_past_counts(sampler: Sampler) -> None:
    other = surprise(sampler, [511, *BEAT[1:]], 16)[1:]
    assert np.abs(other - surprise(sampler, BEAT, 16)[1:]).max() > 0.01


def test_triplets_are_told_to_networks_that_know_them() -> None:
    network, encoding = NetworkConfig(layers=(8,), place=True, quarters=True), Encoding()
    draw = np.random.default_rng(3)
    weights = {
        name: draw.normal(0, 0.5, shape).astype(np.float32)
        for name, shape in expected_shapes(network, encoding).items()
    }
    sampler = Sampler(Checkpoint("Triplets", network, encoding, Training(steps=1, data="none")), weights)
    events = [5, 0, 4] * 8
    assert np.abs(surprise(sampler, events, 12, 3) - surprise(sampler, events, 12, 4)).max() > 0.01


def test_steps_between_those_of_a_coarse_network_surprise_nobody() -> None:
    probability = np.full(9, 0.2)
    nats = surprise(independent(probability, 2), [1, 0, 0, 2, 0, 0, 4, 4], 8)
    surprising, calm = -np.log(0.2), -np.log(0.8)
    # The snare lies between two 8ths and is heard with the first of them.
    np.testing.assert_allclose(nats[:4, 0], [surprising, 0, calm, 0], rtol=1e-4)
    np.testing.assert_allclose(nats[:4, 1], [calm, 0, 0, surprising], rtol=1e-4)
    np.testing.assert_allclose(nats[4:, 2], [calm, 0, surprising, surprising], rtol=1e-4)


def test_an_end_within_a_coarse_step_is_heard() -> None:
    nats = surprise(independent(np.full(9, 0.2), 2), [0, 0, 1], 8)
    assert nats[2, 0] == pytest.approx(-np.log(0.2), rel=1e-4)


def test_the_impossible_is_finite() -> None:
    odds = np.full(512, -800.0)
    odds[0] = 0.0
    nats = surprise(plain(Encoding(), odds), [511], 16)
    np.testing.assert_allclose(nats, 23.03, atol=0.01)


def test_nothing_surprises_nobody(sampler: Sampler) -> None:
    assert surprise(sampler, [], 16).shape == (0, 9)


def test_it_is_cancelled(sampler: Sampler) -> None:
    with pytest.raises(CancelledError):
        surprise(sampler, BEAT, 16, cancelled=lambda: True)


def test_a_drummer_of_one_drum_cannot_say(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="Plain knows only whether"):
        surprise(plain(Encoding(1, 2), np.zeros(2)), BEAT, 16)
