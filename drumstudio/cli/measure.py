"""`measure`: how musical beats are, in numbers."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio.errors import DrumStudioError, UsageError
from drumstudio.midi.files import MAP_NAMES

if TYPE_CHECKING:
    from drumstudio.domain.pattern import Pattern
    from drumstudio.ml.playing.sampler import Sampler

# Columns of the table that fit side by side.
_COLUMNS = 5
_WIDTH = 14


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `measure`."""
    parser.epilog = (
        "Measured are the bars after the primer: after the seam of a project or of the program's own MIDI "
        "files, or after the first N of --primer-bars; all bars where there is no primer, and then nothing "
        "that compares with one. Perplexity is the model's. With --json one object is printed: measured "
        "(each pattern with its file and its measures), failed (each file that could not be used, and why), "
        "model, definitions. A file that cannot be used keeps no other from being measured, and the exit "
        "status is 1."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="MIDI files or projects")
    parser.add_argument("--primer-bars", metavar="N", type=int, help="bars at the start that are the primer")
    parser.add_argument("--model", help="whose perplexity: a model file or name (the shipped drummer)")
    parser.add_argument(
        "--map", default="auto", choices=MAP_NAMES, help="what the note numbers mean (default: recognised)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def run(args: argparse.Namespace) -> int:
    """Print the measures of every file; 1 where one could not be used."""
    if args.primer_bars is not None and args.primer_bars < 0:
        raise UsageError(f"--primer-bars is 0 or more, not {args.primer_bars}")
    from drumstudio.ml.catalogue import find_model
    from drumstudio.ml.musicality import DEFINITIONS
    from drumstudio.ml.playing.sampler import load_sampler

    model = find_model(args.model)
    sampler = load_sampler(model)
    measured: list[dict[str, Any]] = []
    failed: list[dict[str, str]] = []
    for path in args.files:
        try:
            found = _patterns(path, args.map)
            measured += [_entry(path, name, pattern, args.primer_bars, sampler) for name, pattern in found]
        except DrumStudioError as error:
            failed.append({"file": str(path), "reason": str(error)})
    if args.json:
        result = {"measured": measured, "failed": failed, "model": str(model), "definitions": DEFINITIONS}
        print(json.dumps(result))
    elif measured:
        print(_table(measured))
    for fault in failed:
        print(f"drumstudio: {fault['reason']}", file=sys.stderr)
    return 1 if failed else 0


def _patterns(path: Path, map_name: str) -> list[tuple[str, Pattern]]:
    """The patterns of a file that hold hits, with their letters; a MIDI file's one has none."""
    from drumstudio.app.store import SUFFIX, load_project
    from drumstudio.domain.drums import DRUM_MAPS
    from drumstudio.domain.project import PATTERN_NAMES
    from drumstudio.midi.files import import_pattern

    if path.suffix != SUFFIX:
        return [("", import_pattern(path, DRUM_MAPS.get(map_name)).pattern)]
    patterns = load_project(path).patterns
    found = [(name, one) for name, one in zip(PATTERN_NAMES, patterns, strict=False) if one.hits]
    if not found:
        raise DrumStudioError(f"{path} has no hits to measure; draw or record some first")
    return found


def _entry(path: Path, name: str, pattern: Pattern, given: int | None, sampler: Sampler) -> dict[str, Any]:
    """All that is printed of one pattern."""
    from drumstudio.app.drummer.measuring import measured, played, primer_bars_of
    from drumstudio.ml.musicality import touch

    grid = pattern.grid
    primer = primer_bars_of(pattern) if given is None else given
    if primer >= pattern.bars:
        what = f"pattern {name} of {path}" if name else str(path)
        raise DrumStudioError(f"{what} has {pattern.bars} bars; choose fewer --primer-bars than that")
    velocities, offsets = played(pattern)
    return {
        "file": str(path),
        "pattern": name or None,
        "meter": str(grid.meter),
        "steps_per_bar": grid.steps_per_bar,
        **asdict(measured(pattern, primer, sampler)),
        **asdict(touch(velocities[primer:], offsets[primer:], grid)),
    }


def _table(measured: list[dict[str, Any]]) -> str:
    """Measures down, patterns across, a few at a time; each column is headed by its number."""
    from drumstudio.ml.musicality import LABELS, TOUCH_LABELS

    labels = {**LABELS, **TOUCH_LABELS}
    width = max(map(len, labels.values()))
    lines = []
    for first in range(0, len(measured), _COLUMNS):
        part = measured[first : first + _COLUMNS]
        for number, one in enumerate(part, first + 1):
            letter = f", pattern {one['pattern']}" if one["pattern"] else ""
            lines.append(f"{number}: {one['file']}{letter} ({one['meter']})")
        heads = "".join(f"{number:>{_WIDTH}}" for number in range(first + 1, first + len(part) + 1))
        lines.append(" " * width + heads)
        for name, label in labels.items():
            lines.append(f"{label:{width}}" + "".join(f"{_number(one[name]):>{_WIDTH}}" for one in part))
        lines.append("")
    return "\n".join(lines[:-1])


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
