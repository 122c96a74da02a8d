"""What a command line means before any command runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.smf import chunk, drums, smf, write

from drumstudio.__main__ import opens_window
from drumstudio.cli import models
from drumstudio.cli.main import main


@pytest.mark.parametrize(
    "words", [[], ["--debug"], ["a.drumstudio"], ["A.MID", "--debug"], ["a.midi", "b.mid"]]
)
def test_the_window_opens_for_nothing_and_for_files(words: list[str]) -> None:
    assert opens_window(words)


@pytest.mark.parametrize("words", [["steps", "a.mid"], ["--version"], ["a.wav"], ["--debug", "ports"]])
def test_everything_else_is_a_command(words: list[str]) -> None:
    assert not opens_window(words)


@pytest.mark.parametrize(
    ("words", "hint"),
    [([], "drumstudio --help"), (["dance"], "drumstudio --help"), (["steps"], "drumstudio steps --help")],
)
def test_wrong_use_names_the_help(words: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.endswith(f"(try: {hint})\n")
    assert said.count("\n") == 1


def started(*words: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "drumstudio", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload,no-any-return]


def test_sigterm_leaves_no_half_written_file(tmp_path: Path) -> None:
    song = write(tmp_path / "long.mid", smf(chunk(drums([(480 * 4 * bar, 36) for bar in range(30)]))))
    folder = tmp_path / "out"
    folder.mkdir()
    with started("render", str(song), "--loops", "100", "--out", str(folder / "a.wav")) as process:
        while not any(folder.iterdir()) and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "drumstudio: stopped\n")
    assert not list(folder.iterdir())


def test_what_fails_on_the_way_out_of_an_interrupt_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> int:
        try:
            raise KeyboardInterrupt
        finally:
            raise ValueError("half a file cannot be closed")

    monkeypatch.setattr(models, "run", interrupted)
    assert main(["models"]) == 1
    assert capsys.readouterr().err == "drumstudio: stopped\n"


def test_a_full_disk_behind_stdout_is_a_sentence() -> None:
    with Path("/dev/full").open("w") as full, started("models", stdout=full) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == "drumstudio: the results cannot be written: No space left on device\n"
