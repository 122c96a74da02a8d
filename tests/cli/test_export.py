"""`drumstudio export`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import Drum
from drumstudio.midi.files import import_pattern, read_song


@pytest.fixture
def project_file(tmp_path: Path) -> Path:
    path = tmp_path / "song.drumstudio"
    project = demo_project()
    second = edits.fill_every(project.patterns[1], Drum.RIDE, 4)
    save_project(replace(project, patterns=(project.patterns[0], second)), path)
    return path


def test_the_pattern_comes_back_as_it_was(project_file: Path, tmp_path: Path) -> None:
    assert main(["export", str(project_file), "--out", str(tmp_path / "o.mid")]) == 0
    found = import_pattern(tmp_path / "o.mid")
    assert (found.pattern, found.qpm) == (demo_pattern(), 104.0)


def test_pattern_map_and_loops_are_chosen(
    project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o.mid"
    words = [
        "export",
        str(project_file),
        "--out",
        str(out),
        "--pattern",
        "b",
        "--map",
        "roland",
        "--loops",
        "3",
    ]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "file": str(out), "pattern": "B", "bars": 6, "hits": 8, "qpm": 104.0, "map": "roland"
    }  # fmt: skip
    assert [note.note for note in read_song(out).notes] == [51] * 24


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--pattern", "C"], "only A to B"),
        (["--pattern", "AB"], "no pattern 'AB'"),
        (["--loops", "0"], "1 to 256"),
    ],
)
def test_wrong_use_is_status_2(
    project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["export", str(project_file), "--out", str(tmp_path / "o.mid"), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_damaged_project_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.drumstudio").write_text("{")
    assert main(["export", str(tmp_path / "bad.drumstudio"), "--out", str(tmp_path / "o.mid")]) == 1
    assert "bad.drumstudio is not a DrumStudio project" in capsys.readouterr().err


def test_the_project_is_not_written_over(project_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = project_file.read_bytes()
    assert main(["export", str(project_file), "--out", str(project_file)]) == 2
    assert "is the project itself" in capsys.readouterr().err
    assert project_file.read_bytes() == before
