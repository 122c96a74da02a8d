"""Child process that lists MIDI ports: once, or each second while its stdin is open.

Prints a line of JSON at first and at every change; a line on stdin makes it look at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sys
import threading
from typing import Any

import rtmidi

from drumstudio.midi.ports import NO_MIDI_SYSTEM, stable_names

CLIENT = "DrumStudio"
INTERVAL = 1.0
# A JACK client does not notice that its server died; a fresh one each few seconds does.
REFRESH_JACK = 5

APIS: dict[int, str] = {
    rtmidi.API_LINUX_ALSA: "alsa",
    rtmidi.API_UNIX_JACK: "jack",
    rtmidi.API_MACOSX_CORE: "coremidi",
    rtmidi.API_WINDOWS_MM: "winmm",
}


class Scanner:
    """Looks through every MIDI API that this build has."""

    def __init__(self) -> None:
        self._apis = [api for api in rtmidi.get_compiled_api() if api in APIS]
        self._clients: dict[tuple[int, str], Any] = {}
        self._looks = 0

    def look(self) -> dict[str, list[Any]]:
        """Ports as JSON-ready lists of (name, api), and problems as sentences."""
        if self._looks % REFRESH_JACK == 0:
            self._drop(rtmidi.API_UNIX_JACK)
        self._looks += 1
        found: dict[str, list[Any]] = {"outputs": [], "inputs": [], "problems": []}
        alive = False
        for api in self._apis:
            for side, kind in (("outputs", rtmidi.MidiOut), ("inputs", rtmidi.MidiIn)):
                names = self._names(api, side, kind)
                alive = alive or names is not None
                own = [name for name in stable_names(names or [], APIS[api]) if not name.startswith(CLIENT)]
                found[side] += [(name, APIS[api]) for name in own]
        if not alive:
            found["problems"].append(NO_MIDI_SYSTEM)
        return found

    def _names(self, api: int, side: str, kind: Any) -> list[str] | None:
        """Raw names of the ports of one side, None where the system is not there."""
        try:
            if (api, side) not in self._clients:
                self._clients[api, side] = kind(rtapi=api, name=f"{CLIENT} scan {side}")
            return list(self._clients[api, side].get_ports())
        except rtmidi.RtMidiError:
            self._drop(api)
            return None

    def _drop(self, api: int) -> None:
        for key in [key for key in self._clients if key[0] == api]:
            self._clients.pop(key).delete()


def _listen(wakes: queue.SimpleQueue[None]) -> None:
    """Wake on each line of stdin; when it closes, whoever asked is gone and so are we."""
    while os.read(0, 4096):
        wakes.put(None)
    os._exit(0)


def main() -> None:
    """Look once or keep looking, as the first argument says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    scanner = Scanner()
    last = json.dumps(scanner.look())
    print(last, flush=True)
    if sys.argv[1:] != ["watch"]:
        os._exit(0)  # a MIDI library with a dead server can hang in its own clean-up
    wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(wakes,), daemon=True).start()
    while True:
        with contextlib.suppress(queue.Empty):
            wakes.get(timeout=INTERVAL)
        now = json.dumps(scanner.look())
        if now != last:
            last = now
            print(now, flush=True)


if __name__ == "__main__":
    main()
