from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.playing.particles import Rows, pick, spread, systematic
from drumstudio.ml.playing.stepper import build_player


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0),
    st.floats(0.0, 1.0, exclude_max=True),
)
def test_each_particle_comes_as_often_as_its_share_within_one(weights: list[float], uniform: float) -> None:
    given_weights = np.array([weights])
    found = systematic(given_weights, np.array([uniform]))[0]
    assert (np.diff(found) >= 0).all()
    counts = np.bincount(found, minlength=len(weights))
    wanted = given_weights[0] / given_weights.sum() * len(weights)
    assert (np.abs(counts - wanted) < 1 + 1e-9).all()
    assert not counts[given_weights[0] == 0].any()


def test_equal_weights_keep_every_particle() -> None:
    found = systematic(np.ones((2, 5)), np.array([0.0, 0.99]))
    assert found.tolist() == [[0, 1, 2, 3, 4]] * 2


def test_shares_add_up_and_bear_the_impossible() -> None:
    shares = spread(np.array([[0.0, -np.inf, np.log(3.0)], [-5000.0, -5000.0, -9000.0]]))
    assert shares.tolist() == [[0.25, 0.0, 0.75], [0.5, 0.5, 0.0]]


def test_one_is_picked_by_its_share() -> None:
    shares = np.tile([0.2, 0.0, 0.8], (1000, 1))
    found = pick(shares, np.linspace(0, 1, 1000, endpoint=False))
    assert np.bincount(found).tolist() == [200, 0, 800]
    assert pick(np.array([[1.0, 0.0]]), np.array([1 - 2**-53])).tolist() == [0]


def test_a_copied_row_goes_on_as_its_original(make_model) -> None:
    checkpoint, weights = make_model(NetworkConfig(GROOVE_MEMORY, layers=(9,)))
    player = build_player(checkpoint.network, checkpoint.encoding, weights)
    places = player.places(0, 6, 16)
    rows = Rows(player.start(1), checkpoint.encoding.start, 3)
    rows.step(player, places[0], 0.0)
    rows.before[:3] = (1, 2, 3)
    logits = rows.step(player, places[1], 0.0)[:3]
    assert not np.array_equal(logits[0], logits[1])
    rows.before[:3] = (4, 4, 4)
    rows.take(np.array([2, 2, 0, 1]))
    copies = rows.step(player, places[2], 0.0)[:4]
    assert np.array_equal(copies[0], copies[1])
    assert not np.array_equal(copies[0], copies[2])
    rows.before[:4] = 7
    rows.take(np.array([0] * 16))
    many = rows.step(player, places[3], 0.0)
    assert many.shape == (16, 512)
    assert (many == many[0]).all()
