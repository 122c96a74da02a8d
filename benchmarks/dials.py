"""What each dial does to what is played: one line a setting, the other dials in their middle.

The first two bars of every rock beat of the validation split (all feels) are continued by eight
bars.  The columns, means over all continuations:

    primer      Jaccard likeness of each bar to the primer's at the same place of the phrase
    bar before  the same to the bar before
    steps same  share of steps as one bar before
    hits        hits a bar against the primer's
    new         share of the bars where no fill is due that hold a tom or crash which the primer never strikes
                (a crash on the 1 after a fill aside, where it is asked)
    fills       share of the bars where a fill is due that are one; elsewhere: of the others
    first half  likeness of the first half of bars with a fill to the primer's
    back        likeness of the bar after a fill to the primer's, its 1 aside
    crash       share of the 1s after a fill that hold a crash, with the kick
    back beats  share of back beats that hold a snare

    python benchmarks/dials.py GROOVE [--model M] [--candidates 4] [--dial stick] [--json]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from dataclasses import dataclass, replace
from typing import Any

# One core: numpy's threads are counted when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from drumstudio.domain.dials import FILL_PERIODS, MIDDLE, Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.data.dataset import Sequence, open_dataset
from drumstudio.ml.encoding import events_to_hits
from drumstudio.ml.musicality import TOMS, fill_bars, jaccard, measure
from drumstudio.ml.playing.sampler import Sampler, load_sampler

Hits = npt.NDArray[np.bool_]
PRIMER, BARS = 2, 8
# Settings of each dial, in its own units.
_RANGES: dict[str, tuple[Any, ...]] = {
    "stick": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "fills": FILL_PERIODS,
    "crash": (False, True),
    "wildness": (0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 2.0),
    "busyness": (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0),
    "style": ("", "rock", "funk", "jazz", "latin", "hiphop", "reggae", "punk"),
}
_COLUMNS = (
    "primer", "bar before", "steps same", "hits", "new", "fills", "elsewhere", "first half", "back", "crash",
    "back beats",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Beat:
    """The first ten bars of a file: `hits` (10, steps, 9)."""

    grid: Grid
    hits: Hits
    events: npt.NDArray[np.int16]


def beats_of(pieces: tuple[Sequence, ...]) -> list[Beat]:
    """Those that are long enough and strike something in each bar of the primer."""
    found = []
    for piece in pieces:
        upper, lower = piece.meter.split("/")
        grid = Grid(Meter(int(upper), int(lower)), piece.steps_per_quarter)
        steps = (PRIMER + BARS) * grid.steps_per_bar
        if piece.piece == 0 and len(piece.events) >= steps:
            hits = events_to_hits(piece.events[:steps]).astype(bool).reshape(PRIMER + BARS, -1, len(Drum))
            if hits[:PRIMER].any((1, 2)).all():
                found.append(Beat(grid, hits, piece.events[: PRIMER * grid.steps_per_bar]))
    return found


def figures(beat: Beat, piece: Hits, dials: Dials) -> list[float]:
    """The columns for one `piece` (bars, steps, 9), primer included; nan where there is nothing to say."""
    measured = measure(piece, beat.grid, primer_bars=PRIMER)
    due = np.array([dials.fill_at(bar) for bar in range(PRIMER, PRIMER + BARS)])
    after = np.append(False, due[:-1])
    made, model = piece[PRIMER:], np.tile(piece[:PRIMER], (BARS // PRIMER, 1, 1))
    filled = fill_bars(piece)[PRIMER:]
    unknown = ~piece[:PRIMER].any((0, 1))
    new = made & unknown
    if dials.crash:
        new[after, 0, Drum.CRASH] = False
    half = made.shape[1] // 2
    return [
        _number(measured.primer_jaccard),
        _number(measured.adjacent_jaccard),
        _number(measured.repeated_steps),
        _number(measured.hits_a_bar) * PRIMER / piece[:PRIMER].sum(),
        _mean(new[~due][:, :, [*TOMS, Drum.CRASH]].any((1, 2))),
        _mean(filled[due]),
        _mean(filled[~due]),
        _mean(jaccard(made[due, :half], model[due, :half])),
        _mean(jaccard(made[after, 1:], model[after, 1:])),
        _mean(made[after, 0][:, [Drum.CRASH, Drum.KICK]].all(1)),
        _number(measured.back_beats),
    ]


def line_of(sampler: Sampler, beats: list[Beat], dials: Dials, candidates: int) -> list[float]:
    """The columns of a setting."""
    rows = []
    for seed, beat in enumerate(beats):
        steps = beat.grid.steps_per_bar
        made = sampler.play(
            beat.events, BARS * steps, steps, candidates, dials,
            seed=seed, steps_per_quarter=beat.grid.steps_per_quarter,
        )  # fmt: skip
        for events in made:
            bars = events_to_hits(events).astype(bool).reshape(BARS, steps, -1)
            rows.append(figures(beat, np.concatenate((beat.hits[:PRIMER], bars)), dials))
    return _means(rows)


def human_line(beats: list[Beat]) -> list[float]:
    """The columns for what the drummers played on, to whom no fill was due."""
    return _means([figures(beat, beat.hits, replace(MIDDLE, fills=0)) for beat in beats])


def _means(rows: list[list[float]]) -> list[float]:
    return [_mean(column[~np.isnan(column)]) for column in np.array(rows).T]


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else math.nan


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.0%}" if isinstance(value, float) else str(value or "none")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="the Groove MIDI Dataset, or other files of `dataset`")
    parser.add_argument("--model", help="a model file or name; the shipped drummer without")
    parser.add_argument("--candidates", type=int, default=4, help="continuations of each beat (4)")
    parser.add_argument("--dial", action="append", choices=list(_RANGES), help="only this one; all without")
    parser.add_argument("--split", default="validation")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    sampler = load_sampler(find_model(args.model))
    beats = beats_of(open_dataset(*args.data, styles=["rock"], beats_only=True).split(args.split))
    if not beats:
        raise SystemExit(f"no rock beat of the {args.split} split has {PRIMER + BARS} bars")
    found: list[dict[str, Any]] = []

    def show(dial: str, value: object, line: list[float]) -> None:
        known = [None if math.isnan(number) else number for number in line]
        found.append({"dial": dial, "value": value, **dict(zip(_COLUMNS, known, strict=True))})
        if not args.json:
            cells = " | ".join(" " * 10 if math.isnan(number) else f"{number:10.2f}" for number in line)
            print(f"| {f'{dial} {_shown(value)}' if dial else value:16} | {cells} |", flush=True)

    if not args.json:
        print(f"{sampler.checkpoint.name}: {len(beats)} beats, {args.candidates} continuations each\n")
        print(f"| {'':16} | " + " | ".join(f"{name:>10}" for name in _COLUMNS) + " |")
        print(f"| {'-' * 16} | " + " | ".join("-" * 9 + ":" for _ in _COLUMNS) + " |")
    show("", "human", human_line(beats))
    show("", "default", line_of(sampler, beats, MIDDLE, args.candidates))
    for dial in args.dial or _RANGES:
        for value in _RANGES[dial]:
            dials = replace(MIDDLE, **{dial: value})
            show(dial, value, line_of(sampler, beats, dials, args.candidates))
    if args.json:
        print(json.dumps({"model": str(find_model(args.model)), "beats": len(beats), "rows": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
