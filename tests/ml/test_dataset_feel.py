"""Pieces on the grid of their feel: what data sets, their verdicts and the strokes behind them say of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smf import chunk, drums, meter, smf, tempo, write

from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.errors import DatasetError
from drumstudio.midi.files import read_song
from drumstudio.ml.data.cutting import Piece, cut
from drumstudio.ml.data.dataset import DataSet, build
from drumstudio.ml.data.sequences import Sequence
from drumstudio.ml.data.sources import Info

SHUFFLE = [(0, 36), (0, 42), (320, 42), (480, 38), (480, 42), (800, 42)]
TRIPLETS = [(0, 36), (0, 42), (160, 42), (320, 42), (480, 38), (480, 42), (640, 42), (800, 42)]
STRAIGHT = [(0, 36), (0, 42), (240, 42), (480, 38), (480, 42), (720, 42)]


def played(pair: list[tuple[int, int]], pairs: int, late: int = 0, start: int = 0) -> list[tuple[int, int]]:
    """Notes of `pairs` of quarters, all of them `late` ticks."""
    return [(start + 960 * index + tick + late, note) for index in range(pairs) for tick, note in pair]


def song(path: Path, *events: bytes) -> Path:
    return write(path, smf(chunk(*events)))


def one(path: Path, *events: bytes, kit: int = 9) -> tuple[Sequence, str]:
    """The only sequence of a file, and what is said of it."""
    data = build([song(path / "song.mid", *events)], kit=kit)
    assert len(data.sequences) == 1
    return data.sequences[0], data.verdicts[0].reason


def test_a_shuffle_is_placed_in_triplets(tmp_path: Path) -> None:
    found, reason = one(tmp_path, drums(played(SHUFFLE, 8), gate=5))
    assert (found.feel, found.steps_per_quarter, found.steps_per_bar, found.bars) == ("swung", 3, 12, 4)
    assert found.swing == pytest.approx(2 / 3, abs=0.01)
    assert found.events.tolist()[:6] == [5, 0, 4, 6, 0, 4]
    assert reason == "4 bars of 4/4 at 120; 8ths swung 67%, on 12 steps a bar"


def test_triplets_are_placed_in_triplets_in_other_meters_too(tmp_path: Path) -> None:
    notes = drums(played(TRIPLETS, 9), gate=5)
    found, reason = one(tmp_path, meter(0, 3, 2), notes)
    assert (found.feel, found.swing, found.steps_per_bar, found.bars) == ("triplet", 0.6667, 9, 6)
    assert reason == "6 bars of 3/4 at 120; triplet feel, on 9 steps a bar"
    found, reason = one(tmp_path, meter(0, 12, 3), notes)
    assert (found.feel, found.steps_per_quarter, found.steps_per_bar) == ("straight", 4, 24)


@pytest.mark.parametrize(("late", "words"), [(38, "40 ms late"), (-24, "25 ms early"), (2, "")])
def test_a_constant_offset_is_taken_out_and_told(late: int, words: str, tmp_path: Path) -> None:
    found, reason = one(tmp_path, drums(played(STRAIGHT, 8, late, 1920), gate=5))
    assert found.events.tolist()[16:24] == [5, 0, 4, 0, 6, 0, 4, 0]
    assert found.offset_seconds == pytest.approx(late / 960, abs=0.001)
    told = f"; played {words}, which is taken out" if words else ""
    assert reason == f"5 bars of 4/4 at 120{told}"


def test_each_piece_has_a_feel_of_its_own(tmp_path: Path) -> None:
    notes = drums([*played(SHUFFLE, 8), *played(STRAIGHT, 8, late=30, start=4 * 1920)], gate=5)
    tempos = tempo(0, 500_000) + tempo(4 * 1920, 375_000)
    data = build([write(tmp_path / "song.mid", smf(chunk(tempos), chunk(notes)))])
    assert [(found.feel, found.steps_per_bar, found.bars) for found in data.sequences] == [
        ("swung", 12, 4), ("straight", 16, 4)
    ]  # fmt: skip
    assert [len(found.events) for found in data.sequences] == [48, 63]
    assert data.verdicts[0].feel == "swung, straight"
    assert "8ths swung 67%, on 12 steps a bar, straight feel; played 23 ms late" in data.verdicts[0].reason


@pytest.mark.parametrize(("pair", "bar"), [(SHUFFLE, 12), (STRAIGHT, 8)])
def test_one_drum_is_placed_by_feel_too(pair: list[tuple[int, int]], bar: int, tmp_path: Path) -> None:
    found, _ = one(tmp_path, drums(played(pair, 8), gate=5), kit=1)
    assert found.steps_per_bar == bar
    assert set(found.events.tolist()) <= {0, 1}
    assert found.events.sum() == 32


def test_as_drum_rnn_does_it_a_shuffle_is_a_mess_of_16ths(tmp_path: Path) -> None:
    path = song(tmp_path / "song.mid", drums(played(SHUFFLE, 8, late=30), gate=5))
    data = build([path], quantise="drum_rnn")
    found = data.sequences[0]
    assert (data.quantise, found.feel, found.steps_per_bar, found.offset_seconds) == (
        "drum_rnn", "straight", 16, 0,
    )  # fmt: skip
    assert found.events.tolist()[:8] == [5, 0, 0, 4, 6, 0, 0, 4]
    with pytest.raises(DatasetError, match="no 'loose' to quantise by; choose one of feel, drum_rnn"):
        build([path], quantise="loose")


def test_the_fingerprint_tells_feels_apart() -> None:
    events = np.tile(np.array([1, 0, 2], np.int16), 8)
    straight = Sequence("a", events, "3/4", 12)
    waltz = DataSet((straight,)).fingerprint
    triplets = DataSet((Sequence("a", events, "3/4", 12, steps_per_quarter=3, feel="triplet", swing=2 / 3),))
    assert waltz != triplets.fingerprint
    assert waltz == DataSet((Sequence("b", events, "3/4", 12, offset_seconds=0.01),)).fingerprint


def test_a_saved_set_keeps_the_feel(tmp_path: Path) -> None:
    song(tmp_path / "song.mid", drums(played(SHUFFLE, 8, late=20), gate=5))
    data = build([tmp_path])
    data.save(tmp_path / "set.drumdata")
    again = build([tmp_path / "set.drumdata"])
    assert vars(again.sequences[0]) | {"events": 0} == vars(data.sequences[0]) | {"events": 0}
    assert again.verdicts[0].reason == data.verdicts[0].reason


# --- the strokes behind the events


def pieces(path: Path, *events: bytes, quantise: str = "feel") -> list[Piece]:
    return cut(read_song(song(path / "song.mid", *events)), 9, GENERAL_MIDI, 9, Info(), quantise)


@pytest.mark.parametrize("quantise", ["feel", "drum_rnn"])
def test_the_notes_of_a_piece_are_its_events(quantise: str, tmp_path: Path) -> None:
    (piece,) = pieces(tmp_path, drums(played(STRAIGHT, 8, late=12), velocity=70, gate=5), quantise=quantise)
    notes = piece.notes
    again = np.zeros_like(piece.events)
    np.bitwise_or.at(again, notes.steps, notes.bits)
    assert again.tolist() == piece.events.tolist()
    assert set(notes.velocities.tolist()) == {70}
    assert notes.offsets == pytest.approx(0 if quantise == "feel" else 0.1)


def test_notes_after_a_silence_count_from_their_own_start(tmp_path: Path) -> None:
    far = 100 * 1920
    found = pieces(tmp_path, drums([*played(STRAIGHT, 8), *played(STRAIGHT, 8, start=far)], gate=5))
    assert [piece.notes.steps.tolist() for piece in found] == [found[0].notes.steps.tolist()] * 2
    assert [piece.events.tolist() for piece in found] == [found[0].events.tolist()] * 2


@given(st.integers(-30, 30), st.sampled_from([SHUFFLE, TRIPLETS, STRAIGHT]))
def test_an_offset_changes_nothing_but_itself(late: int, pair: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        (even,) = pieces(Path(folder), drums(played(pair, 8, 0, 1920), gate=5))
        (moved,) = pieces(Path(folder), drums(played(pair, 8, late, 1920), gate=5))
    assert moved.events.tolist() == even.events.tolist()
    assert moved.feel.kind == even.feel.kind
    assert moved.feel.offset_seconds - even.feel.offset_seconds == pytest.approx(late / 960, abs=0.0015)
