from __future__ import annotations

import io
import os
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.smf import chunk, drums, event, meta, meter, rock_file, smf, tempo, write

from drumstudio.errors import MidiFileError
from drumstudio.midi.files import MidiNote, read_song
from drumstudio.midi.raw import MAX_BYTES
from drumstudio.midi.reader import MidiSong, parse_song


def parse(*tracks: bytes, kind: int = 1, ppq: int = 480) -> MidiSong:
    return parse_song(smf(*tracks, kind=kind, ppq=ppq), Path("song.mid"))


def test_notes_are_paired_with_what_ends_them() -> None:
    song = parse(chunk(event(10, 0x99, 36, 100), event(48, 0x89, 36, 64)))
    assert song.notes == (MidiNote(10, 36, 100, 9, 0, 58),)


def test_running_status_and_velocity_zero() -> None:
    # 0x99 once; then data bytes only, the second and fourth with velocity 0.
    song = parse(chunk(event(0, 0x99, 36, 100), event(5, 36, 0), event(5, 38, 90), event(5, 38, 0)))
    assert song.notes == (MidiNote(0, 36, 100, 9, 0, 5), MidiNote(10, 38, 90, 9, 0, 15))


def test_running_status_goes_on_after_a_meta_event_and_a_sysex() -> None:
    sysex = event(0, 0xF0) + bytes((3, 0x41, 0x10, 0xF7))
    song = parse(chunk(event(0, 0x99, 36, 100), meta(1, 1, b"x"), sysex, event(4, 36, 0)))
    assert song.notes == (MidiNote(0, 36, 100, 9, 0, 5),)


def test_a_note_off_at_its_own_tick_ends_an_earlier_note_and_not_the_new_one() -> None:
    song = parse(
        chunk(
            event(0, 0x99, 36, 100),
            event(10, 0x99, 36, 90),
            event(0, 0x89, 36, 0),
            event(10, 0x89, 36, 0),
        )
    )
    assert [(note.tick, note.end) for note in song.notes] == [(0, 10), (10, 20)]


def test_a_note_ended_only_at_its_own_tick_or_never_shows_it() -> None:
    song = parse(
        chunk(event(7, 0x99, 36, 100), event(0, 0x89, 36, 0), event(9, 0x89, 36, 0), event(0, 0x99, 38, 1))
    )
    assert [(note.tick, note.end) for note in song.notes] == [(7, 7), (16, None)]


def test_one_note_off_ends_every_note_of_its_key() -> None:
    song = parse(chunk(event(0, 0x99, 36, 1), event(5, 0x99, 36, 2), event(5, 0x89, 36, 0)))
    assert [note.end for note in song.notes] == [10, 10]


def test_tracks_and_channels_do_not_end_each_others_notes() -> None:
    song = parse(
        chunk(event(0, 0x99, 36, 1), event(5, 0x80, 36, 0)),
        chunk(event(0, 0x99, 36, 2), event(9, 0x89, 36, 0)),
    )
    assert [(note.track, note.end) for note in song.notes] == [(0, None), (1, 9)]


def test_tempos_meters_names_and_texts() -> None:
    song = parse(
        chunk(
            meta(0, 3, b"Song"),
            tempo(0, 500_000),
            tempo(0, 600_000),
            meter(0, 6, 3),
            tempo(480, 400_000),
            meta(0, 1, "Grüße".encode()),
        ),
        chunk(meta(0, 3, b"Dr\xfcms"), meta(0, 4, b"Kit"), event(0, 0xB9, 4, 90), event(0, 0xC9, 1)),
    )
    assert song.tempos == [(0, 600_000), (480, 400_000)]
    assert song.qpm == 100.0
    assert song.meters == [(0, 6, 8)]
    assert song.meter == (6, 8)
    assert song.track_names == {0: "Song", 1: "Drüms"}
    assert song.instruments == {1: "Kit"}
    assert song.texts == [(480, 0, "Grüße")]
    assert song.pedals[9] == 1


def test_a_song_without_tempo_or_meter_is_120_in_four() -> None:
    song = parse(chunk(drums([(0, 36)])))
    assert (song.qpm, song.tempo, song.meter) == (120.0, 500_000, (4, 4))


