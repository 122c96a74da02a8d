"""How like a drummer's the continuations are: measures and overlapped areas beside the human ones.

The first two bars of each window of the validation split's rock beats (all feels) are continued by
eight bars.  A window begins at every fourth bar of a file and has ten whole bars; the human line is
what the drummer played on, the ceiling what he played eight bars later still, and two halves of
the human windows against each other.  One line a setting:

    python benchmarks/musicality.py GROOVE                               the default dials
    python benchmarks/musicality.py GROOVE --dial stick=0,25,50,75,100   a dial, the others at their default
    python benchmarks/musicality.py GROOVE --with fills=0 --dial stick=40,50 --dial wildness=80,100
                                                                         every combination
    python benchmarks/musicality.py GROOVE --model drummer --temperature 1,0.8   without dials

`area` is the mean over nine features of the overlapped area of the feature's densities (1000 points,
Gaussian kernels), human against machine: 1 is the same.  `dist. area` and `KL` compare distances within
the human set with those between the sets (Yang and Lerch 2020).  `told` is the share of windows that a
random forest puts on the right side, human or machine, on files it has not learned from: .50 is chance.
The other columns are means over the windows of `drumstudio measure`'s figures; F1 is against what the
drummer played.  Needs: pip install -c constraints.txt -e .[benchmarks]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

# One core: numpy's threads are counted when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
from musicality_plots import plot_densities, plot_dials
from musicality_scores import FEATURES, Likeness, likeness, told_apart, values_of

from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.data.dataset import Sequence as Piece
from drumstudio.ml.data.dataset import open_dataset
from drumstudio.ml.encoding import events_to_hits, hits_to_events
from drumstudio.ml.musicality import Measures, hit_f1, measure
from drumstudio.ml.playing.sampler import Sampler, load_sampler

Hits = npt.NDArray[np.bool_]

PRIMER, BARS, STRIDE = 2, 8, 4
# Of the windows, with --quick.
_QUICK = 5
# Width of the settings' names.
_LABEL = 36
# Dials are given in percent, but these.
_WHOLE = ("fills", "crash")
_COLUMNS = {
    "adjacent_jaccard": "bar before",
    "primer_jaccard": "primer",
    "groove_similarity": "GS",
    "fill_bars": "fills",
    "tom_bars": "toms",
    "crash_bars": "crashes",
    "crashes_on_one": "on 1",
    "hits_a_bar": "hits",
    "syncopation": "sync.",
    "back_beat_agreement": "back beat",
    "repeated_steps": "steps same",
    "primer_copies": "copies",
    "new_hits": "new",
}


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Ten bars of a file: `hits` (10, steps, 9), and the eight bars after them, where there are any."""

    file: str
    grid: Grid
    hits: Hits
    later: Hits | None

    @property
    def primer(self) -> Hits:
        """Its first two bars."""
        return self.hits[:PRIMER]

    @property
    def primer_events(self) -> npt.NDArray[np.int16]:
        """The same as nine-drum events (steps,)."""
        return hits_to_events(self.primer.reshape(-1, self.hits.shape[2]).astype(np.int16))


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A setting, the pieces it made, primers included, and their figures; nan where there is none."""

    label: str
    pieces: list[Hits]
    measured: list[Measures]
    likeness: dict[str, Likeness]
    told: float = math.nan
    f1: float = math.nan
    dials: Dials | None = None

    def like(self, which: str) -> float:
        """Mean of a figure of :class:`Likeness` over the nine features."""
        found = [getattr(one, which) for one in self.likeness.values()]
        return float(np.mean(found)) if found else math.nan

    def mean(self, feature: str) -> float:
        """Mean of a measure over the pieces that have it."""
        found = values_of(self.measured, feature)
        return float(found.mean()) if len(found) else math.nan


def windows_of(pieces: Sequence[Piece]) -> list[Window]:
    """The windows of all pieces; a last bar counts from three quarters of it on."""
    found = []
    for piece in pieces:
        per_bar = piece.steps_per_bar
        upper, lower = piece.meter.split("/")
        grid = Grid(Meter(int(upper), int(lower)), piece.steps_per_quarter)
        bars = (len(piece.events) + per_bar // 4) // per_bar
        events = np.zeros(max(bars * per_bar, len(piece.events)), np.int16)
        events[: len(piece.events)] = piece.events
        hits = events_to_hits(events[: bars * per_bar]).reshape(bars, per_bar, -1).astype(bool)
        for first in range(0, bars - PRIMER - BARS + 1, STRIDE):
            middle = first + PRIMER + BARS
            later = hits[middle : middle + BARS]
            found.append(Window(piece.file, grid, hits[first:middle], later if len(later) == BARS else None))
    return found


Player = Callable[[Window, int], list[Hits]]


def with_dials(sampler: Sampler, dials: Dials, candidates: int) -> Player:
    """Continuations as the window asks for them."""

    def play(window: Window, seed: int) -> list[Hits]:
        grid = window.grid
        made = sampler.play(
            window.primer_events, BARS * grid.steps_per_bar, grid.steps_per_bar, candidates, dials,
            seed=seed, steps_per_quarter=grid.steps_per_quarter,
        )  # fmt: skip
        return [_joined(window, events) for events in made]

    return play


def with_temperature(sampler: Sampler, temperature: float, candidates: int) -> Player:
    """Continuations drawn from the network's probabilities, nothing asked for."""

    def play(window: Window, seed: int) -> list[Hits]:
        grid = window.grid
        made = sampler.continue_(
            window.primer_events, BARS * grid.steps_per_bar, grid.steps_per_bar, candidates,
            temperature=temperature, seed=seed, steps_per_quarter=grid.steps_per_quarter,
        )  # fmt: skip
        return [_joined(window, events) for events in made]

    return play


