"""Following a clock whose ticks arrive unevenly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumstudio.engine.following import LOST, ClockFollower

BAR = 96  # ticks in a bar of 4/4


def ticks(qpm: float, count: int, start: float = 10.0) -> list[float]:
    """Moments of `count` ticks."""
    return [start + index * 60 / (qpm * 24) for index in range(count)]


def uneven(moments: list[float], seed: int, jitter: float = 0.002) -> list[float]:
    """The moments with up to `jitter` seconds of error either way, in order."""
    chance = random.Random(seed)
    return sorted(moment + chance.uniform(-jitter, jitter) for moment in moments)


def worst(follower: ClockFollower, moments: list[float], stamps: list[float], after: int) -> float:
    """Largest error in seconds, asked at every tick and between two, from tick `after` on."""
    errors = [0.0]
    for index, (moment, stamp) in enumerate(zip(moments, stamps, strict=True)):
        follower.pulse(stamp)
        if index < after:
            continue
        period = moment - moments[index - 1]
        for part in (0.0, 0.4):
            position = follower.position(moment + part * period)
            assert position is not None
            errors.append(abs(position * 24 - index - part) * period)
    return max(errors)


@settings(max_examples=12, deadline=None)
@given(qpm=st.floats(90, 150), seed=st.integers(0, 2**32))
def test_after_two_bars_the_place_is_known_to_five_milliseconds(qpm: float, seed: int) -> None:
    follower = ClockFollower()
    follower.start()
    moments = ticks(qpm, 10 * BAR)
    assert worst(follower, moments, uneven(moments, seed), 2 * BAR) < 0.005
    assert follower.qpm == pytest.approx(qpm, rel=0.01)


@settings(max_examples=12, deadline=None)
@given(
    before=st.floats(90, 150), after=st.floats(90, 150), at=st.integers(2 * BAR, 4 * BAR), seed=st.integers()
)
def test_a_new_tempo_is_taken_up_within_two_bars(before: float, after: float, at: int, seed: int) -> None:
    follower = ClockFollower()
    follower.start()
    first = ticks(before, at)
    moments = first + ticks(after, 6 * BAR, first[-1] + 60 / (after * 24))
    assert worst(follower, moments, uneven(moments, seed), at + 2 * BAR) < 0.005


def test_one_tick_far_too_late_does_not_carry_the_rest_away() -> None:
    follower = ClockFollower()
    follower.start()
    moments = ticks(120, 6 * BAR)
    stamps = uneven(moments, 1)
    stamps[3 * BAR] += 0.018
    assert worst(follower, moments, stamps, 2 * BAR) < 0.005


def test_nothing_is_known_before_two_ticks() -> None:
    follower = ClockFollower()
    follower.start()
    assert follower.lost(0.0)
    follower.pulse(1.0)
    assert (follower.qpm, follower.position(1.0)) == (None, None)
    follower.pulse(1.02)
    assert follower.qpm == pytest.approx(125)
    assert follower.position(1.02) == pytest.approx(1 / 24)
    assert not follower.lost(1.02 + LOST)
    assert follower.lost(1.03 + LOST)


def test_ticks_without_a_start_tell_the_tempo_alone() -> None:
    follower = ClockFollower()
    for stamp in ticks(100, 48):
        follower.pulse(stamp)
    assert follower.qpm == pytest.approx(100)
    assert follower.position(12.0) is None
    assert not follower.running


def test_stop_keeps_the_place_and_continue_goes_on_from_it() -> None:
    follower = ClockFollower()
    follower.start()
    stamps = ticks(120, 100)
    for stamp in stamps[:36]:
        follower.pulse(stamp)
    follower.stop()
    assert follower.position(stamps[36]) is None
    for stamp in stamps[36:60]:
        follower.pulse(stamp)
    follower.go_on()
    for stamp in stamps[60:72]:
        follower.pulse(stamp)
    assert follower.position(stamps[60]) == pytest.approx(1.5)
    follower.stop()
    follower.stop()
    follower.locate(13)
    follower.go_on()
    follower.pulse(stamps[72])
    assert follower.position(stamps[72]) == pytest.approx(3.25)
    follower.start()
    follower.pulse(stamps[73])
    assert follower.position(stamps[73]) == pytest.approx(0.0, abs=1e-9)


def test_a_clock_that_was_away_is_learnt_anew_and_its_silence_counted_by_the_tempo_before() -> None:
    follower = ClockFollower()
    follower.start()
    first = ticks(120, 96)
    for stamp in first:
        follower.pulse(stamp)
    back = ticks(60, 48, first[0] + 240 * 60 / (120 * 24))
    for stamp in back:
        follower.pulse(stamp)
    assert follower.qpm == pytest.approx(60)
    assert follower.position(back[-1]) == pytest.approx((240 + 47) / 24)


@settings(max_examples=12, deadline=None)
@given(
    qpm=st.floats(90, 150), seed=st.integers(0, 2**32), at=st.integers(BAR, 3 * BAR), lost=st.integers(-1, 3)
)
def test_ticks_that_are_lost_or_doubled_on_the_way_do_not_shift_the_song(
    qpm: float, seed: int, at: int, lost: int
) -> None:
    follower = ClockFollower()
    follower.start()
    moments = ticks(qpm, 6 * BAR)
    stamps = uneven(moments, seed)
    for stamp in stamps[:at] + stamps[at + lost :]:
        follower.pulse(stamp)
    end = moments[-1]
    position = follower.position(end)
    assert position is not None
    assert abs(position * 24 - (len(moments) - 1)) * 60 / (qpm * 24) < 0.005


def test_half_and_double_tempo_are_no_lost_ticks() -> None:
    for before, after in ((120, 60), (70, 140)):
        follower = ClockFollower()
        follower.start()
        first = ticks(before, 2 * BAR)
        then = ticks(after, 2 * BAR, first[-1] + 60 / (after * 24))
        for stamp in uneven(first + then, 5):
            follower.pulse(stamp)
        assert follower.qpm == pytest.approx(after, rel=0.01)
        position = follower.position(then[-1])
        assert position is not None
        assert position * 24 == pytest.approx(4 * BAR - 1, abs=0.2)


def test_the_moment_of_a_place_is_the_inverse_of_the_place_at_a_moment() -> None:
    follower = ClockFollower()
    assert follower.moment(1.0) is None
    follower.start()
    follower.locate(6)
    for stamp in ticks(100, 60):
        follower.pulse(stamp)
    assert follower.moment(1.5) == pytest.approx(10.0)
    position = follower.position(12.34)
    assert position is not None
    assert follower.moment(position) == pytest.approx(12.34)


def test_a_position_told_while_running_holds_from_the_next_tick_on() -> None:
    follower = ClockFollower()
    follower.start()
    stamps = ticks(120, 60)
    for stamp in stamps[:40]:
        follower.pulse(stamp)
    follower.locate(32)
    assert not follower.placed
    for stamp in stamps[40:]:
        follower.pulse(stamp)
    assert follower.placed
    assert follower.position(stamps[40]) == pytest.approx(8.0)
