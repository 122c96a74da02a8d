"""`drumstudio play` and `drumstudio ports` on a machine without MIDI; with MIDI see the end-to-end tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drumstudio.app.store import save_project
from drumstudio.cli.main import main
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.midi.files import export_pattern


@pytest.fixture(autouse=True)
def no_jack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")


@pytest.fixture
def beat(tmp_path: Path) -> str:
    export_pattern(tmp_path / "beat.mid", demo_pattern(), 120.0)
    return str(tmp_path / "beat.mid")


def test_ports_lists_what_there_is_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ports", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outputs"][0] == {"name": "synth", "kind": "synth", "label": "built-in synth"}
    assert set(found) == {"outputs", "inputs", "problems"}
    assert main(["ports"]) == 0
    assert capsys.readouterr().out.startswith("Outputs:\n  synth  (built-in synth)\n")


def test_a_project_plays_through_the_synth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / "heard.wav"
    monkeypatch.setenv("DRUMSTUDIO_AUDIO_DRIVER", "file")
    monkeypatch.setenv("DRUMSTUDIO_AUDIO_FILE", str(sound))
    save_project(Project((Pattern(hits=(Hit(0, Drum.KICK),)),), qpm=400.0), tmp_path / "one.drumstudio")
    assert main(["play", str(tmp_path / "one.drumstudio"), "--qpm", "300", "--click"]) == 0
    assert sound.stat().st_size > 44_100
    assert capsys.readouterr().out == ""


def test_without_a_sound_card_there_is_a_sentence(
    beat: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DRUMSTUDIO_AUDIO_DRIVER", "jack")
    assert main(["play", beat]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("drumstudio: ")
    assert captured.err.count("\n") == 1


def test_an_unknown_port_is_named_with_those_there_are(beat: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", beat, "--output", "TD-11 of my dreams"]) == 1
    error = capsys.readouterr().err
    assert error.startswith('drumstudio: There is no MIDI output "TD-11 of my dreams"; there is ')


@pytest.mark.parametrize("wrong", [["--qpm", "1000"], ["--loops", "-1"], ["--map", "nord"], ["--clock"]])
def test_what_cannot_mean_anything_is_refused(beat: str, wrong: list[str]) -> None:
    assert main(["play", beat, *wrong]) == 2


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(tmp_path / "no.mid")]) == 1
    assert "no.mid" in capsys.readouterr().err
