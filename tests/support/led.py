"""A scheduler that follows the clock of another machine, under a fake clock."""

from __future__ import annotations

import random
from collections.abc import Iterable

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.take import Arrival
from drumstudio.engine.clock import FakeClock
from drumstudio.engine.external_clock import CLOCK, ClockState
from drumstudio.engine.scheduler import Command, EngineEvent, Scheduler
from support.tape import Tape

SOURCE = "Groovebox:out"
# Eighths, each of its own velocity, over two bars: a stroke tells its place.
BEAT = Pattern(bars=2, hits=tuple(Hit(step, Drum.RIDE, 10 + step) for step in range(0, 32, 2)))
BAR = 96  # ticks


class Rig:
    """A scheduler that follows a clock, on a fake clock and a tape that sounds `latency` seconds late."""

    def __init__(self, latency: float = 0.0, seed: int = 1) -> None:
        self.clock = FakeClock(100.0)
        self.tape = Tape(self.clock, latency)
        self.events: list[EngineEvent] = []
        self.scheduler = Scheduler(self.clock, self.tape, self.events.append)
        self.latency = latency
        self.random = random.Random(seed)
        self.do(lambda s: s.transport.set_project(Project((BEAT,), qpm=77.0)))
        self.do(lambda s: s.follow(SOURCE))

    @property
    def state(self) -> ClockState:
        assert self.scheduler.external.state is not None
        return self.scheduler.external.state

    def do(self, command: Command) -> None:
        self.scheduler.post(command)
        self.scheduler.wake()

    def hear(self, *data: int, stamp: float | None = None) -> None:
        arrival = Arrival(self.clock.now() if stamp is None else stamp, bytes(data))
        self.do(lambda s: s.external.take(arrival))

    def run_to(self, time: float) -> None:
        while self.clock.now() < time:
            self.clock.advance(min(self.random.choice([0.008, 0.025]), time - self.clock.now()))
            self.scheduler.wake()

    def run(self, seconds: float) -> None:
        self.run_to(self.clock.now() + seconds)

    def tick(self, moments: Iterable[float], jitter: float = 0.0) -> None:
        """Hear a tick for each of the moments, stamped up to `jitter` seconds early or late."""
        for moment in sorted(each + self.random.uniform(-jitter, jitter) for each in moments):
            self.run_to(moment + 0.001)  # what is stamped by a driver is seen a little later
            self.hear(CLOCK, stamp=moment)

    def strokes(self) -> list[tuple[float, int]]:
        """When each stroke was heard, and its step."""
        return [(due + self.latency, strike.velocity - 10) for due, strike in self.tape.strikes()]


def ticks(qpm: float, count: int, start: float) -> list[float]:
    return [start + index * 60 / (qpm * 24) for index in range(count)]


def errors(rig: Rig, moments: list[float], after: int, first: int = 0) -> list[float]:
    """How far strokes of the song, whose 16th number `first` is at the first moment, were from their ticks;
    those from tick `after` on, and every one that is due by the last tick but a beat."""
    due = {first * 6 + index: moment for index, moment in enumerate(moments)}
    found, song = [], 0
    heard = iter(rig.strokes())
    at, step = next(heard)
    for song in range(-(-first // 2) * 2, (first * 6 + len(moments) - 24) // 6, 2):
        assert step == song % 32, f"16th {song} was not struck in its turn"
        if song * 6 >= first * 6 + after:
            found.append(abs(at - due[song * 6]))
        at, step = next(heard)
    return found
