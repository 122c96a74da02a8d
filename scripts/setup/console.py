"""What the set-up says and keeps: plain sentences on stderr, everything else in a log file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

TAIL = 15


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence or two for the user."""


def say(text: str) -> None:
    """Tell the user `text`; stdout belongs to the program that starts afterwards."""
    print(text, file=sys.stderr, flush=True)


class Log:
    """The file that keeps what the installers print.

    Attributes: `path`, where it is.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def run(
        self,
        command: Sequence[str],
        environment: dict[str, str] | None = None,
        heard: Callable[[str], None] = lambda line: None,
    ) -> bool:
        """Run `command` with its output in the log, each line also given to `heard`; whether it worked."""
        with (
            self.path.open("a", encoding="utf-8") as file,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**os.environ, **(environment or {})},
            ) as process,
        ):
            file.write(f"$ {' '.join(command)}\n")
            assert process.stdout is not None
            for line in process.stdout:
                file.write(line)
                file.flush()
                heard(line)
            status = process.wait()
            file.write(f"exit status {status}\n")
        return status == 0

    def tail(self) -> str:
        """The last lines of the log, indented."""
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        return "\n".join(f"    {line}" for line in lines)
