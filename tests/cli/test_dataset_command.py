from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from support.smf import chunk, drums, rock_file, smf, write

from drumstudio.cli.main import main
from drumstudio.ml.dataset import DataSet


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
        "is not a MIDI file, but text; get the file anew, or export it again as a standard MIDI file",
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
