"""The engine with its real threads and clock."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.engine.facade import SILENCE, Engine, EngineEvent, OutputChoice
from drumstudio.engine.null_output import NullOutput
from drumstudio.engine.outputs import Event, OutputState, OutputStatus, Strike

TIMEOUT = 20.0


class Watched(NullOutput):
    """An output whose events can be waited for, `latency` seconds late."""

    def __init__(self, latency: float = 0.0) -> None:
        super().__init__(OutputStatus("Watched", OutputState.READY, latency=latency))
        self.scheduled: queue.SimpleQueue[tuple[Event, float]] = queue.SimpleQueue()
        self.closed = threading.Event()

    def schedule(self, event: Event, due: float) -> None:
        self.scheduled.put((event, due))

    def close(self) -> None:
        self.closed.set()


class Rig:
    def __init__(self, latency: float = 0.0) -> None:
        self.output = Watched(latency)
        self.engine = Engine(output=self.output, watch_ports=False)
        self.events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self.engine.subscribe(self.events.put)
        self.engine.start()

    def wait(self, event: EngineEvent) -> None:
        while self.events.get(timeout=TIMEOUT) is not event:
            pass


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.engine.close()
    assert made.output.closed.is_set()
    assert not [t.name for t in threading.enumerate() if t.name.startswith("engine-")]


def test_it_plays_the_project_and_stops(rig: Rig) -> None:
    engine = rig.engine
    assert not engine.playing
    assert engine.position() is None
    engine.set_project(demo_project())
    engine.play()
    rig.wait(EngineEvent.PLAYING)
    first, due = rig.output.scheduled.get(timeout=TIMEOUT)
    second, also_due = rig.output.scheduled.get(timeout=TIMEOUT)
    assert {first, second} == {Strike(Drum.KICK, 125), Strike(Drum.CRASH, 112)}
    assert due == also_due
    assert engine.playing
    position = engine.position()
    assert position is not None
    assert 0 <= position.step < 32
    engine.stop()
    rig.wait(EngineEvent.STOPPED)
    assert not engine.playing
    assert engine.position() is None


def test_the_position_waits_for_the_output_s_latency() -> None:
    rig = Rig(latency=1000.0)
    try:
        rig.engine.set_project(demo_project())
        rig.engine.play()
        rig.wait(EngineEvent.PLAYING)
        position = rig.engine.position()
        assert position is not None
        assert position.step == 0.0
    finally:
        rig.engine.close()


def test_an_audition_is_announced_when_it_begins(rig: Rig) -> None:
    rig.engine.set_project(Project((Pattern(),), qpm=400.0))
    rig.engine.audition(Pattern(hits=(Hit(0, Drum.RIDE, 33),)))
    rig.wait(EngineEvent.AUDITION)
    position = rig.engine.position()
    assert position is not None
    assert position.auditioning
    rig.engine.audition(None)
    rig.wait(EngineEvent.AUDITION)
    position = rig.engine.position()
    assert position is not None
    assert not position.auditioning


def test_a_strike_needs_no_playing(rig: Rig) -> None:
    rig.engine.strike(Drum.SNARE, 64)
    assert rig.output.scheduled.get(timeout=TIMEOUT)[0] == Strike(Drum.SNARE, 64)


def test_a_one_shot_ends_by_itself(rig: Rig) -> None:
    rig.engine.set_project(Project((Pattern(),), qpm=400.0))
    rig.engine.set_loop(False)
    rig.engine.set_passes(2)
    rig.engine.play()
    rig.wait(EngineEvent.PLAYING)
    rig.wait(EngineEvent.STOPPED)


def test_another_output_takes_over_and_the_old_is_closed(rig: Rig) -> None:
    rig.engine.select_output(SILENCE)
    rig.wait(EngineEvent.OUTPUT)
    assert rig.output.closed.wait(TIMEOUT)
    assert rig.engine.choice == SILENCE
    assert rig.engine.choices() == (OutputChoice("synth", "", "DrumStudio kit"), SILENCE)


def test_a_port_that_is_not_there_is_kept_as_missing(rig: Rig) -> None:
    rig.engine.select_output(OutputChoice("midi", "TD-11:TD-11 MIDI 1", "TD-11"))
    while rig.engine.status.state is not OutputState.MISSING:
        rig.events.get(timeout=TIMEOUT)
    assert rig.engine.status.message.startswith("missing: TD-11")
    assert [choice.label for choice in rig.engine.choices()][1] == "missing: TD-11"


def test_an_engine_that_was_never_started_closes_its_output() -> None:
    output = Watched()
    engine = Engine(output=output, watch_ports=False)
    engine.play()
    engine.close()
    assert output.closed.is_set()
