"""A program of its own that prints every MIDI message it gets, until its stdin closes.

Arguments: JACK client name, port name.  A line a message: [time of arrival, its bytes].
"""

from __future__ import annotations

import json
import sys
import time

import rtmidi


def main() -> None:
    port = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name=sys.argv[1])

    def arrived(event: tuple[list[int], float], _: object) -> None:
        print(json.dumps([time.perf_counter(), *event[0]]), flush=True)

    port.ignore_types(timing=False)
    port.set_callback(arrived)
    port.open_virtual_port(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.read()
    port.close_port()


if __name__ == "__main__":
    main()
