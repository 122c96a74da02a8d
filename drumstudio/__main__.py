"""Entry point: words on the command line run a command, none (or a project file) opens the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_DEBUG = "--debug"


def opens_window(words: Sequence[str]) -> bool:
    """Whether these arguments ask for the window: none at all, or just files to open in it."""
    return all(word == _DEBUG or word.lower().endswith((".drumstudio", ".mid", ".midi")) for word in words)


def main() -> int:
    """Run DrumStudio with the process's arguments; gives the exit status."""
    words = sys.argv[1:]
    if opens_window(words):
        from drumstudio.ui.application import run_window

        return run_window([word for word in words if word != _DEBUG], _DEBUG in words)
    from drumstudio.cli.main import main as run_command

    return run_command(words)


if __name__ == "__main__":
    sys.exit(main())
