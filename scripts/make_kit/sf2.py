"""SoundFont 2.04 files: samples, zones and one preset list, as bytes.

Follows the SoundFont Technical Specification 2.04: RIFF form sfbk with the lists INFO, sdta and
pdta; within a zone keyRange comes first, velRange second and sampleID last.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# Generators (section 8.1.2).
START_OFFSET, ATTENUATION = 0, 48
REVERB_SEND, PAN, RELEASE, INSTRUMENT, KEY_RANGE, VEL_RANGE = 16, 17, 38, 41, 43, 44
COARSE_TUNE, FINE_TUNE, SAMPLE_ID, SAMPLE_MODES, SCALE_TUNING, EXCLUSIVE, ROOT_KEY = (
    51,
    52,
    53,
    54,
    56,
    57,
    58,
)
FILTER_CUTOFF = 8

# Modulator sources (section 8.2): velocity falling in the concave default curve, falling and
# rising in a straight line; a controller rising, and falling, in a straight line.
VELOCITY_CONCAVE, VELOCITY_FALLING, VELOCITY_RISING = 0x0502, 0x0102, 0x0002
CONTROLLER, CONTROLLER_FALLING = 0x0080, 0x0180

# Frames of silence that the specification asks for after each sample.
_GUARD = 46


@dataclass(frozen=True, slots=True)
class Modulator:
    """`source` times `amount`, added to generator `target`."""

    source: int
    target: int
    amount: int

    def pack(self) -> bytes:
        """The record of section 7.4."""
        return struct.pack("<HHhHH", self.source, self.target, self.amount, 0, 0)


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a sample plays: ranges, generators and modulators; without a sample, what holds for all."""

    sample: str | None = None
    keys: tuple[int, int] | None = None
    velocities: tuple[int, int] | None = None
    generators: dict[int, int] = field(default_factory=dict)
    modulators: tuple[Modulator, ...] = ()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)


def _list(name: bytes, *chunks: bytes) -> bytes:
    return _chunk(b"LIST", name + b"".join(chunks))


def _text(name: bytes, text: str) -> bytes:
    raw = text.encode("ascii") + b"\0"
    return _chunk(name, raw + b"\0" * (len(raw) % 2))


def _name(text: str) -> bytes:
    return text.encode("ascii")[:19].ljust(20, b"\0")


def _generator(operator: int, amount: int) -> bytes:
    return struct.pack("<Hh", operator, amount)


def _range(operator: int, bounds: tuple[int, int]) -> bytes:
    return struct.pack("<HBB", operator, *bounds)


def _zone_generators(zone: Zone, index: dict[str, int]) -> list[bytes]:
    records = []
    if zone.keys:
        records.append(_range(KEY_RANGE, zone.keys))
    if zone.velocities:
        records.append(_range(VEL_RANGE, zone.velocities))
    records += [_generator(operator, amount) for operator, amount in sorted(zone.generators.items())]
    if zone.sample is not None:
        records.append(_generator(SAMPLE_ID, index[zone.sample]))
    return records


def _instrument(name: str, zones: list[Zone], index: dict[str, int]) -> list[bytes]:
    bags = b""
    generators: list[bytes] = []
    modulators: list[bytes] = []
    for zone in zones:
        bags += struct.pack("<HH", len(generators), len(modulators))
        generators += _zone_generators(zone, index)
        modulators += [modulator.pack() for modulator in zone.modulators]
    bags += struct.pack("<HH", len(generators), len(modulators))
    return [
        _chunk(b"inst", _name(name) + struct.pack("<H", 0) + _name("EOI") + struct.pack("<H", len(zones))),
        _chunk(b"ibag", bags),
        _chunk(b"imod", b"".join(modulators) + b"\0" * 10),
        _chunk(b"igen", b"".join(generators) + b"\0" * 4),
    ]


def _presets(name: str, places: list[tuple[int, int]]) -> list[bytes]:
    headers = b"".join(
        _name(name) + struct.pack("<HHHIII", program, bank, bag, 0, 0, 0)
        for bag, (bank, program) in enumerate(places)
    )
    end = _name("EOP") + struct.pack("<HHHIII", 0, 0, len(places), 0, 0, 0)
    bags = b"".join(struct.pack("<HH", bag, 0) for bag in range(len(places) + 1))
    return [
        _chunk(b"phdr", headers + end),
        _chunk(b"pbag", bags),
        _chunk(b"pmod", b"\0" * 10),
        _chunk(b"pgen", _generator(INSTRUMENT, 0) * len(places) + b"\0" * 4),
    ]


def soundfont(
    name: str,
    comment: str,
    samples: dict[str, npt.NDArray[np.int16]],
    zones: list[Zone],
    places: list[tuple[int, int]],
    rate: int,
) -> bytes:
    """A SoundFont with one instrument of `zones`, as a preset at each (bank, program) of `places`."""
    index = {sample: number for number, sample in enumerate(samples)}
    data, headers, start = [], [], 0
    for sample, frames in samples.items():
        end = start + len(frames)
        data += [frames.astype("<i2").tobytes(), b"\0" * (2 * _GUARD)]
        headers.append(_name(sample) + struct.pack("<IIIIIBbHH", start, end, start, end, rate, 60, 0, 0, 1))
        start = end + _GUARD
    headers.append(_name("EOS") + b"\0" * 26)
    info = _list(
        b"INFO",
        _chunk(b"ifil", struct.pack("<HH", 2, 4)),
        _text(b"isng", "EMU8000"),
        _text(b"INAM", name),
        _text(b"ICMT", comment),
    )
    pdta = _list(
        b"pdta", *_presets(name, places), *_instrument(name, zones, index), _chunk(b"shdr", b"".join(headers))
    )
    return _chunk(b"RIFF", b"sfbk" + info + _list(b"sdta", _chunk(b"smpl", b"".join(data))) + pdta)