def test_meta_events_of_a_wrong_length_say_nothing() -> None:
    song = parse(
        chunk(meta(0, 0x51, b"\0\0"), meta(0, 0x51, b"\0\0\0"), meta(0, 0x58, b"\4"), meta(0, 0x58, b"\0\2"))
    )
    assert (song.tempos, song.meters) == ([], [])


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_every_type_is_read(kind: int) -> None:
    assert len(parse(chunk(drums([(0, 36), (480, 38)])), kind=kind).notes) == 2


def test_the_tracks_of_type_2_are_pieces_of_their_own() -> None:
    first = chunk(tempo(0, 500_000), meter(0, 4, 2), drums([(0, 36)]))
    second = chunk(tempo(0, 600_000), meter(0, 3, 2), drums([(0, 38), (480, 38)]))
    parts = parse(first, second, kind=2).parts()
    assert [(part.qpm, part.meter, len(part.rows)) for part in parts] == [(120, (4, 4), 1), (100, (3, 4), 2)]
    whole = parse(first, second, kind=1)
    assert whole.parts() == [whole]


def test_a_tracks_end_ends_it_and_unknown_chunks_are_passed_over() -> None:
    body = drums([(0, 36)]) + meta(0, 0x2F, b"") + b"rubbish that is never read"
    track = b"MTrk" + len(body).to_bytes(4) + body
    data = smf(track, kind=0)
    data = data[:14] + b"XFIH" + (3).to_bytes(4) + b"abc" + data[14:] + b"trailing"
    assert len(parse_song(data, Path("x.mid")).notes) == 1


def test_a_track_without_an_end_event_and_a_longer_header_are_read() -> None:
    data = smf(chunk(drums([(0, 36)]), end=False))
    data = data[:4] + (8).to_bytes(4) + data[8:14] + b"\0\0" + data[14:]
    assert len(parse_song(data, Path("x.mid")).notes) == 1


def test_riff_files_are_read(tmp_path: Path) -> None:
    inner = smf(chunk(drums([(0, 36)])))
    data = (
        b"RIFF"
        + (len(inner) + 12).to_bytes(4, "little")
        + b"RMIDdata"
        + len(inner).to_bytes(4, "little")
        + inner
    )
    assert len(read_song(write(tmp_path / "song.rmi", data)).notes) == 1


def test_riff_files_may_tell_of_themselves_first(tmp_path: Path) -> None:
    inner = smf(chunk(drums([(0, 36)])))
    told = b"INFOINAM" + (3).to_bytes(4, "little") + b"abc"
    chunks = b"LIST" + len(told).to_bytes(4, "little") + told + b"\0"
    chunks += b"data" + len(inner).to_bytes(4, "little") + inner
    data = b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"RMID" + chunks
    assert len(read_song(write(tmp_path / "song.rmi", data)).notes) == 1
    with pytest.raises(MidiFileError, match="is not a MIDI file"):
        read_song(write(tmp_path / "empty.rmi", b"RIFF\4\0\0\0RMID"))


GOOD = smf(chunk(drums([(0, 36), (480, 38)])))
BROKEN = {
    "is empty": b"",
    "is not a MIDI file": b"Dear diary, today I renamed this to .mid\n",
    "its header is cut short": GOOD[:9],
    "its header gives a wrong length": GOOD[:4] + b"\xff\xff\xff\xff" + GOOD[8:],
    "of type 7": smf(chunk(), kind=7),
    "counts time in SMPTE frames, not in beats": smf(chunk(), ppq=0xE728),
    "gives no ticks to the quarter": smf(chunk(), ppq=0),
    "track 1 is cut short": GOOD[:-3],
    "gives a wrong length": GOOD[:18] + b"\x7f\xff\xff\xff" + GOOD[22:],
    "2 tracks are promised and 1 are there": GOOD[:11] + b"\2" + GOOD[12:],
    "breaks off inside an event": smf(chunk(event(0, 0x99, 36), end=False)),
    "inside an event": smf(chunk(event(0, 0xFF, 1) + b"\x50abc", end=False)),
    "track 1 breaks off": smf(chunk(event(0, 0xF0) + b"\x7fabc", end=False)),
    "no MIDI events": smf(chunk(event(0, 36, 100))),
    "bytes that are no MIDI events": smf(chunk(event(0, 0x99, 36, 200))),
    "are no MIDI events": smf(chunk(event(0, 0xB9, 200, 1))),
    "hold": smf(chunk(event(0, 0xC9, 200))),
    "more than four bytes": smf(chunk(b"\xff\xff\xff\xff\x01\x99\x24\x40")),
}


