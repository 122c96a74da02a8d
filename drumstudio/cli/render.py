"""`drumstudio render`: a project or MIDI file to WAV."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from drumstudio.app.rendering import render_file
from drumstudio.engine.wav import Rendered
from drumstudio.errors import UsageError
from drumstudio.midi.files import MAP_NAMES


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "The WAV file is 16-bit stereo at 44.1 kHz. Notes of a MIDI file sound at their own times, its tempo "
        "changes included; of a project the current pattern is rendered. With --json one object is printed: "
        "file, out, seconds, peak (of 1), notes, soundfont."
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a .drumstudio project or a MIDI file")
    parser.add_argument("--out", metavar="F.wav", type=Path, required=True, help="the file to write")
    parser.add_argument("--soundfont", metavar="S", type=Path, help="an SF2 or SF3 (default: the own kit)")
    parser.add_argument("--loops", metavar="N", type=int, default=1, help="times over (default: 1)")
    parser.add_argument(
        "--level", metavar="L", type=float, default=1.0, help="master level, 0 to 1 (default: 1)"
    )
    parser.add_argument(
        "--map", default="auto", choices=MAP_NAMES, help="what the note numbers mean (default: recognised)"
    )
    parser.add_argument("--channel", metavar="C", type=int, help="channel of the drums, 1 to 16")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Render, with a progress bar on a terminal."""
    if not 1 <= args.loops <= 10_000:
        raise UsageError("--loops is 1 to 10000")
    if not 0.0 <= args.level <= 1.0:
        raise UsageError("--level is 0 to 1")
    if args.channel is not None and not 1 <= args.channel <= 16:
        raise UsageError("--channel is 1 to 16")
    done = _render(args)
    if args.json:
        print(
            json.dumps(
                {
                    "file": str(args.file),
                    "out": str(done.path),
                    "seconds": round(done.seconds, 3),
                    "peak": round(done.peak, 4),
                    "notes": done.notes,
                    "soundfont": str(done.soundfont),
                }
            )
        )
    else:
        print(f"{done.path}: {done.seconds:.1f} s, {done.notes} notes")
    return 0


def _render(args: argparse.Namespace) -> Rendered:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"Rendering {args.file.name}", total=1.0)
        return render_file(
            args.file,
            args.out,
            args.soundfont,
            loops=args.loops,
            level=args.level,
            channel=None if args.channel is None else args.channel - 1,
            map_name=args.map,
            progress=lambda fraction: bar.update(task, completed=fraction),
        )
