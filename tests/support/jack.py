"""A real JACK server without hardware, and a second program that listens on it."""

from __future__ import annotations

import fcntl
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LISTENER = Path(__file__).with_name("midi_listener.py")
PERFORMER = Path(__file__).with_name("midi_performer.py")
TIMEOUT = 20.0
SLOTS = 6
_servers: dict[str, subprocess.Popen[bytes]] = {}

Message = tuple[int, int, int]


@contextmanager
def _own_slot() -> Iterator[int]:
    """A number that no other test process holds, however many run; free again when it dies."""
    for slot in range(SLOTS):
        with (Path(tempfile.gettempdir()) / f"drumstudio-jack-{slot}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _answers(f"drumstudio-tests-{slot}"):
                continue  # a server whose test was killed still has the name
            yield slot
            return
    raise RuntimeError(f"all {SLOTS} JACK servers of the tests are in use")


def _may_go_first() -> bool:
    """Whether this user may ask for real time."""
    usual, how = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, usual, how)
    return True


def _answers(name: str) -> bool:
    """Whether a server of that name runs."""
    look = subprocess.run(["jack_wait", "-s", name, "-c"], capture_output=True, text=True, check=False)
    return look.stdout.startswith("running")


@contextmanager
def jack_server(period: int = 1024, realtime: bool | None = None) -> Iterator[str]:
    """Run `jackd` with the dummy driver; gives its name, by which clients find it through the environment.

    A long `period` (in frames) is safe: a client that a busy machine keeps from its period
    loses the messages of that period.  With `realtime` server and clients go before all else, as they do
    where music is made (None: where this user may ask for that).  Names come from a few fixed ones: JACK
    knows no more than eight servers, and takes the place of one that was killed again only under the
    same name.
    """
    with _own_slot() as slot:
        name = f"drumstudio-tests-{slot}"
        mode = "-R" if (_may_go_first() if realtime is None else realtime) else "-r"
        # It must not outlive a test that is killed.
        command = ["setpriv", "--pdeathsig", "KILL", "jackd", "-n", name, mode, "-d", "dummy", "-r", "48000"]
        server = subprocess.Popen(
            [*command, "-p", str(period)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _servers[name] = server
        before = os.environ.get("JACK_DEFAULT_SERVER")
        os.environ["JACK_DEFAULT_SERVER"] = name
        try:
            subprocess.run(["jack_wait", "-s", name, "-w", "-t", "20"], check=True, capture_output=True)
            yield name
        finally:
            if before is None:
                del os.environ["JACK_DEFAULT_SERVER"]
            else:
                os.environ["JACK_DEFAULT_SERVER"] = before
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


def kill_server(name: str) -> None:
    """Let a server die at once, as one that crashes."""
    _servers[name].kill()
    _servers[name].wait()


class Listener:
    """The second program: a JACK client with one MIDI input, and all that arrives there.

    `messages` holds (seconds of perf_counter, bytes) in order of arrival, short ones filled up with 0.
    """

    def __init__(self, client: str, port: str = "in") -> None:
        self.name = f"{client}:{port}"
        self.messages: list[tuple[float, Message]] = []
        self._arrivals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._child = subprocess.Popen(
            [sys.executable, str(LISTENER), client, port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "JACK_NO_START_SERVER": "1"},
        )
        assert self._child.stdout is not None
        assert self._child.stdout.readline().strip() == "ready"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            at, first, *data = json.loads(line)
            second, third = (*data, 0, 0)[:2]
            self.messages.append((at, (first, second, third)))
            self._arrivals.put(None)

    def wait(self, condition: Callable[[Listener], bool]) -> None:
        """Wait until `condition` holds; looks again at each message."""
        deadline = time.perf_counter() + TIMEOUT
        while not condition(self):
            self._arrivals.get(timeout=max(0.0, deadline - time.perf_counter()))

    def prove(self, strike: Callable[[], object]) -> None:
        """Strike until a note is heard whole, then forget it: JACK drops what comes while it connects."""
        deadline = time.perf_counter() + TIMEOUT
        while not self.messages:
            assert time.perf_counter() < deadline, "nothing that is struck arrives"
            strike()
            with suppress(queue.Empty):
                self._arrivals.get(timeout=0.5)
        self.wait(lambda heard: len(heard.note_offs) >= len(heard.note_ons))
        self.messages.clear()

    @property
    def note_ons(self) -> list[tuple[int, int]]:
        return [(note, velocity) for _, (kind, note, velocity) in self.messages if kind & 0xF0 == 0x90]

    @property
    def note_offs(self) -> list[int]:
        return [note for _, (kind, note, _) in self.messages if kind & 0xF0 == 0x80]

    @property
    def controls(self) -> list[int]:
        return [number for _, (kind, number, _) in self.messages if kind & 0xF0 == 0xB0]

    def close(self) -> None:
        """End the program; its port goes with it."""
        self._child.communicate(timeout=10)
        self._thread.join(10)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Performer:
    """The second program: a JACK client with one MIDI output, an e-kit to the program that listens."""

    def __init__(self, client: str, port: str = "out") -> None:
        self.name = f"{client}:{port}"
        self._child = subprocess.Popen(
            [sys.executable, str(PERFORMER), client, port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "JACK_NO_START_SERVER": "1"},
        )
        self._answer("ready")

    def play(self, messages: list[tuple[float, list[int]]]) -> list[float]:
        """Play messages, each so many seconds from now, and wait until they are out; gives when they were, in
        seconds of perf_counter."""
        self.begin(messages)
        return self.wait_played()

    def begin(self, messages: list[tuple[float, list[int]]]) -> None:
        """Play messages without waiting: `wait_played` does."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(messages) + "\n")
        self._child.stdin.flush()

    def wait_played(self) -> list[float]:
        """Wait until what was begun is out."""
        sent: list[float] = json.loads(self._answer("played"))
        return sent

    def _answer(self, word: str) -> str:
        assert self._child.stdout is not None
        first, _, rest = self._child.stdout.readline().strip().partition(" ")
        assert first == word
        return rest

    def close(self) -> None:
        """End the program; its port goes with it."""
        self._child.communicate(timeout=30)

    def __enter__(self) -> Performer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
