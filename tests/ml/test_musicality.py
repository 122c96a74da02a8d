"""The measures against cases worked out by hand from their definitions."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drumstudio.domain.drums import Drum
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ml.musicality import (
    DEFINITIONS,
    LABELS,
    TOUCH_LABELS,
    Measures,
    Touch,
    back_beat_steps,
    fill_bars,
    hit_f1,
    jaccard,
    measure,
    metrical_weights,
    modal_bar,
    syncopation,
    touch,
)

_DRUMS = dict(zip("kscolmhyr", Drum, strict=True))
ROCK = "kc . c . sc . c . kc . c . sc . c ."


def bars(*texts: str) -> npt.NDArray[np.bool_]:
    """Bars of words, one a step, each the drums it strikes: kick, s, closed, open, l m h, y (crash), ride."""
    rows = [text.split() for text in texts]
    hits = np.zeros((len(rows), len(rows[0]), len(Drum)), bool)
    for bar, row in enumerate(rows):
        for step, word in enumerate(row):
            for letter in word.strip("."):
                hits[bar, step, _DRUMS[letter]] = True
    return hits


def test_likeness_is_that_of_cells() -> None:
    two = bars("kc . c .", "k . c s", ". . . .", ". . . .")
    assert jaccard(two[:-1], two[1:]).tolist() == [2 / 4, 0.0, 1.0]
    found = measure(two, Grid(Meter(1, 4)))
    assert found.adjacent_jaccard == pytest.approx((0.5 + 0 + 1) / 3)
    assert found.repeated_steps == pytest.approx((2 + 1 + 4) / 12)


def test_a_continuation_is_compared_with_its_primer_bar_by_bar() -> None:
    piece = bars("k . s .", "k k s .", "k . s .", "k k s y", "l . s .")
    found = measure(piece, primer_bars=2)
    assert (found.bars, found.primer_bars) == (3, 2)
    # The third bar's place of the phrase is the primer's first, the fourth's its second.
    assert found.primer_jaccard == pytest.approx((1 + 3 / 4 + 1 / 3) / 3)
    assert found.adjacent_jaccard == pytest.approx((2 / 3 + 2 / 4 + 1 / 5) / 3)
    assert found.primer_copies == pytest.approx(1 / 3)
    assert found.new_hits == pytest.approx((0 + 1 + 1) / 3)
    assert found.primer_f1 == pytest.approx(2 * (2 + 3 + 1) / ((2 + 4 + 2) + (2 + 3 + 2)))


def test_a_phrase_goes_on_where_the_primer_ends() -> None:
    piece = bars("k .", "s .", "c .", "k .", "s .", "c .", "k .")
    assert measure(piece, primer_bars=3).primer_jaccard == 1.0
    assert measure(piece, primer_bars=4).primer_jaccard == pytest.approx(0.0)


def test_groove_similarity_looks_at_onsets_alone() -> None:
    piece = bars("k . s .", "c . r .", "k k s .")
    found = measure(piece)
    # Pairs: equal; one of four steps; one of four steps.
    assert found.groove_similarity == pytest.approx(1 - (0 + 1 + 1) / (3 * 4))
    assert found.adjacent_groove_similarity == pytest.approx((1 + 3 / 4) / 2)


def test_toms_and_crashes_are_counted() -> None:
    piece = bars("ky . s .", "k y s l", "k . s .", "ky . h .")
    found = measure(piece)
    assert (found.tom_bars, found.crash_bars) == (0.5, 0.75)
    assert found.crashes_on_one == pytest.approx(2 / 3)
    assert found.hits_a_bar == pytest.approx((3 + 4 + 2 + 3) / 4)
    assert measure(bars("k . s .")).crashes_on_one is None


def test_a_fill_is_unlike_the_usual_bar_and_ends_on_toms_or_new_snares() -> None:
    usual = ROCK
    toms = "kc . c . sc . . . s s h h m m l l"
    snares = "kc . c . . . . . ss s s s s s s s"
    sparse = "k . . . . . . . . . . . . . . ."
    crash = "ky . r . sr . r . kr . r . sr . r ."
    piece = bars(usual, usual, usual, toms, usual, usual, snares, usual, sparse, crash)
    assert (modal_bar(piece) == bars(usual)[0]).all()
    assert fill_bars(piece).nonzero()[0].tolist() == [3, 6]
    assert measure(piece).fill_bars == pytest.approx(0.2)
    # The piece whose usual bar counts is the whole one, the primer included.
    assert measure(piece, primer_bars=3).fill_bars == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("steps", "grid", "weights"),
    [
        (16, None, [5, 1, 2, 1, 3, 1, 2, 1, 4, 1, 2, 1, 3, 1, 2, 1]),
        (16, Grid(), [5, 1, 2, 1, 3, 1, 2, 1, 4, 1, 2, 1, 3, 1, 2, 1]),
        (12, Grid(steps_per_quarter=3), [4, 1, 1, 2, 1, 1, 3, 1, 1, 2, 1, 1]),
        (12, Grid(Meter(3, 4)), [4, 1, 2, 1, 3, 1, 2, 1, 3, 1, 2, 1]),
        (12, Grid(Meter(6, 8)), [4, 1, 2, 1, 2, 1, 3, 1, 2, 1, 2, 1]),
        (20, Grid(Meter(5, 4)), [4, 1, 2, 1, 3, 1, 2, 1, 3, 1, 2, 1, 3, 1, 2, 1, 3, 1, 2, 1]),
        (14, Grid(Meter(7, 8)), [3, 1] + [2, 1] * 6),
        (1, None, [1]),
    ],
)
def test_metrical_weights(steps: int, grid: Grid | None, weights: list[int]) -> None:
    assert metrical_weights(steps, grid).tolist() == weights


def test_syncopation_by_hand() -> None:
    # A stroke on the last 16th before 2 leaves the beat silent: 3 - 1.  On the 8th before 3: 4 - 2.  On the
    # last 16th of the bar: the next bar's 1, 5 - 1.
    assert syncopation(bars(". . . k . . . . . . . . . . . .")).tolist() == [2]
    assert syncopation(bars(". . . . . . k . . . . . . . . .")).tolist() == [2]
    assert syncopation(bars(". . . . . . . . . . . . . . . k")).tolist() == [4]
    # On the beats nothing is syncopated; a stroke that answers takes the syncopation away.
    assert syncopation(bars("k . . . s . . . k . . . s . . .")).tolist() == [0]
    assert syncopation(bars(". . . k k . . . . . . . . . . .")).tolist() == [0]
    # Each drum for itself, and each in its own bar, the last followed by the first.
    assert syncopation(bars(". . . ks . . . . . . . . . . . .")).tolist() == [4]
    two = bars(". . . . . . . . . . . . . . . k", "k . . k . . . . . . . . . . . k")
    assert syncopation(two).tolist() == [0, 2 + 4]


def test_back_beats_are_every_second_beat() -> None:
    assert back_beat_steps(16) == [4, 12]
    assert back_beat_steps(12, Grid(steps_per_quarter=3)) == [3, 9]
    assert back_beat_steps(12, Grid(Meter(3, 4))) == [4]
    assert back_beat_steps(12, Grid(Meter(6, 8))) == [6]
    assert back_beat_steps(24, Grid(Meter(12, 8))) == [6, 18]
    assert back_beat_steps(4, Grid(Meter(1, 4))) == []
    silent, half = "k . . . . . . . k . . . . . . .", "k . . . s . . . k . . . . . . ."
    found = measure(bars(half, ROCK, half, silent), primer_bars=1)
    assert found.back_beats == pytest.approx((2 + 1 + 0) / 6)
    # The primer has a snare on 2 and none on 4.
    assert found.back_beat_agreement == pytest.approx((1 + 2 + 1) / 6)


def test_perplexity_is_of_the_continuation_and_leaves_unscored_steps_out() -> None:
    piece = bars("k .", "k .", ". s")
    losses = np.array([np.nan, 9.0, np.log(2), np.log(8), np.log(4), np.log(16)])
    found = measure(piece, primer_bars=1, losses=losses)
    assert found.perplexity == pytest.approx((2 * 8 * 4 * 16) ** (1 / 4))
    assert found.struck_perplexity == pytest.approx((2 * 16) ** (1 / 2))
    whole = measure(piece, losses=losses)
    assert whole.perplexity == pytest.approx(np.exp((9 + np.log(2 * 8 * 4 * 16)) / 5))
    assert measure(piece).perplexity is None
    assert measure(bars(". ."), losses=np.array([np.nan, 1.0])).struck_perplexity is None


def test_hit_f1() -> None:
    one, other = bars("k s . c"), bars("k s c .")
    assert hit_f1(one, other) == pytest.approx(2 * 2 / 6)
    assert hit_f1(one, one) == 1.0
    assert hit_f1(bars(". ."), bars(". .")) == 1.0
    assert hit_f1(bars("k ."), bars("c .")) == 0.0


def test_touch_by_hand() -> None:
    velocities, offsets = np.zeros((2, 1, 4, 9))[0], np.zeros((1, 4, 9))
    velocities[0, 0, Drum.KICK], velocities[0, 1, Drum.SNARE] = 100, 120
    velocities[0, 2, Drum.SNARE] = 20
    offsets[0, 1, Drum.SNARE] = 0.3
    found = touch(velocities, offsets)
    assert found.velocity_mean == pytest.approx(80)
    assert found.velocity_sd == pytest.approx(np.std([100, 120, 20]))
    assert found.ghosts == 0.5
    assert found.back_beat_velocity == 120
    assert found.offset_mean == pytest.approx(0.1)
    assert found.offset_sd == pytest.approx(np.std([0, 0.3, 0]))
    assert touch(np.zeros((1, 4, 9)), offsets) == Touch()


def test_every_measure_is_defined() -> None:
    assert set(LABELS) == set(DEFINITIONS) == set(asdict(Measures()))
    assert set(TOUCH_LABELS) == set(asdict(Touch()))
    assert all(DEFINITIONS.values())
    assert len(set(LABELS.values())) == len(LABELS)


@pytest.mark.parametrize("shape", [(2, 16), (2, 16, 8), (2, 0, 9), (0, 16, 9)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"hits have the shape|cannot begin"):
        measure(np.zeros(shape))


def test_what_does_not_fit_is_refused() -> None:
    piece = bars(ROCK, ROCK)
    with pytest.raises(ValueError, match="cannot begin with a primer of 2"):
        measure(piece, primer_bars=2)
    with pytest.raises(ValueError, match="not those of the grid"):
        measure(piece, Grid(Meter(3, 4)))
    with pytest.raises(ValueError, match="losses have the shape"):
        measure(piece, losses=np.zeros(31))


SHARES = (
    "adjacent_jaccard", "primer_jaccard", "groove_similarity", "adjacent_groove_similarity", "fill_bars",
    "tom_bars", "crash_bars", "crashes_on_one", "back_beats", "back_beat_agreement", "repeated_steps",
    "primer_copies", "primer_f1",
)  # fmt: skip
pieces = arrays.arrays(
    bool, st.tuples(st.integers(2, 6), st.sampled_from([1, 7, 12, 16]), st.just(9)), elements=st.booleans()
)


@given(pieces, st.data())
def test_shares_are_shares(piece: npt.NDArray[np.bool_], data: st.DataObject) -> None:
    primer = data.draw(st.integers(0, len(piece) - 1))
    found = asdict(measure(piece, primer_bars=primer))
    for name in SHARES:
        assert found[name] is None or 0 <= found[name] <= 1, name
    assert found["hits_a_bar"] >= 0
    assert found["syncopation"] >= 0
    assert (found["primer_jaccard"] is None) == (primer == 0)


@given(pieces, st.integers(1, 3))
def test_a_loop_is_its_primer(piece: npt.NDArray[np.bool_], times: int) -> None:
    found = measure(np.tile(piece, (times + 1, 1, 1)), primer_bars=len(piece))
    assert found.primer_jaccard == found.primer_copies == found.primer_f1 == 1.0
    assert found.back_beat_agreement in {None, 1.0}
    assert found.new_hits == 0


@given(pieces)
def test_likeness_is_symmetric_and_of_drums_together(piece: npt.NDArray[np.bool_]) -> None:
    there, back = measure(piece), measure(piece[::-1])
    assert there.adjacent_jaccard == pytest.approx(back.adjacent_jaccard)
    assert there.groove_similarity == pytest.approx(back.groove_similarity)
    mixed = measure(piece[:, :, np.random.default_rng(0).permutation(9)])
    assert mixed.adjacent_jaccard == pytest.approx(there.adjacent_jaccard)
    assert mixed.hits_a_bar == there.hits_a_bar


@given(pieces)
def test_groove_similarity_is_the_mean_over_all_pairs(piece: npt.NDArray[np.bool_]) -> None:
    struck = piece.any(2)
    pairs = [
        1 - (struck[one] != struck[other]).sum() / struck.shape[1]
        for one in range(len(struck))
        for other in range(one)
    ]
    assert measure(piece).groove_similarity == pytest.approx(np.mean(pairs))
