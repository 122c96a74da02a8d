"""What a command line means before any command runs."""

from __future__ import annotations

import pytest

from drumstudio.__main__ import opens_window
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
