from __future__ import annotations

import os
import subprocess
import sys

import pytest

from drumstudio.domain.drums import GENERAL_MIDI, ROLAND
from drumstudio.errors import MidiPortError
from drumstudio.midi.ports import (
    NO_MIDI_SYSTEM,
    Port,
    PortList,
    find_port,
    list_ports,
    local_control_warning,
    map_for,
    parse_list,
    stable_names,
)

TD11 = Port("TD-11:TD-11 MIDI 1", "alsa")
SYNTH = Port("FLUID Synth (42):Synth input port", "alsa")
TWO = Port("TD-50X:TD-50X DAW CTRL", "alsa")


@pytest.fixture
def no_midi_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")


def test_names_lose_the_numbers_that_change_at_every_plugging_in() -> None:
    assert stable_names(["TD-11:TD-11 MIDI 1 20:0", "Midi Through:Port-0 14:0"], "alsa") == [
        "TD-11:TD-11 MIDI 1",
        "Midi Through:Port-0",
    ]
    assert stable_names(["TD-11 1", "Microsoft GS Wavetable Synth 0"], "winmm") == [
        "TD-11",
        "Microsoft GS Wavetable Synth",
    ]
    assert stable_names(["a2j:TD-11 20:0"], "jack") == ["a2j:TD-11 20:0"]


def test_two_devices_of_one_name_are_told_apart() -> None:
    assert stable_names(["TD-11:TD-11 MIDI 1 20:0", "TD-11:TD-11 MIDI 1 24:0"], "alsa") == [
        "TD-11:TD-11 MIDI 1",
        "TD-11:TD-11 MIDI 1 (2)",
    ]


def test_a_label_is_the_name_of_the_device() -> None:
    assert TD11.label == "TD-11"
    assert TWO.label == "TD-50X DAW CTRL"
    assert SYNTH.label == SYNTH.name


@pytest.mark.parametrize("name", ["TD-11:TD-11 MIDI 1", "Roland td17", "V-Drums", "a2j:TD-50X (playback)"])
def test_roland_modules_are_recognised(name: str) -> None:
    assert map_for(name) is ROLAND


@pytest.mark.parametrize("name", ["FLUID Synth", "Midi Through:Port-0", "STD 1", "TDA"])
def test_everything_else_gets_general_midi(name: str) -> None:
    assert map_for(name) is GENERAL_MIDI


def test_a_port_is_found_by_name_then_without_case_then_by_a_part() -> None:
    ports = [TD11, SYNTH, TWO]
    assert find_port("TD-11:TD-11 MIDI 1", ports) is TD11
    assert find_port("TD-11", ports) is TD11
    assert find_port("td-11", ports) is TD11
    assert find_port("fluid", ports) is SYNTH


def test_an_unknown_or_ambiguous_name_lists_what_there_is() -> None:
    with pytest.raises(MidiPortError, match='no MIDI output "Nord"; there is "TD-11:TD-11 MIDI 1", "FLUID'):
        find_port("Nord", [TD11, SYNTH])
    with pytest.raises(MidiPortError, match="there is none at all"):
        find_port("Nord", [])
    with pytest.raises(MidiPortError, match='"TD-" may mean "TD-11:TD-11 MIDI 1", "TD-50X:TD-50X DAW CTRL"'):
        find_port("TD-", [TD11, SYNTH, TWO])


def test_a_scan_is_read_from_its_line() -> None:
    line = '{"outputs": [["TD-11", "alsa"]], "inputs": [], "problems": ["Hm."]}'
    assert parse_list(line) == PortList((Port("TD-11", "alsa"),), (), ("Hm.",))


@pytest.mark.usefixtures("no_midi_system")
def test_without_a_midi_system_there_is_a_sentence_and_no_noise() -> None:
    if not os.path.exists("/dev/snd/seq"):  # noqa: PTH110 - a device node, and only on Linux
        assert list_ports() == PortList(problems=(NO_MIDI_SYSTEM,))
    listing = subprocess.run(
        [sys.executable, "-c", "from drumstudio.midi.ports import list_ports; list_ports()"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )
    assert (listing.stdout, listing.stderr) == (b"", b"")


def test_a_device_that_plays_and_is_played_is_warned_of() -> None:
    warning = local_control_warning("TD-11:TD-11 MIDI 1", "td-11:TD-11 MIDI 1")
    assert warning is not None
    assert "Local Control" in warning
    assert local_control_warning("TD-11:TD-11 MIDI 1", "Synth:in") is None
