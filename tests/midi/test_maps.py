from __future__ import annotations

from pathlib import Path

import pytest
from support.smf import chunk, drums, event, meta, smf

from drumstudio.domain.drums import GENERAL_MIDI, MAGENTA, ROLAND, DrumMap
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import drum_channel, recognise_map, resolve_map
from drumstudio.midi.reader import MidiSong, parse_song

KIT = [(0, 36), (240, 42), (480, 38), (720, 42)]
MELODY = [(0, 60), (480, 64), (960, 67), (1440, 72)]


def parse(*tracks: bytes, name: str = "song.mid") -> MidiSong:
    return parse_song(smf(*(chunk(track) for track in tracks)), Path(name))


def test_channel_ten_comes_first() -> None:
    assert drum_channel(parse(drums(KIT, 0), drums([(0, 60)], 9))) == 9


def test_the_only_channel_is_taken_where_it_is_drums() -> None:
    assert drum_channel(parse(drums(KIT, 0))) == 0
    assert drum_channel(parse(drums([(0, 38)], 3))) == 3


def test_the_only_channel_that_looks_like_drums_is_taken() -> None:
    assert drum_channel(parse(drums(MELODY, 0), drums(KIT, 2))) == 2


def test_a_tracks_name_tells() -> None:
    named = meta(0, 3, b"Drum kit") + drums(KIT, 4)
    assert drum_channel(parse(named, drums(KIT, 2))) == 4


@pytest.mark.parametrize("tracks", [(drums(MELODY, 0),), (drums(KIT, 0), drums(KIT, 2))])
def test_otherwise_the_choice_is_offered(tracks: tuple[bytes, ...]) -> None:
    with pytest.raises(MidiFileError, match=r"song\.mid has no notes on channel 10 .* --channel 1"):
        drum_channel(parse(*tracks))


def test_a_wanted_channel_must_have_notes() -> None:
    song = parse(drums(KIT, 0), drums(KIT, 9))
    assert drum_channel(song, 0) == 0
    with pytest.raises(MidiFileError, match="no notes on channel 5; choose one it uses: --channel 1, 10"):
        drum_channel(song, 4)


def test_a_song_without_notes_says_so() -> None:
    with pytest.raises(MidiFileError, match="holds no notes"):
        drum_channel(parse(b""))


PEDAL = event(0, 0xB9, 4, 90) + event(10, 0xB9, 4, 70) + event(10, 0xB9, 4, 30)


@pytest.mark.parametrize(
    ("track", "name", "expected"),
    [
        (drums(KIT), "song.mid", GENERAL_MIDI),
        (drums([*KIT, (960, 58)]), "song.mid", GENERAL_MIDI),
        (drums([*KIT, (960, 22)]), "song.mid", ROLAND),
        (drums([*KIT, (960, 26)]), "song.mid", ROLAND),
        (PEDAL + drums(KIT), "song.mid", ROLAND),
        (PEDAL + drums([*KIT, (960, 35)]), "song.mid", GENERAL_MIDI),
        (event(0, 0xB9, 4, 0) + drums(KIT), "song.mid", GENERAL_MIDI),
        (meta(0, 3, b"TD-17 take 3") + drums(KIT), "song.mid", ROLAND),
        (drums(KIT), "145_gospel_120_fill_4-4.mid", ROLAND),
        (meta(0, 1, b"DrumStudio {not even JSON") + drums(KIT), "song.mid", GENERAL_MIDI),
    ],
)
def test_the_map_shows(track: bytes, name: str, expected: DrumMap) -> None:
    assert recognise_map(parse(track, name=name)) is expected


def test_the_pedal_of_another_channel_says_nothing_of_the_drums() -> None:
    pedal = b"".join(event(10, 0xB0, 4, value) for value in range(9))
    assert recognise_map(parse(pedal, drums(KIT)), 9) is GENERAL_MIDI


def test_maps_by_name() -> None:
    song = parse(drums([*KIT, (960, 22)]))
    assert resolve_map("magenta", song) is MAGENTA
    assert resolve_map("auto", song) is ROLAND
    with pytest.raises(
        MidiFileError, match="no drum map called 'alesis'; choose one of auto, gm, magenta, roland"
    ):
        resolve_map("alesis", song)
