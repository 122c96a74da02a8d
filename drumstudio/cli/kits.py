"""Drum maps and MIDI inputs as the command line names them."""

from __future__ import annotations

from drumstudio.domain.drums import DrumMap
from drumstudio.errors import DrumMapError, MidiPortError, UsageError
from drumstudio.midi.kit_maps import find_map
from drumstudio.midi.ports import Port, PortList, find_port, list_ports


def chosen_map(name: str) -> DrumMap:
    """The drum map called `name`.  Raises UsageError, listing the maps there are."""
    try:
        return find_map(name)
    except DrumMapError as error:
        raise UsageError(str(error)) from None


def chosen_input(name: str) -> tuple[Port, PortList]:
    """The MIDI input that `name` means, and all ports.  Raises MidiPortError, listing those there are."""
    ports = list_ports()
    try:
        return find_port(name, ports.inputs, "input"), ports
    except MidiPortError as error:
        raise MidiPortError(" ".join((str(error), *ports.problems))) from None
