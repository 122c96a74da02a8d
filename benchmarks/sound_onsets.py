"""Onset error of the built-in synth: where strokes are heard against where they were due.

Plays strokes at random distances through FluidSynth in real time into a file, as far ahead as
the scheduler does, finds each onset in the recording by correlation with the stroke's own first
milliseconds, and prints p50, p99 and the worst deviation from the constant latency: idle, while
the same process generates and repaints, and with a busy process on every core besides.  The peer
is what a Python thread can do without the sequencer: strokes started when their time has come.

    python benchmarks/sound_onsets.py [--strokes 200] [--soundfont F] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
from load import IDLE, STATES, figures, print_table, under

from drumstudio.domain.drums import Drum
from drumstudio.engine.fluid import DRIVER_VARIABLE, FILE_VARIABLE, FluidOutput
from drumstudio.engine.outputs import Strike
from drumstudio.engine.scheduler import LOOKAHEAD, WAKE

RATE, TEMPLATE, SEARCH = 44100, 200, 800


def play(output: FluidOutput, strokes: int, ahead: float) -> tuple[list[float], float]:
    """Play `strokes` strokes at random distances; their due times, and the least seconds ahead of one."""
    luck, dues, at = random.Random(3), [], time.perf_counter() + 0.5
    for _ in range(strokes):
        dues.append(at)
        at += luck.uniform(0.09, 0.28)
    sent, least = 0, LOOKAHEAD
    while sent < strokes:
        while sent < strokes and dues[sent] < time.perf_counter() + ahead:
            output.schedule(Strike(Drum.HIGH_TOM, 120), dues[sent])
            least = min(least, dues[sent] - time.perf_counter())
            sent += 1
        time.sleep(WAKE if ahead else max(0.0, dues[min(sent, strokes - 1)] - time.perf_counter()))
    time.sleep(0.6)
    return dues, least


def errors(path: Path, dues: list[float]) -> list[float]:
    """Milliseconds by which each stroke is away from the constant latency."""
    with wave.open(str(path)) as file:
        sound = (
            np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).sum(axis=1).astype(float)
        )
    first = int(np.argmax(np.abs(sound) > 400))
    # The stick, not the tone under it, which is nearly periodic and still rings from before.
    sound = np.diff(sound, 2)
    template = sound[first - 20 : first - 20 + TEMPLATE]
    found = []
    for due in dues:
        expected = first - 20 + round((due - dues[0]) * RATE)
        part = sound[expected - SEARCH : expected + SEARCH + TEMPLATE]
        place = int(np.argmax(np.correlate(part, template, "valid")))
        found.append(expected - SEARCH + place - (due - dues[0]) * RATE)
    milliseconds = np.array(found) * 1000 / RATE
    return [float(each) for each in np.abs(milliseconds - np.median(milliseconds))]


def measure(soundfont: Path | None, strokes: int, state: str, ahead: float = LOOKAHEAD) -> dict[str, float]:
    """One run: p50, p99 and max in milliseconds, and how far ahead the latest stroke was handed over.

    A stroke handed over less than a period ahead is late by the fault of the thread that did it.
    """
    with tempfile.TemporaryDirectory() as folder:
        tape = Path(folder) / "tape.wav"
        os.environ[DRIVER_VARIABLE], os.environ[FILE_VARIABLE] = "file", str(tape)
        output = FluidOutput(soundfont)
        output.wait_ready()
        played: list[tuple[list[float], float]] = []
        under(state, lambda: played.append(play(output, strokes, ahead)))
        output.close()
        dues, least = played[0]
        return figures(errors(tape, dues)) | {"least_ahead_ms": round(1000 * least, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the onset error of the built-in synth.")
    parser.add_argument("--soundfont", type=Path, help="another soundfont than the own kit")
    parser.add_argument("--strokes", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    results = {state: measure(args.soundfont, args.strokes, state) for state in STATES}
    results["peer: struck from Python, idle"] = measure(args.soundfont, args.strokes, IDLE, ahead=0.0)
    if args.json:
        print(json.dumps(results))
        return
    print_table("Onset error of the built-in synth", results)
    for name, row in results.items():
        print(f"  {name}: handed over {row['least_ahead_ms']} ms ahead at the least")


if __name__ == "__main__":
    main()
