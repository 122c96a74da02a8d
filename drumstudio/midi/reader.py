"""Standard MIDI files -> songs: a strict reader for files of every kind and condition.

Written against the Standard MIDI Files 1.0 specification (MMA RP-001).  It is a reader of its
own because a training set needs what ready-made ones drop (note-ons that no later note-off
closes, the tick of every event) and because a damaged file must end in a sentence: nothing
here trusts a length, a status byte or a delta time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drumstudio.errors import MidiFileError
from drumstudio.midi.raw import load_bytes

MAX_TRACKS = 1000
DEFAULT_TEMPO = 500_000  # microseconds a quarter: 120 quarters a minute
_META_TEXT, _META_NAME, _META_INSTRUMENT, _META_END = 0x01, 0x03, 0x04, 0x2F
_META_TEMPO, _META_METER = 0x51, 0x58
_PEDAL = 4
_TWO_DATA_BYTES = frozenset((0xA0, 0xB0, 0xE0))
# SMPTE rate -> frames, and how many microseconds they take; 29 is 30 frames with some numbers dropped.
_FRAME_RATES = {24: (24, 1_000_000), 25: (25, 1_000_000), 29: (30, 1_001_000), 30: (30, 1_000_000)}
# Data bytes of the system messages that are not sysex; a file should hold none of them.
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}


class MidiNote(NamedTuple):
    """A note: `tick` from the start of the file in the file's own PPQ, `channel` 0-15.

    `end` is the tick of the note-off that closes it: equal to `tick` where only a note-off at
    the note's own tick does, None where nothing does.
    """

    tick: int
    note: int
    velocity: int
    channel: int
    track: int
    end: int | None


class Mark(NamedTuple):
    """A tempo or meter event as written: `value` is (microseconds,) or (numerator, denominator)."""

    tick: int
    track: int
    value: tuple[int, ...]


@dataclass
class MidiSong:
    """What a MIDI file holds, as far as a drummer cares.

    `kind` is the file's type 0, 1 or 2; `tempos` are (tick, microseconds a quarter) and `meters`
    (tick, numerator, denominator), by tick, one a tick, the last written winning; `rows` the
    notes as lists in the order of :class:`MidiNote` with -1 for an open end, by track and time;
    `texts` are (tick, track, text); `marks` the tempo and meter events as written; `moves` are
    positions of the hi-hat's pedal (CC 4) as (tick, channel, value), by track and time; `end` is the
    tick of the last end of a track; `damage` says what is wrong with a file that was read for all that.
    """

    path: Path
    kind: int
    ppq: int
    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    track_names: dict[int, str] = field(default_factory=dict)
    instruments: dict[int, str] = field(default_factory=dict)
    texts: list[tuple[int, int, str]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    moves: list[tuple[int, int, int]] = field(default_factory=list)
    end: int = 0
    damage: str = ""

    @cached_property
    def notes(self) -> tuple[MidiNote, ...]:
        """All notes, by time."""
        ordered = sorted(self.rows, key=lambda row: row[0])
        return tuple(MidiNote(t, n, v, c, k, None if e < 0 else e) for t, n, v, c, k, e in ordered)

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """All notes as an array (notes, 6) in the columns of :class:`MidiNote`, by time; end -1 when open."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 6)
        return table[np.argsort(table[:, 0], kind="stable")]

    @cached_property
    def pedals(self) -> Counter[int]:
        """Number of the pedal's messages on each channel."""
        return Counter(channel for _, channel, _ in self.moves)

    @property
    def tempo(self) -> int:
        """Microseconds a quarter at the start; 500,000 where the file is silent about it."""
        return self.tempos[0][1] if self.tempos and self.tempos[0][0] == 0 else DEFAULT_TEMPO

    @property
    def qpm(self) -> float:
        """Quarters a minute at the start; a file whose first tempo comes later starts with that one."""
        return 6e7 / (self.tempos[0][1] if self.tempos else DEFAULT_TEMPO)

    @property
    def meter(self) -> tuple[int, int]:
        """Numerator and denominator of the first meter; 4/4 where the file is silent about it."""
        return self.meters[0][1:] if self.meters else (4, 4)

    def parts(self) -> list[MidiSong]:
        """The song itself, or one song a track for type 2, whose tracks are pieces of their own."""
        if self.kind != 2:
            return [self]
        rows: dict[int, list[list[int]]] = {}
        for row in self.rows:
            rows.setdefault(row[4], []).append(row)
        if len(rows) < 2:
            return [self]
        return [self._part(track, own) for track, own in sorted(rows.items())]

    def tracks(self) -> list[MidiSong]:
        """One song for each track that has notes, in the tempos and meters of them all."""
        found = sorted({row[4] for row in self.rows})
        return [replace(self, rows=[row for row in self.rows if row[4] == track]) for track in found]

    def _part(self, track: int, rows: list[list[int]]) -> MidiSong:
        part = replace(self, rows=rows, marks=[mark for mark in self.marks if mark.track == track])
        _settle_marks(part)
        part.tempos = part.tempos or self.tempos
        part.meters = part.meters or self.meters
        return part

    def channels(self) -> Counter[int]:
        """Number of notes on each channel."""
        counts = np.bincount(self.table[:, 3])
        return Counter({channel: int(counts[channel]) for channel in np.flatnonzero(counts).tolist()})

    def numbers(self, channel: int | None = None) -> set[int]:
        """The note numbers that occur, on one channel or on all."""
        table = self.table
        struck = table[:, 1] if channel is None else table[table[:, 3] == channel, 1]
        return set(np.flatnonzero(np.bincount(struck)).tolist())


