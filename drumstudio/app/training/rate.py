"""How fast a training goes, measuring and saving included."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

# Seconds over which the speed is taken.
_SPAN = 30.0


class Rate:
    """Steps a second of late, by the moments at which steps were told."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._told: deque[tuple[float, int]] = deque()

    def note(self, step: int) -> None:
        """The training is at `step` now."""
        now = self._now()
        self._told.append((now, step))
        while len(self._told) > 2 and now - self._told[1][0] >= _SPAN:
            self._told.popleft()

    def per_second(self) -> float | None:
        """Steps a second; None until it can be told."""
        if len(self._told) < 2:
            return None
        (began, first), (ended, last) = self._told[0], self._told[-1]
        return (last - first) / (ended - began) if ended > began and last > first else None

    def seconds_left(self, steps: int) -> float | None:
        """Seconds that `steps` more will take; None until it can be told."""
        rate = self.per_second()
        return None if rate is None else max(0, steps) / rate
