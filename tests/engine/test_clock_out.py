"""MIDI clock out of the scheduler, under a fake clock: every tick once, in time, whatever changes."""

from __future__ import annotations

import itertools
import random

import pytest
from support.tape import Tape

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid
from drumstudio.engine.clock import FakeClock
from drumstudio.engine.outputs import Event, Halt, Pulse, Song
from drumstudio.engine.scheduler import LEAD, Command, Scheduler

BEAT = Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(8, Drum.SNARE)))


class Rig:
    """A scheduler that sends clock, on a fake clock and a tape."""

    def __init__(self, qpm: float = 120.0) -> None:
        self.clock = FakeClock(100.0)
        self.tape = Tape(self.clock)
        self.scheduler = Scheduler(self.clock, self.tape, lambda _event: None)
        self.random = random.Random(3)
        self.do(lambda s: s.transport.set_project(Project((BEAT,), qpm=qpm)))
        self.do(lambda s: s.set_clock(True))

    def do(self, command: Command) -> None:
        self.scheduler.post(command)
        self.scheduler.wake()

    def play(self, step: int | None = None) -> float:
        """Start; gives the time at which the first tick is due."""
        self.do(lambda s: s.play(step))
        return self.clock.now() + LEAD

    def run(self, seconds: float) -> None:
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.clock.advance(min(self.random.choice([0.001, 0.025, 0.1]), end - self.clock.now()))
            self.scheduler.wake()

    def pulses(self, tape: Tape | None = None) -> list[float]:
        return [due for due, event in (tape or self.tape).heard if isinstance(event, Pulse)]

    def told(self, tape: Tape | None = None) -> list[tuple[float, Event]]:
        return [(due, event) for due, event in (tape or self.tape).heard if isinstance(event, Song | Halt)]


def gaps(moments: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(moments)]


def test_twenty_four_ticks_a_quarter_start_with_the_first_step() -> None:
    rig = Rig(120.0)
    begin = rig.play()
    rig.run(9.0)
    pulses = rig.pulses()
    assert pulses[0] == pytest.approx(begin)
    assert pulses == pytest.approx([begin + index / 48 for index in range(len(pulses))])
    assert rig.told() == [(begin, Song(0))]
    kinds = [type(event) for due, event in rig.tape.heard if due == begin]
    assert kinds.index(Song) < kinds.index(Pulse)


def test_without_clock_nothing_is_told() -> None:
    rig = Rig()
    rig.do(lambda s: s.set_clock(False))
    rig.play()
    rig.run(1.0)
    rig.do(lambda s: s.transport.stop())
    rig.run(0.1)
    assert not rig.pulses()
    assert not rig.told()


def test_stop_tells_the_followers_and_ends_the_ticks() -> None:
    rig = Rig()
    rig.play()
    rig.run(1.0)
    stopped = rig.clock.now()
    rig.do(lambda s: s.transport.stop())
    rig.run(1.0)
    assert rig.told()[1:] == [(stopped, Halt())]
    assert rig.pulses()[-1] <= stopped


def test_the_end_of_what_does_not_loop_stops_the_followers() -> None:
    rig = Rig()
    rig.do(lambda s: s.transport.set_loop(False))
    begin = rig.play()
    rig.run(5.0)
    assert len(rig.pulses()) == 2 * 96
    (_, halt) = rig.told()
    assert halt[0] >= begin + 4.0
    assert halt[1] == Halt()


def test_ticks_count_in_and_the_start_comes_with_the_first_step() -> None:
    rig = Rig()
    rig.do(lambda s: setattr(s.transport, "count_in", 1))
    begin = rig.play()
    rig.run(3.0)
    assert rig.told() == [(pytest.approx(begin + 2.0), Song(0))]
    assert rig.pulses()[:3] == pytest.approx([begin, begin + 1 / 48, begin + 2 / 48])


