"""An e-kit played by a second program over real JACK ports, and what of it a take holds."""

from __future__ import annotations

import json
import queue
import signal
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest
from support.jack import TIMEOUT, Listener, Performer, jack_server
from support.program import Program

from drumstudio.app.takes.hearing import HeardPort
from drumstudio.app.takes.recording import Recorder, RecordingRequest
from drumstudio.app.takes.store import load_take
from drumstudio.domain.drums import Drum
from drumstudio.midi.files import import_pattern
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.ports import list_ports

PERIOD, RATE = 2048, 48000  # of JACK, in frames

Messages = list[tuple[float, list[int]]]

pytestmark = pytest.mark.usefixtures("jack")


@pytest.fixture(scope="module")
def jack() -> Iterator[str]:
    """A JACK server with periods of 43 ms: on a busy machine a client that misses one loses its messages."""
    with jack_server(PERIOD) as name:
        yield name


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    Program.end_all()


@pytest.fixture
def kit() -> Iterator[Performer]:
    with Performer("Roland TD-11") as performer:
        yield performer


def stroke(at: float, note: int, velocity: int, by_zero: bool = False) -> Messages:
    """A stroke, closed after 50 ms by a note-off or a note-on of velocity 0."""
    off = [0x99, note, 0] if by_zero else [0x89, note, 64]
    return [(at, [0x99, note, velocity]), (at + 0.05, off)]


def in_order(messages: Messages) -> Messages:
    """By time, and as given where that is the same."""
    return sorted(messages, key=lambda each: each[0])


def performance() -> tuple[Messages, list[tuple[int, int]]]:
    """A bar and a half at 120 with everything a kit may send, and the strokes in it that count."""
    eighth = 0.25
    counted = []
    messages: Messages = []
    for index in range(12):
        at = 0.3 + index * eighth
        messages += [(at - 0.02, [0xFE]), (at - 0.001, [0xB9, 4, 90 - index])]
        messages += stroke(at, 42, 70 + index, by_zero=index % 2 == 0)
        counted.append((42, 70 + index))
        if index % 4 == 0:
            messages += stroke(at + 0.06, 36, 110)
            # The kick shakes a tom; at one moment, since what JACK stamps in two periods lies far apart.
            messages += stroke(at + 0.06, 45, 9)
            counted.append((36, 110))
        if index % 4 == 2:
            messages += stroke(at + 0.09, 38, 100)
            counted.append((38, 100))
    messages += stroke(3.5, 38, 30) + stroke(3.53, 38, 34) + stroke(3.57, 38, 112)  # a drag
    counted += [(38, 30), (38, 34), (38, 112)]
    messages += [*stroke(3.8, 49, 120), (3.9, [169, 49, 127]), (3.95, [169, 49, 0])]
    counted.append((49, 120))
    messages += stroke(4.1, 3, 77)  # a note that means nothing
    return in_order(messages), sorted(counted)


def recorded(kit: Performer, *words: str) -> Program:
    program = Program("record", "--input", kit.name, "--json", *words)
    program.wait_for("recording from")
    return program


def test_a_take_holds_every_stroke_and_knows_what_is_none(kit: Performer, tmp_path: Path) -> None:
    messages, counted = performance()
    out = tmp_path / "take.mid"
    program = recorded(kit, "--out", str(out))
    moments = kit.play(messages)
    kit.play([(0.3, [0xFE])])
    printed, errors = program.end(signal.SIGINT)
    assert (program.child.returncode, "Traceback" in errors) == (0, False)
    report = json.loads(printed)
    assert report["hits"] == len(counted)
    assert report["aside"] == {"crosstalk": 3}
    assert report["unmapped"] == {"3": 1}
    assert report["chokes"] == 1
    assert report["map"] == "roland"

    kept = load_take(out)
    assert sorted((hit.note, hit.velocity) for hit in kept.read().hits) == counted
    sent = [bytes(message) for _, message in messages if message[0] != 0xFE]
    assert sorted(each.data for each in kept.take.arrivals) == sorted(sent)
    # Stamps are as fine as JACK's period; a busy machine may hold single messages up.
    played = Counter(sent)
    once = {
        bytes(message): at
        for at, (_, message) in zip(moments, messages, strict=True)
        if played[bytes(message)] == 1
    }
    late = [each.seconds - once[each.data] for each in kept.take.arrivals if each.data in once]
    middle = statistics.median(late)
    assert statistics.median(abs(each - middle) for each in late) < PERIOD / RATE
    with_file = [m.bytes() for m in mido.MidiFile(out).tracks[1] if not m.is_meta]
    assert sorted(map(bytes, with_file)) == sorted(sent)


