"""The audio clock read from outside: late bursts, drift, and a pause."""

from __future__ import annotations

import random

import pytest

from drumstudio.engine.fluid_clock import FrameClock

RATE, PERIOD = 44100.0, 256


def looks(clock: FrameClock, start: float, end: float, rate: float, pause: float = 0.0) -> None:
    """Let `clock` look at a device of true `rate` from `start` to `end`, its bursts up to 3 ms late."""
    luck = random.Random(7)
    now = start
    while now < end:
        now += luck.uniform(0.005, 0.035)
        heard = now - pause - luck.choice([0.0, 0.0, 0.0, 0.003])
        clock.observe(now, int(heard * rate) // PERIOD * PERIOD)


def test_before_the_first_look_there_is_no_clock():
    clock = FrameClock(RATE, PERIOD)
    assert not clock.ready
    assert clock.frame_at(12.0) == 0.0


def test_late_bursts_do_not_move_the_clock():
    clock = FrameClock(RATE, PERIOD)
    looks(clock, 0.0, 3.0, RATE)
    assert clock.ready
    assert clock.frame_at(10.0) == pytest.approx(10.0 * RATE, abs=0.0005 * RATE)


def test_frames_follow_moments_at_the_nominal_rate():
    clock = FrameClock(RATE, PERIOD)
    clock.observe(1.0, 44100)
    assert clock.frame_at(1.5) - clock.frame_at(1.0) == pytest.approx(22050)


def test_the_clock_follows_a_crystal_that_runs_slow():
    clock = FrameClock(RATE, PERIOD)
    true = RATE * (1 - 100e-6)
    looks(clock, 0.0, 60.0, true)
    assert clock.frame_at(60.0) == pytest.approx(60.0 * true, abs=0.0005 * RATE)


def test_the_clock_follows_a_crystal_that_runs_fast():
    clock = FrameClock(RATE, PERIOD)
    true = RATE * (1 + 100e-6)
    looks(clock, 0.0, 60.0, true)
    assert clock.frame_at(60.0) == pytest.approx(60.0 * true, abs=0.0005 * RATE)


def test_after_a_pause_of_the_device_the_clock_is_set_anew():
    clock = FrameClock(RATE, PERIOD)
    looks(clock, 0.0, 5.0, RATE)
    looks(clock, 5.0, 6.5, RATE, pause=0.25)
    assert clock.frame_at(6.5) == pytest.approx(6.25 * RATE, abs=0.001 * RATE)


def test_an_interrupted_look_says_nothing():
    clock = FrameClock(RATE, PERIOD)
    looks(clock, 0.0, 3.0, RATE)
    before = clock.frame_at(10.0)
    for index in range(200):
        # Each had to wait 6 ms between the count and the time.
        now = 3.0 + index * 0.01
        clock.observe(now + 0.006, int(now * RATE), took=0.006)
    assert clock.frame_at(10.0) == before


def test_a_few_late_looks_are_not_a_pause():
    clock = FrameClock(RATE, PERIOD)
    looks(clock, 0.0, 3.0, RATE)
    for index in range(20):
        # A starved renderer seen by a starved looker: rarely, and late each time.
        now = 3.0 + index * 0.05
        clock.observe(now, int((now - 0.012) * RATE))
    assert clock.frame_at(4.0) == pytest.approx(4.0 * RATE, abs=0.0005 * RATE)
