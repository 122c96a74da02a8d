"""Takes played at their own timing, and what a real-time entry needs of the engine."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.tape import Tape

from drumstudio.domain import edits
from drumstudio.domain.cleaning import Grip, PlayedHit
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.engine.clock import FakeClock
from drumstudio.engine.facade import Engine
from drumstudio.engine.outputs import Choke, Strike
from drumstudio.engine.performing import TAIL, performance_of
from drumstudio.engine.scheduler import LEAD, EngineEvent, Scheduler

HIT = Hit(4, Drum.SNARE, 100)


def hits(*seconds: float) -> list[PlayedHit]:
    return [PlayedHit(at, index, Drum.SNARE, 38, 50 + index) for index, at in enumerate(seconds)]


class Rig:
    """The facade's scheduler under a fake clock, woken by hand."""

    def __init__(self, project: Project | None = None) -> None:
        self.clock = FakeClock(10.0)
        self.tape = Tape(self.clock)
        self.events: list[EngineEvent] = []
        self.engine = Engine(self.clock, self.tape, watch_ports=False)
        self.engine.subscribe(self.events.append)
        self.scheduler: Scheduler = self.engine._scheduler
        self.engine.set_project(project or Project())
        self.scheduler.wake()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            self.scheduler.wake()

    def struck(self) -> list[tuple[float, int]]:
        return [(round(due - 10.0 - LEAD, 3), strike.velocity) for due, strike in self.tape.strikes()]


def test_a_drag_sounds_as_it_was_played_whatever_the_lanes_say() -> None:
    rig = Rig(Project(lanes=(Lane(muted=True),) * len(Drum)))
    rig.engine.perform(performance_of(hits(0.0, 0.031, 0.06, 1.7), [Grip(0.5, Drum.CRASH)], 120.0))
    rig.scheduler.wake()
    rig.run(1.0)
    assert rig.engine.playing
    position = rig.engine.position()
    assert position is not None
    assert position.performing
    rig.run(0.7 + TAIL + 0.2)
    assert rig.struck() == [(0.0, 50), (0.031, 51), (0.06, 52), (1.7, 53)]
    assert [event for _, event in rig.tape.heard if isinstance(event, Choke)] == [Choke(Drum.CRASH)]
    assert rig.events[-1] is EngineEvent.STOPPED


def test_what_came_before_the_bar_line_is_heard_in_a_bar_ahead() -> None:
    performance = performance_of(hits(-0.5, 0.0), (), 120.0, Meter(3, 4))
    assert [tick for tick, _ in performance.strokes] == [2 * 480, 3 * 480]


@given(st.lists(st.floats(-5.0, 60.0), max_size=30), st.floats(20.0, 400.0))
def test_every_stroke_is_there_within_half_a_tick(seconds: list[float], qpm: float) -> None:
    ordered = sorted(seconds)
    performance = performance_of(hits(*ordered), (), qpm)
    per_second = qpm * 8
    assert len(performance.strokes) == len(ordered)
    ticks = [tick for tick, _ in performance.strokes]
    for (one, at), (two, then) in zip(
        zip(ticks, ordered, strict=True), zip(ticks[1:], ordered[1:], strict=False), strict=False
    ):
        assert abs((two - one) - (then - at) * per_second) <= 1.0
    assert not ticks or ticks[0] >= 0


def test_it_takes_the_place_of_what_plays_at_its_own_tempo_and_edits_leave_it_alone() -> None:
    beat = Project((Pattern(Grid(), 1, tuple(Hit(s, Drum.KICK, 99) for s in range(16))),), qpm=100.0)
    rig = Rig(beat)
    rig.engine.play(0)
    rig.scheduler.wake()
    rig.run(1.0)
    rig.engine.perform(performance_of(hits(0.0, 0.4, 0.8), (), 60.0))
    rig.scheduler.wake()
    began = rig.clock.now()
    rig.engine.set_project(replace(beat, qpm=250.0))
    rig.run(1.5)
    taken = [(due, strike) for due, strike in rig.tape.strikes() if due > began]
    assert [strike.drum for _, strike in taken] == [Drum.SNARE] * 3
    gaps = [round(b[0] - a[0], 3) for a, b in itertools.pairwise(taken)]
    assert gaps == [0.4, 0.4]
    rig.engine.perform(None)
    rig.scheduler.wake()
    assert not rig.engine.playing


def test_a_candidate_is_heard_in_place_of_a_performance_at_the_tempo_of_the_project() -> None:
    rig = Rig(Project(qpm=120.0))
    rig.engine.perform(performance_of(hits(0.0, 30.0), (), 33.0))
    rig.scheduler.wake()
    rig.run(0.5)
    rig.engine.audition(Pattern(Grid(), 1, tuple(Hit(s, Drum.KICK, 99) for s in range(0, 16, 4))))
    rig.scheduler.wake()
    rig.run(1.4)
    kicks = [due for due, strike in rig.tape.strikes() if strike.drum is Drum.KICK]
    assert [round(b - a, 3) for a, b in itertools.pairwise(kicks)] == [0.5] * (len(kicks) - 1)
    assert len(kicks) == 3


def test_a_stroke_that_was_just_played_sounds_from_the_next_pass_on() -> None:
    rig = Rig(Project(qpm=120.0))
    rig.engine.play(0)
    rig.scheduler.wake()
    rig.run(0.46)  # 40 ms ahead of beat 2, which is what is meant
    position = rig.engine.position()
    assert position is not None
    assert round(position.step) == 3
    rig.engine.mark_played(position.passes, HIT.step, HIT.drum)
    rig.engine.set_project(Project((edits.place(Pattern(), [HIT]),), qpm=120.0))
    rig.scheduler.wake()
    rig.run(2.2)
    assert rig.struck() == [(2.5, 100)]


def test_an_old_hit_that_is_played_over_does_not_sound_beside_the_stroke() -> None:
    old = Project((Pattern(hits=(HIT,)),), qpm=120.0)
    rig = Rig(old)
    rig.engine.play(0)
    rig.scheduler.wake()
    rig.run(0.46)
    rig.engine.mark_played(0, HIT.step, HIT.drum)
    rig.engine.set_project(old.with_pattern(Pattern(hits=(replace(HIT, velocity=60),))))
    rig.scheduler.wake()
    rig.run(2.2)
    assert rig.struck() == [(2.5, 60)]


def test_passes_are_counted_and_bar_lines_foretold() -> None:
    rig = Rig(Project((Pattern(bars=2),), qpm=120.0))
    assert rig.engine.bar_line_after(0.0) is None
    assert rig.engine.position_at(0.0) is None
    rig.engine.set_count_in(1)
    rig.engine.play(0)
    rig.scheduler.wake()
    first = 10.0 + LEAD + 2.0
    line = rig.engine.bar_line_after(rig.clock.now())
    assert line is not None
    assert abs(line - first) < 0.001
    rig.run(2.5)
    line = rig.engine.bar_line_after(rig.clock.now())
    assert line is not None
    assert abs(line - first - 2.0) < 0.001
    rig.run(10.0)
    position = rig.engine.position_at(first + 4.25 * 2 + 0.1)
    assert position is not None
    assert (position.passes, round(position.step, 2)) == (2, 4.8)
    assert [event for _, event in rig.tape.heard if isinstance(event, Strike)] == []
