"""What the commands that read training data share: which files, and what is wanted of them."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable
from dataclasses import replace

from drumstudio.cli.steps import channel_number
from drumstudio.errors import DatasetError, UsageError
from drumstudio.midi.files import MAP_NAMES
from drumstudio.ml.data.dataset import QUANTISERS, SUFFIX, BuildChoices
from drumstudio.ml.data.remedies import KINDS, Remedy, parse
from drumstudio.ml.data.sources import find_sources

_REMEDY = re.compile(r"(.+)=([a-z]+(?::.+)?)", re.DOTALL)

SOURCES = f"MIDI files, folders, {SUFFIX} files"


def add_source_arguments(parser: argparse.ArgumentParser, least: str = "+") -> None:
    """Add what says which files make up a data set, and how many drums it has; `least` is "*" where no
    source need be named."""
    parser.add_argument("sources", nargs=least, metavar="SRC", help=SOURCES)
    add_choices(parser)
    parser.add_argument(
        "--label",
        action="append",
        type=_label,
        default=[],
        metavar="SRC=STYLE",
        help="style of a source's files where they do not say it; may be given again",
    )
    parser.add_argument(
        "--remedy",
        action="append",
        type=_remedy,
        default=[],
        metavar="FILE=KIND[:VALUE]",
        help=f"read a file otherwise than it says ({', '.join(KINDS)}); may be given again",
    )
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
    """The choices that were given, for :func:`drumstudio.ml.data.dataset.open_dataset`; `kit` beats --kit."""
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
        "labels": dict(getattr(args, "label", ())),
        "remedies": _remedies(getattr(args, "sources", ()), getattr(args, "remedy", ())),
    }


def _label(text: str) -> tuple[str, str]:
    path, _, style = text.rpartition("=")
    if not path or not style.strip():
        raise argparse.ArgumentTypeError(f"a label is written as SRC=STYLE, not {text!r}")
    return path, style.strip()


def _remedy(text: str) -> tuple[str, Remedy]:
    match = _REMEDY.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"a remedy is written as FILE=KIND or FILE=KIND:VALUE, not {text!r}")
    try:
        return match[1], parse(match[2])
    except DatasetError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _remedies(sources: Iterable[str], given: Iterable[tuple[str, Remedy]]) -> dict[str, Remedy]:
    """Remedies by the path of each file, as its verdict names it.  Raises UsageError for unknown files."""
    wanted = list(given)
    if not wanted:
        return {}
    paths = [str(source.path) for source in find_sources(sources)]
    found: dict[str, Remedy] = {}
    for name, remedy in wanted:
        file = _file(name, paths)
        parts = tuple(_file(part, paths) for part in remedy.join)
        before = found.get(file, Remedy())
        found[file] = before.with_(replace(remedy, join=(*before.join, *parts)))
    return found


def _file(name: str, paths: list[str]) -> str:
    """The one of `paths` that `name` means: the same file, or the only one that ends in it."""
    real = os.path.realpath(name)
    same = [path for path in paths if os.path.realpath(path) == real]
    same = same or [path for path in paths if path.endswith(os.sep + name)]
    if len(same) != 1:
        why = "is not among the sources" if not same else f"may be {' or '.join(same[:3])}; give its path"
        raise UsageError(f"the file {name} of a remedy {why}")
    return same[0]
