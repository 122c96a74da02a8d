"""Project files: identity, migrations, damage."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import projects

from drumstudio.app import store
from drumstudio.domain.candidate import Mode
from drumstudio.domain.demo import demo_project
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import ProjectError

GOLDEN = Path(__file__).parent / "golden"


@given(projects())
@settings(max_examples=60, deadline=None)
def test_a_project_comes_back_as_it_was(project: Project) -> None:
    assert store.decode(store.encode(project), "a.drumstudio") == project


def test_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "beat.drumstudio"
    store.save_project(demo_project(), path)
    assert store.load_project(path) == demo_project()
    assert [p.name for p in path.parent.iterdir()] == ["beat.drumstudio"]


def test_saving_over_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "beat.drumstudio"
    store.save_project(demo_project(), path)
    path.chmod(0o640)
    store.save_project(demo_project(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_save_that_fails_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "beat.drumstudio"
    path.mkdir()
    (path / "something").touch()
    with pytest.raises(ProjectError, match=r"beat\.drumstudio cannot be written"):
        store.save_project(demo_project(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["beat.drumstudio"]


@pytest.mark.parametrize("version", range(1, store.FORMAT_VERSION + 1))
def test_golden_files_of_every_version_open(version: int) -> None:
    project = store.load_project(GOLDEN / f"version-{version}.drumstudio")
    assert project.qpm == 97.5
    assert project.current == 1
    assert project.lanes[Drum.KICK] == Lane(locked=True)
    assert project.lanes[Drum.RIDE] == Lane(muted=True)
    first, second = project.patterns
    assert first.grid == Grid(Meter(12, 8), 6)
    assert first.hits == (Hit(0, Drum.KICK, 120), Hit(7, Drum.SNARE, 33, -0.25, 0.5))
    assert (second.bars, second.swing, second.seam) == (2, 0.58, 16)
    (kept,) = project.kept
    assert (kept.name, kept.seed, kept.index, kept.start, kept.groove) == ("Busier kick", 1967, 2, 16, 0.75)
    assert kept.pattern.hits == (Hit(4, Drum.SNARE, 101, -3 / 120), Hit(8, Drum.KICK, 90))


def test_version_1_knew_a_temperature_and_no_locks() -> None:
    project = store.load_project(GOLDEN / "version-1.drumstudio")
    assert project.dials == Dials()
    (kept,) = project.kept
    assert (kept.dials, kept.mode) == (Dials(wildness=0.9, fills=0, crash=False), Mode.CONTINUE)
    assert not any(p.locked_bars or p.locked_cells or p.fill_bars for p in project.patterns)


def test_version_2_has_dials_locks_and_marks() -> None:
    project = store.load_project(GOLDEN / "version-2.drumstudio")
    assert project.dials == Dials(0.7, 0.8, 2, True, 0.9, "rock", 0.5)
    (kept,) = project.kept
    assert (kept.dials, kept.mode) == (Dials(0.75, 1.1, 8, False, 1.25, "funk", 0.35), Mode.COMPLETE)
    second = project.patterns[1]
    assert second.locked_bars == {1}
    assert second.locked_cells == {(0, Drum.CRASH), (5, Drum.SNARE)}
    assert second.fill_bars == {0, 1}


def test_migrating_leaves_what_it_was_given_alone() -> None:
    old = json.loads((GOLDEN / "version-1.drumstudio").read_text())
    before = json.dumps(old)
    new = store.migrated(old, "old.drumstudio")
    assert json.dumps(old) == before
    assert new["format_version"] == store.FORMAT_VERSION


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("dials", "stick"), 1.5),
        (("dials", "wildness"), float("nan")),
        (("dials", "fills"), 3),
        (("dials", "crash"), 1),
        (("dials", "style"), "x" * 99),
        (("dials", "busyness"), "1"),
        (("patterns", 0, "locked_bars"), [99]),
        (("patterns", 0, "fill_bars"), [-1]),
        (("patterns", 0, "locked_cells"), [[0, "gong"]]),
        (("patterns", 0, "locked_cells"), [[999, "kick"]]),
        (("kept", 0, "mode"), "improvise"),
        (("kept", 0, "dials", "feel"), -1),
    ],
)
def test_values_out_of_range_are_damage(place: tuple[Any, ...], value: Any) -> None:
    whole = _full_document()
    inside: Any = whole["project"]
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with pytest.raises(ProjectError, match=r"^x\.drumstudio is damaged"):
        store.decode(json.dumps(whole).encode(), "x.drumstudio")


def _document(version: int = store.FORMAT_VERSION) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(store.encode(demo_project()))
    return {**whole, "format_version": version}


def test_migrations_run_in_order() -> None:
    def rename(whole: dict[str, Any]) -> dict[str, Any]:
        return {**whole, "project": {**whole["project"], "tempo": whole["project"]["bpm"]}}

    def halve(whole: dict[str, Any]) -> dict[str, Any]:
        return {**whole, "project": {**whole["project"], "qpm": whole["project"]["tempo"] / 2}}

    old = {"format": store.FORMAT, "format_version": 1, "project": {"bpm": 180.0}}
    new = store.migrated(old, "old.drumstudio", {1: rename, 2: halve}, target=3)
    assert new["project"]["qpm"] == 90.0
    assert new["format_version"] == 3
    assert old == {"format": store.FORMAT, "format_version": 1, "project": {"bpm": 180.0}}
    with pytest.raises(ProjectError, match="version 1 content cannot be read"):
        store.migrated({**old, "project": {}}, "old.drumstudio", {1: rename, 2: halve}, target=3)


def test_every_earlier_version_has_a_migration() -> None:
    assert sorted(store.MIGRATIONS) == list(range(1, store.FORMAT_VERSION))


def test_a_newer_file_is_refused_and_says_so() -> None:
    data = json.dumps({**_document(store.FORMAT_VERSION + 1), "app_version": "9.1"}).encode()
    with pytest.raises(ProjectError, match=r"newer DrumStudio \(9\.1\)"):
        store.decode(data, "new.drumstudio")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "other"}',
        b'{"format": "drumstudio-project"}',
        b'{"format": "drumstudio-project", "format_version": true}',
        b'{"format": "drumstudio-project", "format_version": 0}',
        b'{"format": "drumstudio-project", "format_version": 1}',
        b'{"format": "drumstudio-project", "format_version": 1, "project": 3}',
        b"MThd\x00\x00\x00\x06",
        b"9" * 10_000,
        b" " * (store.MAX_BYTES + 1),
    ],
    ids=range(15),
)
def test_foreign_files_are_one_sentence(data: bytes) -> None:
    with pytest.raises(ProjectError, match=r"^thing\.drumstudio (is|was)") as caught:
        store.decode(data, "thing.drumstudio")
    assert "\n" not in str(caught.value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inside for path in _paths(item, (*at, key)))]


def _full_document() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((GOLDEN / f"version-{store.FORMAT_VERSION}.drumstudio").read_text())
    return whole


_PATHS = _paths(_full_document())[1:]


@given(st.sampled_from(_PATHS), JSON_VALUES, st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_wrong_value_is_an_error_or_a_project(path: tuple[Any, ...], value: Any, delete: bool) -> None:
    whole = _full_document()
    place: Any = whole
    for key in path[:-1]:
        place = place[key]
    if delete:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    _error_or_project(json.dumps(whole).encode())


@given(st.integers(0, 10_000), st.binary(max_size=8), st.integers(0, 200))
@settings(max_examples=300, deadline=None)
def test_any_damage_is_an_error_or_a_project(at: int, put: bytes, cut: int) -> None:
    data = store.encode(demo_project())
    at %= len(data)
    _error_or_project(data[:at] + put + data[at + cut :])


def _error_or_project(data: bytes) -> None:
    try:
        found: Project | str = store.decode(data, "x.drumstudio")
    except ProjectError as error:
        found = str(error)
    assert isinstance(found, Project) or found.startswith("x.drumstudio ")


@pytest.mark.parametrize("name", ["missing.drumstudio", "nul\0.drumstudio", "."])
def test_a_file_that_cannot_be_read_names_itself(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProjectError, match="cannot be read"):
        store.load_project(tmp_path / name)
