from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumstudio.midi.feel import Feel, place, recognise_feel

PPQ = 480
EIGHTHS, SIXTEENTHS = (0, 0.5), (0, 0.25, 0.5, 0.75)
TRIPLETS = (0, 1 / 3, 2 / 3)


def played(
    places: tuple[float, ...],
    *,
    quarters: int = 32,
    qpm: float = 120.0,
    late: float = 0.0,
    loose: float = 0.008,
    seed: int = 7,
) -> np.ndarray:
    """Ticks of strokes at `places` of every quarter, `late` and `loose` in seconds."""
    draw = np.random.default_rng(seed)
    even = np.add.outer(np.arange(1, quarters + 1), places).reshape(-1)
    seconds = even * 60 / qpm + late + draw.normal(0, loose, len(even))
    return np.sort(np.round(seconds * qpm / 60 * PPQ)).astype(np.int64)


def swung(ratio: float) -> tuple[float, ...]:
    """Places of 8ths of which the first lasts `ratio` times the second."""
    return (0, ratio / (1 + ratio))


@pytest.mark.parametrize("qpm", [60, 120, 180])
@pytest.mark.parametrize("late", [-0.04, 0.0, 0.04])
@pytest.mark.parametrize(
    ("ratio", "per_quarter"), [(1.2, 4), (1.3, 4), (1.38, 4), (1.55, 3), (1.8, 3), (2.0, 3), (2.2, 3)]
)
def test_swing_is_found_with_its_ratio_and_its_offset(
    ratio: float, per_quarter: int, late: float, qpm: float
) -> None:
    feel = recognise_feel(played(swung(ratio), qpm=qpm, late=late), PPQ, qpm)
    assert (feel.kind, feel.steps_per_quarter) == ("swung", per_quarter)
    assert feel.ratio == pytest.approx(ratio, rel=0.05)
    assert feel.offset_seconds == pytest.approx(late, abs=0.004)


@pytest.mark.parametrize("late", [-0.04, 0.04])
@pytest.mark.parametrize("qpm", [60, 120, 200])
def test_triplets_are_found(qpm: float, late: float) -> None:
    feel = recognise_feel(played(TRIPLETS, qpm=qpm, late=late), PPQ, qpm)
    assert (feel.kind, feel.swing, feel.steps_per_quarter) == ("triplet", 2 / 3, 3)
    assert feel.offset_seconds == pytest.approx(late, abs=0.004)


@pytest.mark.parametrize("places", [(0.0,), EIGHTHS, SIXTEENTHS, (0, 0.5, 0.75), (0, 0.25, 0.5)])
@pytest.mark.parametrize("late", [-0.04, 0.02, 0.04])
@pytest.mark.parametrize("loose", [0.0, 0.008, 0.018])
def test_straight_is_straight(places: tuple[float, ...], late: float, loose: float) -> None:
    feel = recognise_feel(played(places, quarters=96, late=late, loose=loose), PPQ, 120)
    assert (feel.kind, feel.ratio, feel.steps_per_quarter, feel.sixteenths) == ("straight", 1, 4, 0.5)
    assert feel.offset_seconds == pytest.approx(late, abs=0.006)


@pytest.mark.parametrize("share", [0.58, 0.62, 0.66])
@pytest.mark.parametrize("late", [-0.03, 0.03])
def test_a_shuffle_of_16ths_stays_on_16ths(share: float, late: float) -> None:
    ticks = played((0, share / 2, 0.5, 0.5 + share / 2), qpm=90, late=late)
    feel = recognise_feel(ticks, PPQ, 90)
    assert (feel.kind, feel.swing, feel.steps_per_quarter) == ("straight", 0.5, 4)
    assert feel.sixteenths == pytest.approx(share, abs=0.02)
    assert feel.offset_seconds == pytest.approx(late, abs=0.004)
    assert place(ticks, PPQ, 90, feel).steps.tolist() == list(range(4, 4 + len(ticks)))


@pytest.mark.parametrize("qpm", [70, 120, 160])
def test_dotted_8ths_are_straight_and_hard_swing_is_not(qpm: float) -> None:
    assert recognise_feel(played((0, 0.75), quarters=64, qpm=qpm), PPQ, qpm).kind == "straight"
    assert recognise_feel(played((0, 0.73), quarters=64, qpm=qpm), PPQ, qpm).kind == "swung"


def test_ghost_notes_flams_and_fills_do_not_change_what_is_felt() -> None:
    draw = np.random.default_rng(3)
    for places, kind in ((swung(2), "swung"), (TRIPLETS, "triplet"), (SIXTEENTHS, "straight")):
        ticks = played(places, quarters=64, late=0.02)
        flams = draw.choice(ticks, 12) - 22
        fill = 40 * 480 + np.arange(0, 4 * 480, 80)  # a bar of sextuplets
        loose = draw.integers(0, ticks[-1], 12)
        feel = recognise_feel(np.concatenate([ticks, flams, fill, loose]), PPQ, 120)
        assert feel.kind == kind
        assert feel.offset_seconds == pytest.approx(0.02, abs=0.005)


