"""Places in a beat as drummers count them."""

from __future__ import annotations

from drumstudio.domain.timing import Grid

# How drummers count the subdivisions of a beat, by their number.
_COUNTS: dict[int, tuple[str, ...]] = {
    2: ("", "and"),
    3: ("", "trip", "let"),
    4: ("", "e", "and", "a"),
}


def place_words(grid: Grid, step: int) -> str:
    """Place of a step as drummers count it: "bar 1 beat 2 and"."""
    bar, beat, sub = grid.position(step)
    words = f"bar {bar} beat {beat}"
    if sub == 1:
        return words
    counts = () if grid.meter.compound else _COUNTS.get(round(grid.steps_per_beat), ())
    return f"{words} {counts[sub - 1]}" if sub <= len(counts) else f"{words} part {sub}"
