from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drumstudio.errors import CancelledError, CheckpointError
from drumstudio.ml.checkpoint import save
from drumstudio.ml.config import GROOVE_MEMORY, KINDS, NetworkConfig
from drumstudio.ml.encoding import Encoding, events_to_hits
from drumstudio.ml.playing.player import draw
from drumstudio.ml.playing.sampler import Sampler, load_sampler

PRIMER = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 0]


@pytest.fixture(params=KINDS)
def sampler(request: pytest.FixtureRequest, make_model) -> Sampler:
    return Sampler(*make_model(NetworkConfig(request.param, layers=(12, 10))))


@pytest.fixture(params=KINDS)
def one_drum(request: pytest.FixtureRequest, make_model) -> Sampler:
    network = NetworkConfig(request.param, layers=(6,))
    return Sampler(*make_model(network, Encoding(drums=1, steps_per_quarter=2)))


def test_the_same_seed_gives_the_same_steps(sampler: Sampler) -> None:
    first = sampler.continue_(PRIMER, 40, seed=5, candidates=3)
    assert first.dtype == np.int16
    assert first.shape == (3, 40)
    assert np.array_equal(first, sampler.continue_(PRIMER, 40, seed=5, candidates=3))
    assert not np.array_equal(first, sampler.continue_(PRIMER, 40, seed=6, candidates=3))


def test_candidates_differ_from_each_other(sampler: Sampler) -> None:
    found = sampler.continue_(PRIMER, 40, candidates=10)
    assert len({row.tobytes() for row in found}) == 10


@pytest.mark.parametrize(
    "network",
    [
        NetworkConfig(layers=(12, 10)),
        NetworkConfig(layers=(9,), attention=4),
        NetworkConfig(GROOVE_MEMORY, layers=(9,)),
    ],
)
def test_a_candidate_is_the_same_alone_and_among_others(make_model, network) -> None:
    sampler = Sampler(*make_model(network))
    many = sampler.continue_(PRIMER, 48, candidates=19, seed=3)
    for count in (1, 2, 4, 8, 9):
        assert np.array_equal(many[:count], sampler.continue_(PRIMER, 48, candidates=count, seed=3))


def test_a_longer_continuation_begins_like_a_shorter_one(sampler: Sampler) -> None:
    assert np.array_equal(
        sampler.continue_(PRIMER, 64, candidates=2)[:, :20], sampler.continue_(PRIMER, 20, candidates=2)
    )


def test_a_continuation_goes_on_where_the_primer_ends(sampler: Sampler) -> None:
    """Greedy answers one step at a time, each made part of the primer, are those made in one go."""
    whole = sampler.continue_(PRIMER[:13], 12, temperature=0)[0].tolist()
    primer = PRIMER[:13]
    for event in whole:
        assert sampler.continue_(primer, 1, temperature=0)[0].tolist() == [event]
        primer = [*primer, event]


def test_rests_at_the_end_of_a_primer_count(sampler: Sampler) -> None:
    ending = sampler.continue_([*PRIMER, 0, 0, 0], 32)
    assert not np.array_equal(ending, sampler.continue_(PRIMER, 32))


@pytest.mark.parametrize("length", [0, 1, 2, 17, 600])
def test_primers_of_any_length(sampler: Sampler, length: int) -> None:
    primer = (PRIMER * 40)[:length]
    assert sampler.continue_(primer, 8, candidates=2).shape == (2, 8)


def test_the_bars_length_is_heard(sampler: Sampler) -> None:
    assert not np.array_equal(
        sampler.continue_(PRIMER[:12], 48, steps_per_bar=12), sampler.continue_(PRIMER[:12], 48)
    )


def test_the_more_the_gate_is_biased_the_more_of_the_bar_before_comes_back(make_model) -> None:
    sampler = Sampler(*make_model(NetworkConfig(GROOVE_MEMORY, layers=(9,))))
    copied = []
    for bias in (-8, 0, 8):
        found = sampler.continue_(PRIMER, 64, candidates=8, gate_bias=bias).reshape(8, 4, 16)
        bars = np.concatenate((np.broadcast_to(np.int16(PRIMER), (8, 1, 16)), found), 1)
        copied.append(float((bars[:, 1:] == bars[:, :-1]).mean()))
    assert copied[0] < 0.1 < copied[1] < 0.95 < copied[2]


def test_steps_stream_as_they_are_made(sampler: Sampler) -> None:
    seen: list[tuple[int, list[int]]] = []
    found = sampler.continue_(
        PRIMER, 9, candidates=3, on_step=lambda step, events: seen.append((step, events.tolist()))
    )
    assert [step for step, _ in seen] == list(range(9))
    assert np.array_equal(np.array([events for _, events in seen]).T, found)


