"""What the drummer is asked, what becomes of its answer, and how it goes into a pattern."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.app.candidates import (
    candidates_of,
    continuation,
    groove_likeness,
    inserted,
    prepare,
    start_of,
)
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import DrumStudioError

LOCK_KICK = tuple(Lane(locked=drum == Drum.KICK) for drum in Drum)
ROCK = demo_pattern()


def made(source: Pattern, bars: int = 2, lanes: tuple[Lane, ...] = ALL_LANES, seed: int = 0) -> Candidate:
    task = prepare(source, lanes, bars)
    answers = np.random.default_rng(seed).integers(0, 512, (1, task.steps)).astype(np.int16)
    if task.forced is not None:
        bits = 1 << np.arange(9)
        clear, put = (task.forced >= 0) @ bits, (task.forced > 0) @ bits
        answers = (answers & ~clear) | put
    return candidates_of(task, answers, seed=3, dials=Dials(), model="tiny")[0]


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
    assert found.hit_at(0, Drum.KICK).velocity == ROCK.hit_at(0, Drum.KICK).velocity  # type: ignore[union-attr]


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
    candidate = made(ROCK, 1)
    finer = edits.set_grid(ROCK, Grid(steps_per_quarter=8))
    whole = inserted(finer, candidate)
    assert (whole.bars, whole.seam) == (3, 64)
    assert {h.step for h in whole.hits if h.step >= 64} == {64 + 2 * h.step for h in candidate.pattern.hits}
    with pytest.raises(DrumStudioError, match="is in 4/4; the pattern is now in 3/4"):
        inserted(edits.set_grid(ROCK, Grid(Meter(3, 4))), candidate)


def test_inserting_into_a_pattern_that_was_cut_short_leaves_rests_between() -> None:
    candidate = made(ROCK, 1)
    whole = inserted(edits.set_bars(ROCK, 1), candidate)
    assert (whole.bars, whole.seam) == (3, 32)
    assert not [h for h in whole.hits if 16 <= h.step < 32]
