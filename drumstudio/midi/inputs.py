"""A MIDI input, known by its name and taken up again when it returns.

A process of its own stamps what arrives (:mod:`drumstudio.midi.port_listener`), so that neither the
interpreter's lock nor a garbage collection here can shift a stroke.
"""

from __future__ import annotations

import math
import struct
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


class _Ear:
    """One listener process and the thread that reads from it."""

    def __init__(
        self, port: Port, heard: Callable[[_Ear, float, bytes], None], ended: Callable[[_Ear], None]
    ) -> None:
        self.first = math.inf  # stamp from which on this one counts
        self.last = math.inf  # stamp from which on its successor does
        self._heard = heard
        self._ended = ended
        self._child = start_child(LISTENER_MODULE, port.api, port.name)
        self._thread = threading.Thread(target=self._read, name="midi-input", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child.poll() is None

    def tell_to_end(self) -> None:
        """Let go of the port; what has arrived is still handed over."""
        if self._child.stdin is not None:
            self._child.stdin.close()

    def close(self) -> None:
        """End, when everything is handed over."""
        self.tell_to_end()
        self._thread.join(2.0)
        end_child(self._child)

    def _read(self) -> None:
        rest = b""
        while self._child.stdout is not None and (data := self._child.stdout.read(CHUNK)):
            rest += data
            whole = len(rest) - len(rest) % _FRAME.size
            for stamp, length, *message in _FRAME.iter_unpack(rest[:whole]):
                self._heard(self, stamp, bytes(message[:length]))
            rest = rest[whole:]
        self._ended(self)


class MidiInput:
    """Hears the port named `name` and calls `arrived`, on a thread of its own, with all that comes.

    `changed` is called whenever `status` has changed.  Stamps are seconds of `time.perf_counter()`.
    A port that seems gone is listened to until it is back and a new listener has it: a list of ports
    that was wrong for a moment costs no stroke.
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
        self._ears: list[_Ear] = []  # the newest last
        self._gone = True
        self.status = self._missing()
        self.attend(ports)

    def attend(self, ports: Iterable[Port]) -> None:
        """Take note of the ports there are; not to be called from two threads at once."""
        port = next((port for port in ports if port.name == self.name), None)
        if port is None:
            self._gone = True
            self._become(self._missing())
        elif self._gone or not self._ears[-1].alive:
            self._gone = False
            for old in self._ears[:-1]:
                old.close()
            self._become(InputStatus(self.name, InputState.STARTING))
            self._ears = [*self._ears[-1:], _Ear(port, self._take_in, self._take_leave)]

    def close(self) -> None:
        """Let go of the port; everything that had arrived has been handed over."""
        self._gone = True
        ears, self._ears = self._ears, []
        for ear in ears:
            ear.close()

    def _missing(self) -> InputStatus:
        message = f"missing: {self.name}; it is taken up again when it is plugged in."
        return InputStatus(self.name, InputState.MISSING, message)

    def _become(self, status: InputStatus) -> None:
        if status != self.status:
            self.status = status
            self._changed(status)

    def _take_in(self, ear: _Ear, stamp: float, data: bytes) -> None:
        if data:
            if ear.first <= stamp < ear.last:
                self._arrived(Arrival(stamp, data))
            return
        ear.first = stamp
        for old in self._ears:
            if old is not ear:
                old.last = stamp
                old.tell_to_end()
        self._become(InputStatus(self.name, InputState.READY))

    def _take_leave(self, ear: _Ear) -> None:
        if self._ears and ear is self._ears[-1]:
            self._become(self._missing())
