"""What the drummer is asked, what becomes of its answer, and how it goes into a pattern."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.app.drummer.asking import Task, completable, dressable, locked_behind, prepare, start_of
from drumstudio.app.drummer.candidates import candidates_of, continuation, groove_likeness
from drumstudio.app.drummer.inserting import inserted
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import DrumStudioError

LOCK_KICK = tuple(Lane(locked=drum == Drum.KICK) for drum in Drum)
ROCK = demo_pattern()


def made(
    source: Pattern,
    bars: int = 2,
    lanes: tuple[Lane, ...] = ALL_LANES,
    seed: int = 0,
    dials: Dials = MIDDLE,
) -> Candidate:
    task = prepare(source, lanes, bars, dials=dials)
    return candidates_of(task, answered(task, seed), seed=3, dials=dials, model="tiny")[0]


def answered(task: Task, seed: int = 0) -> np.ndarray:
    """One answer to `task`, random where the drummer is free."""
    answers = np.random.default_rng(seed).integers(0, 512, (1, task.steps)).astype(np.int16)
    if task.forced is not None:
        bits = 1 << np.arange(9)
        clear, put = (task.forced >= 0) @ bits, (task.forced > 0) @ bits
        answers = (answers & ~clear) | put
    return answers


def test_the_primer_is_the_pattern_up_to_its_seam() -> None:
    task = prepare(edits.set_seam(ROCK, 16), ALL_LANES, 3)
    assert task.primer_events == ROCK.events()[:16]
    assert (task.start, task.steps, task.end_bar, task.length) == (16, 48, 4, 48)
    assert task.forced is None


def test_without_a_seam_the_whole_pattern_is_the_primer() -> None:
    task = prepare(ROCK, ALL_LANES, 2)
    assert task.primer_events == ROCK.events()
    assert (task.start, task.steps) == (32, 32)


def test_a_seam_inside_a_bar_is_continued_to_a_bar_line() -> None:
    source = edits.set_seam(ROCK, 20)
    task = prepare(source, ALL_LANES, 1)
    assert (len(task.primer_events), task.steps) == (20, 28)
    candidate = made(source, 1)
    whole = inserted(source, candidate)
    assert (whole.bars, whole.seam) == (3, 20)
    assert [h for h in whole.hits if h.step < 20] == [h for h in ROCK.hits if h.step < 20]
    assert {h.step - 20 for h in whole.hits if h.step >= 20} == {h.step for h in candidate.pattern.hits}


def test_the_answer_lands_on_the_very_steps() -> None:
    task = prepare(ROCK, ALL_LANES, 1)
    events = [0] * task.steps
    events[0], events[5], events[15] = 0b1, 0b110, 0b100000000
    found = continuation(task, events)
    assert [(h.step, h.drum) for h in found.hits] == [
        (0, Drum.KICK),
        (5, Drum.SNARE),
        (5, Drum.CLOSED_HAT),
        (15, Drum.RIDE),
    ]
    kick, before = found.hit_at(0, Drum.KICK), ROCK.hit_at(0, Drum.KICK)
    assert kick is not None
    assert before is not None
    assert abs(kick.velocity - before.velocity) < 20


def test_half_an_answer_is_half_a_continuation() -> None:
    task = prepare(ROCK, ALL_LANES, 2)
    assert [h.step for h in continuation(task, [1, 0, 1]).hits] == [0, 2]


@given(patterns(), st.integers(1, 3), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_any_pattern_can_be_continued_and_keeps_its_primer(source: Pattern, bars: int, seed: int) -> None:
    candidate = made(source, bars, seed=seed)
    start = start_of(source)
    whole = inserted(source, candidate)
    assert whole.grid == source.grid
    assert whole.steps == start + candidate.steps
    assert whole.steps % source.grid.steps_per_bar == 0
    assert whole.seam == start
    assert [h for h in whole.hits if h.step < start] == [h for h in source.hits if h.step < start]
    assert 0.0 <= candidate.groove <= 1.0


def test_a_meter_without_16ths_is_refused_in_words() -> None:
    with pytest.raises(DrumStudioError, match="cannot play 5/32"):
        prepare(Pattern(Grid(Meter(5, 32), 8), 1), ALL_LANES, 1)


def test_a_pattern_cannot_grow_beyond_its_limit() -> None:
    with pytest.raises(DrumStudioError, match="at most 256 bars"):
        prepare(Pattern(bars=255), ALL_LANES, 2)


def test_a_locked_row_keeps_what_it_has_behind_the_seam() -> None:
    kicks = (Hit(16, Drum.KICK, 77, 0.1), Hit(19, Drum.KICK, 33))
    source = Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(4, Drum.SNARE), *kicks), seam=16)
    task = prepare(source, LOCK_KICK, 2)
    assert task.forced is not None
    assert task.forced[:, Drum.KICK].nonzero()[0].tolist() == [0, 3, 16, 19]  # its bar goes on
    assert (np.delete(task.forced, Drum.KICK, 1) == -1).all()
    candidate = made(source, 2, LOCK_KICK)
    kept = [h for h in candidate.pattern.hits if h.drum == Drum.KICK]
    assert [(h.step, h.velocity) for h in kept] == [(0, 77), (3, 33), (16, 77), (19, 33)]
    assert kept[0].offset == source.hit_at(16, Drum.KICK).offset  # type: ignore[union-attr]


def test_a_locked_row_with_nothing_there_plays_its_primer_on() -> None:
    candidate = made(ROCK, 2, LOCK_KICK)
    kick = [replace(h, step=h.step) for h in ROCK.hits if h.drum == Drum.KICK]
    assert [h for h in candidate.pattern.hits if h.drum == Drum.KICK] == kick


def test_locked_triplets_stay_triplets() -> None:
    grid = Grid(steps_per_quarter=3)
    source = Pattern(grid, 1, tuple(Hit(step, Drum.KICK) for step in (0, 1, 2, 5)))
    candidate = made(source, 1, LOCK_KICK)
    assert [h.step for h in candidate.pattern.hits if h.drum == Drum.KICK] == [0, 1, 2, 5]


def test_groove_is_the_share_of_cells_in_common() -> None:
    source = Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(4, Drum.SNARE), Hit(16, Drum.RIDE)))
    same = Pattern(bars=2, hits=source.hits)
    assert groove_likeness(source, 32, same) == 1.0
    turned = Pattern(bars=2, hits=(Hit(0, Drum.RIDE), Hit(16, Drum.KICK), Hit(20, Drum.SNARE)))
    assert groove_likeness(source, 32, turned) == 0.0
    half = Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(16, Drum.RIDE), Hit(17, Drum.RIDE)))
    assert groove_likeness(source, 32, half) == pytest.approx(0.5)
    assert groove_likeness(Pattern(), 16, Pattern()) == 1.0


def test_candidates_come_closest_first_with_different_names() -> None:
    task = prepare(ROCK, ALL_LANES, 2)
    draws = np.random.default_rng(1).integers(0, 512, (4, 32)).astype(np.int16)
    draws[2] = ROCK.events()
    found = candidates_of(task, draws, seed=8, dials=Dials(wildness=1.1), model="tiny")
    assert [c.groove for c in found] == sorted((c.groove for c in found), reverse=True)
    assert (found[0].groove, found[0].index, found[0].name) == (1.0, 2, "Same again")
    assert len({c.name for c in found}) == 4
    assert {(c.seed, c.dials.wildness, c.model) for c in found} == {(8, 1.1, "tiny")}


def test_the_first_bar_can_be_inserted_alone() -> None:
    candidate = made(ROCK, 3)
    whole = inserted(ROCK, candidate, bars=1)
    assert (whole.bars, whole.seam) == (3, 32)
    behind = {h.step - 32 for h in whole.hits if h.step >= 32}
    assert behind == {h.step for h in candidate.pattern.hits if h.step < 16}


def test_inserting_follows_another_grid_but_not_another_meter() -> None:
    candidate = made(ROCK, 1, dials=Dials(feel=0.0))  # exactly on the steps
    finer = edits.set_grid(ROCK, Grid(steps_per_quarter=8))
    whole = inserted(finer, candidate)
    assert (whole.bars, whole.seam) == (3, 64)
    start = 2 * finer.grid.ticks_per_bar
    moved = [(whole.tick_of(h) - start, h.drum) for h in whole.hits if whole.tick_of(h) >= start - 60]
    assert set(moved) == {(candidate.pattern.tick_of(h), h.drum) for h in candidate.pattern.hits}
    with pytest.raises(DrumStudioError, match="is in 4/4; the pattern is now in 3/4"):
        inserted(edits.set_grid(ROCK, Grid(Meter(3, 4))), candidate)


def test_inserting_into_a_pattern_that_was_cut_short_leaves_rests_between() -> None:
    candidate = made(ROCK, 1)
    whole = inserted(edits.set_bars(ROCK, 1), candidate)
    assert (whole.bars, whole.seam) == (3, 32)
    assert not [h for h in whole.hits if 16 <= h.step < 32]


# -- grids


def test_triplets_are_asked_as_triplets() -> None:
    for steps in (3, 6, 12):
        source = Pattern(Grid(steps_per_quarter=steps), 2, (Hit(0, Drum.KICK), Hit(steps, Drum.SNARE)))
        task = prepare(source, ALL_LANES, 2)
        assert (task.steps_per_quarter, task.steps_per_bar, task.steps) == (3, 12, 24)
        assert [step for step, event in enumerate(task.primer_events) if event] == [0, 3]
    for steps in (2, 4, 8):
        assert prepare(Pattern(Grid(steps_per_quarter=steps)), ALL_LANES, 1).steps_per_quarter == 4


def test_a_shuffle_stays_a_shuffle() -> None:
    source = Pattern(
        Grid(steps_per_quarter=3), 1, tuple(Hit(s, Drum.RIDE) for s in (0, 2, 3, 5, 6, 8, 9, 11))
    )
    task = prepare(source, ALL_LANES, 1)
    found = continuation(task, task.primer_events)
    assert found.events() == source.events()


def test_a_meter_without_whole_triplets_is_asked_in_sixteenths() -> None:
    task = prepare(Pattern(Grid(Meter(7, 8), 6)), ALL_LANES, 1)
    assert (task.steps_per_quarter, task.steps_per_bar) == (4, 14)


# -- locks


def test_locked_bars_and_cells_are_given() -> None:
    bars = tuple(Hit(bar * 16 + step, Drum.SNARE, 70 + step) for bar in range(4) for step in (4, 12))
    source = Pattern(
        bars=4, hits=bars, seam=16, locked_bars=frozenset({2}), locked_cells=frozenset({(20, 1), (17, 0)})
    )
    task = prepare(source, ALL_LANES, 3)
    assert task.forced is not None
    assert (task.forced[16:32] >= 0).all()
    assert task.forced[16 + 4, Drum.SNARE] == 1
    assert (task.forced[4, Drum.SNARE], task.forced[1, Drum.KICK]) == (1, 0)
    assert (np.delete(task.forced[:16].reshape(-1), [4 * 9 + 1, 1 * 9]) == -1).all()
    assert (task.forced[32:] == -1).all()


def test_a_locked_row_that_is_silent_behind_the_seam_stays_silent() -> None:
    source = Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(20, Drum.SNARE)), seam=16)
    whole = inserted(source, made(source, 1, LOCK_KICK), lanes=LOCK_KICK)
    assert [hit.step for hit in whole.hits if hit.drum == Drum.KICK] == [0]


def test_what_is_locked_behind_the_end_is_told_and_stays() -> None:
    source = Pattern(
        bars=4, hits=(Hit(0, Drum.KICK), Hit(50, Drum.RIDE, 33)), seam=16, locked_bars=frozenset({3})
    )
    task = prepare(source, ALL_LANES, 2)
    assert (task.written, task.ahead) == (32, 16)
    assert task.forced is not None
    assert task.forced[32 + 2, Drum.RIDE] == 1
    assert task.forced[32:].sum() == 1
    whole = inserted(source, made(source, 2))
    assert (whole.bars, whole.seam, whole.locked_bars) == (4, 16, {3})
    assert whole.hit_at(50, Drum.RIDE) == source.hit_at(50, Drum.RIDE)
    assert locked_behind(source, ALL_LANES, 3)
    assert not locked_behind(replace(source, locked_bars=frozenset()), ALL_LANES, 3)


def test_what_was_locked_meanwhile_stays() -> None:
    source = edits.set_seam(edits.set_bars(ROCK, 4), 32)
    candidate = made(source, 2)
    later = replace(edits.place(source, [Hit(40, Drum.RIDE, 5)]), locked_cells=frozenset({(40, 8), (41, 0)}))
    whole = inserted(later, candidate)
    assert whole.hit_at(40, Drum.RIDE) == Hit(40, Drum.RIDE, 5)
    assert whole.hit_at(41, Drum.KICK) is None


@given(
    patterns(locks=True),
    st.integers(1, 3),
    st.sets(st.sampled_from(list(Drum)), max_size=8),
    st.sampled_from(list(Mode)),
    st.integers(0, 99),
)
@settings(max_examples=200, deadline=None)
def test_locks_hold_whatever_is_asked_and_inserted(
    source: Pattern, bars: int, rows: set[Drum], mode: Mode, seed: int
) -> None:
    lanes = tuple(Lane(locked=drum in rows) for drum in Drum)
    try:
        task = prepare(source, lanes, bars, mode=mode)
    except DrumStudioError:
        return
    # Whatever comes, even from a drummer that does not keep to what is given.
    draw = np.random.default_rng(seed)
    answer = (draw.integers(0, 512, (1, task.steps)) & draw.integers(0, 512, (1, task.steps))).astype(
        np.int16
    )
    candidate = candidates_of(task, answer, seed=seed, dials=Dials(feel=0.0), model="tiny")[0]
    whole = inserted(source, candidate, lanes=lanes)

    def locked(pattern: Pattern) -> list[Hit]:
        return [
            hit
            for hit in pattern.hits
            if hit.step < source.steps and (hit.drum in rows or source.locked(hit.step, hit.drum))
        ]

    assert locked(whole) == locked(source)
    assert whole.locked_bars == source.locked_bars
    assert whole.locked_cells == source.locked_cells
    assert [h for h in whole.hits if h.step < task.start] == [h for h in source.hits if h.step < task.start]


# -- feel


def test_feel_goes_from_even_to_a_drummers_hands() -> None:
    drawn = ROCK.with_hits(Hit(hit.step, hit.drum, 100) for hit in ROCK.hits)
    even, human = (made(drawn, dials=Dials(feel=feel)).pattern for feel in (0.0, 1.0))
    assert not any(hit.offset for hit in even.hits)
    assert any(hit.offset for hit in human.hits)
    assert [(h.step, h.drum) for h in even.hits] == [(h.step, h.drum) for h in human.hits]


# -- fills


def test_fills_come_by_the_dial_and_by_the_marks() -> None:
    source = replace(edits.set_seam(edits.set_bars(ROCK, 8), 32), fill_bars=frozenset({0, 4}))
    assert prepare(source, ALL_LANES, 6, dials=Dials(fills=4)).fill_bars == {3, 4, 7}
    assert prepare(source, ALL_LANES, 6, dials=Dials(fills=0)).fill_bars == {4}


# -- completing


def test_completing_keeps_the_rows_that_hold_hits() -> None:
    task = prepare(ROCK, ALL_LANES, mode=Mode.COMPLETE)
    rows = {hit.drum for hit in ROCK.hits}
    assert (task.start, task.steps, task.primer_events) == (0, 32, ())
    assert {Drum(drum) for _, drum in task.locked} == rows
    candidate = candidates_of(task, answered(task), seed=3, dials=Dials(), model="tiny")[0]
    whole = inserted(ROCK, candidate)
    assert [h for h in whole.hits if h.drum in rows] == list(ROCK.hits)
    assert any(h.drum not in rows for h in whole.hits)
    assert (whole.bars, whole.seam) == (ROCK.bars, None)
    assert candidate.mode is Mode.COMPLETE


def test_with_something_locked_the_rest_is_written() -> None:
    source = replace(edits.set_bars(ROCK, 3), locked_bars=frozenset({0}))
    task = prepare(source, ALL_LANES, mode=Mode.COMPLETE)
    assert len(task.locked) == 16 * 9
    snare = tuple(Lane(locked=drum == Drum.SNARE) for drum in Drum)
    assert len(prepare(source, snare, mode=Mode.COMPLETE).locked) == 16 * 9 + 32


def test_completing_some_bars_hears_those_before_and_the_one_behind() -> None:
    source = edits.set_bars(ROCK, 4)
    source = edits.place(source, [Hit(52, Drum.SNARE, 99)])
    task = prepare(source, ALL_LANES, mode=Mode.COMPLETE, span=(1, 3))
    assert task.primer_events == source.events()[:16]
    assert (task.start, task.written, task.ahead, task.length) == (16, 32, 16, 32)
    assert task.forced is not None
    assert task.forced[32 + 4, Drum.SNARE] == 1
    candidate = candidates_of(task, answered(task), seed=3, dials=Dials(), model="tiny")[0]
    whole = inserted(source, candidate)
    assert [h for h in whole.hits if not 16 <= h.step < 48] == [
        h for h in source.hits if not 16 <= h.step < 48
    ]


def test_likeness_of_what_was_completed_is_to_what_was_kept() -> None:
    source = Pattern(hits=(Hit(0, Drum.KICK), Hit(4, Drum.SNARE), Hit(8, Drum.KICK)))
    task = prepare(source, ALL_LANES, mode=Mode.COMPLETE)
    answer = np.array([source.events()], np.int16)
    answer[0, 12] = 1 << Drum.RIDE
    (candidate,) = candidates_of(task, answer, seed=0, dials=Dials(), model="tiny")
    assert candidate.groove == pytest.approx(3 / 4)


def test_completing_says_why_it_cannot() -> None:
    full = Pattern(hits=tuple(Hit(0, drum) for drum in Drum))
    assert "Every row holds hits" in completable(full, ALL_LANES, None)
    with pytest.raises(DrumStudioError, match="Every row holds hits"):
        prepare(full, ALL_LANES, mode=Mode.COMPLETE)
    assert not completable(full, LOCK_KICK, None)
    assert not completable(Pattern(), ALL_LANES, None)


# -- dressing


def test_taps_say_when_something_is_struck() -> None:
    taps = Pattern(bars=2, hits=tuple(Hit(step, Drum.SNARE, 60) for step in (0, 4, 7, 16)))
    task = prepare(taps, ALL_LANES, mode=Mode.DRESS)
    assert task.struck is not None
    assert task.struck.nonzero()[0].tolist() == list(range(32))
    assert (task.struck == 1).nonzero()[0].tolist() == [0, 4, 7, 16]
    answer = np.array([[1 if tap == 1 else 0 for tap in task.struck]], np.int16)
    (candidate,) = candidates_of(task, answer, seed=0, dials=Dials(), model="tiny")
    assert candidate.groove == 1.0
    whole = inserted(taps, candidate)
    assert [(h.step, h.drum) for h in whole.hits] == [(s, Drum.KICK) for s in (0, 4, 7, 16)]


def test_dressing_says_why_it_cannot() -> None:
    assert "There are no taps" in dressable(Pattern(), ALL_LANES, None)
    two = Pattern(hits=(Hit(0, Drum.KICK), Hit(4, Drum.SNARE)))
    assert "not on Kick, Snare" in dressable(two, ALL_LANES, None)
    with pytest.raises(DrumStudioError, match="not on Kick, Snare"):
        prepare(two, ALL_LANES, mode=Mode.DRESS)
    assert not dressable(two, LOCK_KICK, None)
    assert "locked" in dressable(two, tuple(Lane(locked=True) for _ in Drum), None)
