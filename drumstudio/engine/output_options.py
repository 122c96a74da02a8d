"""How a MIDI port is played: what the user may set for each of them."""

from __future__ import annotations

from dataclasses import dataclass

from drumstudio.domain.velocity import LINEAR, VelocityCurve

GATE = 0.100  # seconds from note-on to note-off
MIN_GATE, MAX_GATE = 0.010, 1.0


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """`drum_map` names the map to send with ("" recognises Roland modules by their name and takes General
    MIDI otherwise); `click` says whether the metronome goes there too (None: not to an e-kit, where it
    would sound some pad); strokes go through `curve` and end after `gate` seconds.

    Where the map wants the hi-hat's pedal, an open stroke has it as wide as it is hard
    (`pedal_by_velocity`), or every stroke as its row says: open or closed.
    """

    drum_map: str = ""
    click: bool | None = None
    curve: VelocityCurve = LINEAR
    gate: float = GATE
    pedal_by_velocity: bool = True


AS_USUAL = OutputOptions()
