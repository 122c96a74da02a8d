"""Training steps (batches) a second of both kinds of network, batches of 64 windows of 128 steps.

Magenta's own drum_kit network of 2 x 64, in TensorFlow, makes 0.2 to 0.28 steps a second on one
such core, on whole tracks of up to 512 steps; so windows of 512 are measured beside the default.

    python benchmarks/training_speed.py [--data groove] [--threads 1] [--seconds 15] [--json]

Without data it trains on synthetic beats.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.ml.checkpoint import Checkpoint, Training
from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.data.dataset import open_dataset
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.trainer import Settings, Trainer, use_threads
from drumstudio.ml.training.windows import Track

MAGENTA = "0.2-0.28"
CASES = {
    "2 x 64, windows of 128": (NetworkConfig(), 128),
    "2 x 64, windows of 512": (NetworkConfig(), 512),
    "2 x 128 with dropout, windows of 128": (NetworkConfig(layers=(128, 128), dropout=0.25), 128),
    "2 x 64 with attention over 32, windows of 128": (NetworkConfig(attention=32), 128),
    "groove memory, 1 x 128, windows of 128": (
        NetworkConfig(GROOVE_MEMORY, (128,), dropout=0.35, quarters=True, fills=True, wide=True),
        128,
    ),
}


@dataclass(frozen=True)
class _Beat:
    events: npt.NDArray[np.int16]
    steps_per_bar: int = 16
    steps_per_quarter: int = 4
    style: str = ""


def _synthetic() -> list[Track]:
    draw = np.random.default_rng(0)
    return [_Beat(draw.integers(0, 512, 2048).astype(np.int16)) for _ in range(64)]


def _measure(network: NetworkConfig, window: int, tracks: Sequence[Track], seconds: float) -> float:
    """Steps a second, the first few left out."""
    marks: list[float] = []
    settings = Settings(steps=10**9, window=window, report_every=10**9)
    model = Checkpoint("benchmark", network, Encoding(), Training())

    def enough() -> bool:
        return len(marks) > 4 and marks[-1] - marks[2] > seconds

    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(Path(folder) / "m.safetensors", model, settings, tracks, [])
        trainer.run(stopped=enough, on_step=lambda _: marks.append(time.perf_counter()))
    return (len(marks) - 3) / (marks[-1] - marks[2])


def main() -> int:
    """Measure every case and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="*", help="folders or data sets; synthetic beats without")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15.0, help="for each case")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    use_threads(args.threads)
    tracks = open_dataset(*args.data).split("train") if args.data else _synthetic()
    found = {
        name: _measure(network, window, tracks, args.seconds) for name, (network, window) in CASES.items()
    }
    if args.json:
        print(json.dumps({"threads": args.threads, "magenta_2x64": MAGENTA, "steps_per_second": found}))
        return 0
    print(f"training steps a second, batches of 64, {args.threads} thread(s); Magenta, 2 x 64: {MAGENTA}")
    for name, speed in found.items():
        print(f"  {name:48} {speed:6.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
