from __future__ import annotations

import pytest

from drumstudio.domain.drums import (
    DRUM_COUNT,
    DRUM_MAPS,
    GENERAL_MIDI,
    GRID_ROWS,
    MAGENTA,
    ROLAND,
    Drum,
    DrumMap,
)


def test_drums_stand_in_drum_rnn_order() -> None:
    assert [d.label for d in Drum] == [
        "Kick", "Snare", "Closed hat", "Open hat", "Low tom", "Mid tom", "High tom", "Crash", "Ride",
    ]  # fmt: skip
    assert sorted(GRID_ROWS) == list(Drum)


@pytest.mark.parametrize("name", list(DRUM_MAPS))
def test_every_note_of_a_map_means_its_drum(name: str) -> None:
    drum_map = DRUM_MAPS[name]
    assert drum_map.name == name
    for drum in Drum:
        assert drum_map.drum_of(drum_map.note_of(drum)) is drum
        assert all(drum_map.drum_of(note) is drum for note in drum_map.notes[drum])
    assert drum_map.drum_of(0) is None


def test_the_three_maps_disagree_where_devices_do() -> None:
    assert [m.drum_of(58) for m in (ROLAND, GENERAL_MIDI, MAGENTA)] == [Drum.LOW_TOM, None, Drum.CRASH]
    assert [m.drum_of(48) for m in (ROLAND, GENERAL_MIDI, MAGENTA)] == [
        Drum.HIGH_TOM,
        Drum.MID_TOM,
        Drum.MID_TOM,
    ]
    assert [m.drum_of(45) for m in (ROLAND, GENERAL_MIDI, MAGENTA)] == [
        Drum.MID_TOM,
        Drum.LOW_TOM,
        Drum.LOW_TOM,
    ]


def test_a_td_11_is_sent_its_own_toms() -> None:
    assert [ROLAND.note_of(d) for d in (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)] == [43, 45, 48]


@pytest.mark.parametrize(
    "notes",
    [
        ((36,),) * (DRUM_COUNT - 1),
        ((36,),) * DRUM_COUNT,
        tuple((note,) for note in range(120, 129)),
        (*((note,) for note in range(8)), ()),
    ],
)
def test_maps_that_cannot_be_are_refused(notes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="map odd"):
        DrumMap("odd", "Odd", notes)


def test_what_chokes_is_bow_and_edge_of_the_cymbals() -> None:
    assert ROLAND.chokes_of(Drum.CRASH) == (49, 55, 57, 52)
    assert ROLAND.chokes_of(Drum.RIDE) == (51, 59)
    assert GENERAL_MIDI.chokes_of(Drum.CRASH) == ()


@pytest.mark.parametrize("unknown", [{"chokes": (1,)}, {"foot": (36, 1)}])
def test_a_map_chokes_and_treads_only_what_it_knows(unknown: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="map odd chokes or treads"):
        DrumMap("odd", "Odd", ROLAND.notes, **unknown)
