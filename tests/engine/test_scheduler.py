"""The scheduler under a fake clock: what sounds, when, and exactly how often."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.strategies import patterns
from support.tape import Tape

from drumstudio.domain import edits
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import sounds, strokes
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import Grid, Meter, seconds_per_tick
from drumstudio.engine.clock import FakeClock
from drumstudio.engine.outputs import Click, Strike
from drumstudio.engine.scheduler import LEAD, MARGIN, EngineEvent, Scheduler
from drumstudio.engine.transport import position_in


class Rig:
    """A scheduler on a fake clock and a tape; `run` lets time pass with uneven wakes."""

    def __init__(self, project: Project, seed: int = 0, start: float = 100.0) -> None:
        self.clock = FakeClock(start)
        self.tape = Tape(self.clock)
        self.events: list[EngineEvent] = []
        self.scheduler = Scheduler(self.clock, self.tape, self.events.append)
        self.random = random.Random(seed)
        self.do(lambda s: s.transport.set_project(project))

    def do(self, *commands) -> None:
        for command in commands:
            self.scheduler.post(command)
        self.scheduler.wake()

    def set(self, project: Project) -> None:
        self.do(lambda s: s.transport.set_project(project))

    def play(self, step: int | None = None) -> float:
        """Start; gives the time at which the first tick sounds."""
        self.do(lambda s: s.play(step))
        return self.clock.now() + LEAD

    def run(self, seconds: float) -> None:
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            # Late wakes up to 100 ms, as under load, are within the lookahead.
            pause = self.random.choice([0.001, 0.02, 0.025, 0.03, 0.1])
            self.clock.advance(min(pause, end - self.clock.now()))
            self.scheduler.wake()

    def place(self, time: float | None = None):
        return position_in(self.scheduler.score, self.clock.now() if time is None else time)


def numbered(steps: range, drum: Drum = Drum.SNARE, bars: int = 1, grid: Grid | None = None) -> Pattern:
    """A pattern whose velocities say which step they are: step s has velocity s + 1."""
    return Pattern(grid or Grid(), bars, tuple(Hit(s, drum, s + 1) for s in steps))


def expected(pattern: Pattern, qpm: float, begin: float, passes: int) -> list[tuple[float, Strike]]:
    """(time, strike) of `passes` passes from the start, written down independently of the engine."""
    tick = seconds_per_tick(qpm)
    found = []
    for index in range(passes):
        for stroke in strokes(pattern, pass_index=index):
            at = index * pattern.ticks + stroke.tick
            found.append((begin + max(at, 0) * tick, Strike(stroke.drum, stroke.velocity)))
    return sorted(found, key=lambda pair: (pair[0], pair[1].drum))


@given(patterns(max_bars=2), st.floats(40, 400), st.integers(0, 1000))
@settings(max_examples=80, deadline=None)
def test_every_stroke_of_every_pass_sounds_once_at_its_time(pattern: Pattern, qpm: float, seed: int) -> None:
    rig = Rig(Project((pattern,), qpm=qpm), seed)
    begin = rig.play()
    length = pattern.ticks * seconds_per_tick(qpm)
    rig.run(3.5 * length + 0.2)
    # A last pass that is only half heard is left out of both.
    until = begin + 3 * length - pattern.grid.ticks_per_step * seconds_per_tick(qpm)
    heard = [(t, e) for t, e in rig.tape.strikes() if t < until - 1e-6]
    wanted = [(t, e) for t, e in expected(pattern, qpm, begin, 4) if t < until - 1e-6]
    assert Counter(e for _, e in heard) == Counter(e for _, e in wanted)
    assert [t for t, _ in heard] == pytest.approx([t for t, _ in wanted], abs=1e-6)
    assert rig.tape.asked_late == 0


@given(patterns(max_bars=2), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_a_one_shot_plays_one_pass_and_stops(pattern: Pattern, seed: int) -> None:
    rig = Rig(Project((pattern,), qpm=200.0), seed)
    rig.do(lambda s: s.transport.set_loop(False))
    begin = rig.play()
    rig.run(pattern.ticks * seconds_per_tick(200.0) + 0.5)
    assert rig.scheduler.score is None
    assert rig.events == [EngineEvent.PLAYING, EngineEvent.STOPPED]
    wanted = expected(pattern, 200.0, begin, 1)
    assert Counter(e for _, e in rig.tape.strikes()) == Counter(e for _, e in wanted)
    assert [t for t, _ in rig.tape.strikes()] == pytest.approx([t for t, _ in wanted], abs=1e-6)


@example(seed=236, qpm=72.5)
@example(seed=32631, qpm=60.0)
@given(st.integers(0, 10**6), st.floats(60, 300))
@settings(max_examples=80, deadline=None)
def test_changes_under_way_neither_lose_nor_double_a_stroke(seed: int, qpm: float) -> None:
    """Swing, offsets, tempo, click and other rows change at random moments; each stroke of a
    row that stays still sounds once in every pass, in order."""
    chance = random.Random(seed)
    base = numbered(range(32), bars=2)
    project = Project((base,), qpm=qpm)
    rig = Rig(project, seed)
    rig.play()
    for _ in range(40):
        rig.run(chance.uniform(0.0, 0.3))
        what = chance.randrange(5)
        pattern = project.pattern
        if what == 0:
            project = project.with_pattern(edits.set_swing(pattern, chance.uniform(0.5, 0.75)))
        elif what == 1:
            cells = [(step, Drum.SNARE) for step in range(32)]
            project = project.with_pattern(edits.change(pattern, cells, offset=chance.uniform(-0.5, 0.49)))
        elif what == 2:
            project = replace(project, qpm=chance.uniform(60, 300))
        elif what == 3:
            project = project.with_pattern(edits.toggle(pattern, chance.randrange(32), Drum.KICK))
        else:
            drum = chance.choice([Drum.KICK, Drum.RIDE])
            project = project.with_lane(drum, Lane(muted=chance.random() < 0.5))
        rig.set(project)
    rig.run(0.5)
    steps = [e.velocity - 1 for _, e in rig.tape.strikes() if e.drum is Drum.SNARE]
    assert len(steps) > 20
    assert steps == [step % 32 for step in range(len(steps))]
    assert rig.tape.asked_late == 0


def test_a_second_edit_at_the_same_moment_keeps_what_the_first_pulled_ahead() -> None:
    """The first edit moves a stroke from ahead of the cut to behind it; it still sounds after the second."""
    late = Pattern(hits=(Hit(2, Drum.SNARE, 100, 0.49),))
    early = edits.change(late, [(2, Drum.SNARE)], offset=-0.5)
    rig = Rig(Project((late,), qpm=60.0))
    begin = rig.play()
    tick = seconds_per_tick(60.0)
    rig.run(begin + 250 * tick - MARGIN - rig.clock.now())
    rig.set(Project((early,), qpm=60.0))
    rig.set(Project((early, Pattern()), qpm=60.0))
    rig.set(Project((edits.toggle(early, 9, Drum.KICK),), qpm=60.0))
    rig.run(1.0)
    assert [e.velocity for _, e in rig.tape.strikes() if e.drum is Drum.SNARE] == [100]


def test_a_tempo_change_keeps_the_phase() -> None:
    project = Project((numbered(range(16)),), qpm=120.0)
    rig = Rig(project)
    rig.play()
    rig.run(1.0)
    before = rig.place(rig.clock.now() + MARGIN).step
    rig.set(replace(project, qpm=60.0))
    assert rig.place(rig.clock.now() + MARGIN).step == pytest.approx(before, abs=0.02)
    rig.run(1.0)
    times = [t for t, _ in rig.tape.strikes()]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert gaps[:7] == pytest.approx([0.125] * 7)
    assert gaps[8:] == pytest.approx([0.25] * len(gaps[8:]))
    assert 0.125 < gaps[7] < 0.25


def test_a_mute_is_heard_within_a_step_and_an_unmute_too() -> None:
    project = Project((numbered(range(16)),), qpm=120.0)
    rig = Rig(project)
    rig.play()
    rig.run(0.94)
    muted_at = rig.clock.now()
    rig.set(project.with_lane(Drum.SNARE, Lane(muted=True)))
    rig.run(1.0)
    assert max(t for t, _ in rig.tape.strikes()) <= muted_at + MARGIN + 1e-9
    back_at = rig.clock.now()
    rig.set(project)
    rig.run(0.5)
    later = [t for t, _ in rig.tape.strikes() if t > back_at]
    assert back_at < later[0] < back_at + 0.125 + MARGIN
    assert len(later) >= 3


def test_a_hit_drawn_just_ahead_of_the_playhead_sounds_in_this_pass() -> None:
    project = Project((Pattern(),), qpm=120.0)
    rig = Rig(project)
    begin = rig.play()
    rig.run(0.03 + 0.125 * 6 - 0.02)  # 20 ms before step 6
    rig.set(project.with_pattern(edits.place(project.pattern, [Hit(6, Drum.KICK, 99)])))
    rig.run(0.1)
    assert rig.tape.strikes() == [(pytest.approx(begin + 6 * 0.125), Strike(Drum.KICK, 99))]


@given(st.floats(0.0, 3.0), st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_after_stop_nothing_sounds(moment: float, seed: int) -> None:
    rig = Rig(Project((numbered(range(32), bars=2),), qpm=180.0), seed)
    rig.play()
    rig.run(moment)
    stopped = rig.clock.now()
    rig.do(lambda s: s.transport.stop())
    rig.run(1.0)
    assert all(t <= stopped for t, _ in rig.tape.heard)
    assert rig.scheduler.score is None
    rig.play()
    rig.run(0.2)
    again = [e.velocity for t, e in rig.tape.strikes() if t > stopped]
    assert again[:2] == [1, 2]


def test_early_hits_sound_at_the_end_of_the_pass_before_and_at_once_on_the_first() -> None:
    pattern = Pattern(hits=(Hit(0, Drum.KICK, 90, -0.25), Hit(8, Drum.KICK, 91)))
    rig = Rig(Project((pattern,), qpm=120.0))
    begin = rig.play()
    rig.run(4.3)
    early = 0.25 * 0.125
    wanted = [0.0, 1.0, 2.0 - early, 3.0, 4.0 - early]
    assert [t - begin for t, _ in rig.tape.strikes()] == pytest.approx(wanted)


def test_the_metronome_clicks_the_beats_of_the_meter() -> None:
    for meter, beats, beat in ((Meter(4, 4), 4, 0.5), (Meter(6, 8), 2, 0.75), (Meter(7, 8), 7, 0.25)):
        rig = Rig(Project((Pattern(Grid(meter)),), qpm=120.0))
        rig.do(lambda s: s.transport.set_click(True))
        begin = rig.play()
        rig.run(beats * beat + 0.031)
        heard = rig.tape.clicks()
        assert [t - begin for t, _ in heard] == pytest.approx([i * beat for i in range(beats + 1)])
        assert [e.accent for _, e in heard] == [i % beats == 0 for i in range(beats + 1)]


def test_a_count_in_clicks_its_bars_first_and_says_so() -> None:
    rig = Rig(Project((numbered(range(16)),), qpm=120.0))
    rig.do(lambda s: setattr(s.transport, "count_in", 1))
    begin = rig.play()
    rig.run(1.03)
    counting = rig.place()
    assert counting.counting_in
    assert counting.step == pytest.approx(-8)
    rig.run(1.5)
    assert [t - begin for t, _ in rig.tape.clicks()] == pytest.approx([0.0, 0.5, 1.0, 1.5])
    assert rig.tape.strikes()[0] == (pytest.approx(begin + 2.0), Strike(Drum.SNARE, 1))
    assert not rig.place().counting_in


def test_it_starts_where_it_was_located_and_jumps_while_playing() -> None:
    rig = Rig(Project((numbered(range(32), bars=2),), qpm=120.0))
    rig.do(lambda s: s.transport.locate(20))
    begin = rig.play()
    rig.run(0.3)
    assert rig.tape.strikes()[0] == (pytest.approx(begin), Strike(Drum.SNARE, 21))
    rig.do(lambda s: s.transport.locate(4))
    rig.run(0.3)
    steps = [e.velocity - 1 for _, e in rig.tape.strikes()]
    assert steps[:3] == [20, 21, 22]
    assert steps[3:6] == [4, 5, 6]


@pytest.mark.parametrize(
    ("grid", "bars", "before", "after"),
    [
        (Grid(), 1, 24.0, 8.0),  # the second bar goes: the same place of the first
        (Grid(), 4, 24.0, 24.0),  # more bars: the place stays
        (Grid(steps_per_quarter=3), 2, 24.0, 18.0),  # triplets: the same beat
        (Grid(Meter(3, 4)), 2, 24.0, 20.0),  # a shorter meter: the same bar and beat
    ],
)
def test_another_shape_keeps_a_sensible_place(grid: Grid, bars: int, before: float, after: float) -> None:
    project = Project((Pattern(bars=2),), qpm=120.0)
    rig = Rig(project)
    begin = rig.play()
    rig.run(begin - rig.clock.now() + 24 * 0.125)
    assert rig.place().step == pytest.approx(before)
    rig.set(project.with_pattern(Pattern(grid, bars)))
    since = MARGIN + 0.002  # the change is in force by then
    place = rig.place(rig.clock.now() + since)
    assert place.step == pytest.approx(after + since / 0.5 * grid.steps_per_quarter, abs=0.02)


def test_another_pattern_of_the_project_is_taken_up_at_the_same_place() -> None:
    first, second = numbered(range(16), Drum.KICK), numbered(range(16), Drum.RIDE)
    project = Project((first, second), qpm=120.0)
    rig = Rig(project)
    rig.play()
    rig.run(1.0)
    rig.set(replace(project, current=1))
    rig.run(0.6)
    heard = [e for _, e in rig.tape.strikes()]
    assert [e.velocity - 1 for e in heard] == list(range(len(heard)))
    assert {e.drum for e in heard[:7]} == {Drum.KICK}
    assert {e.drum for e in heard[9:]} == {Drum.RIDE}


def test_auditions_take_turns_at_the_bar_line() -> None:
    beat = numbered(range(32), Drum.KICK, bars=2)
    one, two = numbered(range(16), Drum.RIDE), numbered(range(32), Drum.CRASH, bars=2)
    rig = Rig(Project((beat,), qpm=120.0))
    begin = rig.play()
    rig.run(0.9)
    rig.do(lambda s: s.audition(two))
    rig.run(0.5)
    rig.do(lambda s: s.audition(one))  # before the bar line: two never begins
    rig.run(0.7)
    assert EngineEvent.AUDITION in rig.events
    rig.run(4.0)
    rig.do(lambda s: s.audition(two))
    rig.run(2.0)
    rig.do(lambda s: s.audition(None))
    rig.run(3.0)
    bars: dict[int, list[tuple[Drum, int]]] = {}
    for time, event in rig.tape.strikes():
        bars.setdefault(int((time - begin + 1e-6) / 2.0), []).append((event.drum, event.velocity - 1))
    assert bars[0] == [(Drum.KICK, step) for step in range(16)]
    for bar in (1, 2, 3):
        assert bars[bar] == [(Drum.RIDE, step) for step in range(16)]
    assert bars[4] == [(Drum.CRASH, step) for step in range(16)]
    # The audition has the project's shape, so the project's second bar answers its first.
    assert bars[5][:4] == [(Drum.KICK, step) for step in range(16, 20)]
    assert rig.events.count(EngineEvent.AUDITION) == 2


def test_an_audition_of_another_length_gives_back_to_the_start() -> None:
    beat, other = numbered(range(32), Drum.KICK, bars=2), numbered(range(48), Drum.RIDE, bars=3)
    rig = Rig(Project((beat,), qpm=240.0))
    begin = rig.play()
    rig.run(0.2)
    rig.do(lambda s: s.audition(other))
    rig.run(1.3)
    assert rig.place().auditioning
    rig.do(lambda s: s.audition(None))
    rig.run(1.0)
    last = [(t, e) for t, e in rig.tape.strikes() if e.drum is Drum.KICK]
    assert last[0] == (pytest.approx(begin), Strike(Drum.KICK, 1))
    back = [(t, e) for t, e in last if t > begin + 1.2]
    assert back[0] == (pytest.approx(begin + 2.0), Strike(Drum.KICK, 1))
    assert not rig.place().auditioning


def test_an_audition_that_takes_the_place_of_another_goes_on_in_it() -> None:
    beat, one, two = (numbered(range(32), drum, bars=2) for drum in (Drum.KICK, Drum.RIDE, Drum.CRASH))
    rig = Rig(Project((beat,), qpm=240.0))
    begin = rig.play()
    rig.run(0.2)
    rig.do(lambda s: s.audition(one, 16))
    rig.run(1.3)
    rig.do(lambda s: s.audition(two, None))
    rig.run(1.5)
    bars: dict[int, list[tuple[Drum, int]]] = {}
    for time, event in rig.tape.strikes():
        bars.setdefault(int(time - begin + 1e-6), []).append((event.drum, event.velocity - 1))
    assert bars[1][:4] == [(Drum.RIDE, step) for step in range(16, 20)]
    assert bars[2][:4] == [(Drum.CRASH, step) for step in range(4)]


def test_an_audition_taken_back_before_its_bar_line_changes_nothing() -> None:
    beat = numbered(range(16), Drum.KICK)
    rig = Rig(Project((beat,), qpm=120.0))
    rig.play()
    rig.run(0.5)
    rig.do(lambda s: s.audition(numbered(range(16), Drum.RIDE)))
    rig.run(0.3)
    rig.do(lambda s: s.audition(None))
    rig.run(4.0)
    heard = [e for _, e in rig.tape.strikes()]
    assert heard == [Strike(Drum.KICK, step % 16 + 1) for step in range(len(heard))]
    assert len(heard) > 35


def test_an_audition_starts_when_stopped_and_stop_forgets_it() -> None:
    rig = Rig(Project((numbered(range(16), Drum.KICK),), qpm=120.0))
    rig.do(lambda s: s.audition(numbered(range(16), Drum.RIDE)))
    rig.run(0.5)
    assert {e.drum for _, e in rig.tape.strikes()} == {Drum.RIDE}
    rig.do(lambda s: s.transport.stop())
    stopped = rig.clock.now()
    rig.play()
    rig.run(0.5)
    assert {e.drum for t, e in rig.tape.strikes() if t > stopped} == {Drum.KICK}


def test_an_inserted_candidate_plays_on_where_its_audition_was() -> None:
    beat = numbered(range(16), Drum.KICK)
    whole = numbered(range(32), Drum.KICK, bars=2)
    project = Project((beat,), qpm=120.0)
    rig = Rig(project)
    rig.play()
    rig.run(0.2)
    rig.do(lambda s: s.audition(whole))
    rig.run(2.8)  # in the first bar of the audition
    rig.set(project.with_pattern(whole))
    rig.do(lambda s: s.audition(None))
    rig.run(4.0)
    steps = [e.velocity - 1 for _, e in rig.tape.strikes()]
    assert steps[:16] == list(range(16))
    assert steps[16:] == [step % 32 for step in range(len(steps) - 16)]


def test_turning_the_loop_off_and_on_again() -> None:
    rig = Rig(Project((numbered(range(16)),), qpm=240.0))
    rig.play()
    rig.run(1.2)
    rig.do(lambda s: s.transport.set_loop(False))
    rig.run(0.3)
    rig.do(lambda s: s.transport.set_loop(True))
    rig.run(1.0)
    assert rig.scheduler.score is not None
    rig.do(lambda s: s.transport.set_loop(False))
    rig.run(2.0)
    assert rig.scheduler.score is None
    steps = [e.velocity - 1 for _, e in rig.tape.strikes()]
    assert steps == [step % 16 for step in range(48)]


def test_after_a_long_stall_it_goes_on_where_it_was() -> None:
    rig = Rig(Project((numbered(range(16)),), qpm=120.0))
    rig.play()
    rig.run(0.5)
    rig.clock.advance(60.0)
    rig.scheduler.wake()
    rig.run(0.5)
    steps = [e.velocity - 1 for _, e in rig.tape.strikes()]
    assert steps == [step % 16 for step in range(len(steps))]
    assert len(steps) < 16


def test_a_new_output_takes_over_without_a_gap_and_the_old_is_silenced() -> None:
    rig = Rig(Project((numbered(range(16)),), qpm=120.0))
    rig.do(lambda s: s.set_level(0.5))
    rig.play()
    rig.run(0.5)
    fresh = Tape(rig.clock)
    rig.do(lambda s: s.use(fresh))
    rig.run(0.5)
    old = [e.velocity for _, e in rig.tape.strikes()]
    new = [e.velocity for _, e in fresh.strikes()]
    assert old + new == list(range(1, len(old + new) + 1))
    assert new
    assert rig.tape.panics == 1
    assert fresh.levels == [0.5]


def test_strikes_sound_at_once_and_panic_silences() -> None:
    rig = Rig(Project((numbered(range(16)),), qpm=120.0))
    rig.do(lambda s: s.strike(Strike(Drum.CRASH, 77)))
    rig.clock.advance(0.001)
    assert rig.tape.strikes() == [(100.0, Strike(Drum.CRASH, 77))]
    rig.play()
    rig.run(0.2)
    rig.do(lambda s: s.panic())
    count = len(rig.tape.heard)
    rig.run(0.5)
    assert len(rig.tape.heard) == count
    assert rig.tape.panics == 1
    assert rig.scheduler.score is None


def test_the_past_is_forgotten() -> None:
    project = Project((numbered(range(16)),), qpm=120.0)
    rig = Rig(project)
    rig.play()
    for index in range(60):
        rig.run(0.2)
        rig.set(replace(project, qpm=100.0 + index))
    score = rig.scheduler.score
    assert score is not None
    assert len(score.tempos) < 20
    assert all(isinstance(e, Strike | Click) for _, e in rig.tape.heard)


def test_an_audition_may_begin_inside_its_pattern() -> None:
    whole = numbered(range(32), Drum.RIDE, bars=2)
    rig = Rig(Project((numbered(range(16), Drum.KICK),), qpm=120.0))
    begin = rig.play()
    rig.run(0.9)
    rig.do(lambda s: s.audition(whole, 16))
    rig.run(3.5)
    heard = [(time - begin, e.velocity - 1) for time, e in rig.tape.strikes() if e.drum is Drum.RIDE]
    assert heard[0] == (pytest.approx(2.0), 16)
    assert [step for _, step in heard] == [(16 + n) % 32 for n in range(len(heard))]


def test_an_early_first_hit_does_not_sound_at_the_end_of_the_last_pass() -> None:
    pattern = Pattern(hits=(Hit(0, Drum.KICK, 90, -0.4), Hit(15, Drum.SNARE, 91)))
    rig = Rig(Project((pattern,), qpm=240.0))
    rig.do(lambda s: s.transport.set_loop(False))
    rig.play()
    rig.run(1.5)
    assert [e.velocity for _, e in rig.tape.strikes()] == [90, 91]


def test_chances_are_drawn_anew_each_pass_and_go_on_over_a_change_of_length() -> None:
    hits = tuple(Hit(step, Drum.SNARE, step + 1, chance=0.5) for step in range(16))
    project = Project((Pattern(hits=hits),), qpm=240.0)
    rig = Rig(project)
    begin = rig.play()
    rig.run(2.53)  # in the third pass of a second each
    rig.set(project.with_pattern(Pattern(bars=2, hits=hits)))
    rig.run(2.4)
    heard: dict[int, list[int]] = {}
    for time, event in rig.tape.strikes():
        heard.setdefault(int(time - begin + 1e-6), []).append(event.velocity - 1)
    drawn = [[hit.step for hit in hits if sounds(hit, index)] for index in range(4)]
    assert [heard[second] for second in (0, 1, 2)] == drawn[:3]
    assert 3 not in heard  # the new second bar is empty
    assert heard[4] == drawn[3][: len(heard[4])]
    assert len(heard[4]) > 2
