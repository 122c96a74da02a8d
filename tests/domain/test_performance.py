from __future__ import annotations

from drumstudio.domain.drums import Drum
from drumstudio.domain.performance import PEDAL_CLOSED, PEDAL_OPEN, pedal_before


def test_the_pedal_is_set_for_the_hi_hat_alone() -> None:
    assert [pedal_before(drum, 100) for drum in Drum if drum not in (Drum.CLOSED_HAT, Drum.OPEN_HAT)] == [
        None
    ] * 7
    assert {pedal_before(Drum.CLOSED_HAT, velocity) for velocity in range(1, 128)} == {PEDAL_CLOSED}


def test_a_harder_open_stroke_opens_wider() -> None:
    opened = [pedal_before(Drum.OPEN_HAT, velocity) for velocity in range(1, 128)]
    assert (opened[0], opened[-1]) == (PEDAL_OPEN, 0)
    assert opened == sorted(opened, reverse=True)
