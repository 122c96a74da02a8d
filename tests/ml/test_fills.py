from __future__ import annotations

import numpy as np
import pytest

from drumstudio.domain.drums import Drum
from drumstudio.ml.encoding import events_to_hits
from drumstudio.ml.musicality import TOMS, fill_bars
from drumstudio.ml.playing.fills import fill_plan, fill_worth

BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 0, 4, 0, 6, 0, 4, 0]
ROLL = [5, 0, 4, 0, 6, 0, 4, 0, 2, 2, 2, 2, 64, 64, 32, 16]


def _plans(count: int, steps: int = 8, quarter: int = 4) -> np.ndarray:
    return np.stack([fill_plan(steps, quarter, np.random.default_rng(seed)) for seed in range(count)])


def test_a_clear_fill_is_worth_nothing_less_and_the_groove_least() -> None:
    tries = [BAR, [*BAR[:14], 2, 2], [*BAR[:8], 2, 2, 2, 2, 6, 0, 4, 0], ROLL]
    worths = [fill_worth(np.array(BAR * 3 + bar), 48, 56, 16) for bar in tries]
    assert worths == sorted(worths)
    assert worths[-1] == 0.0
    assert worths[0] < -20
    assert fill_bars(events_to_hits(BAR * 3 + ROLL).reshape(4, 16, 9).astype(bool)).tolist() == [
        False
    ] * 3 + [True]


def test_with_nothing_before_it_strokes_are_what_counts() -> None:
    assert fill_worth(np.array(ROLL), 0, 8, 16) == 0.0
    assert fill_worth(np.array(BAR), 0, 8, 16) < 0.0


def test_bars_are_counted_from_a_bar_line_also_where_the_first_was_begun_late() -> None:
    whole = fill_worth(np.array(BAR * 2 + ROLL), 32, 40, 16)
    assert fill_worth(np.array([0] * 0 + BAR[4:] + BAR * 2 + ROLL), 12 + 32, 12 + 40, 16) == whole


def test_a_bar_cut_short_is_judged_as_far_as_it_is() -> None:
    assert fill_worth(np.array(BAR * 2 + ROLL[:13]), 32, 40, 16) > fill_worth(
        np.array(BAR * 2 + BAR[:13]), 32, 40, 16
    )


def test_plans_differ_and_keep_hands_off_hats_and_crashes() -> None:
    plans = _plans(60)
    assert len({plan.tobytes() for plan in plans}) > 50
    late = plans[:, 4:]
    assert (late[:, :, [Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.RIDE, Drum.CRASH]] < -1).all()


def test_a_plan_leads_around_the_kit_downwards_and_strikes_beats_most() -> None:
    plans = _plans(400)
    wanted = (plans[:, :, [Drum.SNARE, *TOMS]].max(2) > 1).mean(0)
    assert wanted[4] > wanted[6] > wanted[5]
    first, last = plans[:, 2], plans[:, -2]
    low, high = (
        np.array([(part[:, drum] > 1).mean() for part in (first, last)])
        for drum in (Drum.LOW_TOM, Drum.HIGH_TOM)
    )
    assert low[1] > 2 * low[0]
    assert (first[:, Drum.SNARE] > 1).mean() > (last[:, Drum.SNARE] > 1).mean()
    assert high.min() > 0.02
    gaps = plans[:, :, Drum.SNARE] < -2
    assert (plans[:, :, Drum.KICK][gaps[:, :]] >= 0).all()


@pytest.mark.parametrize(
    ("steps", "quarter"), [(1, 4), (2, 4), (6, 3), (8, 4), (4, 2), (3, 3), (5, 4), (2, 1)]
)
def test_plans_of_any_length(steps: int, quarter: int) -> None:
    assert _plans(20, steps, quarter).shape == (20, steps, 9)
