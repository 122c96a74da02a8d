"""MIDI out over a real JACK server into a second program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.jack import TIMEOUT, Listener

from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum, DrumMap
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import pedal_before, strokes
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.domain.velocity import VelocityCurve
from drumstudio.engine.facade import Engine, EngineEvent, OutputChoice
from drumstudio.engine.following import ClockFollower
from drumstudio.engine.midi_out import MidiOutput
from drumstudio.engine.outputs import OutputState, Strike
from drumstudio.midi.files import export_pattern
from drumstudio.midi.ports import list_ports

ROOT = Path(__file__).resolve().parents[2]


class Watched:
    """An engine whose events can be waited for."""

    def __init__(self) -> None:
        self.engine = Engine()
        self._changed = threading.Condition()
        self.seen: Counter[EngineEvent] = Counter()
        self.engine.subscribe(self._note)
        self.engine.start()

    def _note(self, event: EngineEvent) -> None:
        with self._changed:
            self.seen[event] += 1
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; looks again at every event and ten times a second."""
        deadline = time.perf_counter() + TIMEOUT
        with self._changed:
            while not condition():
                assert time.perf_counter() < deadline, "waited too long"
                self._changed.wait(0.1)

    def choose(self, name: str) -> None:
        """Wait for the port called `name`, and for it to be ready as the output."""
        engine = self.engine
        self.wait(lambda: any(choice.name == name for choice in engine.choices()))
        engine.select_output(next(choice for choice in engine.choices() if choice.name == name))
        self.wait(lambda: engine.status.name == name and engine.status.state is OutputState.READY)


@pytest.fixture
def watched(jack: str) -> Iterator[Watched]:
    found = Watched()
    yield found
    found.engine.close()


def sent(pattern: Pattern, drum_map: DrumMap, passes: int = 1) -> list[tuple[int, int]]:
    """Notes and velocities of the pattern in the order in which they are due."""
    found = []
    for index in range(passes):
        for stroke in strokes(pattern, pass_index=index):
            at = max(0, index * pattern.ticks + stroke.tick)
            found.append((at, int(stroke.drum), drum_map.note_of(stroke.drum), stroke.velocity))
    return [(note, velocity) for _, _, note, velocity in sorted(found)]


def busy_pattern() -> Pattern:
    """All nine drums, velocities from 1 to 127, early and late hits, in 6/8 with a flam or two."""
    drums = list(Drum)
    hits = [
        Hit(step, drums[(step * 5 + i * 4) % 9], 1 + (step * 37 + i * 50) % 127, 0.05 * ((step % 9) - 4))
        for step in range(24)
        for i in range(1 + step % 2)
    ]
    return Pattern(Grid(Meter(6, 8)), 2, tuple(hits))


def hats(notes: list[tuple[int, int]]) -> list[tuple[Drum, int]]:
    """The hi-hat's strokes among notes of a map for which 42 is closed and 46 open."""
    drums = {42: Drum.CLOSED_HAT, 46: Drum.OPEN_HAT}
    return [(drums[note], velocity) for note, velocity in notes if note in drums]


def pedals_before_hats(listener: Listener) -> list[int]:
    """Pedal position (CC 4) that was sent before each stroke of the hi-hat, for it alone."""
    found, pedals = [], []
    for _, (kind, number, value) in listener.messages:
        if (kind, number) == (0xB9, 4):
            pedals = [value]
        elif kind == 0x99 and number in (42, 46):
            found += pedals
            pedals = []
    return found


@pytest.mark.parametrize(("client", "drum_map"), [("Roland TD-11", ROLAND), ("Some synth", GENERAL_MIDI)])
def test_a_second_program_gets_the_notes_of_the_pattern(
    watched: Watched, client: str, drum_map: DrumMap
) -> None:
    pattern = busy_pattern()
    wanted = sent(pattern, drum_map, passes=2)
    with Listener(client) as listener:
        watched.choose(listener.name)
        watched.engine.set_project(Project((pattern,), qpm=240.0))
        watched.engine.set_loop(False)
        watched.engine.set_passes(2)
        watched.engine.play()
        listener.wait(lambda heard: len(heard.note_offs) >= len(wanted))
        assert listener.note_ons == wanted
        assert Counter(listener.note_offs) == Counter(note for note, _ in wanted)
        assert {message[0] & 0x0F for _, message in listener.messages} == {9}
        pedals = pedals_before_hats(listener)
        assert pedals == [pedal_before(*stroke) for stroke in hats(wanted) if drum_map.pedal]
    watched.wait(lambda: not watched.engine.playing)


def test_the_metronome_goes_to_a_synth_but_not_to_an_electronic_kit(watched: Watched) -> None:
    with Listener("TD-17") as kit, Listener("Module") as module:
        watched.engine.set_project(Project((Pattern(hits=(Hit(15, Drum.RIDE),)),), qpm=300.0))
        watched.engine.set_loop(False)
        watched.engine.set_click(True)
        for listener in (kit, module):
            watched.choose(listener.name)
            watched.engine.play()
            listener.wait(lambda heard: 51 in heard.note_offs)
            watched.wait(lambda: not watched.engine.playing)
        assert kit.note_ons == [(51, 100)]
        assert [note for note, _ in module.note_ons] == [76, 77, 77, 77, 51]


