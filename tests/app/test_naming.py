"""Names of continuations: each says something that is so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drumstudio.app.drummer.naming import names_of
from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern

ROCK = demo_pattern()


def with_hits(*hits: Hit) -> Pattern:
    return edits.place(ROCK, hits)


def without(drum: Drum) -> Pattern:
    return edits.clear_row(ROCK, drum)


CLOSED = [h for h in ROCK.hits if h.drum == Drum.CLOSED_HAT]
CASES = {
    "Same again": ROCK,
    "Silence": Pattern(bars=2),
    "Steady": with_hits(Hit(11, Drum.KICK, 80)),
    "Busier kick": with_hits(*(Hit(s, Drum.KICK, 90) for s in (1, 2, 3, 5, 7, 11, 13, 17, 19, 21, 23))),
    "Fill at bar 4": with_hits(*(Hit(s, Drum.HIGH_TOM, 90) for s in (26, 27, 28, 29, 30))),
    "Ghosted": with_hits(*(Hit(s, Drum.SNARE, 25) for s in (1, 6, 11, 14, 17, 22, 27))),
    "On the ride": edits.place(without(Drum.CLOSED_HAT), [replace(h, drum=Drum.RIDE) for h in CLOSED]),
    "Sparser": Pattern(bars=2, hits=(Hit(0, Drum.KICK), Hit(12, Drum.SNARE, 120), Hit(16, Drum.KICK))),
}


@pytest.mark.parametrize("name", CASES)
def test_a_name_says_what_is_so(name: str) -> None:
    assert names_of(ROCK, 32, [CASES[name]]) == [name]


def test_no_two_names_are_alike() -> None:
    names = names_of(ROCK, 32, [CASES["Same again"]] * 5)
    assert names[0] == "Same again"
    assert len(set(names)) == 5


def test_a_fill_that_was_asked_for_names_nothing() -> None:
    fill = [Hit(s, Drum.HIGH_TOM, 90) for s in (26, 27, 28, 29, 30)]
    played = [edits.place(CASES[name], fill) for name in ("Steady", "Ghosted", "Busier kick")]
    assert names_of(ROCK, 32, played, asked={3}) == ["Steady", "Ghosted", "Busier kick"]
    assert names_of(ROCK, 32, [played[0], CASES["Steady"]])[0] == "Fill at bar 4"


def test_where_only_the_fills_differ_they_give_the_names() -> None:
    toms = [Hit(s, Drum.HIGH_TOM, 90) for s in range(24, 32)]
    snares = [Hit(s, Drum.SNARE, 90) for s in (26, 27)]
    played = [edits.place(ROCK, toms), edits.place(ROCK, snares), ROCK]
    assert names_of(ROCK, 32, played, asked={3}) == ["Same again", "Snare fill", "Small fill"]


def test_what_all_have_names_none_of_them() -> None:
    crashes = [Hit(s, Drum.CRASH, 90) for s in (4, 8, 12, 20, 24, 28)]
    played = [edits.place(CASES[name], crashes) for name in ("Steady", "Ghosted")]
    assert names_of(ROCK, 32, [played[0]]) == ["More crashes"]
    assert names_of(ROCK, 32, played) == ["Steady", "Ghosted"]


def test_what_was_completed_is_named_by_what_sets_it_apart() -> None:
    hats = Pattern(hits=tuple(Hit(s, Drum.CLOSED_HAT) for s in range(0, 16, 2)))
    ride = Pattern(hits=tuple(Hit(s, Drum.RIDE) for s in range(0, 16, 2)))
    assert names_of(ROCK, 0, [hats, ride], among=True) == ["Busier hats", "On the ride"]
    assert names_of(ROCK, 0, [hats, hats], among=True) == ["Plain", "Plain 2"]
