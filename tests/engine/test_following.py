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
    assert follower.qpm == pytest.approx(qpm, rel=0.005)


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


def test_a_clock_that_was_away_is_learnt_anew() -> None:
    follower = ClockFollower()
    follower.start()
    for stamp in ticks(120, 96):
        follower.pulse(stamp)
    back = ticks(60, 48, 100.0)
    for stamp in back:
        follower.pulse(stamp)
    assert follower.qpm == pytest.approx(60)
    assert follower.position(back[-1]) == pytest.approx(143 / 24)
