from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.smf import beat, chunk, drums, event, meter, rock_file, smf, tempo, write

from drumstudio.domain.drums import MAGENTA
from drumstudio.errors import DatasetError
from drumstudio.midi.files import read_song, steps
from drumstudio.ml.data.dataset import DataSet, Verdict, build, open_dataset

TABLE = (
    "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split\n"
    "drummer1,s,1,funk,100,beat,4-4,drummer1/a.mid,,9,train\n"
    "drummer1,s,2,rock,100,fill,3-4,drummer1/b.mid,,9,validation\n"
    "drummer2,s,3,rock/indie,100,beat,4-4,drummer2/c.mid,,9,test\n"
)


def song(path: Path, *tracks: bytes, kind: int = 1) -> Path:
    return write(path, smf(*(chunk(track) for track in tracks), kind=kind))


def only(data: DataSet) -> Verdict:
    assert len(data.verdicts) == 1
    return data.verdicts[0]


@pytest.fixture
def groove(tmp_path: Path) -> Path:
    """A folder laid out like the Groove MIDI Dataset."""
    root = tmp_path / "groove"
    (root / "x").mkdir(parents=True)
    (root / "info.csv").write_text(TABLE)
    for index, name in enumerate(("drummer1/a", "drummer1/b", "drummer2/c", "extra")):
        rock_file(root / f"{name}.mid", 4 + index)
    return root


def test_a_file_is_one_sequence_just_as_steps_gives_it(tmp_path: Path) -> None:
    notes = [(0, 36), *beat(2, start=10 * 1920 + 100), (30 * 1920, 49)]
    path = song(tmp_path / "gap.mid", tempo(0, 700_000), drums(notes))
    data = build([path], map="magenta", quantise="drum_rnn")
    assert len(data.sequences) == 1
    assert tuple(data.sequences[0].events.tolist()) == steps(read_song(path), MAGENTA).events
    assert data.sequences[0].events.dtype == np.int16
    assert (data.sequences[0].bars, data.bars, data.steps) == (31, 31, 481)
    assert only(data).reason == "31 bars of 4/4 at 85.714"


def test_long_recordings_are_not_cut(tmp_path: Path) -> None:
    data = build([rock_file(tmp_path / "long.mid", 200)])
    assert (len(data.sequences), data.bars) == (1, 200)


@pytest.mark.parametrize(("last", "bars"), [(1919, 2), (1800, 1), (0, 1)])
def test_two_bars_are_enough(last: int, bars: int, tmp_path: Path) -> None:
    data = build([song(tmp_path / "short.mid", drums([(0, 36), (last, 38)]))])
    assert data.bars == (bars if bars == 2 else 0)
    if bars == 1:
        assert only(data).kind == "short"
        assert only(data).reason == "1 bar of 4/4, and at least 2 are needed"
        assert only(data).remedy


def test_the_tables_facts_are_kept(groove: Path) -> None:
    data = build([groove])
    known = {
        sequence.file: (sequence.style, sequence.beat_type, sequence.drummer, sequence.split)
        for sequence in data.sequences
    }
    assert known == {
        "drummer1/a.mid": ("funk", "beat", "drummer1", "train"),
        "drummer1/b.mid": ("rock", "fill", "drummer1", "validation"),
        "drummer2/c.mid": ("rock/indie", "beat", "drummer2", "test"),
        "extra.mid": ("", "", "", "train"),
    }
    assert [len(data.split(name)) for name in ("train", "validation", "test", "all")] == [2, 1, 1, 4]
    assert data.styles() == {"rock": 2, "funk": 1, "": 1}
    with pytest.raises(DatasetError, match="no split called 'dev'"):
        data.split("dev")


def test_the_table_is_found_above_a_folder_and_above_a_file(groove: Path) -> None:
    for source in (groove / "drummer2", groove / "drummer2" / "c.mid", groove.parent):
        found = next(s for s in build([source]).sequences if s.file == "drummer2/c.mid")
        assert (found.style, found.split) == ("rock/indie", "test")


def test_a_table_of_something_else_is_not_used(groove: Path) -> None:
    (groove / "info.csv").write_bytes(b"name,price\nx,1\n\xff\xfe")
    assert {sequence.style for sequence in build([groove]).sequences} == {""}


def test_what_makes_no_sense_in_a_table_is_not_known(groove: Path) -> None:
    odd = "drummer1,s,1,,fast,,4-0,drummer1/a.mid,,9,some\ndrummer1,s,1,,inf,,x,drummer1/b.mid,,9,val\n"
    (groove / "info.csv").write_text(TABLE.splitlines()[0] + "\n" + odd)
    song(groove / "drummer1" / "a.mid", drums(beat(4)))
    song(groove / "drummer1" / "b.mid", drums(beat(8, step=120)))
    found = {s.file: (s.qpm, s.meter, s.split) for s in build([groove / "drummer1"]).sequences}
    assert found == {"drummer1/a.mid": (120, "4/4", "train"), "drummer1/b.mid": (120, "4/4", "validation")}


