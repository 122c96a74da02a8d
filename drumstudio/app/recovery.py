"""Recovery copies: what was on screen, kept aside while it has unsaved changes.

Every running program holds one copy under the user's data folder, with a lock that the system
drops when the program ends in whatever way.  A copy whose lock is free was left by a crash and
is offered at the next start.  Copies never touch the project's own file.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drumstudio import paths
from drumstudio.app import store
from drumstudio.app.locks import hold, is_held
from drumstudio.domain.project import Project
from drumstudio.errors import ProjectError
from drumstudio.log import LOGGER
from drumstudio.paths import write_atomically

_FORMAT = "drumstudio-recovery"


@dataclass(frozen=True, slots=True)
class Recovered:
    """A copy left by a program that did not end well.

    `original` is the project's own file, None when it never had one; `saved_at` in seconds since
    the epoch.
    """

    copy: Path
    project: Project
    original: Path | None
    saved_at: float


def recovery_folder() -> Path:
    """Folder of the copies."""
    return paths.user_data() / "recovery"


class RecoveryCopy:
    """This program's own copy; `write` and `clear` it as the project changes and is saved."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or recovery_folder()
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
        self.path = self._folder / f"{name}.recovery"
        self._lock_path = self._folder / f"{name}.lock"
        self._lock: IO[bytes] | None = None

    def write(self, project: Project, original: Path | None) -> None:
        """Keep `project` aside.  Raises ProjectError."""
        whole = {
            "format": _FORMAT,
            "original": None if original is None else str(original),
            "saved_at": time.time(),
            "content": store.encode(project).decode(),
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = self._lock_path.open("ab")
                hold(self._lock)
            write_atomically(self.path, json.dumps(whole).encode())
        except OSError as error:
            raise ProjectError(f"{self.path} cannot be written ({error.strerror or error})") from error

    def clear(self) -> None:
        """Drop the copy: the project is saved, or its changes were given up."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Drop the copy and the lock."""
        self.clear()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        with contextlib.suppress(OSError):
            self._lock_path.unlink(missing_ok=True)


def find_recovered(folder: Path | None = None) -> list[Recovered]:
    """Copies that no running program holds, newest first; unreadable ones are left alone."""
    found = []
    for path in sorted((folder or recovery_folder()).glob("*.recovery"), reverse=True):
        if is_held(path.with_suffix(".lock")):
            continue
        try:
            found.append(_read(path))
        except (ProjectError, OSError, ValueError, RecursionError) as error:
            LOGGER.warning("a recovery copy is passed over: %s", error)
    return found


def discard(recovered: Recovered) -> None:
    """Delete a copy that was taken up or is not wanted."""
    for path in (recovered.copy, recovered.copy.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _read(path: Path) -> Recovered:
    whole = json.loads(path.read_bytes().decode("utf-8"))
    if not isinstance(whole, dict) or whole.get("format") != _FORMAT:
        raise ProjectError(f"{path} is not a recovery copy")
    content, original, saved_at = whole.get("content"), whole.get("original"), whole.get("saved_at")
    if not isinstance(content, str) or not isinstance(saved_at, int | float):
        raise ProjectError(f"{path} is damaged")
    project = store.decode(content.encode(), str(path))
    return Recovered(path, project, Path(original) if isinstance(original, str) else None, float(saved_at))
