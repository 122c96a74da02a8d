from __future__ import annotations

import numpy as np
import pytest
from support.beats import beat

from drumstudio.errors import CancelledError
from drumstudio.ml.config import GROOVE_MEMORY, KINDS, NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.playing.beam import MAX_WIDTH, Beam
from drumstudio.ml.playing.player import log_likelihoods
from drumstudio.ml.playing.sampler import Sampler

PRIMER = beat(1, bars=2).events


@pytest.fixture(params=KINDS)
def sampler(request: pytest.FixtureRequest, make_model) -> Sampler:
    return Sampler(*make_model(NetworkConfig(request.param, layers=(10,))))


def _likelihood(sampler: Sampler, events: np.ndarray) -> float:
    """log probability of `events` (steps,) after PRIMER."""
    player, whole = sampler.player, np.concatenate((PRIMER, events)).astype(np.int64)
    before = np.append(sampler.checkpoint.encoding.start, whole[:-1])
    places, state, found = player.places(0, len(whole), 16), player.start(1), 0.0
    for step in range(len(whole)):
        logits, state = player.step(before[step : step + 1], places[step], state)
        if step >= len(PRIMER):
            found += float(log_likelihoods(logits, whole[step : step + 1], 1.0)[0])
    return found


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
def test_one_one_and_one_are_plain_sampling(sampler: Sampler, temperature: float) -> None:
    found = sampler.search(PRIMER, 40, candidates=9, beam=Beam(), temperature=temperature, seed=5)
    assert np.array_equal(found, sampler.continue_(PRIMER, 40, candidates=9, temperature=temperature, seed=5))


def test_wider_beams_find_likelier_continuations(sampler: Sampler) -> None:
    means = []
    for beam in (Beam(), Beam(1, 4), Beam(4, 4), Beam(8, 8)):
        found = sampler.search(PRIMER, 24, candidates=8, beam=beam, seed=1)
        means.append(np.mean([_likelihood(sampler, row) for row in found]))
    assert means == sorted(means)
    assert means[-1] > means[0] + 5


def test_the_kept_are_the_likeliest_of_each_iteration(sampler: Sampler) -> None:
    """One iteration over all steps is the best of as many plain draws."""
    found = sampler.search(PRIMER, 24, beam=Beam(1, 3, 24), seed=3)[0]
    first = sampler.continue_(PRIMER, 24, seed=3)[0]
    assert _likelihood(sampler, found) >= _likelihood(sampler, first)
    assert not np.array_equal(found, sampler.search(PRIMER, 24, beam=Beam(1, 3, 1), seed=3)[0])


def test_a_search_is_the_same_alone_and_among_others(sampler: Sampler) -> None:
    beam = Beam(3, 2, 4)
    many = sampler.search(PRIMER, 30, candidates=7, beam=beam, seed=2)
    assert many.shape == (7, 30)
    assert many.dtype == np.int16
    assert len({row.tobytes() for row in many}) == 7
    for count in (1, 3):
        assert np.array_equal(many[:count], sampler.search(PRIMER, 30, candidates=count, beam=beam, seed=2))


def test_one_drum_networks_search_on_their_own_steps(make_model) -> None:
    sampler = Sampler(*make_model(NetworkConfig(GROOVE_MEMORY, layers=(6,)), Encoding(1, 2)))
    found = sampler.search(PRIMER, 32, candidates=2, beam=Beam(2, 3, 2))
    assert set(np.unique(found)) <= {0, 2}
    assert found.any()
    assert not found[:, 1::2].any()


def test_a_search_can_be_cancelled(sampler: Sampler) -> None:
    with pytest.raises(CancelledError):
        sampler.search(PRIMER, 8, beam=Beam(2, 2), cancelled=lambda: True)


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (MAX_WIDTH, 2, 1)])
def test_beams_that_make_no_sense_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="beam size"):
        Beam(*wrong)
