"""How late MIDI out is: as the sender process sees it, and as a second program hears it over JACK.

Starts a JACK server without hardware, a listener program, and a MIDI output that gets a note
every 20 ms, 150 ms ahead, as the scheduler would: idle, while this process generates and repaints,
and with a busy process on every core besides.
What the listener hears includes JACK's period, which is 64 frames (1.3 ms).

    python benchmarks/midi_lateness.py [--seconds 20] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from load import STATES, figures, print_table, under  # noqa: E402
from support.jack import Listener, jack_server  # noqa: E402

from drumstudio.domain.drums import Drum  # noqa: E402
from drumstudio.engine.midi_out import MidiOutput  # noqa: E402
from drumstudio.engine.outputs import OutputState, Strike  # noqa: E402
from drumstudio.midi.ports import list_ports  # noqa: E402

GAP = 0.020
AHEAD = 0.150
DIFFERENT = 9 * 127  # notes that differ in drum or velocity, and so can be told apart


def measure(output: MidiOutput, listener: Listener, seconds: float) -> dict[str, dict[str, float]]:
    """Send for `seconds`; lateness against the due times, sent and heard."""
    output.lateness.clear()
    first = len(listener.messages)
    drums, dues = list(Drum), {}
    begin = time.perf_counter() + 0.3
    for index in range(min(int(seconds / GAP), DIFFERENT)):
        due = begin + index * GAP
        drum, velocity = drums[index % 9], 1 + index % 127
        time.sleep(max(0.0, due - AHEAD - time.perf_counter()))
        output.schedule(Strike(drum, velocity), due)
        dues[output.drum_map.note_of(drum), velocity] = due
    time.sleep(0.8)
    heard: dict[tuple[int, int], float] = {}
    for at, (kind, note, velocity) in listener.messages[first:]:
        if kind & 0xF0 == 0x90:
            # A JACK client that misses its period may lose messages or get them twice.
            heard.setdefault((note, velocity), at)
    found = {"sent": figures([1000 * late for late in output.lateness])}
    found["heard"] = figures([1000 * (at - dues[key]) for key, at in heard.items()])
    return found


Found = dict[str, dict[str, dict[str, float]]]


def record(found: Found, state: str, output: MidiOutput, listener: Listener, seconds: float) -> None:
    """Measure under a load that is already there, and keep the figures under its name."""
    found[state] = measure(output, listener, seconds)


def main() -> None:
    """Measure idle and busy, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with jack_server(period=64), Listener("Lateness") as listener:
        output = MidiOutput(listener.name, list_ports().outputs)
        while output.status.state is OutputState.STARTING:
            time.sleep(0.01)
        found: Found = {}
        for state in STATES:
            under(state, partial(record, found, state, output, listener, args.seconds))
        output.close()
    if args.json:
        print(json.dumps(found))
        return
    print_table("MIDI out: lateness as sent", {state: sides["sent"] for state, sides in found.items()})
    print_table("as heard over JACK", {state: sides["heard"] for state, sides in found.items()})


if __name__ == "__main__":
    main()