def test_a_take_on_the_grid_is_what_was_meant(kit: Performer, tmp_path: Path) -> None:
    drums = {36: Drum.KICK, 38: Drum.SNARE, 42: Drum.CLOSED_HAT, 49: Drum.CRASH}
    meant = {(step, 42) for step in range(0, 32, 2)} | {
        (0, 36),
        (8, 36),
        (16, 36),
        (27, 36),
        (4, 38),
        (20, 38),
        (16, 49),
    }
    step = 60 / 60 / 4
    messages: Messages = []
    for at, note in sorted(meant):
        messages += stroke(0.2 + at * step, note, 90, by_zero=at % 4 == 0)
        if note == 36:
            messages += stroke(0.2 + at * step, 45, 6)  # the kick shakes a tom
    for grace in (0.03, 0.06):
        messages += stroke(0.2 + 20 * step - grace, 38, 40)  # a drag before one of the snare's,
    messages += stroke(0.2 + 4 * step - 0.03, 38, 35)  # a flam before the other
    messages += [(0.2 + 18 * step, [0xA9, 49, 127]), (0.25 + 18 * step, [0xA9, 49, 0])]  # a choke
    messages += stroke(0.2 + 9 * step, 3, 77)  # a note that means nothing
    messages += [(0.19 + index / 10, [0xB9, 4, 80 + index % 20]) for index in range(80)]  # the pedal
    messages += [(0.1 + index / 4, [0xFE]) for index in range(32)]
    out, beat = tmp_path / "take.mid", tmp_path / "beat.mid"
    program = recorded(kit, "--out", str(out), "--qpm", "60", "--bars", "2")
    kit.begin(in_order(messages))
    printed, _ = program.end()
    assert json.loads(printed)["bars"] == 2
    quantised = Program("takes", "--quantise", str(out), "--out", str(beat), "--json")
    assert json.loads(quantised.end()[0])["hits"] == len(meant)
    found = import_pattern(beat)
    assert {(hit.step, hit.drum) for hit in found.pattern.hits} == {(at, drums[note]) for at, note in meant}
    assert (found.qpm, found.pattern.bars) == (60.0, 2)
    assert all(hit.offset == 0.0 for hit in found.pattern.hits)


