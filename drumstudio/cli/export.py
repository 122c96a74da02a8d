"""`drumstudio export`: a pattern of a project as a MIDI file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from drumstudio.app.exporting import export_midi
from drumstudio.app.store import load_project
from drumstudio.cli.kits import chosen_map
from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.domain.pattern import MAX_BARS
from drumstudio.domain.project import PATTERN_NAMES
from drumstudio.errors import UsageError
from drumstudio.paths import is_same_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a .drumstudio file")
    parser.add_argument("--out", type=Path, required=True, metavar="F.mid", help="the MIDI file to write")
    parser.add_argument(
        "--pattern", metavar="LETTER", help="slot to export, A to Z (default: the one on screen when saved)"
    )
    parser.add_argument(
        "--map",
        default=GENERAL_MIDI.name,
        metavar="MAP",
        help="note numbers (default: %(default)s; roland for a TD module; see: drumstudio map --list)",
    )
    parser.add_argument("--loops", type=int, default=1, metavar="N", help="how often it plays (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Export; 0."""
    if not 1 <= args.loops <= MAX_BARS:
        raise UsageError(f"--loops is 1 to {MAX_BARS}, not {args.loops}")
    drum_map = chosen_map(args.map)
    project = load_project(args.project)
    if is_same_file(args.project, args.out):
        raise UsageError(f"--out {args.out} is the project itself; write the MIDI to another file")
    index = project.current
    if args.pattern is not None:
        index = PATTERN_NAMES.find(args.pattern.upper()) if len(args.pattern) == 1 else -1
        if not 0 <= index < len(project.patterns):
            last = PATTERN_NAMES[len(project.patterns) - 1]
            raise UsageError(f"{args.project} has no pattern {args.pattern!r}, only A to {last}")
    export_midi(project, args.out, drum_map, index, args.loops)
    pattern = project.patterns[index]
    if args.json:
        print(
            json.dumps(
                {
                    "file": str(args.out),
                    "pattern": PATTERN_NAMES[index],
                    "bars": pattern.bars * args.loops,
                    "hits": len(pattern.hits),
                    "qpm": project.qpm,
                    "map": args.map,
                }
            )
        )
    else:
        print(f"{args.out}: pattern {PATTERN_NAMES[index]}, {pattern.bars * args.loops} bars")
    return 0
