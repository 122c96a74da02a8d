from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.smf import chunk, drums, meter, rock_file, smf, write

from drumstudio.cli.main import main


def test_json_gives_a_line_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = rock_file(tmp_path / "a.mid", 1)
    waltz = write(tmp_path / "b.mid", smf(chunk(meter(0, 3, 2), drums([(0, 58)]))))
    assert main(["steps", str(first), str(waltz), "--map", "magenta", "--json"]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines == [
        {"file": str(first), "steps_per_bar": 16, "events": [1, 0, 4, 0, 2, 0, 4, 0, 1, 0, 4, 0, 2, 0, 4]},
        {"file": str(waltz), "steps_per_bar": 12, "events": [128]},
    ]
    assert err == ""


@pytest.mark.parametrize(("name", "event"), [("roland", 16), ("gm", None), ("magenta", 128), ("auto", 16)])
def test_each_map_is_used(
    name: str, event: int | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "rim.mid", smf(chunk(drums([(0, 58), (480, 22)]))))
    assert main(["steps", str(path), "--map", name, "--json"]) == 0
    events = json.loads(capsys.readouterr().out)["events"]
    assert events[:1] == ([] if event is None else [event])


def test_a_channel_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "two.mid", smf(chunk(drums([(0, 36)], 0)), chunk(drums([(0, 38)], 1))))
    assert main(["steps", str(path), "--json"]) == 1
    assert "say which channel they are on: --channel 1, 2" in capsys.readouterr().err
    assert main(["steps", str(path), "--json", "--channel", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == [2]


def test_without_json_the_steps_are_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", str(rock_file(tmp_path / "rock.mid", 2))]) == 0
    drawn = capsys.readouterr().out.splitlines()
    assert drawn[0] == f"{tmp_path / 'rock.mid'}: 31 steps, 16 to the bar"
    assert drawn[-1] == "      Kick |x-------x-------|x-------x------|"


@pytest.mark.parametrize("arguments", [["--channel", "17"], ["--channel", "x"], ["--map", "alesis"], []])
def test_wrong_use_is_a_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", *(["a.mid", *arguments] if arguments else [])]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_name_that_is_no_text_is_shown_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = rock_file(tmp_path / os.fsdecode(b"caf\xe9.mid"))
    assert main(["steps", str(path)]) == 0
    assert "caf\\udce9.mid: 63 steps" in capsys.readouterr().out
    assert main(["steps", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(path)
