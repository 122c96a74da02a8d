"""Files of a training set -> songs with their drums' channel and map, as remedies ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from drumstudio.domain.drums import DrumMap
from drumstudio.errors import DrumMapError, MidiFileError
from drumstudio.midi.kit_maps import find_map
from drumstudio.midi.maps import drum_channel, looks_like_drums, resolve_map
from drumstudio.midi.reader import MidiSong, read_song
from drumstudio.midi.rearranging import (
    chained,
    in_meter,
    in_steady_tempo,
    in_tempo,
    opened_by_pedal,
    with_factor,
)
from drumstudio.midi.take_song import read_take
from drumstudio.ml.data.remedies import Remedy, meter_of
from drumstudio.ml.data.sources import Info, Source, source_of

GET_ANOTHER = "get the file anew, or export it again as a standard MIDI file"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file, or a part of it, cannot be used: a word for programs, a reason and a remedy in words."""

    kind: str
    reason: str
    remedy: str = ""


class RefusedError(Exception):
    """A file that cannot be used; `song` is what could be read of it, `channel` its drums' where clear."""

    def __init__(self, fault: Fault, song: MidiSong | None = None) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.song = song


@dataclass(frozen=True)
class Reading:
    """How files are to be read: the map's name, a channel 0-15 or None, and what `remedies` say of each
    file, by its path; `sources` are those known, by path."""

    map: str = "auto"
    channel: int | None = None
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def remedy(self, path: Path) -> Remedy:
        """What is to be done to the file at `path`."""
        return self.remedies.get(str(path), _NOTHING) if self.remedies else _NOTHING


_NOTHING = Remedy()


@dataclass(frozen=True, eq=False)
class Loaded:
    """A song ready to be cut: `song` as a whole, `parts` of it that stand by themselves, and where its
    drums are.  `remark` says what is to be known of how it was read, "" as a rule."""

    song: MidiSong
    parts: list[MidiSong]
    channel: int
    drum_map: DrumMap
    is_take: bool = False
    remark: str = ""


# What was read of one file, by all that decides on it, for those who try several remedies on it.
Opened = dict[tuple[bool, bool, str], tuple[MidiSong, DrumMap | None, str]]


def load(
    source: Source, reading: Reading, remedy: Remedy | None = None, opened: Opened | None = None
) -> Loaded:
    """Read a file as `remedy`, or else `reading`, says; `opened` keeps what was read of it.

    Raises RefusedError.
    """
    remedy = reading.remedy(source.path) if remedy is None else remedy
    loaded = _opened(source, reading, remedy, {} if opened is None else opened)
    if not (remedy.repeat > 1 or remedy.join):
        return loaded
    chain = [loaded] * remedy.repeat + [_follower(path, reading) for path in remedy.join]
    links = [(part, one.channel, one.drum_map) for one in chain for part in one.parts]
    song = chained(links)
    return replace(loaded, song=song, parts=[song])


def _follower(path: str, reading: Reading) -> Loaded:
    """A file that is joined to another, read as its own remedy says."""
    source = reading.sources.get(path) or source_of(Path(path))
    own = replace(reading.remedy(source.path), join=(), skip=False)
    try:
        return load(source, reading, own)
    except RefusedError as error:
        fault = Fault(error.fault.kind, f"{source.path.name}, which is joined to it: {error.fault.reason}")
        raise RefusedError(fault) from error


