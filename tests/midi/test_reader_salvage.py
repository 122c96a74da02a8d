"""Damaged files and files in SMPTE frames, read for all that; and what other files are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smf import beat, chunk, drums, rock_file, smf, tempo, write

from drumstudio.errors import MidiFileError
from drumstudio.midi.reader import parse_song, read_song

WHOLE = smf(chunk(tempo(0, 400_000)), chunk(drums(beat(4))))
NAME = Path("x.mid")


def test_a_cut_file_is_read_up_to_its_end() -> None:
    cut = WHOLE[: len(WHOLE) // 2]
    with pytest.raises(MidiFileError, match="track 2 is cut short"):
        parse_song(cut, NAME)
    found = parse_song(cut, NAME, salvage=True)
    whole = parse_song(WHOLE, NAME)
    assert 0 < len(found.rows) < len(whole.rows)
    assert [row[:5] for row in found.rows] == [row[:5] for row in whole.rows[: len(found.rows)]]
    assert found.tempos == whole.tempos


def test_a_missing_track_leaves_the_others() -> None:
    missing = WHOLE.replace(b"\x00\x01\x00\x02", b"\x00\x01\x00\x03", 1)
    found = parse_song(missing, NAME, salvage=True)
    assert (len(found.rows), "3 tracks are promised" in found.damage) == (32, True)


def test_bytes_that_are_no_events_end_a_track() -> None:
    broken = smf(chunk(drums(beat(2)), b"\x00\xff\x51"), chunk(drums(beat(1), channel=3)))
    found = parse_song(broken, NAME, salvage=True)
    assert found.channels() == {9: 16, 3: 8}
    assert found.damage


def test_a_whole_file_is_the_same_with_and_without() -> None:
    one, other = parse_song(WHOLE, NAME), parse_song(WHOLE, NAME, salvage=True, frames=True)
    assert (one.rows, one.tempos, one.meters, one.ppq) == (other.rows, other.tempos, other.meters, other.ppq)
    assert other.damage == ""


@given(st.data())
def test_salvaging_raises_nothing_but_its_own(data: st.DataObject) -> None:
    spoilt = bytearray(WHOLE[: data.draw(st.integers(14, len(WHOLE)))])
    for at in data.draw(st.lists(st.integers(14, len(spoilt)), max_size=6)):
        if at < len(spoilt):
            spoilt[at] = data.draw(st.integers(0, 255))
    try:
        rows = parse_song(bytes(spoilt), NAME, salvage=True).rows
    except MidiFileError:  # the header itself
        rows = []
    assert all(0 <= row[1] < 128 and 0 < row[2] < 128 for row in rows)


@pytest.mark.parametrize(("rate", "seconds"), [(24, 1.0), (25, 1.0), (29, 1.001), (30, 1.0)])
def test_frames_are_read_as_seconds(rate: int, seconds: float) -> None:
    ticks = (30 if rate == 29 else rate) * 40
    data = bytearray(smf(chunk(tempo(0, 300_000), drums([(0, 36), (ticks, 38)]))))
    data[12:14] = bytes((256 - rate, 40))
    with pytest.raises(MidiFileError, match="SMPTE frames"):
        parse_song(bytes(data), NAME)
    found = parse_song(bytes(data), NAME, frames=True)
    assert (found.ppq, found.notes[1].tick / found.ppq * found.tempo / 1e6) == (ticks, seconds)


@pytest.mark.parametrize("division", [b"\x9c\x28", b"\xe7\x00"])
def test_frames_that_make_no_sense(division: bytes) -> None:
    data = bytearray(smf(chunk(drums(beat(1)))))
    data[12:14] = division
    with pytest.raises(MidiFileError, match="no ticks to the second"):
        parse_song(bytes(data), NAME, frames=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "but a picture"),
        (b"PK\x03\x04\x14\0", "but a zip archive; unpack it"),
        ("Grüße aus Köln\n".encode() * 60, "but text"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "but sound"),
        (b"\x00\x01\x02\x03\xfe", None),
    ],
)
def test_what_it_is_instead(content: bytes, words: str | None, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mid", content)
    with pytest.raises(MidiFileError) as told:
        read_song(path)
    assert str(told.value) == f"{path} is not a MIDI file{f', {words}' if words else ''}" or (
        words is not None and words in str(told.value)
    )


def test_tracks_are_songs_in_the_tempo_of_all(tmp_path: Path) -> None:
    path = write(tmp_path / "two.mid", smf(chunk(tempo(0, 400_000)), *(chunk(drums(beat(2))),) * 2))
    found = read_song(path).tracks()
    assert [(len(song.rows), song.tempo) for song in found] == [(16, 400_000)] * 2
    assert len(read_song(rock_file(tmp_path / "one.mid")).tracks()) == 1
