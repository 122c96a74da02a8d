"""Songs -> pieces of one meter, tempo and feel, without losing a bar that can be used.

A change of meter begins a new piece where it stands; a change of tempo, at the bar line nearest
to it.  Tempo that drifts by less than `DRIFT`, and changes that would leave less than two bars,
cut nothing: steps follow the beat, so nothing is gained by it.  A silence of minutes, such as
a recorder left running, divides too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drumstudio.domain.drums import DrumMap
from drumstudio.errors import MidiFileError
from drumstudio.midi.feel import Feel, Placed, place, recognise_feel
from drumstudio.midi.reader import DEFAULT_TEMPO, MidiSong
from drumstudio.midi.steps import MAX_STEPS, drum_bits, events_of, quantised, steps_per_bar, strokes_on
from drumstudio.ml.data.sequences import MIN_BARS
from drumstudio.ml.data.sources import Info

DRIFT = 0.02
LONGEST_SILENCE = 32  # bars, more than a minute: someone stopped and began again
STEPS_PER_QUARTER = {9: 4, 1: 2}  # of the nine-drum and the one-drum encoding, in a straight feel
# How notes find their steps: by the feel of each piece, or as Drum RNN's own tools do it, on 16ths.
BY_FEEL, AS_DRUM_RNN = "feel", "drum_rnn"
QUANTISERS = (BY_FEEL, AS_DRUM_RNN)

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]


class Notes(NamedTuple):
    """Strokes by time, all (notes,): `steps` counted from the piece's start, `bits` the event bit of the
    drum, `velocities`, and `offsets`, late when positive, as a fraction of a step.

    Offsets lie within half a step, or beyond it by as much as the feel bends the grid or a flam reaches.
    """

    steps: Integers
    bits: Integers
    velocities: Integers
    offsets: Reals

    def between(self, first: int, last: int) -> Notes:
        """Those on the steps `first` <= step < `last`, counted from `first`."""
        inside = (first <= self.steps) & (self.steps < last)
        return Notes(
            self.steps[inside] - first, self.bits[inside], self.velocities[inside], self.offsets[inside]
        )


@dataclass(frozen=True, eq=False)
class Piece:
    """Events (steps,) in one meter, tempo and feel; `bar` is its steps to the bar, a float where not whole.

    `notes` are the strokes behind the events, all of them: a drum may be struck twice on a step.
    """

    meter: tuple[int, int]
    qpm: float
    bar: float
    events: Integers
    notes: Notes
    feel: Feel
    steps_per_quarter: int

    @property
    def bars(self) -> int:
        """Bars begun."""
        return int(-(-len(self.events) // self.bar))


@dataclass(frozen=True, slots=True)
class _Section:
    start: int  # tick
    meter: tuple[int, int]
    tempo: int

    @property
    def qpm(self) -> float:
        return 6e7 / self.tempo


def cut(
    song: MidiSong, channel: int, drum_map: DrumMap, kit: int, info: Info, quantise: str = BY_FEEL
) -> list[Piece]:
    """Pieces of the drums on `channel` that hold a stroke, in order, short ones and odd meters included.

    `kit` 9 keeps each drum of `drum_map`, 1 whether anything at all is struck.  Where the song is
    silent about meter or tempo, `info` counts.  Each piece is recognised and placed by its own feel,
    constant offset out, or with `quantise` "drum_rnn" as :func:`drumstudio.midi.steps.steps` does
    it.  Raises MidiFileError where the song has no end.
    """
    struck = strokes_on(song, channel)
    bits = drum_bits(drum_map)[struck[:, 1]] if kit != 1 else np.ones(len(struck), dtype=np.int64)
    struck, bits = struck[bits > 0], bits[bits > 0]
    if not len(struck):
        return []
    ticks, velocities = struck[:, 0], struck[:, 2]
    sections = _sections(song, int(ticks[-1]), info)
    if len(sections) > 1 and int(ticks[-1]) * STEPS_PER_QUARTER[kit] > MAX_STEPS * song.ppq:
        raise MidiFileError(f"{song.path} is damaged: its last note lies days into the song")
    whole = []
    for section, first, last, end in _owners(song, sections, ticks, STEPS_PER_QUARTER[kit]):
        own = slice(first, last)
        feel, per_quarter, placed = _placed(song, section, ticks[own], kit, quantise)
        notes = Notes(placed.steps, bits[own], velocities[own], placed.offsets)
        events = events_of(notes.steps, notes.bits, song)
        if end is not None:  # rests up to the next section belong to this one
            length = round((end - section.start) * per_quarter / song.ppq)
            events = np.pad(events, (0, max(0, length - len(events))))
        bar = steps_per_bar(section.meter, per_quarter)
        whole.append(Piece(section.meter, section.qpm, bar, events, notes, feel, per_quarter))
    return [piece for long in whole for piece in _without_silences(long)]


def _owners(
    song: MidiSong, sections: list[_Section], ticks: Integers, per_quarter: int
) -> Iterator[tuple[_Section, int, int, int | None]]:
    """Each section that holds strokes, the first and last of them, and where the next section that
    holds some begins; a stroke just ahead of a section belongs to its first step."""
    starts = np.array([section.start for section in sections], dtype=np.int64)
    owner = np.searchsorted(starts, ticks + song.ppq / (2 * per_quarter), side="right") - 1
    owner = owner.clip(min=0)
    for index, first, last in _runs(owner):
        yield sections[index], first, last, int(starts[index + 1]) if index < owner[-1] else None


def _placed(
    song: MidiSong, section: _Section, ticks: Integers, kit: int, quantise: str
) -> tuple[Feel, int, Placed]:
    """Feel of a section's strokes, the grid's steps to the quarter, and the strokes on it."""
    straight = STEPS_PER_QUARTER[kit]
    if quantise == BY_FEEL:
        feel = recognise_feel(ticks - section.start, song.ppq, section.qpm, section.meter)
        per_quarter = 3 if feel.steps_per_quarter == 3 else straight
        return feel, per_quarter, place(ticks - section.start, song.ppq, section.qpm, feel, per_quarter)
    even = (ticks - section.start) * (straight / song.ppq)
    nearest = (even + 0.5).astype(np.int64).clip(min=0)
    # From the start of a song its tools' very roundings are known.
    steps = nearest if section.start else quantised(song, ticks, straight)
    return Feel(), straight, Placed(steps, even - steps)


def _without_silences(piece: Piece) -> list[Piece]:
    """The piece, divided where nothing is struck for more than `LONGEST_SILENCE` bars; bar lines stay."""
    struck = np.flatnonzero(piece.events)
    bar = piece.bar
    ends = np.flatnonzero(np.diff(struck, prepend=0) > LONGEST_SILENCE * bar)
    if not len(ends) or not isinstance(bar, int):
        return [piece]
    starts = [0, *(int(struck[end]) // bar * bar for end in ends)]
    lasts = [*(int(struck[end - 1]) + 1 if end else 0 for end in ends), len(piece.events)]
    parts = [
        replace(piece, events=piece.events[start:last], notes=piece.notes.between(start, last))
        for start, last in zip(starts, lasts, strict=True)
    ]
    return [part for part in parts if part.events.any()]


def _runs(values: Integers) -> list[tuple[int, int, int]]:
    """Each run of equal `values`: the value, where it begins and where it ends."""
    starts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(int(values[first]), first, last) for first, last in pairwise(starts)]


def _sections(song: MidiSong, last: int, info: Info) -> list[_Section]:
    """Where pieces begin, up to the last stroke's tick; the first begins at 0."""
    default = round(6e7 / info.qpm) if info.qpm and not song.tempos else DEFAULT_TEMPO
    tempos = [(0, default), *((tick, tempo) for tick, tempo in song.tempos if tick <= last)]
    ticks = [tick for tick, _ in tempos]
    meters = _meters(song, last, info)
    sections: list[_Section] = []
    for index, (start, meter) in enumerate(meters):
        end = meters[index + 1][0] if index + 1 < len(meters) else last + 1
        inside = bisect_right(ticks, start), bisect_left(ticks, end)
        first = _Section(start, meter, tempos[inside[0] - 1][1])
        sections += _by_tempo(first, end, tempos[slice(*inside)], song.ppq)
    return sections


