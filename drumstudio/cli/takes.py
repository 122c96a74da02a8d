"""`drumstudio takes`: the recordings there are, and what can be done with one."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from drumstudio.app.takes.store import (
    KeptTake,
    delete_take,
    find_take,
    list_takes,
    load_take,
    recover_takes,
    rename_take,
    restore_take,
)
from drumstudio.cli.kits import chosen_map
from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.domain.timing import GRIDS, Grid
from drumstudio.errors import UsageError
from drumstudio.midi.files import export_pattern

AUTO = "auto"
_STEPS = {label: steps for steps, label in GRIDS.items()}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Names are those of the list; a deleted take goes to the trash and comes back with --undo."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--delete", metavar="TAKE", help="move a take to the trash")
    what.add_argument("--undo", action="store_true", help="bring the take deleted last back")
    what.add_argument("--rename", nargs=2, metavar=("TAKE", "NAME"), help="give a take another name")
    what.add_argument("--quantise", metavar="TAKE", help="write a take on a grid as a MIDI file, to --out")
    parser.add_argument("--out", type=Path, metavar="F.mid", help="with --quantise: the file to write")
    parser.add_argument(
        "--grid",
        choices=[AUTO, *_STEPS],
        default=AUTO,
        help="with --quantise; T is triplets (default: as it was played)",
    )
    parser.add_argument(
        "--strength", type=float, default=100.0, metavar="PERCENT", help="0 keeps the timing, 100 none of it"
    )
    parser.add_argument(
        "--map", default=GENERAL_MIDI.name, metavar="MAP", help="notes to write (default: gm)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """List the takes, or do what is asked with one."""
    for sentence in recover_takes():
        _say(sentence)
    if args.delete is not None:
        delete_take(args.delete)
        return _done(args.json, f"{args.delete} is in the trash; --undo brings it back", deleted=args.delete)
    if args.undo:
        path = restore_take()
        return _done(args.json, f"{path} is back", restored=path.stem)
    if args.rename is not None:
        path = rename_take(*args.rename)
        return _done(args.json, f"{path}", renamed=path.stem)
    if args.quantise is not None:
        return _quantise(args)
    found = list_takes()
    for problem in found.problems:
        _say(problem)
    described = [_described(kept) for kept in found.takes]
    if args.json:
        print(json.dumps({"takes": described, "problems": found.problems}))
        return 0
    for each in described:
        print(
            f"{each['name']}  {each['seconds']:.1f} s  {each['qpm']:g} BPM  "
            f"{each['hits']} hits  {each['map']}"
        )
    if not described:
        _say("there are no takes yet; drumstudio record --input PORT makes one")
    return 0


def _quantise(args: argparse.Namespace) -> int:
    if args.out is None:
        raise UsageError("--quantise needs --out F.mid")
    if not 0.0 <= args.strength <= 100.0:
        raise UsageError("--strength is 0 to 100 percent")
    drum_map = chosen_map(args.map)
    kept = _named(args.quantise)
    try:
        grid = None if args.grid == AUTO else Grid(kept.take.meter, _STEPS[args.grid])
    except ValueError as error:
        raise UsageError(f"--grid {args.grid}: {error}") from None
    pattern = kept.pattern(grid, args.strength / 100)
    export_pattern(args.out, pattern, kept.take.qpm, drum_map)
    label = pattern.grid.label
    words = f"{args.out}: {pattern.bars} bars of {label}, {len(pattern.hits)} hits"
    values = {"bars": pattern.bars, "hits": len(pattern.hits), "grid": label, "swing": pattern.swing}
    return _done(args.json, words, file=str(args.out), **values)


def _named(name: str) -> KeptTake:
    """The take called `name` in the user's folder, or that of a file anywhere."""
    return load_take(Path(name)) if Path(name).is_file() else find_take(name)


def _described(kept: KeptTake) -> dict[str, Any]:
    found, take = kept.read(), kept.take
    return {
        "name": kept.name,
        "file": str(kept.path),
        "seconds": round(take.length, 3),
        "qpm": take.qpm,
        "meter": str(take.meter),
        "bars": take.bars,
        "hits": len(found.hits),
        "aside": len(found.aside),
        "unmapped": {str(note): count for note, count in sorted(found.unmapped.items())},
        "map": take.drum_map.name,
        "source": take.source,
        "recorded_at": take.recorded_at,
    }


def _done(as_json: bool, words: str, **values: Any) -> int:
    print(json.dumps(values) if as_json else words)
    return 0


def _say(words: str) -> None:
    print(f"drumstudio: {words}", file=sys.stderr, flush=True)
