"""What a groove memory recalls of a track, at once and one step at a time."""

from __future__ import annotations

import numpy as np
import pytest

from drumstudio.ml.encoding import Encoding
from drumstudio.ml.recall import (
    BARS,
    DECAYS,
    ECHO_MARKS,
    ECHOES,
    MATCHES,
    SPANS,
    Memory,
    bit_table,
    lag_count,
    past_count,
    recall,
    recall_features,
)

NINE = Encoding()


@pytest.mark.parametrize("encoding", [NINE, Encoding(1, 2)])
@pytest.mark.parametrize(("steps_per_bar", "steps_per_quarter"), [(1, 1), (6, 2), (12, 3), (16, 4)])
@pytest.mark.parametrize("wide", [False, True])
def test_stepping_recalls_what_a_whole_track_does(
    encoding: Encoding, steps_per_bar: int, steps_per_quarter: int, wide: bool
) -> None:
    steps = 11 * steps_per_bar + 3
    tracks = np.random.default_rng(0).integers(0, min(encoding.classes, 3), (4, steps))
    expected = [recall(track, steps_per_bar, encoding, steps_per_quarter, wide) for track in tracks]
    memory, bits = Memory.empty(4, steps_per_bar, encoding, steps_per_quarter, wide), bit_table(encoding)
    for step in range(steps):
        found = memory.recalled(encoding)
        assert np.array_equal(found.past, [past[step] for past, _ in expected])
        np.testing.assert_allclose(found.features, [features[step] for _, features in expected], atol=1e-6)
        memory = memory.after(tracks[:, step], bits[tracks[:, step], :-1])


def test_the_bars_before_stand_nearest_first_and_start_where_there_are_none() -> None:
    past, features = recall(np.arange(40), 4, NINE)
    assert past[3].tolist() == [512] * BARS
    assert past[9].tolist() == [5, 1] + [512] * 6
    assert past[39].tolist() == [35, 31, 27, 23, 19, 15, 11, 7]
    assert features.shape == (40, recall_features(NINE))


def test_matches_are_shares_of_the_steps_just_played() -> None:
    """Two bars of four steps that differ in the last step of the second."""
    _, features = recall(np.array([1, 2, 3, 4, 1, 2, 3, 9, 1]), 4, NINE)
    matches = features[:, : MATCHES * BARS].reshape(-1, MATCHES, BARS)
    one_bar_back = matches[:, : len(SPANS), 0]
    expected = {4: 0, 5: 1, 6: 2, 7: 3, 8: 3}
    for span, column in zip(SPANS, one_bar_back.T, strict=True):
        counted = {step: min(count, span) / span for step, count in expected.items() if step < 8}
        assert {step: column[step] for step in counted} == pytest.approx(counted)
    # Ahead of step 8 the last step differed and the three before it were the same.
    assert one_bar_back[8].tolist() == [min(span - 1, 3) / span for span in SPANS]


def test_bars_that_agree_on_an_event_say_so() -> None:
    _, features = recall(np.array([7, 7, 5, 7, 0]), 1, NINE)
    agreed = features[:, : MATCHES * BARS].reshape(-1, MATCHES, BARS)[:, -1]
    assert agreed[4].tolist() == pytest.approx([2 / 7, 0, 2 / 7, 2 / 7, 0, 0, 0, 0])


def test_averages_decay_from_bar_to_bar_at_their_place() -> None:
    _, features = recall(np.array([1, 0, 3, 0, 0, 0]), 2, NINE)
    averages = features[:, MATCHES * BARS :].reshape(6, len(DECAYS), 9)
    assert not averages[:2].any()
    for kept, kick, snare in zip(DECAYS, averages[4, :, 0], averages[4, :, 1], strict=True):
        assert kick == pytest.approx((1 - kept) * kept + (1 - kept))
        assert snare == pytest.approx(1 - kept)
    assert not averages[[1, 3, 5]].any()


@pytest.mark.parametrize("wide", [False, True])
def test_a_track_of_nothing_recalls_nothing(wide: bool) -> None:
    past, features = recall(np.zeros(0, np.int64), 16, NINE, wide=wide)
    assert past.shape == (0, past_count(wide))
    assert features.shape == (0, recall_features(NINE, wide))


def _echoes(track: list[int], steps_per_bar: int) -> tuple[np.ndarray, np.ndarray]:
    """Events of the echoes of each step of `track`, and their marks (steps, marks, echoes)."""
    past, features = recall(np.array(track), steps_per_bar, NINE, 4, wide=True)
    marks = features[:, -ECHO_MARKS * ECHOES :].reshape(-1, ECHO_MARKS, ECHOES)
    return past[:, lag_count(True) :], marks


def test_parts_of_a_beat_are_recalled_after_the_bars() -> None:
    for per_bar, quarter, near in ((16, 4, [2, 4, 8, 12]), (12, 3, [1, 3, 6, 9]), (8, 2, [1, 2, 4, 6])):
        past, _ = recall(np.arange(1, 200), per_bar, NINE, quarter, wide=True)
        assert (200 - 1 - past[-1, :BARS]).tolist() == [bar * per_bar for bar in range(1, 9)]
        assert (199 - past[-1, BARS : lag_count(True)]).tolist() == near


def test_an_echo_is_what_followed_the_same_steps_before() -> None:
    """Nothing repeats by bars of 100 steps; 1 2 3 was followed by 4, then by 7, wherever they stand."""
    found, marks = _echoes([1, 2, 3, 4, 9, 1, 2, 3, 7, 30, 31, 32, 33, 34, 1, 2, 3, 0], 100)
    assert (found[:7] == 512).all()
    assert found[7].tolist() == [3] + [512] * 7
    assert found[17].tolist() == [7, 4] + [512] * 6
    assert marks[17, 0, :3].tolist() == pytest.approx([np.log2(3) / 5, np.log2(3) / 5, 0])
    assert not marks[17, 1].any()


def test_the_longest_run_comes_first_and_then_the_same_place_in_the_bar() -> None:
    track = list(range(100, 198))
    track[5:8] = [1, 2, 7]
    track[18:21] = [1, 2, 8]
    track[40:44] = [5, 1, 2, 6]
    track[94:97] = [5, 1, 2]
    found, marks = _echoes(track, 10)
    assert found[97].tolist() == [6, 7, 8] + [512] * 5
    assert marks[97, 1].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]


def test_echoes_leave_out_what_is_recalled_by_bars() -> None:
    found, _ = _echoes([1, 2, 3, 4] * 40, 4)
    assert (found[:32] == 512).all()
    assert (found[-1] == 4).all()
