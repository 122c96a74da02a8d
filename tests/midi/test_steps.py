from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.smf import chunk, drums, event, meter, smf, tempo

from drumstudio.domain.drums import GENERAL_MIDI, MAGENTA, ROLAND
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import Steps, read_song, steps
from drumstudio.midi.reader import MidiSong, parse_song

GROOVE = os.environ.get("DRUMSTUDIO_GROOVE_DIR")


def parse(*events: bytes, ppq: int = 480) -> MidiSong:
    return parse_song(smf(chunk(*events), ppq=ppq), Path("song.mid"))


def test_notes_become_events() -> None:
    # Kick and closed hat on 0, snare late on 4, ride early on 8, an unknown note, crash on 10.
    song = parse(drums([(0, 36), (0, 42), (500, 38), (920, 51), (1000, 99), (1200, 49)]))
    assert steps(song, MAGENTA) == Steps(16, (5, 0, 0, 0, 2, 0, 0, 0, 256, 0, 128))


def test_the_map_decides_what_a_note_means() -> None:
    song = parse(drums([(0, 58), (120, 48), (240, 45)]))
    assert steps(song, MAGENTA).events == (1 << 7, 1 << 5, 1 << 4)
    assert steps(song, ROLAND).events == (1 << 4, 1 << 6, 1 << 5)
    assert steps(song, GENERAL_MIDI).events == (0, 1 << 5, 1 << 4)


def test_only_the_drums_channel_counts() -> None:
    song = parse(drums([(0, 36)]), drums([(0, 38)], channel=0))
    assert steps(song, MAGENTA).events == (1,)
    assert steps(song, MAGENTA, 0).events == (2,)


def test_a_note_ended_only_at_its_own_tick_is_dropped() -> None:
    song = parse(
        event(0, 0x99, 36, 100), event(0, 0x89, 36, 0), event(120, 0x99, 38, 9), event(1, 0x89, 38, 0)
    )
    assert steps(song, MAGENTA).events == (0, 2)


def test_a_note_that_nothing_ends_is_dropped() -> None:
    song = parse(drums([(0, 36)]), event(480, 0x99, 38, 100))
    assert steps(song, MAGENTA).events == (1,)


@pytest.mark.parametrize(
    ("numerator", "power", "bar"), [(4, 2, 16), (3, 2, 12), (6, 3, 12), (5, 3, 10), (7, 5, 3.5)]
)
def test_steps_per_bar_follow_the_meter(numerator: int, power: int, bar: float) -> None:
    found = steps(parse(meter(0, numerator, power), drums([(0, 36)])), MAGENTA)
    assert found.steps_per_bar == bar
    assert isinstance(found.steps_per_bar, float) == (bar == 3.5)


def test_tempo_changes_do_not_move_steps() -> None:
    notes = drums([(0, 36), (1920, 36), (3840, 38)])
    plain = steps(parse(tempo(0, 500_000), notes), MAGENTA)
    changing = parse_song(smf(chunk(tempo(0, 500_000), tempo(1920, 900_000)), chunk(notes)), Path("x.mid"))
    assert steps(changing, MAGENTA) == plain


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 100_000), min_size=1, max_size=50),
    st.integers(1, (1 << 24) - 1),
    st.sampled_from([1, 24, 96, 120, 192, 220, 480, 960, 32767]),
)
def test_rounding_is_that_of_double_precision_in_the_published_order(
    ticks: list[int], microseconds: int, ppq: int
) -> None:
    song = parse(tempo(0, microseconds), drums([(tick, 36) for tick in ticks], gate=100_001), ppq=ppq)
    scale = 60.0 / ((6e7 / microseconds) * ppq)
    qpm = 60.0 / (scale * ppq)
    struck = {int(scale * tick * (4 * qpm / 60) + 0.5) for tick in ticks}
    found = steps(song, MAGENTA).events
    assert {place for place, event in enumerate(found) if event} == struck
    assert len(found) == max(struck) + 1


def test_half_way_notes_fall_as_the_roundings_let_them() -> None:
    # Tick 420 is exactly half a step after step 3; at this tempo double precision puts it just below.
    assert steps(parse(tempo(0, 500_000), drums([(420, 36)])), MAGENTA).events == (0, 0, 0, 0, 1)
    assert steps(parse(tempo(0, 666_667), drums([(420, 36)])), MAGENTA).events == (0, 0, 0, 1)


def test_a_time_without_end_is_refused() -> None:
    with pytest.raises(MidiFileError, match="damaged"):
        steps(parse(drums([(0, 36), ((1 << 28) - 1, 36)]), ppq=1), MAGENTA)


def test_no_known_drum_gives_no_events() -> None:
    assert steps(parse(drums([(0, 99)])), MAGENTA) == Steps(16, ())


@pytest.mark.groove
@pytest.mark.skipif(not GROOVE, reason="DRUMSTUDIO_GROOVE_DIR names no copy of the Groove MIDI Dataset")
def test_every_file_of_the_groove_dataset_agrees_with_another_reader() -> None:
    files = sorted(Path(GROOVE or "").rglob("*.mid"))
    assert files
    for path in files:
        assert steps(read_song(path), MAGENTA).events == by_mido(path), path


def by_mido(path: Path) -> tuple[int, ...]:
    """The same from mido's messages, a note at a time."""
    file = mido.MidiFile(path)
    microseconds = 500_000
    tick = 0
    sounding: dict[int, list[int]] = defaultdict(list)
    struck: dict[int, set[int]] = defaultdict(set)
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        if message.type == "set_tempo" and tick == 0:
            microseconds = message.tempo
        if message.type not in ("note_on", "note_off") or message.channel != 9:
            continue
        if message.type == "note_on" and message.velocity:
            sounding[message.note].append(tick)
            continue
        begun = sounding.pop(message.note, [])
        earlier = [start for start in begun if start < tick]
        struck[message.note].update(earlier)
        if earlier and len(earlier) < len(begun):
            sounding[message.note] = [start for start in begun if start == tick]
    scale = 60.0 / ((6e7 / microseconds) * file.ticks_per_beat)
    qpm = 60.0 / (scale * file.ticks_per_beat)
    events: dict[int, int] = defaultdict(int)
    for note, ticks in struck.items():
        drum = MAGENTA.drum_of(note)
        for start in ticks if drum is not None else ():
            events[int(scale * start * (4 * qpm / 60) + 0.5)] |= 1 << int(drum or 0)
    return tuple(events[step] for step in range(max(events) + 1))
