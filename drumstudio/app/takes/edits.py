"""What is done with takes as wholes: another tempo, several joined, MIDI files made takes.

Stamps stay as they were recorded; a tempo only says where bars are.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drumstudio import paths
from drumstudio.app.takes.store import MIDI, KeptTake, find_take, free_path, load_take, save_take
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import MAX_QPM, MIN_QPM, Meter, clamp_qpm
from drumstudio.errors import MidiFileError, TakeError

_USUAL_TEMPO = 500_000  # microseconds a quarter, where a file is silent about it
_EARLY = 0.25  # quarters before a bar line at which a stroke still belongs to the bar after it


def bar_seconds(take: Take) -> float:
    """How long a bar of the take is."""
    return float(take.meter.quarters) * 60.0 / take.qpm


def bars_of(take: Take) -> int:
    """How many bars it was asked to have, or else those that something was played in; at least 1."""
    if take.bars:
        return take.bars
    struck = [each.seconds for each in take.arrivals if each.data[0] & 0xF0 == 0x90 and each.data[2]]
    return max(1, math.floor(max(struck, default=0.0) / bar_seconds(take) + 1e-6) + 1)


def suggested_qpm(kept: KeptTake) -> float | None:
    """The tempo that the take's strokes speak for, None where they speak for none."""
    from drumstudio.midi.pulse import likeliest_qpm  # brings numpy: not before the window

    qpm = likeliest_qpm([hit.seconds for hit in kept.read().hits])
    return None if qpm is None else round(qpm, 1)


def retimed(kept: KeptTake, qpm: float) -> KeptTake:
    """Take `qpm` for the tempo, so that bars lie elsewhere; what was played stays.  Raises TakeError."""
    if not MIN_QPM <= qpm <= MAX_QPM:
        raise TakeError(f"a tempo is {MIN_QPM:g} to {MAX_QPM:g} quarters a minute, not {qpm:g}")
    return save_take(kept.path, replace(kept.take, qpm=qpm), kept.cleaning)


def starting_at(kept: KeptTake, seconds: float) -> KeptTake:
    """Let the first bar line be where `seconds` is now; strokes keep their distances.  Raises TakeError."""
    moved = tuple(Arrival(each.seconds - seconds, each.data) for each in kept.take.arrivals)
    return save_take(kept.path, replace(kept.take, arrivals=moved), kept.cleaning)


def join_takes(names: Sequence[str]) -> KeptTake:
    """A new take of the user's takes `names`, one after the other, each from a bar line on.

    Raises TakeError where they do not go together.
    """
    takes = [find_take(name) for name in names]
    if len(takes) < 2:
        raise TakeError("two takes or more can be joined")
    first = takes[0].take
    for kept in takes[1:]:
        for what, one, other in (
            ("tempos", f"{first.qpm:g}", f"{kept.take.qpm:g}"),
            ("meters", str(first.meter), str(kept.take.meter)),
            ("drum maps", first.drum_map.label, kept.take.drum_map.label),
        ):
            if one != other:
                raise TakeError(
                    f"{takes[0].name} and {kept.name} have different {what}, {one} and {other}; "
                    "make them alike, then join them"
                )
    arrivals: list[Arrival] = []
    bars = 0
    for kept in takes:
        start = bars * bar_seconds(first)
        # What came well before its first bar line would fall into the take before.
        earliest = -_EARLY * 60.0 / first.qpm if bars else -math.inf
        arrivals += [Arrival(at + start, data) for at, data in kept.take.arrivals if at >= earliest]
        bars += bars_of(kept.take)
    arrivals.sort(key=lambda each: each.seconds)
    joined = replace(first, arrivals=tuple(arrivals), bars=bars if all(k.take.bars for k in takes) else 0)
    path = free_path(paths.user_takes() / f"{takes[0].name} + {len(takes) - 1} more{MIDI}")
    return save_take(path, joined, takes[0].cleaning)


def import_take(path: Path) -> KeptTake:
    """Make the drums of a MIDI file one of the user's takes, at the tempo with which the file begins.

    Notes keep their moments through changes of tempo; a take of this program is taken over as it
    is.  Raises MidiFileError and TakeError.
    """
    target = free_path(paths.user_takes() / f"{path.stem}{MIDI}")
    with contextlib.suppress(TakeError):
        own = load_take(path)
        return save_take(target, own.take, own.cleaning)
    from drumstudio.midi.maps import drum_channel, recognise_map
    from drumstudio.midi.reader import read_song

    song = read_song(path)
    channel = drum_channel(song)
    drum_map = recognise_map(song, channel)
    notes = [note for note in song.notes if note.channel == channel]
    if not any(drum_map.drum_of(note.note) is not None for note in notes):
        raise MidiFileError(f"{path} has no drum of the {drum_map.label} map; try another file")
    arrivals: list[Arrival] = []
    clock = _Clock(song.tempos, song.ppq)
    for note in notes:
        end = note.tick if note.end is None else note.end
        arrivals.append(Arrival(clock.seconds(note.tick), bytes((0x90 | channel, note.note, note.velocity))))
        arrivals.append(Arrival(clock.seconds(end), bytes((0x80 | channel, note.note, 64))))
    arrivals.sort(key=lambda each: each.seconds)
    meter = Meter()
    with contextlib.suppress(ValueError):
        meter = Meter(*song.meter)
    when = path.stat().st_mtime
    take = Take(tuple(arrivals), drum_map, clamp_qpm(song.qpm), meter, 0, path.name, when)
    return save_take(target, take)


class _Clock:
    """Seconds of the ticks of a song whose `tempos` are (tick, microseconds a quarter)."""

    def __init__(self, tempos: Sequence[tuple[int, int]], ppq: int) -> None:
        self._ppq = ppq
        self._marks: list[tuple[int, float, int]] = [(0, 0.0, tempos[0][1] if tempos else _USUAL_TEMPO)]
        for tick, tempo in tempos:
            self._marks.append((tick, self.seconds(tick), tempo))

    def seconds(self, tick: int) -> float:
        """Seconds of `tick` from the beginning."""
        at, seconds, tempo = next(mark for mark in reversed(self._marks) if mark[0] <= tick)
        return seconds + (tick - at) * tempo / (1e6 * self._ppq)
