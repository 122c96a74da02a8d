"""Dials, locks and taps: what holds with any network, and what the shipped drummer makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drumstudio.domain.dials import FILL_PERIODS, Dials
from drumstudio.domain.drums import Drum
from drumstudio.errors import CancelledError
from drumstudio.ml.catalogue import find_model
from drumstudio.ml.config import GROOVE_MEMORY, KINDS, NetworkConfig
from drumstudio.ml.encoding import Encoding, events_to_hits
from drumstudio.ml.musicality import TOMS, fill_bars, jaccard
from drumstudio.ml.playing.sampler import Sampler, load_sampler

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 0]
PRIMER = [*BAR, *BAR[:10], 5, 0, 6, 0, 4, 2]
TRIPLETS = [5, 0, 4, 6, 0, 4, 5, 0, 4, 6, 0, 1]


@pytest.fixture(params=KINDS)
def sampler(request: pytest.FixtureRequest, make_model) -> Sampler:
    return Sampler(*make_model(NetworkConfig(request.param, layers=(12,))))


@pytest.fixture
def one_drum(make_model) -> Sampler:
    return Sampler(
        *make_model(NetworkConfig(GROOVE_MEMORY, layers=(6,)), Encoding(drums=1, steps_per_quarter=2))
    )


@pytest.fixture(scope="module")
def drummer() -> Sampler:
    """The shipped drummer."""
    return load_sampler(find_model(None))


def _bars(events: np.ndarray, per_bar: int = 16) -> np.ndarray:
    return events_to_hits(events.ravel()).astype(bool).reshape(*events.shape[:-1], -1, per_bar, 9)


# --- what holds with any network

dials = st.builds(
    Dials,
    stick=st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]),
    wildness=st.sampled_from([0.0, 0.05, 0.9, 2.0]),
    fills=st.sampled_from(FILL_PERIODS),
    crash=st.booleans(),
    busyness=st.sampled_from([0.5, 1.0, 2.0]),
    style=st.sampled_from(["", "rock", "unheard of"]),
)


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_locked_cells_hold_whatever_the_dials_ask(
    sampler: Sampler, one_drum: Sampler, data: st.DataObject
) -> None:
    """Two networks, two candidates: 1,000 random cases in all."""
    steps = data.draw(st.integers(1, 20))
    seed = data.draw(st.integers(0, 2**32))
    chances = data.draw(st.sampled_from([(0.9, 0.05, 0.05), (0.4, 0.3, 0.3), (0.0, 0.5, 0.5)]))
    forced = np.random.default_rng(seed).choice([-1, 0, 1], (steps, 9), p=chances).astype(np.int8)
    struck = None
    if data.draw(st.booleans()):
        struck = np.random.default_rng(seed + 1).choice([-1, 0, 1], steps).astype(np.int8)
    for player in (sampler, one_drum):
        found = player.play(
            PRIMER[: data.draw(st.integers(0, 32))],
            steps,
            candidates=2,
            dials=data.draw(dials),
            seed=seed,
            forced=forced,
            struck=struck,
            fill_bars={1, 2},
        )
        for row in found:
            hits = events_to_hits(row)
            assert (hits[forced >= 0] == forced[forced >= 0]).all()
            if struck is not None:
                quiet = (struck == 0)[:, None] & (forced < 0)
                assert not hits[quiet].any()


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_taps_are_struck_and_only_hats_between_them(
    sampler: Sampler, one_drum: Sampler, data: st.DataObject
) -> None:
    struck = np.array(data.draw(st.lists(st.sampled_from([-1, -1, 0, 1]), min_size=1, max_size=24)), np.int8)
    for player in (sampler, one_drum):
        for row in player.play([], len(struck), candidates=2, dials=data.draw(dials), struck=struck):
            assert (row[struck == 1] != 0).all()
            assert not row[struck == 0].any()
            assert not (row[struck < 0] & ~(1 << Drum.CLOSED_HAT | 1 << Drum.RIDE)).any()


@pytest.mark.parametrize("primer", [PRIMER, []])
@pytest.mark.parametrize("locked", [False, True])
def test_a_candidate_is_the_same_alone_and_among_others_and_on_every_run(
    sampler: Sampler, primer: list[int], locked: bool
) -> None:
    forced = np.full((40, 9), -1, np.int8)
    forced[20:, Drum.SNARE] = np.arange(20) % 3 == 0
    settings = {"dials": Dials(fills=2), "seed": 4, "forced": forced if locked else None}
    many = sampler.play(primer, 40, candidates=11, **settings)
    assert many.shape == (11, 40)
    assert many.dtype == np.int16
    for count in (1, 2, 4, 8, 11):
        assert np.array_equal(many[:count], sampler.play(primer, 40, candidates=count, **settings))
    assert len({row.tobytes() for row in many}) == 11
    assert not np.array_equal(many, sampler.play(primer, 40, candidates=11, **{**settings, "seed": 5}))


@pytest.mark.parametrize("primer", [PRIMER, []])
def test_free_cells_are_as_if_nothing_were_forced(sampler: Sampler, primer: list[int]) -> None:
    free = np.full((32, 9), -1, np.int8)
    assert np.array_equal(sampler.play(primer, 32, forced=free), sampler.play(primer, 32))


@pytest.mark.parametrize("primer", [PRIMER, PRIMER[:5], []])
@pytest.mark.parametrize("given_ahead", [False, True])
def test_what_streams_is_what_comes_out(sampler: Sampler, primer: list[int], given_ahead: bool) -> None:
    forced = np.full((40, 9), -1, np.int8)
    if given_ahead:
        forced[30:] = 0
    seen: list[tuple[int, list[int]]] = []
    found = sampler.play(
        primer,
        40,
        candidates=3,
        dials=Dials(fills=2),
        forced=forced,
        on_step=lambda step, events: seen.append((step, events.tolist())),
    )
    assert [step for step, _ in seen] == list(range(40))
    assert np.array_equal(np.array([events for _, events in seen]).T, found)


@pytest.mark.parametrize("forced", [None, np.zeros((60, 9), np.int8)])
def test_it_can_be_cancelled_at_every_step(sampler: Sampler, forced: np.ndarray | None) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(0)
        return len(asked) == 50

    with pytest.raises(CancelledError):
        sampler.play(PRIMER, 60, forced=forced, cancelled=cancelled)
    assert len(asked) == 50


@pytest.mark.parametrize(
    "wrong", [{"forced": np.zeros((3, 9), np.int8)}, {"struck": np.zeros(3, np.int8)}, {"seed": -1}]
)
@pytest.mark.parametrize("primer", [PRIMER, []])
def test_what_makes_no_sense_is_refused(sampler: Sampler, wrong: dict, primer: list[int]) -> None:
    with pytest.raises(ValueError, match=r"not|or more"):
        sampler.play(primer, 8, **wrong)


@pytest.mark.parametrize(
    ("per_bar", "quarter"), [(12, 4), (12, 3), (14, 4), (20, 4), (6, 4), (3, 1), (18, 3)]
)
def test_other_meters_and_triplets_play(
    sampler: Sampler, one_drum: Sampler, per_bar: int, quarter: int
) -> None:
    for player in (sampler, one_drum):
        for primer in ((PRIMER * 2)[: 2 * per_bar], []):
            found = player.play(
                primer, 3 * per_bar, per_bar, 2, Dials(fills=2), steps_per_quarter=quarter, fill_bars={2}
            )
            assert found.shape == (2, 3 * per_bar)
    assert player.play(PRIMER, 0).shape == (1, 0)
    assert player.play([], 0).shape == (1, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_strict_loop_repeats_the_primer_whatever_the_network_thinks(make_model, kind: str) -> None:
    sampler = Sampler(*make_model(NetworkConfig(kind, layers=(9,))))
    for wildness in (0.0, 0.9, 2.0):
        dials = Dials(stick=1.0, wildness=wildness, fills=0)
        found = sampler.play(PRIMER, 80, candidates=3, dials=dials)
        assert (found == (PRIMER * 3)[:80]).all()
        begun_late = sampler.play(PRIMER[:21], 32, candidates=2, dials=dials)
        assert (begun_late == (PRIMER[5:16] + PRIMER[:16] + PRIMER[:16])[:32]).all()


def test_a_one_drum_network_sticks_to_its_groove_too(one_drum: Sampler) -> None:
    taps = [2 if step % 16 in (0, 4, 6, 10, 12) else 0 for step in range(32)]
    alike = []
    for stick in (0.0, 0.5, 0.8, 1.0):
        found = one_drum.play(taps, 64, candidates=8, dials=Dials(stick=stick, fills=0))
        alike.append(float((found == np.array(taps * 2)).mean()))
    assert alike == sorted(alike)
    assert alike[-1] == 1.0
    assert alike[0] < 0.9


# --- what the shipped drummer makes of them


def test_sticking_moves_the_likeness_to_the_primer_steadily(drummer: Sampler) -> None:
    alike = []
    for stick in (0.0, 0.25, 0.5, 0.75, 1.0):
        found = _bars(drummer.play(PRIMER, 64, candidates=8, dials=Dials(stick=stick, fills=0), seed=3))
        alike.append(jaccard(found, np.tile(_bars(np.array(PRIMER)), (2, 1, 1))).mean())
    assert (np.diff(alike) > 0.02).all()
    assert alike[0] < 0.7
    assert alike[-1] == 1.0


def test_fills_are_played_where_they_are_asked_and_nowhere_else(drummer: Sampler) -> None:
    found = drummer.play(PRIMER, 128, candidates=8, dials=Dials(fills=4, crash=True), seed=1, fill_bars={5})
    due = np.isin(np.arange(2, 10), (3, 5, 7))
    whole = [np.concatenate((_bars(np.array(PRIMER)), bars)) for bars in _bars(found)]
    fills = np.stack([fill_bars(bars)[2:] for bars in whole])
    assert fills[:, due].mean() >= 0.85
    assert fills[:, ~due].mean() < 0.1
    hits = np.stack(whole)[:, 2:]
    assert hits[:, ~due][..., TOMS].any((2, 3)).mean() < 0.06
    after = np.flatnonzero(due) + 1
    assert hits[:, after, 0, Drum.CRASH].all()
    assert hits[:, after, 0, Drum.KICK].all()
    assert hits[..., Drum.CRASH].sum() <= 8 * 3 + 2
    # The first half keeps the groove, and the bar after comes back to it.
    usual = np.tile(whole[0][:2], (4, 1, 1))
    assert jaccard(hits[:, due, :8], usual[due, :8]).mean() > 0.7
    assert jaccard(hits[:, after, 1:], usual[after, 1:]).mean() > 0.7


def test_no_crash_comes_where_none_is_asked(drummer: Sampler) -> None:
    found = _bars(drummer.play(PRIMER, 128, candidates=4, dials=Dials(fills=2, crash=False)))
    assert not found[..., Drum.CRASH].any()


@pytest.mark.parametrize(("per_bar", "quarter", "primer"), [(12, 4, BAR[:12] * 2), (12, 3, TRIPLETS * 2)])
def test_fills_come_in_other_meters_and_in_triplets(
    drummer: Sampler, per_bar: int, quarter: int, primer: list[int]
) -> None:
    found = drummer.play(
        primer, 4 * per_bar, per_bar, 8, Dials(fills=4, crash=True), steps_per_quarter=quarter
    )
    bars = _bars(found, per_bar)
    strokes = bars[:, 1, -2 * quarter :][..., [Drum.SNARE, *TOMS]].sum((1, 2))
    assert np.median(strokes) >= 3
    assert bars[:, 2, 0, Drum.CRASH].mean() > 0.8


def test_busyness_moves_the_hits_and_never_the_back_beat(drummer: Sampler) -> None:
    hits, backs = [], []
    for busyness in (0.5, 0.75, 1.0, 1.5, 2.0):
        found = _bars(
            drummer.play(PRIMER, 128, candidates=8, dials=Dials(busyness=busyness, fills=0), seed=2)
        )
        hits.append(found.sum() / found.shape[0] / 8 / (events_to_hits(PRIMER).sum() / 2))
        backs.append(found[:, :, [4, 12], Drum.SNARE].mean())
    assert (np.diff(hits) > 0.05).all()
    assert hits[0] < 0.75
    assert hits[-1] > 1.6
    assert min(backs) > 0.85


def test_wildness_moves_away_from_the_likeliest(drummer: Sampler) -> None:
    alike = []
    for wildness in (0.0, 0.9, 1.5, 2.0):
        found = drummer.play(PRIMER, 64, candidates=8, dials=Dials(wildness=wildness, fills=0))
        alike.append(jaccard(_bars(found), np.tile(_bars(np.array(PRIMER)), (2, 1, 1))).mean())
    assert alike == sorted(alike, reverse=True)
    assert alike[0] > alike[-1] + 0.3


def test_hats_come_to_a_kick_and_snare_that_are_kept(drummer: Sampler) -> None:
    hits = np.tile(events_to_hits(PRIMER).astype(np.int8), (2, 1))
    forced = np.full((64, 9), -1, np.int8)
    forced[:, [Drum.KICK, Drum.SNARE]] = hits[:, [Drum.KICK, Drum.SNARE]]
    for bars in _bars(drummer.play([], 64, candidates=8, forced=forced, dials=Dials(fills=0))):
        time_kept = bars[..., [Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.RIDE]].any(2).sum(1)
        assert (time_kept >= 3).all()


def test_what_is_given_ahead_is_led_up_to(drummer: Sampler) -> None:
    """Where the bars that follow are given, what is written before them is of their groove."""
    ahead = np.array(PRIMER)
    forced = np.full((64, 9), -1, np.int8)
    forced[32:] = events_to_hits(ahead)
    for bars in _bars(drummer.play([], 64, candidates=6, forced=forced, dials=Dials(fills=0))):
        assert jaccard(bars[:2], bars[2:]).mean() > 0.5


def test_taps_become_a_beat_with_kick_and_snare_in_their_places(drummer: Sampler) -> None:
    struck = np.tile(np.array([1, -1, -1, -1] * 4, np.int8), 4)
    found = _bars(drummer.play([], 64, candidates=8, struck=struck, dials=Dials(fills=0)))
    assert found[:, :, [4, 12], Drum.SNARE].mean() > 0.9
    assert found[:, :, [0, 8], Drum.KICK].mean() > 0.9
    assert found[..., [Drum.CLOSED_HAT, Drum.RIDE]].any((2, 3)).mean() > 0.9


def test_the_default_is_close_to_the_primer_and_in_time(drummer: Sampler) -> None:
    found = _bars(drummer.play(PRIMER, 128, candidates=8, dials=replace(Dials(), fills=0)))
    assert found[:, :, [4, 12], Drum.SNARE].mean() > 0.9
    assert found[:, :, 0, Drum.KICK].mean() > 0.9


def test_one_who_strays_comes_back_to_the_groove(drummer: Sampler) -> None:
    """A groove on the toms, which few drummers play, does not dissolve."""
    low, mid = 1 << Drum.LOW_TOM, 1 << Drum.MID_TOM
    bar = [low | 1, 0, 0, low, 0, 0, low | 1, 0, 2, 0, low | 1, 0, low, 0, low, 0]
    primer = [*bar, *bar[:14], mid | 1, 0]
    found = _bars(drummer.play(primer, 128, candidates=8, dials=Dials(fills=0), seed=11))
    alike = jaccard(found, np.tile(_bars(np.array(primer)), (4, 1, 1)))
    assert alike[:, 4:].mean() > 0.35
    assert (alike[:, 4:].mean(1) > 0.15).all()
