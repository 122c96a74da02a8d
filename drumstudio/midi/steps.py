"""Songs -> drum events, one a 16th step, quantised as Drum RNN's own tools do it.

Each note's time in seconds is `scale * tick` and its step that time at the song's tempo, in
double precision and in note-seq's order of operations: notes that lie exactly half-way between
two steps fall the way its roundings let them.  A note that nothing closes, or only a note-off at
its own tick, is no note there, and none here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drumstudio.domain.drums import DrumMap
from drumstudio.errors import MidiFileError
from drumstudio.midi.maps import drum_channel
from drumstudio.midi.reader import MidiSong

STEPS_PER_QUARTER = 4
# 65,536 bars of 4/4, some 36 hours: a time beyond it is a damaged delta, and its steps would fill memory.
MAX_STEPS = 1 << 20

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """Drum events of a whole song: bit i of `events[n]` is set where drum i is struck on step n.

    `steps_per_bar` is that of the song's first meter, whole unless the meter's bar does not
    divide into steps (7/32).  The last event is that of the last stroke.
    """

    steps_per_bar: float
    events: tuple[int, ...]


def steps(song: MidiSong, drum_map: DrumMap, channel: int | None = None) -> Steps:
    """Quantise the drums of `song` to 16ths in `drum_map`; notes the map does not know are ignored.

    The first tempo counts for all of it: steps follow the beat, not the clock.  Raises
    MidiFileError where no channel is clear (see :func:`drum_channel`) or the song has no end.
    """
    struck = strokes_on(song, drum_channel(song, channel))
    known = drum_bits(drum_map)[struck[:, 1]]
    places = quantised(song, struck[:, 0])
    events = events_of(places[known > 0], known[known > 0], song)
    return Steps(steps_per_bar(song.meter), tuple(events.tolist()))


def steps_per_bar(meter: tuple[int, int], per_quarter: int = STEPS_PER_QUARTER) -> float:
    """Steps in a bar of `meter`, as an int where whole."""
    numerator, denominator = meter
    whole, rest = divmod(4 * per_quarter * numerator, denominator)
    return whole if not rest else 4 * per_quarter * numerator / denominator


def strokes_on(song: MidiSong, channel: int) -> Integers:
    """Notes of a channel that a later note-off closes: the columns of :attr:`MidiSong.table`."""
    table = song.table
    struck: Integers = table[(table[:, 3] == channel) & (table[:, 5] > table[:, 0])]
    return struck


def drum_bits(drum_map: DrumMap) -> Integers:
    """Event bit of every note number (128,), 0 where the map does not know it."""
    bits = np.zeros(128, dtype=np.int64)
    for note, drum in drum_map.table().items():
        bits[note] = 1 << drum
    return bits


def quantised(song: MidiSong, ticks: Integers, per_quarter: int = STEPS_PER_QUARTER) -> Integers:
    """Step of each tick, counted from the start of the song."""
    scale = 60.0 / ((6e7 / song.tempo) * song.ppq)
    qpm = 60.0 / (scale * song.ppq)
    steps_per_second = per_quarter * qpm / 60.0
    return (scale * ticks.astype(np.float64) * steps_per_second + 0.5).astype(np.int64)


def events_of(places: Integers, bits: Integers, song: MidiSong) -> Integers:
    """Events (last place + 1,) with each note's bit set at its place.

    Raises MidiFileError where they would be more than `MAX_STEPS`.
    """
    if not len(places):
        return np.zeros(0, dtype=np.int64)
    length = int(places.max()) + 1
    if length > MAX_STEPS:
        raise MidiFileError(
            f"{song.path} is damaged: it claims a note {length:,} steps from its start, days into the song"
        )
    events = np.zeros(length, dtype=np.int64)
    np.bitwise_or.at(events, places, bits)
    return events
