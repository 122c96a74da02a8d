from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.strategies import grids, patterns

from drumstudio.domain import edits
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.timing import Grid, Meter

KICK, SNARE, RIDE = Drum.KICK, Drum.SNARE, Drum.RIDE

some_cells = st.lists(st.tuples(st.integers(-3, 90), st.sampled_from(list(Drum))), max_size=20)


def locked_cells(pattern: Pattern) -> set[tuple[int, int]]:
    return {
        (step, drum)
        for step in range(pattern.steps)
        for drum in range(DRUM_COUNT)
        if pattern.locked(step, drum)
    }


@given(patterns(locks=True), some_cells)
def test_cells_are_locked_and_opened_alone(pattern: Pattern, cells: list[edits.Cell]) -> None:
    before = locked_cells(pattern)
    asked = {(step, int(drum)) for step, drum in cells if 0 <= step < pattern.steps}
    assert locked_cells(edits.lock_cells(pattern, cells)) == before | asked
    opened = edits.lock_cells(pattern, cells, locked=False)
    assert locked_cells(opened) == before - asked
    assert (opened.hits, opened.fill_bars) == (pattern.hits, pattern.fill_bars)


@given(patterns(locks=True), st.sets(st.integers(-1, 5)))
def test_bars_are_locked_and_opened(pattern: Pattern, bars: set[int]) -> None:
    asked = {bar for bar in bars if 0 <= bar < pattern.bars}
    closed = edits.lock_bars(pattern, bars)
    assert closed.locked_bars == pattern.locked_bars | asked
    assert edits.lock_bars(closed, bars, locked=False).locked_bars == pattern.locked_bars - asked
    assert closed.locked_cells == pattern.locked_cells


def test_locking_what_is_locked_gives_the_same_pattern() -> None:
    pattern = Pattern(bars=2, locked_bars=frozenset({1}), locked_cells=frozenset({(0, 0)}))
    assert edits.lock_bars(pattern, [1, 9]) is pattern
    assert edits.lock_bars(pattern, [0], locked=False) is pattern
    assert edits.lock_cells(pattern, [(0, KICK), (99, KICK)]) is pattern
    assert edits.lock_cells(pattern, [(1, KICK)], locked=False) is pattern
    assert edits.toggle_fill_bar(pattern, 2) is pattern


@given(patterns(locks=True))
def test_everything_is_opened_at_once(pattern: Pattern) -> None:
    opened = edits.unlock_all(pattern)
    assert locked_cells(opened) == set()
    assert opened == replace(pattern, locked_bars=frozenset(), locked_cells=frozenset())
    assert edits.unlock_all(opened) is opened


@given(patterns(locks=True), st.data())
def test_marking_a_fill_twice_takes_the_mark_away(pattern: Pattern, data: st.DataObject) -> None:
    bar = data.draw(st.integers(0, pattern.bars - 1))
    marked = edits.toggle_fill_bar(pattern, bar)
    assert (bar in marked.fill_bars) != (bar in pattern.fill_bars)
    assert edits.toggle_fill_bar(marked, bar) == pattern


@given(patterns(locks=True), st.integers(1, 6))
def test_another_length_keeps_the_locks_that_fit(pattern: Pattern, bars: int) -> None:
    cut = edits.set_bars(pattern, bars)
    assert locked_cells(cut) == {cell for cell in locked_cells(pattern) if cell[0] < cut.steps}
    assert cut.fill_bars == {bar for bar in pattern.fill_bars if bar < bars}


@given(patterns(locks=True), grids())
def test_another_grid_keeps_bars_and_the_locks_of_hits(pattern: Pattern, grid: Grid) -> None:
    moved = edits.set_grid(pattern, grid)
    assert moved.locked_bars == pattern.locked_bars
    assert moved.fill_bars == pattern.fill_bars
    for hit in pattern.hits:
        if pattern.locked(hit.step, hit.drum):
            alone = edits.set_grid(replace(pattern, hits=(hit,)), grid)
            assert all(alone.locked(h.step, h.drum) for h in alone.hits)


@given(patterns(grid=Grid(), locks=True))
def test_a_finer_grid_and_back_gives_the_same_locks(pattern: Pattern) -> None:
    still = pattern.with_hits(replace(hit, offset=0.0) for hit in pattern.hits)
    finer = edits.set_grid(still, Grid(Meter(), 8))
    assert locked_cells(finer) == {(2 * s + half, d) for s, d in locked_cells(pattern) for half in (0, 1)}
    assert edits.set_grid(finer, Grid()).locked_cells == pattern.locked_cells


def test_locks_find_the_nearest_cell_of_a_coarser_or_longer_grid() -> None:
    pattern = Pattern(bars=2, locked_cells=frozenset({(1, 0), (16, 1), (30, 2), (31, 3)}))
    triplets = edits.set_grid(pattern, Grid(Meter(), 3))
    assert triplets.locked_cells == {(1, 0), (12, 1), (23, 3)}
    longer = edits.set_grid(pattern, Grid(Meter(5, 4)))
    assert longer.locked_cells == {(1, 0), (20, 1), (34, 2), (35, 3)}
    shorter = edits.set_grid(pattern, Grid(Meter(3, 4)))
    assert shorter.locked_cells == {(1, 0), (12, 1)}


def test_a_locked_hit_takes_its_lock_along() -> None:
    late = Pattern(hits=(Hit(1, KICK, 90, 0.45),), locked_cells=frozenset({(1, 0)}))
    assert edits.set_grid(late, Grid(Meter(), 8)).locked_cells == {(2, 0), (3, 0)}
    assert edits.set_grid(late, Grid(Meter(), 2)).locked_cells == {(1, 0)}


@given(patterns(grid=Grid(), locks=True), patterns(grid=Grid(), locks=True), st.integers(0, 64))
def test_a_continuation_leaves_locked_cells_as_they_are(
    pattern: Pattern, continuation: Pattern, step: int
) -> None:
    step = min(step, pattern.steps)
    joined = edits.replace_from(pattern, step, continuation)
    for place, drum in locked_cells(pattern):
        if place < joined.steps:
            assert joined.hit_at(place, Drum(drum)) == pattern.hit_at(place, Drum(drum))
            assert joined.locked(place, drum)
    assert locked_cells(joined) <= locked_cells(pattern)
    assert joined.fill_bars == {bar for bar in pattern.fill_bars if bar < joined.bars}


@given(patterns(locks=True))
def test_doubling_repeats_hits_locks_and_marks(pattern: Pattern) -> None:
    twice = edits.double(pattern)
    half = pattern.steps
    assert edits.set_bars(twice, pattern.bars) == pattern
    assert locked_cells(twice) == {(s + by, d) for s, d in locked_cells(pattern) for by in (0, half)}
    assert [replace(h, step=h.step - half) for h in twice.hits if h.step >= half] == list(pattern.hits)
    assert twice.fill_bars == {bar + by for bar in pattern.fill_bars for by in (0, pattern.bars)}


def test_the_longest_pattern_is_not_doubled() -> None:
    pattern = Pattern(bars=MAX_BARS // 2 + 1)
    assert edits.double(pattern) is pattern


@given(patterns(locks=True))
def test_clearing_leaves_an_open_pattern_of_the_same_shape(pattern: Pattern) -> None:
    assert edits.clear(pattern) == Pattern(pattern.grid, pattern.bars, swing=pattern.swing)
