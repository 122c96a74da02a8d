from __future__ import annotations

from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
        ([40, 206, 349], 3),  # late as a whole
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


@pytest.mark.parametrize(
    ("ticks", "steps_per_quarter", "swing"),
    [
        ([0, 272], 2, 0.57),  # 8ths, lightly swung
        ([0, 139, 240, 379], 4, 0.58),  # a shuffle of 16ths
        ([0, 160, 240, 400], 4, 0.67),
        ([0, 272, 376], 4, 0.5),  # swung 8ths with a 16th between: one swing cannot say both
        ([0, 240], 4, 0.5),
    ],
)
def test_swing_is_taken_where_it_says_what_is_played(
    ticks: list[int], steps_per_quarter: int, swing: float, tmp_path: Path
) -> None:
    notes = [(quarter * 480 + tick, 42) for quarter in range(16) for tick in ticks]
    found = import_pattern(song(tmp_path, drums(notes, gate=5))).pattern
    assert (found.grid, found.swing) == (Grid(Meter(), steps_per_quarter), swing)
    assert [found.tick_of(hit) for hit in found.hits] == [tick for tick, _ in notes]


def test_a_stroke_that_swing_cannot_reach_keeps_the_grid_straight(tmp_path: Path) -> None:
    notes = [(quarter * 480 + tick, 42) for quarter in range(16) for tick in (0, 139, 240, 379)]
    found = import_pattern(song(tmp_path, drums([*notes, (7680 + 70, 42)], gate=5))).pattern
    assert (found.grid, found.swing) == (Grid(), 0.5)
    assert found.tick_of(found.hits[-1]) == 7750


def test_a_late_performance_keeps_its_steps_and_its_lateness(tmp_path: Path) -> None:
    # 38 ms late at 180, nearly half a step.
    late = [(step * 120 + 55, 36 + 2 * (step % 4 == 2)) for step in range(40)]
    path = song(tmp_path, tempo(0, 333_333) + drums([*late, (4858, 42)], gate=5))
    found = import_pattern(path).pattern
    assert [hit.step for hit in found.hits] == [*range(40), 40]
    assert [found.tick_of(hit) for hit in found.hits] == [*(tick for tick, _ in late), 4858]


@settings(max_examples=50, deadline=None)
@given(
    feel=st.sampled_from(
        [(0, 240), (0, 120, 240, 360), (0, 270), (0, 320), (0, 160, 320), (0, 145, 240, 385)]
    ),
    late=st.integers(-40, 40),
    seed=st.integers(0, 99),
    loose=st.sampled_from([0, 4, 15]),
)
def test_whatever_grid_is_chosen_what_is_heard_stays(
    feel: tuple[int, ...], late: int, seed: int, loose: int
) -> None:
    draw = Random(seed)
    ticks = sorted(
        {
            480 * quarter + 480 + tick + late + round(draw.gauss(0, loose))
            for quarter in range(12)
            for tick in feel
        }
    )
    with TemporaryDirectory() as folder:
        found = import_pattern(
            song(Path(folder), drums(list(zip(ticks, cycle([36, 38, 42]), strict=False)), gate=1))
        )
    assert found.merged == 0
    heard = sorted(found.pattern.tick_of(hit) for hit in found.pattern.hits)
    assert all(abs(one - other) <= 1 for one, other in zip(heard, ticks, strict=True))


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
