"""What cells say to people: tooltips and screen readers."""

from __future__ import annotations

from collections.abc import Iterable

from drumstudio.app.drummer.surprise import nats_words
from drumstudio.domain.counting import place_words
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid

SURPRISE_LEVELS = 6  # nats; beyond, a hit is as surprising as can be shown


def cell_words(pattern: Pattern, step: int, drum: Drum, *, locked: bool = False) -> str:
    """Everything about a cell: "Snare, bar 1 beat 2 and, velocity 90, generated, locked".

    `locked` is for a row that is locked as a whole, which the pattern does not know.
    """
    parts = [drum.label, place_words(pattern.grid, step)]
    hit = pattern.hit_at(step, drum)
    if hit is None:
        parts.append("empty")
    else:
        parts.append(f"velocity {hit.velocity}")
        if hit.offset:
            parts.append(offset_words(hit))
        if hit.chance < 1:
            parts.append(f"chance {round(hit.chance * 100)}%")
    if pattern.generated(step):
        parts.append("generated")
    if locked or pattern.locked(step, drum):
        parts.append("locked")
    return ", ".join(parts)


def surprise_level(nats: float) -> int:
    """How surprising something is, in whole nats from 0 to `SURPRISE_LEVELS`."""
    return min(SURPRISE_LEVELS, round(nats))


def surprise_words(nats: float) -> str:
    """How surprising something is: "unusual, 3.2 nats, 4.1%"."""
    level = surprise_level(nats)
    how = "expected" if level < 2 else "less expected" if level < 3 else "unusual"
    return f"{'very ' if level > 4 else ''}{how}, {nats_words(nats)}"


def offset_words(hit: Hit) -> str:
    """How far a hit lies from its step: "12% early"."""
    return f"{abs(round(hit.offset * 100))}% {'late' if hit.offset > 0 else 'early'}"


def length_words(grid: Grid, steps: int) -> str:
    """A stretch of steps in bars: "2 bars", "1 bar 4 steps"."""
    bars, rest = divmod(steps, grid.steps_per_bar)
    words = [f"{bars} bar{'s' if bars != 1 else ''}"] if bars else []
    if rest:
        words.append(f"{rest} step{'s' if rest != 1 else ''}")
    return " ".join(words)


def bars_words(bars: Iterable[int]) -> str:
    """Bars counted from 0, as people count and list them: "bar 3", "bars 1, 2 and 4"."""
    numbers = [str(bar + 1) for bar in sorted(bars)]
    if len(numbers) == 1:
        return f"bar {numbers[0]}"
    return f"bars {', '.join(numbers[:-1])} and {numbers[-1]}"