def test_the_click_counts_in_and_places_the_bar_line(kit: Performer, tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    program = recorded(kit, "--out", str(out), "--qpm", "240", "--bars", "1", "--count-in", "1", "--click")
    kit.begin([(index / 20, [0x99, 36, 100]) for index in range(60)])
    program.end()
    take = load_take(out).take
    # Strokes were played without end: those before the bar line are kept as well, in a bar ahead of it.
    assert take.arrivals[0].seconds < 0.0 < take.arrivals[-1].seconds
    assert take.length <= 1.0 + 0.3 + 0.1
    first = next(m for m in mido.MidiFile(out) if m.type == "note_on")
    assert first.time < 1.0


def test_a_killed_recording_comes_back_at_the_next_start(kit: Performer, tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    program = recorded(kit, "--out", str(out))
    strokes = [(index * 0.05, [0x99, 38, 1 + index]) for index in range(40)]
    kit.play([*strokes, (3.2, [0xFE])])
    program.child.kill()
    program.end()
    assert not out.exists()
    listed = Program("takes", "--json")
    printed, errors = listed.end()
    assert f"that broke off is recovered: {out}, 40 hits" in errors
    assert json.loads(printed) == {"takes": [], "problems": []}
    assert [hit.velocity for hit in load_take(out).read().hits] == list(range(1, 41))
    again = Program("takes")
    assert "recovered" not in again.end()[1]


def test_a_kit_that_is_plugged_out_and_in_again_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "take.mid"
    with Performer("TD-17") as kit:
        program = recorded(kit, "--out", str(out))
        kit.play([(0.1, [0x99, 36, 100]), (0.2, [0x89, 36, 64]), (0.4, [0xFE])])
    program.wait_for("missing: TD-17:out")
    with Performer("TD-17") as kit:
        program.wait_for("TD-17:out is back")
        kit.play([(0.3, [0x99, 38, 90]), (0.4, [0x89, 38, 64]), (0.7, [0xFE])])
        printed, _ = program.end(signal.SIGINT)
    assert json.loads(printed)["hits"] == 2
    assert json.loads(printed)["map"] == "td-17"


def test_a_list_of_ports_that_is_wrong_for_a_moment_costs_no_stroke(kit: Performer) -> None:
    ports = list_ports().inputs
    states: queue.SimpleQueue[InputStatus] = queue.SimpleQueue()
    heard = HeardPort(kit.name, ports, states.put)
    recorder = Recorder(RecordingRequest(), heard)
    try:
        while states.get(timeout=TIMEOUT).state is not InputState.READY:
            pass
        recorder.begin()
        kit.begin([(0.2 + index / 32, [0x99, 38, 1 + index]) for index in range(120)] + [(4.2, [0xFE])])
        for _ in range(3):
            heard.attend(())
            heard.attend(ports)
            while states.get(timeout=TIMEOUT).state is not InputState.READY:
                pass
        kit.wait_played()
        heard.close()
        kept = recorder.finish()
    finally:
        heard.close()
        recorder.close()
    assert kept is not None
    assert [each.data[2] for each in kept.take.arrivals] == list(range(1, 121))


def test_nothing_that_comes_in_goes_out(tmp_path: Path) -> None:
    with Performer("TD-11") as kit, Listener("TD-11 module") as module:
        words = (
            "--out",
            str(tmp_path / "x.mid"),
            "--count-in",
            "1",
            "--click",
            "--bars",
            "1",
            "--qpm",
            "300",
        )
        program = recorded(kit, *words, "--click-output", module.name)
        kit.play([(index / 10, [0x99, 38, 100]) for index in range(10)])
        program.end()
        module.wait(lambda heard: len(heard.note_offs) >= len(heard.note_ons))
        assert {note for note, _ in module.note_ons} == {76, 77}


def test_an_input_that_is_not_there_and_a_silent_one_are_sentences(kit: Performer, tmp_path: Path) -> None:
    absent = Program("record", "--input", "Nord", "--out", str(tmp_path / "x.mid"))
    errors = absent.end()[1]
    assert absent.child.returncode == 1
    assert 'There is no MIDI input "Nord"; there is ' in errors
    silent = recorded(kit, "--out", str(tmp_path / "x.mid"))
    errors = silent.end(signal.SIGTERM)[1]
    assert silent.child.returncode == 1
    assert "sent no stroke, so there is no take" in errors
    assert not (tmp_path / "x.mid").exists()


def test_a_kit_is_learnt_pad_by_pad(kit: Performer) -> None:
    program = Program("map", "--learn", "--short", "--input", kit.name, "--name", "mine", "--json")
    notes = {
        "Kick": 33, "Snare": 31, "Closed hi-hat": 42, "Open hi-hat": 46, "High tom": 48,
        "Mid tom": 47, "Low tom": 43, "Crash": 49,
    }  # fmt: skip
    for name, note in notes.items():
        program.wait_for(f": {name}")
        kit.play([(0.2, [0x99, note, 90]), (0.202, [0x99, 99, 5]), (0.25, [0x89, note, 64])])
    program.wait_for(": Ride")
    assert program.child.stdin is not None
    program.child.stdin.write("\n")
    program.child.stdin.flush()
    printed, _ = program.end()
    learned = json.loads(printed)
    assert learned["like"] == "yamaha-dtx"
    assert learned["answers"] == notes
    listed = Program("map", "--list", "--json")
    assert "mine" in [each["name"] for each in json.loads(listed.end()[0])["maps"]]
