"""Remedies as JSON, as the command line writes them, and what they do to time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smf import chunk, drums, smf, tempo, write

from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.errors import DatasetError
from drumstudio.midi.reader import MidiSong, parse_song
from drumstudio.midi.rearranging import chained, in_meter, in_steady_tempo, in_tempo, seconds_of, with_factor
from drumstudio.ml.data.dataset import build
from drumstudio.ml.data.remedies import KINDS, Remedy, from_json, parse

REMEDIES = st.builds(
    Remedy,
    channel=st.none() | st.integers(0, 15),
    map=st.sampled_from(["", "roland", "my-kit"]),
    factor=st.sampled_from([0.5, 1.0, 2.0, 1.5]),
    qpm=st.none() | st.floats(20, 400),
    meter=st.sampled_from(["", "4/4", "7/8"]),
    steady=st.booleans(),
    join=st.lists(st.text(min_size=1), max_size=3).map(tuple),
    repeat=st.integers(1, 64),
    track=st.none() | st.integers(0, 30),
    apart=st.booleans(),
    salvage=st.booleans(),
    unended=st.booleans(),
    pedal=st.booleans(),
    accept=st.booleans(),
    skip=st.booleans(),
    style=st.text(max_size=5),
    beat_type=st.sampled_from(["", "beat", "fill"]),
)


@given(REMEDIES)
def test_json_gives_a_remedy_back(remedy: Remedy) -> None:
    assert from_json(remedy.to_json()) == remedy
    assert bool(remedy) == bool(remedy.to_json()) == bool(remedy.words())


@given(REMEDIES, REMEDIES)
def test_what_is_added_can_be_taken_away(one: Remedy, other: Remedy) -> None:
    both = one.with_(other)
    assert both.with_(other) == both
    assert {**one.to_json(), **other.to_json()} == both.to_json()
    assert not other.without(other)


@pytest.mark.parametrize(
    "spec",
    ["channel:3", "map:roland", "tempo:0.5", "qpm:97.5", "meter:7/8", "join:a b.mid", "repeat:4",
     "tracks:apart", "tracks:2", "style:rock", "type:fill", "steady", "salvage", "unended", "pedal", "accept",
     "skip"],
)  # fmt: skip
def test_what_the_command_line_writes_it_reads(spec: str) -> None:
    assert parse(spec).specs() == [spec]
    assert spec.partition(":")[0] in KINDS


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("channel", "needs a value, as channel:3"),
        ("channel:17", "a channel is 1 to 16"),
        ("channel:x", "write it as channel:3"),
        ("tempo:fast", "write it as tempo:half"),
        ("qpm:1", "a tempo is 20 to 400"),
        ("qpm:nan", "a tempo is 20 to 400"),
        ("meter:7", "a meter is written as 7/8"),
        ("meter:4/3", "a meter is written as 7/8"),
        ("repeat:0", "1 to 64 times"),
        ("tracks:0", "counted from 1"),
        ("type:song", "a beat or a fill"),
        ("salvage:yes", "there is no remedy 'salvage:yes'; choose one of channel"),
        ("magic", "there is no remedy 'magic'"),
    ],
)
def test_what_is_no_remedy(spec: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        parse(spec)


@pytest.mark.parametrize(
    "content",
    [3, {"channel": "3"}, {"channel": 0}, {"channel": True}, {"new": 1}, {"join": [1]}, {"join": "a"},
     {"factor": 100}, {"meter": "x"}, {"steady": 1}],
)  # fmt: skip
def test_json_that_is_no_remedy(content: object) -> None:
    with pytest.raises(ValueError, match=r"remedy|channel|factor|meter|join"):
        from_json(content)


SIXTEENTHS = st.lists(st.integers(0, 200), min_size=12, max_size=40, unique=True).map(sorted)
NOTES = (36, 38, 42)


def played(steps: list[int], at: int = 500_000) -> MidiSong:
    notes = [(120 * step, NOTES[index % 3]) for index, step in enumerate(steps)]
    return parse_song(smf(chunk(tempo(0, at), drums(notes))), Path("x.mid"))


@given(SIXTEENTHS, st.sampled_from([0.5, 2.0]))
def test_a_factor_moves_steps_and_nothing_that_sounds(steps: list[int], factor: float) -> None:
    song = played(steps)
    changed = with_factor(song, factor)
    before, after = seconds_of(song), seconds_of(changed)
    assert changed.qpm == pytest.approx(song.qpm * factor)
    for one, other in zip(song.rows, changed.rows, strict=True):
        assert other[1:5] == one[1:5]
        assert after(other[0]) == pytest.approx(before(one[0]), abs=1e-3)
        assert other[0] / changed.ppq == pytest.approx(factor * one[0] / song.ppq, abs=0.01)


@given(SIXTEENTHS, st.integers(200_000, 1_500_000), st.floats(40, 240))
def test_a_tempo_lays_a_grid_under_what_sounds(steps: list[int], at: int, qpm: float) -> None:
    song = played(steps, at)
    changed = in_tempo(song, qpm, 9)
    clock, first = seconds_of(song), min(row[0] for row in song.rows)
    assert changed.rows[0][0] == 0
    for one, other in zip(song.rows, changed.rows, strict=True):
        quarters = (clock(one[0]) - clock(first)) * qpm / 60
        assert other[0] / changed.ppq == pytest.approx(quarters, abs=1e-3)
        assert other[5] > other[0]


def test_a_tempo_map_is_followed() -> None:
    marks = tempo(0, 500_000) + tempo(1920, 1_000_000)
    song = parse_song(smf(chunk(marks), chunk(drums([(0, 36), (1920, 38), (3840, 36)]))), Path("x.mid"))
    assert [seconds_of(song)(tick) for tick in (0, 1920, 3840)] == [0.0, 2.0, 6.0]
    steady = in_steady_tempo(song)
    assert [seconds_of(steady)(tick) for tick in (0, 1920, 3840)] == [0.0, 2.0, 4.0]
    assert in_meter(song, (3, 4)).meters == [(0, 3, 4)]


@given(SIXTEENTHS, SIXTEENTHS)
def test_a_chain_holds_all_of_its_parts_from_bar_lines(one: list[int], other: list[int]) -> None:
    songs = [played(one), played(other)]
    whole = chained([(song, 9, GENERAL_MIDI) for song in songs])
    start = 1920 * (one[-1] // 16 + 1)
    assert [row[0] for row in whole.rows] == [120 * step for step in one] + [start + 120 * s for s in other]


def test_halving_and_doubling_a_file(tmp_path: Path) -> None:
    notes = [(120 * step, NOTES[step % 3]) for step in range(0, 256, 2)]
    path = write(tmp_path / "a.mid", smf(chunk(tempo(0, 300_000), drums(notes))))
    lengths = {}
    orders = {}
    for factor in (0.5, 1.0, 2.0):
        (sequence,) = build([path], remedies={str(path): Remedy(factor=factor)}).sequences
        lengths[factor] = len(sequence.events)
        orders[factor] = sequence.events[sequence.events != 0].tolist()
        assert sequence.qpm == 200 * factor
    assert lengths == {0.5: 128, 1.0: 255, 2.0: 509}
    assert orders[0.5] == orders[1.0] == orders[2.0]
