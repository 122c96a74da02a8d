"""`drumstudio dataset`: build a training data set, and say of every file what became of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drumstudio.app.training.data import load_plan
from drumstudio.cli.sources import add_source_arguments, choices_of
from drumstudio.errors import UsageError
from drumstudio.ml.data.dataset import SPLITS, SUFFIX, DataSet, build, require_data
from drumstudio.ml.data.verdicts import Verdict

_WIDE = 4000  # columns


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "A style takes its kinds too: rock takes rock and rock/indie. info.csv is looked for beside the "
        "files and in the folders above; without one, names like 1_rock_120_beat_4-4.mid are understood; "
        "SRC@rock says the same as --label SRC=rock. Takes are read as their own settings say. "
        "With --json one object comes out on stdout: out, files, used, sequences, bars, steps, splits "
        "(sequences of each), split_files, split_bars, totals (files of each kind), kit, quantise, feels "
        "(sequences of each), fingerprint, and verdicts, one for each file: file, source, used, kind (used, "
        "joined, unreadable, notes, channel, drums, short, meter, click, filtered, skipped, size), reason, "
        "doubt, remedy, bars, steps, sequences, meter, qpm, channel, map, style, beat_type, split, group "
        "(first file of the same take), feel, applied, found (notes, bars, first_bar, seconds, meters, qpms, "
        "tempo_changes, channels, melodic, drums, unknown, unended, tracks) and remedies, each with file, "
        "kind, label, remedy and specs, which --remedy takes."
    )
    add_source_arguments(parser, least="*")
    parser.add_argument(
        "--plan",
        action="store_true",
        help="the sources, remedies and choices of the window's Data page, and those given here beside them",
    )
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
    _settle(args)
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


def _settle(args: argparse.Namespace) -> None:
    """Take styles out of SRC@style, and the window's plan in.  Raises UsageError without any source."""
    for index, source in enumerate(args.sources):
        path, _, style = source.rpartition("@")
        if path and style and not os.path.exists(source):  # noqa: PTH110 - a name may be too long for a Path
            args.sources[index] = path
            args.label.append((path, style))
    args.planned = {}
    if args.plan:
        plan, problem = load_plan()
        if problem:
            print(f"drumstudio: {problem}", file=sys.stderr)
        there = [source for source in plan.sources if source.enabled and source.path.exists()]
        args.sources = [*(str(source.path) for source in there), *args.sources]
        args.label = [*plan.labels().items(), *args.label]
        args.styles, args.meters = args.styles or plan.styles, args.meters or plan.meters
        if not (args.beats_only or args.fills_only):
            args.beats_only, args.fills_only = plan.beats_only, plan.fills_only
        args.kit, args.seed, args.planned = plan.kit, plan.seed, plan.remedies
    if not args.sources:
        raise UsageError("name files or folders, or give --plan for what the window's Data page holds")


def _build(args: argparse.Namespace) -> DataSet:
    choices = choices_of(args)
    choices["remedies"] = {**args.planned, **(choices["remedies"] or {})}
    choices["look"] = True

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
        "split_files": {
            split: sum(verdict.used and verdict.split == split for verdict in data.verdicts)
            for split in SPLITS
        },
        "split_bars": {split: sum(one.bars for one in data.split(split)) for split in SPLITS},
        "totals": dict(Counter(verdict.kind for verdict in data.verdicts)),
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
        reason = "; ".join(filter(None, (verdict.reason, verdict.doubt, verdict.remedy, _offered(verdict))))
        row = (verdict.file, "yes" if verdict.used else "no", verdict.style, verdict.map, channel)
        # Text, not markup: a file's name may hold brackets.
        table.add_row(
            *(Text(cell) for cell in (*row, verdict.split, reason)), style="" if verdict.used else "yellow"
        )
    # Elsewhere than on a terminal a line a file, as wide as it needs.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def _offered(verdict: Verdict) -> str:
    """The remedies that --remedy takes, in short."""
    if not verdict.remedies:
        return ""
    specs = (offer.remedy.specs() for offer in verdict.remedies)
    shown = [one[0] if len(one) == 1 else f"{one[0]} and {len(one) - 1} more" for one in specs]
    return f"--remedy {' or '.join(shown)}"
