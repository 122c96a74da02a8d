"""A process that trains, seen from the program: words in, lines of JSON out, and when it is over."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drumstudio.app.training import folder as run_folder
from drumstudio.midi.child import start_child

_MODULE = "drumstudio.app.training.child"
# How far it steps back behind everything else, as `nice` counts.
NICENESS = 19


class TrainingProcess:
    """Trains the run in `folder`.

    `on_line(event)` and, last of all, `on_end(exit status)` are called on a thread of its own, which
    must only hand them on.  Raises OSError where no process can be started.
    """

    def __init__(
        self, folder: Path, on_line: Callable[[dict[str, Any]], None], on_end: Callable[[int], None]
    ) -> None:
        with (folder / run_folder.TROUBLE).open("wb") as errors:
            self._child = start_child(_MODULE, str(folder), str(NICENESS), errors=errors, apart=True)
        self._on_line, self._on_end = on_line, on_end
        self._thread = threading.Thread(target=self._read, name="training-lines", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._child.pid

    def say(self, word: str) -> None:
        """Give it a word, if it still listens."""
        if self._child.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._child.stdin.write(word.encode() + b"\n")

    def kill(self) -> None:
        """End it at once, saving nothing more."""
        self._child.kill()

    def close(self, timeout: float) -> bool:
        """Close its stdin, which tells it to save and end; kill it if that takes over `timeout` seconds."""
        if self._child.stdin is not None:
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _read(self) -> None:
        assert self._child.stdout is not None
        seen = b""
        with self._child.stdout as lines:
            while chunk := lines.read(1 << 16):
                *whole, seen = (seen + chunk).split(b"\n")
                for line in whole:
                    with contextlib.suppress(ValueError):
                        self._on_line(json.loads(line))
        self._on_end(self._child.wait())
