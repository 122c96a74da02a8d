from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import grids, patterns

from drumstudio.domain import edits
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.take import TimedNote, quantise, settle
from drumstudio.domain.timing import Grid, Meter

KICK, SNARE, RIDE = Drum.KICK, Drum.SNARE, Drum.RIDE


def test_toggle_strikes_and_clears() -> None:
    struck = edits.toggle(Pattern(), 3, SNARE, 77)
    assert struck.hits == (Hit(3, SNARE, 77),)
    assert edits.toggle(struck, 3, SNARE) == Pattern()
    assert edits.toggle(Pattern(), 16, SNARE) == Pattern()


@given(patterns(), st.integers(0, 200), st.sampled_from(list(Drum)))
def test_erasing_what_was_placed_leaves_the_rest(pattern: Pattern, step: int, drum: Drum) -> None:
    placed = edits.place(pattern, [Hit(step, drum)])
    assert (placed.hit_at(step, drum) is not None) == (step < pattern.steps)
    others = [h for h in pattern.hits if (h.step, h.drum) != (step, drum)]
    assert list(edits.erase(placed, [(step, drum)]).hits) == others


def test_edits_that_change_nothing_give_the_same_pattern() -> None:
    pattern = Pattern(hits=(Hit(0, KICK),))
    assert edits.place(pattern, [Hit(0, KICK)]) is pattern
    assert edits.erase(pattern, [(5, KICK)]) is pattern
    assert edits.set_bars(pattern, 1) is pattern
    assert edits.set_seam(pattern, None) is pattern
    assert edits.set_grid(pattern, pattern.grid) is pattern


def test_properties_stay_in_their_ranges() -> None:
    pattern = Pattern(hits=(Hit(0, KICK), Hit(1, KICK)))
    cells = [(0, KICK), (9, KICK)]
    assert edits.change(pattern, cells, velocity=300).hits[0].velocity == 127
    assert edits.change(pattern, cells, offset=-2.0).hits[0].offset == -0.5
    assert edits.change(pattern, cells, offset=2.0).hits[0].offset == 59 / 120
    assert edits.change(pattern, cells, chance=-1.0).hits[0].chance == 0.01
    assert edits.nudge_velocity(pattern, cells, -200).hits[0].velocity == 1
    assert edits.nudge_velocity(pattern, cells, 5).hits == (Hit(0, KICK, 105), Hit(1, KICK, 100))


def test_rows_fill_clear_and_copy() -> None:
    filled = edits.fill_every(Pattern(bars=2, hits=(Hit(4, RIDE, 20),)), RIDE, 4, 90)
    assert [(h.step, h.velocity) for h in filled.hits] == [
        (0, 90), (4, 20), (8, 90), (12, 90), (16, 90), (20, 90), (24, 90), (28, 90),
    ]  # fmt: skip
    copied = edits.copy_row(edits.place(filled, [Hit(1, SNARE)]), RIDE, SNARE)
    assert [h.step for h in copied.hits if h.drum == SNARE] == list(range(0, 32, 4))
    assert edits.clear_row(copied, RIDE).hits == tuple(h for h in copied.hits if h.drum == SNARE)


def test_odd_bars_fill_from_each_bar_line() -> None:
    filled = edits.fill_every(Pattern(Grid(Meter(5, 16)), 2), KICK, 4)
    assert [h.step for h in filled.hits] == [0, 4, 5, 9]


def test_length_and_seam() -> None:
    pattern = Pattern(bars=2, hits=(Hit(0, KICK), Hit(20, KICK)), seam=16)
    cut = edits.set_bars(pattern, 1)
    assert (cut.bars, cut.hits, cut.seam) == (1, (Hit(0, KICK),), None)
    assert edits.set_bars(pattern, 9999).bars == 256
    assert edits.set_bars(pattern, 4).seam == 16
    assert edits.set_seam(pattern, 8).seam == 8
    assert edits.set_seam(pattern, 32).seam is None
    assert edits.set_swing(pattern, 0.9).swing == 0.75


def test_a_finer_grid_keeps_every_time() -> None:
    pattern = Pattern(bars=2, hits=(Hit(3, KICK, 50, 0.25), Hit(17, SNARE)), seam=16)
    fine = edits.set_grid(pattern, Grid(Meter(), 8))
    assert [fine.tick_of(h) for h in fine.hits] == [pattern.tick_of(h) for h in pattern.hits]
    assert fine.seam == 32


