"""The command line, run beside a test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from support.jack import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """`drumstudio` with the words of its command line; `stderr` can be waited for line by line.

    `file_size` is the largest file in bytes that it may write, until `lift` takes that away.
    """

    running: ClassVar[list[Program]] = []

    def __init__(self, *words: str, file_size: int | None = None) -> None:
        self.running.append(self)
        command = [sys.executable, "-m", "drumstudio", *words]
        if file_size is not None:
            command = ["prlimit", f"--fsize={file_size}:", *command]
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def wait_for(self, words: str) -> str:
        """Wait until `words` are said on stderr; gives the line."""
        assert self.child.stderr is not None
        seen = []
        for line in self.child.stderr:
            seen.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said, only {seen}")

    def lift(self) -> None:
        """Let it write files of any size again."""
        subprocess.run(["prlimit", f"--pid={self.child.pid}", "--fsize=unlimited:"], check=True)

    def end(self, number: int | None = None) -> tuple[str, str]:
        """Send signal `number` and wait for the end; gives what is left of stdout and stderr."""
        if number is not None:
            os.kill(self.child.pid, number)
        return self.child.communicate(timeout=TIMEOUT)

    @classmethod
    def end_all(cls) -> None:
        """Kill whatever still runs."""
        for program in cls.running:
            if program.child.poll() is None:
                program.child.kill()
                program.child.communicate()
        cls.running.clear()
