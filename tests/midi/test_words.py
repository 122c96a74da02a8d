"""MIDI messages in words, as the monitor shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.take import Arrival
from drumstudio.midi.kit_maps import load_maps
from drumstudio.midi.words import Told, told


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((0x99, 38, 100), Told("Note on", 10, "note 38", "Snare", "100")),
        ((0x99, 22, 1), Told("Note on", 10, "note 22", "Closed hi-hat edge → Closed hat", "1")),
        ((0x90, 3, 60), Told("Note on", 1, "note 3", "no drum", "60")),
        ((0x99, 38, 0), Told("Note off", 10, "note 38", "Snare", "0")),
        ((0x89, 38, 64), Told("Note off", 10, "note 38", "Snare", "64")),
        ((0xB9, 4, 90), Told("Control", 10, "CC 4", "hi-hat pedal", "90")),
        ((0xB0, 99, 5), Told("Control", 1, "CC 99", "", "5")),
        ((0xA9, 49, 127), Told("Choke", 10, "note 49", "Crash", "127")),
        ((0xA9, 49, 0), Told("Let go", 10, "note 49", "Crash", "0")),
        ((0xC9, 4), Told("Program", 10, value="5")),
        ((0xD0, 33), Told("Pressure", 1, value="33")),
        ((0xE0, 0, 64), Told("Pitch bend", 1, value="0")),
        ((0xF8,), Told("Clock")),
        ((0xFA,), Told("Start")),
        ((0xF2, 3, 1), Told("Song position", value="131")),
        ((0xF4,), Told("System message F4")),
    ],
)
def test_a_message_in_words(data: tuple[int, ...], words: Told) -> None:
    assert told(Arrival(0.0, bytes(data)), load_maps().get("roland")) == words


@given(st.integers(0x80, 0xFF), st.lists(st.integers(0, 127), max_size=2))
def test_every_message_has_words(status: int, data: list[int]) -> None:
    words = told(Arrival(0.0, bytes((status, *data))), load_maps().get("gm"))
    assert words.kind
    assert 0 <= words.channel <= 16
