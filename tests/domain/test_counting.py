from __future__ import annotations

import pytest

from drumstudio.domain.counting import place_words
from drumstudio.domain.timing import Grid, Meter


@pytest.mark.parametrize(
    ("grid", "step", "words"),
    [
        (Grid(), 6, "bar 1 beat 2 and"),
        (Grid(), 19, "bar 2 beat 1 a"),
        (Grid(steps_per_quarter=3), 5, "bar 1 beat 2 let"),
        (Grid(steps_per_quarter=2), 1, "bar 1 beat 1 and"),
        (Grid(steps_per_quarter=8), 5, "bar 1 beat 1 part 6"),
        (Grid(Meter(12, 8), 4), 7, "bar 1 beat 2 part 2"),
        (Grid(Meter(3, 4), 1), 4, "bar 2 beat 2"),
    ],
)
def test_places_as_drummers_count(grid: Grid, step: int, words: str) -> None:
    assert place_words(grid, step) == words
