"""Which side of the split files are on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumstudio.ml.data.sequences import Sequence
from drumstudio.ml.data.splitting import split_files

SPLITS = {"train", "validation", "test"}


def playing(seed: int, bars: int = 8, split: str = "") -> list[Sequence]:
    draw = np.random.default_rng(seed)
    struck = draw.choice((1, 2, 4, 5, 6, 8, 9, 16, 32, 64, 129, 256), 16 * bars)
    events = np.where(draw.random(16 * bars) < 0.6, struck, 0).astype(np.int16)
    events[-1] |= 1
    return [Sequence("x", events, split=split)]


def test_unlike_files_are_alone_and_one_in_ten_is_held_out() -> None:
    files = [(f"{index}.mid", playing(index)) for index in range(40)]
    sides = split_files(files, 0, 9)
    assert {side.group for side in sides} == {""}
    assert [sum(side.split == split for side in sides) for split in ("train", "validation", "test")] == [
        32,
        4,
        4,
    ]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 60)), min_size=2, max_size=12),
    st.integers(0, 99),
)
def test_versions_of_a_take_never_straddle(versions: list[tuple[int, int, int]], seed: int) -> None:
    files = []
    for number, (take, change, amount) in enumerate(versions):
        events = playing(take, 16)[0].events
        if change == 1:  # a part
            events = events[16 * (amount % 8) :]
        elif change == 2:  # twice the tempo
            events = np.repeat(events, 2) * np.tile([1, 0], len(events)).astype(np.int16)
        elif change == 3:  # the drums on other notes
            events = ((events << 3) & 511 | events >> 6).astype(np.int16)
        files.append((f"{number}.mid", [Sequence("x", events, split="")]))
    sides = split_files(files, seed, 9)
    found: dict[int, set[str]] = {}
    for (take, _, _), side in zip(versions, sides, strict=True):
        found.setdefault(take, set()).add(side.split)
    assert all(len(one) == 1 and one <= SPLITS for one in found.values())
    assert split_files(files, seed, 9) == sides


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("beat.mid", "beat (2).mid", True),
        ("beat.mid", "beat copy.mid", True),
        ("solo part 1.mid", "solo part 2.mid", True),
        ("solo.mid", "solo_quantised.mid", True),
        ("solo v2.mid", "solo 120bpm.mid", True),
        ("take 1.mid", "take 2.mid", False),
        ("1.mid", "2.mid", False),
        ("a/beat.mid", "b/beat (2).mid", False),
    ],
)
def test_names_that_say_they_are_one(one: str, other: str, together: bool) -> None:
    files = [(one, playing(1)), (other, playing(2)), ("c/else.mid", playing(3))]
    first, second, third = split_files(files, 0, 9)
    assert (first.group == second.group != "") is together
    assert third.group == ""
    assert first.split == second.split or not together


def test_an_official_split_draws_its_versions_along_and_stays() -> None:
    files = [
        ("a.mid", playing(1, split="validation")),
        ("b.mid", [Sequence("x", playing(1)[0].events[32:], split="")]),
        ("c.mid", playing(2, split="train")),
    ]
    assert [side.split for side in split_files(files, 0, 9)] == ["validation", "validation", "train"]


def test_one_drum_needs_more_to_be_alike() -> None:
    draw = np.random.default_rng(1)
    rows = [(draw.random(8 * 24) < 0.7).astype(np.int16) for _ in range(2)]
    files = [
        (f"{index}.mid", [Sequence("x", events, steps_per_bar=8, split="")])
        for index, events in enumerate([rows[0], rows[0][64:], rows[1]])
    ]
    sides = split_files(files, 0, 1)
    assert [side.group for side in sides] == ["0.mid", "0.mid", ""]
