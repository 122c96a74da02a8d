from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.dynamics import Place, dress, place_of

EMPTY = Pattern(Grid())
KICK, SNARE, HAT = 1 << Drum.KICK, 1 << Drum.SNARE, 1 << Drum.CLOSED_HAT
ROCK = [
    KICK | HAT,
    0,
    HAT,
    0,
    SNARE | HAT,
    0,
    HAT,
    SNARE,
    KICK | HAT,
    SNARE,
    HAT,
    0,
    SNARE | HAT,
    0,
    HAT,
    HAT,
]


def _velocity(hits: tuple[Hit, ...], step: int, drum: Drum) -> int:
    return next(hit.velocity for hit in hits if (hit.step, hit.drum) == (step, drum))


@given(st.lists(st.integers(0, 511), max_size=70), patterns())
def test_hits_are_never_added_or_dropped(events: list[int], primer: Pattern) -> None:
    hits = dress(events, primer)
    struck = [0] * len(events)
    for hit in hits:
        assert not struck[hit.step] >> hit.drum & 1
        struck[hit.step] |= 1 << hit.drum
    assert struck == events
    bars = max(1, -(-len(events) // primer.grid.steps_per_bar))
    assert Pattern(primer.grid, bars, hits).events()[: len(events)] == tuple(events)


def test_without_a_primers_word_back_beats_are_loud_and_ghosts_soft() -> None:
    hits = dress(ROCK, EMPTY)
    assert min(_velocity(hits, step, Drum.SNARE) for step in (4, 12)) >= 105
    assert max(_velocity(hits, step, Drum.SNARE) for step in (7, 9)) <= 50
    quarters = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (0, 4, 8, 12)]
    eighths = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (2, 6, 10, 14)]
    assert min(quarters) > max(eighths) > _velocity(hits, 15, Drum.CLOSED_HAT)


def test_a_repetition_of_the_primer_is_played_as_the_primer() -> None:
    primer = demo_pattern()
    assert dress(primer.events(), primer) == primer.hits


def test_what_one_bar_has_is_played_alike_in_the_others() -> None:
    primer = Pattern(Grid(), 2, (Hit(4, Drum.SNARE, 71, 0.25), Hit(16, Drum.KICK, 90)))
    second = dress([0] * 20 + [SNARE], primer)
    assert second == (Hit(20, Drum.SNARE, 71, 0.25),)


def test_new_strokes_are_as_hard_and_as_late_as_the_players_others() -> None:
    soft = Pattern(Grid(), 1, (Hit(4, Drum.SNARE, 57, 0.2), Hit(12, Drum.SNARE, 57, 0.2)))
    (ghost,) = dress([0, SNARE], soft)
    assert 15 <= ghost.velocity <= 25
    assert ghost.offset == 0.2
    (kick,) = dress([KICK], soft)
    assert 45 <= kick.velocity <= 60


def test_snares_among_toms_are_no_ghosts() -> None:
    fill = [SNARE, SNARE, 1 << Drum.HIGH_TOM, SNARE, 1 << Drum.LOW_TOM]
    assert all(hit.velocity >= 80 for hit in dress([0] * 11 + fill, EMPTY))


def test_places_of_the_bar() -> None:
    assert [place_of(Grid(), step) for step in range(9)] == [
        Place.DOWNBEAT, Place.SIXTEENTH, Place.EIGHTH, Place.SIXTEENTH, Place.BACK_BEAT,
        Place.SIXTEENTH, Place.EIGHTH, Place.SIXTEENTH, Place.BEAT,
    ]  # fmt: skip
    waltz = Grid(Meter(3, 4), 4)
    assert [place_of(waltz, step) for step in (0, 4, 8, 12)] == [
        Place.DOWNBEAT, Place.BACK_BEAT, Place.BACK_BEAT, Place.DOWNBEAT,
    ]  # fmt: skip
    shuffle = Grid(Meter(12, 8), 4)
    assert place_of(shuffle, 6) is place_of(shuffle, 18) is Place.BACK_BEAT
    assert place_of(shuffle, 12) is Place.BEAT
    assert place_of(Grid(Meter(4, 4), 3), 1) is Place.SIXTEENTH
