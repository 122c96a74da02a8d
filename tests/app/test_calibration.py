"""How late a kit is, from strokes that were meant to fall on a click."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.app.kit.calibration import BARS, BEATS, LEAD_BARS, measured
from drumstudio.domain.cleaning import FEW
from drumstudio.domain.drums import ROLAND
from drumstudio.domain.take import Arrival

BEGAN = 1000.0


def played(qpm: float, late: list[float], note: int = 38, first: int = LEAD_BARS * BEATS) -> list[Arrival]:
    """A stroke a beat from beat `first` on, each as late as `late` says."""
    beat = 60.0 / qpm
    return [
        Arrival(BEGAN + (first + index) * beat + each, bytes((0x99, note, 90)))
        for index, each in enumerate(late)
    ]


@given(
    st.floats(60.0, 240.0), st.floats(-0.06, 0.06), st.lists(st.floats(-0.01, 0.01), min_size=16, max_size=16)
)
def test_the_median_is_found_at_any_tempo(qpm: float, latency: float, jitter: list[float]) -> None:
    found = measured(played(qpm, [latency + each for each in jitter]), BEGAN, qpm, ROLAND)
    assert found.latency == pytest.approx(latency, abs=0.0101)
    assert found.spread <= 0.02
    assert len(found.late) == BARS * BEATS


def test_a_few_wild_strokes_move_nothing() -> None:
    found = measured(played(120, [0.012] * 13 + [0.2, -0.15, 0.11]), BEGAN, 120, ROLAND)
    assert found.latency == pytest.approx(0.012)
    assert not found.uneven


def test_strokes_of_the_first_bar_and_after_the_last_do_not_count() -> None:
    early = played(120, [0.1] * 4, first=0)
    after = played(120, [0.1] * 8, first=(LEAD_BARS + BARS) * BEATS)
    found = measured([*early, *played(120, [0.01] * 16), *after], BEGAN, 120, ROLAND)
    assert found.late == pytest.approx([0.01] * 16)


def test_too_few_strokes_give_no_figure() -> None:
    found = measured(played(120, [0.01] * (FEW - 3)), BEGAN, 120, ROLAND)
    assert (found.latency, found.missing) == (None, 3)


def test_notes_without_a_drum_are_told() -> None:
    found = measured(played(120, [0.01] * 9, note=3), BEGAN, 120, ROLAND)
    assert (found.late, found.latency, found.unmapped) == ((), None, 9)


def test_uneven_playing_is_told() -> None:
    assert measured(played(120, [-0.08, 0.08] * 8), BEGAN, 120, ROLAND).uneven
