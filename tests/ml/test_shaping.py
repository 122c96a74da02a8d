from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.dials import FILL_PERIODS, Dials
from drumstudio.domain.drums import Drum
from drumstudio.ml.encoding import Encoding, events_to_hits
from drumstudio.ml.playing.shaping import (
    CERTAIN,
    Fill,
    event_odds,
    plain_shape,
    shape_of,
    temperature_and_top_p,
)

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 0]
OTHER = [5, 0, 4, 0, 6, 0, 4, 2, 4, 1, 5, 0, 6, 0, 4, 2]
PRIMER = BAR + OTHER
TOMS = [Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM]


def test_a_strict_loop_leaves_no_choice_and_knows_the_phrase() -> None:
    shape = shape_of(Dials(stick=1.0, fills=0), PRIMER, 40, 16)
    groove = events_to_hits(PRIMER + PRIMER[:8]).astype(float)
    assert (shape.odds * (2 * groove - 1) >= CERTAIN - 10).all()
    mid_bar = shape_of(Dials(stick=1.0, fills=0), PRIMER + PRIMER[:5], 40, 16)
    assert np.array_equal(mid_bar.odds[:20] > 0, shape.odds[5:25] > 0)


def test_the_pull_grows_with_stick_and_is_firmest_on_the_1_and_the_back_beat() -> None:
    pulls = [
        shape_of(Dials(stick=stick, fills=0), PRIMER, 32, 16).odds for stick in (0.0, 0.3, 0.6, 0.9, 1.0)
    ]
    for less, more in pairwise(pulls):
        assert (np.abs(more[:, : Drum.LOW_TOM]) > np.abs(less[:, : Drum.LOW_TOM])).all()
    odds = pulls[2]
    assert odds[4, Drum.SNARE] > odds[4, Drum.CLOSED_HAT] > odds[2, Drum.CLOSED_HAT] > 0
    assert odds[0, Drum.KICK] > odds[8, Drum.KICK] > odds[9, Drum.KICK] > 0
    # Ghost notes may go, and the end of the phrase is the loosest.
    assert odds[12, Drum.SNARE] > 2 * odds[7 + 16, Drum.SNARE] > 0
    assert odds[14, Drum.CLOSED_HAT] > odds[30, Drum.CLOSED_HAT] > 0


def test_the_gate_opens_and_closes_with_stick() -> None:
    gates = [shape_of(Dials(stick=stick, fills=0), PRIMER, 8, 16).gate for stick in (0.0, 0.5, 1.0)]
    assert gates[0][0] < gates[1][0] < gates[2][0]


def test_a_network_without_memory_is_pulled_harder() -> None:
    with_memory, without = (
        shape_of(Dials(fills=0), PRIMER, 16, 16, remembers=remembers).odds for remembers in (True, False)
    )
    assert (np.abs(without) >= np.abs(with_memory)).all()
    assert without[0, Drum.KICK] > with_memory[0, Drum.KICK]


def test_toms_and_crashes_cost_where_the_primer_has_none() -> None:
    bar = list(BAR)
    bar[0] |= 1 << Drum.CRASH
    odds = shape_of(Dials(fills=0), bar, 16, 16).odds
    assert odds[0, Drum.CRASH] > odds[4, Drum.CRASH] > -1
    assert (odds[:, TOMS] < -2).all()
    free = shape_of(Dials(fills=0, stick=0.0), bar, 16, 16).odds
    assert (free[:, TOMS] > odds[:, TOMS]).all()
    assert (free[:, TOMS] < -0.5).all()


