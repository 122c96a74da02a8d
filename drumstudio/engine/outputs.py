"""What the scheduler plays into.

Due times are seconds of `time.perf_counter()`, the clock of the whole engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drumstudio.domain.drums import Drum


@dataclass(frozen=True, slots=True)
class Strike:
    """A stroke on `drum` at `velocity` 1-127."""

    drum: Drum
    velocity: int


@dataclass(frozen=True, slots=True)
class Click:
    """A stroke of the metronome; `accent` on the first beat of a bar."""

    accent: bool


@dataclass(frozen=True, slots=True)
class Choke:
    """A hand that grips the cymbal `drum`."""

    drum: Drum


@dataclass(frozen=True, slots=True)
class Pulse:
    """A tick of MIDI clock, 24 to the quarter."""


@dataclass(frozen=True, slots=True)
class Song:
    """The next pulse, at the same moment, is at `position` 16ths from the start of the song."""

    position: int


@dataclass(frozen=True, slots=True)
class Halt:
    """Followers of the clock stop."""


# Sounding, and what only those care about who follow.
Event = Strike | Click | Choke | Pulse | Song | Halt


class OutputState(StrEnum):
    """How an output is doing: `MISSING` has a way back (a port unplugged), `FAILED` needs the user."""

    STARTING = "starting"
    READY = "ready"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutputStatus:
    """State of an output, with one sentence for people when it is not ready.

    `latency` is in seconds from due time to sound; `detail` is short technical matter for the
    status bar, as "44.1 kHz, 5.8 ms".
    """

    name: str
    state: OutputState
    message: str = ""
    detail: str = ""
    latency: float = 0.0


class Output(Protocol):
    """A place for events: the synth, a MIDI port, nothing at all.

    Calls come from the scheduler's thread, except `status`, which any thread may read; none may
    block for longer than a millisecond or raise.
    """

    @property
    def status(self) -> OutputStatus:
        """How the output is doing."""

    def schedule(self, event: Event, due: float) -> None:
        """Sound `event` at `due`, at once when that is past; what it has no means for is passed over."""

    def cancel(self, after: float) -> None:
        """Forget every scheduled event due at `after` or later that has not sounded."""

    def panic(self) -> None:
        """Forget everything scheduled and silence everything that sounds."""

    def set_level(self, level: float) -> None:
        """Set the master level, 0 to 1, where the output has one."""

    def close(self) -> None:
        """Silence and release; no call follows."""