def read_song(path: str | Path, salvage: bool = False, frames: bool = False) -> MidiSong:
    """Read a MIDI file of type 0, 1 or 2.

    With `salvage` each track of a damaged file is read up to its damage; with `frames` a file that
    counts in SMPTE frames, not in beats, is read as if a quarter were a second.  Raises MidiFileError
    for these without, and for what is no MIDI file.
    """
    path = Path(path)
    return parse_song(load_bytes(path), path, salvage, frames)


def parse_song(data: bytes, path: Path, salvage: bool = False, frames: bool = False) -> MidiSong:
    """Song of a file's bytes; `path` only names it.  Raises MidiFileError as :func:`read_song` does."""
    if len(data) < 14 or data[:4] != b"MThd":
        raise MidiFileError(f"{path} is damaged: its header is cut short")
    length = int.from_bytes(data[4:8])
    kind, promised, division = (int.from_bytes(data[at : at + 2]) for at in (8, 10, 12))
    if length < 6 or 8 + length > len(data):
        raise MidiFileError(f"{path} is damaged: its header gives a wrong length")
    if kind > 2:
        raise MidiFileError(f"{path} is a MIDI file of type {kind}; only types 0, 1 and 2 exist")
    if division & 0x8000 and not frames:
        raise MidiFileError(
            f"{path} counts time in SMPTE frames, not in beats; export it again with ticks per quarter note"
        )
    if division == 0:
        raise MidiFileError(f"{path} is damaged: it gives no ticks to the quarter note")
    second = _ticks_of_second(division, path)
    song = MidiSong(path, kind, second[0] if second else division)
    found = 0
    try:
        for start, end in _tracks(data, 8 + length, path, salvage):
            _read_whole_track(data[start:end], found, song, salvage)
            found += 1
        if found < promised:
            raise MidiFileError(
                f"{path} is damaged: {promised} tracks are promised and {found} are there; get a whole copy"
            )
    except MidiFileError as error:
        if not salvage:
            raise
        song.damage = song.damage or str(error)
    if second:
        song.marks = [mark for mark in song.marks if len(mark.value) == 2]
        song.marks.append(Mark(0, 0, (second[1],)))
    _settle_marks(song)
    return song


def _ticks_of_second(division: int, path: Path) -> tuple[int, int] | None:
    """Ticks that a division in SMPTE frames counts in about a second, and how many microseconds they
    take; None for a division in beats."""
    if not division & 0x8000:
        return None
    rate, ticks = 256 - (division >> 8), division & 0xFF
    if rate not in _FRAME_RATES or not ticks:
        raise MidiFileError(f"{path} is damaged: it gives no ticks to the second")
    frames, microseconds = _FRAME_RATES[rate]
    return frames * ticks, microseconds


def _read_whole_track(data: bytes, track: int, song: MidiSong, salvage: bool) -> None:
    """Add a track's events to `song`; with `salvage` those before its damage.  Raises MidiFileError."""
    try:
        _read_track(data, track, song)
    except IndexError:
        words = f"{song.path} is damaged: track {track + 1} breaks off inside an event"
        if not salvage:
            raise MidiFileError(words) from None
        song.damage = song.damage or words
    except MidiFileError as error:
        if not salvage:
            raise
        song.damage = song.damage or str(error)


def _settle_marks(song: MidiSong) -> None:
    """Tempos and meters of the song's marks, by tick, the last written at a tick winning."""
    tempos = {mark.tick: mark.value[0] for mark in song.marks if len(mark.value) == 1}
    meters = {mark.tick: mark.value for mark in song.marks if len(mark.value) == 2}
    song.tempos = sorted(tempos.items())
    song.meters = [(tick, n, d) for tick, (n, d) in sorted(meters.items())]


def _tracks(data: bytes, at: int, path: Path, salvage: bool) -> list[tuple[int, int]]:
    """Start and end of every track's events; other chunks are passed over, as the specification asks.

    With `salvage` a last track that is cut short ends where the file does.
    """
    found: list[tuple[int, int]] = []
    while at + 8 <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8])
        if name == b"MTrk":
            if at + 8 + length > len(data) and not salvage:
                raise MidiFileError(
                    f"{path} is damaged: track {len(found) + 1} is cut short or gives a wrong length"
                )
            found.append((at + 8, min(len(data), at + 8 + length)))
            if len(found) > MAX_TRACKS:
                raise MidiFileError(f"{path} has more than {MAX_TRACKS} tracks, more than any song needs")
        at += 8 + length
    return found


