"""Which shapes of a sweep go on: successive halving (Jamieson & Talwalkar 2016).

All train to an eighth of the steps, the better half by validation perplexity goes on to a quarter, the
better half of these to a half; what is left then trains to the end.  So all are compared at the same step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

HALVINGS = 3
_Key = TypeVar("_Key")


def rungs(steps: int, cells: int) -> tuple[int, ...]:
    """The steps at which shapes are compared, the last of them `steps`, each half of the next."""
    halvings = min(HALVINGS, max(0, math.ceil(math.log2(max(1, cells)))))
    return tuple(dict.fromkeys(max(1, steps >> back) for back in range(halvings, -1, -1)))


def survivors(scores: Mapping[_Key, float]) -> list[_Key]:
    """The better half of `scores` (lower is better), rounded up; of equals the earlier one stays."""
    best = sorted(scores, key=lambda key: scores[key])
    kept = set(best[: math.ceil(len(best) / 2)])
    return [key for key in scores if key in kept]


def planned_steps(steps: int, cells: int) -> int:
    """Steps of all shapes together, if none fails or gets flat before its time."""
    total, before = 0, 0
    for rung in rungs(steps, cells):
        total += (rung - before) * cells
        before, cells = rung, math.ceil(cells / 2)
    return total
