"""A MIDI input, known by its name and taken up again when it returns.

A process of its own stamps what arrives (:mod:`drumstudio.midi.port_listener`), so that neither the
interpreter's lock nor a garbage collection here can shift a stroke.
"""

from __future__ import annotations

import struct
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from drumstudio.domain.take import Arrival
from drumstudio.midi.child import end_child, start_child
from drumstudio.midi.ports import Port

LISTENER_MODULE = "drumstudio.midi.port_listener"
# Seconds of perf_counter, number of bytes (0: the port is open), up to three bytes.
_FRAME = struct.Struct("<d4B")
CHUNK = 4096


class InputState(StrEnum):
    """How an input is doing."""

    STARTING = "starting"
    READY = "ready"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class InputStatus:
    """State of an input, with one sentence for people while it is missing."""

    name: str
    state: InputState
    message: str = ""


def pack_arrival(stamp: float, data: bytes) -> bytes:
    """A frame of the listener: a message of one to three bytes, or none for "the port is open"."""
    return _FRAME.pack(stamp, len(data), *data.ljust(3, b"\0"))


class MidiInput:
    """Hears the port named `name` and calls `arrived`, on a thread of its own, with all that comes.

    `changed` is called whenever `status` has changed.  Stamps are seconds of `time.perf_counter()`.
    """

    def __init__(
        self,
        name: str,
        ports: Iterable[Port],
        arrived: Callable[[Arrival], None],
        changed: Callable[[InputStatus], None] = lambda _status: None,
    ) -> None:
        self.name = name
        self._arrived = arrived
        self._changed = changed
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self.status = self._missing()
        self.attend(ports)

    def attend(self, ports: Iterable[Port]) -> None:
        """Take note of the ports there are: let go of a vanished one, take up one that is back."""
        port = next((port for port in ports if port.name == self.name), None)
        if self._child is not None and (port is None or self._child.poll() is not None):
            self._end()
        if port is None:
            self._become(self._missing())
        elif self._child is None:
            self._become(InputStatus(self.name, InputState.STARTING))
            self._child = start_child(LISTENER_MODULE, port.api, port.name)
            self._thread = threading.Thread(
                target=self._read, args=(self._child,), name="midi-input", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """Let go of the port; everything that had arrived has been handed over."""
        self._end()

    def _missing(self) -> InputStatus:
        message = f"missing: {self.name}; it is taken up again when it is plugged in."
        return InputStatus(self.name, InputState.MISSING, message)

    def _become(self, status: InputStatus) -> None:
        if status != self.status:
            self.status = status
            self._changed(status)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        if self._thread is not None:
            self._thread.join(2.0)
        end_child(child)

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        """Take in what the listener passes on, until it ends."""
        rest = b""
        while child.stdout is not None and (data := child.stdout.read(CHUNK)):
            rest += data
            whole = len(rest) - len(rest) % _FRAME.size
            for stamp, length, *message in _FRAME.iter_unpack(rest[:whole]):
                if length:
                    self._arrived(Arrival(stamp, bytes(message[:length])))
                else:
                    self._become(InputStatus(self.name, InputState.READY))
            rest = rest[whole:]
        if child is self._child:
            self._become(self._missing())
