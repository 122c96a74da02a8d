"""Milliseconds to an answer of four bars, and to its first bar; steps a second, all candidates counted.

Magenta's Drum RNN makes 660 steps a second (one sequence); stepping the same weights through
PyTorch is measured beside the sampler, on one thread each.  "Dials" plays with the dials in their
middle, a fill and a crash among what is asked; "locks" keeps kick and snare as they are given, bars to come
included; "style" asks for one; "taps" dresses a rhythm.

    python benchmarks/generation_speed.py [--model M] [--runs 20] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

# One core for all: numpy's threads are counted when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import MIDDLE
from drumstudio.domain.drums import Drum
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.encoding import Events, events_to_hits
from drumstudio.ml.playing.player import OnStep, draw
from drumstudio.ml.playing.sampler import Sampler, load_sampler
from drumstudio.ml.reading import read
from drumstudio.ml.training.model import Network, State
from drumstudio.ml.training.trainer import load_model, use_threads

MAGENTA = 660
STEPS, BAR = 64, 16
COUNTS = (1, 4, 8, 16)
# What is asked for: four candidates of four bars within this many milliseconds, and the first bar.
WHOLE_MS, FIRST_MS = 400, 100

Play = Callable[[int, OnStep | None], Events]


def _ways(sampler: Sampler, primer: tuple[int, ...]) -> dict[str, Play]:
    """What the sampler is asked to do, by name."""
    repeated = np.resize(np.array(primer), STEPS)
    forced = np.full((STEPS, len(Drum)), -1, np.int8)
    kept = [Drum.KICK, Drum.SNARE]
    forced[:, kept] = events_to_hits(repeated)[:, kept]
    taps = np.where(repeated & 3, 1, -1).astype(np.int8)
    styles = sampler.checkpoint.network.styles
    rock = replace(MIDDLE, style="rock" if "rock" in styles else "")
    return {
        "raw": lambda n, on_step: sampler.continue_(primer, STEPS, BAR, n, on_step=on_step),
        "dials": lambda n, on_step: sampler.play(primer, STEPS, BAR, n, on_step=on_step),
        "dials, style": lambda n, on_step: sampler.play(primer, STEPS, BAR, n, rock, on_step=on_step),
        "dials, locks": lambda n, on_step: sampler.play(
            primer, STEPS, BAR, n, forced=forced, on_step=on_step
        ),
        "dials, taps": lambda n, on_step: sampler.play([], STEPS, BAR, n, struck=taps, on_step=on_step),
    }


def _torch_stepping(model: Network, primer: tuple[int, ...], count: int) -> None:
    """The plain way: one step of the torch network at a time."""
    tracks = np.tile(np.array(primer, np.int64), (count, 1))
    uniform = np.random.default_rng(0).random((STEPS, count))
    state: State | None = None
    fed = 0
    with torch.inference_mode():
        for step in range(STEPS):
            ahead = np.pad(tracks, ((0, 0), (0, 1)))
            tables = [read(model.config, model.encoding, track, BAR) for track in ahead]
            before, place = (torch.from_numpy(np.stack(part)[:, fed:]) for part in zip(*tables, strict=True))
            logits, state = model(before, place, state)
            fed = ahead.shape[1]
            found = draw(logits[:, -1].numpy(), uniform[step], 1.0, 1.0)
            tracks = np.concatenate((tracks, found[:, None]), 1)


def _median_ms(run: Callable[[], object], runs: int) -> float:
    run()
    return statistics.median(_timed(run) for _ in range(runs))


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)


def _first_bar_ms(play: Play, count: int, runs: int) -> float:
    """Milliseconds until the last step of the first bar is told."""

    def once() -> float:
        heard: list[float] = []

        def told(step: int, _events: Events) -> None:
            if step == BAR - 1:
                heard.append(time.perf_counter())

        began = time.perf_counter()
        play(count, told)
        return 1000 * (heard[0] - began)

    once()
    return statistics.median(once() for _ in range(runs))


def _row(name: str, count: int, whole: float, first: float | None, torch_ms: float | None) -> dict[str, Any]:
    return {
        "way": name,
        "candidates": count,
        "milliseconds": whole,
        "first_bar_milliseconds": first,
        "steps_per_second": 1000 * count * STEPS / whole,
        "torch_milliseconds": torch_ms,
        "torch_steps_per_second": None if torch_ms is None else 1000 * count * STEPS / torch_ms,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="a model file or name; the shipped one without")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    use_threads(1)
    path = find_model(args.model)
    primer = demo_pattern().events()
    began = time.perf_counter()
    sampler = load_sampler(path)
    load_ms = 1000 * (time.perf_counter() - began)
    _, model = load_model(path)
    rows = []
    for name, play in _ways(sampler, primer).items():
        for count in COUNTS if name == "raw" else (4, 8):
            whole = _median_ms(lambda n=count, p=play: p(n, None), args.runs)  # type: ignore[misc]
            first = _first_bar_ms(play, count, args.runs)
            slow = (
                _median_ms(lambda n=count: _torch_stepping(model, primer, n), args.runs)  # type: ignore[misc]
                if name == "raw"
                else None
            )
            rows.append(_row(name, count, whole, first, slow))
    if args.json:
        print(json.dumps({"model": str(path), "load_ms": load_ms, "magenta": MAGENTA, "rows": rows}))
        return 0
    print(
        f"{path.name}: loaded in {load_ms:.1f} ms; {STEPS} steps after a primer of {len(primer)}; "
        f"Magenta: {MAGENTA} steps/s; the aim: 4 candidates in {WHOLE_MS} ms, the first bar in {FIRST_MS}\n"
    )
    print("| | candidates | ms | first bar ms | steps/s | torch ms | torch steps/s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        cells = [row[name] for name in list(row)[2:]]
        shown = " | ".join("" if cell is None else f"{cell:.0f}" for cell in cells)
        print(f"| {row['way']} | {row['candidates']} | {shown} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
