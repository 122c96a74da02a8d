"""The frames that go to the MIDI sender process, all of one size."""

from __future__ import annotations

import struct
from typing import NamedTuple

# kind, channel, first and second data byte, time (due, or from when to cancel; seconds of perf_counter)
_FRAME = struct.Struct("<4Bd")
FRAME_SIZE = _FRAME.size

NOTE, CANCEL, PANIC, CONTROL, TOUCH, PULSE, SONG, HALT = range(1, 9)


class Frame(NamedTuple):
    """One order: CANCEL what is due from `time` on, PANIC, or something to send at `time`.

    NOTE sends a note-on and later its note-off; CONTROL controller `note` with the value
    `velocity`; TOUCH polyphonic aftertouch of `note` with the pressure `velocity`; PULSE a tick
    of MIDI clock; SONG the song position, its low seven bits in `note`, its high ones in
    `velocity`, and start or continue; HALT stop.
    """

    kind: int
    channel: int = 0
    note: int = 0
    velocity: int = 0
    time: float = 0.0


def pack(frame: Frame) -> bytes:
    """The frame as bytes."""
    return _FRAME.pack(*frame)


def unpack(data: bytes) -> list[Frame]:
    """Every frame in `data`, whose length is a multiple of FRAME_SIZE."""
    return [Frame(*fields) for fields in _FRAME.iter_unpack(data)]