def test_a_coarser_grid_keeps_the_louder_and_a_shorter_bar_cuts() -> None:
    pattern = Pattern(hits=(Hit(0, KICK, 40), Hit(1, KICK, 90), Hit(2, KICK, 30), Hit(14, KICK)), seam=12)
    coarse = edits.set_grid(pattern, Grid(Meter(3, 4), 2))
    assert [(h.step, h.velocity) for h in coarse.hits] == [(0, 40), (1, 90)]
    assert coarse.seam is None


@given(patterns(), grids())
def test_changing_the_grid_never_breaks_a_pattern(pattern: Pattern, grid: Grid) -> None:
    moved = edits.set_grid(pattern, grid)
    assert moved.grid == grid
    assert len(moved.hits) <= len(pattern.hits)


def test_clips_copy_and_paste() -> None:
    pattern = Pattern(hits=(Hit(4, KICK, 50), Hit(6, SNARE, 60)))
    clip = edits.copy_cells(pattern, [(4, KICK), (5, KICK), (6, SNARE)])
    assert clip == (Hit(0, KICK, 50), Hit(2, SNARE, 60))
    pasted = edits.paste(pattern, clip, 14)
    assert pasted.hits == (*pattern.hits, Hit(14, KICK, 50))
    assert edits.copy_cells(pattern, []) == ()


def test_a_continuation_goes_in_from_the_seam() -> None:
    primer = Pattern(bars=2, hits=(Hit(0, KICK), Hit(20, SNARE), Hit(21, RIDE)))
    continuation = Pattern(bars=2, hits=(Hit(0, SNARE, 70), Hit(5, RIDE, 70)))
    joined = edits.replace_from(primer, 16, continuation, keep=[RIDE])
    assert (joined.bars, joined.seam) == (3, 16)
    assert joined.hits == (Hit(0, KICK), Hit(16, SNARE, 70), Hit(21, RIDE))
    assert edits.replace_from(primer, 0, continuation).seam is None
    with pytest.raises(ValueError, match="grid"):
        edits.replace_from(primer, 16, Pattern(Grid(Meter(3, 4))))


def test_quantising_keeps_the_feel_or_not() -> None:
    notes = [TimedNote(130.0, KICK, 90), TimedNote(118.0, KICK, 40), TimedNote(-20.0, SNARE, 80)]
    loose = quantise([*notes, TimedNote(-70.0, RIDE, 80)], Grid())
    assert loose.hits == (Hit(0, SNARE, 80, -20 / 120), Hit(1, KICK, 90, 10 / 120))
    assert all(hit.offset == 0 for hit in quantise(notes, Grid(), strength=1.0).hits)
    assert quantise([TimedNote(1900.0, KICK, 9)], Grid()).bars == 2
    assert quantise([TimedNote(1900.0, KICK, 9)], Grid(), bars=1).hits == ()
    assert quantise([], Grid()).bars == 1


def test_a_late_performance_is_quantised_as_if_it_came_in_time() -> None:
    notes = [TimedNote(50.0, KICK, 90), TimedNote(172.0, SNARE, 90), TimedNote(299.0, RIDE, 90)]
    found = quantise([*notes, TimedNote(430.0, RIDE, 90)], Grid(), late=50.0)
    assert [(hit.step, found.tick_of(hit)) for hit in found.hits] == [
        (0, 50), (1, 172), (2, 299), (4, 430),
    ]  # fmt: skip
    assert [hit.step for hit in quantise([TimedNote(-80.0, KICK, 9)], Grid(), late=-50.0).hits] == []


def test_quantising_to_a_swung_grid() -> None:
    notes = [TimedNote(0.0, KICK, 90), TimedNote(160.0, SNARE, 90), TimedNote(70.0, RIDE, 90)]
    found = quantise(notes, Grid(), swing=2 / 3)
    assert found.swing == 2 / 3
    assert [(hit.step, hit.offset) for hit in found.hits if hit.drum != RIDE] == [(0, 0), (1, 0)]
    assert settle(70.0, Grid(), 2 / 3) == (0, 70 / 120)  # neither step reaches it


@given(patterns(chances=False))
def test_playing_a_pattern_and_quantising_it_gives_it_back(pattern: Pattern) -> None:
    size = pattern.grid.ticks_per_step
    played = [TimedNote(h.step * size + round(h.offset * size), h.drum, h.velocity) for h in pattern.hits]
    assert quantise(played, pattern.grid, pattern.bars).hits == pattern.hits
