"""Small MIDI files for tests, put together byte by byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

ROCK = [36, 42, 38, 42]


def varlen(value: int) -> bytes:
    """A variable-length number."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def event(delta: int, *message: int) -> bytes:
    """A message after `delta` ticks."""
    return varlen(delta) + bytes(message)


def meta(delta: int, kind: int, body: bytes) -> bytes:
    """A meta event after `delta` ticks."""
    return varlen(delta) + bytes((0xFF, kind)) + varlen(len(body)) + body


def tempo(delta: int, microseconds: int) -> bytes:
    """A tempo."""
    return meta(delta, 0x51, microseconds.to_bytes(3))


def meter(delta: int, numerator: int, power: int) -> bytes:
    """A meter; the denominator is 2 to the `power`."""
    return meta(delta, 0x58, bytes((numerator, power, 24, 8)))


def chunk(*events: bytes, end: bool = True) -> bytes:
    """A track chunk."""
    body = b"".join(events) + (meta(0, 0x2F, b"") if end else b"")
    return b"MTrk" + len(body).to_bytes(4) + body


def smf(*tracks: bytes, kind: int = 1, ppq: int = 480) -> bytes:
    """A file of track chunks."""
    header = kind.to_bytes(2) + len(tracks).to_bytes(2) + ppq.to_bytes(2)
    return b"MThd" + len(header).to_bytes(4) + header + b"".join(tracks)


def drums(notes: Iterable[tuple[int, int]], channel: int = 9, gate: int = 20, velocity: int = 100) -> bytes:
    """Notes (tick, number) as events, each closed after `gate` ticks."""
    listed: list[tuple[int, int, bytes]] = []
    for tick, note in notes:
        listed.append((tick, 1, bytes((0x90 | channel, note, velocity))))
        listed.append((tick + gate, 0, bytes((0x80 | channel, note, 64))))
    now = 0
    out = b""
    for tick, _, message in sorted(listed):
        out += varlen(tick - now) + message
        now = tick
    return out


def beat(bars: int, per_bar: int = 8, step: int = 240, start: int = 0) -> list[tuple[int, int]]:
    """A plain rock beat: notes (tick, number) on every `step` ticks."""
    return [(start + index * step, ROCK[index % len(ROCK)]) for index in range(bars * per_bar)]


def write(path: Path, data: bytes) -> Path:
    """Write a file, its folders included, and give its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def rock_file(path: Path, bars: int = 4, channel: int = 9) -> Path:
    """A file with `bars` bars of rock in 4/4 at 120."""
    return write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2), drums(beat(bars), channel))))
