"""A program of its own with one MIDI output, which plays what it is told.

Arguments: JACK client name, port name.  A line of JSON on stdin, [[seconds from now, bytes], ...], is played
by absolute deadlines and answered with "played" and the moments (perf_counter) at which each message
went out; it ends with its stdin.
"""

from __future__ import annotations

import json
import sys
import time

import rtmidi


def main() -> None:
    port = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name=sys.argv[1])
    port.open_virtual_port(sys.argv[2])
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        sent = []
        for seconds, message in json.loads(line):
            time.sleep(max(0.0, start + seconds - time.perf_counter()))
            sent.append(time.perf_counter())
            port.send_message(message)
        print("played", json.dumps(sent), flush=True)
    port.close_port()


if __name__ == "__main__":
    main()
