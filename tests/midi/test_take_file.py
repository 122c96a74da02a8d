"""Takes as files: what arrived comes back exactly, and a DAW can read it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.cleaning import AS_USUAL, Cleaning, PadRules
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Meter
from drumstudio.domain.velocity import VelocityCurve
from drumstudio.errors import TakeError
from drumstudio.midi.files import read_song, recognise_map
from drumstudio.midi.kit_maps import load_maps
from drumstudio.midi.reader import parse_song
from drumstudio.midi.take_file import (
    MAX_BYTES,
    TAKE_PPQ,
    decode_json,
    encode_json,
    encode_midi,
    is_kept,
    lead_bars,
)


def on(seconds: float, note: int = 38, velocity: int = 90) -> Arrival:
    return Arrival(seconds, bytes((0x99, note, velocity)))


def off(seconds: float, note: int = 38) -> Arrival:
    return Arrival(seconds, bytes((0x89, note, 64)))


messages = st.one_of(
    st.tuples(st.integers(0x80, 0xBF), st.integers(0, 127), st.integers(0, 127)),
    st.tuples(st.integers(0xC0, 0xDF), st.integers(0, 127)),
    st.tuples(st.integers(0xE0, 0xEF), st.integers(0, 127), st.integers(0, 127)),
).map(bytes)
takes = st.builds(
    Take,
    st.lists(st.tuples(st.integers(-4_000_000, 60_000_000), messages), max_size=30).map(
        lambda listed: tuple(Arrival(micro / 1e6, data) for micro, data in sorted(listed, key=lambda x: x[0]))
    ),
    st.sampled_from([ROLAND, GENERAL_MIDI]),
    st.floats(20, 400),
    st.sampled_from([Meter(4, 4), Meter(6, 8), Meter(7, 8)]),
    st.integers(0, 8),
    st.text(max_size=20),
    st.floats(0, 4e9),
)
CLEANING = Cleaning(
    0.003,
    VelocityCurve(((1, 5), (127, 120))),
    tuple(PadRules(0.01 * int(drum), 0.1 * int(drum), 0.001, 0.2) for drum in Drum),
    ((40, PadRules(0.0, 0.0, 0.0, 0.0)),),
    0.05,
)


@given(takes)
def test_a_take_comes_back_exactly(take: Take) -> None:
    assert decode_json(encode_json(take, CLEANING), "take") == (take, CLEANING)


@given(takes)
def test_the_midi_file_holds_every_message_in_its_place(take: Take) -> None:
    data = encode_midi(take, "take")
    song = parse_song(data, Path("take.mid"))
    bar = float(take.meter.quarters) * 60 / take.qpm
    struck = sorted(
        (round(max(0.0, a.seconds + lead_bars(take) * bar) * take.qpm / 60 * TAKE_PPQ), *a.data[1:])
        for a in take.arrivals
        if a.data[0] & 0xF0 == 0x90 and a.data[2]
    )
    found = sorted((note.tick, note.note, note.velocity) for note in song.notes)
    assert [each[1:] for each in sorted(found, key=lambda n: n[1:])] == [
        each[1:] for each in sorted(struck, key=lambda n: n[1:])
    ]
    # The reader's seconds go by the tempo in whole microseconds; ticks are compared.
    assert all(abs(a[0] - b[0]) <= 1 for a, b in zip(found, struck, strict=True))
    assert all(note.end is not None and note.end > note.tick for note in song.notes)


def test_a_daw_reads_tempo_meter_and_names() -> None:
    file = mido.MidiFile(file=io.BytesIO(encode_midi(
        Take((on(0.0), off(0.1)), ROLAND, 100.0, Meter(6, 8), 2, "TD-11 MIDI 1"), "My take")
    ))  # fmt: skip
    first, drums = file.tracks
    assert first.name == "My take"
    assert [m.tempo for m in first if m.type == "set_tempo"] == [600_000]
    assert [(m.numerator, m.denominator) for m in first if m.type == "time_signature"] == [(6, 8)]
    assert (drums.name, sum(m.time for m in drums)) == ("Drums", 2 * 3 * TAKE_PPQ)


def test_the_takes_map_is_recognised_from_its_midi_file(tmp_path: Path) -> None:
    for name in ("yamaha-dtx", "gm", "roland"):
        take = Take((on(0.0, 36), off(0.1, 36)), load_maps().get(name).drum_map, source="TD-11")
        (tmp_path / "take.mid").write_bytes(encode_midi(take, "take"))
        assert recognise_map(read_song(tmp_path / "take.mid")).name == name


def test_strokes_before_the_bar_line_get_bars_of_their_own() -> None:
    at_120 = {0.0: 0, -0.1: 0, -0.3: 1, -2.0: 1, -2.1: 2}
    for first, bars in at_120.items():
        assert lead_bars(Take((on(first), off(first + 0.01)), ROLAND)) == bars
    assert lead_bars(Take((Arrival(-9.0, b"\xb9\x04\x10"), on(1.0)), ROLAND)) == 0


def test_a_note_that_nothing_closes_is_closed() -> None:
    song = parse_song(encode_midi(Take((on(0.0), off(0.0), on(1.0)), ROLAND), "x"), Path("x.mid"))
    assert all(note.end is not None and note.end > note.tick for note in song.notes)


def test_what_a_take_keeps_are_whole_messages_of_a_channel() -> None:
    kept = [b"\x99\x26\x64", b"\xc9\x05", b"\xd9\x05", b"\xe9\x00\x40", b"\xb9\x04\x7f"]
    assert all(is_kept(each) for each in kept)
    dropped = [
        b"",
        b"\xf8",
        b"\xfe",
        b"\xf2\x00\x00",
        b"\x99\x26",
        b"\xc9\x05\x05",
        b"\x99\x26\x80",
        b"\x26\x64",
    ]
    assert not any(is_kept(each) for each in dropped)


def changed(**values: Any) -> bytes:
    content = json.loads(encode_json(Take((on(0.0),), ROLAND), AS_USUAL))
    return json.dumps({**content, **values}).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff", "holds no JSON"),
        (b"[" * 100_000, "holds no JSON"),
        (b"[]", "no take of this program"),
        (changed(format="x"), "no take of this program"),
        (changed(format_version=9), "newer version"),
        (changed(meter=[4]), "is damaged"),
        (changed(meter=[4, 3]), "is damaged"),
        (changed(qpm=0), "is damaged"),
        (changed(bars=-1), "is damaged"),
        (changed(map={}), "is damaged"),
        (changed(arrivals=[[0, "99"]]), "is damaged"),
        (changed(arrivals=[["x", "992664"]]), "is damaged"),
        (changed(arrivals=[[1e300, "992664"]]), "is damaged"),
        (changed(arrivals=[[0, 5]]), "is damaged"),
        (changed(cleaning=[]), "is damaged"),
        (changed(cleaning={"latency": 0}), "is damaged"),
        (b"x" * (MAX_BYTES + 1), "larger than any take"),
    ],
)
def test_what_is_no_take_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(TakeError, match=words):
        decode_json(data, "take.json")
