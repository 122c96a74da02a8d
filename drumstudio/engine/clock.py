"""Time, as the engine sees it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Something that tells seconds; only differences mean anything."""

    def now(self) -> float:
        """The time, in seconds."""


class MonotonicClock:
    """`time.perf_counter()`: the same in every process of a machine, so a sender process may use it."""

    def now(self) -> float:
        """The time, in seconds."""
        return time.perf_counter()


class FakeClock:
    """A clock that stands still until told otherwise, for tests and rendering ahead of time."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        """The time, in seconds."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Move on and give the new time."""
        self._now += seconds
        return self._now
