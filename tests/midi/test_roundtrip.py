from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.domain.drums import DRUM_MAPS, GENERAL_MIDI, ROLAND, Drum, DrumMap
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import ALL_LANES, strokes
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import export_pattern, import_pattern, read_song
from drumstudio.midi.own import own_notes
from drumstudio.midi.writer import encode

MAPS = st.sampled_from(list(DRUM_MAPS.values()))


@settings(deadline=None, derandomize=True)
@given(patterns(), MAPS, st.floats(20, 400))
def test_a_pattern_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, pattern: Pattern, drum_map: DrumMap, qpm: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "pattern.mid"
    export_pattern(path, pattern, qpm, drum_map)
    found = import_pattern(path)
    assert found.pattern == pattern
    assert found.qpm == qpm
    assert found.drum_map is drum_map
    assert (found.unmapped, found.left_out, found.merged) == ({}, 0, 0)


@settings(deadline=None, derandomize=True)
@given(patterns(), MAPS, st.integers(1, 3))
def test_the_notes_are_the_strokes(pattern: Pattern, drum_map: DrumMap, repeats: int) -> None:
    file = mido.MidiFile(file=io.BytesIO(encode(pattern, 120, drum_map, repeats=repeats)))
    found = []
    sounding: dict[int, int] = {}
    tick = 0
    for message in file.tracks[1]:
        tick += message.time
        if message.type == "note_on":
            found.append((tick, drum_map.drum_of(message.note), message.velocity))
            sounding[message.note] = tick
        elif message.type == "note_off":
            assert tick > sounding[message.note]
            sounding.pop(message.note, None) if found[-1][0] < tick else None
    expected = [
        (max(0, stroke.tick + turn * pattern.ticks), stroke.drum, stroke.velocity)
        for turn in range(repeats)
        for stroke in strokes(pattern)
    ]
    assert sorted(found) == sorted(expected)
    assert all(end is not None for *_, end in read_bytes(file))


def read_bytes(file: mido.MidiFile) -> list[tuple[int, ...]]:
    from drumstudio.midi.reader import parse_song

    stream = io.BytesIO()
    file.save(file=stream)
    return [tuple(note) for note in parse_song(stream.getvalue(), Path("x.mid")).notes]


def test_the_file_is_what_daws_expect(tmp_path: Path) -> None:
    path = tmp_path / "My beat.mid"
    pattern = Pattern(Grid(Meter(12, 8)), 2, (Hit(0, Drum.KICK), Hit(5, Drum.SNARE, 60)))
    export_pattern(path, pattern, 90)
    file = mido.MidiFile(path)
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 2)
    by_type = {message.type: message for message in file.tracks[0]}
    assert by_type["track_name"].name == "My beat"
    assert by_type["set_tempo"].tempo == 666_667
    meter = by_type["time_signature"]
    assert (meter.numerator, meter.denominator, meter.clocks_per_click) == (12, 8, 36)
    assert file.tracks[1].name == "Drums"
    texts = [message.text for message in file.tracks[1] if message.type == "text"]
    assert "Kick: note 36" in texts
    assert len(texts) == 9
    assert {message.channel for message in file.tracks[1] if message.type.startswith("note")} == {9}
    for track in file.tracks:
        assert sum(message.time for message in track) == pattern.ticks
        assert track[-1].type == "end_of_track"


def test_a_hit_ahead_of_the_start_begins_with_the_file_and_keeps_its_offset(tmp_path: Path) -> None:
    pattern = Pattern(hits=(Hit(0, Drum.KICK, 100, -0.25), Hit(4, Drum.SNARE)))
    export_pattern(tmp_path / "early.mid", pattern, 120)
    assert [note.tick for note in read_song(tmp_path / "early.mid").notes] == [0, 480]
    assert import_pattern(tmp_path / "early.mid").pattern == pattern


def test_mutes_are_applied_and_repeats_written_out(tmp_path: Path) -> None:
    pattern = Pattern(hits=(Hit(0, Drum.KICK, 100, -0.25), Hit(4, Drum.SNARE, chance=0.5)), seam=8)
    lanes = (*ALL_LANES[:1], Lane(muted=True), *ALL_LANES[2:])
    export_pattern(tmp_path / "kick.mid", pattern, 120, lanes=lanes, repeats=3)
    notes = read_song(tmp_path / "kick.mid").notes
    assert [(note.tick, note.note) for note in notes] == [(0, 36), (1890, 36), (3810, 36)]
    found = import_pattern(tmp_path / "kick.mid").pattern
    assert found == Pattern(bars=3, hits=tuple(Hit(16 * turn, Drum.KICK, 100, -0.25) for turn in range(3)))


def test_hats_for_a_td_module_follow_the_pedal(tmp_path: Path) -> None:
    pattern = Pattern(hits=(Hit(0, Drum.CLOSED_HAT), Hit(2, Drum.OPEN_HAT), Hit(4, Drum.KICK)))
    export_pattern(tmp_path / "td.mid", pattern, 120, ROLAND)
    shown = [
        (message.type, getattr(message, "note", getattr(message, "value", None)))
        for message in mido.MidiFile(tmp_path / "td.mid").tracks[1]
        if message.type in ("control_change", "note_on")
    ]
    assert shown == [
        ("control_change", 90), ("note_on", 42), ("control_change", 6), ("note_on", 46), ("note_on", 36),
        ("control_change", 90),
    ]  # fmt: skip


