from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.timing import (
    GRIDS,
    PPQ,
    Grid,
    Meter,
    clamp_qpm,
    seconds_per_tick,
    swing_unit_ticks,
    swung_tick,
)


@pytest.mark.parametrize(
    ("meter", "quarters", "compound", "beat"),
    [
        (Meter(4, 4), 4, False, 1),
        (Meter(3, 4), 3, False, 1),
        (Meter(6, 8), 3, True, Fraction(3, 2)),
        (Meter(12, 8), 6, True, Fraction(3, 2)),
        (Meter(7, 8), Fraction(7, 2), False, Fraction(1, 2)),
        (Meter(3, 8), Fraction(3, 2), False, Fraction(1, 2)),
        (Meter(2, 2), 4, False, 2),
    ],
)
def test_meters_count_their_beats(meter: Meter, quarters: Fraction, compound: bool, beat: Fraction) -> None:
    assert meter.quarters == quarters
    assert meter.compound is compound
    assert meter.beat_quarters == beat


def test_a_meter_reads_as_musicians_write_it() -> None:
    assert str(Meter(7, 8)) == "7/8"


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 4), (33, 4), (4, 3), (4, 0), (4, 64)])
def test_impossible_meters_are_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="a meter"):
        Meter(numerator, denominator)


@pytest.mark.parametrize(("steps", "label"), list(GRIDS.items()))
def test_every_grid_divides_the_quarter_into_whole_ticks(steps: int, label: str) -> None:
    grid = Grid(Meter(), steps)
    assert grid.label == label
    assert grid.ticks_per_step * steps == PPQ
    assert grid.ticks_per_bar == 4 * PPQ
    assert grid.triplet == label.endswith("T")


def test_grids_that_do_not_fill_the_bar_are_refused() -> None:
    with pytest.raises(ValueError, match="does not divide"):
        Grid(Meter(7, 8), 1)
    with pytest.raises(ValueError, match="steps a quarter"):
        Grid(Meter(), 5)


def test_positions_follow_the_meter() -> None:
    assert Grid().position(0) == (1, 1, 1)
    assert Grid().position(22) == (2, 2, 3)
    twelve = Grid(Meter(12, 8), 4)
    assert twelve.steps_per_bar == 24
    assert twelve.position(6) == (1, 2, 1)
    assert twelve.position(24 + 23) == (2, 4, 6)
    assert twelve.bar_of(24) == 1


def test_beats_finer_than_a_step_still_count() -> None:
    # 4/8 on a quarter grid: two beats a step, so the second step is beat 3.
    grid = Grid(Meter(4, 8), 1)
    assert [grid.position(step) for step in range(2)] == [(1, 1, 1), (1, 3, 1)]


def test_swing_bends_the_second_of_each_pair() -> None:
    grid = Grid()
    assert [swung_tick(grid, step, 0.5) for step in range(5)] == [0, 120, 240, 360, 480]
    assert [swung_tick(grid, step, 2 / 3) for step in range(5)] == [0, 160, 240, 400, 480]


def test_swing_of_eighths_and_of_thirty_seconds() -> None:
    assert swing_unit_ticks(Grid(Meter(), 2)) == 480
    assert swung_tick(Grid(Meter(), 2), 1, 0.75) == 360
    thirty_seconds = Grid(Meter(), 8)
    assert [swung_tick(thirty_seconds, step, 0.75) for step in range(5)] == [0, 90, 180, 210, 240]


@pytest.mark.parametrize("steps", [1, 3, 6, 12])
def test_quarters_and_triplets_do_not_swing(steps: int) -> None:
    grid = Grid(Meter(), steps)
    assert swing_unit_ticks(grid) == 0
    assert swung_tick(grid, 1, 0.75) == grid.ticks_per_step


def test_a_pair_cut_by_the_bar_line_stays_straight() -> None:
    grid = Grid(Meter(5, 16), 4)
    assert swung_tick(grid, 1, 0.75) == 180
    assert swung_tick(grid, 4, 0.75) == 480


@given(st.sampled_from(sorted(GRIDS)), st.integers(0, 400), st.floats(0.5, 0.75))
def test_swing_keeps_order_and_beats(steps_per_quarter: int, step: int, swing: float) -> None:
    grid = Grid(Meter(), steps_per_quarter)
    assert swung_tick(grid, step, swing) < swung_tick(grid, step + 1, swing)
    assert swung_tick(grid, step * steps_per_quarter, swing) == step * PPQ


def test_seconds_and_tempo_bounds() -> None:
    assert seconds_per_tick(120) * PPQ == pytest.approx(0.5)
    assert (clamp_qpm(5), clamp_qpm(100), clamp_qpm(900)) == (20, 100, 400)
