"""Playing by the MIDI clock of another machine, over real JACK ports."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest
from support.jack import TIMEOUT, Listener, Performer

from drumstudio.app.takes.hearing import HeardPort
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.engine.devices import OutputChoice
from drumstudio.engine.facade import Engine, EngineEvent
from drumstudio.engine.outputs import OutputState
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.ports import list_ports

CLOCK, START, CONTINUE, STOP, SONG_POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
# Eighths over two bars, each of its own velocity: a stroke tells its place.
BEAT = Pattern(bars=2, hits=tuple(Hit(step, Drum.RIDE, 10 + step) for step in range(0, 32, 2)))
QPM = 150.0
TICK = 60 / (QPM * 24)

pytestmark = pytest.mark.usefixtures("jack")


class Rig:
    """An engine that plays to the port called `output`; what it tells can be waited for."""

    def __init__(self, output: str) -> None:
        self.events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self.engine = Engine()
        self.engine.subscribe(self.events.put)
        self.engine.start()
        self.engine.set_project(Project((BEAT,), qpm=77.0))
        self.engine.select_output(OutputChoice("midi", output))
        self.wait(EngineEvent.OUTPUT, lambda: self.engine.status.state is OutputState.READY)

    def wait(self, event: EngineEvent, condition: Callable[[], bool] = lambda: True) -> None:
        """Wait for `event`, and for `condition` to hold at one of them."""
        while self.events.get(timeout=TIMEOUT) is not event or not condition():
            pass


@pytest.fixture
def module() -> Iterator[Listener]:
    with Listener("Module") as listener:
        yield listener


@pytest.fixture
def rig(module: Listener) -> Iterator[Rig]:
    made = Rig(module.name)
    yield made
    made.engine.close()


def test_playing_follows_another_machine_from_start_to_stop(rig: Rig, module: Listener) -> None:
    states: queue.SimpleQueue[InputStatus] = queue.SimpleQueue()
    with Performer("Groovebox") as box:
        heard = HeardPort(box.name, list_ports().inputs, states.put)
        try:
            while states.get(timeout=TIMEOUT).state is not InputState.READY:
                pass
            heard.listen(rig.engine.hear)
            rig.engine.follow(box.name)
            song = [(0.1 + index * TICK, [CLOCK]) for index in range(4 * 24)]
            box.play(song)
            assert not rig.engine.playing  # ticks alone start nothing
            box.play([(0.01, [START]), *song])
            rig.wait(EngineEvent.PLAYING)
            state = rig.engine.external
            assert state is not None
            assert state.running
            assert state.qpm == pytest.approx(QPM, rel=0.05)
            module.wait(lambda one: len(one.note_ons) >= 4)
            box.play([(0.0, [STOP])])
            rig.wait(EngineEvent.STOPPED)
            # Strokes that had been sent ahead are taken back: none is heard after its time.
            velocities = [velocity for _, velocity in module.note_ons]
            assert velocities == [10 + 2 * index for index in range(len(velocities))]
            assert len(velocities) <= 10
            count = len(velocities)
            box.play([(0.0, [SONG_POSITION, 20, 0]), (0.001, [CONTINUE]), *song])
            rig.wait(EngineEvent.PLAYING)
            module.wait(lambda one: len(one.note_ons) >= count + 4)
            assert [velocity for _, velocity in module.note_ons][count : count + 4] == [30, 32, 34, 36]
        finally:
            heard.close()
    # The machine is gone, its port with it: that is told, and playing goes on.
    rig.wait(EngineEvent.EXTERNAL, lambda: rig.engine.external is not None and rig.engine.external.lost)
    count = len(module.note_ons)
    module.wait(lambda one: len(one.note_ons) >= count + 4)
    assert rig.engine.playing