def rewritten(path: Path, change: dict[str, object]) -> None:
    """Change what the file's own text event says."""
    file = mido.MidiFile(path)
    for index, message in enumerate(file.tracks[0]):
        if message.type == "text":
            content = json.loads(message.text.removeprefix("DrumStudio "))
            file.tracks[0][index] = message.copy(text="DrumStudio " + json.dumps({**content, **change}))
    file.save(path)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"grid": 5},
        {"meter": [7]},
        {"meter": "4/4"},
        {"bars": 0},
        {"bars": 10**9},
        {"swing": 5},
        {"swing": float("nan")},
        {"qpm": 0},
        {"qpm": float("inf")},
        {"bars": float("inf")},
        {"seam": 0},
        {"seam": 32},
        {"seam": 99},
        {"seam": "x"},
        {"map": "alesis"},
        {"hits": [[0, 0]]},
        {"hits": 3},
    ],
)
def test_a_text_event_that_makes_no_sense_is_ignored(change: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "odd.mid"
    export_pattern(path, Pattern(Grid(Meter(), 8), hits=(Hit(0, Drum.KICK), Hit(8, Drum.SNARE))), 120)
    rewritten(path, change)
    assert own_notes(read_song(path)) is None
    found = import_pattern(path).pattern
    assert [(hit.step, hit.drum) for hit in found.hits] == [(0, Drum.KICK), (4, Drum.SNARE)]


def test_deep_nesting_in_the_text_event_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "deep.mid"
    export_pattern(path, Pattern(hits=(Hit(0, Drum.KICK),)), 120)
    file = mido.MidiFile(path)
    deep = 'DrumStudio {"version":' + "[" * 100_000
    file.tracks[0] = [m.copy(text=deep) if m.type == "text" else m for m in file.tracks[0]]
    file.save(path)
    assert own_notes(read_song(path)) is None


def test_places_that_no_hit_can_have_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "odd.mid"
    export_pattern(path, Pattern(hits=(Hit(0, Drum.KICK), Hit(4, Drum.SNARE))), 120)
    rewritten(path, {"hits": [[0, 0, -1, 0, 1], [480, 1, 4, 500, 1], [0, 0, 0, 0, 7], [0, 0, 10**6, 0, 1]]})
    assert import_pattern(path).pattern.hits == (Hit(4, Drum.SNARE),)


def test_notes_moved_elsewhere_are_read_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "moved.mid"
    pattern = Pattern(Grid(), 1, (Hit(1, Drum.KICK), Hit(5, Drum.SNARE, chance=0.5)), swing=0.6)
    export_pattern(path, pattern, 120)
    file = mido.MidiFile(path)
    kick = next(i for i, message in enumerate(file.tracks[1]) if message.type == "note_on")
    file.tracks[1][kick].time += 24  # a fifth of a step later than swing alone
    file.tracks[1][kick + 1].time -= 24
    file.save(path)
    found = import_pattern(path).pattern
    assert found == replace(pattern, hits=(Hit(1, Drum.KICK, offset=0.2), Hit(5, Drum.SNARE, chance=0.5)))


def test_notes_beyond_the_end_lengthen_the_pattern(tmp_path: Path) -> None:
    path = tmp_path / "longer.mid"
    export_pattern(path, Pattern(hits=(Hit(0, Drum.KICK),)), 120)
    rewritten(path, {"bars": 1})
    file = mido.MidiFile(path)
    file.tracks[1][-1:] = [mido.Message("note_on", channel=9, note=38, time=1920 * 2), *file.tracks[1][-1:]]
    file.save(path)
    assert import_pattern(path).pattern.bars == 3


def test_a_file_saved_again_in_other_ticks_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "coarse.mid"
    pattern = Pattern(Grid(), 2, (Hit(0, Drum.KICK), Hit(7, Drum.SNARE), Hit(31, Drum.RIDE)), seam=16)
    export_pattern(path, pattern, 104)
    file = mido.MidiFile(path)
    for track in file.tracks:
        for message in track:
            message.time *= 2
    file.ticks_per_beat = 960
    file.save(path)
    found = import_pattern(path)
    assert (found.pattern, found.qpm) == (pattern, 104)


def test_a_changed_tempo_wins_over_the_noted_one(tmp_path: Path) -> None:
    path = tmp_path / "faster.mid"
    export_pattern(path, Pattern(hits=(Hit(0, Drum.KICK),)), 104)
    rewritten(path, {"qpm": 90})
    assert import_pattern(path).qpm == pytest.approx(104, abs=0.001)


def test_an_empty_pattern_comes_back(tmp_path: Path) -> None:
    pattern = Pattern(Grid(Meter(3, 4), 6), 4, seam=3)
    export_pattern(tmp_path / "empty.mid", pattern, 77, GENERAL_MIDI)
    found = import_pattern(tmp_path / "empty.mid")
    assert (found.pattern, found.qpm) == (pattern, 77)


def test_writing_where_nothing_can_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "beat.mid", tmp_path / "a\0b.mid"):
        with pytest.raises(MidiFileError, match=r"cannot be written .*choose another name or folder"):
            export_pattern(path, Pattern(), 120)