def test_a_table_that_cannot_be_read_is_not_used(groove: Path) -> None:
    (groove / "info.csv").write_text(TABLE + "x" * 200_000)
    assert {sequence.style for sequence in build([groove]).sequences} == {""}


@pytest.mark.parametrize(
    ("choices", "bars"),
    [
        ({"styles": ["rock"]}, 5 + 6),
        ({"styles": ["Rock", " funk"]}, 4 + 5 + 6),
        ({"styles": ["rock/indie"]}, 6),
        ({"beats_only": True}, 4 + 6),
        ({"fills_only": True}, 5),
        ({"meters": ["4/4"]}, 4 + 5 + 6 + 7),
        ({"meters": ["3/4"]}, 0),
    ],
)
def test_filters(choices: dict[str, object], bars: int, groove: Path) -> None:
    data = build([groove], **choices)  # type: ignore[arg-type]
    assert data.bars == bars
    assert all(v.reason and v.kind == "filtered" for v in data.verdicts if not v.used)


def test_filters_that_cannot_know_say_how_they_could(tmp_path: Path) -> None:
    path = rock_file(tmp_path / "mine.mid")
    for data in (build([path], styles=["rock"]), build([path], fills_only=True)):
        assert "not known" in only(data).reason
        assert "1_rock_120_beat_4-4.mid" in only(data).remedy


def test_file_names_tell_where_there_is_no_table(tmp_path: Path) -> None:
    data = build([rock_file(tmp_path / "10_latin-brazilian-baiao_95_fill_4-4.mid")])
    assert (data.sequences[0].style, data.sequences[0].beat_type) == ("latin/brazilian-baiao", "fill")


def test_the_files_own_meter_and_tempo_win_and_the_tables_fill_in(groove: Path) -> None:
    song(groove / "drummer1" / "a.mid", meter(0, 3, 2), tempo(0, 400_000), drums(beat(4)))
    song(groove / "drummer1" / "b.mid", drums(beat(6)))
    found = {
        sequence.file: (sequence.meter, sequence.steps_per_bar, sequence.qpm)
        for sequence in build([groove]).sequences
    }
    assert found["drummer1/a.mid"] == ("3/4", 12, 150)
    assert found["drummer1/b.mid"] == ("3/4", 12, 100)


def test_meter_changes_divide_and_lose_nothing(tmp_path: Path) -> None:
    notes = [*beat(4), *beat(4, per_bar=6, start=4 * 1920)]
    marks = meter(0, 4, 2) + meter(4 * 1920, 3, 2)
    # The first stroke of the 3/4 comes a little early and still belongs to it.
    notes = [(tick - 30 if tick == 4 * 1920 else tick, note) for tick, note in notes]
    data = build([song(tmp_path / "change.mid", marks, drums(notes))])
    first, second = data.sequences
    assert (first.meter, first.steps_per_bar, len(first.events), first.piece) == ("4/4", 16, 64, 0)
    assert (second.meter, second.steps_per_bar, second.bars, second.piece) == ("3/4", 12, 4, 1)
    assert second.events[0] == 1
    assert (only(data).bars, only(data).sequences) == (8, 2)
    assert "2 pieces" in only(data).reason


def test_tempo_changes_divide_at_the_nearest_bar_line(tmp_path: Path) -> None:
    marks = tempo(0, 500_000) + tempo(4 * 1920 + 300, 300_000)
    data = build([song(tmp_path / "change.mid", marks, drums(beat(8)))])
    assert [(s.bars, round(s.qpm), len(s.events)) for s in data.sequences] == [(4, 120, 64), (4, 200, 63)]


def test_tempo_that_only_drifts_or_leaves_too_little_divides_nothing(tmp_path: Path) -> None:
    drift = b"".join(tempo(1920, 500_000 + 3_000 * (bar % 3)) for bar in range(8))
    ending = tempo(0, 500_000) + tempo(7 * 1920, 900_000)
    every_bar = tempo(0, 500_000) + b"".join(tempo(1920, 500_000 + 50_000 * bar) for bar in range(1, 8))
    assert [s.bars for s in build([song(tmp_path / "a.mid", drift, drums(beat(8)))]).sequences] == [8]
    assert [s.bars for s in build([song(tmp_path / "b.mid", ending, drums(beat(8)))]).sequences] == [8]
    assert build([song(tmp_path / "c.mid", every_bar, drums(beat(8)))]).bars == 8


