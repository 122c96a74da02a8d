"""`drumstudio dataset`: build a training data set, and say of every file what became of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drumstudio.cli.sources import add_source_arguments, choices_of
from drumstudio.errors import UsageError
from drumstudio.ml.dataset import SPLITS, SUFFIX, DataSet, Verdict, build, require_data

_WIDE = 4000  # columns


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "A style takes its kinds too: rock takes rock and rock/indie. info.csv is looked for beside the "
        "files and in the folders above; without one, names like 1_rock_120_beat_4-4.mid are understood. "
        "With --json one object comes out on stdout: out, files, used, sequences, bars, steps, splits, kit, "
        "quantise, feels (sequences of each), fingerprint, and verdicts, one for each file: file, used, "
        "kind (used, unreadable, notes, channel, drums, short, meter, filtered, size), reason, remedy, "
        "bars, steps, sequences, meter, qpm, channel, map, style, beat_type, split, feel."
    )
    add_source_arguments(parser)
    parser.add_argument("--out", required=True, metavar="F", help=f"the data set to write ({SUFFIX})")
    parser.add_argument("--json", action="store_true", help="the verdicts as one JSON object on stdout")


def run(args: argparse.Namespace) -> int:
    """Build the set, print the verdicts, write the file."""
    out = Path(args.out)
    if out.suffix.lower() != SUFFIX:
        if out.suffix.lower() in (".mid", ".midi", ".csv"):
            raise UsageError(
                f"--out {out} would write a data set over another kind of file; end it in {SUFFIX}"
            )
        out = out.with_name(out.name + SUFFIX)
    data = _build(args)
    if args.json:
        print(json.dumps(_summary(data, out)))
    else:
        _print_table(data.verdicts)
    require_data(data)
    data.save(out)
    used = sum(verdict.used for verdict in data.verdicts)
    found = f"{data.bars} bars in {len(data.sequences)} sequences"
    print(f"{out}: {found} from {used} of {len(data.verdicts)} files", file=sys.stderr)
    return 0


def _build(args: argparse.Namespace) -> DataSet:
    choices = choices_of(args)

    def collect(progress: Callable[[int, int], None] | None) -> DataSet:
        choices["progress"] = progress
        return build(args.sources, **choices)

    if not sys.stderr.isatty():
        return collect(None)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=None)
        return collect(lambda done, files: bar.update(task, completed=done, total=files))


def _summary(data: DataSet, out: Path) -> dict[str, Any]:
    splits = Counter(sequence.split for sequence in data.sequences)
    return {
        "out": str(out) if data.sequences else None,
        "files": len(data.verdicts),
        "used": sum(verdict.used for verdict in data.verdicts),
        "sequences": len(data.sequences),
        "bars": data.bars,
        "steps": data.steps,
        "splits": {split: splits[split] for split in SPLITS},
        "kit": data.kit,
        "quantise": data.quantise,
        "feels": dict(Counter(sequence.feel for sequence in data.sequences)),
        "fingerprint": data.fingerprint,
        "verdicts": [verdict.as_json() for verdict in data.verdicts],
    }


def _print_table(verdicts: tuple[Verdict, ...]) -> None:
    """The verdicts as a table: what is used first, then what is not and how it could be."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("File", "Used", "Style", "Map", "Channel", "Split", "Reason", box=None, pad_edge=False)
    table.columns[0].overflow = "fold"
    for verdict in sorted(verdicts, key=lambda verdict: not verdict.used):
        channel = "" if verdict.channel is None else str(verdict.channel + 1)
        reason = f"{verdict.reason}; {verdict.remedy}" if verdict.remedy else verdict.reason
        row = (verdict.file, "yes" if verdict.used else "no", verdict.style, verdict.map, channel)
        # Text, not markup: a file's name may hold brackets.
        table.add_row(
            *(Text(cell) for cell in (*row, verdict.split, reason)), style="" if verdict.used else "yellow"
        )
    # Elsewhere than on a terminal a line a file, as wide as it needs.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)
