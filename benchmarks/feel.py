"""How near velocity and timing come to the drummers' own, on the validation split of a data set.

    python benchmarks/feel.py DATA [--model F] [--seeds 3] [--json]

DATA is a folder of MIDI files with an info.csv, as the Groove MIDI Dataset.  Players are compared over
all hits: the median of each drum and place in the train split's rock beats or of all of it, the feel
network at full and at the default amount, the same without contrast (its medians alone), and each hit drawn
for itself from its own distribution; for rock beats and for all, with nothing known of the drummer and
with the first two bars known (the hits after them count).

MAE: mean absolute error of velocity and of offset in ms; in brackets the mean of the pieces' means.
KL: Kullback-Leibler distance of histograms (16 bins of 8 velocities; 20 bins of 8 ms, the outer ones open;
half a count added to each), over all drums and, in brackets, as mean of the drums by their hits.
Together: autocorrelation of the hat's or ride's velocities at 2 and 4 steps, correlation of a cell's velocity
with that a bar later, standard deviation of the snare's offset within pieces and between their
means, correlation of offsets on one step, mean time between the strokes of flams that are written
on two steps.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from drumstudio.domain.dials import MIDDLE
from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.feel.dynamics import even_velocities
from drumstudio.ml.feel.inputs import Known
from drumstudio.ml.feel.measures import FeelScore, Playing, score
from drumstudio.ml.feel.model import FeelPlayer, Wander, load_feel
from drumstudio.ml.feel.performances import Performance, read_performances

Player = Callable[[Performance, int, int], Playing]  # of a piece, with so many bars known, with a seed
_STILL = Wander()
_EACH_FOR_ITSELF = Wander(hit=1.0)


def medians(train: Sequence[Performance]) -> Player:
    """The median of each drum and place of the bar, told in quarters, of its drum where the place is new."""
    found: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for piece in train:
        for step, drum in zip(*np.nonzero(piece.struck), strict=True):
            place = (step % piece.steps_per_bar) / piece.steps_per_quarter
            value = (
                float(piece.velocities[step, drum]),
                float(piece.offsets[step, drum]) * piece.step_milliseconds,
            )
            found.setdefault((int(drum), place), []).append(value)
            found.setdefault((int(drum), -1.0), []).append(value)
    table = {key: np.median(values, axis=0) for key, values in found.items()}

    def play(piece: Performance, _known_bars: int, _seed: int) -> Playing:
        velocities, offsets = np.zeros(piece.struck.shape), np.zeros(piece.struck.shape)
        for step, drum in zip(*np.nonzero(piece.struck), strict=True):
            place = (step % piece.steps_per_bar) / piece.steps_per_quarter
            usual = table.get((int(drum), place), table.get((int(drum), -1.0), np.array([90.0, 0.0])))
            velocities[step, drum], offsets[step, drum] = usual[0], usual[1] / piece.step_milliseconds
        return velocities, offsets

    return play


def network(feel: FeelPlayer, amount: float) -> Player:
    """The network as the program plays it."""

    def play(piece: Performance, known_bars: int, seed: int) -> Playing:
        grid = Grid(Meter(*piece.meter), piece.steps_per_quarter)
        return feel.perform(
            piece.struck,
            **_where(piece),
            known=_known(piece, known_bars),
            amount=amount,
            seed=seed,
            even=even_velocities(piece.struck, grid),
        )

    return play


def shaped(feel: FeelPlayer, contrast: Sequence[float], wander: Sequence[Wander]) -> Player:
    """The network, its quantiles chosen otherwise."""

    def play(piece: Performance, known_bars: int, seed: int) -> Playing:
        known = _known(piece, known_bars)
        return feel.feel(
            piece.struck, **_where(piece), known=known, seed=seed, contrast=contrast, wander=wander
        )

    return play


class _Where(TypedDict):
    steps_per_bar: int
    steps_per_quarter: int
    qpm: float
    style: str


def _where(piece: Performance) -> _Where:
    return {
        "steps_per_bar": piece.steps_per_bar,
        "steps_per_quarter": piece.steps_per_quarter,
        "qpm": piece.qpm,
        "style": piece.style,
    }


def _known(piece: Performance, bars: int) -> Known | None:
    if not bars:
        return None
    mask = piece.struck.copy()
    mask[bars * piece.steps_per_bar :] = False
    return piece.velocities, piece.offsets, mask


def measured(player: Player, pieces: Sequence[Performance], known_bars: int, seeds: int) -> list[FeelScore]:
    """A score for each seed."""
    return [
        score(pieces, [player(piece, known_bars, seed) for piece in pieces], known_bars)
        for seed in range(seeds)
    ]


def _line(name: str, scores: Sequence[FeelScore]) -> str:
    def mean(*path: str) -> float:
        values = []
        for one in scores:
            value: object = one
            for part in path:
                value = getattr(value, part)
            values.append(float(value))  # type: ignore[arg-type]
        return float(np.mean(values))

    return (
        f"{name:22} {mean('velocity_error'):6.1f} ({mean('velocity_error_of_pieces'):4.1f}) "
        f"{mean('offset_error'):6.1f} ({mean('offset_error_of_pieces'):4.1f}) "
        f"{mean('velocity_kl'):6.2f} ({mean('velocity_kl_of_drums'):4.2f}) "
        f"{mean('offset_kl'):6.2f} ({mean('offset_kl_of_drums'):4.2f})  "
        f"{mean('together', 'accents_2'):5.2f} {mean('together', 'accents_4'):5.2f} "
        f"{mean('together', 'bars'):5.2f} {mean('together', 'snare_within'):5.1f} "
        f"{mean('together', 'snare_between'):5.1f} {mean('together', 'chords'):5.2f} "
        f"{mean('together', 'flams'):5.0f}"
    )


_HEAD = (
    f"{'':22} {'MAE velocity':>13} {'MAE offset ms':>13} {'KL velocity':>13} {'KL offset':>13}  "
    "hat 2 hat 4  bars snare within, between chords flams ms"
)


def _milliseconds(feel: FeelPlayer, runs: int = 20) -> float:
    """To play 64 steps after two known bars, four times over: the median."""
    hits = np.random.default_rng(0).random((96, DRUM_COUNT)) < 0.2
    mask = hits & (np.arange(96) < 32)[:, None]
    known = np.full(hits.shape, 90), np.zeros(hits.shape), mask
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        for seed in range(4):
            feel.perform(hits, steps_per_bar=16, steps_per_quarter=4, qpm=120.0, known=known, seed=seed)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="folder of MIDI files")
    parser.add_argument("--model", type=Path, help="a feel network's file; the shipped one without")
    parser.add_argument("--seeds", type=int, default=3, help="seeds to average over (3)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    feel = load_feel(args.model)
    pieces = read_performances([args.data])
    train = [piece for piece in pieces if piece.split == "train"]
    held_out = [piece for piece in pieces if piece.split == "validation"]
    sets = {
        "rock beats": [p for p in held_out if p.style.startswith("rock") and p.beat_type == "beat"],
        "all": held_out,
    }
    rock = [p for p in train if p.style.startswith("rock") and p.beat_type == "beat"]
    players: dict[str, Player] = {
        "median, rock beats": medians(rock),
        "median, all": medians(train),
        "network, amount 1": network(feel, 1.0),
        f"network, amount {MIDDLE.feel:g}": network(feel, MIDDLE.feel),
        "its medians alone": shaped(feel, (0.0, 0.0), (_STILL, _STILL)),
        "each hit for itself": shaped(feel, (0.0, 0.0), (_EACH_FOR_ITSELF, _EACH_FOR_ITSELF)),
    }
    results = []
    for known_bars in (0, 2):
        for where, chosen in sets.items():
            human = [(piece.velocities, piece.offsets) for piece in chosen]
            told = f"{where}, {known_bars} bars known" if known_bars else f"{where}, nothing known"
            rows = {"the drummers": [score(chosen, human, known_bars)]}
            if not args.json:
                print(f"\n{told}: {len(chosen)} pieces, {rows['the drummers'][0].hits:,} hits\n{_HEAD}")
                print(_line("the drummers", rows["the drummers"]), flush=True)
            for name, player in players.items():
                if known_bars and name.startswith("median,"):
                    continue
                seeds = args.seeds if name.startswith(("network", "each")) else 1
                rows[name] = measured(player, chosen, known_bars, seeds)
                if not args.json:
                    print(_line(name, rows[name]), flush=True)
            results.append(
                {
                    "set": where,
                    "known_bars": known_bars,
                    "players": {name: [asdict(one) for one in scores] for name, scores in rows.items()},
                }
            )
    milliseconds = _milliseconds(feel)
    if args.json:
        print(json.dumps({"milliseconds": milliseconds, "tables": results}))
    else:
        print(f"\n64 steps x 4 candidates after two bars: {milliseconds:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