def _meters(song: MidiSong, last: int, info: Info) -> list[tuple[int, tuple[int, int]]]:
    """Ticks at which the meter changes, each on a 16th counted from the one before, and the new meter."""
    found = [(0, (info.meter if not song.meters else None) or (4, 4))]
    for tick, upper, lower in song.meters:
        start, meter = found[-1]
        if tick > last or (upper, lower) == meter:
            continue
        snapped = start + round(round((tick - start) * 4 / song.ppq) * song.ppq / 4)
        if snapped == start:
            found[-1] = (start, (upper, lower))
        else:
            found.append((snapped, (upper, lower)))
    return found


def _by_tempo(section: _Section, end: int, changes: list[tuple[int, int]], ppq: int) -> list[_Section]:
    """A section of one meter, divided at the bar lines nearest to its changes of tempo (tick, tempo)."""
    bar = Fraction(4 * ppq * section.meter[0], section.meter[1])
    sections = [section]
    begun = 0
    for tick, tempo in changes:
        if abs(tempo / sections[-1].tempo - 1) <= DRIFT:
            continue
        at = round((tick - section.start) / bar)
        if at == begun:
            sections[-1] = replace(sections[-1], tempo=tempo)
        elif at - begun >= MIN_BARS and section.start + (at + MIN_BARS - 1) * bar < end:
            sections.append(_Section(round(section.start + at * bar), section.meter, tempo))
            begun = at
    return sections
