"""Humanise: a drawn pattern as a drummer would play it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.strategies import patterns

from drumstudio.app.drummer.humanise import humanised
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern, pattern_from_events
from drumstudio.domain.timing import Grid

KICK, SNARE, HAT = 1 << Drum.KICK, 1 << Drum.SNARE, 1 << Drum.CLOSED_HAT
BAR = [
    KICK | HAT, 0, HAT, 0, SNARE | HAT, 0, HAT, SNARE, KICK | HAT, SNARE, HAT, 0, SNARE | HAT, 0, HAT, 0,
]  # fmt: skip
DRAWN = pattern_from_events(BAR * 4)


def _mean(pattern: Pattern, drum: Drum, steps: tuple[int, ...]) -> float:
    found = [hit.velocity for hit in pattern.hits if hit.drum == drum and hit.step % 16 in steps]
    return sum(found) / len(found)


@given(patterns(), st.floats(20, 400), st.floats(0, 1), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_no_hit_comes_or_goes_and_others_stay(pattern: Pattern, qpm: float, amount: float, seed: int) -> None:
    cells = {(hit.step, int(hit.drum)) for hit in pattern.hits if (hit.step + hit.drum) % 2}
    played = humanised(pattern, qpm, amount, seed, cells=cells)
    assert [(h.step, h.drum, h.chance) for h in played.hits] == [
        (h.step, h.drum, h.chance) for h in pattern.hits
    ]
    assert played.with_hits(()) == pattern.with_hits(())
    for before, after in zip(pattern.hits, played.hits, strict=True):
        if (before.step, int(before.drum)) not in cells:
            assert after == before
    assert humanised(pattern, qpm, amount, seed, cells=cells) == played


def test_nothing_happens_at_0_and_without_cells() -> None:
    assert humanised(DRAWN, 120, 0.0) is DRAWN
    assert humanised(DRAWN, 120, 1.0, cells=[]) is DRAWN
    assert humanised(DRAWN, 120, 1.0, cells=[(1, 0)]) is DRAWN
    with pytest.raises(ValueError, match="0 to 1"):
        humanised(DRAWN, 120, 1.5)


def test_back_beats_are_loud_ghosts_soft_and_hats_have_accents() -> None:
    played = humanised(DRAWN, 100, 1.0, style="rock")
    assert _mean(played, Drum.SNARE, (4, 12)) > 95
    assert _mean(played, Drum.SNARE, (7, 9)) < 60
    assert _mean(played, Drum.CLOSED_HAT, (0, 4, 8, 12)) > _mean(played, Drum.CLOSED_HAT, (2, 6, 10, 14)) + 3
    assert len({hit.offset for hit in played.hits}) > 10


def test_amount_leads_from_what_is_drawn_to_what_is_played() -> None:
    full, half = humanised(DRAWN, 100, 1.0, seed=3), humanised(DRAWN, 100, 0.5, seed=3)
    for drawn, some, all_ in zip(DRAWN.hits, half.hits, full.hits, strict=True):
        assert abs(some.velocity - (drawn.velocity + all_.velocity) / 2) <= 1
        assert abs(some.offset - all_.offset / 2) <= 1 / 120
    assert humanised(DRAWN, 100, 1.0, seed=4) != full


def test_a_flam_stays_a_flam() -> None:
    flam = (Hit(11, Drum.SNARE, 60, 0.45), Hit(12, Drum.SNARE, 120, -0.3))
    rest = [hit for hit in DRAWN.hits if hit.drum != Drum.SNARE]
    played = humanised(DRAWN.with_hits([*rest, *flam]), 120, 1.0)
    first, second = played.hit_at(11, Drum.SNARE), played.hit_at(12, Drum.SNARE)
    assert first is not None
    assert second is not None
    drawn = DRAWN.with_hits(flam)
    assert [hit.offset for hit in (first, second)] == [hit.offset for hit in drawn.hits]
    assert first.velocity <= second.velocity / 2 + 1


def test_the_player_of_the_other_hits_plays() -> None:
    def hats(snare: int) -> float:
        hits = [
            Hit(hit.step, hit.drum, snare + hit.step % 3, 0.05) if hit.step < 32 else hit
            for hit in DRAWN.hits
        ]
        cells = [(hit.step, int(hit.drum)) for hit in DRAWN.hits if hit.step >= 32]
        played = humanised(DRAWN.with_hits(hits), 100, 1.0, cells=cells)
        later = Pattern(played.grid, played.bars, tuple(hit for hit in played.hits if hit.step >= 32))
        return _mean(later, Drum.CLOSED_HAT, (0, 2, 4, 6, 8, 10, 12, 14))

    assert hats(40) + 25 < hats(110)


def test_without_its_file_rules_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drumstudio.paths.shipped_models", lambda: tmp_path)
    played = humanised(DRAWN, 100, 1.0)
    assert _mean(played, Drum.SNARE, (4, 12)) > 100
    assert _mean(played, Drum.SNARE, (7, 9)) < 60
    assert not any(hit.offset for hit in played.hits)


def test_triplets_and_odd_grids_are_played() -> None:
    for per_quarter in (2, 3, 6, 8, 12):
        pattern = Pattern(
            Grid(steps_per_quarter=per_quarter),
            1,
            tuple(Hit(step, Drum.RIDE) for step in range(4 * per_quarter)),
        )
        played = humanised(pattern, 120, 1.0)
        assert played.events() == pattern.events()
        assert played != pattern
