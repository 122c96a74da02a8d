"""Stamps by the driver's clock, seen through callbacks that come late."""

from __future__ import annotations

import random

import pytest

from drumstudio.midi.stamps import LOST, StampClock


def seen(moments: list[float], late: list[float], drift: float = 0.0) -> list[float]:
    """Stamps of messages that the driver has at `moments` and the program sees `late` seconds later."""
    clock = StampClock()
    stamps, before = [], moments[0]
    for moment, delay in zip(moments, late, strict=True):
        stamps.append(clock.stamp((moment - before) * (1 + drift), moment + delay))
        before = moment
    return stamps


def test_a_callback_that_comes_late_does_not_shift_its_stroke() -> None:
    chance = random.Random(1)
    moments = [100 + index * 0.0625 for index in range(2000)]
    late = [0.001, *(0.001 + chance.choice([0.0, 0.0005, 0.020, 0.120]) for _ in moments[1:])]
    stamps = seen(moments, late)
    # All but the constant delay of the fastest callback, and the little that the clocks may creep.
    assert max(abs(stamp - moment - 0.001) for stamp, moment in zip(stamps, moments, strict=True)) < 0.0002


@pytest.mark.parametrize("drift", [5e-5, -5e-5])
def test_clocks_that_drift_apart_are_followed(drift: float) -> None:
    moments = [100 + index * 0.1 for index in range(12_000)]  # twenty minutes
    stamps = seen(moments, [0.001] * len(moments), drift)
    assert abs(stamps[-1] - moments[-1]) < 0.005


def test_a_driver_that_stood_still_is_put_right() -> None:
    clock = StampClock()
    clock.stamp(0.0, 10.0)
    clock.stamp(0.1, 10.1)
    assert clock.stamp(0.1, 12.0 + LOST) == pytest.approx(12.0 + LOST)
    assert clock.stamp(0.1, 12.1 + LOST) == pytest.approx(12.1 + LOST)


def test_no_stamp_lies_in_the_future() -> None:
    clock = StampClock()
    clock.stamp(0.0, 10.0)
    assert clock.stamp(0.5, 10.2) == pytest.approx(10.2)
