"""Guidance: what is asked for taken more than once, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from drumstudio.domain.dials import Dials
from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.control import control_features
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.guidance import Guided
from drumstudio.ml.playing.sampler import Sampler
from drumstudio.ml.playing.stepper import Player, build_player

NETWORKS = [
    NetworkConfig(layers=(12, 7), quarters=True, styles=("jazz", "rock")),
    NetworkConfig(GROOVE_MEMORY, layers=(12,), styles=("jazz", "rock"), fills=True, wide=True),
]


def _heard(player: Player, network: NetworkConfig, asked: bool, bias: float = 0.0) -> np.ndarray:
    """Log probabilities (steps, rows, classes) of two rows of 20 steps."""
    events = np.random.default_rng(0).integers(0, 3, (20, 2))
    control = control_features(network, 20, "rock", np.ones(20, np.int8)) if asked else None
    state, places, found = player.start(2, 8), player.places(0, 20, 8, 4, control), []
    for step in range(20):
        before = events[step - 1] if step else np.full(2, 512)
        logits, after = player.step(before, places[step], state, bias)
        state = player.advance(before, places[step], state)
        assert all(
            np.array_equal(here, there)
            for one, other in zip(after, state, strict=True)
            for here, there in zip(one, other, strict=True)
        )
        found.append(logits - np.log(np.exp(logits).sum(1, keepdims=True)))
    return np.array(found)


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_asked_is_taken_as_often_as_said(network: NetworkConfig, make_model) -> None:
    player = build_player(network, Encoding(), make_model(network)[1])
    asked, plain = _heard(player, network, True), _heard(player, network, False)
    assert np.abs(asked - plain).max() > 0.01
    for strength, scores in ((0, plain), (1, asked), (3, plain + 3 * (asked - plain))):
        expected = scores - np.log(np.exp(scores).sum(2, keepdims=True))
        found = _heard(Guided(player, strength), network, True)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_where_nothing_is_asked_nothing_is_guided_and_the_gate_goes_on_working(make_model) -> None:
    network = NETWORKS[1]
    player = build_player(network, Encoding(), make_model(network)[1])
    found = _heard(Guided(player, 5.0), network, False, bias=2.0)
    np.testing.assert_allclose(found, _heard(player, network, False, bias=2.0), atol=1e-4)


def test_a_style_that_is_known_is_heard_and_others_are_passed_over(make_model) -> None:
    network = NETWORKS[1]
    sampler = Sampler(*make_model(network))

    def played(style: str) -> list[list[int]]:
        return sampler.play([5, 0, 4, 0] * 4, 32, 16, 3, Dials(style=style), seed=1).tolist()

    assert played("rock") == played("rock/halftime") == played("rock")
    assert len({str(played(style)) for style in ("", "rock", "jazz")}) == 3
    assert played("polka") == played("")


def test_one_drum_on_eighths_takes_styles_too(make_model) -> None:
    network = NetworkConfig(GROOVE_MEMORY, layers=(12,), styles=("jazz", "rock"), wide=True)
    sampler = Sampler(*make_model(network, Encoding(1, 2)))
    assert sampler.play([1, 0, 0, 0] * 4, 21, 16, 2, Dials(style="jazz")).shape == (2, 21)
