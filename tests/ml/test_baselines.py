"""The mixtures of counts and copies that a network is measured against."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.beats import Beat, beat

from drumstudio.cli.evaluate import NAMES
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.training.baselines import BASELINES, Baseline, Counts


def _score(name: str, train: list[Beat], tracks: list[Beat], encoding: Encoding | None = None) -> float:
    return Baseline(BASELINES[name], encoding or Encoding(), train).score(tracks).perplexity


def test_the_command_names_those_there_are() -> None:
    assert list(NAMES) == list(BASELINES)


def test_unigrams_are_counted_and_fall_back_on_all_events_alike() -> None:
    train = [Beat(np.array([1, 1, 1, 2, 2, 4], np.int16))]
    score = Baseline(BASELINES["unigram"], Encoding(), train).score([Beat(np.array([9, 1, 2, 7], np.int16))])
    chances = [(3 + 3 / 512) / 9, (2 + 3 / 512) / 9, 3 / 512 / 9]
    assert score.perplexity == pytest.approx(math.exp(-sum(map(math.log, chances)) / 3))
    assert (score.steps, score.event_count, score.event_right) == (3, 3, 1)


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("encoding", [Encoding(), Encoding(1, 2)])
def test_what_a_baseline_says_is_a_distribution(name: str, encoding: Encoding) -> None:
    train = [beat(seed, bars=5) for seed in range(6)]
    baseline = Baseline(BASELINES[name], encoding, train)
    assert baseline.weights.sum() == pytest.approx(1)
    for _, components in baseline._steps(beat(9, bars=3)):
        assert components.min() >= 0
        assert components.sum(1) == pytest.approx(np.ones(len(components)))


def test_an_unseen_context_is_as_if_it_were_not_there() -> None:
    counts = Counts(4)
    counts.add((1,), 2)
    below = np.full(4, 0.25)
    assert counts.shape((9,), below) is below
    assert counts.shape((1,), below).tolist() == [0.125, 0.125, 0.625, 0.125]


def test_what_repeats_is_predicted_better_by_copying_than_by_counting() -> None:
    """Tracks that each repeat a bar of their own, with a tenth of the steps changed."""
    draw = np.random.default_rng(0)
    tracks = []
    for seed in range(24):
        events = np.tile(draw.choice([0, 0, 0, 1, 2, 4, 5, 6], 16), 12).astype(np.int16)
        changed = np.random.default_rng(seed).random(len(events)) < 0.1
        events[changed] = draw.choice([0, 1, 2, 4], int(changed.sum()))
        tracks.append(Beat(events))
    unigram, bigram, copy_bar, copies, running = (_score(name, tracks[4:], tracks[:4]) for name in BASELINES)
    assert max(copy_bar, copies, running) < min(unigram, bigram)


def test_bars_are_copied_at_their_own_length() -> None:
    draw = np.random.default_rng(1)
    tracks = [Beat(np.tile(draw.integers(0, 8, 12), 10).astype(np.int16), 12) for _ in range(12)]
    wrong = [Beat(track.events, 16) for track in tracks]
    right = _score("copy_bar", tracks[2:], tracks[:2])
    assert 2 * right < _score("copy_bar", wrong[2:], wrong[:2])


def test_a_bar_of_triplets_is_no_bar_of_three_quarters() -> None:
    draw = np.random.default_rng(2)
    waltz, shuffle = ([0, *draw.integers(1, 8, 11)] for _ in range(2))
    train = [Beat(np.tile(waltz, 8).astype(np.int16), 12, 4) for _ in range(4)]
    mixed = [*train, *(Beat(np.tile(shuffle, 8).astype(np.int16), 12, 3) for _ in range(4))]
    for name in ("bigram", "copy_bar"):
        assert _score(name, mixed, train[:1]) == pytest.approx(_score(name, train, train[:1]), rel=0.02)
        told = [Beat(track.events, 12, 4) for track in mixed]
        assert _score(name, told, train[:1]) > 1.05 * _score(name, train, train[:1])


def test_each_track_has_a_score_of_its_own() -> None:
    tracks = [beat(seed, bars=3 + seed) for seed in range(4)]
    baseline = Baseline(BASELINES["copies"], Encoding(), tracks)
    each = baseline.score_each(tracks)
    assert [score.steps for score in each] == [len(track.events) - 1 for track in tracks]
    whole = baseline.score(tracks)
    assert sum(score.loss for score in each) == pytest.approx(whole.loss)
    assert whole.event_perplexity is not None
    assert whole.event_perplexity > whole.perplexity  # rests are easier


def test_one_training_track_is_enough() -> None:
    assert _score("running", [beat(0)], [beat(1)]) < 512
