from __future__ import annotations

import numpy as np
import pytest

from drumstudio.midi.feel import Feel, place, recognise_feel


def played(
    places: list[float], *, quarters: int = 32, qpm: float = 120.0, late: float = 0.0, loose: float = 0.008
) -> np.ndarray:
    """Ticks (480 to the quarter) of strokes at `places` of every quarter, `late` and `loose` in seconds."""
    draw = np.random.default_rng(7)
    even = np.add.outer(np.arange(1, quarters + 1), places).reshape(-1)
    seconds = even * 60 / qpm + late + draw.normal(0, loose, len(even))
    return np.sort(np.round(seconds * qpm / 60 * 480)).astype(np.int64)


@pytest.mark.parametrize("qpm", [60, 90, 120, 160])
@pytest.mark.parametrize("late", [-0.04, 0.0, 0.04])
@pytest.mark.parametrize("ratio", [1.6, 1.8, 2.0, 2.2])
def test_a_shuffle_is_found_with_its_ratio_and_its_offset(ratio: float, late: float, qpm: float) -> None:
    feel = recognise_feel(played([0, ratio / (1 + ratio)], qpm=qpm, late=late), 480, qpm)
    assert (feel.kind, feel.steps_per_quarter) == ("swung", 3)
    assert feel.ratio == pytest.approx(ratio, rel=0.1)
    assert feel.offset_seconds == pytest.approx(late, abs=0.004)


def test_straight_is_straight() -> None:
    for places in ([0.0], [0, 0.5], [0, 0.25, 0.5, 0.75], [0, 0.5, 0.75]):
        feel = recognise_feel(played(places, late=0.02), 480, 120)
        assert (feel.kind, feel.steps_per_quarter, feel.sixteenths) == ("straight", 4, 0.5)
        assert feel.offset_seconds == pytest.approx(0.02, abs=0.004)


def test_notes_go_to_the_steps_of_their_feel() -> None:
    ticks = np.array([10, 170, 330, 490])
    placed = place(ticks, 480, 120, Feel("triplet", 2 / 3, 10 / 960, steps_per_quarter=3))
    assert placed.steps.tolist() == [0, 1, 2, 3]
    assert placed.offsets == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_what_sounds_together_goes_to_one_step() -> None:
    # Around the middle between two steps: a chord, a flam (25 ms are 24 ticks), and two single strokes.
    ticks = np.array([58, 61, 61 + 480, 40 + 480, 59 + 960, 100 + 960])
    placed = place(ticks, 480, 120, Feel())
    assert placed.steps.tolist() == [0, 0, 4, 4, 8, 9]
    assert placed.offsets == pytest.approx((ticks - 120 * placed.steps) / 120)
