"""Child process that owns a MIDI input: it stamps what arrives and passes it on, nothing else.

Run as `python -m drumstudio.midi.port_listener API NAME`; frames go out on stdout
(:mod:`drumstudio.midi.inputs` has their shape), an empty one first, when the port is open.  It ends
when stdin closes.  Active sensing and system exclusive messages are dropped here.

The library's own thread stamps and keeps what arrives; it never waits for Python, as it would with
a callback, and so never misses a period of JACK's for our sake.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from typing import Any

import rtmidi

from drumstudio.midi.child import favour_this_process
from drumstudio.midi.inputs import pack_arrival
from drumstudio.midi.port_scan import APIS
from drumstudio.midi.ports import stable_names
from drumstudio.midi.stamps import StampClock

ACTIVE_SENSING = 0xFE
LONGEST = 3  # bytes of everything but system exclusive
BUFFER = 4096  # messages that the library holds for us
LOOK = 0.001  # seconds between looks at them; stamps do not depend on it


def open_port(api: str, name: str) -> Any:
    """The input called `name`, connected; raises LookupError when it is not there."""
    number = next(key for key, word in APIS.items() if word == api)
    port = rtmidi.MidiIn(rtapi=number, name="DrumStudio input", queue_size_limit=BUFFER)
    names = stable_names(port.get_ports(), api)
    if name not in names:
        raise LookupError(name)
    # Everything must come through: time that passes before an ignored message would be lost.
    port.ignore_types(sysex=False, timing=False, active_sense=False)
    port.open_port(names.index(name), name="kit")
    return port


def heard(port: Any, clock: StampClock) -> bytes:
    """Frames of everything that has arrived since the last look."""
    frames = []
    while (event := port.get_message()) is not None:
        message, delta = event
        stamp = clock.stamp(delta, time.perf_counter())
        if len(message) <= LONGEST and message[0] != ACTIVE_SENSING:
            frames.append(pack_arrival(stamp, bytes(message)))
    return b"".join(frames)


def _wait_for_end(opened: threading.Event, ended: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    if not opened.is_set():
        os._exit(0)  # a dead MIDI server can keep the opening waiting for ever
    ended.set()


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    """Open the port named on the command line and pass on what it hears."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    opened, ended = threading.Event(), threading.Event()
    threading.Thread(target=_wait_for_end, args=(opened, ended), daemon=True).start()
    try:
        port = open_port(sys.argv[1], sys.argv[2])
    except (LookupError, OSError, rtmidi.RtMidiError):
        os._exit(1)
    favour_this_process()  # the library's thread with it, which takes the messages over
    gc.collect()
    gc.freeze()
    gc.disable()
    opened.set()
    clock = StampClock()
    try:
        _write(pack_arrival(time.perf_counter(), b""))
        while not ended.is_set():
            _write(heard(port, clock))
            time.sleep(LOOK)
        _write(heard(port, clock))
    except BrokenPipeError:
        pass  # nobody listens any more
    os._exit(0)  # a MIDI library with a dead server can hang in its own clean-up


if __name__ == "__main__":
    main()
