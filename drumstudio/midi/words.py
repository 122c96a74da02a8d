"""What a MIDI message says, in words."""

from __future__ import annotations

from dataclasses import dataclass

from drumstudio.domain.cleaning import PEDAL
from drumstudio.domain.take import Arrival
from drumstudio.midi.kit_maps import KitMap

CLOCK = 0xF8
_SYSTEM = {
    0xF1: "Time code",
    0xF2: "Song position",
    0xF3: "Song select",
    0xF6: "Tune request",
    CLOCK: "Clock",
    0xFA: "Start",
    0xFB: "Continue",
    0xFC: "Stop",
    0xFE: "Active sensing",
    0xFF: "Reset",
}
_CONTROLLERS = {
    1: "modulation",
    PEDAL: "hi-hat pedal",
    7: "volume",
    16: "place on the snare",
    17: "place on the ride",
    18: "place on the toms",
    64: "sustain",
    120: "all sound off",
    123: "all notes off",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A message for people: its kind, its channel (1-16, 0 for none), the note or controller and what that is
    on the kit, and its value (velocity, position, pressure), "" where it has none."""

    kind: str
    channel: int = 0
    what: str = ""
    meaning: str = ""
    value: str = ""


def told(arrival: Arrival, kit: KitMap) -> Told:
    """What `arrival` says, read with the map of `kit`."""
    status, first, second = (*arrival.data, 0, 0)[:3]
    if status >= 0xF0:
        position = str(first + 128 * second) if status == 0xF2 else ""
        return Told(_SYSTEM.get(status, f"System message {status:02X}"), value=position)
    channel = (status & 0x0F) + 1
    kind = status & 0xF0
    if kind in (0x80, 0x90):
        on = kind == 0x90 and second > 0
        name = "Note on" if on else "Note off"
        return Told(name, channel, f"note {first}", _meaning(first, kit), str(second))
    if kind == 0xA0:
        return Told(
            "Choke" if second else "Let go", channel, f"note {first}", _meaning(first, kit), str(second)
        )
    if kind == 0xB0:
        return Told("Control", channel, f"CC {first}", _CONTROLLERS.get(first, ""), str(second))
    if kind == 0xC0:
        return Told("Program", channel, value=str(first + 1))
    if kind == 0xD0:
        return Told("Pressure", channel, value=str(first))
    return Told("Pitch bend", channel, value=str(first + 128 * second - 8192))


def _meaning(note: int, kit: KitMap) -> str:
    """Pad and drum of a note."""
    drum = kit.drum_map.drum_of(note)
    if drum is None:
        return "no drum"
    pad = kit.pad(note)
    return pad if pad.lower() == drum.label.lower() else f"{pad} → {drum.label}"
