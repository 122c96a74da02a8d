"""Which channel of a song holds the drums, and which map its notes are written in."""

from __future__ import annotations

import contextlib
import re

from drumstudio.domain.drums import DRUM_MAPS, GENERAL_MIDI, ROLAND, DrumMap
from drumstudio.errors import DrumMapError, MidiFileError
from drumstudio.midi.kit_maps import find_map
from drumstudio.midi.own import own_notes
from drumstudio.midi.reader import MidiSong

DRUM_CHANNEL = 9
MAP_NAMES = ("auto", *sorted(DRUM_MAPS))
# The Groove MIDI Dataset's naming, number_style_tempo_kind_meter.mid; recorded on a TD-11.
GROOVE_NAME = re.compile(r"^(\d+)_(.+)_(\d+(?:\.\d+)?)_(beat|fill)_(\d+)-(\d+)$")
_TD_NAME = re.compile(r"\b(td-?\d+|v-?drums)\b", re.IGNORECASE)
_DRUM_NAME = re.compile(r"drum|percussion|\bkit\b|\btd-?\d", re.IGNORECASE)
# Edge of the hi-hat on a TD module, closed and open; undefined in General MIDI level 1.
_TD_EDGES = {22, 26}
# Notes that General MIDI defines and no TD module sends: kick 2, clap, low floor tom, percussion.
_GM_ONLY = {35, 39, 41, 54, 56, *range(60, 82)}
# A text event of the takes that this program records, before the name of their map.
TAKE_TEXT = "DrumStudio take, map "
_KICKS = {35, 36}
_SNARES_AND_HATS = {37, 38, 40, 42, 44, 46, 22, 26}
_DRUM_NOTES = set(GENERAL_MIDI.table()) | set(ROLAND.table()) | {54, 56}
# A pedal that moves sends a stream; a single message at the top is a DAW resetting its controllers.
_PEDAL_STREAM = 2


def drum_channel(song: MidiSong, wanted: int | None = None) -> int:
    """Channel (0-15) of the drums: `wanted`, else channel 10, else the only one that looks like drums.

    Raises MidiFileError where the song has no notes there or the choice is not clear.
    """
    found = song.channels()
    if not found:
        raise MidiFileError(f"{song.path} holds no notes")
    listed = ", ".join(str(channel + 1) for channel in sorted(found))
    if wanted is not None:
        if wanted not in found:
            raise MidiFileError(
                f"{song.path} has no notes on channel {wanted + 1}; choose one it uses: --channel {listed}"
            )
        return wanted
    if DRUM_CHANNEL in found:
        return DRUM_CHANNEL
    likely = named_drums(song) or {channel for channel in found if looks_like_drums(song, channel)}
    if len(likely) == 1:
        return likely.pop()
    raise MidiFileError(
        f"{song.path} has no notes on channel 10 and its drums are not clear; say which channel they are on: "
        f"--channel {listed}"
    )


def named_drums(song: MidiSong) -> set[int]:
    """Channels of the tracks whose name speaks of drums."""
    tracks = {
        track
        for names in (song.track_names, song.instruments)
        for track, name in names.items()
        if _DRUM_NAME.search(name)
    }
    return {row[3] for row in song.rows if row[4] in tracks}


def looks_like_drums(song: MidiSong, channel: int) -> bool:
    """Whether nine notes in ten are drums of a kit, kick and snare or hi-hat among them.

    A channel that is alone in its file only needs the former.
    """
    notes = [row[1] for row in song.rows if row[3] == channel]
    known = sum(note in _DRUM_NOTES for note in notes)
    if known < 0.9 * len(notes):
        return False
    alone = len(notes) == len(song.rows)
    return alone or (not _KICKS.isdisjoint(notes) and not _SNARES_AND_HATS.isdisjoint(notes))


def recognise_map(song: MidiSong, channel: int | None = None) -> DrumMap:
    """Map in which `song` is written; General MIDI unless it shows a TD module or says otherwise.

    A file of this program names its map, a take it recorded too.  A TD module shows by its hi-hat
    edge notes 22 and 26, by the stream of its pedal (CC 4), by the names of its tracks or, for the
    Groove MIDI Dataset's, of the file.
    """
    own = own_notes(song)
    if own is not None:
        return own.drum_map
    for _, _, text in song.texts:
        if text.startswith(TAKE_TEXT):
            with contextlib.suppress(DrumMapError):
                return find_map(text[len(TAKE_TEXT) :])
    notes = song.numbers(channel)
    if notes & _TD_EDGES or GROOVE_NAME.match(song.path.stem):
        return ROLAND
    if any(_TD_NAME.search(name) for name in (*song.track_names.values(), *song.instruments.values())):
        return ROLAND
    pedals = sum(song.pedals.values()) if channel is None else song.pedals[channel]
    return ROLAND if pedals >= _PEDAL_STREAM and not notes & _GM_ONLY else GENERAL_MIDI


def resolve_map(name: str, song: MidiSong, channel: int | None = None) -> DrumMap:
    """Map called `name` (magenta, roland or gm), recognised from `song` for auto.

    Raises MidiFileError for a name that no map has.
    """
    if name == "auto":
        return recognise_map(song, channel)
    try:
        return DRUM_MAPS[name]
    except KeyError:
        raise MidiFileError(
            f"there is no drum map called {name!r}; choose one of {', '.join(MAP_NAMES)}"
        ) from None
