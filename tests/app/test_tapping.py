"""Tempo from taps."""

from __future__ import annotations

import pytest

from drumstudio.app.tapping import TapTempo


def taps(*gaps: float, start: float = 100.0, beat: float = 1.0) -> list[float | None]:
    tempo, time = TapTempo(), start
    found = [tempo.tap(time, beat)]
    for gap in gaps:
        time += gap
        found.append(tempo.tap(time, beat))
    return found


def test_the_first_tap_says_nothing_and_the_second_a_tempo() -> None:
    assert taps(0.5) == [None, pytest.approx(120.0)]


def test_gaps_are_averaged() -> None:
    assert taps(0.5, 0.6, 0.5, 0.6)[-1] == pytest.approx(60 / 0.55)


def test_a_tap_far_off_starts_anew_from_the_tap_before() -> None:
    assert taps(0.5, 0.5, 0.5, 1.0)[-1] == pytest.approx(60.0)
    assert taps(0.5, 0.5, 0.25)[-1] == pytest.approx(240.0)


def test_after_a_rest_nothing_is_remembered() -> None:
    assert taps(0.5, 0.5, 9.0)[-1] is None


def test_in_compound_meters_a_tap_is_a_dotted_quarter() -> None:
    assert taps(0.5, beat=1.5)[-1] == pytest.approx(180.0)


def test_only_the_last_eight_gaps_count() -> None:
    assert taps(*[0.6] * 5, *[0.5] * 8)[-1] == pytest.approx(120.0)


def test_the_tempo_stays_within_what_is_played() -> None:
    assert taps(0.05, 0.05)[-1] == 400.0
