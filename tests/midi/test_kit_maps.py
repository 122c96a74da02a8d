"""Drum maps as files, and which kit a stream of notes comes from."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drumstudio import paths
from drumstudio.domain.drums import DRUM_MAPS, Drum
from drumstudio.errors import DrumMapError
from drumstudio.midi.kit_maps import KitMap, encode, load_maps, read_map, recognise_kit, save_map

OWN = KitMap(
    replace(DRUM_MAPS["roland"], name="my-kit", label="Mine & yours"), {38: "Fell"}, ("Nord",), own=True
)


def test_the_shipped_maps_are_all_there_and_whole() -> None:
    found = load_maps()
    assert found.problems == ()
    assert set(found.maps) == {"roland", "td-17", "alesis-nitro", "yamaha-dtx", "gm", "magenta"}
    for kit in found.maps.values():
        assert set(kit.pads) <= set(kit.drum_map.table())


@pytest.mark.parametrize("name", list(DRUM_MAPS))
def test_the_maps_that_files_name_say_the_same_as_their_data(name: str) -> None:
    assert read_map(paths.shipped_maps() / f"{name}.json").drum_map == DRUM_MAPS[name]


def test_an_own_map_comes_back_as_it_was_saved() -> None:
    path = save_map(OWN)
    assert read_map(path) == OWN
    assert load_maps().get("my-kit") == OWN
    changed = replace(OWN, ports=("Stage",))
    save_map(changed)
    assert load_maps().get("my-kit") == changed


def test_a_map_may_be_called_neither_nonsense_nor_as_a_shipped_one() -> None:
    for name, words in (
        ("My Kit!", "cannot be called"),
        ("../x", "cannot be called"),
        ("td-17", "comes with"),
    ):
        with pytest.raises(DrumMapError, match=words):
            save_map(replace(OWN, drum_map=replace(OWN.drum_map, name=name)))


def test_an_unknown_map_lists_the_known_ones() -> None:
    with pytest.raises(DrumMapError, match="no drum map 'nord'; there are roland, gm, magenta"):
        load_maps().get("nord")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "is not a drum map of this program"),
        ({"format_version": True}, "which version"),
        ({"format_version": 99}, "newer version"),
        ({"name": "else"}, "its own name"),
        ({"label": "  "}, '"label"'),
        ({"pedal": 1}, '"pedal"'),
        ({"notes": {"kick": [36]}}, 'must give "notes" for each of kick'),
        ({"notes": None}, 'must give "notes"'),
        ({"chokes": [49.5]}, '"chokes" that are not note numbers'),
        ({"chokes": [1]}, "cannot be used: map my-kit chokes or treads a note"),
        ({"foot": "44"}, '"foot"'),
        ({"ports": [""]}, '"ports"'),
        ({"pads": {"x": "y"}}, '"pads"'),
        ({"pads": {"38": 3}}, '"pads"'),
    ],
)
def test_a_damaged_map_is_named_with_what_is_wrong(change: dict[str, Any], words: str) -> None:
    path = save_map(OWN)
    path.write_text(json.dumps({**json.loads(encode(OWN)), **change}))
    found = load_maps()
    assert "my-kit" not in found.maps
    (problem,) = found.problems
    assert problem.startswith(str(path))
    assert words in problem


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[" * 60_000, b"[1]", b"null", b"{" + b" " * 70_000 + b"}"]
)
def test_what_is_no_map_at_all_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(data)
    with pytest.raises(DrumMapError, match=r"odd\.json is not a drum map"):
        read_map(path)


def test_a_note_given_twice_is_refused() -> None:
    path = save_map(OWN)
    content = json.loads(encode(OWN))
    content["notes"]["kick"] = [36, 38]
    path.write_text(json.dumps(content))
    with pytest.raises(DrumMapError, match="a note twice"):
        read_map(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DrumMapError, match=r"folder\.json cannot be read"):
        read_map(tmp_path / "folder.json")


def test_an_own_file_cannot_stand_in_for_a_shipped_map() -> None:
    save_map(OWN)
    own = paths.user_maps() / "gm.json"
    own.write_bytes(encode(replace(OWN, drum_map=replace(OWN.drum_map, name="gm"))))
    found = load_maps()
    assert found.get("gm").drum_map == DRUM_MAPS["gm"]
    assert "gm.json has the name of a shipped map" in found.problems[0]


def test_a_port_finds_its_map() -> None:
    save_map(OWN)
    maps = load_maps()
    names = (
        "TD-17:TD-17 MIDI 1",
        "Roland TD-27",
        "v-drums",
        "Nitro Mesh Kit",
        "YAMAHA DTX",
        "Nord Drum",
        "X",
    )
    found = [maps.for_port(name).name for name in names]
    assert found == ["td-17", "roland", "roland", "alesis-nitro", "yamaha-dtx", "my-kit", "gm"]


@pytest.mark.parametrize("name", ["roland", "td-17", "alesis-nitro", "yamaha-dtx", "gm"])
def test_a_kit_is_recognised_by_all_its_pads(name: str) -> None:
    maps = load_maps()
    notes = list(maps.get(name).drum_map.table())
    random.Random(1).shuffle(notes)
    found = recognise_kit(notes * 3, maps)
    assert found is not None
    assert (found.kit.name, found.certain, found.unknown) == (name, True, ())


def test_few_notes_leave_it_open_and_the_pedal_speaks_for_a_module() -> None:
    maps = load_maps()
    plain = recognise_kit([36, 38, 42, 48], maps)
    assert plain is not None
    assert not plain.certain
    moving = recognise_kit([36, 38, 42, 48], maps, pedal_moves=True)
    assert moving is not None
    assert moving.kit.drum_map.pedal
    assert recognise_kit([], maps) is None


def test_a_note_that_no_kit_sends_is_told() -> None:
    found = recognise_kit([33, 31, 42, 48, 5], load_maps())
    assert found is not None
    assert (found.kit.name, found.unknown) == ("yamaha-dtx", (5,))


def test_pads_have_names() -> None:
    kit = load_maps().get("roland")
    assert [kit.pad(40), load_maps().get("magenta").pad(36), kit.pad(1)] == ["Snare rim", "Kick", "note 1"]
    assert kit.drum_map.chokes_of(Drum.CRASH) == (49, 55, 57, 52)
