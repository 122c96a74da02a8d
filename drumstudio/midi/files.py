"""MIDI files: the room's public face."""

from __future__ import annotations

from drumstudio.midi.feel import Feel, recognise_feel
from drumstudio.midi.importer import Imported, import_pattern
from drumstudio.midi.maps import MAP_NAMES, drum_channel, recognise_map, resolve_map
from drumstudio.midi.reader import MidiNote, MidiSong, read_song
from drumstudio.midi.steps import Steps, steps
from drumstudio.midi.writer import export_pattern

__all__ = [
    "MAP_NAMES",
    "Feel",
    "Imported",
    "MidiNote",
    "MidiSong",
    "Steps",
    "drum_channel",
    "export_pattern",
    "import_pattern",
    "read_song",
    "recognise_feel",
    "recognise_map",
    "resolve_map",
    "steps",
]