def _joined(window: Window, events: npt.NDArray[np.int16]) -> Hits:
    made = events_to_hits(events).astype(bool).reshape(BARS, *window.hits.shape[1:])
    return np.concatenate((window.primer, made))


class Bench:
    """The windows, and the human line that everything is held against."""

    def __init__(self, windows: list[Window]) -> None:
        self.windows = windows
        pieces = [window.hits for window in windows]
        self.human = Row("human", pieces, _measured(windows, pieces), {})

    def ceilings(self) -> list[Row]:
        """The drummers against themselves: half of the windows against the others, and eight bars later."""
        first, second = self.human.measured[::2], self.human.measured[1::2]
        halves = Row(
            "human, half against half", self.human.pieces, self.human.measured, likeness(first, second)
        )
        later = [window for window in self.windows if window.later is not None]
        if not later:
            return [halves]
        pieces = [np.concatenate((w.primer, w.later)) for w in later if w.later is not None]
        return [halves, self._row("human, eight bars later", later, [[piece] for piece in pieces])]

    def played(self, label: str, play: Player, dials: Dials | None = None) -> Row:
        """What `play` makes of all windows, each with a seed of its own."""
        made = [play(window, seed) for seed, window in enumerate(self.windows)]
        return self._row(label, self.windows, made, dials)

    def _row(
        self, label: str, windows: list[Window], made: list[list[Hits]], dials: Dials | None = None
    ) -> Row:
        """The figures of `made`, equally many pieces for each of `windows`.

        Sets as large as the human one are compared, one piece of each window, and the figures averaged:
        the width of a kernel goes with the size of its set.
        """
        truth = [window.hits for window in windows]
        files = [window.file for window in windows]
        sets = [list(pieces) for pieces in zip(*made, strict=True)]
        measured = [_measured(windows, pieces) for pieces in sets]
        return Row(
            label,
            [piece for pieces in sets for piece in pieces],
            [one for some in measured for one in some],
            _averaged([likeness(self.human.measured, some) for some in measured]),
            float(np.mean([told_apart(truth, pieces, files, PRIMER) for pieces in sets])),
            float(
                np.mean([hit_f1(x[PRIMER:], y[PRIMER:]) for s in sets for x, y in zip(s, truth, strict=True)])
            ),
            dials,
        )


def _averaged(found: Sequence[dict[str, Likeness]]) -> dict[str, Likeness]:
    """The mean of every figure of every feature."""
    return {
        name: Likeness(*np.mean([list(asdict(one[name]).values()) for one in found], axis=0).tolist())
        for name in FEATURES
    }


def _measured(windows: Sequence[Window], pieces: Sequence[Hits]) -> list[Measures]:
    return [
        measure(piece, window.grid, primer_bars=PRIMER) for window, piece in zip(windows, pieces, strict=True)
    ]


def _settings(args: argparse.Namespace) -> Iterator[tuple[str, Dials]]:
    """Every setting of the dials that is asked for, with its label; the default where none is."""
    base = replace(MIDDLE, **{name: values[0] for name, values in map(_dial, args.with_)})
    varied = [_dial(text) for text in args.dial]
    if args.each:
        yield "default dials", base
        for name, some in varied:
            for value in some:
                yield f"{name} {_shown(name, value)}", replace(base, **{name: value})
        return
    names = [name for name, _ in varied]
    unvaried = "dials " + " ".join(args.with_) if args.with_ else "default dials"
    for values in itertools.product(*(some for _, some in varied)):
        chosen = dict(zip(names, values, strict=True))
        label = ", ".join(f"{name} {_shown(name, value)}" for name, value in chosen.items())
        yield label or unvaried, replace(base, **chosen)


def _dial(text: str) -> tuple[str, list[Any]]:
    """Name and values of `stick=0,50`, in the units of :class:`Dials`."""
    name, _, values = text.partition("=")
    if name not in asdict(MIDDLE) or not values:
        raise SystemExit(f"a dial is one of {', '.join(asdict(MIDDLE))}, as stick=0,50, not {text!r}")
    if name == "style":
        return name, values.split(",")
    numbers = [float(value) for value in values.split(",")]
    return name, [int(number) if name in _WHOLE else number / 100 for number in numbers]


