"""Played notes on a grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.take import TimedNote, quantise
from drumstudio.domain.timing import Grid


def notes_of(pattern: Pattern) -> list[TimedNote]:
    size = pattern.grid.ticks_per_step
    return [
        TimedNote(hit.step * size + round(hit.offset * size), hit.drum, hit.velocity) for hit in pattern.hits
    ]


@given(patterns(chances=False))
def test_what_is_played_as_written_is_read_as_written(pattern: Pattern) -> None:
    found = quantise(notes_of(pattern), pattern.grid, pattern.bars)
    half = pattern.grid.ticks_per_step // 2
    early = [hit for hit in pattern.hits if round(hit.offset * pattern.grid.ticks_per_step) > -half]
    # A note exactly half a step early may belong to either neighbour.
    if len(early) == len(pattern.hits):
        assert found.hits == pattern.hits


@given(patterns(chances=False), st.floats(0, 1))
def test_strength_draws_notes_to_their_steps(pattern: Pattern, strength: float) -> None:
    notes = notes_of(pattern)
    loose, tight = quantise(notes, pattern.grid), quantise(notes, pattern.grid, strength=strength)
    assert [(h.step, h.drum, h.velocity) for h in loose.hits] == [
        (h.step, h.drum, h.velocity) for h in tight.hits
    ]
    assert all(abs(b.offset) <= abs(a.offset) for a, b in zip(loose.hits, tight.hits, strict=True))


def test_the_louder_of_two_strokes_on_a_step_stays() -> None:
    notes = [TimedNote(0, Drum.SNARE, 40), TimedNote(9, Drum.SNARE, 90), TimedNote(12, Drum.SNARE, 60)]
    assert [hit.velocity for hit in quantise(notes, Grid()).hits] == [90]


def test_notes_outside_the_bars_are_left_out() -> None:
    notes = [TimedNote(-90, Drum.KICK, 40), TimedNote(-50, Drum.SNARE, 50), TimedNote(1900, Drum.RIDE, 60)]
    assert [hit.drum for hit in quantise(notes, Grid(), 1).hits] == [Drum.SNARE]
