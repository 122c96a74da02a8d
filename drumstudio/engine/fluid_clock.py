"""Which audio frame sounds at which moment: the audio clock read from outside.

FluidSynth's count of rendered frames moves in bursts, one audio period at a time, and each
burst may come late but never early.  So the moment at which frame 0 would have been rendered,
estimated as `now - frames / rate`, is too late by a part of a period and by the burst's delay.
The least estimate is the true one; it is let rise slowly, so that it follows a crystal that
runs slow against the computer's.
"""

from __future__ import annotations

from collections import deque

# Crystals differ by less than this.
DRIFT = 200e-6
RECENT = 0.5
# If for so long, and in so many looks, every estimate is later than the least by this and a quarter
# period, then the device stopped for a moment (an underrun); bursts that merely come late would not
# all do so.
_SLIP = 0.002
_MANY = 40
# A look that took longer was interrupted between reading the count and reading the time.
PROMPT = 0.0003


class FrameClock:
    """Maps `time.perf_counter()` to frames rendered since the synth began.

    Fed by one thread through `observe`; `frame_at` may be called from any.
    """

    def __init__(self, rate: float, period: int) -> None:
        self.rate = rate
        self._slip = 0.25 * period / rate + _SLIP
        self._recent: deque[tuple[float, float]] = deque()
        self._last = 0.0
        self._origin: float | None = None

    @property
    def ready(self) -> bool:
        """Whether anything was observed."""
        return self._origin is not None

    def observe(self, now: float, frames: int, took: float = 0.0) -> None:
        """Take note that `frames` had been rendered at `now` seconds; looking `took` so long."""
        if took > PROMPT and self._origin is not None:
            return
        estimate = now - frames / self.rate
        recent = self._recent
        recent.append((now, estimate))
        if self._origin is None:
            self._origin, self._last = estimate, now
            return
        origin = min(estimate, self._origin + DRIFT * (now - self._last))
        while len(recent) > _MANY and recent[1][0] < now - RECENT:
            recent.popleft()
        if len(recent) >= _MANY and now - recent[0][0] > RECENT:
            least = min(late for _, late in recent)
            if least - origin > self._slip:
                origin = least
        self._origin, self._last = origin, now

    def frame_at(self, moment: float) -> float:
        """Frame, with its fraction, that belongs to `moment` seconds."""
        return 0.0 if self._origin is None else (moment - self._origin) * self.rate
