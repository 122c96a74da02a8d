"""How often people swing, style by style, and how surely a feel is recognised.

    python benchmarks/swing.py FOLDER [--performances 200]

The first table counts the beats of a folder of MIDI files (the Groove MIDI Dataset: with its
info.csv) by their feel.  The second plays made-up patterns of 8ths, 16ths, shuffles and triplets,
loosely, early or late, at 60 to 180 quarters a minute, and counts those whose feel is
recognised, with the mean error of the offset and of the swing's ratio.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from drumstudio.midi.feel import STRAIGHT, SWUNG, TRIPLET, recognise_feel
from drumstudio.ml.data.dataset import build

PPQ = 480
PLAYED = {
    "8ths": (STRAIGHT, (0, 1 / 2)),
    "16ths": (STRAIGHT, (0, 1 / 4, 1 / 2, 3 / 4)),
    "16ths, shuffled 5:3": (STRAIGHT, (0, 5 / 16, 1 / 2, 13 / 16)),
    "8ths, 1.2:1": (SWUNG, (0, 1.2 / 2.2)),
    "8ths, 1.5:1": (SWUNG, (0, 1.5 / 2.5)),
    "8ths, 2:1": (SWUNG, (0, 2 / 3)),
    "8ths, 2.5:1": (SWUNG, (0, 2.5 / 3.5)),
    "triplets": (TRIPLET, (0, 1 / 3, 2 / 3)),
}


def main() -> int:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--performances", type=int, default=200)
    args = parser.parse_args()
    _count(args.folder)
    print()
    _recognise(args.performances)
    return 0


def _count(folder: Path) -> None:
    """Beats by style and feel, and the share of files and bars that are not straight."""
    files: dict[str, Counter[str]] = defaultdict(Counter)
    bars: dict[str, Counter[str]] = defaultdict(Counter)
    for sequence in build([folder], beats_only=True).sequences:
        for style in ("all", sequence.style.split("/")[0] or "unknown"):
            files[style][sequence.feel] += 1
            bars[style][sequence.feel] += sequence.bars
    print("| beats | straight | swung | triplets | not straight, of files | of bars |")
    print("| --- | --- | --- | --- | --- | --- |")
    for style in sorted(files, key=lambda name: -files[name].total()):
        counts = " | ".join(str(files[style][feel]) for feel in (STRAIGHT, SWUNG, TRIPLET))
        print(f"| {style} | {counts} | {_share(files[style]):.0%} | {_share(bars[style]):.0%} |")


def _share(counts: Counter[str]) -> float:
    return 1 - counts[STRAIGHT] / counts.total()


def _recognise(performances: int) -> None:
    """How many performances of each kind are recognised: two to eight bars, half of the places struck."""
    print("| played | recognised | offset's error | ratio's error |")
    print("| --- | --- | --- | --- |")
    for name, (kind, places) in PLAYED.items():
        draw = np.random.default_rng(0)
        found, late, ratio = 0, [], []
        for _ in range(performances):
            qpm, offset = draw.uniform(60, 180), draw.uniform(-0.04, 0.04)
            even = np.add.outer(np.arange(1, draw.integers(9, 34)), places)
            even = even[draw.random(even.shape) < np.where(np.array(places) == 0, 0.9, 0.5)]
            seconds = even * 60 / qpm + offset + draw.normal(0, 0.01, len(even))
            feel = recognise_feel(seconds * qpm / 60 * PPQ, PPQ, qpm)
            if feel.kind == kind:
                found += 1
                late.append(abs(feel.offset_seconds - offset))
                ratio.append(abs(feel.ratio - places[-1] / (1 - places[-1])) if kind == SWUNG else 0.0)
        errors = f"{1000 * np.mean(late):.1f} ms | {np.mean(ratio):.2f}"
        print(f"| {name} | {found / performances:.1%} | {errors} |")


if __name__ == "__main__":
    sys.exit(main())