@pytest.mark.parametrize("words", BROKEN)
def test_what_is_wrong_is_said_in_a_sentence(words: str, tmp_path: Path) -> None:
    path = write(tmp_path / "bad.mid", BROKEN[words])
    with pytest.raises(MidiFileError, match=words) as caught:
        read_song(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_system_messages_are_passed_over() -> None:
    song = parse(chunk(event(0, 0xF2, 1, 2), event(0, 0xF8), event(0, 0xF1, 3), drums([(0, 36)])))
    assert len(song.notes) == 1


def test_more_tracks_than_any_song_has_are_refused() -> None:
    with pytest.raises(MidiFileError, match="more than 1000 tracks"):
        parse_song(smf(chunk(), kind=1) + b"MTrk\0\0\0\0" * 1000, Path("x.mid"))


def test_huge_files_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.mid"
    with path.open("wb") as stream:
        stream.write(GOOD)
        stream.truncate(MAX_BYTES * 1000)
    with pytest.raises(MidiFileError, match="larger than"):
        read_song(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mid"
    os.mkfifo(pipe)
    (tmp_path / "lost.mid").symlink_to(tmp_path / "nowhere")
    for path, words in (
        (tmp_path, "is a folder"),
        (pipe, "not a regular file"),
        (tmp_path / "lost.mid", "cannot be read"),
        (tmp_path / "a\0b.mid", "cannot be a file's name"),
        (tmp_path / ("x" * 300 + ".mid"), "cannot be read"),
    ):
        with pytest.raises(MidiFileError, match=words):
            read_song(path)


MESSAGES = st.one_of(
    st.builds(
        lambda kind, note, velocity: mido.Message(kind, channel=9, note=note, velocity=velocity),
        st.sampled_from(["note_on", "note_off"]),
        st.integers(35, 40),
        st.integers(0, 127),
    ),
    st.builds(lambda value: mido.Message("control_change", control=4, value=value), st.integers(0, 127)),
    st.builds(lambda value: mido.Message("pitchwheel", pitch=value), st.integers(-8192, 8191)),
    st.builds(lambda data: mido.Message("sysex", data=data), st.lists(st.integers(0, 127), max_size=4)),
    st.builds(lambda value: mido.MetaMessage("set_tempo", tempo=value), st.integers(1, (1 << 24) - 1)),
    st.builds(lambda text: mido.MetaMessage("text", text=text), st.text("abc", max_size=300)),
)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 1 << 20), MESSAGES), max_size=60), st.integers(1, 960))
def test_it_reads_what_another_library_writes(events: list[tuple[int, mido.Message]], ppq: int) -> None:
    file = mido.MidiFile(type=0, ticks_per_beat=ppq)
    track = mido.MidiTrack(message.copy(time=delta) for delta, message in events)
    file.tracks.append(track)
    stream = io.BytesIO()
    file.save(file=stream)
    song = parse_song(stream.getvalue(), Path("other.mid"))

    expected = []
    tempos: dict[int, int] = {}
    tick = 0
    for delta, message in events:
        tick += delta
        if message.type == "note_on" and message.velocity:
            expected.append((tick, message.note, message.velocity))
        elif message.type == "set_tempo":
            tempos[tick] = message.tempo
    assert [note[:3] for note in song.notes] == expected
    assert song.tempos == sorted(tempos.items())
    assert song.pedals[0] == sum(message.type == "control_change" for _, message in events)
    assert song.ppq == ppq


def test_the_table_holds_the_notes(tmp_path: Path) -> None:
    song = read_song(rock_file(tmp_path / "rock.mid"))
    assert [tuple(row) for row in song.table.tolist()] == list(song.notes)
