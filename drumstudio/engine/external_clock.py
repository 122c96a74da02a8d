"""Playing by a clock that comes in: when to start, where to be, how fast.

What plays is never jumped for a little: from the cut on it runs somewhat faster or slower than the other
machine, so that what it is off is gone after a moment, and every stroke still goes out exactly once.
Where the clock is lost, playing goes on at the tempo that it had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from drumstudio.domain.take import Arrival
from drumstudio.domain.timing import PPQ
from drumstudio.engine.following import ClockFollower
from drumstudio.engine.transport import Transport

CLOCK, START, CONTINUE, STOP, SONG_POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
CLOCK_MESSAGES = frozenset((CLOCK, START, CONTINUE, STOP, SONG_POSITION))

PULL = 0.3  # seconds in which what playing is off is made good
GENTLEST, HARDEST = 0.5, 2.0  # how long a tick may become for it, as a factor
TOLERANCE = 0.0005  # seconds that what is rendered ahead may be off
JUMP = 0.25  # seconds; by more than this the song has gone elsewhere, and playing goes there
AHEAD = 0.2  # seconds from the cut to where it is looked at once more
READY = 4  # ticks after which a tempo is known well enough to play by


@dataclass(frozen=True, slots=True)
class ClockState:
    """How the clock of `source` is doing: its tempo to a tenth (None until it is known), whether its machine
    was started, and whether it is lost."""

    source: str
    qpm: float | None = None
    running: bool = False
    lost: bool = False


class ExternalClock:
    """Moves the transport by the clock of another machine; belongs to the scheduler's thread.

    `latency` gives the seconds that the output takes from due time to sound, by which all is due earlier.
    `state` is None while nothing is followed; any thread may read it.
    """

    def __init__(self, transport: Transport, latency: Callable[[], float]) -> None:
        self.state: ClockState | None = None
        self._transport = transport
        self._latency = latency
        self._follower = ClockFollower()
        self._ticks = 0
        # Quarters that the clock has ticked at run tick 0, and of which start of playing that was.
        self._anchor: tuple[int, float] | None = None

    def follow(self, source: str | None) -> None:
        """Follow the clock of the input called `source`, or with None none."""
        if self.state is not None and source == self.state.source:
            return
        self._follower, self._ticks, self._anchor = ClockFollower(), 0, None
        self.state = None if source is None else ClockState(source)
        self._transport.set_external(None)

    @property
    def waiting(self) -> bool:
        """Whether there is a clock that might be lost."""
        return self.state is not None and self._ticks > 0 and not self.state.lost

    def take(self, arrival: Arrival) -> None:
        """Take in a message of the clock, stamped in seconds of the engine's clock."""
        if self.state is None:
            return
        kind, follower = arrival.data[0], self._follower
        if kind == CLOCK:
            self._pulse(arrival.seconds)
        elif kind == START:
            follower.start()
        elif kind == CONTINUE:
            follower.go_on()
        elif kind == SONG_POSITION and len(arrival.data) == 3:
            follower.locate(arrival.data[1] | arrival.data[2] << 7)
        elif kind == STOP:
            follower.stop()
            self._transport.stop()
        self.state = replace(self.state, running=follower.running)

    def join(self, time: float) -> bool:
        """Start at `time` where the song will be then; False where it does not run."""
        place = self._follower.position(time + self._latency())
        if place is None:
            return False
        tick = max(0, round(place * PPQ))
        self._transport.start_at(time, tick)
        self._tie(self._follower.first_beat - self._follower.song + tick / PPQ)
        return True

    def attend(self, now: float) -> None:
        """Look whether the clock is lost."""
        if self.state is not None and self.waiting and self._follower.lost(now):
            self.state = replace(self.state, lost=True)
            if self._transport.external is not None:
                self._transport.set_tempo(self._transport.external)

    def _pulse(self, stamp: float) -> None:
        follower, before = self._follower, self._follower.placed
        if self.state is not None and self.state.lost:
            self.state = replace(self.state, lost=False)
            self._ticks = 0
        follower.pulse(stamp)
        self._ticks += 1
        if self._ticks >= READY and follower.qpm is not None:
            self._transport.external = follower.qpm
            self._show(follower.qpm)
        if follower.placed and not before:
            self._begin(stamp)
        else:
            self._keep()

    def _show(self, qpm: float) -> None:
        if self.state is not None and self.state.qpm != round(qpm, 1):
            self.state = replace(self.state, qpm=round(qpm, 1))

    def _begin(self, stamp: float) -> None:
        """The first tick of the song, from its start or from anywhere in it, came at `stamp`."""
        transport, song = self._transport, self._follower.song
        tick = round(song * PPQ)
        if transport.score is None:
            known = self._follower.moment(song) if self._ticks >= READY else None
            transport.start_at((stamp if known is None else known) - self._latency(), tick)
        else:
            transport.go_to(tick)
        self._tie(self._follower.first_beat - transport.cut / PPQ)

    def _tie(self, beats: float) -> None:
        """Let run tick 0 be where the clock has ticked so many quarters."""
        self._anchor = self._transport.starts, beats

    def _keep(self) -> None:
        """Bend the tempo from the cut on so that playing gets to where the clock is."""
        transport, follower = self._transport, self._follower
        score, qpm = transport.score, transport.external
        if score is None or transport.performing:
            self._anchor = None
            return
        heard = score.due(transport.cut) + self._latency()
        beats = follower.beats(heard)
        if qpm is None or beats is None:
            return
        run = transport.cut / PPQ
        if self._anchor is None or self._anchor[0] != transport.starts:
            self._tie(beats - run)  # begun by hand: the place is its own, kept in time from here on
            return
        off = (self._anchor[1] + run - beats) * 60.0 / qpm  # seconds that playing is ahead
        if abs(off) > JUMP:
            place = follower.position(heard)
            if place is not None:
                transport.go_to(max(0, round(place * PPQ)))
            self._tie(beats - run)
        elif max(abs(off), abs(off + AHEAD * (score.qpm / qpm - 1.0))) > TOLERANCE:
            transport.set_tempo(qpm / min(HARDEST, max(GENTLEST, 1.0 + off / PULL)))
