"""`generate`: continue a primer, complete bars or dress taps, and write what the drummer plays as MIDI."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.cli import wishes
from drumstudio.cli.continuing import (
    BARS,
    check_numbers,
    fills_of,
    lanes_of,
    marked,
    play,
    seed_of,
    task_of,
)
from drumstudio.cli.primers import Primer, primer_of, read_pattern
from drumstudio.cli.wishes import Wishes
from drumstudio.domain.drums import DRUM_MAPS, Drum
from drumstudio.errors import UsageError

if TYPE_CHECKING:
    from drumstudio.app.drummer.asking import Task

_SOURCES = ("primer", "primer_drums", "complete", "dress")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `generate`."""
    parser.add_argument("--model", help="a model file, or the name of one that `models` lists")
    parser.add_argument("--primer", type=Path, metavar="F.mid", help="the MIDI file to continue")
    parser.add_argument("--primer-bars", type=int, metavar="N", help="only the primer's first N bars")
    parser.add_argument(
        "--primer-drums",
        metavar="LIST",
        help='the primer as a Python list, the notes struck on each 16th: "[(36, 42), (), 42, ()]"',
    )
    parser.add_argument(
        "--complete",
        type=Path,
        metavar="F.mid",
        help="write the rows of these very bars that --lock does not name",
    )
    parser.add_argument(
        "--dress",
        type=Path,
        metavar="TAPS.mid",
        help="make a full beat of a tapped rhythm, on whatever notes",
    )
    parser.add_argument(
        "--lock",
        metavar="ROWS",
        help="rows that stay, as kick,snare: with --complete, those of its file (those that hold hits); in a "
        "continuation they go on as in --given, or as in the primer",
    )
    parser.add_argument(
        "--given", type=Path, metavar="F.mid", help="what the --lock rows play in the bars to be written"
    )
    parser.add_argument(
        "--map",
        choices=[*sorted(DRUM_MAPS), "auto"],
        default="auto",
        help="what the primer's note numbers mean (auto: recognised in a file, magenta in a list)",
    )
    parser.add_argument(
        "--bars",
        type=int,
        help=f"bars to generate, from the step after the primer, wherever in its bar that is ({BARS})",
    )
    parser.add_argument("--outputs", type=int, default=1, help="files to write (1)")
    parser.add_argument(
        "--seed", type=int, help="the same seed gives the same files; without one it is drawn"
    )
    parser.add_argument("--qpm", type=float, help="tempo in quarters a minute (the primer's, or 120)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument(
        "--with-primer", action="store_true", help="write the primer ahead of the continuation"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object about what was written, with every setting"
    )
    wishes.configure(parser)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be written: `bars` bars as `task` asks, after `primer` where there is one."""

    task: Task
    qpm: float
    bars: int
    primer: Primer | None = None


def run(args: argparse.Namespace) -> int:
    """Write what the drummer plays."""
    _check(args)
    wish = wishes.wishes_of(args)
    job = _job(args, wish)
    seed = seed_of(args)

    from drumstudio.app.drummer.candidates import continuation, joined
    from drumstudio.domain.edits import set_bars
    from drumstudio.midi.files import export_pattern
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.playing.sampler import load_sampler

    model = find_model(args.model)
    sampler = load_sampler(model)
    wishes.check_style(wish.dials.style, sampler)
    written = []
    answers = play(sampler, job.task, wish, args.outputs, seed)
    for index, answer in enumerate(answers.tolist()):
        made = continuation(job.task, answer, qpm=job.qpm, dials=wish.dials, seed=seed + index)
        pattern = set_bars(made, job.bars)
        if args.with_primer and job.primer is not None:
            pattern = joined(job.task, pattern)
        path = args.out / f"drumstudio_seed{seed}_{index + 1}.mid"
        export_pattern(path, pattern, job.qpm)
        written.append(str(path))
    if args.json:
        print(json.dumps(_result(args, wish, job, written, seed, model)))
        return 0
    print("\n".join(written))
    if args.seed is None:
        print(f"drumstudio: seed {seed}; --seed {seed} gives the same again", file=sys.stderr)
    return 0


def _result(
    args: argparse.Namespace, wish: Wishes, job: _Job, written: list[str], seed: int, model: Path
) -> dict[str, Any]:
    """What was written, and all that is needed to write it again."""

    def named(path: Path | None) -> str | None:
        return None if path is None else str(path)

    return {
        "files": written,
        "mode": str(job.task.mode),
        "seed": seed,
        "model": str(model),
        **wish.to_json(),
        "bars": job.bars,
        "outputs": args.outputs,
        "primer": named(args.primer),
        "primer_bars": args.primer_bars,
        "primer_drums": args.primer_drums,
        "primer_steps": job.primer.steps if job.primer is not None else 0,
        "with_primer": args.with_primer,
        "complete": named(args.complete),
        "dress": named(args.dress),
        "lock": args.lock,
        "given": named(args.given),
        "map": args.map,
        "qpm": job.qpm,
    }


def _check(args: argparse.Namespace) -> None:
    """UsageError where the options cannot mean anything."""
    given = [name for name in _SOURCES if getattr(args, name) is not None]
    if len(given) != 1:
        raise UsageError(
            "give what to play to either as --primer FILE or as --primer-drums LIST, --complete FILE "
            "or --dress FILE"
        )
    check_numbers(args)
    if args.primer_bars is not None and args.primer is None:
        raise UsageError("--primer-bars goes with --primer; a list says itself how long it is")
    if given[0] in ("complete", "dress"):
        for name in ("bars", "given", "with_primer") + (("lock",) if args.dress else ()):
            if getattr(args, name):
                raise UsageError(f"--{name.replace('_', '-')} does not go with --{given[0]}")
    elif args.given is not None and args.lock is None:
        raise UsageError("--given goes with --lock, which says which of its rows stay")
    args.bars = BARS if args.bars is None else args.bars


def _job(args: argparse.Namespace, wish: Wishes) -> _Job:
    """What the drummer is asked."""
    from drumstudio.app.drummer.asking import prepare
    from drumstudio.domain.candidate import Mode

    lanes = lanes_of(frozenset() if args.lock is None else wishes.rows_of(args.lock))
    if args.complete is None and args.dress is None:
        primer = primer_of(args)
        return _Job(task_of(primer, args, wish, lanes), primer.qpm, args.bars, primer)
    pattern, qpm = read_pattern(args.dress or args.complete, args)
    mode = Mode.COMPLETE if args.dress is None else Mode.DRESS
    if mode is Mode.DRESS:
        taps = {hit.step: replace(hit, drum=Drum.SNARE) for hit in pattern.hits}
        pattern = replace(pattern, hits=tuple(taps.values()))
    pattern = marked(pattern, wish, 0)
    return _Job(prepare(pattern, lanes, dials=fills_of(wish), mode=mode), qpm, pattern.bars)
