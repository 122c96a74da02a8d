from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.domain.velocity import LINEAR, VelocityCurve


def test_the_plain_curve_changes_nothing() -> None:
    assert [LINEAR(velocity) for velocity in range(1, 128)] == list(range(1, 128))


def test_a_curve_goes_through_its_points() -> None:
    curve = VelocityCurve(((1, 20), (64, 90), (127, 110)))
    assert [curve(velocity) for velocity in (1, 64, 127)] == [20, 90, 110]
    assert curve(32) == 54


@given(st.data())
def test_a_harder_stroke_is_never_a_softer_one(data: st.DataObject) -> None:
    inner = sorted(data.draw(st.sets(st.integers(2, 126), max_size=14)))
    heights = sorted(
        data.draw(st.lists(st.integers(1, 127), min_size=len(inner) + 2, max_size=len(inner) + 2))
    )
    curve = VelocityCurve(tuple(zip((1, *inner, 127), heights, strict=True)))
    sent = [curve(velocity) for velocity in range(1, 128)]
    assert sent == sorted(sent)
    assert sent[0] >= 1
    assert sent[-1] <= 127


@pytest.mark.parametrize(
    "points",
    [
        ((1, 1),),
        ((2, 1), (127, 127)),
        ((1, 1), (126, 127)),
        ((1, 1), (64, 64), (64, 80), (127, 127)),
        ((1, 50), (127, 40)),
        ((1, 0), (127, 127)),
        ((1, 1), (127, 128)),
        tuple((x, x) for x in (*range(1, 17), 127)),
    ],
)
def test_curves_that_cannot_be_are_refused(points: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="a curve"):
        VelocityCurve(points)