def _shown(name: str, value: Any) -> str:
    return str(value) if name in (*_WHOLE, "style") else f"{value:.0%}"


def _line(row: Row) -> str:
    """A row of the table."""
    cells = [(row.like(which), 3) for which in ("area", "distance_area", "distance_kl")]
    cells += [(row.told, 2), *((row.mean(name), 2) for name in _COLUMNS), (row.f1, 2)]
    figures = [" " * 10 if math.isnan(value) else f"{value:10.{digits}f}" for value, digits in cells]
    return "| " + " | ".join([f"{row.label:{_LABEL}}", *figures]) + " |"


def _head(first: str, columns: Sequence[str]) -> str:
    rule = "| " + " | ".join(["-" * _LABEL, *["-" * 9 + ":" for _ in columns]]) + " |"
    return "| " + " | ".join([f"{first:{_LABEL}}", *[f"{name:>10}" for name in columns]]) + " |\n" + rule


def _areas(rows: Sequence[Row]) -> str:
    """The overlapped area of every feature."""
    lines = [_head("overlapped area", [_COLUMNS[name] for name in FEATURES])]
    for row in rows:
        areas = [f"{row.likeness[name].area:10.2f}" for name in FEATURES]
        lines.append("| " + " | ".join([f"{row.label:{_LABEL}}", *areas]) + " |")
    return "\n".join(lines)


def _as_json(row: Row) -> dict[str, Any]:
    def known(value: float) -> float | None:
        return None if math.isnan(value) else value

    return {
        "setting": row.label,
        "dials": None if row.dials is None else asdict(row.dials),
        "pieces": len(row.pieces),
        "area": known(row.like("area")),
        "told": known(row.told),
        "f1": known(row.f1),
        "likeness": {name: asdict(one) for name, one in row.likeness.items()},
        "means": {name: known(row.mean(name)) for name in _COLUMNS},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="the Groove MIDI Dataset, or other files of `dataset`")
    parser.add_argument("--model", help="a model file or name; the shipped drummer without")
    parser.add_argument("--dial", action="append", default=[], metavar="NAME=V,V", help="values in percent")
    parser.add_argument("--with", action="append", default=[], dest="with_", metavar="NAME=V")
    parser.add_argument("--each", action="store_true", help="vary one --dial at a time, not all together")
    parser.add_argument("--temperature", metavar="T,T", help="also without dials, at these temperatures")
    parser.add_argument("--candidates", type=int, default=1, help="continuations of each window, averaged")
    parser.add_argument("--styles", default="rock", help="as rock,funk; all for every style")
    parser.add_argument("--split", default="validation")
    parser.add_argument("--quick", action="store_true", help="one window in five")
    parser.add_argument("--no-dials", action="store_true", help="only --temperature")
    parser.add_argument("--plot", type=Path, metavar="FOLDER", help="draw densities and dial curves into it")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Measure and print."""
    args = _arguments()
    styles = None if args.styles == "all" else args.styles.split(",")
    data = open_dataset(*args.data, styles=styles, beats_only=True).split(args.split)
    windows = windows_of(data)[:: _QUICK if args.quick else 1]
    if not windows:
        raise SystemExit(f"no beat of the {args.split} split has {PRIMER + BARS} bars")
    bench = Bench(windows)
    path = find_model(args.model)
    sampler = load_sampler(path)
    rows: list[Row] = []

    def show(row: Row) -> None:
        rows.append(row)
        if not args.json:
            print(_line(row), flush=True)

    if not args.json:
        print(f"{path.stem}: {len(windows)} windows of {len({window.file for window in windows})} files\n")
        columns = ["area", "dist. area", "KL", "told", *_COLUMNS.values(), "F1"]
        print(_head(args.styles, columns))
        print(_line(bench.human), flush=True)
    for row in bench.ceilings():
        show(row)
    for text in args.temperature.split(",") if args.temperature else []:
        play = with_temperature(sampler, float(text), args.candidates)
        show(bench.played(f"temperature {text}, no dials", play))
    if not args.no_dials:
        for label, dials in _settings(args):
            show(bench.played(label, with_dials(sampler, dials, args.candidates), dials))
    if args.json:
        print(json.dumps({"model": str(path), "rows": [_as_json(row) for row in (bench.human, *rows)]}))
    else:
        print("\n" + _areas(rows))
    if args.plot:
        args.plot.mkdir(parents=True, exist_ok=True)
        shown = [row for row in rows if row.dials is not None] or rows
        sets = {"human": bench.human.measured, shown[0].label: shown[0].measured}
        plot_densities(args.plot / "densities.png", sets)
        points = [(row.label, row.like("area"), row.told, {n: row.mean(n) for n in _COLUMNS}) for row in rows]
        plot_dials(args.plot / "dials.png", points, {n: bench.human.mean(n) for n in _COLUMNS})
    return 0


if __name__ == "__main__":
    sys.exit(main())
