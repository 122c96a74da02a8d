from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.drums import Drum
from drumstudio.ml.encoding import (
    COUNTERS,
    Encoding,
    events_to_hits,
    feature_count,
    hits_to_events,
    one_hot,
    position_features,
)


@given(st.lists(st.integers(0, 511), max_size=40))
def test_hits_and_events_are_the_same_thing(events: list[int]) -> None:
    hits = events_to_hits(events)
    assert hits.shape == (len(events), 9)
    assert hits_to_events(hits).tolist() == events


def test_a_bit_is_a_drum() -> None:
    hits = events_to_hits([1 << Drum.RIDE | 1 << Drum.KICK])
    assert np.flatnonzero(hits[0]).tolist() == [Drum.KICK, Drum.RIDE]


def test_nine_drums_are_512_events_taken_as_they_are() -> None:
    encoding = Encoding()
    assert encoding.classes == encoding.start == 512
    events = np.array([0, 5, 511])
    assert (
        encoding.encode(events).tolist() == encoding.decode(encoding.encode(events)).tolist() == [0, 5, 511]
    )


def test_one_drum_hears_whether_anything_is_struck_and_answers_on_the_snare() -> None:
    encoding = Encoding(drums=1)
    assert encoding.classes == 2
    classes = encoding.encode([0, 5, 511, 2])
    assert classes.tolist() == [0, 1, 1, 1]
    assert encoding.decode(classes).tolist() == [0, 2, 2, 2]


def test_only_one_drum_or_nine_can_be_encoded() -> None:
    with pytest.raises(ValueError, match="1 drum or 9"):
        Encoding(drums=4)
    with pytest.raises(ValueError, match="steps a quarter"):
        Encoding(steps_per_quarter=0)


def test_one_hot_rows() -> None:
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_counters_count_in_binary() -> None:
    features = position_features(0, 64, 16, place=False)
    assert features.shape == (64, COUNTERS)
    counted = ((features > 0) * (1 << np.arange(COUNTERS))).sum(1)
    assert counted.tolist() == list(range(64))


@given(st.integers(0, 5000), st.integers(1, 100), st.sampled_from([6, 12, 14, 16, 20, 32]))
def test_features_of_a_stretch_are_a_stretch_of_the_features(first: int, count: int, per_bar: int) -> None:
    whole = position_features(0, first + count, per_bar, place=True)
    assert np.array_equal(position_features(first, count, per_bar, place=True), whole[first:])


def test_the_place_in_the_bar_repeats_with_the_bar_of_any_meter() -> None:
    features = position_features(0, 48, 12, place=True)
    assert features.shape == (48, feature_count(True))
    place = features[:, COUNTERS:]
    assert np.array_equal(place[:12], place[12:24])
    assert len(np.unique(place[:12], axis=0)) == 12


def test_the_place_in_a_quarter_tells_triplets_from_sixteenths() -> None:
    straight = position_features(0, 64, 12, place=True, quarter=4)[:, -3:]
    triplets = position_features(0, 64, 12, place=True, quarter=3)[:, -3:]
    assert straight.shape[1] == feature_count(True, True) - feature_count(True)
    for features, quarter, triplet in ((straight, 4, 0.0), (triplets, 3, 1.0)):
        assert np.array_equal(features[:-quarter], features[quarter:])
        assert len(np.unique(features[:quarter, :2], axis=0)) == quarter
        assert (features[:, 2] == triplet).all()
    assert np.array_equal(position_features(3, 9, 14, True, 4), position_features(0, 12, 14, True, 4)[3:])


def test_quarters_begin_anew_with_every_bar() -> None:
    """A bar of 7/8 ends half a quarter early."""
    features = position_features(0, 28, 14, place=True, quarter=4)[:, -3:]
    assert np.array_equal(features[14], features[0])
    assert not np.array_equal(features[16], features[0])
