"""evaluate: players side by side, and figures by group."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.smf import beat, chunk, drums, meter, smf, tempo, write
from support.tiny_model import tiny_model

from drumstudio.cli.main import main
from drumstudio.cli.tables import aligned
from drumstudio.ml.catalogue import default_model
from drumstudio.ml.encoding import Encoding

SHUFFLE = [36, 42, 38, 42]
TABLE = "drummer,style,bpm,beat_type,time_signature,midi_filename,split\n"


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Twelve files: rock and a latin kind, straight and shuffled, of two drummers, in 4/4 and 3/4."""
    folder, rows = tmp_path / "songs", [TABLE]
    for number in range(12):
        latin, waltz, shuffled = number % 3 == 2, number % 4 == 3, number % 2 == 1
        ticks = [480 * (step // 2) + (320 if shuffled else 240) * (step % 2) for step in range(32 + number)]
        notes = [(tick, SHUFFLE[step % 4]) for step, tick in enumerate(ticks)]
        write(
            folder / f"{number}.mid",
            smf(chunk(tempo(0, 500_000), meter(0, 3 if waltz else 4, 2), drums(notes))),
        )
        style = "latin/brazilian-sambareggae" if latin else "rock"
        split = ("train", "validation")[number >= 8]
        rows.append(f"drummer{number % 2},{style},120,beat,4-4,{number}.mid,{split}\n")
    (folder / "info.csv").write_text("".join(rows))
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.safetensors"))


def evaluated(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["evaluate", *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def lines(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["evaluate", *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_figures_by_group_add_up(songs: Path, tiny: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = evaluated(
        capsys,
        "--model",
        tiny,
        "--data",
        str(songs),
        "--by",
        "style,feel",
        "--by",
        "drummer",
        "--by",
        "meter,kind",
    )
    by = whole["by"]
    assert {group: sorted(by[group]) for group in by} == {
        "style": ["latin", "rock"],
        "feel": ["straight", "swung"],
        "drummer": ["drummer0", "drummer1"],
        "meter": ["3/4", "4/4"],
        "kind": ["beat"],
    }
    for figures in by.values():
        for what in ("steps", "files", "sequences", "bars"):
            assert sum(one[what] for one in figures.values()) == whole[what]
    assert by["kind"]["beat"] == {name: whole[name] for name in by["kind"]["beat"]}
    alone = evaluated(capsys, "--model", tiny, "--data", str(songs), "--styles", "latin")
    assert by["style"]["latin"]["perplexity"] == pytest.approx(alone["perplexity"])
    assert by["style"]["latin"]["files"] == 4


def test_all_baselines_stand_beside_the_model(
    songs: Path, tiny: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(songs), "--split", "validation"]
    found = evaluated(capsys, "--baseline", "all", "--model", tiny, *words, "--by", "feel")
    players = found["players"]
    assert players[0] == {name: value for name, value in found.items() if name != "players"}
    assert players[0]["model"] == tiny
    names = ["unigram", "bigram", "copy_bar", "copies", "running"]
    assert [player["baseline"] for player in players[1:]] == names
    assert len({player["steps"] for player in players}) == 1
    alone = evaluated(capsys, "--baseline", "copies", *words)
    assert alone["perplexity"] == players[4]["perplexity"]
    assert "players" not in alone
    assert players[4]["by"]["feel"]["swung"]["steps"] == players[0]["by"]["feel"]["swung"]["steps"]


def test_without_a_model_all_baselines_stand_beside_the_default(
    songs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = evaluated(capsys, "--baseline", "all", "--data", str(songs), "--split", "validation")
    assert found["model"] == str(default_model().path)
    assert len(found["players"]) == 6
    assert len(evaluated(capsys, "--baseline", "unigram", "bigram", "--data", str(songs))["players"]) == 2


def test_several_models_are_compared_in_aligned_columns(
    songs: Path, tiny: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = str(tiny_model(tmp_path / "another_one_with_a_long_name.safetensors"))
    words = [
        "--model",
        tiny,
        "--model",
        other,
        "--baseline",
        "unigram",
        "--data",
        str(songs),
        "--by",
        "style",
    ]
    shown = lines(capsys, *words)
    whole = evaluated(capsys, "--model", tiny, "--data", str(songs))
    assert shown[0] == f"{whole['steps']} steps, {whole['bars']} bars of 12 files (all)"
    assert [line.split()[0] for line in shown[1:5]] == [
        "player", "tiny", "another_one_with_a_long_name", "unigram",
    ]  # fmt: skip
    assert len({len(line) for line in shown[1:5]}) == 1
    table = shown[shown.index("") + 1 :]
    assert table[0].split() == [
        "style", "files", "bars", "steps", "tiny", "another_one_with_a_long_name", "unigram",
    ]  # fmt: skip
    assert [line.split()[0] for line in table[1:]] == ["latin", "rock"]
    assert len({len(line) for line in table}) == 1


def test_one_player_alone_is_a_sentence(songs: Path, tiny: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = lines(capsys, "--model", tiny, "--data", str(songs), "--meters", "3/4")
    found = evaluated(capsys, "--model", tiny, "--data", str(songs), "--meters", "3/4")
    assert f"perplexity {found['perplexity']:.3f} a step over {found['steps']} steps of 3 files" in line
    assert f"{found['event_perplexity']:.3f} without rests" in line


def test_steps_can_be_those_of_drum_rnn(songs: Path, tiny: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--model", tiny, "--data", str(songs), "--by", "feel", "--quantise"]
    assert sorted(evaluated(capsys, *words, "drum_rnn")["by"]["feel"]) == ["straight"]
    assert sorted(evaluated(capsys, *words, "feel")["by"]["feel"]) == ["straight", "swung"]


def test_what_is_not_known_is_called_so(
    tiny: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "song.mid", smf(chunk(drums(beat(4)))))
    found = evaluated(
        capsys, "--model", tiny, "--data", str(path), "--by", "style,drummer,kind", "--channel", "10"
    )
    assert {group: list(found["by"][group]) for group in found["by"]} == {
        "style": ["unknown"], "drummer": ["unknown"], "kind": ["unknown"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "mood"], "no group 'mood'; choose of style, feel, drummer, meter, kind"),
        (["--baseline", "guess"], "invalid choice: 'guess'"),
        (["--model", "one.safetensors", "nine.safetensors"], "evaluate them one by one"),
    ],
)
def test_wrong_use_is_a_sentence(
    words: list[str],
    said: str,
    songs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_model(tmp_path / "nine.safetensors")
    tiny_model(tmp_path / "one.safetensors", encoding=Encoding(1, 2))
    assert main(["evaluate", "--data", str(songs), *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1


def test_baselines_of_one_drum(songs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = str(tiny_model(tmp_path / "one.safetensors", encoding=Encoding(1, 2)))
    found = evaluated(capsys, "--model", one, "--baseline", "bigram", "--data", str(songs))
    assert found["players"][1]["steps"] == found["steps"]
    assert 1 < found["players"][1]["perplexity"] < 2


def test_columns_are_as_wide_as_they_need() -> None:
    assert aligned([["name", "n"], ["a", "10"], ["a name that is long", "9"]]) == (
        "name                  n\na                    10\na name that is long   9"
    )
