from __future__ import annotations

import pytest

from drumstudio.domain.drums import Drum
from drumstudio.midi.kit_maps import load_maps
from drumstudio.midi.learning import MAIN_PADS, PADS, Pad, learned_map

BY_NAME = {pad.name: pad for pad in PADS}


def answers(**notes: int) -> dict[Pad, int]:
    return {BY_NAME[name.replace("_", " ").replace("Hi hat", "Hi-hat").replace("hi hat", "hi-hat")]: note
            for name, note in notes.items()}  # fmt: skip


def test_every_drum_is_asked_for_once_at_least() -> None:
    assert {pad.drum for pad in MAIN_PADS} == set(Drum)
    assert len(MAIN_PADS) == len(Drum)
    assert len({pad.name for pad in PADS}) == len(PADS)


@pytest.mark.parametrize("name", ["roland", "alesis-nitro", "yamaha-dtx"])
def test_a_known_kit_is_recognised_and_its_other_pads_come_along(name: str) -> None:
    maps = load_maps()
    known = maps.get(name).drum_map
    found = learned_map("mine", "Mine", "Port", {pad: known.note_of(pad.drum) for pad in MAIN_PADS}, maps)
    assert found.like is not None
    asked = [known.note_of(pad.drum) for pad in MAIN_PADS]
    assert [found.like.drum_map.drum_of(n) for n in asked] == [pad.drum for pad in MAIN_PADS]
    assert {drum: found.kit.drum_map.note_of(drum) for drum in Drum} == {d: known.note_of(d) for d in Drum}
    assert found.kit.ports == ("Port",)


def test_a_kit_that_nobody_knows_gets_a_map_of_its_own() -> None:
    given = answers(
        Kick=10, Snare=11, Closed_hi_hat=12, Hi_hat_pedal=13, Open_hi_hat=14, High_tom=15, Crash=16
    )
    found = learned_map("mine", "Mine", "Port", given, load_maps())
    drum_map = found.kit.drum_map
    assert found.like is None
    assert [drum_map.drum_of(note) for note in (10, 13, 14, 16)] == [
        Drum.KICK, Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.CRASH,
    ]  # fmt: skip
    assert drum_map.foot == (13,)
    # Drums that the kit lacks have notes to send all the same.
    assert [drum_map.note_of(d) for d in (Drum.LOW_TOM, Drum.MID_TOM, Drum.RIDE)] == [45, 48, 51]


def test_a_drum_that_is_missing_gets_a_note_that_is_free() -> None:
    given = answers(Kick=51, Snare=59, High_tom=53, Crash=127)
    found = learned_map("mine", "Mine", "Port", given, load_maps())
    assert found.kit.drum_map.note_of(Drum.RIDE) == 126


def test_one_note_for_the_whole_hi_hat_is_told_apart_by_the_pedal() -> None:
    given = answers(Kick=36, Snare=38, Closed_hi_hat=8, Open_hi_hat=8)
    found = learned_map("mine", "Mine", "Port", given, load_maps())
    assert found.kit.drum_map.hat_by_pedal
    assert found.kit.drum_map.drum_of(8) is Drum.CLOSED_HAT
    assert found.clashes == ()


def test_pads_that_share_a_note_are_told() -> None:
    found = learned_map("mine", "Mine", "Port", answers(Kick=36, Snare=36), load_maps())
    assert found.clashes == ("Snare sends note 36 as Kick does and counts as that.",)
