"""What a network is asked for: styles and fills, shown in some training windows and hidden in others."""

from __future__ import annotations

import numpy as np
import pytest
from support.beats import Beat, beat

from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.control import control_count, control_features, fill_bars, fills_of
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.reading import control_columns
from drumstudio.ml.training.windows import Windows

ASKED = NetworkConfig(GROOVE_MEMORY, layers=(8,), styles=("jazz", "rock"), fills=True)
GROOVE = [5, 0, 4, 0, 6, 0, 4, 0, 5, 0, 4, 0, 6, 0, 4, 0]
# The same first half, then toms and snare.
ENDS_IN_A_FILL = [1, 0, 0, 0, 2, 0, 0, 0, 2, 2, 64, 64, 32, 32, 16, 16]


def _bars(*bars: list[int]) -> np.ndarray:
    return np.array([event for bar in bars for event in bar], np.int16)


def test_a_style_and_its_kinds_are_one_style() -> None:
    assert control_features(ASKED, 2, "rock").tolist() == [[0, 1, 0, 0]] * 2
    assert control_features(ASKED, 1, "Jazz/swing").tolist() == [[1, 0, 0, 0]]
    for unknown in ("", "polka", "rockabilly"):
        assert not control_features(ASKED, 3, unknown).any()


def test_fills_are_unknown_none_or_there() -> None:
    fill = np.array([-1, 0, 1], np.int8)
    assert control_features(ASKED, 3, "", fill)[:, 2:].tolist() == [[0, 0], [0, 1], [1, 0]]
    with pytest.raises(ValueError, match="shape"):
        control_features(ASKED, 4, "", fill)


def test_a_network_without_controls_is_told_nothing() -> None:
    plain = NetworkConfig()
    assert control_count(plain) == 0
    assert control_features(plain, 5, "rock", np.zeros(5, np.int8)).shape == (5, 0)
    styles = NetworkConfig(styles=("rock",))
    assert control_features(styles, 2, "rock", np.ones(2, np.int8)).tolist() == [[1], [1]]


def test_fills_are_found_by_what_they_play_apart_from_the_usual_bar() -> None:
    sparse = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    events = _bars(GROOVE, GROOVE, GROOVE, ENDS_IN_A_FILL, GROOVE, sparse)
    assert fill_bars(events, 16).tolist() == [False, False, False, True, False, False]
    assert fills_of(events, 16).tolist() == [0] * 48 + [1] * 16 + [0] * 32


def test_back_beats_and_toms_of_the_groove_are_no_fill() -> None:
    toms = [17, 0, 16, 0, 18, 0, 16, 0, 17, 0, 16, 0, 18, 0, 16, 16]
    assert not fill_bars(_bars(toms, toms, toms, toms), 16).any()
    assert not fill_bars(_bars(GROOVE, GROOVE, [0] * 12 + [2, 2, 2, 2], GROOVE)[:-16], 16)[:2].any()


def test_the_last_bar_may_be_cut_short_and_short_pieces_tell_nothing() -> None:
    events = _bars(GROOVE, GROOVE, GROOVE, ENDS_IN_A_FILL)
    assert fill_bars(events[:-2], 16).tolist() == [False, False, False, True]
    assert len(fills_of(events[:-2], 16)) == 62
    assert (fills_of(events[:48], 16) == -1).all()
    assert fill_bars(np.zeros(0, np.int16), 16).shape == (0,)
    assert len(fills_of(np.zeros(0, np.int16), 16)) == 0
    assert fill_bars(np.array([16, 16, 0], np.int16), 1).shape == (3,)


def test_style_and_fills_are_each_hidden_from_half_of_the_windows() -> None:
    tracks = [Beat(_bars(GROOVE, GROOVE, GROOVE, ENDS_IN_A_FILL), style="rock/indie")]
    batch = Windows(tracks, ASKED, Encoding(), 64, 3).batch(1, 400)
    told = batch.place[..., control_columns(ASKED)]
    style, fills = told[:, :, 1], told[:, :, 2] + told[:, :, 3]
    for shown in (style, fills):
        assert (shown == shown[:, :1]).all()
        assert 0.4 < shown[:, 0].mean() < 0.6
    both = (style[:, 0] > 0) & (fills[:, 0] > 0)
    assert 0.18 < both.mean() < 0.32
    assert not told[:, :, 0].any()
    assert told[fills[:, 0] > 0][0, :, 2].tolist() == [0] * 48 + [1] * 16


def test_windows_without_controls_are_as_they_ever_were(beats: list[Beat]) -> None:
    network = NetworkConfig(GROOVE_MEMORY, layers=(8,))
    batch = Windows(beats, network, Encoding(), 20, 0).batch(3, 5)
    again = Windows([beat(seed, bars=4 + seed) for seed in range(8)], network, Encoding(), 20, 0).batch(3, 5)
    assert np.array_equal(batch.place, again.place)
