"""What counting and copying foresee of one beat as it goes on: the levels that knowing a drummer must beat.

Unlike :mod:`drumstudio.ml.training.levels` nothing is counted elsewhere: each step is judged by the steps
before it alone, so that a single take can be told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
import numpy.typing as npt

Nats = npt.NDArray[np.float64]


def counting_losses(classes: Sequence[int], count: int) -> Nats:
    """Nats of each step (steps,), nan for the first: its class of `count` by how often it came before.

    What has not come yet shares what Witten and Bell (1991) leave to it.
    """
    chances = _counted(classes, count)
    return np.array([np.nan, *(-log(chance) for chance in chances[1:])])


def copying_losses(classes: Sequence[int], count: int, steps_per_bar: int) -> Nats:
    """The same where the step one bar before is copied, as often as that was right before."""
    found = [np.nan]
    right, tried = 1, 2
    chances = _counted(classes, count)
    for step in range(1, len(classes)):
        chance = chances[step]
        if step >= steps_per_bar:
            copied = classes[step - steps_per_bar] == classes[step]
            trust = right / tried
            chance = trust * copied + (1 - trust) * chance
            right, tried = right + copied, tried + 1
        found.append(-log(chance))
    return np.array(found)


def _counted(classes: Sequence[int], count: int) -> list[float]:
    """Chance of each step's class by how often it came before it."""
    seen: dict[int, int] = {}
    chances = []
    for step, one in enumerate(classes):
        kinds = len(seen)
        chances.append((seen.get(one, 0) + kinds / count) / (step + kinds) if step else 1 / count)
        seen[one] = seen.get(one, 0) + 1
    return chances
