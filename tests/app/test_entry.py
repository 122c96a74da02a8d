"""Strokes that go into the pattern that plays, under a clock of the test's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.app.takes.entry import RECALL, Entered, Entry
from drumstudio.domain.cleaning import AS_USUAL, RAW, Cleaning
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum, DrumMap
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.take import Arrival
from drumstudio.domain.timing import Grid
from drumstudio.engine.transport import Position

STEP = 0.125  # seconds a 16th at 120
KICK, SNARE, HAT, FOOT, TOM = 36, 38, 42, 44, 45


class Loop:
    """A pattern that goes round from moment 0 on at 120, and what is entered into it."""

    def __init__(self, pattern: Pattern | None = None, **how: object) -> None:
        self.pattern = pattern or Pattern()
        self.steps: list[Entered] = []
        drum_map = how.pop("drum_map", ROLAND)
        cleaning = how.pop("cleaning", AS_USUAL)
        assert isinstance(drum_map, DrumMap)
        assert isinstance(cleaning, Cleaning)
        self.entry = Entry(drum_map, cleaning, **how)  # type: ignore[arg-type]

    def place(self, moment: float) -> Position | None:
        steps = moment / (0.5 / self.pattern.grid.steps_per_quarter)
        if steps < 0:
            return Position(steps, counting_in=True)
        passes, step = divmod(steps, self.pattern.steps)
        return Position(step, passes=int(passes))

    def take(self, changes: list[Entered]) -> None:
        for change in changes:
            self.steps.append(change)
            self.pattern = change.pattern

    def strike(self, at: float, note: int, velocity: int = 100) -> None:
        self.take(self.entry.strike(Arrival(at, bytes((0x99, note, velocity))), self.pattern, self.place))

    def send(self, at: float, *data: int) -> None:
        self.take(self.entry.strike(Arrival(at, bytes(data)), self.pattern, self.place))

    def pass_on(self, moment: float, ahead: float = 0.0) -> None:
        place = self.place(moment)
        assert place is not None
        self.take(self.entry.pass_on(self.pattern, place, ahead))

    def cells(self) -> list[tuple[int, Drum, int]]:
        return [(hit.step, hit.drum, hit.velocity) for hit in self.pattern.hits]


def test_a_stroke_goes_to_its_nearest_step_and_keeps_its_timing() -> None:
    loop = Loop()
    loop.strike(4 * STEP + 0.02, SNARE, 90)
    (hit,) = loop.pattern.hits
    assert (hit.step, hit.drum, hit.velocity) == (4, Drum.SNARE, 90)
    assert abs(hit.offset - 0.02 / STEP) < 0.01
    assert loop.steps[-1].played == ((4, Drum.SNARE),)


def test_strength_takes_the_timing_out() -> None:
    for strength, left in ((1.0, 0.0), (0.5, 0.08)):
        loop = Loop(strength=strength)
        loop.strike(4 * STEP + 0.02, SNARE)
        assert abs(loop.pattern.hits[0].offset - left) < 0.01


def test_the_latency_of_the_kit_is_allowed_for() -> None:
    loop = Loop(cleaning=Cleaning(latency=0.08))
    loop.strike(4 * STEP + 0.08, SNARE)
    assert loop.pattern.hits[0].step == 4
    assert abs(loop.pattern.hits[0].offset) < 0.01


def test_an_early_stroke_on_the_one_belongs_to_the_next_pass_and_before_the_first_to_the_first() -> None:
    loop = Loop()
    loop.strike(-0.03, KICK)
    loop.strike(-0.4, KICK, 50)
    assert [(each.passes, each.pattern.hits[0].step) for each in loop.steps] == [(0, 0)]
    loop.strike(16 * STEP - 0.03, KICK, 120)
    assert (loop.steps[-1].passes, loop.cells()) == (1, [(0, Drum.KICK, 120)])
    assert loop.pattern.hits[0].offset < 0


def test_a_later_pass_plays_over_an_earlier_one_and_within_a_pass_the_louder_stays() -> None:
    loop = Loop()
    loop.strike(4 * STEP, SNARE, 100)
    loop.strike(4 * STEP + 0.045, SNARE, 60)
    assert loop.cells() == [(4, Drum.SNARE, 100)]
    loop.strike(20 * STEP, SNARE, 60)
    assert loop.cells() == [(4, Drum.SNARE, 60)]
    assert [each.passes for each in loop.steps] == [0, 1]


def test_echoes_stay_out_and_one_that_is_known_only_afterwards_is_taken_back() -> None:
    loop = Loop()
    loop.strike(0.0, TOM, 9)
    assert loop.cells() == [(0, Drum.MID_TOM, 9)]
    loop.strike(0.004, KICK, 120)
    assert loop.cells() == [(0, Drum.KICK, 120)]
    loop.strike(0.03, KICK, 40)
    loop.strike(8 * STEP, FOOT, 30)
    loop.strike(8 * STEP + 0.02, HAT, 80)
    assert loop.cells() == [(0, Drum.KICK, 120), (8, Drum.CLOSED_HAT, 80)]


def test_what_an_echo_had_taken_the_place_of_comes_back() -> None:
    old = Hit(0, Drum.MID_TOM, 77)
    loop = Loop(Pattern(hits=(old,)))
    loop.strike(0.0, TOM, 9)
    loop.strike(0.004, KICK, 120)
    assert loop.pattern.hit_at(0, Drum.MID_TOM) == old


def test_a_pedal_that_stood_open_for_long_opens_the_hi_hat_still() -> None:
    loop = Loop(drum_map=replace(GENERAL_MIDI, name="one-note", hat_by_pedal=True))
    loop.send(0.0, 0xB9, 4, 10)
    for index in range(1, 40):
        loop.strike(index * 2 * STEP, HAT, 70)
    assert {drum for _, drum, _ in loop.cells()} == {Drum.OPEN_HAT}
    loop.send(40 * 2 * STEP, 0xB9, 4, 127)
    loop.strike(40 * 2 * STEP + 0.001, HAT, 70)
    assert Drum.CLOSED_HAT in {drum for _, drum, _ in loop.cells()}


def test_replacing_clears_what_was_there_as_it_is_passed_and_spares_what_is_played() -> None:
    old = Pattern(hits=tuple(Hit(step, Drum.CLOSED_HAT, 50) for step in range(16)))
    loop = Loop(old, replaces=True)
    loop.pass_on(2.1 * STEP)
    loop.strike(3.9 * STEP, HAT, 110)
    loop.pass_on(6.2 * STEP)
    assert [(s, v) for s, _, v in loop.cells()] == [(0, 50), (1, 50), (4, 110)] + [
        (s, 50) for s in range(7, 16)
    ]
    loop.strike(15.8 * STEP, KICK, 90)  # early, for the next one
    loop.pass_on(17.0 * STEP)
    assert [(s, d) for s, d, _ in loop.cells()] == [(0, Drum.KICK), (4, Drum.CLOSED_HAT)]
    loop.pass_on(22.0 * STEP)
    assert loop.cells() == [(0, Drum.KICK, 90)]
    assert sorted({each.passes for each in loop.steps}) == [0, 1]
    loop.pass_on(33.0 * STEP)
    assert loop.cells() == []


def test_replacing_goes_a_little_ahead_so_that_what_goes_is_not_heard() -> None:
    loop = Loop(Pattern(hits=(Hit(4, Drum.KICK), Hit(5, Drum.KICK))), replaces=True)
    loop.pass_on(3.5 * STEP, 0.6)
    assert loop.cells() == [(5, Drum.KICK, 100)]


@pytest.mark.parametrize("jump", [-9.0, 3.0 * 16 + 5])
def test_going_elsewhere_clears_nothing_that_was_not_passed(jump: float) -> None:
    loop = Loop(Pattern(hits=tuple(Hit(step, Drum.KICK) for step in range(16))), replaces=True)
    loop.pass_on(32 * STEP + 10.2 * STEP)
    loop.pass_on(32 * STEP + 10.2 * STEP + jump * STEP)
    step = int(10.2 + jump) % 16
    assert [s for s in range(16) if (s, Drum.KICK, 100) not in loop.cells()] == sorted({10, step})


def test_a_longer_pattern_that_comes_up_is_replaced_from_where_it_is() -> None:
    loop = Loop(Pattern(hits=(Hit(3, Drum.KICK),)), replaces=True)
    loop.pass_on(5 * 16 * STEP + 2 * STEP)
    loop.pattern = Pattern(bars=2, hits=tuple(Hit(step, Drum.KICK) for step in range(32)))
    loop.take(loop.entry.pass_on(loop.pattern, Position(20.1, passes=5)))
    assert len(loop.cells()) == 31


def test_overdubbing_clears_nothing() -> None:
    loop = Loop(Pattern(hits=(Hit(4, Drum.KICK),)))
    loop.pass_on(14 * STEP)
    assert loop.steps == []


@given(patterns(), st.data())
def test_a_steady_player_gets_the_pattern_that_was_meant(pattern: Pattern, data: st.DataObject) -> None:
    """Whatever is struck exactly on steps stands there, in any grid and swing."""
    grid = pattern.grid
    empty = Pattern(grid, pattern.bars, swing=pattern.swing)
    loop = Loop(empty, cleaning=RAW)
    length = 60.0 / 120.0 / grid.steps_per_quarter
    drums = {drum: ROLAND.note_of(drum) for drum in Drum}
    drum = data.draw(st.sampled_from(list(Drum)))
    wanted = sorted(data.draw(st.sets(st.integers(0, pattern.steps - 1), max_size=12)))
    played = [Hit(step, drum, 100) for step in wanted]
    for hit in played:
        loop.strike(empty.tick_of(hit) / grid.ticks_per_step * length, drums[drum])
    assert [(hit.step, round(hit.offset, 3)) for hit in loop.pattern.hits] == [(s, 0.0) for s in wanted]


@given(st.lists(st.tuples(st.floats(0.0, 8.0), st.sampled_from((KICK, SNARE, HAT, TOM))), max_size=40))
def test_only_the_last_moments_are_remembered(strokes: list[tuple[float, int]]) -> None:
    loop = Loop()
    for at, note in sorted(strokes):
        loop.strike(at, note)
        assert all(each.seconds >= at - RECALL for each in loop.entry._recent)
        assert len(loop.entry._entered) <= len(loop.entry._recent)


def test_a_grid_of_triplets_takes_triplets() -> None:
    loop = Loop(Pattern(Grid(steps_per_quarter=3)))
    for index in range(12):
        loop.strike(index * 0.5 / 3, HAT)
    assert [step for step, _, _ in loop.cells()] == list(range(12))
