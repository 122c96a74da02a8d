"""The environment's life: made, stamped, seen to be unfinished, made anew."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scripts.setup.console import Log, SetupError
from scripts.setup.install import Environment, _pinned, _progress, main

WANTED = "the stamp"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path, Log(tmp_path / "build" / "setup.log"))


def test_an_environment_is_made_stamped_and_made_anew_when_left_unfinished(environment: Environment) -> None:
    wanted = f"{environment.root}\n{WANTED}"
    assert not environment.is_ready("app", wanted, cuda=False)
    environment.begin()
    assert environment.python.resolve().is_file()
    environment.finish("app", wanted, cuda=False)
    assert environment.is_ready("app", wanted, cuda=False)
    assert not environment.is_ready("test", wanted, cuda=False)
    assert not environment.is_ready("app", wanted, cuda=True)

    half_done = environment.folder / "half-done"
    half_done.touch()
    environment.begin()
    assert half_done.exists(), "a finished environment is brought up to date in place"
    assert not environment.is_ready("app", wanted, cuda=False)
    environment.begin()
    assert not half_done.exists(), "an unfinished one is not trusted"


def test_a_broken_environment_is_made_anew(environment: Environment) -> None:
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to("/nowhere/python3.11")
    environment.begin()
    assert environment.python.resolve().is_file()


def test_the_test_environment_serves_the_app_too(environment: Environment) -> None:
    environment.folder.mkdir()
    (environment.folder / "unfinished").touch()
    environment.finish("test", WANTED, cuda=True)
    assert {path.name for path in environment.folder.iterdir()} == {"ready-app", "ready-test", "cuda"}
    assert environment.keeps_cuda()


def test_pins_are_read_from_the_constraints(tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("# pip==1\npip==26.3\npipx==9\n", encoding="utf-8")
    assert _pinned(constraints, "pip") == "26.3"
    with pytest.raises(SetupError, match="pins no torch"):
        _pinned(constraints, "torch")


def test_progress_is_told_in_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (
        "Collecting torch==2.13.0\n",
        "  Downloading pyside6_essentials-6.11.3-cp310-abi3-manylinux_2_34_x86_64.whl (80.3 MB)\n",
        "Installing collected packages: a, b, c\n",
    ):
        _progress(line)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "  downloading pyside6_essentials 6.11.3 (80.3 MB)\n  unpacking 3 packages\n"


def test_the_log_keeps_what_a_command_prints_and_how_it_ended(tmp_path: Path) -> None:
    log = Log(tmp_path / "deep" / "setup.log")
    heard: list[str] = []
    assert not log.run(["sh", "-c", "echo out; echo err >&2; exit 4"], heard=heard.append)
    assert heard == ["out\n", "err\n"]
    assert "err" in log.tail()
    assert "exit status 4" in log.tail()


def test_a_checkout_that_may_not_be_written_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Not even root may make files in /proc.
    monkeypatch.setattr("sys.argv", ["install", "app", "--root", "/proc/self", "--", "--version"])
    monkeypatch.setattr("sys.stdin", io.StringIO(WANTED))
    assert main() == 1
    assert "DrumStudio: set-up cannot use /proc/self/build" in capsys.readouterr().err
