"""`takes`, `record` and `map` without a kit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from drumstudio import paths
from drumstudio.app.takes.store import save_take
from drumstudio.cli.main import main
from drumstudio.domain.drums import ROLAND
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Meter
from drumstudio.midi.files import import_pattern

BEAT = Take(
    tuple(
        Arrival(index * 0.25 + 0.01 * (index % 2), bytes((0x99, note, 90)))
        for index, note in enumerate([36, 42, 38, 42] * 4)
    ),
    ROLAND,
    bars=2,
    recorded_at=1000.0,
)


@pytest.fixture
def take() -> str:
    save_take(paths.user_takes() / "one.mid", BEAT)
    return "one"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_takes_are_listed_with_what_one_wants_to_know(take: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "takes", "--json")
    (listed,) = json.loads(out)["takes"]
    known = {key: listed[key] for key in ("name", "seconds", "qpm", "meter", "bars", "hits", "map")}
    assert status == 0
    assert known == {
        "name": "one", "seconds": 3.76, "qpm": 120.0, "meter": "4/4", "bars": 2, "hits": 16, "map": "roland",
    }  # fmt: skip
    assert said(capsys, "takes")[1] == "one  3.8 s  120 BPM  16 hits  roland\n"


def test_no_takes_are_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, errors = said(capsys, "takes")
    assert (status, out) == (0, "")
    assert "drumstudio record --input PORT makes one" in errors


def test_a_take_is_deleted_brought_back_and_renamed(take: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "takes", "--delete", take)[0] == 0
    assert json.loads(said(capsys, "takes", "--json")[1])["takes"] == []
    assert said(capsys, "takes", "--undo")[0] == 0
    assert json.loads(said(capsys, "takes", "--rename", take, "Two", "--json")[1]) == {"renamed": "Two"}
    assert [each["name"] for each in json.loads(said(capsys, "takes", "--json")[1])["takes"]] == ["Two"]


@pytest.mark.parametrize(("strength", "tight"), [("0", False), ("100", True)])
def test_a_take_is_written_on_a_grid(
    take: str, strength: str, tight: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "beat.mid"
    status, printed, _ = said(
        capsys,
        "takes",
        "--quantise",
        take,
        "--out",
        str(out),
        "--strength",
        strength,
        "--grid",
        "1/16",
        "--json",
    )
    assert status == 0
    assert json.loads(printed)["grid"] == "1/16"
    pattern = import_pattern(out).pattern
    assert [hit.step for hit in pattern.hits] == list(range(0, 32, 2))
    assert (not any(hit.offset for hit in pattern.hits)) is tight


@pytest.mark.parametrize(
    "words",
    [
        ["takes", "--quantise", "one"],
        ["takes", "--quantise", "one", "--out", "x.mid", "--strength", "101"],
        ["takes", "--quantise", "one", "--out", "x.mid", "--map", "nord"],
        ["takes", "--delete", "one", "--undo"],
        ["record"],
        ["record", "--input", "x", "--qpm", "5"],
        ["record", "--input", "x", "--bars", "-1"],
        ["record", "--input", "x", "--count-in", "99"],
        ["record", "--input", "x", "--meter", "4"],
        ["record", "--input", "x", "--meter", "4/3"],
        ["record", "--input", "x", "--meter", "3/4/4"],
        ["record", "--input", "x", "--latency", "-2"],
        ["record", "--input", "x", "--map", "nord"],
        ["map"],
        ["map", "--learn", "--input", "x"],
    ],
)
def test_what_cannot_mean_anything_is_refused(
    take: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, errors = said(capsys, *words)
    assert (status, out) == (2, "")
    assert errors.startswith("drumstudio: ")


def test_a_grid_that_does_not_fill_the_bar_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    save_take(paths.user_takes() / "odd.mid", replace(BEAT, meter=Meter(7, 8)))
    status, _, errors = said(capsys, "takes", "--quantise", "odd", "--out", "x.mid", "--grid", "1/4")
    assert status == 2
    assert "a bar of 7/8 does not divide" in errors


@pytest.mark.parametrize(
    "words", [["--delete", "x"], ["--undo"], ["--rename", "x", "y"], ["--quantise", "x", "--out", "y.mid"]]
)
def test_what_is_not_there_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, _, errors = said(capsys, "takes", *words)
    assert status == 1
    assert "there is no " in errors


def test_maps_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    paths.user_maps().mkdir(parents=True)
    (paths.user_maps() / "bad.json").write_text("{}")
    status, out, errors = said(capsys, "map", "--list", "--json")
    assert status == 0
    assert {"roland", "td-17", "alesis-nitro", "yamaha-dtx", "gm", "magenta"} == {
        each["name"] for each in json.loads(out)["maps"]
    }
    assert "bad.json is not a drum map" in errors
    assert "yamaha-dtx       Yamaha DTX" in said(capsys, "map", "--list")[1]
    assert " 40  Snare      Snare rim" in said(capsys, "map", "--show", "roland")[1]
    assert json.loads(said(capsys, "map", "--show", "gm", "--json")[1])["notes"]["kick"] == [36, 35]
    assert said(capsys, "map", "--show", "nord")[0] == 1
