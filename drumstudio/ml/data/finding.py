"""What a song holds, as a verdict tells it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.midi.maps import looks_like_drums, named_drums
from drumstudio.midi.reader import MidiSong
from drumstudio.midi.rearranging import seconds_of
from drumstudio.ml.data.verdicts import Found

Integers = NDArray[np.int64]

_LISTED = 12  # meters and tempos that are named
# Notes that metronomes are written in: sticks, metronome click and bell, side stick, cowbell, claves, blocks.
_CLICKS = {31, 32, 33, 34, 37, 56, 75, 76, 77}
_ON_THE_BEAT = 1 / 24  # quarters
_FEW = 4
# A melody spreads over many notes that end where the next begins; strokes crowd on a few and are short.
_SPREAD, _LEGATO = 0.6, 0.5
_COMMONEST, _SOME = 3, 5


def found_in(song: MidiSong, channel: int | None = None, drum_map: DrumMap | None = None) -> Found:
    """What `song` holds; its drums where their channel and map are given."""
    table = song.table
    channels = tuple(sorted(song.channels().items()))
    tracks = int(np.count_nonzero(np.bincount(table[:, 4])))
    own = table if channel is None or len(channels) == 1 else table[table[:, 3] == channel]
    lasting = own[:, 5] > own[:, 0]
    ended = own if lasting.all() else own[lasting]
    drums, unknown = _drums(ended[:, 1], drum_map)
    struck = ended if len(ended) else own
    first, last = (int(struck[0, 0]), int(struck[-1, 0])) if len(struck) else (0, 0)
    tempos = song.tempos
    return Found(
        notes=len(table),
        bars=_bar_of(song, last) if len(struck) else 0,
        first_bar=_bar_of(song, first) if len(struck) else 0,
        seconds=round(seconds_of(song)(last), 3) if len(tempos) > 1 else _steady(song, last),
        meters=tuple(dict.fromkeys(f"{upper}/{lower}" for _, upper, lower in song.meters))[:_LISTED],
        qpms=tuple(dict.fromkeys(round(6e7 / tempo, 2) for _, tempo in tempos))[:_LISTED],
        tempo_changes=sum(one[1] != other[1] for one, other in pairwise(tempos)),
        channels=channels,
        melodic=_melodic(song, channels, channel),
        drums=drums,
        unknown=unknown,
        unended=len(own) - len(ended),
        tracks=tracks,
    )


def _steady(song: MidiSong, last: int) -> float:
    return round(last * 60.0 / (song.qpm * song.ppq), 3)


def _drums(
    notes: Integers, drum_map: DrumMap | None
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[int, int], ...]]:
    """Strokes of each drum, in the order of drums, and of each note that is none."""
    if drum_map is None:
        return (), ()
    table = drum_map.table()
    drums: dict[Drum, int] = {}
    unknown = []
    for note, count in enumerate(np.bincount(notes).tolist()):
        if count and note in table:
            drums[table[note]] = drums.get(table[note], 0) + count
        elif count:
            unknown.append((note, count))
    return tuple((drum.name.lower(), drums[drum]) for drum in sorted(drums)), tuple(unknown)


def _melodic(song: MidiSong, channels: tuple[tuple[int, int], ...], drums: int | None) -> tuple[int, ...]:
    return tuple(one for one, _ in channels if one != drums and not looks_like_drums(song, one))


def _bar_of(song: MidiSong, tick: int) -> int:
    """The bar that `tick` is in, from 1."""
    meters = song.meters if song.meters and song.meters[0][0] == 0 else [(0, 4, 4), *song.meters]
    if len(meters) == 1:
        return tick * meters[0][2] // (4 * song.ppq * meters[0][1]) + 1
    bars = 0
    for index, (start, upper, lower) in enumerate(meters):
        bar = Fraction(4 * song.ppq * upper, lower)
        end = meters[index + 1][0] if index + 1 < len(meters) else None
        if end is None or tick < end:
            return bars + int((tick - start) // bar) + 1
        # A meter that is written a little off its bar line begins on it.
        sixteenths = round(Fraction(4 * (end - start), song.ppq))
        bars += -int(-sixteenths * song.ppq // (4 * bar))
    return bars


def is_click(song: MidiSong, channel: int) -> bool:
    """Whether the notes on `channel` are a metronome's: one note on each beat, and no drum of a kit's."""
    own = song.table[song.table[:, 3] == channel]
    notes = set(own[:, 1].tolist()) if len(own) >= _FEW else set()
    if not notes or len(notes) > 2 or not notes <= _CLICKS:
        return False
    beats = own[:, 0] / song.ppq * max(1.0, song.meter[1] / 4)
    nearest = np.rint(beats)
    return bool((np.abs(beats - nearest) <= _ON_THE_BEAT).all() and (np.diff(nearest) == 1).mean() > 0.9)


def is_melody(song: MidiSong, channel: int) -> bool:
    """Whether the notes on `channel`, which nothing names drums, are rather those of a melody."""
    if channel in named_drums(song):
        return False
    own = song.table[song.table[:, 3] == channel]
    counts = np.sort(np.bincount(own[:, 1]))[::-1]
    if np.count_nonzero(counts) < _SOME or counts[:_COMMONEST].sum() >= _SPREAD * len(own):
        return False
    starts = np.unique(own[:, 0])
    following = np.searchsorted(starts, own[:, 0], side="right")
    lasting = own[following < len(starts)]
    gaps = starts[following[following < len(starts)]] - lasting[:, 0]
    return bool(((lasting[:, 5] - lasting[:, 0]) >= 0.8 * gaps).mean() > _LEGATO) if len(lasting) else False
