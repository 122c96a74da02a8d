"""`drumstudio steps`: the drum events of MIDI files, as Drum RNN sees them."""

from __future__ import annotations

import argparse
import json
import sys

from drumstudio.domain.drums import GRID_ROWS
from drumstudio.errors import MidiFileError
from drumstudio.midi.files import MAP_NAMES, Steps, drum_channel, read_song, resolve_map, steps


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "With --json each file gives one line on stdout: file (as given), steps_per_bar, and events, one "
        "integer a 16th step up to the last stroke; bit i is set where drum i is struck (0 kick, 1 snare, "
        "2 closed hat, 3 open hat, 4 low tom, 5 mid tom, 6 high tom, 7 crash, 8 ride). A file that cannot be "
        "used gives a sentence on stderr, the others still come out, and the exit status is 1."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="MIDI files")
    parser.add_argument(
        "--map", default="auto", choices=MAP_NAMES, help="what the note numbers mean (default: recognised)"
    )
    parser.add_argument("--channel", type=channel_number, help="channel of the drums, 1 to 16")
    parser.add_argument("--json", action="store_true", help="one JSON object a file")


def channel_number(text: str) -> int:
    """Channel 0-15 of the number people count from 1; for argparse."""
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 16:
        raise argparse.ArgumentTypeError(f"a channel is 1 to 16, not {text}")
    return number - 1


def run(args: argparse.Namespace) -> int:
    """Print the events of every file; 1 where one could not be used."""
    failed = False
    for name in args.files:
        try:
            song = read_song(name)
            channel = drum_channel(song, args.channel)
            found = steps(song, resolve_map(args.map, song, channel), channel)
        except MidiFileError as error:
            print(f"drumstudio: {error}", file=sys.stderr)
            failed = True
            continue
        if args.json:
            line = {"file": name, "steps_per_bar": found.steps_per_bar, "events": list(found.events)}
            print(json.dumps(line), flush=True)
        else:
            print(f"{name}: {len(found.events)} steps, {found.steps_per_bar:g} to the bar")
            print(_tab(found), flush=True)
    return 1 if failed else 0


def _tab(found: Steps) -> str:
    """The steps as rows of x and -, one a drum that is struck, bars apart where they are whole."""
    bar = found.steps_per_bar if isinstance(found.steps_per_bar, int) else len(found.events)
    lines = []
    for drum in GRID_ROWS:
        marks = "".join("x" if event >> drum & 1 else "-" for event in found.events)
        if "x" in marks:
            bars = "|".join(marks[at : at + bar] for at in range(0, len(marks), bar))
            lines.append(f"{drum.label:>10} |{bars}|")
    return "\n".join(lines)
