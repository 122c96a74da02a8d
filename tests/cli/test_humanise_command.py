"""`humanise` and `train-feel`, as a user calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support import smf

from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import pattern_from_events
from drumstudio.domain.project import Project
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ml.feel.file import read_feel

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 2, 4, 0, 6, 0, 4, 2]


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.mid"
    export_pattern(path, pattern_from_events(BAR * 2), 93)
    return path


def test_a_drawn_beat_is_played(drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "played.mid"
    words = ["humanise", str(drawn), "--out", str(out), "--style", "rock", "--seed", "7", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "file": str(out), "bars": 2, "hits": 28, "qpm": 93.0, "amount": 100.0, "style": "rock", "seed": 7,
        "learned": True,
    }  # fmt: skip
    before, after = import_pattern(drawn).pattern, import_pattern(out).pattern
    assert after.events() == before.events()
    assert len({hit.velocity for hit in after.hits}) > 5
    assert any(hit.offset for hit in after.hits)
    first = out.read_bytes()
    assert main(words) == 0
    assert out.read_bytes() == first


def test_an_amount_of_0_changes_nothing(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "played.mid"
    assert main(["humanise", str(drawn), "--out", str(out), "--amount", "0"]) == 0
    assert import_pattern(out).pattern == import_pattern(drawn).pattern


def test_a_projects_pattern_on_screen_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project: Project = replace(demo_project(), current=1)
    project = replace(project, patterns=(project.patterns[0], pattern_from_events(BAR)))
    save_project(project, tmp_path / "song.drumstudio")
    out = tmp_path / "played.mid"
    assert main(["humanise", str(tmp_path / "song.drumstudio"), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 1 bars, 14 hits\n"
    assert import_pattern(out).pattern.events() == tuple(BAR)


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--amount", "101"], 2, "--amount is 0 to 100"),
        (["--amount", "nan"], 2, "--amount is 0 to 100"),
        (["--seed", "-1"], 2, "--seed is 0 or more"),
        (["--style", "polka"], 2, "choose one of"),
        (["--out", "FILE"], 2, "is the file itself"),
        (["FILE.no"], 1, "no such file"),
    ],
)
def test_what_is_wrong_is_told(
    drawn: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    sentence: str,
) -> None:
    out = ["--out", str(tmp_path / "o.mid")] if "--out" not in words else []
    given = [word.replace("FILE", str(drawn)) for word in words]
    file = [] if given[0].endswith(".no") else [str(drawn)]
    assert main(["humanise", *file, *given, *out]) == status
    assert sentence in capsys.readouterr().err.replace("No such", "no such")
    assert not (tmp_path / "o.mid").exists()


def _songs(folder: Path) -> Path:
    for number in range(12):
        notes = [*smf.beat(4), (120 * (number + 1), 49)]
        body = smf.chunk(smf.tempo(0, 500_000), smf.meter(0, 4, 2), smf.drums(notes, velocity=70 + number))
        smf.write(folder / f"{number}_rock_120_beat_4-4.mid", smf.smf(body))
    return folder


def test_a_feel_network_is_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "own.safetensors"
    words = [
        "train-feel", str(_songs(tmp_path / "songs")), "--out", str(out), "--units", "4", "--members", "1",
        "--steps", "3", "--batch", "2", "--window", "32", "--data-name", "my songs", "--json",
    ]  # fmt: skip
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    model, _ = read_feel(out)
    assert told["file"] == str(out)
    assert told["velocity_error"] == model.training.velocity_error
    assert (model.training.data, model.training.steps, model.config.units) == ("my songs", 3, 4)
    assert model.config.styles == ("rock",)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--steps", "0"], "--steps is at least 1"),
        (["--members", "99"], "fewer --units or --members"),
        (["--dropout", "1"], "--dropout is at least 0"),
        (["--learning-rate", "0"], "--learning-rate is above 0"),
    ],
)
def test_a_training_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(["train-feel", str(tmp_path), "--out", str(tmp_path / "o.safetensors"), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_the_snares_ghosts_come_out_soft(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "played.mid"
    assert main(["humanise", str(drawn), "--out", str(out), "--style", "funk"]) == 0
    played = import_pattern(out).pattern
    ghosts = [hit.velocity for hit in played.hits if hit.drum == Drum.SNARE and hit.step % 16 in (9, 15)]
    loud = [hit.velocity for hit in played.hits if hit.drum == Drum.SNARE and hit.step % 16 in (4, 12)]
    assert max(ghosts) < min(loud)
