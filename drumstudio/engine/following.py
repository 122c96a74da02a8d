"""Following a MIDI clock that comes in: where the other machine is, from ticks that arrive unevenly.

A straight line is fitted to the newest ticks (least squares of stamp over number).  Of ticks with
2 ms of jitter the end of a line through 96 is known to 0.4 ms.  When the newest ticks leave the line
together, the tempo has changed and the older ones are forgotten; where they leave it by whole ticks, it
is ticks that were lost or doubled on the way, and the count is set right.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean, median

PULSES_A_QUARTER = 24
WINDOW = 96  # ticks that the line goes through: four quarters
NEWEST = 8  # ticks that tell a change of tempo
ALARM = 4.5  # standard errors at which they do
LEAST_JITTER = 0.0002  # seconds; no clock is taken for steadier
LOST = 0.5  # seconds without a tick after which there is no clock: 20 a minute ticks each 0.125
SETTLED = 4  # newest ticks that must lie beside the line alike to be miscounted rather than faster or slower
ASTRAY = 0.25  # of a tick, by which they may differ in it


class ClockFollower:
    """Tempo and song position of a clock, from the stamps (seconds) of its ticks.

    `running` tells whether the other machine was started and not stopped.
    """

    def __init__(self) -> None:
        self.running = False
        self._ticks: deque[tuple[int, float]] = deque(maxlen=WINDOW)
        self._count = 0
        self._line: tuple[float, float, float] | None = None  # number, its stamp, seconds a tick
        self._song = 0.0  # quarters at the tick number `_begun`
        self._begun: int | None = None  # None until the first tick after start or continue

    @property
    def qpm(self) -> float | None:
        """Quarters a minute, None until two ticks have come."""
        return None if self._line is None else 60.0 / (self._line[2] * PULSES_A_QUARTER)

    @property
    def song(self) -> float:
        """Quarters from the beginning of the song at its first tick since start, continue or position."""
        return self._song

    @property
    def first_beat(self) -> float:
        """Quarters counted (see `beats`) at that first tick; 0 before it has come."""
        return (self._begun or 0) / PULSES_A_QUARTER

    @property
    def placed(self) -> bool:
        """Whether the song runs and its first tick has come."""
        return self._begun is not None

    def start(self) -> None:
        """Start: the next tick is the beginning of the song."""
        self._song = 0.0
        self.go_on()

    def go_on(self) -> None:
        """Continue: the next tick is where the song stopped, or the position told since."""
        self.running = True
        self._begun = None

    def stop(self) -> None:
        """Stop; ticks may still come, and keep the tempo."""
        if self.running and self._begun is not None:
            self._song += (self._count - self._begun) / PULSES_A_QUARTER
        self.running = False
        self._begun = None

    def locate(self, sixteenths: int) -> None:
        """Song position pointer, in 16ths from the beginning; told while running, the next tick is there."""
        self._song = sixteenths / 4
        self._begun = None

    def pulse(self, stamp: float) -> None:
        """A tick of the clock at `stamp` seconds."""
        if self._ticks and stamp - self._ticks[-1][1] > LOST:
            self._bridge(stamp)
        if self.running and self._begun is None:
            self._begun = self._count
        self._ticks.append((self._count, stamp))
        self._count += 1
        if len(self._ticks) >= 2 * NEWEST and self._changed() and not self._recounted():
            while len(self._ticks) > NEWEST:
                self._ticks.popleft()
        self._line = _fitted(list(self._ticks)) if len(self._ticks) > 1 else None

    def lost(self, time: float) -> bool:
        """Whether no tick has come for so long at `time` that there is no clock to follow."""
        return not self._ticks or time - self._ticks[-1][1] > LOST

    def moment(self, quarters: float) -> float | None:
        """When the song is, was or will be `quarters` from its beginning; None as with `position`."""
        if self._line is None or self._begun is None:
            return None
        number, stamp, period = self._line
        return stamp + (self._begun + (quarters - self._song) * PULSES_A_QUARTER - number) * period

    def position(self, time: float) -> float | None:
        """Quarters from the beginning of the song at `time`; None while it does not run or the tempo is
        not known."""
        beats = self.beats(time)
        return None if beats is None or self._begun is None else self._song + beats - self.first_beat

    def beats(self, time: float) -> float | None:
        """Quarters that the clock has ticked by `time` since it is heard, whether the song runs or not; None
        while the tempo is not known."""
        if self._line is None:
            return None
        number, stamp, period = self._line
        return (number + (time - stamp) / period) / PULSES_A_QUARTER

    def _bridge(self, stamp: float) -> None:
        """The clock is back at `stamp`: what went on without us is counted by the tempo that it had."""
        if self._line is not None:
            number, at, period = self._line
            self._count = max(self._count, round(number + (stamp - at) / period))
        self._ticks.clear()

    def _recounted(self) -> bool:
        """Whether the newest ticks lie on the older ones' line once some are counted as lost or doubled."""
        ticks = list(self._ticks)
        number, stamp, period = _fitted(ticks[:-NEWEST])
        off = [(at - stamp) / period - (n - number) for n, at in ticks[-NEWEST:]]
        shifts = [round(each) for each in off]
        settled = shifts[-1] != 0 and len(set(shifts[-SETTLED:])) == 1
        if not settled or max(abs(x - s) for x, s in zip(off, shifts, strict=True)) > ASTRAY:
            return False
        moved = [(n + s, at) for (n, at), s in zip(ticks[-NEWEST:], shifts, strict=True)]
        self._ticks = deque((*ticks[:-NEWEST], *moved), maxlen=WINDOW)
        self._count += shifts[-1]
        return True

    def _changed(self) -> bool:
        """Whether the newest ticks lie off the line that the older ones foretell."""
        ticks = list(self._ticks)
        older, newest = ticks[:-NEWEST], ticks[-NEWEST:]
        number, stamp, period = _fitted(older)
        off = [at - (stamp + (n - number) * period) for n, at in older]
        jitter = max(LEAST_JITTER, math.sqrt(sum(x * x for x in off) / max(1, len(older) - 2)))
        ahead = median(at - (stamp + (n - number) * period) for n, at in newest)
        # Of the mean of the newest, and of the older ones' line where the newest lie.
        reach = fmean(n for n, _ in newest) - number
        spread = sum((n - number) ** 2 for n, _ in older)
        error = math.sqrt(1 / NEWEST + 1 / len(older) + reach * reach / spread)
        return abs(ahead) > ALARM * jitter * error


def _fitted(ticks: list[tuple[int, float]]) -> tuple[float, float, float]:
    """The line through two or more ticks: mean number, mean stamp, seconds a tick."""
    number, stamp = fmean(n for n, _ in ticks), fmean(at for _, at in ticks)
    spread = sum((n - number) ** 2 for n, _ in ticks)
    return number, stamp, sum((n - number) * (at - stamp) for n, at in ticks) / spread