def test_edits_and_tempo_changes_lose_no_tick_and_double_none() -> None:
    rig = Rig(120.0)
    rig.play()
    qpm, expected = 120.0, [1 / 48]
    for index in range(40):
        rig.run(0.13)
        if index == 20:
            qpm = 90.0
            expected.append(60 / 90 / 24)
        hits = (Hit(index % 32, Drum.RIDE),)
        project = Project((BEAT.with_hits(hits),), qpm=qpm)
        rig.do(lambda s, project=project: s.transport.set_project(project))  # type: ignore[misc]
    rig.run(0.5)
    odd = [gap for gap in gaps(rig.pulses()) if min(abs(gap - each) for each in expected) > 1e-9]
    assert len(odd) <= 1  # the one in which the tempo changed
    assert all(expected[0] < gap < expected[1] for gap in odd)
    assert [event for _, event in rig.told()] == [Song(0)]


@pytest.mark.parametrize(
    ("grid", "step", "position", "wait"),
    [
        (Grid(), 5, 5, 0.0),
        (Grid(steps_per_quarter=8), 5, 3, 60 / 960),
        (Grid(steps_per_quarter=3), 1, 2, 80 / 960),
    ],
)
def test_playing_from_the_middle_tells_the_place(grid: Grid, step: int, position: int, wait: float) -> None:
    rig = Rig(120.0)
    rig.do(lambda s: s.transport.set_project(Project((Pattern(grid, 2),))))
    begin = rig.play(step)
    rig.run(1.0)
    assert rig.told() == [(pytest.approx(begin + wait), Song(position))]


def test_going_elsewhere_tells_the_new_place() -> None:
    rig = Rig()
    rig.play()
    rig.run(1.0)
    rig.do(lambda s: s.transport.locate(20))
    rig.run(1.0)
    assert [event for _, event in rig.told()] == [Song(0), Song(20)]
    due = rig.told()[1][0]
    assert due in rig.pulses()


def test_the_last_step_of_a_loop_tells_its_beginning() -> None:
    rig = Rig()
    rig.do(lambda s: s.transport.set_project(Project((Pattern(Grid(steps_per_quarter=8), 1),))))
    rig.play(31)
    rig.run(1.0)
    assert [event for _, event in rig.told()] == [Song(0)]


def test_an_audition_goes_on_without_a_new_start() -> None:
    rig = Rig()
    rig.play()
    rig.run(1.0)
    rig.do(lambda s: s.audition(Pattern(hits=(Hit(0, Drum.CRASH),))))
    rig.run(4.0)
    assert [event for _, event in rig.told()] == [Song(0)]
    assert gaps(rig.pulses()) == pytest.approx([1 / 48] * (len(rig.pulses()) - 1))


def test_a_place_that_an_audition_overtakes_is_told_at_its_beginning() -> None:
    rig = Rig()
    rig.do(lambda s: s.transport.set_project(Project((Pattern(Grid(steps_per_quarter=8), 2),))))
    rig.play(15)
    rig.do(lambda s: s.audition(Pattern()))
    rig.run(1.0)
    rig.do(lambda s: s.transport.locate(15))
    rig.do(lambda s: s.audition(None))
    rig.run(3.0)
    assert [type(event) for _, event in rig.told()] == [Song, Song]


def test_a_new_output_is_told_where_playing_is() -> None:
    rig = Rig()
    begin = rig.play()
    rig.run(1.0)
    other = Tape(rig.clock)
    rig.do(lambda s: s.use(other))
    rig.run(1.0)
    ((due, event),) = rig.told(other)
    assert event == Song(round((due - begin) * 8))
    assert due in rig.pulses(other)


def test_clock_turned_on_while_playing_tells_the_place() -> None:
    rig = Rig()
    rig.do(lambda s: s.set_clock(False))
    begin = rig.play()
    rig.run(1.0)
    rig.do(lambda s: s.set_clock(True))
    rig.run(1.0)
    ((due, event),) = rig.told()
    assert event == Song(round((due - begin) * 8))