def test_cancelling_ends_it_before_the_next_step(sampler: Sampler) -> None:
    made: list[int] = []
    with pytest.raises(CancelledError):
        sampler.continue_(
            PRIMER, 100, on_step=lambda step, _: made.append(step), cancelled=lambda: len(made) == 5
        )
    assert made == [0, 1, 2, 3, 4]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_forced_cells_hold(sampler: Sampler, one_drum: Sampler, data: st.DataObject) -> None:
    steps = data.draw(st.integers(1, 12))
    cells = data.draw(st.lists(st.sampled_from([-1, -1, 0, 1]), min_size=9 * steps, max_size=9 * steps))
    forced = np.array(cells, np.int8).reshape(steps, 9)
    for player in (sampler, one_drum):
        found = player.continue_(
            PRIMER, steps, forced=forced, candidates=2, seed=data.draw(st.integers(0, 99))
        )
        for row in found:
            hits = events_to_hits(row)
            assert (hits[forced >= 0] == forced[forced >= 0]).all()


def test_free_cells_are_as_if_nothing_were_forced(sampler: Sampler) -> None:
    free = np.full((32, 9), -1, np.int8)
    assert np.array_equal(sampler.continue_(PRIMER, 32, forced=free), sampler.continue_(PRIMER, 32))


def test_a_one_drum_network_answers_on_the_snare_and_on_eighths(one_drum: Sampler) -> None:
    found = one_drum.continue_(PRIMER, 64, candidates=4)
    assert set(np.unique(found)) == {0, 2}
    assert not found[:, 1::2].any()
    begun_late = one_drum.continue_(PRIMER[:15], 17)
    assert not begun_late[:, 0::2].any()
    assert np.array_equal(begun_late[:, 1:], one_drum.continue_(PRIMER, 16))


def test_temperature_zero_takes_the_likeliest(sampler: Sampler) -> None:
    found = sampler.continue_(PRIMER, 20, temperature=0, candidates=3)
    assert (found == found[0]).all()
    assert np.array_equal(found, sampler.continue_(PRIMER, 20, temperature=0, candidates=3, seed=9))


def test_draws_follow_the_probabilities() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2]], np.float32))
    uniform = np.linspace(0, 1, 1000, endpoint=False)
    found = draw(np.repeat(logits, 1000, 0), uniform, 1.0, 1.0)
    assert np.bincount(found).tolist() == pytest.approx([500, 300, 200], abs=1)
    colder = np.bincount(draw(np.repeat(logits, 1000, 0), uniform, 0.5, 1.0))
    assert colder.tolist() == pytest.approx([658, 237, 105], abs=1)


def test_top_p_leaves_out_the_tail() -> None:
    logits = np.repeat(np.log(np.array([[0.2, 0.5, 0.3]], np.float32)), 100, 0)
    uniform = np.linspace(0, 1, 100, endpoint=False)
    assert set(draw(logits, uniform, 1.0, 0.7).tolist()) == {1, 2}
    assert set(draw(logits, uniform, 1.0, 0.4).tolist()) == {1}


def test_a_draw_never_takes_what_is_not_allowed() -> None:
    logits = np.array([[90.0, 0.0, -90.0]], np.float32)
    allowed = np.array([False, False, True])
    for uniform in (0.0, 0.5, 1 - 2**-53):
        for temperature in (0.0, 0.01, 1.0, 4.0):
            assert draw(logits, np.array([uniform]), temperature, 1.0, allowed).tolist() == [2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"temperature": 4.1},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"candidates": 0},
        {"seed": -1},
        {"steps_per_bar": 0},
        {"gate_bias": 8.1},
        {"gate_bias": float("nan")},
        {"forced": np.zeros((3, 9), np.int8)},
    ],
)
def test_what_makes_no_sense_is_refused(sampler: Sampler, wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"not|or more"):
        sampler.continue_(PRIMER, 8, **wrong)


def test_a_model_whose_weights_do_not_fit_names_its_file(tmp_path: Path, make_model) -> None:
    checkpoint, weights = make_model()
    weights["out.bias"] = weights["out.bias"][:5]
    path = tmp_path / "bent.safetensors"
    save(path, checkpoint, weights)
    with pytest.raises(CheckpointError, match=r"bent\.safetensors"):
        load_sampler(path)


def test_sampling_needs_no_torch(model_file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from drumstudio.ml.playing.sampler import load_sampler;"
        "load_sampler(Path(sys.argv[1])).continue_([1, 0], 4); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(model_file)], check=True, timeout=60)