def test_stop_ends_the_notes_and_panic_says_all_off(watched: Watched) -> None:
    with Listener("Module") as listener:
        watched.choose(listener.name)
        watched.engine.set_project(Project((demo_pattern(),), qpm=200.0))
        watched.engine.play()
        listener.wait(lambda heard: len(heard.note_ons) >= 12)
        watched.engine.stop()
        watched.wait(lambda: not watched.engine.playing)
        watched.engine.panic()
        listener.wait(lambda heard: heard.controls == [123, 120])
        assert Counter(listener.note_offs) == Counter(note for note, _ in listener.note_ons)
        count = len(listener.note_ons)
        watched.engine.strike(Drum.SNARE, 55)
        listener.wait(lambda heard: len(heard.note_offs) > count)
        assert listener.note_ons[count:] == [(38, 55)]


def test_a_port_that_vanishes_is_kept_and_taken_up_again(watched: Watched) -> None:
    engine = watched.engine
    with Listener("TD-11") as listener:
        watched.choose(listener.name)
    watched.wait(lambda: engine.status.state is OutputState.MISSING)
    assert engine.status.message.startswith("missing: TD-11:in")
    assert "missing: TD-11:in" in [choice.label for choice in engine.choices()]
    engine.strike(Drum.KICK, 100)  # goes nowhere, hurts nobody
    with Listener("TD-11") as listener:
        watched.wait(lambda: engine.status.state is OutputState.READY)
        engine.strike(Drum.LOW_TOM, 64)
        listener.wait(lambda heard: bool(heard.note_offs))
        assert listener.note_ons == [(43, 64)]


def test_a_port_that_vanishes_while_it_plays_is_played_to_again(watched: Watched) -> None:
    engine = watched.engine
    engine.set_project(Project((demo_pattern(),), qpm=200.0))
    with Listener("TD-11") as listener:
        watched.choose(listener.name)
        engine.play()
        listener.wait(lambda heard: len(heard.note_ons) >= 4)
    watched.wait(lambda: engine.status.state is OutputState.MISSING)
    assert engine.playing
    with Listener("TD-11") as listener:
        watched.wait(lambda: engine.status.state is OutputState.READY)
        listener.wait(lambda heard: len(heard.note_ons) >= 4)
    assert engine.playing


def test_a_port_chosen_before_it_is_there_is_taken_up_when_it_comes(watched: Watched) -> None:
    engine = watched.engine
    engine.select_output(OutputChoice("midi", "Late:in"))
    watched.wait(lambda: engine.status.state is OutputState.MISSING)
    with Listener("Late") as listener:
        watched.wait(lambda: engine.status.state is OutputState.READY)
        engine.strike(Drum.KICK, 100)
        listener.wait(lambda heard: heard.note_ons == [(36, 100)])


def test_an_open_hi_hat_is_closed_again_and_a_cymbal_choked(watched: Watched) -> None:
    with Listener("TD-17") as kit:
        watched.choose(kit.name)
        watched.engine.strike(Drum.OPEN_HAT, 127)
        kit.wait(lambda heard: (0xB9, 4, 90) in [message for _, message in heard.messages])
        heard = [message for _, message in kit.messages]
        assert heard == [(0xB9, 4, 0), (0x99, 46, 127), (0x89, 46, 64), (0xB9, 4, 90)]
        watched.engine.choke(Drum.CRASH)
        kit.wait(lambda heard: len(heard.messages) >= 12)
        pressed = [(0xA9, note, 127) for note in (49, 55, 57, 52)]
        assert [message for _, message in kit.messages[4:]] == pressed + [(a, n, 0) for a, n, _ in pressed]


def test_a_second_program_can_follow_the_clock(watched: Watched) -> None:
    with Listener("Follower") as listener:

        def seen(status: int, start: int = 0) -> int:
            return sum(message[0] == status for _, message in listener.messages[start:])

        watched.choose(listener.name)
        engine = watched.engine
        engine.set_project(Project((demo_pattern(),), qpm=150.0))
        engine.set_clock(True)
        engine.play()
        listener.wait(lambda _: seen(0xF8) >= 192)
        engine.stop()
        listener.wait(lambda _: seen(0xFC) == 1)
        assert [m[0] for _, m in listener.messages if m[0] in (0xFA, 0xFB, 0xFC)] == [0xFA, 0xFC]
        follower = ClockFollower()
        follower.start()
        ticks = [at for at, message in listener.messages if message[0] == 0xF8]
        for at in ticks:
            follower.pulse(at)
        assert follower.qpm == pytest.approx(150.0, rel=0.02)
        snare = next(hit for hit in demo_pattern().hits if hit.drum is Drum.SNARE)
        kinds = [message[:2] for _, message in listener.messages]
        before = kinds[: kinds.index((0x99, GENERAL_MIDI.note_of(Drum.SNARE)))]
        assert sum(kind[0] == 0xF8 for kind in before) - 1 == demo_pattern().tick_of(snare) // 20
        count = len(listener.messages)
        engine.play(24)
        listener.wait(lambda _: seen(0xFB, count) == 1)
        assert (0xF2, 24, 0) in [message for _, message in listener.messages[count:]]


