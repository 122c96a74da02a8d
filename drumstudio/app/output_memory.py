"""What is remembered of each MIDI output: how it is played."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from drumstudio.domain.velocity import VelocityCurve
from drumstudio.engine.output_options import AS_USUAL, MAX_GATE, MIN_GATE, OutputOptions
from drumstudio.settings import Settings

_OUTPUTS = "outputs"


def remembered(settings: Settings, name: str) -> OutputOptions:
    """What is remembered of output `name`; what is damaged is left out."""
    kept = settings.get(_OUTPUTS, {}).get(name)
    options = AS_USUAL
    if not isinstance(kept, dict):
        return options
    if isinstance(kept.get("map"), str):
        options = replace(options, drum_map=kept["map"])
    if isinstance(kept.get("click"), bool):
        options = replace(options, click=kept["click"])
    if isinstance(kept.get("pedal_by_velocity"), bool):
        options = replace(options, pedal_by_velocity=kept["pedal_by_velocity"])
    gate = kept.get("gate")
    if isinstance(gate, (int, float)) and MIN_GATE <= gate <= MAX_GATE:
        options = replace(options, gate=float(gate))
    with contextlib.suppress(KeyError, TypeError, ValueError):
        options = replace(options, curve=VelocityCurve(tuple((int(x), int(y)) for x, y in kept["curve"])))
    return options


def remember(settings: Settings, name: str, options: OutputOptions) -> None:
    """Keep how output `name` is to be played."""
    kept = {
        "map": options.drum_map,
        "click": options.click,
        "curve": [list(point) for point in options.curve.points],
        "gate": options.gate,
        "pedal_by_velocity": options.pedal_by_velocity,
    }
    settings.set(_OUTPUTS, {**settings.get(_OUTPUTS, {}), name: kept})
