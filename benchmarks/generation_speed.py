"""Generated steps a second, all candidates counted, and milliseconds to an answer.

Magenta's Drum RNN makes 660 steps a second (one sequence); stepping the same weights through
PyTorch is measured beside the sampler, on one thread each.

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

# One core for all: numpy's threads are counted when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch

from drumstudio.domain.demo import demo_pattern
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.model import Network, State
from drumstudio.ml.playing import draw
from drumstudio.ml.reading import read
from drumstudio.ml.sampler import load_sampler
from drumstudio.ml.trainer import load_model, use_threads

MAGENTA = 660
STEPS = 64
COUNTS = (1, 4, 8, 16)


def _torch_stepping(model: Network, primer: tuple[int, ...], count: int) -> None:
    """The plain way: one step of the torch network at a time."""
    tracks = np.tile(np.array(primer, np.int64), (count, 1))
    uniform = np.random.default_rng(0).random((STEPS, count))
    state: State | None = None
    fed = 0
    with torch.inference_mode():
        for step in range(STEPS):
            ahead = np.pad(tracks, ((0, 0), (0, 1)))
            tables = [read(model.config, model.encoding, track, 16) for track in ahead]
            before, place = (torch.from_numpy(np.stack(part)[:, fed:]) for part in zip(*tables, strict=True))
            logits, state = model(before, place, state)
            fed = ahead.shape[1]
            found = draw(logits[:, -1].numpy(), uniform[step], 1.0, 1.0)
            tracks = np.concatenate((tracks, found[:, None]), 1)


def _median_ms(run: Callable[[], object], runs: int) -> float:
    run()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
    for count in COUNTS:
        own = _median_ms(lambda n=count: sampler.continue_(primer, STEPS, 16, n), args.runs)  # type: ignore[misc]
        torch_ms = _median_ms(lambda n=count: _torch_stepping(model, primer, n), args.runs)  # type: ignore[misc]
        rows.append(
            {
                "candidates": count,
                "milliseconds": own,
                "steps_per_second": 1000 * count * STEPS / own,
                "torch_milliseconds": torch_ms,
                "torch_steps_per_second": 1000 * count * STEPS / torch_ms,
            }
        )
    if args.json:
        print(json.dumps({"model": str(path), "load_ms": load_ms, "magenta": MAGENTA, "rows": rows}))
        return 0
    print(
        f"{path.name}: loaded in {load_ms:.1f} ms; {STEPS} steps after a primer of {len(primer)}; "
        f"Magenta: {MAGENTA} steps/s"
    )
    print("candidates   ms   steps/s   torch ms   torch steps/s")
    for row in rows:
        print(
            f"{row['candidates']:10} {row['milliseconds']:4.0f} {row['steps_per_second']:9.0f} "
            f"{row['torch_milliseconds']:10.0f} {row['torch_steps_per_second']:15.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
