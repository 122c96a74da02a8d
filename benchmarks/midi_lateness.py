"""How late MIDI out is: as the sender process sees it, and as a second program hears it over JACK.

Starts a JACK server without hardware, a listener program, and a MIDI output that gets a note
every 20 ms, 150 ms ahead, as the scheduler would; first with the cores idle, then with a busy
process on each.  What the listener hears includes JACK's period, which is 64 frames (1.3 ms).

    python benchmarks/midi_lateness.py [--seconds 20] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.jack import Listener, jack_server  # noqa: E402

from drumstudio.domain.drums import Drum  # noqa: E402
from drumstudio.engine.midi_out import MidiOutput  # noqa: E402
from drumstudio.engine.outputs import OutputState, Strike  # noqa: E402
from drumstudio.midi.ports import list_ports  # noqa: E402

GAP = 0.020
AHEAD = 0.150
DIFFERENT = 9 * 127  # notes that differ in drum or velocity, and so can be told apart
BURN = "while True: sum(range(10_000))"


def figures(lateness: list[float]) -> dict[str, float]:
    """Milliseconds at p50, p99 and the maximum, and the number of notes."""
    ordered = sorted(lateness)
    at = {"p50": len(ordered) // 2, "p99": len(ordered) * 99 // 100, "max": len(ordered) - 1}
    return {name: round(ordered[index] * 1000, 3) for name, index in at.items()} | {"notes": len(ordered)}


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
    found = {"sent": figures(list(output.lateness))}
    found["heard"] = figures([at - dues[key] for key, at in heard.items()])
    return found


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
        found = {"idle": measure(output, listener, args.seconds)}
        burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(os.cpu_count() or 1)]
        try:
            found["busy"] = measure(output, listener, args.seconds)
        finally:
            for burner in burners:
                burner.kill()
                burner.wait()
        output.close()
    if args.json:
        print(json.dumps(found))
        return
    for state, sides in found.items():
        for side, row in sides.items():
            words = "  ".join(f"{name} {row[name]:7.3f} ms" for name in ("p50", "p99", "max"))
            print(f"{state:5} {side:5}  {words}  ({row['notes']} notes)")


if __name__ == "__main__":
    main()
