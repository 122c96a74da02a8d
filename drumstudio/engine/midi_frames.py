"""The frames that go to the MIDI sender process, all of one size."""

from __future__ import annotations

import struct
from typing import NamedTuple

# kind, channel, note, velocity, time (due, or from when to cancel; seconds of perf_counter)
_FRAME = struct.Struct("<4Bd")
FRAME_SIZE = _FRAME.size

NOTE, CANCEL, PANIC = 1, 2, 3


class Frame(NamedTuple):
    """One order: NOTE at `time`, CANCEL what is due from `time` on, PANIC."""

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
