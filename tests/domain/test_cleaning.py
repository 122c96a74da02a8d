"""Strokes and what only looks like one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.cleaning import (
    AS_USUAL,
    RAW,
    Cleaning,
    PadRules,
    Reason,
    interpreted,
    latency_of,
    take_pattern,
    timed,
)
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Grid, Meter
from drumstudio.domain.velocity import VelocityCurve

KICK, SNARE, RIM, HAT, EDGE, FOOT, OPEN, TOM, CRASH, CRASH_EDGE = 36, 38, 40, 42, 22, 44, 46, 45, 49, 55


def on(ms: float, note: int, velocity: int) -> Arrival:
    return Arrival(ms / 1000, bytes((0x99, note, velocity)))


def read(*arrivals: Arrival, cleaning: Cleaning = AS_USUAL) -> tuple[list[tuple[int, int]], list[Reason]]:
    """Strokes (note, velocity) that count, and why others do not."""
    found = interpreted(arrivals, ROLAND, cleaning)
    return [(hit.note, hit.velocity) for hit in found.hits], [each.reason for each in found.aside]


def test_a_stroke_is_a_note_on_that_is_not_silent() -> None:
    found = interpreted(
        [
            on(0, KICK, 100),
            on(50, KICK, 0),
            Arrival(0.06, bytes((0x89, KICK, 64))),
            Arrival(0.07, b"\xc9\x05"),
            on(100, SNARE, 1),
        ],
        ROLAND,
        AS_USUAL,
    )
    assert [(hit.seconds, hit.index, hit.drum, hit.velocity) for hit in found.hits] == [
        (0.0, 0, Drum.KICK, 100), (0.1, 4, Drum.SNARE, 1),
    ]  # fmt: skip


def test_notes_that_mean_no_drum_are_counted() -> None:
    found = interpreted([on(0, 1, 9), on(10, 1, 9), on(20, 2, 9), on(20, 3, 0)], ROLAND, AS_USUAL)
    assert found.unmapped == {1: 2, 2: 1}
    assert found.hits == ()


def test_a_bounce_is_put_aside_with_its_cause() -> None:
    found = interpreted([on(0, SNARE, 100), on(18, SNARE, 30)], ROLAND, AS_USUAL)
    (aside,) = found.aside
    assert (aside.reason, aside.hit.velocity, aside.cause.velocity) == (Reason.DOUBLE, 30, 100)


@pytest.mark.parametrize(
    "strokes",
    [
        [on(0, SNARE, 30), on(28, SNARE, 34), on(60, SNARE, 110)],  # a drag
        [on(0, SNARE, 25), on(20, SNARE, 100)],  # a flam
        [on(0, SNARE, 60), on(20, SNARE, 40)],  # a soft ruff
        [on(0, SNARE, 110), on(60, SNARE, 25)],  # a ghost note after an accent
        [on(0, SNARE, 100), on(2, HAT, 20)],  # two hands
        [on(0, KICK, 120), on(0, CRASH, 127)],
    ],
)
def test_real_strokes_survive(strokes: list[Arrival]) -> None:
    assert read(*strokes)[1] == []


def test_a_shaken_pad_is_put_aside_before_or_after_its_cause() -> None:
    assert read(on(0, KICK, 120), on(4, TOM, 12)) == ([(KICK, 120)], [Reason.CROSSTALK])
    assert read(on(0, TOM, 12), on(4, KICK, 120)) == ([(KICK, 120)], [Reason.CROSSTALK])
    assert read(on(0, TOM, 12), on(24, KICK, 120))[1] == []


def test_a_foot_that_closes_under_a_stroke_is_none() -> None:
    assert read(on(0, HAT, 60), on(30, FOOT, 40)) == ([(HAT, 60)], [Reason.CHICK])
    assert read(on(0, FOOT, 40), on(30, OPEN, 60))[1] == [Reason.CHICK]
    assert read(on(0, FOOT, 40), on(80, HAT, 60))[1] == []
    assert read(on(0, FOOT, 40), on(10, FOOT, 40), on(20, SNARE, 60))[1] == []


def test_each_pad_can_have_its_own_rules() -> None:
    strict = PadRules(double_window=0.1, double_ratio=1.0, crosstalk_window=0.0)
    own = replace(AS_USUAL, pads=((SNARE, strict),))
    assert read(on(0, SNARE, 60), on(80, SNARE, 50), cleaning=own)[1] == [Reason.DOUBLE]
    assert read(on(0, RIM, 60), on(80, RIM, 50), cleaning=own)[1] == []
    assert read(on(0, KICK, 127), on(0, SNARE, 3), cleaning=own)[1] == []


def test_chokes_are_told_once_for_bow_and_edge() -> None:
    grips = [
        Arrival(1.0, bytes((0xA9, CRASH, 127))),
        Arrival(1.001, bytes((0xA9, CRASH_EDGE, 127))),
        Arrival(1.05, bytes((0xA9, CRASH, 0))),
        Arrival(1.06, bytes((0xA9, SNARE, 127))),
        Arrival(1.5, bytes((0xA9, CRASH_EDGE, 90))),
    ]
    found = interpreted(grips, ROLAND, Cleaning(latency=0.25))
    assert [(grip.seconds, grip.drum) for grip in found.grips] == [(0.75, Drum.CRASH), (1.25, Drum.CRASH)]


def test_one_note_for_the_hi_hat_is_told_apart_by_the_pedal() -> None:
    one = replace(GENERAL_MIDI, hat_by_pedal=True)
    arrivals = [
        on(0, HAT, 80),
        Arrival(0.1, bytes((0xB9, 4, 20))),
        on(200, HAT, 80),
        on(300, FOOT, 80),
        Arrival(0.4, bytes((0xB9, 7, 100))),
        Arrival(0.5, bytes((0xB9, 4, 100))),
        on(600, OPEN, 80),
    ]
    found = interpreted(arrivals, one, AS_USUAL)
    assert [hit.drum for hit in found.hits] == [
        Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.CLOSED_HAT, Drum.CLOSED_HAT,
    ]  # fmt: skip


def test_latency_and_curve_are_applied() -> None:
    curve = VelocityCurve(((1, 1), (64, 100), (127, 127)))
    (hit,) = interpreted([on(20, SNARE, 64)], ROLAND, Cleaning(latency=0.02, curve=curve)).hits
    assert (hit.seconds, hit.velocity) == (0.0, 100)


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.sampled_from([36, 38, 42, 44, 45, 49, 9]), st.integers(0, 127))
    )
)
def test_no_stroke_is_lost_or_made_up(played: list[tuple[int, int, int]]) -> None:
    arrivals = [on(*each) for each in sorted(played)]
    struck = [index for index, each in enumerate(arrivals) if each.data[2]]
    cleaned = interpreted(arrivals, ROLAND, AS_USUAL)
    known = sorted([hit.index for hit in cleaned.hits] + [each.hit.index for each in cleaned.aside])
    assert len(known) + sum(cleaned.unmapped.values()) == len(struck)
    assert set(known) <= set(struck)
    raw = interpreted(arrivals, ROLAND, RAW)
    assert not raw.aside
    assert len(raw.hits) == len(known)
    # The loudest echoes nothing; only its foot may lie under a softer stroke on the hi-hat.
    by_hand = interpreted(arrivals, ROLAND, replace(AS_USUAL, chick_window=0.0)).hits
    assert max((hit.velocity for hit in by_hand), default=0) == max((h.velocity for h in raw.hits), default=0)


@pytest.mark.parametrize("wrong", [{"double_window": 0.3}, {"crosstalk_window": -0.1}, {"double_ratio": 1.5}])
def test_rules_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is 0 to"):
        PadRules(**wrong)


def take(*arrivals: Arrival, qpm: float = 120.0) -> Take:
    return Take(arrivals, ROLAND, qpm, Meter(4, 4))


def test_a_take_goes_into_the_grid_with_as_much_of_its_timing_as_is_wanted() -> None:
    played = take(on(10, KICK, 100), on(510, SNARE, 90), on(990, KICK, 80))
    kept = take_pattern(played, AS_USUAL, Grid())
    assert [(hit.step, hit.drum, hit.offset) for hit in kept.hits] == [
        (0, Drum.KICK, pytest.approx(10 / 120, abs=0.01)),
        (4, Drum.SNARE, pytest.approx(10 / 120, abs=0.01)),
        (8, Drum.KICK, pytest.approx(-10 / 120, abs=0.01)),
    ]
    half = take_pattern(played, AS_USUAL, Grid(), 0.5)
    assert half.hits[0].offset == pytest.approx(kept.hits[0].offset / 2, abs=0.01)
    assert all(hit.offset == 0.0 for hit in take_pattern(played, AS_USUAL, Grid(), 1.0).hits)


def test_a_take_goes_onto_triplets() -> None:
    played = take(*(on(index * 500 / 3, HAT, 80) for index in range(6)))
    found = take_pattern(replace(played, bars=2), AS_USUAL, Grid(steps_per_quarter=3), 1.0)
    assert [hit.step for hit in found.hits] == list(range(6))
    assert found.bars == 2


def test_seconds_become_ticks_by_the_tempo() -> None:
    (note,) = timed(interpreted([on(1000, KICK, 9)], ROLAND, AS_USUAL).hits, 90.0)
    assert note.tick == 720.0


def test_a_take_is_as_long_as_what_came() -> None:
    assert take().length == 0.0
    assert take(on(-500, KICK, 3)).length == 0.0
    assert take(on(-500, KICK, 3), on(2500, KICK, 3)).length == 2.5


def test_latency_is_the_median_of_what_is_played_to_a_click() -> None:
    late = [20, 22, 18, 21, 19, 20, 240, 20, 23]  # one of them a slip
    arrivals = [on(index * 500 + ms, SNARE, 90) for index, ms in enumerate(late)]
    hits = interpreted(arrivals, ROLAND, AS_USUAL).hits
    assert latency_of(hits, 120.0) == pytest.approx(0.020)
    assert latency_of(hits[:7], 120.0) is None
