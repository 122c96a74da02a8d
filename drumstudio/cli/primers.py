"""What `generate` starts from: a MIDI file, or a Python list of what is struck on each step."""

from __future__ import annotations

import argparse
import ast
from dataclasses import dataclass, replace
from pathlib import Path

from drumstudio.domain.drums import DRUM_MAPS, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Pattern
from drumstudio.domain.timing import Grid
from drumstudio.errors import UsageError

# Fills come every 2, 4 or 8 bars: a primer that is too long loses a multiple of that.
_PHRASE = 8


@dataclass(frozen=True, slots=True)
class Primer:
    """What is to be continued; it ends after `steps`, which may lie within its last bar.

    `cut` bars of it were left out at its beginning.
    """

    pattern: Pattern
    steps: int
    qpm: float
    cut: int = 0


def primer_of(args: argparse.Namespace) -> Primer:
    """The primer that the options name, or as much of its end as leaves room for what follows."""
    return _fitted(_from_list(args) if args.primer is None else _from_file(args), args)


def read_pattern(path: Path, args: argparse.Namespace) -> tuple[Pattern, float]:
    """The drums of a MIDI file and its tempo, or the one the options give."""
    from drumstudio.midi.files import import_pattern

    found = import_pattern(path, None if args.map == "auto" else DRUM_MAPS[args.map])
    return replace(found.pattern, seam=None), found.qpm if args.qpm is None else args.qpm


def _from_file(args: argparse.Namespace) -> Primer:
    """The primer in a MIDI file, its tempo and meter kept."""
    from drumstudio.domain.edits import set_bars

    pattern, qpm = read_pattern(args.primer, args)
    if args.primer_bars is not None:
        if args.primer_bars > pattern.bars:
            raise UsageError(f"--primer-bars {args.primer_bars}: {args.primer} has {pattern.bars}")
        pattern = set_bars(pattern, args.primer_bars)
    return Primer(pattern, pattern.steps, qpm)


def _from_list(args: argparse.Namespace) -> Primer:
    """The primer in a Python list of what is struck on each 16th, dressed as the drummer would play it."""
    from drumstudio.ml.feel.dynamics import dress

    drum_map = DRUM_MAPS["magenta" if args.map == "auto" else args.map]
    events = parse_primer_drums(args.primer_drums, drum_map)
    grid = Grid()
    bars = max(1, -(-len(events) // grid.steps_per_bar))
    if bars >= MAX_BARS:
        raise UsageError(
            f"--primer-drums has {len(events)} steps; at most {(MAX_BARS - 1) * 16} can be continued"
        )
    pattern = Pattern(grid, bars, dress(events, Pattern(grid)))
    return Primer(pattern, len(events), 120.0 if args.qpm is None else args.qpm)


def parse_primer_drums(text: str, drum_map: DrumMap) -> list[int]:
    """Nine-drum events of a Python list of steps, each a note number or a tuple or list of them.

    UsageError says which step cannot be read.
    """
    try:
        steps = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise UsageError(
            '--primer-drums is a Python list of the notes on each 16th, as "[(36, 42), (), 42, ()]"'
        ) from error
    if not isinstance(steps, (list, tuple)):
        raise UsageError(f'--primer-drums is a list, as "[(36, 42), ()]", not {type(steps).__name__}')
    return [_event(step, number, drum_map) for number, step in enumerate(steps, 1)]


def _event(step: object, number: int, drum_map: DrumMap) -> int:
    notes = step if isinstance(step, (list, tuple, set)) else (step,)
    event = 0
    for note in notes:
        if type(note) is not int:
            raise UsageError(f"--primer-drums: step {number} holds {note!r}, which is not a note number")
        drum = drum_map.drum_of(note)
        if drum is None:
            raise UsageError(
                f"--primer-drums: step {number} holds note {note}, which is no drum of the "
                f"{drum_map.label} map; choose another with --map"
            )
        event |= 1 << drum
    return event


def _fitted(primer: Primer, args: argparse.Namespace) -> Primer:
    """The primer, or as much of its end as leaves room for the continuation."""
    room = MAX_BARS - args.bars
    if primer.pattern.bars <= room:
        return primer
    if args.with_primer:
        raise UsageError(
            f"primer and continuation are at most {MAX_BARS} bars; choose fewer --bars or --primer-bars"
        )
    per_bar = primer.pattern.grid.steps_per_bar
    bars = min(-(-(primer.pattern.bars - room) // _PHRASE) * _PHRASE, primer.pattern.bars - 1)
    cut = bars * per_bar
    hits = tuple(replace(hit, step=hit.step - cut) for hit in primer.pattern.hits if hit.step >= cut)
    rest = replace(primer.pattern, bars=primer.pattern.bars - bars, hits=hits)
    return Primer(rest, primer.steps - cut, primer.qpm, bars)
