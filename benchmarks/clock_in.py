"""How near playing stays to a machine whose clock it follows: arithmetic under a fake clock.

Ticks come in stamped up to 2 ms early or late, for 16 bars at tempos from 90 to 150 a minute; errors are
those of the strokes from the third bar on against the leader's true beat.  Then the same while the
leader's tempo goes from one to another within four bars, and beyond.

    python benchmarks/clock_in.py [--jitter 2] [--seeds 4] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from load import figures, print_table  # noqa: E402
from support.led import BAR, Rig, errors, ticks  # noqa: E402

from drumstudio.engine.external_clock import START  # noqa: E402

LATENCY = 0.012  # of the output, in seconds
BEGIN = 101.0
TEMPOS = range(90, 151, 10)


def followed(moments: list[float], seed: int, jitter: float) -> list[float]:
    """Errors in milliseconds of strokes from the third bar on."""
    rig = Rig(LATENCY, seed)
    rig.hear(START)
    rig.tick(moments, jitter)
    return [1000 * each for each in errors(rig, moments, 2 * BAR)]


def ramp(first: float, last: float) -> list[float]:
    """Two bars at `first`, four on the way to `last`, and four at that."""
    moments = ticks(first, 2 * BAR, BEGIN)
    for index in range(4 * BAR):
        moments.append(moments[-1] + 60 / ((first + (last - first) * index / (4 * BAR)) * 24))
    return moments + ticks(last, 4 * BAR, moments[-1] + 60 / (last * 24))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jitter", type=float, default=2.0, help="milliseconds")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    jitter, seeds = args.jitter / 1000, range(args.seeds)
    steady = [e for qpm in TEMPOS for s in seeds for e in followed(ticks(qpm, 16 * BAR, BEGIN), s, jitter)]
    ramps = [e for pair in ((100, 120), (150, 90)) for s in seeds for e in followed(ramp(*pair), s, jitter)]
    found = {"steady": figures(steady), "ramps over four bars": figures(ramps)}
    if args.json:
        print(json.dumps(found))
        return
    print_table(f"following a clock with {args.jitter:g} ms of jitter", found)


if __name__ == "__main__":
    main()