def test_a_tempo_within_the_first_bar_counts_from_the_start(tmp_path: Path) -> None:
    data = build([song(tmp_path / "late.mid", tempo(40, 400_000), drums(beat(4)))])
    assert [(s.qpm, s.bars) for s in data.sequences] == [(150, 4)]


def test_a_meter_written_a_little_late_counts_from_the_bar_line(tmp_path: Path) -> None:
    data = build([song(tmp_path / "late.mid", meter(20, 3, 2), drums(beat(4, per_bar=6)))])
    assert [(s.meter, s.bars) for s in data.sequences] == [("3/4", 4)]


def test_rests_before_a_change_of_meter_are_left_out(tmp_path: Path) -> None:
    marks = meter(0, 4, 2) + meter(2 * 1920, 3, 2) + meter(1440 * 4, 5, 2)
    data = build([song(tmp_path / "count-in.mid", marks, drums(beat(4, per_bar=6, start=2 * 1920)))])
    assert [(s.meter, s.bars, s.events[0]) for s in data.sequences] == [("3/4", 4, 1)]


def test_a_piece_too_short_is_named_and_the_rest_is_used(tmp_path: Path) -> None:
    marks = meter(0, 4, 2) + meter(4 * 1920, 3, 2) + meter(1440, 7, 5)
    notes = drums(beat(8))
    verdict = only(build([song(tmp_path / "parts.mid", marks, notes)]))
    assert (verdict.used, verdict.bars) == (True, 4)
    assert "left out: 1 bar of 3/4" in verdict.reason
    assert "a bar of 7/32 is not a whole number of 16ths" in verdict.reason


def test_a_meter_without_whole_steps_is_told(tmp_path: Path) -> None:
    path = song(tmp_path / "odd.mid", meter(0, 7, 5), drums(beat(4)))
    assert (only(build([path])).kind, only(build([path])).meter) == ("meter", "7/32")
    sixteenths = song(tmp_path / "odd16.mid", meter(0, 7, 4), drums(beat(4)))
    assert only(build([sixteenths])).used
    assert "whole number of 8ths" in only(build([sixteenths], kit=1)).reason


def test_minutes_of_silence_divide_at_a_bar_line(tmp_path: Path) -> None:
    far = 100 * 1920 + 480
    data = build([song(tmp_path / "left-running.mid", drums([*beat(2), *beat(2, start=far)]))])
    assert [len(s.events) for s in data.sequences] == [31, 35]
    assert data.sequences[1].events[:8].tolist() == [0, 0, 0, 0, 1, 0, 4, 0]
    late = build([song(tmp_path / "late.mid", drums(beat(2, start=far)))])
    assert [len(s.events) for s in late.sequences] == [35]


def test_a_time_without_end_is_told(tmp_path: Path) -> None:
    far = [(0, 36), ((1 << 28) - 1000, 38)]
    for index, marks in enumerate((b"", meter(0, 4, 2) + meter(1920, 3, 2))):
        data = write(tmp_path / f"{index}.mid", smf(chunk(marks), chunk(drums(far)), ppq=2))
        assert only(build([data])).kind == "size"


def test_the_tracks_of_type_2_are_sequences_of_their_own(tmp_path: Path) -> None:
    data = build([song(tmp_path / "two.mid", drums(beat(2)), drums(beat(3)), kind=2)])
    assert [s.bars for s in data.sequences] == [2, 3]


def test_one_drum_is_anything_struck_on_an_eighth_grid(tmp_path: Path) -> None:
    path = song(tmp_path / "one.mid", meter(0, 4, 2), drums([(0, 36), (240, 99), (250, 38), (1920, 42)]))
    data = build([path], kit=1)
    assert (data.steps_per_quarter, data.sequences[0].steps_per_bar) == (2, 8)
    assert data.sequences[0].events.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("track", "kind", "words"),
    [
        (b"", "notes", "holds no notes"),
        (drums([(0, 60), (960, 64)], 0), "channel", "channel 1 does not look like drums"),
        (drums([(0, 99), (9999, 99)]), "drums", "none of its 2 notes on channel 10 is a drum of the General"),
        (event(0, 0x99, 36, 9) + event(9999, 0x99, 36, 9), "drums", "its 2 notes are never ended"),
    ],
)
def test_what_cannot_be_used_says_why(track: bytes, kind: str, words: str, tmp_path: Path) -> None:
    verdict = only(build([song(tmp_path / "song.mid", track)]))
    assert (verdict.kind, verdict.used) == (kind, False)
    assert words in verdict.reason
    assert "song.mid" not in verdict.reason