def _read_track(data: bytes, track: int, song: MidiSong) -> None:  # noqa: PLR0912, PLR0915
    """Add the events of one track, the whole of `data`, to `song`.

    One long loop on purpose: it runs once a MIDI event and is nearly all of the time that
    building a data set takes.  Raises IndexError where the events run over the end.
    """
    end = len(data)
    rows = song.rows
    add = rows.append
    move = song.moves.append
    sounding: dict[int, list[list[int]]] = {}
    take = sounding.pop
    tick = 0
    status = 0
    pos = 0
    while pos < end:
        byte = data[pos]
        pos += 1
        if byte < 0x80:
            tick += byte
        else:
            delta, pos = _varlen(data, pos - 1, song.path)
            tick += delta
        byte = data[pos]
        if byte >= 0x80:
            pos += 1
            if byte < 0xF0:
                status = byte
            else:
                pos = _system(data, pos, byte, tick, track, song)
                if pos < 0:
                    break
                continue
        kind = status & 0xF0
        if kind <= 0x90 and kind:
            note = data[pos]
            velocity = data[pos + 1]
            pos += 2
            if (note | velocity) & 0x80:
                raise _broken(song.path, track)
            key = (status & 0x0F) << 7 | note
            if velocity and kind == 0x90:
                row = [tick, note, velocity, status & 0x0F, track, -1]
                add(row)
                if key in sounding:
                    sounding[key].append(row)
                else:
                    sounding[key] = [row]
            else:
                ended = take(key, None)
                if ended is not None:
                    if len(ended) == 1:
                        ended[0][5] = tick
                    else:
                        _close(ended, tick, key, sounding)
        elif kind in _TWO_DATA_BYTES:
            if (data[pos] | data[pos + 1]) & 0x80:
                raise _broken(song.path, track)
            if kind == 0xB0 and data[pos] == _PEDAL:
                move((tick, status & 0x0F, data[pos + 1]))
            pos += 2
        elif kind:
            if data[pos] & 0x80:
                raise _broken(song.path, track)
            pos += 1
        else:
            raise _broken(song.path, track)
    song.end = max(song.end, tick)


def _close(ended: list[list[int]], tick: int, key: int, sounding: dict[int, list[list[int]]]) -> None:
    """End several notes of one key at once: those begun earlier, or else those begun at `tick` itself."""
    earlier = [row for row in ended if row[0] != tick]
    for row in earlier or ended:
        row[5] = tick
    if earlier and len(earlier) < len(ended):
        sounding[key] = [row for row in ended if row[0] == tick]


def _broken(path: Path, track: int) -> MidiFileError:
    return MidiFileError(f"{path} is damaged: track {track + 1} holds bytes that are no MIDI events")


def _varlen(data: bytes, pos: int, path: Path) -> tuple[int, int]:
    """A variable-length number of up to four bytes at `pos`, and the position after it."""
    value = 0
    for at in range(pos, pos + 4):
        byte = data[at]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + 1
    raise MidiFileError(f"{path} is damaged: a time or length is written with more than four bytes")


def _system(data: bytes, pos: int, status: int, tick: int, track: int, song: MidiSong) -> int:
    """Take a meta event, sysex or system message in; gives the position after it, -1 at the track's end."""
    if status in (0xF0, 0xF7):
        length, pos = _varlen(data, pos, song.path)
    elif status == 0xFF:
        kind = data[pos]
        length, pos = _varlen(data, pos + 1, song.path)
        if pos + length > len(data):
            raise IndexError
        if kind == _META_END:
            return -1
        _meta(kind, data[pos : pos + length], tick, track, song)
    else:
        length = _SYSTEM_BYTES.get(status, 0)
    if pos + length > len(data):
        raise IndexError
    return pos + length


def _meta(kind: int, body: bytes, tick: int, track: int, song: MidiSong) -> None:
    """Keep the meta events that matter; one of the wrong length says nothing and is passed over."""
    if kind == _META_TEMPO and len(body) == 3 and any(body):
        song.marks.append(Mark(tick, track, (int.from_bytes(body),)))
    elif kind == _META_METER and len(body) >= 2 and body[0] and body[1] <= 7:
        song.marks.append(Mark(tick, track, (body[0], 1 << body[1])))
    elif kind == _META_TEXT:
        song.texts.append((tick, track, _text(body)))
    elif kind == _META_NAME:
        song.track_names.setdefault(track, _text(body))
    elif kind == _META_INSTRUMENT:
        song.instruments.setdefault(track, _text(body))


def _text(body: bytes) -> str:
    """Text of a meta event: UTF-8 where it is, else Latin-1, which older programs write."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
