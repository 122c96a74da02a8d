"""Locks that the system drops when a program ends in whatever way: they tell the running from the dead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO


def is_held(lock_path: Path) -> bool:
    """Whether a running program holds the lock."""
    try:
        with lock_path.open("r+b") as handle:
            hold(handle)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def hold(handle: IO[bytes]) -> None:
    """Take the lock of an open file until it is closed; raises OSError when another has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