def test_another_channel_can_be_given(tmp_path: Path) -> None:
    path = song(tmp_path / "song.mid", drums(beat(2)), drums(beat(4), 3))
    assert (build([path]).bars, build([path], channel=3).bars) == (2, 4)
    assert only(build([path], channel=3)).as_json()["channel"] == 4


def test_files_are_taken_once_and_by_what_they_are_called(tmp_path: Path) -> None:
    path = rock_file(tmp_path / "a.MID")
    write(tmp_path / ".hidden.mid", b"x")
    write(tmp_path / "readme.txt", b"x")
    (tmp_path / "link.mid").symlink_to(path)
    odd = rock_file(tmp_path / "sub" / "beat.bin")
    assert len(build([tmp_path, path, tmp_path / "sub" / ".." / "a.MID"]).verdicts) == 1
    assert len(build([tmp_path, odd]).verdicts) == 2


def test_splits_are_drawn_by_file_and_seed(tmp_path: Path) -> None:
    for index in range(20):
        draw = random.Random(index)
        notes = [(240 * step, draw.choice((36, 38, 42, 46))) for step in range(16 + 30)]
        song(tmp_path / f"{index}.mid", meter(0, 4, 2) + meter(2 * 1920, 3, 2), drums(notes))
    song(tmp_path / "copy.mid", meter(0, 4, 2) + meter(2 * 1920, 3, 2), drums([(0, 36), *beat(5)]))
    write(tmp_path / "copy2.mid", (tmp_path / "copy.mid").read_bytes())
    data = build([tmp_path])
    sides: dict[str, set[str]] = {}
    for sequence in data.sequences:
        sides.setdefault(sequence.file, set()).add(sequence.split)
    assert all(len(side) == 1 for side in sides.values())
    assert sides["copy.mid"] == sides["copy2.mid"]
    assert {sequence.split for sequence in data.sequences} == {"train", "validation", "test"}
    again = build([tmp_path])
    assert [s.split for s in again.sequences] == [s.split for s in data.sequences]
    assert [s.split for s in build([tmp_path], seed=1).sequences] != [s.split for s in data.sequences]


def test_few_files_leave_one_for_validation_and_none_for_test(tmp_path: Path) -> None:
    for bars in (2, 3, 4):
        rock_file(tmp_path / f"{bars}.mid", bars)
    splits = sorted(sequence.split for sequence in build([tmp_path]).sequences)
    assert splits == ["train", "train", "validation"]
    assert build([tmp_path / "2.mid"]).sequences[0].split == "train"


def test_progress_is_told(groove: Path) -> None:
    told: list[tuple[int, int]] = []
    build([groove], progress=lambda done, files: told.append((done, files)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("choices", "words"),
    [({"beats_only": True, "fills_only": True}, "choose one"), ({"kit": 5}, "9 drums or 1")],
)
def test_choices_that_make_no_sense(choices: dict[str, object], words: str, groove: Path) -> None:
    with pytest.raises(DatasetError, match=words):
        build([groove], **choices)  # type: ignore[arg-type]


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is not there; check the name"):
        build([tmp_path / "nowhere"])
    with pytest.raises(DatasetError, match="no MIDI files in"):
        build([tmp_path])
    with pytest.raises(DatasetError, match="cannot be read"):
        build([tmp_path / ("x" * 300)])


def test_opening_what_holds_nothing_says_why(tmp_path: Path) -> None:
    song(tmp_path / "a.mid", drums(beat(1)))
    with pytest.raises(
        DatasetError, match=r"none of the 1 files can be used: .*a\.mid: 1 bar of 4/4.*; record"
    ):
        open_dataset(tmp_path)
    assert open_dataset(rock_file(tmp_path / "b.mid")).bars == 4


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rock_file(tmp_path / "songs" / "a.mid")
    rock_file(tmp_path / "songs" / "locked.mid")
    rock_file(tmp_path / "songs" / "closed" / "b.mid")
    plain_scan, plain_open = os.scandir, Path.open

    def scan(path: str | Path = ".") -> Any:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return plain_scan(path)

    def opened(path: Path, *words: Any, **more: Any) -> Any:
        if path.name == "locked.mid":
            raise PermissionError(13, "Permission denied", str(path))
        return plain_open(path, *words, **more)

    # Whoever runs the tests may be allowed everything.
    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(Path, "open", opened)
    found = {Path(one.file).name: (one.kind, one.reason) for one in build([tmp_path / "songs"]).verdicts}
    refused = ("unreadable", "it cannot be read: Permission denied")
    assert (found["closed"], found["locked.mid"]) == (refused, refused)
    assert found["a.mid"][0] == "used"