def _opened(source: Source, reading: Reading, remedy: Remedy, opened: Opened) -> Loaded:
    path = source.path
    key = remedy.salvage, remedy.qpm is not None, remedy.map
    if key not in opened:
        opened[key] = _read(path, remedy)
    song, own_map, remark = opened[key]
    if remedy.track is not None:
        song = _one_track(song, remedy.track)
    if remedy.unended:
        song = replace(song, rows=[[*row[:5], max(row[5], row[0] + 1)] for row in song.rows])
    if not song.rows:
        raise RefusedError(Fault("notes", "it holds no notes", "record or draw some drums in it"), song)
    told = reading.channel if remedy.channel is None else remedy.channel
    try:
        channel = drum_channel(song, told)
    except MidiFileError as error:
        raise RefusedError(_unclear(song, told), song) from error
    drum_map = own_map or _map(song, channel, remedy.map, reading.map)
    if remedy.pedal or (drum_map.hat_by_pedal and own_map is None):
        song = opened_by_pedal(song, channel, drum_map)
    song = _timed(song, channel, remedy, source.info)
    parts = song.tracks() if remedy.apart else song.parts()
    return Loaded(song, parts, channel, drum_map, own_map is not None, remark)


def _read(path: Path, remedy: Remedy) -> tuple[MidiSong, DrumMap | None, str]:
    """The song of a take or MIDI file, the take's map, and a remark."""
    try:
        take = read_take(path, find_map(remedy.map) if remedy.map else None)
        if take is not None and take.song is not None:
            return take.song, take.drum_map, ""
        song = read_song(path, remedy.salvage, remedy.qpm is not None)
    except DrumMapError as error:
        raise RefusedError(Fault("drums", str(error))) from error
    except MidiFileError as error:
        raise RefusedError(Fault("unreadable", unnamed(error, path), GET_ANOTHER)) from error
    remark = f"read as a MIDI file alone: {take.problem}" if take else ""
    return song, None, remark


def _one_track(song: MidiSong, number: int) -> MidiSong:
    """The song with one of the tracks that hold notes, counted from 0."""
    tracks = song.tracks()
    if number >= len(tracks):
        raise RefusedError(
            Fault("notes", f"it has {len(tracks)} tracks with notes, and no track {number + 1}")
        )
    return tracks[number]


def _unclear(song: MidiSong, told: int | None) -> Fault:
    """Why the channel of the drums is not known."""
    channels = sorted(song.channels())
    if told is not None:
        used = ", ".join(str(channel + 1) for channel in channels)
        return Fault("channel", f"it has no notes on channel {told + 1}", f"choose one that it uses: {used}")
    likely = [channel for channel in channels if looks_like_drums(song, channel)]
    listed = ", ".join(str(channel + 1) for channel in likely or channels)
    what = "each may be drums" if likely else "does not look like drums"
    if not likely and len(channels) > 1:
        what = "do not look like drums"
    several = "s" if len(likely or channels) > 1 else ""
    reason = f"it has no notes on channel 10, and channel{several} {listed} {what}"
    return Fault("channel", reason, "say which channel its drums are on")


def _map(song: MidiSong, channel: int, wanted: str, usual: str) -> DrumMap:
    try:
        return find_map(wanted) if wanted else resolve_map(usual, song, channel)
    except (DrumMapError, MidiFileError) as error:
        raise RefusedError(Fault("drums", str(error)), song) from error


def _timed(song: MidiSong, channel: int, remedy: Remedy, info: Info) -> MidiSong:
    """The song in the tempo and meter that the remedy gives, over what the file or `info` says."""
    changed = remedy.factor != 1.0 or remedy.qpm is not None or remedy.steady or remedy.join
    if not (changed or remedy.repeat > 1 or remedy.meter):
        return song
    song = replace(
        song,
        tempos=song.tempos or ([(0, round(6e7 / info.qpm))] if info.qpm else []),
        meters=song.meters or ([(0, *info.meter)] if info.meter else []),
    )
    if remedy.qpm is not None:
        song = in_tempo(song, remedy.qpm, channel)
    if remedy.factor != 1.0:
        song = with_factor(song, remedy.factor)
    if remedy.steady:
        song = in_steady_tempo(song)
    meter = meter_of(remedy.meter)
    return song if meter is None else in_meter(song, meter)


def unnamed(error: MidiFileError, path: Path) -> str:
    """An error's words without the file's name, which the verdict gives anyway."""
    words = str(error)
    return f"it {words.removeprefix(f'{path} ')}" if words.startswith(f"{path} ") else words
