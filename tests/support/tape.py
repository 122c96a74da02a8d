"""An output that remembers what it was asked, as a synth would have played it."""

from __future__ import annotations

from drumstudio.engine.clock import FakeClock
from drumstudio.engine.outputs import Click, Event, OutputState, OutputStatus, Strike


class Tape:
    """`heard` gives (due, event) of all that sounded up to now, in order; `asked_late` counts
    events that were handed over after their due time."""

    def __init__(self, clock: FakeClock, latency: float = 0.0) -> None:
        self._clock = clock
        self._queue: list[tuple[float, int, Event]] = []
        self._latency = latency
        self.asked_late = 0
        self.panics = 0
        self.levels: list[float] = []
        self.closed = False
        self._played: list[tuple[float, int, Event]] = []

    @property
    def status(self) -> OutputStatus:
        return OutputStatus("Tape", OutputState.READY, latency=self._latency)

    def schedule(self, event: Event, due: float) -> None:
        self._play()
        self.asked_late += due < self._clock.now()
        self._queue.append((due, len(self._queue) + len(self._played), event))

    def cancel(self, after: float) -> None:
        self._play()
        self._queue = [entry for entry in self._queue if entry[0] < after]

    def panic(self) -> None:
        self._play()
        self.panics += 1
        self._queue.clear()

    def set_level(self, level: float) -> None:
        self.levels.append(level)

    def close(self) -> None:
        self.closed = True

    def _play(self) -> None:
        """What was due before now has sounded: no cancel can take it back."""
        now = self._clock.now()
        self._played += [entry for entry in self._queue if entry[0] < now]
        self._queue = [entry for entry in self._queue if entry[0] >= now]

    @property
    def heard(self) -> list[tuple[float, Event]]:
        self._play()
        return [(due, event) for due, _, event in sorted(self._played, key=lambda entry: entry[:2])]

    def strikes(self) -> list[tuple[float, Strike]]:
        return [(due, event) for due, event in self.heard if isinstance(event, Strike)]

    def clicks(self) -> list[tuple[float, Click]]:
        return [(due, event) for due, event in self.heard if isinstance(event, Click)]
