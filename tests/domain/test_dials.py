"""The dials beside the Continue button."""

from __future__ import annotations

from typing import Any

import pytest

from drumstudio.domain.dials import FILL_PERIODS, Dials


@pytest.mark.parametrize(
    "wrong",
    [
        {"stick": 1.1},
        {"stick": -0.1},
        {"stick": float("nan")},
        {"wildness": 2.1},
        {"wildness": float("nan")},
        {"fills": 3},
        {"busyness": 0.4},
        {"busyness": 2.1},
        {"style": "x" * 41},
        {"feel": -0.1},
        {"feel": 1.1},
    ],
)
def test_refuses_what_is_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not|letters"):
        Dials(**wrong)


@pytest.mark.parametrize("period", FILL_PERIODS)
def test_fills_end_their_periods(period: int) -> None:
    due = [bar for bar in range(16) if Dials(fills=period).fill_at(bar)]
    assert due == (list(range(period - 1, 16, period)) if period else [])