@pytest.mark.usefixtures("jack")
@pytest.mark.parametrize(("by_velocity", "pedals"), [(True, [24, 90]), (False, [0, 90])])
def test_the_pedal_opens_by_velocity_or_by_row(by_velocity: bool, pedals: list[int]) -> None:
    with Listener("TD-17") as kit:
        output = MidiOutput(kit.name, list_ports().outputs, pedal_by_velocity=by_velocity)
        try:
            kit.prove(lambda: output.schedule(Strike(Drum.SNARE, 9), time.perf_counter()))
            now = time.perf_counter()
            output.schedule(Strike(Drum.OPEN_HAT, 26), now)
            output.schedule(Strike(Drum.CLOSED_HAT, 26), now + 0.01)
            kit.wait(lambda heard: len(heard.note_offs) >= 2)
            assert pedals_before_hats(kit) == pedals
        finally:
            output.close()


@pytest.mark.usefixtures("jack")
def test_a_kit_that_plays_too_loudly_gets_softer_notes() -> None:
    with Listener("TD-17") as kit:
        curve = VelocityCurve(((1, 1), (127, 64)))
        output = MidiOutput(kit.name, list_ports().outputs, curve=curve, latency=0.004)
        try:
            for velocity in (127, 1, 64):
                output.schedule(Strike(Drum.SNARE, velocity), time.perf_counter())
            kit.wait(lambda heard: len(heard.note_offs) >= 3)
            assert kit.note_ons == [(38, curve(velocity)) for velocity in (127, 1, 64)]
            assert output.status.latency == 0.004
        finally:
            output.close()


PLAYER = """
import sys, time
from drumstudio.domain.demo import demo_project
from drumstudio.engine.facade import Engine
from drumstudio.engine.midi_out import MidiOutput
from drumstudio.midi.ports import list_ports
engine = Engine(output=MidiOutput(sys.argv[1], list_ports().outputs))
engine.start()
while engine.status.state != "ready":
    time.sleep(0.01)
engine.set_project(demo_project())
engine.play()
sys.stdin.read()
"""


def test_a_killed_program_leaves_no_note_sounding(jack: str) -> None:
    with Listener("Module") as listener:
        player = subprocess.Popen(
            [sys.executable, "-c", PLAYER, listener.name], stdin=subprocess.PIPE, cwd=ROOT
        )
        listener.wait(lambda heard: len(heard.note_ons) >= 5)
        player.kill()
        player.communicate()
        listener.wait(lambda heard: 123 in heard.controls)
        assert Counter(listener.note_offs) == Counter(note for note, _ in listener.note_ons)


def drumstudio(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "drumstudio", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_the_command_line_lists_ports_and_plays_into_them(jack: str, tmp_path: Path) -> None:
    pattern = demo_pattern()
    file = tmp_path / "beat.mid"
    export_pattern(file, pattern, 300.0)
    with Listener("Module") as listener:
        listed, errors = drumstudio("ports", "--json").communicate(timeout=TIMEOUT)
        assert errors == ""
        ports = [port for port in json.loads(listed)["outputs"] if port["kind"] == "midi"]
        wanted = {"name": "Module:in", "kind": "midi", "label": "Module:in", "api": "jack", "map": "gm"}
        assert wanted in ports

        child = drumstudio("play", str(file), "--output", "module", "--loops", "2")
        output, errors = child.communicate(timeout=TIMEOUT)
        assert (child.returncode, output) == (0, "")
        assert listener.note_ons == sent(pattern, GENERAL_MIDI, passes=2)
        listener.wait(lambda heard: Counter(heard.note_offs) == Counter(n for n, _ in heard.note_ons))

        child = drumstudio("play", str(file), "--output", "nothing like it")
        _, errors = child.communicate(timeout=TIMEOUT)
        assert child.returncode == 1
        assert 'There is no MIDI output "nothing like it"' in errors
        assert '"Module:in"' in errors


def test_ctrl_c_ends_playing_cleanly(jack: str, tmp_path: Path) -> None:
    file = tmp_path / "beat.mid"
    export_pattern(file, demo_pattern(), 120.0)
    with Listener("Module") as listener:
        child = drumstudio("play", str(file), "--output", listener.name, "--loops", "0")
        listener.wait(lambda heard: len(heard.note_ons) >= 5)
        os.kill(child.pid, signal.SIGINT)
        _, errors = child.communicate(timeout=TIMEOUT)
        assert child.returncode == 0
        assert "Traceback" not in errors
        listener.wait(lambda heard: 123 in heard.controls)
        assert Counter(listener.note_offs) == Counter(note for note, _ in listener.note_ons)
