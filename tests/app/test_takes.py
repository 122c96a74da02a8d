"""The user's takes and the journals of recordings that broke off."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drumstudio import paths
from drumstudio.app.takes.journal import Journal, find_unfinished, journals_folder, read_journal
from drumstudio.app.takes.store import (
    delete_take,
    find_take,
    list_takes,
    load_take,
    new_name,
    recover_takes,
    rename_take,
    reread,
    restore_take,
    save_take,
)
from drumstudio.domain.cleaning import RAW
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Grid
from drumstudio.errors import TakeError
from drumstudio.midi.kit_maps import KitMap, to_json

TAKE = Take(
    tuple(Arrival(at, bytes((0x99, note, 100))) for at, note in ((0.0, 36), (0.5, 38), (1.0, 58))),
    ROLAND,
    recorded_at=1000.0,
)


def kept(name: str = "one") -> Path:
    return save_take(paths.user_takes() / f"{name}.mid", TAKE).path


def test_a_take_is_two_files_that_are_listed_and_read_back() -> None:
    path = kept()
    assert path.with_suffix(".json").exists()
    (found,) = list_takes().takes
    assert (found.name, found.path, found.take) == ("one", path, TAKE)
    assert find_take("one") == find_take("one.mid") == load_take(path) == load_take(path.with_suffix(".json"))


def test_a_name_without_an_ending_gets_one(tmp_path: Path) -> None:
    assert save_take(tmp_path / "my.take", TAKE).path == tmp_path / "my.take.mid"


def test_reading_it_otherwise_keeps_what_arrived() -> None:
    path = kept()
    assert [hit.drum for hit in find_take("one").read().hits] == [Drum.KICK, Drum.SNARE, Drum.LOW_TOM]
    other = reread(find_take("one"), RAW, GENERAL_MIDI)
    assert load_take(path) == other
    assert [hit.drum for hit in other.read().hits] == [Drum.KICK, Drum.SNARE]
    assert other.read().unmapped == {58: 1}
    assert other.take.arrivals == TAKE.arrivals


def test_a_take_becomes_a_pattern_of_its_length() -> None:
    assert find_take(kept().stem).pattern().bars == 1
    four = save_take(paths.user_takes() / "four.mid", replace(TAKE, bars=4))
    assert (four.pattern().bars, four.pattern(Grid(steps_per_quarter=3)).grid.triplet) == (4, True)


def shuffle(bars: int) -> Take:
    """A played shuffle of 8ths at 120 with a kick on each bar, a little uneven, all of it 12 ms late."""
    chance = random.Random(5)
    struck = []
    for quarter in range(4 * bars):
        struck += [(quarter / 2, 51), (quarter / 2 + 1 / 3, 51)]
        struck += [(quarter / 2, 36)] if quarter % 4 == 0 else []
    arrivals = [
        Arrival(at + 0.012 + chance.uniform(-0.004, 0.004), bytes((0x99, note, 90))) for at, note in struck
    ]
    return Take(tuple(sorted(arrivals)), ROLAND, 120.0, bars=bars)


def test_a_shuffle_goes_onto_triplets_and_keeps_its_timing_or_gives_it_up() -> None:
    kept_take = save_take(paths.user_takes() / "shuffle.mid", shuffle(4))
    loose, tight = kept_take.pattern(), kept_take.pattern(strength=1.0)
    assert loose.grid == Grid(steps_per_quarter=3)
    assert [hit.step for hit in loose.hits if hit.drum is Drum.RIDE] == [
        step for step in range(48) if step % 3 != 1
    ]
    assert any(hit.offset for hit in loose.hits)
    assert not any(hit.offset for hit in tight.hits)
    assert [hit.step for hit in tight.hits] == [hit.step for hit in loose.hits]


def test_a_take_that_was_deleted_comes_back() -> None:
    kept("one")
    kept("two")
    delete_take("one")
    delete_take("two")
    assert list_takes().takes == ()
    kept("two")
    assert restore_take().stem == "two 2"
    assert restore_take().stem == "one"
    assert [each.name for each in list_takes().takes] == ["one", "two", "two 2"]
    with pytest.raises(TakeError, match="no deleted take"):
        restore_take()


def test_a_take_is_renamed_but_not_over_another() -> None:
    kept("one")
    kept("two")
    assert rename_take("one", "Solo in 7.5").name == "Solo in 7.5.mid"
    assert find_take("Solo in 7.5").take == TAKE
    with pytest.raises(TakeError, match="there is a take 'two' already"):
        rename_take("Solo in 7.5", "two")
    for name in ("a/b", "", ".hidden", "a:b"):
        with pytest.raises(TakeError, match="cannot be called"):
            rename_take("two", name)


def test_what_is_not_there_is_a_sentence() -> None:
    for call in (find_take, delete_take):
        with pytest.raises(TakeError, match="there is no take 'x'"):
            call("x")
    with pytest.raises(TakeError, match=r"x\.json cannot be read"):
        load_take(Path("x.mid"))


def test_a_damaged_take_is_named_and_hides_no_other() -> None:
    kept("one")
    kept("two").with_suffix(".json").write_text("{")
    found = list_takes()
    assert [each.name for each in found.takes] == ["one"]
    assert "two.json is no take" in found.problems[0]


def test_a_take_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TakeError, match=r"cannot be written .*choose another name or folder"):
        save_take(tmp_path / "file" / "x.mid", TAKE)


def head(**more: Any) -> dict[str, Any]:
    return {
        "recorded_at": 1000.0,
        "source": "TD-11",
        "qpm": 90.0,
        "meter": [3, 4],
        "bars": 0,
        "map": to_json(KitMap(ROLAND)),
        "out": None,
        **more,
    }


def broken_off(count: int = 3, **more: Any) -> Path:
    """A journal whose program was killed: its file as far as it got, its lock free."""
    opened = Journal(head(**more))
    for index in range(count):
        opened.add(Arrival(50.0 + index * 0.5, bytes((0x99, 38, 60 + index))))
    opened.close()
    return opened.path


def test_a_recording_that_broke_off_becomes_a_take() -> None:
    path = broken_off()
    (sentence,) = recover_takes()
    (found,) = list_takes().takes
    assert "that broke off is recovered" in sentence
    assert str(found.path) in sentence
    assert found.path == new_name(1000.0).parent / found.path.name
    assert [(each.seconds, each.data[2]) for each in found.take.arrivals] == [(0.0, 60), (0.5, 61), (1.0, 62)]
    assert (found.take.qpm, str(found.take.meter), found.take.source) == (90.0, "3/4", "TD-11")
    assert not path.exists()
    assert recover_takes() == []


def test_its_bar_line_and_its_own_place_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "mine.mid"
    opened = Journal(head(out=str(out)))
    opened.add(Arrival(49.0, b"\x99\x26\x40"))
    opened.note(origin=50.0)
    opened.close()
    recover_takes()
    assert load_take(out).take.arrivals[0].seconds == -1.0


def test_a_file_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "mine.mid"
    save_take(out, TAKE)
    broken_off(out=str(out), recorded_at=2000.0)
    recover_takes()
    assert load_take(out).take == TAKE
    assert load_take(tmp_path / "mine 2.mid").take.recorded_at == 2000.0


def test_a_take_that_was_saved_before_the_crash_is_not_doubled(tmp_path: Path) -> None:
    out = tmp_path / "mine.mid"
    save_take(out, TAKE)
    broken_off(out=str(out), recorded_at=TAKE.recorded_at)
    (sentence,) = recover_takes()
    assert f"was saved as {out}" in sentence
    assert not (tmp_path / "mine 2.mid").exists()


def test_an_empty_recording_leaves_nothing() -> None:
    path = broken_off(0)
    assert "before anything was played" in recover_takes()[0]
    assert not path.exists()


def test_a_torn_line_costs_itself_alone() -> None:
    path = broken_off()
    with path.open("ab") as file:
        file.write(b'[51.7,"99\n[1,2,3]\n[2,"f8"]\n["x","992664"]\n[52.0,"992664"]\n[53.0,"9926')
    assert [each.seconds for each in read_journal(path).arrivals] == [50.0, 50.5, 51.0, 52.0]


def test_a_journal_that_is_being_written_is_left_alone() -> None:
    opened = Journal(head())
    assert find_unfinished() == []
    opened.close()
    assert [each.path for each in find_unfinished()] == [opened.path]
    opened.discard()
    assert list(journals_folder().iterdir()) == []


@pytest.mark.parametrize("wrong", [{"map": {}}, {"meter": 4}, {"qpm": "x"}, {"recorded_at": None}])
def test_a_head_that_makes_no_sense_is_told_and_kept(wrong: dict[str, Any]) -> None:
    path = broken_off(**wrong)
    assert recover_takes() == [f"{path} cannot be read; it is left where it is."]
    assert path.exists()


def test_what_is_no_journal_is_passed_over() -> None:
    journals_folder().mkdir(parents=True)
    (journals_folder() / "x.journal").write_text(json.dumps({"format": "other"}))
    assert recover_takes() == []


def test_a_recording_that_cannot_be_recovered_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = broken_off(out=str(tmp_path / "file" / "x.mid"))
    assert "cannot be saved" in recover_takes()[0]
    assert path.exists()


def test_a_journal_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(TakeError, match="so nothing would be safe"):
        Journal(head(), tmp_path / "file")


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size cannot be limited there")
def test_a_full_disk_is_told_and_stops_nothing() -> None:
    import resource

    opened = Journal(head())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, before[1]))
    try:
        for index in range(200):
            opened.add(Arrival(50.0 + index, b"\x99\x26\x40"))
        opened.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert opened.problem is not None
    assert "is only in memory until it ends" in opened.problem
    assert 10 < len(read_journal(opened.path).arrivals) < 200
