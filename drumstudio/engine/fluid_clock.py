"""Which audio frame sounds at which moment: the audio clock read from outside.

FluidSynth's count of rendered frames moves in bursts, one audio period at a time, and each
burst may come late but never early.  So the moment at which frame 0 would have been rendered,
estimated as `now - frames / rate`, is too late by a part of a period and by the burst's delay;
the least of the estimates over a few seconds is the truth to within some tens of microseconds,
and it follows the drift between the two crystals.
"""

from __future__ import annotations

from collections import deque

WINDOW = 4.0
RECENT = 0.5
# A whole recent window later than this against the long one means that sound stopped for a moment.
_SLIP = 0.004


class FrameClock:
    """Maps `time.perf_counter()` to frames rendered since the synth began.

    Fed by one thread through `observe`; `frame_at` may be called from any.
    """

    def __init__(self, rate: float, period: int) -> None:
        self.rate = rate
        self._slip = period / rate + _SLIP
        self._seen: deque[tuple[float, float]] = deque()
        self._origin: float | None = None

    @property
    def ready(self) -> bool:
        """Whether anything was observed."""
        return self._origin is not None

    def observe(self, now: float, frames: int) -> None:
        """Take note that `frames` had been rendered at `now` seconds."""
        seen = self._seen
        seen.append((now, now - frames / self.rate))
        while seen[0][0] < now - WINDOW:
            seen.popleft()
        origin = min(estimate for _, estimate in seen)
        if now - seen[0][0] > RECENT:
            recent = min(estimate for moment, estimate in seen if moment > now - RECENT)
            if recent - origin > self._slip:
                while seen[0][0] <= now - RECENT:
                    seen.popleft()
                origin = recent
        self._origin = origin

    def frame_at(self, moment: float) -> float:
        """Frame, with its fraction, that belongs to `moment` seconds."""
        return 0.0 if self._origin is None else (moment - self._origin) * self.rate