def test_where_little_is_played_it_is_straight() -> None:
    assert recognise_feel([], PPQ, 120) == Feel()
    assert recognise_feel(played(TRIPLETS, quarters=2, late=0.03), PPQ, 120) == Feel()
    # Any number of strokes at the same seven moments tells no more than these.
    assert recognise_feel(np.repeat(played(TRIPLETS, quarters=2), 9), PPQ, 120) == Feel()
    assert recognise_feel(played(TRIPLETS, quarters=4), PPQ, 120).kind == "triplet"


@pytest.mark.parametrize("meter", [(6, 8), (12, 8), (5, 8), (7, 16)])
def test_meters_of_8ths_and_shorter_are_straight_on_their_own_16ths(meter: tuple[int, int]) -> None:
    for places in (TRIPLETS, swung(2), EIGHTHS):
        feel = recognise_feel(played(places), PPQ, 120, meter)
        assert (feel.kind, feel.steps_per_quarter) == ("straight", 4)


@pytest.mark.parametrize("meter", [(3, 4), (5, 4), (2, 2), (3, 2)])
def test_other_meters_swing_like_four(meter: tuple[int, int]) -> None:
    assert recognise_feel(played(swung(2)), PPQ, 120, meter).steps_per_quarter == 3


@pytest.mark.parametrize("ppq", [48, 96, 960])
def test_other_ticks_to_the_quarter(ppq: int) -> None:
    feel = recognise_feel(np.round(played(swung(2)) * ppq / PPQ), ppq, 120)
    assert (feel.kind, feel.steps_per_quarter) == ("swung", 3)
    assert feel.ratio == pytest.approx(2, rel=0.1)


# --- placing


def test_notes_go_to_the_steps_of_their_feel() -> None:
    ticks = np.array([10, 170, 330, 490])
    placed = place(ticks, PPQ, 120, Feel("triplet", 2 / 3, 10 / 960, steps_per_quarter=3))
    assert placed.steps.tolist() == [0, 1, 2, 3]
    assert placed.offsets == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_what_sounds_together_goes_to_one_step() -> None:
    # Around the middle between two steps: a chord, a flam (25 ms are 24 ticks), and two single strokes.
    ticks = np.array([58, 61, 61 + 480, 40 + 480, 59 + 960, 100 + 960])
    placed = place(ticks, PPQ, 120, Feel())
    assert placed.steps.tolist() == [0, 0, 4, 4, 8, 9]
    assert placed.offsets == pytest.approx((ticks - 120 * placed.steps) / 120)


def test_a_long_roll_is_no_chord() -> None:
    ticks = np.arange(0, 480, 20)  # 48 strokes a second
    steps = place(ticks, PPQ, 120, Feel()).steps
    assert steps.tolist() == sorted(steps.tolist())
    assert (steps[0], steps[-1]) == (0, 4)


def test_steps_count_from_where_the_piece_starts() -> None:
    assert place(np.array([950, 960, 1080]), PPQ, 120, Feel(), start=960).steps.tolist() == [0, 0, 1]
    assert place(np.array([800, 1080]), PPQ, 120, Feel(), start=960).steps.tolist() == [0, 1]


@pytest.mark.parametrize(("per_quarter", "steps"), [(4, [0, 2, 4, 6]), (2, [0, 1, 2, 3])])
def test_light_swing_is_undone(per_quarter: int, steps: list[int]) -> None:
    ticks = np.array([0, 290, 480, 770])  # 8ths swung 60%, nearer to the 16th that follows than to the 8th
    placed = place(ticks, PPQ, 120, Feel("swung", 0.604), per_quarter)
    assert placed.steps.tolist() == steps
    assert placed.offsets == pytest.approx((ticks - np.array(steps) * 480 / per_quarter) * per_quarter / 480)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000),
    late=st.floats(-0.04, 0.04),
    qpm=st.floats(60, 140),
    places=st.sampled_from([EIGHTHS, SIXTEENTHS, TRIPLETS]),
)
def test_what_was_meant_comes_back(seed: int, late: float, qpm: float, places: tuple[float, ...]) -> None:
    ticks = played(places, qpm=qpm, late=late, loose=0.006, seed=seed)
    feel = recognise_feel(ticks, PPQ, qpm)
    per_quarter = 3 if places is TRIPLETS else 4
    assert feel.steps_per_quarter == per_quarter
    found = place(ticks, PPQ, qpm, feel)
    meant = np.add.outer(np.arange(1, 33), places).reshape(-1) * per_quarter
    assert found.steps.tolist() == np.round(meant).astype(int).tolist()
    assert np.abs(found.offsets).max() < 0.5


@given(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=40),
    st.floats(-0.06, 0.06),
    st.sampled_from(
        [Feel(), Feel("swung", 0.57), Feel("triplet", 2 / 3, steps_per_quarter=3), Feel(sixteenths=0.62)]
    ),
)
def test_placing_loses_nothing_and_keeps_the_order(ticks: list[int], late: float, feel: Feel) -> None:
    feel = Feel(feel.kind, feel.swing, late, feel.sixteenths, feel.steps_per_quarter)
    given = np.array(ticks)
    steps, offsets = place(given, PPQ, 120, feel)
    back = (steps + offsets) * PPQ / feel.steps_per_quarter + late * 2 * PPQ
    assert back == pytest.approx(given, abs=1e-6)
    order = np.argsort(given, kind="stable")
    assert (np.diff(steps[order]) >= 0).all()
