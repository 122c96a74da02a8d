"""Synthetic beats, small enough to train on in a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 1, 4, 0, 6, 0, 4, 2]


@dataclass(frozen=True)
class Beat:
    """A track of synthetic drums."""

    events: npt.NDArray[np.int16]
    steps_per_bar: int = 16
    steps_per_quarter: int = 4
    style: str = ""


def beat(seed: int, bars: int = 6, noise: float = 0.1, per_bar: int = 16) -> Beat:
    """`bars` bars of a rock beat with a share of `noise` steps struck at random."""
    draw = np.random.default_rng(seed)
    events = np.tile(np.array(_BAR[:per_bar], np.int16), bars)
    changed = draw.random(len(events)) < noise
    events[changed] = draw.integers(0, 512, int(changed.sum()))
    return Beat(events, per_bar)
