"""`compare`: drummers continue one primer, side by side, in numbers; and how well they know your takes."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.cli import wishes
from drumstudio.cli.continuing import BARS, check_numbers, lanes_of, play, seed_of, task_of
from drumstudio.cli.primers import primer_of
from drumstudio.cli.tables import aligned
from drumstudio.domain.drums import DRUM_MAPS
from drumstudio.errors import UsageError

if TYPE_CHECKING:
    from drumstudio.app.drummer.asking import Task
    from drumstudio.app.drummer.comparing import Comparison, Played, Range
    from drumstudio.app.drummer.familiarity import Familiarity
    from drumstudio.cli.wishes import Wishes
    from drumstudio.domain.pattern import Pattern
    from drumstudio.ml.encoding import Events
    from drumstudio.ml.musicality import Measures
    from drumstudio.ml.playing.player import OnStep
    from drumstudio.ml.playing.sampler import Sampler


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `compare`."""
    parser.epilog = (
        "Every model plays what `generate` plays with the same primer, seed and dials. Measures are those "
        "of `measure`, after the primer; a model's perplexity is its own on what it played. With --json "
        "one object is printed: models, each with model, name, files, measures (one object for each "
        "output), mean (their mean), primer_perplexity and problem (null, or why it could not play); "
        "primer, the measures of the primer's own bars; people, for some measures what is usual in rock "
        "beats that people played, as middle, low and high (10th and 90th percentile, null where unknown); "
        "knows, with --take, an object of takes, bars, steps, counting and copying (perplexities of "
        "counting what was played so far, and of copying the bar before) and models, each with model, "
        "name, perplexity, bars (mean nats of a step in every bar) and problem; settings; definitions. "
        "Exit status 1 where a model could not play."
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model file or name; two or more")
    parser.add_argument(
        "--primer", type=Path, required=True, metavar="F.mid", help="the MIDI file to continue"
    )
    parser.add_argument("--primer-bars", type=int, metavar="N", help="only the primer's first N bars")
    parser.add_argument(
        "--map",
        choices=[*sorted(DRUM_MAPS), "auto"],
        default="auto",
        help="what the primer's note numbers mean (default: recognised)",
    )
    parser.add_argument("--bars", type=int, help=f"bars to play after the primer ({BARS})")
    parser.add_argument(
        "--outputs", type=int, default=1, metavar="K", help="continuations of each model, averaged (1)"
    )
    parser.add_argument("--seed", type=int, help="the same seed plays the same; without one it is drawn")
    parser.add_argument("--qpm", type=float, help="tempo in quarters a minute (the primer's)")
    parser.add_argument(
        "--take",
        action="append",
        metavar="TAKE",
        help="how well each model foresees a take of yours: a MIDI file, or a name that `takes` lists; may "
        "be given more than once",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for what is played, as MIDI files")
    parser.add_argument("--with-primer", action="store_true", help="write the primer ahead of what is played")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.set_defaults(primer_drums=None, given=None)
    wishes.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Print how the models go on; 1 where one could not."""
    check_numbers(args)
    args.bars = BARS if args.bars is None else args.bars
    wish = wishes.wishes_of(args)

    from drumstudio.ml.catalogue import find_model

    models = [find_model(name) for name in args.models]
    if len(models) < 2:
        raise UsageError("name two models or more to compare; `drumstudio models` lists them")
    if len({path.resolve() for path in models}) < len(models):
        raise UsageError("the same model is named twice; name each once")
    takes = [_take(name) for name in args.take or ()]
    seed = seed_of(args)
    primer = primer_of(args)
    task = task_of(primer, args, wish, lanes_of(frozenset()))

    from drumstudio.app.drummer.comparing import compare
    from drumstudio.app.drummer.familiarity import familiarity

    found = compare(
        task,
        models,
        partial(_play, wish, args.outputs, seed),
        seed=seed,
        dials=wish.dials,
        qpm=primer.qpm,
        bars=args.bars,
    )
    knows = familiarity(takes, models) if takes else None
    files = _write(args, found, primer.qpm, seed)
    if args.json:
        print(json.dumps(_as_json(args, wish, found, knows, files, seed, primer.qpm)))
    else:
        print(_table(found))
        if knows is not None:
            print("\n" + _known(knows))
        for path in (path for each in files for path in each):
            print(path, file=sys.stderr)
        if args.seed is None:
            print(f"drumstudio: seed {seed}; --seed {seed} gives the same again", file=sys.stderr)
    problems = [one.problem for one in found.played if one.problem]
    problems += [one.problem for one in (knows.models if knows else ()) if one.problem]
    for problem in dict.fromkeys(problems):
        print(f"drumstudio: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _play(wish: Wishes, outputs: int, seed: int, sampler: Sampler, task: Task, on_step: OnStep, /) -> Events:
    wishes.check_style(wish.dials.style, sampler)
    return play(sampler, task, wish, outputs, seed, on_step)


def _take(name: str) -> tuple[str, Pattern]:
    """The take that `name` means, as it was played."""
    from drumstudio.app.takes.store import JSON, find_take, load_take
    from drumstudio.midi.files import import_pattern

    path = Path(name)
    if not path.is_file():
        return name, find_take(name).pattern()
    if path.with_suffix(JSON).is_file():
        return path.stem, load_take(path).pattern()
    return path.stem, import_pattern(path).pattern


def _write(args: argparse.Namespace, found: Comparison, qpm: float, seed: int) -> list[list[str]]:
    """Write what each model played where that is asked for; the files of each."""
    from drumstudio.domain.edits import set_bars
    from drumstudio.midi.files import export_pattern

    written: list[list[str]] = []
    taken: set[str] = set()
    for one in found.played:
        stem, count = one.model.stem, 1
        while stem in taken:
            count += 1
            stem = f"{one.model.stem}-{count}"
        taken.add(stem)
        written.append([])
        played = zip(one.candidates, one.wholes, strict=True) if args.out is not None else ()
        for candidate, whole in played:
            path = args.out / f"{stem}_seed{seed}_{candidate.index + 1}.mid"
            alone = set_bars(candidate.pattern, args.bars)
            export_pattern(path, whole if args.with_primer else alone, qpm)
            written[-1].append(str(path))
    return written


def _as_json(
    args: argparse.Namespace,
    wish: Wishes,
    found: Comparison,
    knows: Familiarity | None,
    files: list[list[str]],
    seed: int,
    qpm: float,
) -> dict[str, Any]:
    from drumstudio.app.drummer.comparing import PEOPLE
    from drumstudio.ml.musicality import DEFINITIONS

    return {
        "models": [_model_json(one, written) for one, written in zip(found.played, files, strict=True)],
        "primer": None if found.primer is None else asdict(found.primer),
        "people": {name: asdict(usual) for name, usual in PEOPLE.items()},
        "knows": None if knows is None else _knows_json(knows),
        "settings": {
            "primer": str(args.primer),
            "primer_bars": args.primer_bars,
            "map": args.map,
            "bars": args.bars,
            "outputs": args.outputs,
            "seed": seed,
            "qpm": qpm,
            **wish.to_json(),
        },
        "definitions": DEFINITIONS,
    }


def _model_json(one: Played, files: list[str]) -> dict[str, Any]:
    return {
        "model": str(one.model),
        "name": one.name,
        "files": files,
        "measures": [asdict(measures) for measures in one.each],
        "mean": None if one.mean is None else asdict(one.mean),
        "primer_perplexity": one.primer_perplexity,
        "problem": one.problem or None,
    }


def _knows_json(knows: Familiarity) -> dict[str, Any]:
    models = [asdict(one) | {"model": str(one.model), "problem": one.problem or None} for one in knows.models]
    return asdict(knows) | {"models": models}


def _table(found: Comparison) -> str:
    """Measures down; the primer, each model and people across."""
    from drumstudio.app.drummer.comparing import PEOPLE, ROWS
    from drumstudio.ml.musicality import LABELS

    played = [one for one in found.played if one.mean is not None]
    rows = [["", "primer", *(one.name for one in played), "people"]]
    for name in ROWS:
        values = [_value(one, name) for one in (found.primer, *(one.mean for one in played))]
        rows.append([LABELS[name], *values, _usual(PEOPLE.get(name))])
    foreseen = [_number(one.primer_perplexity) for one in played]
    rows.append(["perplexity of the primer", "-", *foreseen, "-"])
    return aligned(rows)


def _known(knows: Familiarity) -> str:
    """How well each model foresees the takes, the best first, between counting and copying."""
    rows = [(one.perplexity, one.name) for one in knows.models if one.perplexity is not None]
    rows += [
        (knows.counting, "(counting what was played so far)"),
        (knows.copying, "(copying the bar before)"),
    ]
    what = f"{', '.join(knows.takes)}: {knows.bars} bars, {knows.steps} steps; perplexity a step"
    return f"{what}\n" + aligned([(name, f"{value:.3f}") for value, name in sorted(rows)])


def _value(measures: Measures | None, name: str) -> str:
    return "-" if measures is None else _number(getattr(measures, name))


def _usual(usual: Range | None) -> str:
    if usual is None:
        return "-"
    spread = "" if usual.low is None else f" ({usual.low:g}-{usual.high:g})"
    return f"{usual.middle:g}{spread}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
