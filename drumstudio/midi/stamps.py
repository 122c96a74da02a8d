"""When a MIDI message arrived, by its driver's own clock."""

from __future__ import annotations

CREEP = 1e-4  # by how much the two clocks may drift apart: 0.1 ms a second
LOST = 0.5  # seconds; by more than this nobody looks late: the driver's clock stood still


class StampClock:
    """Turns the time between messages, as the driver tells it, into seconds of the program's clock.

    The driver stamps a message when it arrives, the program sees it a little later, by an uneven
    amount.  The smallest difference between both clocks is the true one; a message seen late is
    put back to where the driver heard it.
    """

    def __init__(self) -> None:
        self._driver = 0.0
        self._difference: float | None = None

    def stamp(self, delta: float, now: float) -> float:
        """When a message arrived that comes `delta` seconds after the one before and is seen at `now`."""
        self._driver += delta
        late = now - self._driver
        known = self._difference
        if known is None or late < known or late - known > LOST:
            self._difference = late
        else:
            self._difference = known + min(late - known, CREEP * delta)
        return self._driver + self._difference
