"""`surprise`: how little a drummer expected each hit and each silence of a beat."""

from __future__ import annotations

import argparse
import json
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.errors import DrumStudioError, UsageError
from drumstudio.midi.files import MAP_NAMES

if TYPE_CHECKING:
    from drumstudio.app.drummer.surprise import Surprise
    from drumstudio.domain.pattern import Pattern


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `surprise`."""
    parser.epilog = (
        "A cell is one drum on one step. Its nats are -log of the probability that the model gave it to be "
        "struck, or silent, as it is, having heard every step before: 0.7 nats is 50%, 2.3 is 10%, 4.6 is "
        "1%. With --json one object is printed: file, pattern, model, meter, bars, steps_per_bar, "
        "steps_per_quarter; total, by_bar and by_drum, each the sums in nats of hits, of silences, and of "
        "both; most_surprising and most_surprising_silences, up to ten each, with place, nats, probability "
        "and words; and cells, each with step (from 0), drum, struck and nats. Bars and beats count from 1. "
        "The drummer knows 16ths and triplets of 8ths: silences between its steps are left out."
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a MIDI file or a project")
    parser.add_argument("--model", help="a model file or name (the shipped drummer)")
    parser.add_argument(
        "--pattern",
        metavar="LETTER",
        help="slot of a project, A to Z (default: the one on screen when saved)",
    )
    parser.add_argument(
        "--map", default="auto", choices=MAP_NAMES, help="what the note numbers mean (default: recognised)"
    )
    parser.add_argument("--bars", action="store_true", help="totals by bar instead of every cell")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")


def run(args: argparse.Namespace) -> int:
    """Print what surprises the drummer."""
    letter, pattern = _pattern(args)

    from drumstudio.app.drummer.surprise import surprise_of
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.playing.sampler import load_sampler

    model = find_model(args.model)
    found = surprise_of(load_sampler(model), pattern)
    result = {"file": str(args.file), "pattern": letter, "model": str(model), **_result(pattern, found)}
    if args.bars:
        del result["cells"]
    print(json.dumps(result) if args.json else _in_words(result, args.bars))
    return 0


def _pattern(args: argparse.Namespace) -> tuple[str | None, Pattern]:
    """The pattern that is meant, and its letter in a project."""
    from drumstudio.app.store import SUFFIX, load_project
    from drumstudio.domain.drums import DRUM_MAPS
    from drumstudio.domain.project import PATTERN_NAMES
    from drumstudio.midi.files import import_pattern

    if args.file.suffix != SUFFIX:
        if args.pattern is not None:
            raise UsageError("--pattern goes with a project; a MIDI file has only one")
        return None, import_pattern(args.file, DRUM_MAPS.get(args.map)).pattern
    project = load_project(args.file)
    index = project.current
    if args.pattern is not None:
        index = PATTERN_NAMES.find(args.pattern.upper()) if len(args.pattern) == 1 else -1
        if not 0 <= index < len(project.patterns):
            last = PATTERN_NAMES[len(project.patterns) - 1]
            raise UsageError(f"{args.file} has no pattern {args.pattern!r}, only A to {last}")
    if not project.patterns[index].hits:
        raise DrumStudioError(
            f"Pattern {PATTERN_NAMES[index]} of {args.file} is empty; choose another with --pattern"
        )
    return PATTERN_NAMES[index], project.patterns[index]


def _result(pattern: Pattern, found: Surprise) -> dict[str, Any]:
    from drumstudio.app.drummer.surprise import cell_words, most_surprising
    from drumstudio.domain.drums import Drum

    grid = pattern.grid
    cells = list(found.cells())
    bars: list[list[tuple[bool, float]]] = [[] for _ in range(pattern.bars)]
    drums: dict[Drum, list[tuple[bool, float]]] = {drum: [] for drum in Drum}
    for (step, drum), struck, nats in cells:
        bars[grid.bar_of(step)].append((struck, nats))
        drums[drum].append((struck, nats))

    def entry(step: int, drum: Drum, struck: bool, nats: float) -> dict[str, Any]:
        bar, beat, _ = grid.position(step)
        return {
            "bar": bar,
            "beat": beat,
            "step": step,
            "drum": drum.name.lower(),
            "nats": round(nats, 4),
            "probability": exp(-nats),
            "words": cell_words(pattern, step, drum, struck, nats),
        }

    return {
        "meter": str(grid.meter),
        "bars": pattern.bars,
        "steps_per_bar": grid.steps_per_bar,
        "steps_per_quarter": grid.steps_per_quarter,
        "total": _sums([(struck, nats) for _, struck, nats in cells]),
        "by_bar": [{"bar": bar, **_sums(part)} for bar, part in enumerate(bars, 1)],
        "by_drum": {drum.name.lower(): _sums(part) for drum, part in drums.items()},
        "most_surprising": [
            entry(step, drum, True, nats) for (step, drum), nats in most_surprising(found.hits)
        ],
        "most_surprising_silences": [
            entry(step, drum, False, nats) for (step, drum), nats in most_surprising(found.silences)
        ],
        "cells": [
            {"step": step, "drum": drum.name.lower(), "struck": struck, "nats": round(nats, 4)}
            for (step, drum), struck, nats in cells
        ],
    }


def _sums(cells: list[tuple[bool, float]]) -> dict[str, float]:
    hits = sum(nats for struck, nats in cells if struck)
    silences = sum(nats for struck, nats in cells if not struck)
    return {"hits": round(hits, 4), "silences": round(silences, 4), "total": round(hits + silences, 4)}


def _in_words(result: dict[str, Any], bars: bool) -> str:
    total = result["total"]
    lines = [
        f"{total['total']:.1f} nats in {result['bars']} bars: hits {total['hits']:.1f}, "
        f"silences {total['silences']:.1f}"
    ]
    if bars:
        lines += [
            f"bar {one['bar']}: {one['total']:.1f} nats, hits {one['hits']:.1f}, "
            f"silences {one['silences']:.1f}"
            for one in result["by_bar"]
        ]
    lines += ["", "most surprising hits:", *(one["words"] for one in result["most_surprising"])]
    lines += ["", "most surprising silences:"]
    lines += [one["words"] for one in result["most_surprising_silences"]]
    return "\n".join(lines)
