"""`generate`: continue a primer and write what the drummer plays as MIDI files."""

from __future__ import annotations

import argparse
import ast
import json
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.domain.drums import DRUM_MAPS, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.timing import MAX_QPM, MIN_QPM, Grid
from drumstudio.errors import UsageError

if TYPE_CHECKING:
    from drumstudio.app.asking import Task

_MAX_OUTPUTS = 256
# Seeds drawn for the user: short enough to be typed again.
_SEEDS = 1_000_000


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
        "--map",
        choices=[*sorted(DRUM_MAPS), "auto"],
        default="auto",
        help="what the primer's note numbers mean (auto: recognised in a file, magenta in a list)",
    )
    parser.add_argument(
        "--bars",
        type=int,
        default=4,
        help="bars to generate, counted from the step after the primer, wherever in its bar that is (4)",
    )
    parser.add_argument("--outputs", type=int, default=1, help="files to write (1)")
    parser.add_argument("--temperature", type=float, default=1.0, help="0 to 4: calm to wild (1.0)")
    parser.add_argument("--top-p", type=float, default=1.0, help="leave out the unlikely tail (1.0: nothing)")
    parser.add_argument(
        "--seed", type=int, help="the same seed gives the same files; without one it is drawn"
    )
    parser.add_argument("--qpm", type=float, help="tempo in quarters a minute (the primer's, or 120)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument(
        "--with-primer", action="store_true", help="write the primer ahead of the continuation"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object about what was written")


@dataclass(frozen=True, slots=True)
class _Primer:
    """What is to be continued; it ends after `steps`, which may lie within its last bar."""

    pattern: Pattern
    steps: int
    qpm: float


def run(args: argparse.Namespace) -> int:
    """Write the continuations."""
    _check(args)
    primer = _from_list(args) if args.primer is None else _from_file(args)
    primer = _fitted(primer, args)
    seed = secrets.randbelow(_SEEDS) if args.seed is None else args.seed

    from drumstudio.app.candidates import continuation
    from drumstudio.domain.edits import set_bars
    from drumstudio.midi.files import export_pattern
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.sampler import load_sampler

    model = find_model(args.model)
    sampler = load_sampler(model)
    task = _task(primer, args.bars)
    answers = sampler.continue_(
        task.primer_events,
        task.steps,
        task.steps_per_bar,
        args.outputs,
        temperature=args.temperature,
        top_p=args.top_p,
        seed=seed,
        forced=task.forced,
    )
    written = []
    for index, answer in enumerate(answers.tolist(), 1):
        pattern = set_bars(continuation(task, answer), args.bars)
        if args.with_primer:
            pattern = _joined(primer, pattern, task.end_bar)
        path = args.out / f"drumstudio_seed{seed}_{index}.mid"
        export_pattern(path, pattern, primer.qpm)
        written.append(str(path))
    result = {
        "files": written,
        "seed": seed,
        "model": str(model),
        "temperature": args.temperature,
        "top_p": args.top_p,
        "bars": args.bars,
        "primer_steps": primer.steps,
        "qpm": primer.qpm,
    }
    print(json.dumps(result) if args.json else "\n".join(written))
    if not args.json and args.seed is None:
        print(f"drumstudio: seed {seed}; --seed {seed} gives the same again", file=sys.stderr)
    return 0


def _check(args: argparse.Namespace) -> None:
    """UsageError where the options cannot mean anything."""
    from drumstudio.ml.sampler import check_dials

    try:
        check_dials(args.temperature, args.top_p)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if (args.primer is None) == (args.primer_drums is None):
        raise UsageError("give the primer either as --primer FILE or as --primer-drums LIST")
    if not 1 <= args.bars < MAX_BARS:
        raise UsageError(f"--bars is 1 to {MAX_BARS - 1}, not {args.bars}")
    if not 1 <= args.outputs <= _MAX_OUTPUTS:
        raise UsageError(f"--outputs is 1 to {_MAX_OUTPUTS}, not {args.outputs}")
    if args.primer_bars is not None and args.primer_bars < 1:
        raise UsageError(f"--primer-bars is 1 or more, not {args.primer_bars}")
    if args.primer_bars is not None and args.primer is None:
        raise UsageError("--primer-bars goes with --primer; a list says itself how long it is")
    if args.seed is not None and args.seed < 0:
        raise UsageError(f"--seed is 0 or more, not {args.seed}")
    if args.qpm is not None and not MIN_QPM <= args.qpm <= MAX_QPM:
        raise UsageError(f"--qpm is {MIN_QPM:g} to {MAX_QPM:g}, not {args.qpm}")


def _from_file(args: argparse.Namespace) -> _Primer:
    """The primer in a MIDI file, its tempo and meter kept."""
    from drumstudio.domain.edits import set_bars
    from drumstudio.midi.files import import_pattern

    found = import_pattern(args.primer, None if args.map == "auto" else DRUM_MAPS[args.map])
    pattern = found.pattern
    if args.primer_bars is not None:
        if args.primer_bars > pattern.bars:
            raise UsageError(f"--primer-bars {args.primer_bars}: {args.primer} has {pattern.bars}")
        pattern = set_bars(pattern, args.primer_bars)
    pattern = replace(pattern, seam=None)
    return _Primer(pattern, pattern.steps, found.qpm if args.qpm is None else args.qpm)


def _from_list(args: argparse.Namespace) -> _Primer:
    """The primer in a Python list of what is struck on each 16th, dressed as the drummer would play it."""
    from drumstudio.ml.dynamics import dress

    drum_map = DRUM_MAPS["magenta" if args.map == "auto" else args.map]
    events = parse_primer_drums(args.primer_drums, drum_map)
    grid = Grid()
    bars = max(1, -(-len(events) // grid.steps_per_bar))
    if bars >= MAX_BARS:
        raise UsageError(
            f"--primer-drums has {len(events)} steps; at most {(MAX_BARS - 1) * 16} can be continued"
        )
    pattern = Pattern(grid, bars, dress(events, Pattern(grid)))
    return _Primer(pattern, len(events), 120.0 if args.qpm is None else args.qpm)


def parse_primer_drums(text: str, drum_map: DrumMap) -> list[int]:
    """Nine-drum events of a Python list of steps, each a note number or a tuple or list of them.

    UsageError says which step cannot be read.
    """
    try:
        steps = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise UsageError(
            '--primer-drums is a Python list of the notes on each 16th, as "[(36, 42), (), 42, ()]"'
        ) from error
    if not isinstance(steps, (list, tuple)):
        raise UsageError(f'--primer-drums is a list, as "[(36, 42), ()]", not {type(steps).__name__}')
    return [_event(step, number, drum_map) for number, step in enumerate(steps, 1)]


def _event(step: object, number: int, drum_map: DrumMap) -> int:
    notes = step if isinstance(step, (list, tuple, set)) else (step,)
    event = 0
    for note in notes:
        if type(note) is not int:
            raise UsageError(f"--primer-drums: step {number} holds {note!r}, which is not a note number")
        drum = drum_map.drum_of(note)
        if drum is None:
            raise UsageError(
                f"--primer-drums: step {number} holds note {note}, which is no drum of the "
                f"{drum_map.label} map; choose another with --map"
            )
        event |= 1 << drum
    return event


def _fitted(primer: _Primer, args: argparse.Namespace) -> _Primer:
    """The primer, or as much of its end as leaves room for the continuation."""
    room = MAX_BARS - args.bars
    if primer.pattern.bars <= room:
        return primer
    if args.with_primer:
        raise UsageError(
            f"primer and continuation are at most {MAX_BARS} bars; choose fewer --bars or --primer-bars"
        )
    per_bar = primer.pattern.grid.steps_per_bar
    cut = (primer.pattern.bars - room) * per_bar
    hits = tuple(replace(hit, step=hit.step - cut) for hit in primer.pattern.hits if hit.step >= cut)
    return _Primer(replace(primer.pattern, bars=room, hits=hits), primer.steps - cut, primer.qpm)


def _task(primer: _Primer, bars: int) -> Task:
    """What the drummer is asked: the steps of `bars` bars from the step after the primer on."""
    from drumstudio.app.asking import Task, prepare
    from drumstudio.domain.performance import ALL_LANES

    pattern = primer.pattern
    if primer.steps == 0:
        nothing: frozenset[tuple[int, int]] = frozenset()
        return Task(pattern, 0, bars, pattern, (), bars * pattern.grid.steps_per_bar, None, (), nothing)
    seam = primer.steps if primer.steps < pattern.steps else None
    task = prepare(replace(pattern, seam=seam), ALL_LANES, bars)
    return replace(task, steps=bars * task.steps_per_bar)


def _joined(primer: _Primer, continuation: Pattern, bars: int) -> Pattern:
    """The primer and its continuation as one pattern of `bars` bars, the seam between them."""
    kept = [hit for hit in primer.pattern.hits if hit.step < primer.steps]
    added: list[Hit] = [replace(hit, step=hit.step + primer.steps) for hit in continuation.hits]
    seam = primer.steps if primer.steps else None
    return replace(primer.pattern, bars=bars, hits=(*kept, *added), seam=seam)
