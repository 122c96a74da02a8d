from __future__ import annotations

from pathlib import Path

import pytest
from support.smf import chunk, drums, event, meter, smf, tempo, write

from drumstudio.domain.drums import GENERAL_MIDI, MAGENTA, ROLAND, Drum
from drumstudio.domain.pattern import MAX_BARS, Hit
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import import_pattern


def song(path: Path, *tracks: bytes, ppq: int = 480) -> Path:
    return write(path / "song.mid", smf(*(chunk(track) for track in tracks), ppq=ppq))


def test_a_foreign_file_keeps_tempo_meter_velocity_and_timing(tmp_path: Path) -> None:
    notes = drums([(0, 36), (732, 38), (1908, 42)], velocity=77)
    found = import_pattern(song(tmp_path, tempo(0, 600_000) + meter(0, 3, 2) + notes))
    assert (found.qpm, found.drum_map, found.channel) == (100, GENERAL_MIDI, 9)
    assert found.pattern.grid == Grid(Meter(3, 4), 4)
    assert found.pattern.bars == 2
    assert found.pattern.hits == (
        Hit(0, Drum.KICK, 77), Hit(6, Drum.SNARE, 77, 0.1), Hit(16, Drum.CLOSED_HAT, 77, -0.1)
    )  # fmt: skip


def test_other_ticks_per_quarter_are_scaled(tmp_path: Path) -> None:
    found = import_pattern(song(tmp_path, drums([(0, 36), (96, 38)], gate=5), ppq=96)).pattern
    assert [(hit.step, hit.offset) for hit in found.hits] == [(0, 0), (4, 0)]


def test_a_td_recording_is_known_by_its_notes(tmp_path: Path) -> None:
    found = import_pattern(song(tmp_path, drums([(0, 22), (120, 26), (240, 58), (360, 43)])))
    assert found.drum_map is ROLAND
    assert [hit.drum for hit in found.pattern.hits] == [
        Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.LOW_TOM, Drum.LOW_TOM,
    ]  # fmt: skip


def test_a_map_and_a_grid_can_be_given(tmp_path: Path) -> None:
    path = song(tmp_path, drums([(0, 58), (60, 36)]))
    found = import_pattern(path, MAGENTA, Grid(Meter(), 8))
    assert [(hit.step, hit.drum) for hit in found.pattern.hits] == [(0, Drum.CRASH), (1, Drum.KICK)]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    far = MAX_BARS * 1920
    notes = drums([(0, 36), (10, 36), (20, 99), (24, 99), (480, 81), (far, 38), (far + 960, 38)], gate=5)
    found = import_pattern(song(tmp_path, notes))
    assert found.unmapped == {99: 2, 81: 1}
    assert (found.merged, found.left_out) == (1, 2)
    assert found.pattern.bars == MAX_BARS


def test_a_time_without_end_costs_nothing(tmp_path: Path) -> None:
    found = import_pattern(song(tmp_path, drums([(0, 36), ((1 << 28) - 100, 38)]), ppq=1))
    assert found.pattern.bars == MAX_BARS
    assert found.pattern.hits == (Hit(0, Drum.KICK),)


@pytest.mark.parametrize(
    ("ticks", "steps_per_quarter"),
    [
        ([0, 160, 320], 3),
        ([0, 80, 160, 240, 320, 400], 6),
        ([0, 320], 3),  # a shuffle
        ([0, 240], 4),
        ([0, 120, 240, 360], 4),
        ([5, 130, 236, 371], 4),
        ([7, 166, 309], 3),
        ([0], 4),
    ],
)
def test_triplets_are_taken_where_they_clearly_fit(
    ticks: list[int], steps_per_quarter: int, tmp_path: Path
) -> None:
    notes = [(quarter * 480 + tick, 42) for quarter in range(16) for tick in ticks]
    assert import_pattern(song(tmp_path, drums(notes, gate=5))).pattern.grid == Grid(
        Meter(), steps_per_quarter
    )


def test_meters_that_16ths_do_not_fill_get_32nds_and_impossible_ones_four(tmp_path: Path) -> None:
    notes = drums([(index * 60, 36) for index in range(20)], gate=5)
    assert import_pattern(song(tmp_path, meter(0, 7, 5) + notes)).pattern.grid == Grid(Meter(7, 32), 8)
    assert import_pattern(song(tmp_path, meter(0, 3, 6) + notes)).pattern.grid == Grid(Meter(4, 4), 4)


@pytest.mark.parametrize(("rest", "bars"), [(0, 1), (3000, 1), (1440, 1), (3360, 2), (9120, 5), (11040, 1)])
def test_the_rests_of_a_loop_are_kept(rest: int, bars: int, tmp_path: Path) -> None:
    silent_end = event(rest, 0xB9, 7, 100)
    found = import_pattern(song(tmp_path, meter(0, 4, 2) + drums([(0, 36), (470, 38)], gate=10) + silent_end))
    assert found.pattern.bars == bars


def test_nothing_to_import_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MidiFileError, match=r"no drum of the General MIDI map on channel 10; try another"):
        import_pattern(song(tmp_path, drums([(0, 99)])))
    with pytest.raises(MidiFileError, match="holds no notes"):
        import_pattern(song(tmp_path, b""))
    with pytest.raises(MidiFileError, match="no notes on channel 3"):
        import_pattern(song(tmp_path, drums([(0, 36)])), channel=2)


def test_tempos_beyond_what_the_program_plays_are_held_to_it(tmp_path: Path) -> None:
    assert import_pattern(song(tmp_path, tempo(0, 1) + drums([(0, 36)]))).qpm == 400
