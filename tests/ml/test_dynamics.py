from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.feel.dynamics import Place, dress, dress_by_rules, place_of, was_played

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
@settings(max_examples=40, deadline=None)
def test_hits_are_never_added_or_dropped(events: list[int], primer: Pattern) -> None:
    hits = dress(events, primer)
    struck = [0] * len(events)
    for hit in hits:
        assert not struck[hit.step] >> hit.drum & 1
        struck[hit.step] |= 1 << hit.drum
    assert struck == events
    bars = max(1, -(-len(events) // primer.grid.steps_per_bar))
    assert Pattern(primer.grid, bars, hits).events()[: len(events)] == tuple(events)


@given(st.lists(st.integers(0, 511), max_size=40), patterns(), st.floats(0, 1), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_primers_own_hits_stay_and_all_others_belong_to_their_step(
    events: list[int], primer: Pattern, amount: float, seed: int
) -> None:
    hits = dress(events, primer, amount=amount, seed=seed)
    assert hits == dress(events, primer, amount=amount, seed=seed)
    for hit in hits:
        assert primer.hit_at(hit.step, hit.drum) in (None, hit)


def test_a_repetition_of_the_primer_is_played_as_the_primer() -> None:
    primer = demo_pattern()
    assert dress(primer.events(), primer) == primer.hits


def test_back_beats_are_loud_and_ghosts_soft() -> None:
    hits = dress(ROCK * 2, EMPTY, amount=1.0)
    loud = min(_velocity(hits, step, Drum.SNARE) for step in (4, 12, 20, 28))
    assert loud >= 95
    assert max(_velocity(hits, step, Drum.SNARE) for step in (7, 9, 23, 25)) <= loud - 40
    quarters = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (0, 8, 16, 24)]
    eighths = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (2, 6, 10, 14)]
    assert sum(quarters) / 4 > sum(eighths) / 4


def test_without_feel_a_drum_machine_plays() -> None:
    bars = dress(ROCK * 2, EMPTY, amount=0.0, seed=5)
    assert bars == dress(ROCK * 2, EMPTY, amount=0.0, seed=6)
    assert all(hit.offset == 0.0 for hit in bars)
    first = [(hit.step, hit.drum, hit.velocity) for hit in bars if hit.step < 16]
    assert first == [(hit.step - 16, hit.drum, hit.velocity) for hit in bars if hit.step >= 16]


def test_a_seed_plays_the_same_and_another_differently() -> None:
    assert dress(ROCK, EMPTY, seed=1, amount=1.0) == dress(ROCK, EMPTY, seed=1, amount=1.0)
    assert dress(ROCK, EMPTY, seed=1, amount=1.0) != dress(ROCK, EMPTY, seed=2, amount=1.0)


def _played(loudness: float, late: float) -> Pattern:
    """Two bars of ROCK as a drummer played them, harder or softer, early or late."""
    hits = [
        Hit(hit.step, hit.drum, max(1, min(127, round(hit.velocity * loudness))), late if hit.drum else 0.0)
        for hit in dress_by_rules(ROCK * 2, EMPTY)
    ]
    return Pattern(Grid(), 2, tuple(hits))


def test_the_primers_player_goes_on() -> None:
    silent = [0] * 32

    def mean(primer: Pattern, drum: Drum) -> tuple[float, float]:
        hits = [hit for hit in dress([*silent, *ROCK * 2], primer, amount=1.0) if hit.drum == drum]
        return sum(h.velocity for h in hits) / len(hits), sum(h.offset for h in hits) / len(hits)

    soft, hard = _played(0.5, -0.1), _played(1.1, 0.2)
    for drum in (Drum.SNARE, Drum.CLOSED_HAT):
        assert mean(soft, drum)[0] < mean(hard, drum)[0] - 15
        assert mean(soft, drum)[1] < mean(hard, drum)[1] - 0.05


def test_what_was_drawn_says_nothing_of_its_player() -> None:
    drawn = Pattern(Grid(), 1, (Hit(0, Drum.KICK), Hit(4, Drum.SNARE), Hit(12, Drum.SNARE, 127)))
    assert not was_played(drawn.hits)
    assert was_played([*drawn.hits, Hit(14, Drum.SNARE, 40)])
    assert was_played([Hit(4, Drum.SNARE, 100, 0.1)])


def test_another_grid_than_the_primers_may_be_asked_for() -> None:
    primer = Pattern(Grid(steps_per_quarter=8), 1, (Hit(8, Drum.SNARE, 90, 0.1), Hit(16, Drum.KICK, 77)))
    (kept,) = dress([0] * 4 + [SNARE], primer, steps_per_quarter=4)
    assert (kept.velocity, kept.offset) == (90, 0.05)


def test_rules_without_a_primers_word_back_beats_are_loud_and_ghosts_soft() -> None:
    hits = dress_by_rules(ROCK, EMPTY)
    assert min(_velocity(hits, step, Drum.SNARE) for step in (4, 12)) >= 105
    assert max(_velocity(hits, step, Drum.SNARE) for step in (7, 9)) <= 50
    quarters = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (0, 4, 8, 12)]
    eighths = [_velocity(hits, step, Drum.CLOSED_HAT) for step in (2, 6, 10, 14)]
    assert min(quarters) > max(eighths) > _velocity(hits, 15, Drum.CLOSED_HAT)


def test_rules_play_a_repetition_of_the_primer_as_the_primer() -> None:
    primer = demo_pattern()
    assert dress_by_rules(primer.events(), primer) == primer.hits


def test_rules_play_what_one_bar_has_alike_in_the_others() -> None:
    primer = Pattern(Grid(), 2, (Hit(4, Drum.SNARE, 71, 0.25), Hit(16, Drum.KICK, 90)))
    second = dress_by_rules([0] * 20 + [SNARE], primer)
    assert second == (Hit(20, Drum.SNARE, 71, 0.25),)


def test_rules_make_new_strokes_as_hard_and_as_late_as_the_players_others() -> None:
    soft = Pattern(Grid(), 1, (Hit(4, Drum.SNARE, 57, 0.2), Hit(12, Drum.SNARE, 57, 0.2)))
    (ghost,) = dress_by_rules([0, SNARE], soft)
    assert 15 <= ghost.velocity <= 25
    assert ghost.offset == 0.2
    (kick,) = dress_by_rules([KICK], soft)
    assert 45 <= kick.velocity <= 60


def test_rules_play_snares_among_toms_as_no_ghosts() -> None:
    fill = [SNARE, SNARE, 1 << Drum.HIGH_TOM, SNARE, 1 << Drum.LOW_TOM]
    assert all(hit.velocity >= 80 for hit in dress_by_rules([0] * 11 + fill, EMPTY))


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
