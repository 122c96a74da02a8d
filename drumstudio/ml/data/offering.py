"""What may be wrong with a file, and remedies that may help; whether one does, trying it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from drumstudio import paths
from drumstudio.domain.cleaning import HALF_OPEN
from drumstudio.domain.drums import DRUM_MAPS, MAGENTA, Drum, DrumMap
from drumstudio.midi.kit_maps import load_maps
from drumstudio.midi.pulse import likeliest_qpm
from drumstudio.midi.reader import MidiSong
from drumstudio.midi.rearranging import seconds_of
from drumstudio.ml.data.cutting import DRIFT, Piece
from drumstudio.ml.data.loading import Loaded
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.verdicts import Found

_REPEATS = 4
_KICKS, _BACKBEAT = {35, 36}, {37, 38, 40, 42, 44, 46, 22, 26, 31, 33, 34}
_MOST_MAPS, _MOST_TRACKS, _MOST_CHANNELS = 3, 4, 4
# What a kit's drummer plays at least on a track of his own.
_WHOLE_KIT = 16
# Strokes on notes without a drum that are worth a word: in number, and as a share.
_UNKNOWN, _UNKNOWN_SHARE = 4, 0.005
# The same of notes that nothing ends; a few of them are a module's slips.
_UNENDED, _UNENDED_SHARE = 4, 0.05
_ENOUGH = 48  # strokes, below which nothing is said of a grid
# Steps off the grid from which on a stroke is between two of them, and those that are half on the way: at
# half the tempo more lie there than here, and as many as _BETWEEN_SHARE.
_BETWEEN, _BETWEEN_SHARE = 0.35, 0.08
_ON_THE_WAY, _LEAD = 0.15, 1.5
_FREE = 0.22  # mean distance in steps from the grid; chance gives 0.25
_FAST = 190.0  # quarters a minute, from which on empty 16ths look like a tempo twice too fast
# Strokes on a closed hi-hat while its pedal is up that a module with a note of its own for open ones would
# not send: in number, and as a share.
_OPENED, _OPENED_SHARE = 4, 0.2
_INAUDIBLE = 8  # velocity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A remedy to try: its kind, the words of its button, and what it changes."""

    kind: str
    label: str
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a file that is used may not be read as it was meant, and what may help."""

    words: str
    candidates: tuple[Candidate, ...] = ()


def channel_candidates(song: MidiSong, but: int | None = None) -> list[Candidate]:
    """The channels that may be drums, most like them first."""
    ranked = []
    for channel in sorted(song.channels()):
        notes = [row[1] for row in song.rows if row[3] == channel]
        known = [note for note in notes if any(note in table for table in _tables())]
        if channel != but and len(set(known)) > 1 and len(known) >= len(notes) / 2:
            ranked.append((-len(known) / len(notes), channel))
    return [
        Candidate("channel", f"Use channel {channel + 1}", Remedy(channel=channel))
        for _, channel in sorted(ranked)[:_MOST_CHANNELS]
    ]


def map_candidates(song: MidiSong, channel: int, drum_map: DrumMap) -> list[Candidate]:
    """The maps that know more of the strokes on `channel` than `drum_map`, those that know most first."""
    counts = Counter(row[1] for row in song.rows if row[3] == channel)
    now = _known(counts, drum_map)
    # Sorting keeps the order of those that know as many; Drum RNN's own map stays last.
    better = sorted(_maps(), key=lambda one: (one.name == MAGENTA.name, -_known(counts, one)))
    found: list[Candidate] = []
    readings = set()
    for one in better:
        reading = tuple(one.drum_of(note) for note in sorted(counts))
        if _known(counts, one) > now and reading not in readings:
            readings.add(reading)
            found.append(Candidate("map", f"Treat as {one.label}", Remedy(map=one.name)))
    return found[:_MOST_MAPS]


def _known(counts: Counter[int], drum_map: DrumMap) -> int:
    table = drum_map.table()
    return sum(count for note, count in counts.items() if note in table)


def _tables() -> Iterable[dict[int, object]]:
    return [dict(one.table()) for one in DRUM_MAPS.values() if one is not MAGENTA]


def _maps() -> tuple[DrumMap, ...]:
    """All drum maps."""
    folder = paths.user_maps()
    return _maps_of(str(folder), folder.stat().st_mtime_ns if folder.is_dir() else 0)


@lru_cache(maxsize=1)
def _maps_of(_folder: str, _changed: int) -> tuple[DrumMap, ...]:
    return tuple(kit.drum_map for kit in load_maps().maps.values())


def meter_candidates(song: MidiSong, pieces: list[Piece]) -> list[Candidate]:
    """Meters to read all of a song in: two that take turns as one, the commonest of its own, 4/4."""
    bars: Counter[tuple[int, int]] = Counter()
    for piece in pieces:
        bars[piece.meter] += piece.bars
    turns = _turns([meter[1:] for meter in song.meters])
    common = [meter for meter, _ in bars.most_common() if (16 * meter[0]) % meter[1] == 0]
    wanted = dict.fromkeys((*turns, *common[:1], (4, 4)))
    return [
        Candidate("meter", f"Read it all in {upper}/{lower}", Remedy(meter=f"{upper}/{lower}"))
        for upper, lower in wanted
    ]


def _turns(meters: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sum of two meters that change places again and again, as 4/4 and 3/4 make 7/4."""
    if len(meters) < 4 or len(set(meters)) != 2 or any(a == b for a, b in pairwise(meters)):
        return []
    (one, lower), (other, below) = meters[:2]
    common = max(lower, below)
    return [(one * common // lower + other * common // below, common)]


def short_candidates(loaded: Loaded, beat_type: str) -> list[Candidate]:
    """For a loop of one bar: to play it several times.  A fill is none."""
    if beat_type == "fill":
        return []
    return [Candidate("repeat", f"Repeat it {_REPEATS} times", Remedy(repeat=_REPEATS))]


def doubts_of(loaded: Loaded, pieces: list[Piece], found: Found, remedy: Remedy) -> list[Doubt]:
    """What may be wrong with a file that is used, the gravest first."""
    song, channel = loaded.song, loaded.channel
    listed = [_tracks(loaded, found, remedy), _grid(loaded, pieces, found), _tempo(loaded, pieces, found)]
    if found.unended >= _UNENDED and found.unended >= _UNENDED_SHARE * found.notes:
        words = f"{_count(found.unended, 'note')} that nothing ends {_are(found.unended)} left out"
        candidates = (Candidate("unended", "Count notes that nothing ends", Remedy(unended=True)),)
        listed.append(Doubt(words, candidates))
    strokes = sum(count for _, count in found.unknown)
    if strokes >= _UNKNOWN and strokes >= _UNKNOWN_SHARE * (strokes + sum(n for _, n in found.drums)):
        notes = ", ".join(str(note) for note, _ in found.unknown[:6])
        words = f"{strokes} strokes on notes {notes} are no drums of the {loaded.drum_map.label} map"
        listed.append(Doubt(words, tuple(map_candidates(song, channel, loaded.drum_map))))
    if _one_hat(loaded, found):
        words = "its hi-hat has one note, and only its pedal tells whether it was open"
        candidates = (Candidate("pedal", "Let the pedal open the hi-hat", Remedy(pedal=True)),)
        listed.append(Doubt(words, candidates))
    if max((int(piece.notes.velocities.max()) for piece in pieces), default=127) <= _INAUDIBLE:
        listed.append(Doubt("its strokes are all but silent, so there is no feel in them"))
    if remedy.salvage:
        listed.append(Doubt("it is damaged and used up to its damage"))
    if loaded.remark:
        listed.append(Doubt(loaded.remark))
    return [doubt for doubt in listed if doubt is not None]


def _one_hat(loaded: Loaded, found: Found) -> bool:
    """Whether hats are struck open and closed, as the pedal says, and all on notes of closed ones."""
    drums = dict(found.drums)
    if "open_hat" in drums or "closed_hat" not in drums or loaded.is_take:
        return False
    moves = [(tick, value) for tick, channel, value in loaded.song.moves if channel == loaded.channel]
    if not moves or min(value for _, value in moves) >= HALF_OPEN:
        return False
    ticks, values = np.array(sorted(moves), dtype=np.int64).T
    hats = [*{*loaded.drum_map.notes[Drum.CLOSED_HAT]} - {*loaded.drum_map.foot}]
    table = loaded.song.table
    struck = table[(table[:, 3] == loaded.channel) & np.isin(table[:, 1], hats), 0]
    at = np.searchsorted(ticks, struck, side="right") - 1
    opened = (at >= 0) & (values[at] < HALF_OPEN)
    return int(opened.sum()) >= max(_OPENED, _OPENED_SHARE * len(struck))


def _tracks(loaded: Loaded, found: Found, remedy: Remedy) -> Doubt | None:
    """Two drummers, or two takes, on tracks of their own."""
    song = loaded.song
    if remedy.apart or remedy.join or song.kind == 2 or found.tracks < 2:
        return None
    notes: dict[int, list[int]] = {}
    for row in song.rows:
        if row[3] == loaded.channel:
            notes.setdefault(row[4], []).append(row[1])
    whole = [track for track, own in notes.items() if len(own) >= _WHOLE_KIT and _is_kit(set(own))]
    if len(whole) < 2:
        return None
    order = sorted({row[4] for row in song.rows})
    alone = [
        Candidate("tracks", f"Use {_track_name(song, track)} alone", Remedy(track=order.index(track)))
        for track in whole[:_MOST_TRACKS]
    ]
    words = f"{len(whole)} tracks hold a whole kit each, and are read as one drummer"
    return Doubt(words, (Candidate("tracks", "Take its tracks apart", Remedy(apart=True)), *alone))


def _is_kit(notes: set[int]) -> bool:
    return not notes.isdisjoint(_KICKS) and not notes.isdisjoint(_BACKBEAT)


def _track_name(song: MidiSong, track: int) -> str:
    name = re.sub(r"\s+", " ", song.track_names.get(track, "")).strip()[:24]
    return f"track {track + 1}{f' ({name})' if name else ''}"


def _grid(loaded: Loaded, pieces: list[Piece], found: Found) -> Doubt | None:
    """Strokes half-way between steps, as half the tempo leaves them; none on 16ths, as twice the tempo
    does; or anywhere, as where nobody heard a click."""
    away = np.concatenate([np.abs(piece.notes.offsets) for piece in pieces])
    if len(away) < _ENOUGH:
        return None
    qpm = pieces[0].qpm
    between = float((away > _BETWEEN).mean())
    on_the_way = float((away > _ON_THE_WAY).mean()) - between
    if between >= max(_BETWEEN_SHARE, _LEAD * on_the_way) and qpm < 0.8 * _FAST:
        words = f"many strokes lie half-way between its 16ths, as if {qpm:g} were half its tempo"
        return Doubt(words, (Candidate("tempo", "Double the tempo", Remedy(factor=2.0)),))
    if away.mean() > _FREE:
        words = f"its strokes do not follow its tempo of {qpm:g}"
        if not found.qpms:
            words = f"its strokes do not follow a tempo of {qpm:g}, and it gives no other"
        return Doubt(words, tuple(tempo_candidates(loaded)))
    straight = all(piece.steps_per_quarter == 4 for piece in pieces)
    if qpm >= _FAST and straight and not any((piece.events[1::2] != 0).any() for piece in pieces):
        words = f"nothing is struck between its 8ths, as if {qpm:g} were twice its tempo"
        return Doubt(words, (Candidate("tempo", "Halve the tempo", Remedy(factor=0.5)),))
    return None


def tempo_candidates(loaded: Loaded) -> list[Candidate]:
    """The tempo that the strokes themselves agree on."""
    clock = seconds_of(loaded.song)
    qpm = likeliest_qpm([clock(row[0]) for row in loaded.song.rows if row[3] == loaded.channel])
    return [] if qpm is None else [Candidate("qpm", f"Set the tempo to {qpm:g}", Remedy(qpm=qpm))]


def _tempo(loaded: Loaded, pieces: list[Piece], found: Found) -> Doubt | None:
    """A tempo that is not given, or that cuts a performance into pieces."""
    if not found.qpms and not loaded.is_take:
        return Doubt(f"it gives no tempo, and {pieces[0].qpm:g} is taken")
    tempos = [piece.qpm for piece in pieces if piece.meter == pieces[0].meter]
    if len(pieces) > 1 and max(tempos) > (1 + DRIFT) * min(tempos):
        words = f"its tempo changes between {min(tempos):g} and {max(tempos):g}, which cuts it into pieces"
        return Doubt(words, (Candidate("steady", "Ignore the tempo changes", Remedy(steady=True)),))
    return None


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
