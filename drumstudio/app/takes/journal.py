"""The journal of a recording: every message on disk within half a second, whatever happens to the program.

A line of JSON each, appended: the head, then `[seconds of perf_counter, bytes in hex]`, and at some
point `{"origin": seconds}`, the first bar line.  A thread of its own writes and calls fsync, so that
a slow disk holds up nothing.  A journal whose lock is free belongs to a recording that broke
off; a last line that was not finished is passed over.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from drumstudio import paths
from drumstudio.app.locks import hold, is_held
from drumstudio.domain.take import Arrival
from drumstudio.errors import DrumMapError, TakeError
from drumstudio.log import LOGGER
from drumstudio.midi.take_file import is_kept

FORMAT, FORMAT_VERSION = "drumstudio-journal", 1
SUFFIX = ".journal"
SYNC = 0.5  # seconds between two fsyncs while messages come


def journals_folder() -> Path:
    """Folder of the journals."""
    return paths.user_takes() / "unfinished"


class Journal:
    """Writes what `add` and `note` are given; neither waits nor raises.

    `problem` is a sentence when the disk refuses: the recording goes on in memory.  Raises
    TakeError where not even the file can be made.
    """

    def __init__(self, head: dict[str, Any], folder: Path | None = None) -> None:
        self.problem: str | None = None
        folder = folder or journals_folder()
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
        self.path = folder / f"{name}{SUFFIX}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock: IO[bytes] = self.path.with_suffix(".lock").open("ab")
            hold(self._lock)
            self._file = self.path.open("ab", buffering=0)
            paths.settle(folder)
        except OSError as error:
            raise TakeError(
                f"{self.path} cannot be written ({error.strerror or error}), so nothing would be safe; "
                "make room there and start again"
            ) from error
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._lines.put(json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION, **head}))
        self._thread = threading.Thread(target=self._run, name="take-journal", daemon=True)
        self._thread.start()

    def add(self, arrival: Arrival) -> None:
        """Keep a message, stamped in seconds of perf_counter."""
        self._lines.put(f'[{arrival.seconds:.6f},"{arrival.data.hex()}"]')

    def note(self, **values: Any) -> None:
        """Add to the head, as the origin when it is known."""
        self._lines.put(json.dumps(values))

    def close(self) -> None:
        """Write the rest; the file stays."""
        self._lines.put(None)
        self._thread.join(10.0)
        self._file.close()
        self._lock.close()

    def discard(self) -> None:
        """Delete the file: what it holds is safe elsewhere, or nobody wants it."""
        discard(self.path)

    def _run(self) -> None:
        going, dirty, synced = True, False, 0.0
        begin = b""
        while going:
            wait = max(0.0, synced + SYNC - time.monotonic()) if dirty else None
            lines: list[str] = []
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=wait)
                while line is not None:
                    lines.append(line)
                    line = self._lines.get_nowait()
                going = False
            try:
                if lines:
                    self._write(begin + "".join(f"{each}\n" for each in lines).encode())
                    begin, dirty = b"", True
                if dirty and (not going or time.monotonic() - synced >= SYNC):
                    os.fsync(self._file.fileno())
                    dirty, synced = False, time.monotonic()
            except OSError as error:
                begin, dirty = b"\n", False  # what was cut off ends there
                self.problem = (
                    f"{self.path} cannot be written ({error.strerror or error}): "
                    "the recording is only in memory until it ends"
                )

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a journal holds: its head, the values noted since, and the messages as they were stamped."""

    path: Path
    head: dict[str, Any]
    arrivals: tuple[Arrival, ...]


def find_unfinished(folder: Path | None = None) -> list[Unfinished]:
    """Journals that no running program holds, oldest first; unreadable ones are left alone."""
    found = []
    for path in sorted((folder or journals_folder()).glob(f"*{SUFFIX}")):
        if is_held(path.with_suffix(".lock")):
            continue
        try:
            found.append(read_journal(path))
        except (OSError, TakeError, DrumMapError) as error:
            LOGGER.warning("a recording that broke off is passed over: %s", error)
    return found


def read_journal(path: Path) -> Unfinished:
    """What is whole in a journal.  Raises TakeError and OSError."""
    head: dict[str, Any] = {}
    arrivals: list[Arrival] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the line that was being written, or one that the disk lost
        if isinstance(value, dict):
            head.update(value)
        elif (arrival := _arrival(value)) is not None:
            arrivals.append(arrival)
    if head.get("format") != FORMAT or head.get("format_version") != FORMAT_VERSION:
        raise TakeError(f"{path} is no journal of a recording")
    return Unfinished(path, head, tuple(sorted(arrivals, key=lambda each: each.seconds)))


def discard(path: Path) -> None:
    """Delete a journal and its lock."""
    for each in (path, path.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            each.unlink(missing_ok=True)


def _arrival(value: Any) -> Arrival | None:
    try:
        seconds, data = value
        message = bytes.fromhex(data)
        return Arrival(float(seconds), message) if is_kept(message) else None
    except (TypeError, ValueError):
        return None
