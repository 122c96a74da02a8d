"""`humanise`: give a beat the velocities and the timing of a drummer."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.errors import UsageError
from drumstudio.paths import is_same_file

if TYPE_CHECKING:
    from drumstudio.domain.pattern import Pattern


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "No hit comes or goes. The same seed plays the same."
    parser.add_argument("file", type=Path, metavar="FILE", help="a MIDI file or a .drumstudio project")
    parser.add_argument("--out", type=Path, required=True, metavar="F.mid", help="the MIDI file to write")
    parser.add_argument(
        "--amount", type=float, default=100.0, help="from as it is, 0, to all of the feel, 100 (100)"
    )
    parser.add_argument("--style", default="", help="rock, funk, jazz or another (what the beat itself says)")
    parser.add_argument("--seed", type=int, default=0, help="what is left to chance follows from it (0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Humanise; 0."""
    if not (math.isfinite(args.amount) and 0 <= args.amount <= 100):
        raise UsageError(f"--amount is 0 to 100, not {args.amount:g}")
    if args.seed < 0:
        raise UsageError(f"--seed is 0 or more, not {args.seed}")
    if is_same_file(args.file, args.out):
        raise UsageError(f"--out {args.out} is the file itself; write the played beat to another")
    from drumstudio.app.drummer.humanise import humanised
    from drumstudio.domain.drums import DRUM_MAPS
    from drumstudio.midi.files import export_pattern
    from drumstudio.ml.feel.model import available_feel

    _check_style(args.style)
    pattern, qpm, drum_map = _opened(args.file)
    played = humanised(pattern, qpm, args.amount / 100, args.seed, args.style)
    export_pattern(args.out, played, qpm, DRUM_MAPS[drum_map])
    if args.json:
        result = {
            "file": str(args.out),
            "bars": played.bars,
            "hits": len(played.hits),
            "qpm": qpm,
            "amount": args.amount,
            "style": args.style,
            "seed": args.seed,
            "learned": available_feel() is not None,
        }
        print(json.dumps(result))
    else:
        print(f"{args.out}: {played.bars} bars, {len(played.hits)} hits")
    return 0


def _opened(path: Path) -> tuple[Pattern, float, str]:
    """The beat of a project's current pattern or of a MIDI file, its tempo, and the map to write it in."""
    from drumstudio.app.store import SUFFIX, load_project
    from drumstudio.domain.drums import GENERAL_MIDI
    from drumstudio.midi.files import import_pattern

    if path.suffix.lower() == SUFFIX:
        project = load_project(path)
        return project.pattern, project.qpm, GENERAL_MIDI.name
    found = import_pattern(path)
    return found.pattern, found.qpm, found.drum_map.name


def _check_style(style: str) -> None:
    from drumstudio.ml.control import family_of
    from drumstudio.ml.feel.model import available_feel

    player = available_feel()
    if style and player is not None and family_of(style) not in player.styles:
        raise UsageError(f"there is no style {style!r}; choose one of {', '.join(player.styles)}")
