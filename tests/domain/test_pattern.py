from __future__ import annotations

import pytest
from hypothesis import given
from support.strategies import patterns

from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Hit, Pattern, pattern_from_events
from drumstudio.domain.performance import sounds, strokes
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import Grid, Meter


@pytest.mark.parametrize(
    "wrong",
    [{"step": -1}, {"velocity": 0}, {"velocity": 128}, {"offset": 0.5}, {"offset": -0.6}, {"chance": 0.0}],
)
def test_impossible_hits_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        Hit(**({"step": 0, "drum": Drum.KICK} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bars": 0}, "1 to 256 bars"),
        ({"swing": 0.8}, "swing"),
        ({"seam": 0}, "seam"),
        ({"seam": 16}, "seam"),
        ({"hits": (Hit(16, Drum.KICK),)}, "beyond"),
        ({"hits": (Hit(0, Drum.KICK, 1), Hit(0, Drum.KICK, 2))}, "at most one hit"),
        ({"locked_bars": frozenset({1})}, "marked bar"),
        ({"fill_bars": frozenset({-1})}, "marked bar"),
        ({"locked_cells": frozenset({(16, 0)})}, "locked cell"),
        ({"locked_cells": frozenset({(0, 9)})}, "locked cell"),
    ],
)
def test_impossible_patterns_are_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Pattern(**wrong)  # type: ignore[arg-type]


def test_a_pattern_orders_and_finds_its_hits() -> None:
    late, early = Hit(4, Drum.SNARE, 90), Hit(0, Drum.KICK, 80)
    pattern = Pattern(hits=(late, early), seam=4)
    assert pattern.hits == (early, late)
    assert pattern.hit_at(4, Drum.SNARE) is late
    assert pattern.hit_at(4, Drum.KICK) is None
    assert list(pattern.hits_between(0, 4)) == [early]
    assert (pattern.steps, pattern.ticks) == (16, 1920)
    assert [pattern.generated(step) for step in (3, 4)] == [False, True]
    assert not Pattern().generated(15)


def test_bars_and_cells_are_locked() -> None:
    pattern = Pattern(bars=2, locked_bars=frozenset({1}), locked_cells=frozenset({(3, 1)}))
    assert pattern.locked(3, Drum.SNARE)
    assert not pattern.locked(3, Drum.KICK)
    assert [pattern.locked(step, Drum.RIDE) for step in (15, 16, 31)] == [False, True, True]


def test_offsets_are_held_to_ticks() -> None:
    pattern = Pattern(hits=(Hit(1, Drum.KICK, 100, 0.1001), Hit(2, Drum.KICK, 100, 0.4999)))
    assert [hit.offset for hit in pattern.hits] == [12 / 120, 59 / 120]
    assert [pattern.tick_of(hit) for hit in pattern.hits] == [132, 299]


@given(patterns())
def test_events_hold_the_same_hits(pattern: Pattern) -> None:
    again = pattern_from_events(pattern.events(), pattern.grid)
    assert {(h.step, h.drum) for h in again.hits} == {(h.step, h.drum) for h in pattern.hits}
    assert again.bars == pattern.bars


def test_events_fill_whole_bars() -> None:
    pattern = pattern_from_events([1, 0, 2] * 6, Grid(Meter(3, 4)), velocity=64)
    assert pattern.bars == 2
    assert pattern.events()[:3] == (1, 0, 2)
    assert {hit.velocity for hit in pattern.hits} == {64}
    assert pattern_from_events([]).bars == 1


@given(patterns())
def test_strokes_are_the_hits_in_time(pattern: Pattern) -> None:
    played = strokes(pattern)
    assert sorted(played) == list(played)
    assert sorted((s.tick, s.drum, s.velocity, s.step) for s in played) == sorted(
        (pattern.tick_of(h), h.drum, h.velocity, h.step) for h in pattern.hits
    )


def test_mutes_and_solos_silence_lanes() -> None:
    pattern = Pattern(hits=(Hit(0, Drum.KICK), Hit(0, Drum.SNARE), Hit(0, Drum.RIDE)))
    project = Project((pattern,))
    muted = project.with_lane(Drum.KICK, Lane(muted=True))
    assert [s.drum for s in strokes(pattern, muted.lanes)] == [Drum.SNARE, Drum.RIDE]
    soloed = project.with_lane(Drum.KICK, Lane(soloed=True)).with_lane(
        Drum.RIDE, Lane(muted=True, soloed=True)
    )
    assert [s.drum for s in strokes(pattern, soloed.lanes)] == [Drum.KICK]
    assert soloed.audible(Drum.KICK)
    assert not soloed.audible(Drum.SNARE)


def test_chances_are_drawn_the_same_way_every_time() -> None:
    hit = Hit(3, Drum.SNARE, chance=0.5)
    drawn = [sounds(hit, index) for index in range(200)]
    assert drawn == [sounds(hit, index) for index in range(200)]
    assert 60 < sum(drawn) < 140
    assert sounds(Hit(3, Drum.SNARE), 0)
    pattern = Pattern(hits=(hit,))
    assert len(strokes(pattern)) == 1
    assert [len(strokes(pattern, pass_index=index)) for index in range(200)] == [int(d) for d in drawn]


def test_projects_hold_their_bounds() -> None:
    with pytest.raises(ValueError, match="patterns"):
        Project(())
    with pytest.raises(ValueError, match="no pattern"):
        Project(current=1)
    with pytest.raises(ValueError, match="tempo"):
        Project(qpm=10)
    with pytest.raises(ValueError, match="lanes"):
        Project(lanes=(Lane(),) * (DRUM_COUNT - 1))


def test_the_current_pattern_is_replaced_in_its_slot() -> None:
    project = Project((Pattern(), Pattern(bars=2)), current=1)
    changed = project.with_pattern(Pattern(bars=3))
    assert [p.bars for p in changed.patterns] == [1, 3]
    assert changed.pattern.bars == 3


def test_a_first_start_shows_a_beat_with_a_back_beat() -> None:
    project = demo_project()
    assert project.pattern == demo_pattern()
    beat = project.pattern
    assert beat.bars == 2
    for step in (4, 12, 20, 28):
        hit = beat.hit_at(step, Drum.SNARE)
        assert hit is not None
        assert hit.velocity > 110
