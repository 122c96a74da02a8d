"""What the commands that read training data share: which files, and what is wanted of them."""

from __future__ import annotations

import argparse

from drumstudio.cli.steps import channel_number
from drumstudio.midi.files import MAP_NAMES
from drumstudio.ml.dataset import QUANTISERS, SUFFIX, BuildChoices

SOURCES = f"MIDI files, folders, {SUFFIX} files"


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says which files make up a data set, and how many drums it has."""
    parser.add_argument("sources", nargs="+", metavar="SRC", help=SOURCES)
    add_choices(parser)
    parser.add_argument("--kit", type=int, default=9, choices=(9, 1), help="nine drums (default) or one")


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add what is wanted of the sources, and how they are read."""
    parser.add_argument("--styles", type=words, default=(), help="only these, as rock,funk/latin")
    parser.add_argument("--meters", type=words, default=(), help="only these, as 4/4,6/8")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--beats-only", action="store_true", help="only whole beats")
    kind.add_argument("--fills-only", action="store_true", help="only fills")
    parser.add_argument(
        "--map", default="auto", choices=MAP_NAMES, help="what the note numbers mean (default: recognised)"
    )
    parser.add_argument(
        "--quantise",
        choices=QUANTISERS,
        help="how notes find their steps: by the feel of each piece, triplets in triplets and a constant "
        "offset taken out (feel, the default), or as Drum RNN's tools do it; saved sets keep what they have",
    )
    parser.add_argument("--channel", type=channel_number, help="channel of the drums, 1 to 16")
    parser.add_argument(
        "--seed", type=int, default=0, help="draws the split of files without an official one"
    )


def words(text: str) -> tuple[str, ...]:
    """Comma-separated words."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def choices_of(args: argparse.Namespace, kit: int | None = None) -> BuildChoices:
    """The choices that were given, for :func:`drumstudio.ml.dataset.open_dataset`; `kit` beats --kit."""
    return {
        "styles": args.styles,
        "meters": args.meters,
        "beats_only": args.beats_only,
        "fills_only": args.fills_only,
        "kit": args.kit if kit is None else kit,
        "map": args.map,
        "channel": args.channel,
        "seed": args.seed,
        "quantise": args.quantise,
    }
