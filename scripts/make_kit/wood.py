"""Short dry sounds: cross-stick, sticks, and the metronome's two clicks."""

from __future__ import annotations

import numpy as np
from shapes import Sound, band, dice, finish, mix_db, noise, ring, saturate


def cross_stick(force: float, take: int) -> Sound:
    """The stick's shoulder on the rim with its tip on the head: wood, and a little head below."""
    random = dice(40, take)
    seconds = 0.22
    wood = ring(
        np.array([1082.0, 1719.0, 2547.0, 3316.0, 4480.0]),
        np.array([0.075, 0.060, 0.045, 0.035, 0.025]),
        np.array([0.9, 1.0, 0.55, 0.40, 0.25]) * np.linspace(1.0, 0.6 + 0.5 * force, 5),
        random.uniform(0, 1.0, 5),
        seconds,
    )
    head = ring(
        np.array([214.0, 342.0, 468.0]),
        np.array([0.10, 0.09, 0.08]),
        np.array([0.34, 0.26, 0.20]),
        np.zeros(3),
        seconds,
    )
    click = noise(random, seconds, band(2500, 9000), 0.010)
    wires = noise(random, seconds, band(2000, 8000), 0.12)
    return finish(saturate(wood + head + mix_db(-9 + 6 * force) * click + mix_db(-30) * wires, 0.6), 0.05)


def block(high: bool) -> Sound:
    """A click of the metronome, the high one for the first beat."""
    base = 1560.0 if high else 1040.0
    seconds = 0.12
    wood = ring(
        base * np.array([1.0, 2.71, 4.9]),
        np.array([0.060, 0.030, 0.015]),
        np.array([1.0, 0.35, 0.12]),
        np.zeros(3),
        seconds,
    )
    return finish(wood + 0.10 * noise(dice(50, int(high)), seconds, band(2500, 9000), 0.008), 0.03)
