"""Onset error of the built-in synth: where strokes are heard against where they were due.

Plays strokes at random distances through FluidSynth in real time into a file, 150 ms ahead as
the scheduler does, finds each onset in the recording by correlation with the stroke's own first
milliseconds, and prints p50, p99 and the worst deviation from the constant latency: idle, and
with every core and this process's own interpreter kept busy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from drumstudio.domain.drums import Drum
from drumstudio.engine.fluid import DRIVER_VARIABLE, FILE_VARIABLE, FluidOutput
from drumstudio.engine.outputs import Strike

AHEAD, WAKE = 0.15, 0.025
RATE, TEMPLATE, SEARCH = 44100, 200, 800


@contextmanager
def load() -> Iterator[None]:
    """Keep every core busy with other processes, and this interpreter with a thread of its own."""
    spin = "while True: sum(range(100000))"
    others = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count() or 1)]
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            sum(range(20000))

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        for other in others:
            other.kill()
            other.wait()


def play(output: FluidOutput, strokes: int) -> tuple[list[float], float]:
    """Play `strokes` strokes at random distances; their due times, and the least seconds ahead of one."""
    luck, dues, at = random.Random(3), [], time.perf_counter() + 0.4
    for _ in range(strokes):
        dues.append(at)
        at += luck.uniform(0.09, 0.28)
    sent, least = 0, AHEAD
    while sent < strokes:
        while sent < strokes and dues[sent] < time.perf_counter() + AHEAD:
            output.schedule(Strike(Drum.HIGH_TOM, 120), dues[sent])
            least = min(least, dues[sent] - time.perf_counter())
            sent += 1
        time.sleep(WAKE)
    time.sleep(0.6)
    return dues, least


def errors(path: Path, dues: list[float]) -> np.ndarray:
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
    return np.abs(milliseconds - np.median(milliseconds))


def measure(soundfont: Path | None, strokes: int, busy: bool) -> dict[str, float]:
    """One run: p50, p99 and max in milliseconds, and how far ahead the latest stroke was handed over.

    A stroke handed over less than a period ahead is late by the fault of the thread that did it.
    """
    with tempfile.TemporaryDirectory() as folder:
        tape = Path(folder) / "tape.wav"
        os.environ[DRIVER_VARIABLE], os.environ[FILE_VARIABLE] = "file", str(tape)
        output = FluidOutput(soundfont)
        output.wait_ready()
        if busy:
            with load():
                dues, least = play(output, strokes)
        else:
            dues, least = play(output, strokes)
        output.close()
        found = errors(tape, dues)
    shares = {"p50": 50, "p99": 99, "max": 100}
    figures = {name: round(float(np.percentile(found, share)), 3) for name, share in shares.items()}
    return figures | {"least_ahead": round(1000 * least, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the onset error of the built-in synth.")
    parser.add_argument("--soundfont", type=Path, help="another soundfont than the own kit")
    parser.add_argument("--strokes", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    results = {name: measure(args.soundfont, args.strokes, name == "busy") for name in ("idle", "busy")}
    if args.json:
        print(json.dumps(results))
        return
    for name, result in results.items():
        print(
            f"{name}: p50 {result['p50']} ms, p99 {result['p99']} ms, max {result['max']} ms; "
            f"handed over {result['least_ahead']} ms ahead at the least"
        )


if __name__ == "__main__":
    main()
