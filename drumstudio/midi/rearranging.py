"""Songs changed before they are read as drums: another tempo or meter, several as one.

None of it touches the song that is given; ticks stay whole numbers, and what sounds stays as far apart as
it was unless a function says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from drumstudio.domain.cleaning import HALF_OPEN
from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.midi.reader import DEFAULT_TEMPO, MidiSong

_FINE = 8  # ticks that one of before becomes where a tempo is multiplied
_PPQ = 9600
_MOST_RESTS = 4  # bars of silence at the end of a loop; more are the end of a DAW's project


def opened_by_pedal(song: MidiSong, channel: int, drum_map: DrumMap) -> MidiSong:
    """The song with each stroke on the hi-hat open or closed as its pedal (CC 4) was; where no position
    came before, it was closed."""
    hats = {*drum_map.notes[Drum.CLOSED_HAT], *drum_map.notes[Drum.OPEN_HAT]} - {*drum_map.foot}
    moves = sorted((tick, value) for tick, on, value in song.moves if on == channel)
    ticks = [tick for tick, _ in moves]

    def row(old: list[int]) -> list[int]:
        if old[3] != channel or old[1] not in hats:
            return old
        at = bisect_right(ticks, old[0]) - 1
        drum = Drum.OPEN_HAT if at >= 0 and moves[at][1] < HALF_OPEN else Drum.CLOSED_HAT
        return [old[0], drum_map.note_of(drum), *old[2:]]

    return replace(song, rows=[row(old) for old in song.rows])


def in_meter(song: MidiSong, meter: tuple[int, int]) -> MidiSong:
    """The song in one meter from its start to its end."""
    return replace(song, meters=[(0, *meter)])


def in_steady_tempo(song: MidiSong) -> MidiSong:
    """The song in its first tempo; every note keeps its place in the bar."""
    return replace(song, tempos=song.tempos[:1] and [(0, song.tempos[0][1])])


def with_factor(song: MidiSong, factor: float) -> MidiSong:
    """The song in a tempo `factor` times its own that sounds as it did: what was a bar is `factor` bars."""

    def moved(tick: int) -> int:
        return round(tick * _FINE * factor)

    tempos = song.tempos or [(0, DEFAULT_TEMPO)]
    return replace(
        _moved(song, moved, song.ppq * _FINE),
        tempos=[(moved(tick), max(1, round(tempo / factor))) for tick, tempo in tempos],
    )


def in_tempo(song: MidiSong, qpm: float, channel: int) -> MidiSong:
    """The song as it sounds, in steps of `qpm` quarters a minute counted from its first note on `channel`."""
    clock = seconds_of(song)
    first = min((row[0] for row in song.rows if row[3] == channel), default=0)
    start, per_second = clock(first), qpm * _PPQ / 60.0

    def moved(tick: int) -> int:
        return max(0, round((clock(tick) - start) * per_second))

    return replace(_moved(song, moved, _PPQ), tempos=[(0, round(6e7 / qpm))], meters=[(0, *song.meter)])


def _moved(song: MidiSong, moved: Callable[[int], int], ppq: int) -> MidiSong:
    """The song with every note, meter and end where `moved` puts its tick; notes that last keep lasting."""

    def row(old: list[int]) -> list[int]:
        tick, note, velocity, channel, track, end = old
        begun = moved(tick)
        return [
            begun,
            note,
            velocity,
            channel,
            track,
            max(begun + (end > tick), moved(end)) if end >= 0 else -1,
        ]

    return replace(
        song,
        ppq=ppq,
        rows=[row(old) for old in song.rows],
        meters=[(moved(tick), upper, lower) for tick, upper, lower in song.meters],
        end=moved(song.end),
    )


def seconds_of(song: MidiSong) -> Callable[[int], float]:
    """When a tick sounds, in seconds from the song's start."""
    changes = [(0, song.tempo), *((tick, tempo) for tick, tempo in song.tempos if tick)]
    ticks = [tick for tick, _ in changes]
    starts = [0.0]
    for (before, tempo), (tick, _) in pairwise(changes):
        starts.append(starts[-1] + (tick - before) * tempo / (1e6 * song.ppq))

    def clock(tick: int) -> float:
        at = bisect_right(ticks, tick) - 1
        return starts[at] + (tick - ticks[at]) * changes[at][1] / (1e6 * song.ppq)

    return clock


def chained(songs: Iterable[tuple[MidiSong, int, DrumMap]]) -> MidiSong:
    """Songs one after the other, each from a bar line; each comes with the channel and map of its drums.

    The drums of all are on the first one's channel, in its map and resolution.
    """
    listed = list(songs)
    first, channel, drum_map = listed[0]
    rows: list[list[int]] = []
    tempos: list[tuple[int, int]] = []
    meters: list[tuple[int, int, int]] = []
    start = 0
    for song, its_channel, its_map in listed:
        scale = Fraction(first.ppq, song.ppq)
        notes = _translated(its_map, drum_map)
        for tick, note, velocity, on, track, end in song.rows:
            if on == its_channel and note in notes:
                begun = start + round(tick * scale)
                last = max(begun + (end > tick), start + round(end * scale)) if end >= 0 else -1
                rows.append([begun, notes[note], velocity, channel, track, last])
        tempos += [(start + round(tick * scale), tempo) for tick, tempo in _from_start(song.tempos, song.qpm)]
        meters += [
            (start + round(tick * scale), upper, lower)
            for tick, upper, lower in song.meters or [(0, *song.meter)]
        ]
        start += round(_length(song, its_channel) * scale)
    return replace(first, rows=rows, tempos=tempos, meters=meters, end=start)


def _from_start(tempos: list[tuple[int, int]], qpm: float) -> list[tuple[int, int]]:
    """Tempos, the first of which holds from the start."""
    return [(0, round(6e7 / qpm)), *((tick, tempo) for tick, tempo in tempos if tick)]


def _translated(source: DrumMap, target: DrumMap) -> dict[int, int]:
    """Every note that may stand in the target's file for a note of the source's: its own, where the map is
    the same, else that of its drum."""
    if source == target:
        return {note: note for note in range(128)}
    return {note: target.note_of(drum) for note, drum in source.table().items()}


def _length(song: MidiSong, channel: int) -> int:
    """Ticks of the bars that the song's notes on `channel` begin, and of the rests a loop ends in."""
    start, upper, lower = song.meters[-1] if song.meters else (0, 4, 4)
    bar = Fraction(4 * song.ppq * upper, lower)
    last = max((row[0] for row in song.rows if row[3] == channel), default=0)
    bars = max(0, last - start) // bar + 1
    ends, beyond = divmod(song.end - start, bar)
    if not beyond and bars < ends <= bars + _MOST_RESTS:
        bars = ends
    return start + round(bars * bar)
