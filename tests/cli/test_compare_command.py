"""`compare`: what it prints and writes is what `generate` and `measure` do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.tiny_model import tiny_model

from drumstudio import paths
from drumstudio.app.drummer.familiarity import familiarity
from drumstudio.app.takes.store import save_take
from drumstudio.cli.main import main
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.domain.take import Arrival, Take
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.musicality import DEFINITIONS, LABELS


@pytest.fixture
def models(tmp_path: Path) -> list[Path]:
    return [tiny_model(tmp_path / f"tiny{seed}.safetensors", seed=seed) for seed in (0, 1)]


@pytest.fixture
def primer(tmp_path: Path) -> Path:
    path = tmp_path / "beat.mid"
    export_pattern(path, demo_pattern(), 104.0)
    return path


@pytest.fixture
def result(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: object, status: int = 0) -> Any:
        capsys.readouterr()
        assert main([str(word) for word in words]) == status
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    "how",
    [
        ["--stick", "80", "--fills", "2", "--busyness", "120"],
        ["--temperature", "0.8", "--top-p", "0.95"],
        ["--raw"],
        ["--beam-size", "2", "--branch-factor", "2"],
    ],
)
@pytest.mark.parametrize("with_primer", [[], ["--with-primer"]])
def test_each_plays_what_generate_plays(
    how: list[str], with_primer: list[str], models: list[Path], primer: Path, tmp_path: Path, result: Any
) -> None:
    asked = ["--primer", primer, "--bars", 3, "--seed", 11, "--outputs", 2, *how, *with_primer, "--json"]
    found = result("compare", *models, *asked, "--out", tmp_path / "compared")
    for one, model in zip(found["models"], models, strict=True):
        alone = result("generate", "--model", model, *asked, "--out", tmp_path / "alone")
        assert len(one["files"]) == 2
        for ours, theirs in zip(one["files"], alone["files"], strict=True):
            assert import_pattern(ours) == import_pattern(theirs)
        assert found["settings"]["dials"] == alone["dials"]
        assert found["settings"]["temperature"] == alone["temperature"]


def test_measures_are_those_of_measure(models: list[Path], primer: Path, tmp_path: Path, result: Any) -> None:
    found = result(
        "compare", *models, "--primer", primer, "--outputs", 2, "--seed", 3, "--with-primer",
        "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    for one, model in zip(found["models"], models, strict=True):
        measured = result("measure", "--model", model, *one["files"], "--json")["measured"]
        for ours, theirs in zip(one["measures"], measured, strict=True):
            assert ours == {name: theirs[name] for name in ours}
        for name in LABELS:
            values = [each[name] for each in one["measures"] if each[name] is not None]
            mean = one["mean"][name]
            assert mean == (pytest.approx(sum(values) / len(values)) if values else None)
        assert one["problem"] is None
        alone = result("measure", "--model", model, primer, "--json")["measured"][0]
        assert one["primer_perplexity"] == pytest.approx(alone["perplexity"])
        assert found["primer"]["hits_a_bar"] == alone["hits_a_bar"]
    assert found["definitions"] == DEFINITIONS
    assert found["people"]["adjacent_jaccard"] == {"middle": 0.57, "low": 0.17, "high": 0.9}


def test_the_same_seed_prints_the_same_and_a_table(
    models: list[Path], primer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", *map(str, models), "--primer", str(primer), "--seed", "4"]
    tables = []
    for _ in range(2):
        assert main(words) == 0
        out, err = capsys.readouterr()
        tables.append(out)
        assert err == ""
    assert tables[0] == tables[1]
    head, *rows = tables[0].splitlines()
    assert head.split() == ["primer", "Tiny", "Tiny", "people"]
    assert any(row.startswith("likeness to the bar before") and "0.57 (0.17-0.9)" in row for row in rows)
    assert len(rows) == 12
    assert main(words[:-2]) == 0
    assert "--seed" in capsys.readouterr().err


def test_how_well_each_knows_takes_by_file_and_name(
    models: list[Path], primer: Path, result: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = tuple(Arrival(step * 0.25, bytes((0x99, 36 if step % 2 else 38, 90))) for step in range(32))
    kept = save_take(paths.user_takes() / "evening.mid", Take(strokes, GENERAL_MIDI, 120.0))
    base = ["compare", *models, "--primer", primer, "--seed", 1, "--json"]
    for name in ("evening", kept.path):
        knows = result(*base, "--take", name)["knows"]
        wanted = familiarity([("evening", kept.pattern())], models)
        assert knows["takes"] == ["evening"]
        assert [one["perplexity"] for one in knows["models"]] == [one.perplexity for one in wanted.models]
        assert (knows["counting"], knows["copying"]) == (wanted.counting, wanted.copying)
        assert [one["model"] for one in knows["models"]] == [str(path) for path in models]
    both = result(*base, "--take", "evening", "--take", primer)["knows"]
    assert both["takes"] == ["evening", "beat"]
    assert both["bars"] > knows["bars"]
    assert result(*base)["knows"] is None
    assert main([str(word) for word in (*base[:-1], "--take", "evening")]) == 0
    assert "(copying the bar before)" in capsys.readouterr().out
    assert main([str(word) for word in (*base, "--take", "morning")]) == 1
    assert "there is no take 'morning'" in capsys.readouterr().err


def test_a_broken_model_is_named_and_the_others_play(
    models: list[Path], primer: Path, result: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models[0].write_bytes(models[0].read_bytes()[:-4])
    one_drum = tiny_model(tmp_path / "one.safetensors", encoding=Encoding(1, 4))
    words = ["compare", *models, one_drum, "--primer", primer, "--take", primer, "--json"]
    found = result(*words, status=1)
    assert [bool(one["problem"]) for one in found["models"]] == [True, False, False]
    assert [bool(one["problem"]) for one in found["knows"]["models"]] == [True, False, True]
    assert found["models"][1]["mean"] is not None
    assert main([str(word) for word in words[:-1]]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split() == ["primer", "Tiny", "Tiny", "people"]
    assert "is not a model, or is damaged" in err


def test_namesakes_of_files_do_not_write_over_each_other(
    models: list[Path], primer: Path, tmp_path: Path, result: Any
) -> None:
    other = tiny_model(tmp_path / "other" / "tiny0.safetensors", seed=5)
    found = result(
        "compare", models[0], other, "--primer", primer, "--seed", 1, "--out", tmp_path / "o", "--json"
    )
    names = [Path(file).name for one in found["models"] for file in one["files"]]
    assert names == ["tiny0_seed1_1.mid", "tiny0-2_seed1_1.mid"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--seed", "-1"], "--seed is 0 or more"),
        (["--bars", "0"], "--bars is 1 to"),
        (["--outputs", "0"], "--outputs is 1 to"),
        (["--qpm", "1"], "--qpm is"),
        (["--stick", "50", "--raw"], "plays without the dials"),
        (["--style", "polka"], "there is no style 'polka'"),
    ],
)
def test_wrong_numbers_are_usage_errors(
    words: list[str], reason: str, models: list[Path], primer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *map(str, models), "--primer", str(primer), *words]) == 2
    assert reason in capsys.readouterr().err


def test_one_model_or_the_same_twice_is_nothing_to_compare(
    models: list[Path], primer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for names, reason in (
        ([models[0]], "two models or more"),
        ([models[0], models[0]], "named twice"),
        ([models[0], "nobody"], "there is no model 'nobody'"),
    ):
        status = main(["compare", *map(str, names), "--primer", str(primer)])
        assert status == (1 if "nobody" in names else 2)
        assert reason in capsys.readouterr().err
