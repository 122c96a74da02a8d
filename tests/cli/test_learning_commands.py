"""finetune, sweep and what they share with train, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.lessons import lesson

from drumstudio.cli.main import main
from drumstudio.ml.checkpoint import load

SMALL = ["--batch", "4", "--window", "16", "--report-every", "5"]


@pytest.fixture
def songs(tmp_path: Path) -> str:
    return str(lesson(tmp_path / "lesson.drumdata"))


@pytest.fixture
def base(songs: str, tmp_path: Path) -> Path:
    path = tmp_path / "base.safetensors"
    words = ["train", songs, "--out", str(path), "--layers", "1", "--units", "8", "--steps", "6", *SMALL]
    assert main([*words, "--name", "Base", "--licence", "CC0"]) == 0
    return path


def _sweep(songs: str, out: Path, *more: str) -> int:
    shapes = ["--layers", "1,2", "--units", "2,8", "--steps", "12", "--learning-rate", "0.01"]
    return main(["sweep", songs, "--out", str(out), *shapes, *SMALL, *more])


def test_training_can_begin_with_the_levels(songs: str, tmp_path: Path, capsys) -> None:
    words = ["train", songs, "--out", str(tmp_path / "m.safetensors"), "--units", "8", "--steps", "1"]
    assert main([*words, *SMALL, "--levels", "--device", "auto"]) == 0
    first, report = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["levels"]["counting"] > first["levels"]["copying"] > 1
    assert (report["step"], report["device"]) == (1, "cpu")


def test_fine_tuning_begins_with_the_base_and_names_it(
    songs: str, base: Path, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "mine.safetensors"
    capsys.readouterr()
    words = ["finetune", songs, "--base", str(base), "--out", str(out), "--steps", "7", "--data-name", "mine"]
    assert main([*words, *SMALL, "--licence", "my own", "--json"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["step"] for report in reports] == [0, 1, 6, 7]
    began, ended = load(base)[0], load(out)[0]
    assert reports[0]["validation_perplexity"] == began.training.validation_perplexity
    assert ended.training.validation_perplexity <= reports[0]["validation_perplexity"]
    assert ended.name == "Base, fine-tuned"
    assert ended.network == began.network
    assert ended.training.base == "Base"
    assert ended.training.licences == "my own; CC0"
    assert ended.training.data == "mine"
    assert ended.training.figures
    assert main([*words, *SMALL, "--licence", "my own", "--resume"]) == 0
    assert "resuming after step 7" in capsys.readouterr().err


def test_fine_tuning_without_anything_held_out_says_so(base: Path, tmp_path: Path, capsys) -> None:
    songs = str(lesson(tmp_path / "all.drumdata", held_out=0))
    out = tmp_path / "mine.safetensors"
    assert main(["finetune", songs, "--base", str(base), "--out", str(out), "--steps", "2", *SMALL]) == 0
    assert "nothing is held out" in capsys.readouterr().err
    assert load(out)[0].training.steps == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--dropout", "1"], "--dropout is at least 0 and below 1"),
        (["--anchor", "-1"], "--anchor is 0 or more"),
        (["--steps", "0"], "--steps is 1 or more"),
        (["--out", "x.mid"], "ends in .safetensors"),
    ],
)
def test_fine_tunings_that_make_no_sense(
    songs: str, tmp_path: Path, wrong: list[str], said: str, capsys
) -> None:
    assert main(["finetune", songs, "--out", str(tmp_path / "m.safetensors"), *wrong]) == 2
    assert said in capsys.readouterr().err


def test_a_base_is_not_written_over(songs: str, base: Path, capsys) -> None:
    assert main(["finetune", songs, "--base", str(base), "--out", str(base)]) == 2
    assert "is the base itself" in capsys.readouterr().err


def test_a_base_of_other_drums_is_refused(base: Path, tmp_path: Path, capsys) -> None:
    songs = str(lesson(tmp_path / "one.drumdata", kit=1))
    out = str(tmp_path / "m.safetensors")
    assert main(["finetune", songs, "--base", str(base), "--out", out]) == 1
    assert "was built for 1 drums, not 9" in capsys.readouterr().err


def test_a_sweep_prints_its_table_and_keeps_the_best(songs: str, tmp_path: Path, capsys) -> None:
    out = tmp_path / "sweep"
    assert _sweep(songs, out) == 0
    head, *rows, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["layers", "units", "validation", "perplexity", "steps", "seconds"]
    assert len(rows) == 4
    assert sum(row.endswith("best") for row in rows) == 1
    assert last.endswith(f"kept as {out / 'best.safetensors'}")
    assert load(out / "best.safetensors")[0].training.figures_of == "validation split"
    assert _sweep(songs, out, "--resume", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["done"]
    assert found["model"] == str(out / "best.safetensors")
    assert [(cell["layers"], cell["units"]) for cell in found["cells"]] == [(1, 2), (1, 8), (2, 2), (2, 8)]
    assert found["best"] in [{"layers": cell["layers"], "units": cell["units"]} for cell in found["cells"]]
    assert {cell["state"] for cell in found["cells"]} == {"done", "dropped"}


def test_sweeps_that_cannot_be(songs: str, tmp_path: Path, capsys) -> None:
    assert _sweep(songs, tmp_path / "none", "--resume") == 1
    assert "there is no sweep to resume" in capsys.readouterr().err
    assert _sweep(songs, tmp_path / "none", "--layers", "9") == 2
    assert "is no network" in capsys.readouterr().err
    assert _sweep(songs, tmp_path / "none", "--units", "many") == 2
    file = tmp_path / "file"
    file.write_text("")
    assert _sweep(songs, file) == 2
    assert "--out is a folder" in capsys.readouterr().err
