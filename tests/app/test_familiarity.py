"""How well drummers know somebody, between counting and copying."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tiny_model import tiny_model

from drumstudio.app.drummer.familiarity import familiarity
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.pattern import Pattern, pattern_from_events
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import CancelledError, DrumStudioError
from drumstudio.ml.encoding import Encoding
from drumstudio.ml.habits import copying_losses, counting_losses
from drumstudio.ml.playing.likelihood import event_losses
from drumstudio.ml.playing.sampler import load_sampler


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "tiny.safetensors")


def test_perplexity_is_that_of_every_step_but_the_first(model: Path) -> None:
    beat = demo_pattern()
    losses = event_losses(load_sampler(model), beat.events())
    assert losses is not None
    found = familiarity([("Take 1", beat)], [model])
    (one,) = found.models
    assert one.perplexity == pytest.approx(math.exp(float(np.nanmean(losses))))
    assert one.bars == pytest.approx([float(np.nanmean(losses[:16])), float(losses[16:].mean())])
    assert (one.name, found.takes, found.bars, found.steps) == ("Tiny", ("Take 1",), 2, 31)


def test_several_takes_count_by_their_steps_and_on_their_own_grids(model: Path) -> None:
    triplets = pattern_from_events([1, 0, 4] * 8, Grid(Meter(4, 4), 3))
    fine = replace(demo_pattern(), grid=Grid(Meter(4, 4), 8), bars=1)
    takes = [("a", demo_pattern()), ("b", triplets), ("silent", Pattern()), ("c", fine)]
    found = familiarity(takes, [model])
    sampler = load_sampler(model)
    parts = [event_losses(sampler, demo_pattern().events()), event_losses(sampler, triplets.events(), 12, 3)]
    assert found.takes == ("a", "b", "c")
    assert found.steps == 31 + 23 + 15
    both = familiarity(takes[:2], [model]).models[0]
    losses = np.concatenate([part for part in parts if part is not None])
    assert both.perplexity == pytest.approx(math.exp(float(np.nanmean(losses))))
    assert len(both.bars) == 2 + 2


def test_those_who_cannot_listen_say_why(model: Path, tmp_path: Path) -> None:
    one = tiny_model(tmp_path / "one.safetensors", encoding=Encoding(1, 4))
    gone = tmp_path / "gone.safetensors"
    found = familiarity([("a", demo_pattern())], [one, gone, model])
    assert [bool(each.perplexity) for each in found.models] == [False, False, True]
    assert "knows only whether something is struck" in found.models[0].problem
    assert "there is no model at" in found.models[1].problem
    with pytest.raises(DrumStudioError, match="nothing on these takes"):
        familiarity([("silent", Pattern())], [model])
    with pytest.raises(DrumStudioError, match="counts in 16ths"):
        familiarity([("odd", pattern_from_events([1] * 7, Grid(Meter(7, 32), 8)))], [model])


def test_it_tells_how_far_it_is_and_can_be_given_up(model: Path) -> None:
    long = pattern_from_events(demo_pattern().events() * 8)
    shares: list[float] = []
    familiarity([("a", long)], [model, model], shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    asked = iter([False] * 10 + [True])
    with pytest.raises(CancelledError):
        familiarity([("a", long)], [model], None, lambda: next(asked))


def test_a_loop_is_copied_better_than_counted_and_chance_is_not() -> None:
    loop = list(demo_pattern().events()[:16]) * 8
    count, copy = counting_losses(loop, 512), copying_losses(loop, 512, 16)
    assert np.isnan(count[0])
    assert np.isnan(copy[0])
    assert np.nanmean(copy) < np.nanmean(count)
    # Nothing can be copied in the first bar.
    assert copy[1:16] == pytest.approx(count[1:16])
    # A copy that was right 112 times of 112 is nearly certain.
    assert copy[-1] < 0.02
    drawn = np.random.default_rng(0).integers(0, 512, 128).tolist()
    assert np.nanmean(copying_losses(drawn, 512, 16)) > np.nanmean(copy)


def test_counting_is_by_hand() -> None:
    # After one 3 of four classes: (1 + 1/4) / 2 for another 3, (1/4) / 2 for what has not come.
    assert counting_losses([3, 3, 0], 4)[1:] == pytest.approx([-math.log(0.625), -math.log(0.25 / 3)])
    # One bar of one step: trust 1/2 first, then 2/3 after a copy that was right.
    assert copying_losses([3, 3, 0], 4, 1)[1:] == pytest.approx(
        [-math.log(0.5 + 0.5 * 0.625), -math.log(0.25 / 3 / 3)]
    )


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 8))
def test_what_both_foresee_adds_up_to_one(events: list[int], per_bar: int) -> None:
    for losses in (
        lambda row: counting_losses(row, 6)[-1],
        lambda row: copying_losses(row, 6, per_bar)[-1],
    ):
        total = sum(math.exp(-losses([*events, event])) for event in range(6))
        assert total == pytest.approx(1.0)
