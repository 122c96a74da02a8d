"""Takes joined, given another tempo or first bar line, and made of MIDI files; the list of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smf import chunk, event, smf, tempo, write

from drumstudio import paths
from drumstudio.app.takes.edits import (
    bars_of,
    import_take,
    join_takes,
    retimed,
    starting_at,
    suggested_qpm,
)
from drumstudio.app.takes.rows import TakeRows, list_rows, row_of
from drumstudio.app.takes.store import KeptTake, delete_take, list_takes, load_take, restore_take, save_take
from drumstudio.domain.cleaning import AS_USUAL, RAW
from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, Drum
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Meter
from drumstudio.errors import MidiFileError, TakeError

TAKE = Take(
    tuple(Arrival(at, bytes((0x99, note, 100))) for at, note in ((0.0, 36), (0.5, 38), (1.0, 58))),
    ROLAND,
    recorded_at=1000.0,
)


def kept(name: str = "one", take: Take = TAKE) -> KeptTake:
    return save_take(paths.user_takes() / f"{name}.mid", take)


def seconds_of(take: Take) -> list[float]:
    return [round(each.seconds, 4) for each in take.arrivals]


def test_a_take_has_the_bars_it_was_asked_for_or_those_that_were_played_in() -> None:
    assert bars_of(replace(TAKE, bars=4)) == 4
    assert bars_of(TAKE) == 1
    assert bars_of(replace(TAKE, meter=Meter(2, 4))) == 2
    assert bars_of(replace(TAKE, arrivals=())) == 1
    # A pedal that moved later is no playing.
    late = (*TAKE.arrivals, Arrival(9.0, bytes((0xB9, 4, 90))))
    assert bars_of(replace(TAKE, arrivals=late)) == 1


@given(st.floats(20.0, 400.0))
def test_another_tempo_moves_the_bars_and_no_stroke(qpm: float) -> None:
    changed = retimed(kept(), qpm)
    assert changed.take.arrivals == TAKE.arrivals
    assert load_take(changed.path).take.qpm == qpm


@pytest.mark.parametrize("qpm", [0.0, 19.0, 401.0, float("nan")])
def test_a_tempo_that_nobody_plays_is_a_sentence(qpm: float) -> None:
    with pytest.raises(TakeError, match="a tempo is 20 to 400"):
        retimed(kept(), qpm)


def test_the_first_bar_line_moves_with_everything_at_its_distance() -> None:
    moved = starting_at(kept(), 0.5)
    assert seconds_of(load_take(moved.path).take) == [-0.5, 0.0, 0.5]


def test_a_steady_hand_speaks_for_its_tempo_and_a_few_strokes_for_none() -> None:
    beat = 60 / 84
    struck = sorted([(i * beat, 36) for i in range(24)] + [(i * beat / 2, 42) for i in range(48)])
    struck += [(at + beat / 4, 38) for at, note in struck if note == 36]
    steady = tuple(sorted(Arrival(at, bytes((0x99, note, 90))) for at, note in struck))
    qpm = suggested_qpm(kept(take=replace(TAKE, arrivals=steady)))
    assert qpm is not None
    assert abs(qpm - 84.0) < 0.5
    assert suggested_qpm(kept()) is None


def test_takes_are_joined_from_bar_line_to_bar_line() -> None:
    early = (Arrival(-1.0, bytes((0x99, 49, 90))), Arrival(-0.05, bytes((0x99, 36, 90))))
    kept("a", replace(TAKE, bars=2))
    kept("b", replace(TAKE, arrivals=(*early, *TAKE.arrivals), bars=1))
    joined = join_takes(["a", "b"])
    assert joined.name == "a + 1 more"
    assert joined.take.bars == 3
    assert seconds_of(joined.take) == [0.0, 0.5, 1.0, 3.95, 4.0, 4.5, 5.0]
    # What was joined is still there.
    assert [each.name for each in list_takes().takes] == ["a", "a + 1 more", "b"]


def test_what_came_before_the_first_of_all_is_kept() -> None:
    kept("a", replace(TAKE, arrivals=(Arrival(-1.0, bytes((0x99, 49, 90))), *TAKE.arrivals)))
    kept("b")
    joined = join_takes(["a", "b"])
    assert seconds_of(joined.take)[0] == -1.0
    assert joined.take.bars == 0


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(TAKE, qpm=99.0), "different tempos, 120 and 99"),
        (replace(TAKE, meter=Meter(3, 4)), "different meters, 4/4 and 3/4"),
        (replace(TAKE, drum_map=GENERAL_MIDI), "different drum maps, Roland TD and General MIDI"),
    ],
)
def test_takes_that_do_not_go_together_are_left_apart(other: Take, words: str) -> None:
    kept("a")
    kept("b", other)
    with pytest.raises(TakeError, match=words):
        join_takes(["a", "b"])
    with pytest.raises(TakeError, match="two takes or more"):
        join_takes(["a"])
    assert len(list_takes().takes) == 2


def test_a_midi_file_becomes_a_take_whose_notes_keep_their_moments(tmp_path: Path) -> None:
    kick, snare = (event(0, 0x99, note, 100) + event(20, 0x89, note, 64) for note in (36, 38))
    slower = tempo(460, 1_000_000)  # on beat 2, from which quarters last twice as long
    track = chunk(tempo(0, 500_000), kick, slower, snare, event(460, 0x99, 36, 90))
    path = write(tmp_path / "x.mid", smf(track))
    take = import_take(path).take
    assert take.qpm == 120.0
    assert [round(each.seconds, 3) for each in take.arrivals if each.data[0] == 0x99] == [0.0, 0.5, 1.5]
    assert (take.source, import_take(path).name) == ("x.mid", "x 2")


def test_a_take_of_this_program_is_taken_over_as_it_is(tmp_path: Path) -> None:
    save_take(tmp_path / "mine.mid", TAKE, RAW)
    taken = import_take(tmp_path / "mine.mid")
    assert (taken.take, taken.cleaning) == (TAKE, RAW)
    assert taken.path == paths.user_takes() / "mine.mid"


def test_a_file_without_drums_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.mid").write_bytes(b"no midi")
    with pytest.raises(MidiFileError, match=r"x\.mid"):
        import_take(tmp_path / "x.mid")
    assert list_takes().takes == ()


def test_any_deleted_take_comes_back_from_its_own_place() -> None:
    kept("one")
    kept("two")
    place = delete_take("one")
    delete_take("two")
    assert restore_take(place).stem == "one"
    assert restore_take().stem == "two"


def test_the_list_has_the_newest_first_and_reads_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept("old")
    kept("new", replace(TAKE, recorded_at=2000.0))
    (paths.user_takes() / "bad.json").write_text("{")
    first = list_rows()
    assert [row.name for row in first.rows] == ["new", "old"]
    assert "bad.json is no take" in first.problems[0]
    assert (first.rows[0].bars, first.rows[0].bar_seconds, first.rows[0].span) == (1, 2.0, 2.0)
    retimed(first.rows[0].kept, 90.0)
    read: list[Path] = []

    def reading(path: Path) -> KeptTake:
        read.append(path)
        return load_take(path)

    monkeypatch.setattr("drumstudio.app.takes.rows.load_take", reading)
    again = list_rows(first)
    assert [path.stem for path in read] == ["bad", "new"] or [path.stem for path in read] == ["new", "bad"]
    assert again.rows[1] is first.rows[1]
    assert again.rows[0].kept.take.qpm == 90.0
    assert list_rows(TakeRows(), paths.user_takes() / "none") == TakeRows()


def test_a_row_knows_what_was_put_aside() -> None:
    echo = Take((Arrival(0.0, bytes((0x99, 36, 120))), Arrival(0.02, bytes((0x99, 36, 20)))), ROLAND)
    row = row_of(kept(take=echo))
    assert [hit.drum for hit in row.found.hits] == [Drum.KICK]
    assert len(row.found.aside) == 1
    assert row.kept.cleaning == AS_USUAL
