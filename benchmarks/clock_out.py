"""How even MIDI clock is: as a second program hears it over JACK, and how well it can be followed.

Starts a JACK server without hardware, a listener program, and the engine playing the demo with
clock: idle, while this process generates and repaints, and with a busy process on every
core besides.  Jitter is the distance of the ticks from the straight line through all of them; it
includes JACK's period, which is 64 frames (1.3 ms) unless another is asked for: a tick goes out with the
next period.  With --realtime the server runs as it does where music is made: it and its clients' threads go
before all else (for root, and members of the group audio).

    python benchmarks/clock_out.py [--seconds 20] [--period 64] [--realtime] [--state idle] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from load import STATES, figures, print_table, under  # noqa: E402
from support.jack import Listener, jack_server  # noqa: E402

from drumstudio.domain.demo import demo_project  # noqa: E402
from drumstudio.engine.facade import Engine  # noqa: E402
from drumstudio.engine.midi_out import MidiOutput  # noqa: E402
from drumstudio.engine.outputs import OutputState  # noqa: E402
from drumstudio.midi.ports import list_ports  # noqa: E402

CLOCK = 0xF8


def measure(engine: Engine, listener: Listener, seconds: float) -> dict[str, float]:
    """Play for `seconds`; distance of the ticks heard from their line, in milliseconds."""
    first = len(listener.messages)
    engine.play(0)
    time.sleep(seconds)
    engine.stop()
    time.sleep(0.5)
    ticks = np.array([at for at, message in listener.messages[first:] if message[0] == CLOCK])
    # A JACK client that misses its period loses ticks: each is counted by the tempo it should have.
    numbers = np.rint((ticks - ticks[0]) * demo_project().qpm * 24 / 60)
    slope, start = np.polyfit(numbers, ticks, 1)
    return figures((1000 * np.abs(ticks - (start + slope * numbers))).tolist())


def record(
    found: dict[str, dict[str, float]], state: str, engine: Engine, listener: Listener, seconds: float
) -> None:
    """Measure under a load that is already there, and keep the figures under its name."""
    found[state] = measure(engine, listener, seconds)


def main() -> None:
    """Measure each state and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--period", type=int, default=64, help="of JACK, in frames")
    parser.add_argument("--realtime", action="store_true", help="a JACK server that goes before all else")
    parser.add_argument("--state", choices=STATES, action="append", help="only under this load")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with jack_server(args.period, args.realtime), Listener("Follower") as listener:
        output = MidiOutput(listener.name, list_ports().outputs)
        engine = Engine(output=output, watch_ports=False)
        engine.start()
        while output.status.state is not OutputState.READY:
            time.sleep(0.01)
        engine.set_project(demo_project())
        engine.set_clock(True)
        found: dict[str, dict[str, float]] = {}
        for state in args.state or STATES:
            under(state, partial(record, found, state, engine, listener, args.seconds))
        engine.close()
    if args.json:
        print(json.dumps(found))
        return
    print_table("MIDI clock: jitter as heard over JACK", found)


if __name__ == "__main__":
    main()
