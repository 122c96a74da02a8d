from __future__ import annotations

import json
from math import exp
from pathlib import Path

import pytest
from support.tiny_model import tiny_model

from drumstudio.app.drummer.surprise import surprise_of
from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.midi.files import export_pattern
from drumstudio.ml.playing.sampler import load_sampler


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "tiny.safetensors")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "song.drumstudio"
    swing = Pattern(Grid(Meter(), 3), 2, (Hit(0, Drum.RIDE), Hit(5, Drum.RIDE)))
    save_project(Project((demo_pattern(), swing, Pattern()), current=1), path)
    return path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, object]:
    assert main(["surprise", *map(str, words), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return dict(json.loads(out))


def test_a_midi_file_in_full(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "beat.mid"
    export_pattern(path, demo_pattern(), 104)
    result = said(capsys, path, "--model", model)
    found = surprise_of(load_sampler(model), demo_pattern())
    assert (result["file"], result["pattern"], result["model"]) == (str(path), None, str(model))
    assert (result["bars"], result["steps_per_bar"], result["steps_per_quarter"]) == (2, 16, 4)
    cells = result["cells"]
    assert isinstance(cells, list)
    assert [(c["step"], c["drum"], c["struck"]) for c in cells] == [
        (step, drum.name.lower(), struck) for (step, drum), struck, _ in found.cells()
    ]
    assert [c["nats"] for c in cells] == pytest.approx([n for *_, n in found.cells()], abs=1e-4)
    whole = sum(c["nats"] for c in cells)
    hits = sum(c["nats"] for c in cells if c["struck"])
    total = result["total"]
    assert total == pytest.approx({"hits": hits, "silences": whole - hits, "total": whole}, abs=0.05)
    for parts in (result["by_bar"], list(result["by_drum"].values())):  # type: ignore[attr-defined]
        assert sum(part["total"] for part in parts) == pytest.approx(whole, abs=0.05)
        assert sum(part["hits"] for part in parts) == pytest.approx(hits, abs=0.05)
    top = result["most_surprising"]
    assert isinstance(top, list)
    assert [one["nats"] for one in top] == sorted((c["nats"] for c in cells if c["struck"]), reverse=True)[
        :10
    ]
    assert top[0]["probability"] == pytest.approx(exp(-top[0]["nats"]), rel=1e-3)
    assert top[0]["words"].startswith(f"bar {top[0]['bar']} beat {top[0]['beat']}")


def test_a_projects_pattern_is_the_one_on_screen_or_the_one_asked_for(
    project: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, project, "--model", model)
    assert (shown["pattern"], shown["steps_per_bar"]) == ("B", 12)
    asked = said(capsys, project, "--model", model, "--pattern", "a", "--bars")
    assert (asked["pattern"], asked["steps_per_bar"]) == ("A", 16)
    assert "cells" not in asked


def test_in_words(project: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["surprise", str(project), "--model", str(model), "--bars"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "nats in 2 bars" in lines[0]
    assert lines[1].startswith("bar 1: ")
    assert lines[2].startswith("bar 2: ")
    assert "ride" in lines[lines.index("most surprising hits:") + 1]
    assert "left out" in lines[lines.index("most surprising silences:") + 1]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--pattern", "C"], 1, "Pattern C"),
        (["--pattern", "D"], 2, "only A to C"),
        (["--model", "nobody"], 1, "there is no model 'nobody'"),
    ],
)
def test_mistakes_end_in_one_sentence(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, sentence: str
) -> None:
    assert main(["surprise", str(project), *words]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_a_midi_file_has_no_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["surprise", str(tmp_path / "a.mid"), "--pattern", "A"]) == 2
    assert "--pattern goes with a project" in capsys.readouterr().err
