"""What MIDI cannot say of a pattern, kept in a text event of the files this program writes.

The text is `DrumStudio ` and a JSON object: `version`, `map`, `qpm`, `meter`, `grid` (steps a
quarter), `bars`, `swing`, `seam`, and `hits`, which holds `[tick, drum, step, offset in ticks,
chance]` of just those strokes whose step, offset or chance does not follow from their tick.  The
notes stay the truth: a stroke moved or deleted elsewhere is read where it now is, and what
`hits` says of it falls away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from drumstudio.domain.drums import DRUM_COUNT, DrumMap
from drumstudio.domain.pattern import MAX_BARS
from drumstudio.domain.timing import MAX_QPM, MAX_SWING, MIN_QPM, MIN_SWING, Grid, Meter, swung_tick
from drumstudio.errors import DrumMapError
from drumstudio.midi.kit_maps import find_map
from drumstudio.midi.reader import MidiSong

VERSION = 1
_MARK = "DrumStudio {"

Place = tuple[int, int, float]  # step, offset in ticks, chance


@dataclass(frozen=True)
class OwnNotes:
    """The text event's content; `places` lists, by (tick, drum), where the strokes there belong."""

    drum_map: DrumMap
    qpm: float
    grid: Grid
    bars: int
    swing: float
    seam: int | None
    places: dict[tuple[int, int], list[Place]] = field(default_factory=dict)

    def text(self) -> str:
        """The text event's text; ASCII."""
        content = {
            "version": VERSION,
            "map": self.drum_map.name,
            "qpm": self.qpm,
            "meter": [self.grid.meter.numerator, self.grid.meter.denominator],
            "grid": self.grid.steps_per_quarter,
            "bars": self.bars,
            "swing": self.swing,
            "seam": self.seam,
            "hits": [[*key, *place] for key, listed in sorted(self.places.items()) for place in listed],
        }
        return "DrumStudio " + json.dumps(content, separators=(",", ":"))


def own_notes(song: MidiSong) -> OwnNotes | None:
    """What this program noted in `song`; None in files from elsewhere, and where the note is damaged."""
    for _, _, text in song.texts:
        if text.startswith(_MARK):
            try:
                return _parsed(json.loads(text[len(_MARK) - 1 :]))
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError, DrumMapError):
                return None
    return None


def _parsed(content: dict[str, Any]) -> OwnNotes | None:
    if content["version"] != VERSION:
        return None
    numerator, denominator = content["meter"]
    grid = Grid(Meter(int(numerator), int(denominator)), int(content["grid"]))
    bars, seam = int(content["bars"]), content["seam"]
    swing, qpm = float(content["swing"]), float(content["qpm"])
    sound = 1 <= bars <= MAX_BARS and MIN_SWING <= swing <= MAX_SWING and MIN_QPM <= qpm <= MAX_QPM
    if not sound or (seam is not None and not 0 < int(seam) < bars * grid.steps_per_bar):
        return None
    places: dict[tuple[int, int], list[Place]] = {}
    for tick, drum, step, offset, chance in content["hits"]:
        inside = -(grid.ticks_per_step // 2) <= int(offset) < grid.ticks_per_step / 2
        if inside and 0.0 < float(chance) <= 1.0 and int(step) >= 0 and 0 <= int(drum) < DRUM_COUNT:
            places.setdefault((int(tick), int(drum)), []).append((int(step), int(offset), float(chance)))
    return OwnNotes(
        find_map(content["map"]), qpm, grid, bars, swing, None if seam is None else int(seam), places
    )


def settle(grid: Grid, swing: float, tick: int) -> tuple[int, int]:
    """Step whose swung place is nearest to `tick`, and the offset from it in ticks, held to a hit's range.

    Of two equally near the earlier is taken.
    """
    size = grid.ticks_per_step
    base = max(0, tick) // size
    # At the strongest swing of a 1/32 grid a step sounds a whole step late.
    step = min(
        range(max(0, base - 2), base + 2), key=lambda step: (abs(tick - swung_tick(grid, step, swing)), step)
    )
    offset = tick - swung_tick(grid, step, swing)
    return step, max(-(size // 2), min(offset, (size - 1) // 2))


def exceptional(
    grid: Grid, swing: float, strokes: Iterable[tuple[int, int, Place]]
) -> dict[tuple[int, int], list[Place]]:
    """Of strokes (tick, drum, place), those whose place does not follow from their tick, by (tick, drum)."""
    by_key: dict[tuple[int, int], list[Place]] = {}
    for tick, drum, place in strokes:
        by_key.setdefault((tick, drum), []).append(place)
    return {
        key: places
        for key, places in by_key.items()
        if len(places) > 1 or places[0] != (*settle(grid, swing, key[0]), 1.0)
    }
