"""Files a second from a folder of MIDI files to a saved data set, and the same files read by mido alone.

    python benchmarks/dataset_build.py FOLDER [--runs 3]

Both run in this process on one core, by turns; each figure is the best of its runs.  A whole
`drumstudio dataset` command, start of Python included, is timed as well; so is a set of the same files
where no table gives the split, so that versions of one take must be told, and one remedy on a set that was
judged already.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mido

from drumstudio.ml.data.dataset import build
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.remembering import Known


def main() -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    files = sorted(args.folder.rglob("*.mid"))
    if not files:
        parser.error(f"there are no .mid files in {args.folder}")
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "set.drumdata")
        bare = Path(scratch, "files")
        shutil.copytree(
            args.folder, bare, ignore=lambda _, names: [n for n in names if n[-4:] in (".csv", ".wav")]
        )
        known = Known()
        build([bare], known=known)
        remedy = {str(next(bare.rglob("*.mid"))): Remedy(steady=True)}
        timed = [
            (
                _seconds(lambda: build([args.folder]).save(out)),
                _seconds(lambda: [mido.MidiFile(path, clip=True) for path in files]),
                _seconds(lambda: _command(args.folder, out)),
                _seconds(lambda: build([bare])),
                _seconds(lambda: build([bare], known=known, remedies=remedy)),
            )
            for _ in range(args.runs)
        ]
        untold = build([bare], known=known).verdicts
    ours, theirs, command, without, again = (min(column) for column in zip(*timed, strict=True))
    figures = {
        "files": len(files),
        "build_seconds": round(ours, 3),
        "build_files_per_second": round(len(files) / ours, 1),
        "mido_read_seconds": round(theirs, 3),
        "mido_read_files_per_second": round(len(files) / theirs, 1),
        "times_faster_than_mido_reading": round(theirs / ours, 2),
        "command_seconds": round(command, 3),
        "without_table_seconds": round(without, 3),
        "one_remedy_more_seconds": round(again, 3),
        "files_used": sum(verdict.used for verdict in untold),
        "takes": len({verdict.group or verdict.file for verdict in untold if verdict.used}),
    }
    print(json.dumps(figures, indent=1))
    return 0


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _command(folder: Path, out: Path) -> None:
    words = [sys.executable, "-m", "drumstudio", "dataset", str(folder), "--out", str(out), "--json"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
