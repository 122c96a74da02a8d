"""Small child processes that own MIDI handles.

MIDI libraries print on stderr, can hang when a server dies, and hold locks while they look
around; in a process of their own none of that reaches the program.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parents[2]


def start_child(
    module: str, *words: str, errors: IO[bytes] | int = subprocess.DEVNULL, apart: bool = False
) -> subprocess.Popen[bytes]:
    """Run `python -m module words...` with pipes for stdin and stdout; stderr goes to `errors`.

    One that stands `apart` is spared the Ctrl+C that is meant for this program.
    """
    environment = dict(os.environ)
    # A JACK client must never start a sound server that the user did not ask for.
    environment["JACK_NO_START_SERVER"] = "1"
    environment["PYTHONPATH"] = os.pathsep.join(
        part for part in (str(_ROOT), environment.get("PYTHONPATH")) if part
    )
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=apart,
        bufsize=0,
        env=environment,
    )


def end_child(child: subprocess.Popen[bytes], timeout: float = 2.0) -> None:
    """Close the child's stdin, which tells it to end, and wait; kill it if it does not."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def favour_this_process() -> None:
    """Ask for real-time scheduling, or else for a better place in line; do without if refused.

    It is asked for every thread that there is by now.  A library's own, which JACK calls each period and
    which loses the messages of one that it misses, gets it from the server only where that has it.
    """
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            for thread in _threads():
                if os.sched_getscheduler(thread) == os.SCHED_OTHER:
                    os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(10))
            return
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, -10)


def _threads() -> list[int]:
    """Numbers of this process's threads; 0, for the one that asks, where the system does not list them."""
    try:
        return [int(each.name) for each in Path("/proc/self/task").iterdir()]
    except OSError:
        return [0]