@pytest.mark.parametrize("period", FILL_PERIODS)
def test_fills_are_where_the_dial_and_the_marks_ask(period: int) -> None:
    shape = shape_of(Dials(fills=period), PRIMER, 8 * 16, 16, fill_bars={4, 50})
    due = {bar for bar in range(2, 10) if bar == 4 or (period and (bar + 1) % period == 0)}
    assert [fill.bar // 16 + 2 for fill in shape.fills] == sorted(due)
    for fill in shape.fills:
        assert (fill.start - fill.bar, fill.end - fill.bar) == (8, 16)


@pytest.mark.parametrize(
    ("per_bar", "quarter", "start"), [(16, 4, 8), (12, 4, 4), (12, 3, 6), (8, 4, 2), (20, 4, 12), (14, 4, 6)]
)
def test_a_fill_takes_two_quarters_and_leaves_some_of_every_bar(
    per_bar: int, quarter: int, start: int
) -> None:
    shape = shape_of(Dials(fills=2), [1] * per_bar, per_bar, per_bar, steps_per_quarter=quarter)
    assert shape.fills == (Fill(0, start, per_bar),)


def test_a_fill_may_have_begun_in_the_primer() -> None:
    shape = shape_of(Dials(fills=2), PRIMER[:28], 20, 16)
    assert shape.fills == (Fill(-12, 0, 4),)


def test_after_a_fill_comes_a_crash_with_the_kick_if_asked_and_the_groove() -> None:
    asked, not_asked = (shape_of(Dials(fills=4, crash=crash), PRIMER, 64, 16) for crash in (True, False))
    assert [fill.end for fill in asked.fills] == [32]
    assert asked.odds[32, Drum.CRASH] > 10
    assert asked.odds[32, Drum.KICK] > 3
    assert not_asked.odds[32, Drum.CRASH] < -2
    plain = shape_of(Dials(fills=0), PRIMER, 64, 16)
    struck = np.tile(events_to_hits(PRIMER), (2, 1)) > 0
    for shape in (asked, not_asked):
        later = shape.odds[33:48][struck[33:48]] - plain.odds[33:48][struck[33:48]]
        assert (later > 0.5).all()
        assert np.array_equal(shape.odds[48:], plain.odds[48:])
        assert (shape.gate[24:32] < -1).all()
        assert not shape.odds[24:32].any()


def test_busyness_asks_for_its_share_of_the_primers_hits_but_not_in_fills() -> None:
    shape = shape_of(Dials(busyness=1.5, fills=4), PRIMER, 64, 16)
    hits = events_to_hits(PRIMER).sum() / 2
    assert shape.hits_a_bar == hits
    assert shape.expected[:16].sum() * hits == pytest.approx(1.5 * events_to_hits(BAR).sum())
    assert np.isnan(shape.expected[24:32]).all()
    assert shape_of(Dials(busyness=0.5), PRIMER, 8, 16).lean < 0 < shape.lean
    assert shape_of(Dials(), PRIMER, 8, 16).lean == 0


def test_the_back_beat_and_the_1_never_give_way() -> None:
    room = shape_of(Dials(), PRIMER, 32, 16).room
    assert not room[[4, 12, 20, 28], Drum.SNARE].any()
    assert not room[[0, 16], Drum.KICK].any()
    assert not room[:, [*TOMS, Drum.CRASH]].any()
    assert room[7, Drum.SNARE] > room[2, Drum.CLOSED_HAT] > room[0, Drum.CLOSED_HAT] > 0


def test_without_a_bar_of_primer_the_usual_beat_pulls_or_the_bars_that_are_given() -> None:
    shape = shape_of(Dials(fills=0), [], 32, 16)
    assert shape.odds[4, Drum.SNARE] > 0 > shape.odds[5, Drum.SNARE]
    assert shape.odds[0, Drum.KICK] > 0 > shape.odds[4, Drum.KICK]
    assert np.isnan(shape.expected).all()
    given = shape_of(Dials(fills=0), [], 32, 16, groove_events=PRIMER)
    assert np.array_equal(given.odds, shape_of(Dials(fills=0), PRIMER, 32, 16).odds)


def test_taps_pull_kick_and_snare_unless_they_are_as_many_as_a_hats_strokes() -> None:
    taps = np.full(32, -1, np.int8)
    taps[[0, 3, 8, 12, 16, 20, 24, 28]] = 1
    bare = shape_of(Dials(fills=0), [], 32, 16).odds
    added = shape_of(Dials(fills=0), [], 32, 16, struck=taps).odds - bare
    assert not added[taps < 0].any()
    assert (added[[0, 8, 16, 24], Drum.KICK] > 1).all()
    assert (added[[12, 20, 28], Drum.SNARE] > 1).all()
    # The first bar's 2 is not tapped: the tap just before it takes its place.
    assert added[3, Drum.SNARE] > added[3, Drum.KICK] == 0
    assert not (shape_of(Dials(fills=0), [], 32, 16, struck=np.ones(32, np.int8)).odds - bare).any()


def test_a_lead_comes_first_and_moves_the_fills() -> None:
    shape, lead = (shape_of(Dials(fills=fills), [], 64, 16) for fills in (4, 0))
    both = shape.behind(lead)
    assert [len(part) for part in (both.gate, both.odds, both.room, both.expected)] == [128] * 4
    assert both.fills == (Fill(112, 120, 128),)
    assert np.array_equal(both.odds[64:], shape.odds)


@given(st.floats(0.0, 2.0), st.floats(0.0, 2.0))
def test_wildness_moves_temperature_and_top_p_together(one: float, other: float) -> None:
    less, more = temperature_and_top_p(min(one, other)), temperature_and_top_p(max(one, other))
    assert less[0] <= more[0]
    assert 0 < less[1] <= more[1] <= 1


def test_odds_of_cells_add_up_to_those_of_events() -> None:
    odds = np.arange(18.0).reshape(2, 9)
    found = event_odds(odds, Encoding())
    assert found.shape == (2, 512)
    assert found[1, 0b101] == odds[1, 0] + odds[1, 2]
    assert not found[:, 0].any()
    one = event_odds(np.array([[-1.0, -3.0, -2.0], [0.5, -1.0, 0.0]]), Encoding(drums=1))
    assert one.tolist() == [[0.0, -1.0], [0.0, 0.5]]


def test_a_plain_shape_asks_for_nothing() -> None:
    shape = plain_shape(5, 0.7, 0.9, 1.5)
    assert (shape.temperature, shape.top_p, shape.lean, shape.fills) == (0.7, 0.9, 0.0, ())
    assert not shape.odds.any()
    assert (shape.gate == 1.5).all()
    assert np.isnan(shape.expected).all()
