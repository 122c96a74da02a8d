from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.awkward import groove, song
from support.smf import chunk, drums, rock_file, smf, write

from drumstudio.app.training.data import DataPlan, plan_file, save_plan
from drumstudio.cli.main import main
from drumstudio.ml.data.dataset import DataSet
from drumstudio.ml.data.remedies import Remedy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "songs"
    rock_file(root / "1_rock_120_beat_4-4.mid", 8)
    rock_file(root / "2_rock-indie_120_fill_4-4.mid", 2)
    rock_file(root / "3_jazz_120_beat_4-4.mid", 6)
    write(root / "notes.mid", b"hello")
    return root


def test_json_is_one_object_with_every_verdict(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rock.drumdata"
    assert main(["dataset", str(folder), "--out", str(out), "--styles", "rock", "--json"]) == 0
    shown, err = capsys.readouterr()
    result = json.loads(shown)
    assert (result["files"], result["used"], result["bars"], result["kit"]) == (4, 2, 10, 9)
    assert sum(result["splits"].values()) == result["sequences"] == 2
    verdicts = {Path(verdict["file"]).name: verdict for verdict in result["verdicts"]}
    rock = verdicts["1_rock_120_beat_4-4.mid"]
    assert (rock["used"], rock["bars"], rock["channel"], rock["map"]) == (True, 8, 10, "roland")
    assert rock["reason"] == "8 bars of 4/4 at 120"
    assert verdicts["3_jazz_120_beat_4-4.mid"]["reason"] == "its style is jazz, not rock"
    assert verdicts["notes.mid"]["kind"] == "filtered"
    assert err.splitlines() == [f"{out}: 10 bars in 2 sequences from 2 of 4 files"]
    assert DataSet.load(out).fingerprint == result["fingerprint"]


def test_steps_are_found_by_feel_or_as_drum_rnn_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shuffle = [(480 * (step // 2) + 320 * (step % 2) + 20, (36, 42, 38, 42)[step % 4]) for step in range(32)]
    path = write(tmp_path / "shuffle.mid", smf(chunk(drums(shuffle))))
    out = str(tmp_path / "set.drumdata")
    found = {}
    for way in ([], ["--quantise", "feel"], ["--quantise", "drum_rnn"]):
        assert main(["dataset", str(path), "--out", out, "--json", *way]) == 0
        result = json.loads(capsys.readouterr().out)
        found[tuple(way[1:])] = (result["quantise"], result["feels"], result["verdicts"][0]["feel"])
    assert found[()] == found["feel",] == ("feel", {"swung": 1}, "swung")
    assert found["drum_rnn",] == ("drum_rnn", {"straight": 1}, "straight")
    assert main(["dataset", str(path), "--out", out]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert "8ths swung 67%, on 12 steps a bar; played 21 ms late, which is taken out" in line


def test_the_table_has_a_line_a_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dataset", str(folder), "--out", str(tmp_path / "all"), "--kit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 4
    assert lines[-1].split(maxsplit=2)[1:] == [
        "no",
        "it is not a MIDI file, but text; get the file anew, or export it again as a standard MIDI file",
    ]
    assert DataSet.load(tmp_path / "all.drumdata").kit == 1


def test_filters_by_kind_and_meter(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "set.drumdata")
    assert main(["dataset", str(folder), "--out", out, "--fills-only", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bars"] == 2
    assert main(["dataset", str(folder), "--out", out, "--beats-only", "--meters", "4/4,6/8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bars"] == 14


def test_building_again_into_the_same_folder_takes_nothing_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["dataset", str(folder), "--out", str(folder / "set.drumdata"), "--json"]
    assert main(words) == main(words) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_progress_shows_on_a_terminal(folder: Path, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "drumstudio",
        "dataset",
        str(folder),
        "--out",
        str(tmp_path / "set.drumdata"),
    ]
    ours, theirs = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm"}
        done = subprocess.run(
            words, stdout=subprocess.PIPE, stderr=theirs, env=environment, timeout=60, check=True
        )
        shown = os.read(ours, 1 << 16).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Reading" in shown
    assert b"Reading" not in done.stdout


def test_nothing_usable_writes_nothing_and_says_why(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "none.drumdata"
    assert main(["dataset", str(folder), "--out", str(out), "--styles", "polka", "--json"]) == 1
    shown, err = capsys.readouterr()
    assert json.loads(shown)["out"] is None
    assert "none of the 4 files can be used" in err
    assert "its style is rock, not polka; styles that are there: jazz, rock" in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nowhere", "--out", "x"], 1, "nowhere is not there"),
        ([".", "--out", "x.mid"], 2, "would write a data set over another kind of file"),
        ([".", "--out", "x", "--beats-only", "--fills-only"], 2, "not allowed with"),
        (["."], 2, "--out"),
        ([".", "--out", "x", "--kit", "5"], 2, "--kit"),
    ],
)
def test_wrong_use_is_a_sentence(
    arguments: list[str],
    status: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["dataset", *arguments]) == status
    err = capsys.readouterr().err
    assert words in err
    assert len(err.splitlines()) == 1


def test_an_unwritable_place_is_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "file", b"")
    assert main(["dataset", str(folder), "--out", str(tmp_path / "file" / "set.drumdata"), "--json"]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.fixture
def loops(tmp_path: Path) -> Path:
    root = tmp_path / "loops"
    song(root / "kit.mid", drums(groove(1), 3), drums(groove(2), 5))
    for name, seed in (("one", 3), ("two", 4)):
        song(root / f"{name}.mid", drums(groove(seed, 1)))
    rock_file(root / "plain.mid")
    return root


def built(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    """Verdicts by file's name."""
    assert main(["dataset", *words, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert sum(result["totals"].values()) == result["files"]
    assert sum(result["split_bars"].values()) == result["bars"]
    assert sum(result["split_files"].values()) == result["used"]
    return {Path(verdict["file"]).name: verdict for verdict in result["verdicts"]}


def test_offered_remedies_are_taken_from_the_command_line(
    loops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "set.drumdata")]
    verdicts = built(capsys, str(loops), *out)
    words = []
    for name in ("kit.mid", "one.mid"):
        offer = verdicts[name]["remedies"][0]
        words += [word for spec in offer["specs"] for word in ("--remedy", f"{offer['file']}={spec}")]
    after = built(capsys, str(loops), *out, *words)
    assert [after[name]["kind"] for name in ("kit.mid", "one.mid", "two.mid")] == ["used", "used", "joined"]
    assert (after["kit.mid"]["applied"], after["kit.mid"]["channel"]) == ("channel 4", 4)
    assert after["one.mid"]["bars"] == 2
    # By a name alone, too, and several for one file.
    more = ["--remedy", "kit.mid=channel:6", "--remedy", "kit.mid=tempo:half"]
    assert built(capsys, str(loops), *out, *more)["kit.mid"]["bars"] == 8


def test_the_table_says_which_remedies_there_are(
    loops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dataset", str(loops), "--out", str(tmp_path / "set.drumdata")]) == 0
    table = capsys.readouterr().out
    assert "--remedy channel:4 or channel:6" in table
    assert f"--remedy join:{loops / 'two.mid'} or repeat:4" in table


def test_styles_of_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c@home"):
        rock_file(tmp_path / name / f"{name}.mid", 4)
    sources = [f"{tmp_path / 'a'}@metal", str(tmp_path / "b"), str(tmp_path / "c@home")]
    out = ["--out", str(tmp_path / "set.drumdata"), "--label", f"{tmp_path / 'b'}=latin/samba"]
    verdicts = built(capsys, *sources, *out)
    assert {name: verdict["style"] for name, verdict in verdicts.items()} == {
        "a.mid": "metal",
        "b.mid": "latin/samba",
        "c@home.mid": "",
    }


def test_the_windows_plan_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kit = tmp_path / "kit.mid"
    song(kit, drums(groove(1), 3), drums(groove(2), 5))
    more = rock_file(tmp_path / "more.mid", 6)
    save_plan(DataPlan().with_source(kit, "odd").with_remedy(str(kit), Remedy(channel=5)))
    out = ["--plan", "--out", str(tmp_path / "set.drumdata")]
    verdicts = built(capsys, *out)
    assert [(v["channel"], v["style"]) for v in verdicts.values()] == [(6, "odd")]
    assert set(built(capsys, str(more), *out)) == {"kit.mid", "more.mid"}
    assert built(capsys, *out, "--remedy", "kit.mid=channel:4")["kit.mid"]["channel"] == 4
    plan_file().write_text("x")
    assert main(["dataset", str(more), *out]) == 0
    assert "The list of training data is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--remedy", "a.mid"], "written as FILE=KIND or FILE=KIND:VALUE"),
        (["--remedy", "a.mid=fly"], "there is no remedy 'fly'"),
        (["--remedy", "other.mid=steady"], "the file other.mid of a remedy is not among the sources"),
        (["--label", "rock"], "written as SRC=STYLE"),
    ],
)
def test_a_remedy_that_makes_no_sense_is_a_sentence(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = rock_file(tmp_path / "a.mid")
    assert main(["dataset", str(source), "--out", str(tmp_path / "x"), *words]) == 2
    assert told in capsys.readouterr().err


def test_no_source_at_all_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dataset", "--out", str(tmp_path / "x")]) == 2
    assert "name files or folders, or give --plan" in capsys.readouterr().err
