"""What is remembered of each MIDI input that was an e-kit: its map, its curve, its latency."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from enum import StrEnum

from drumstudio.domain.velocity import LINEAR, VelocityCurve
from drumstudio.settings import Settings

MAX_LATENCY = 0.5  # seconds from stroke to stamp that anybody may mean
_PORTS = "kit_ports"


class Origin(StrEnum):
    """Why a map is in force: by default, by the port's name, by what was struck, by the user's choice."""

    DEFAULT = "default"
    NAME = "name"
    STRUCK = "struck"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class PortMemory:
    """What is remembered of an input: name and origin of its map ("" for none), curve, latency in seconds."""

    map: str = ""
    origin: Origin = Origin.DEFAULT
    curve: VelocityCurve = LINEAR
    latency: float = 0.0


def remembered(settings: Settings, name: str) -> PortMemory:
    """What is remembered of input `name`; what is damaged is left out."""
    kept = settings.get(_PORTS, {}).get(name)
    if not isinstance(kept, dict):
        return PortMemory()
    memory = PortMemory()
    if isinstance(kept.get("map"), str) and kept.get("origin") in [*Origin]:
        memory = replace(memory, map=kept["map"], origin=Origin(kept["origin"]))
    with contextlib.suppress(KeyError, TypeError, ValueError):
        memory = replace(memory, curve=VelocityCurve(tuple((int(x), int(y)) for x, y in kept["curve"])))
    latency = kept.get("latency")
    if isinstance(latency, (int, float)) and abs(latency) <= MAX_LATENCY:
        memory = replace(memory, latency=float(latency))
    return memory


def remember(settings: Settings, name: str, memory: PortMemory) -> None:
    """Keep what is to be remembered of input `name`."""
    kept = {
        "map": memory.map,
        "origin": memory.origin.value,
        "curve": [list(point) for point in memory.curve.points],
        "latency": memory.latency,
    }
    settings.set(_PORTS, {**settings.get(_PORTS, {}), name: kept})
