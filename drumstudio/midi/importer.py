"""Standard MIDI files -> patterns: exactly for this program's own, as heard for all others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.take import TimedNote, quantise
from drumstudio.domain.timing import PPQ, Grid, Meter, clamp_qpm
from drumstudio.errors import MidiFileError
from drumstudio.midi.maps import drum_channel, recognise_map
from drumstudio.midi.own import OwnNotes, own_notes, settle
from drumstudio.midi.reader import MidiSong, read_song

# Mean distance from a grid, 1 being half a step: chance gives 0.5, people play 0.1 to 0.35.
_TRIPLET_FIT = 0.35
_TRIPLET_LEAD = 0.5
_FEW = 8
_MOST_RESTS = 4


@dataclass(frozen=True)
class Imported:
    """A pattern read from a file, its tempo, and what was decided or left out on the way.

    `unmapped` counts the strokes of each note number the map does not know; `left_out` the
    strokes beyond the longest pattern; `merged` those that met a louder one of the same drum on
    a step.
    """

    pattern: Pattern
    qpm: float
    drum_map: DrumMap
    channel: int
    unmapped: dict[int, int]
    left_out: int = 0
    merged: int = 0


def import_pattern(
    path: str | Path,
    drum_map: DrumMap | None = None,
    grid: Grid | None = None,
    channel: int | None = None,
) -> Imported:
    """Read the drums of a MIDI file as a pattern; a file of this program comes back as it was.

    Without a `drum_map` it is recognised; without a `grid` the file's meter and 1/16 are taken, or
    triplets where the strokes clearly lie on them.  Timing is kept as offsets, and so are the
    rests of a loop that ends on a bar line.  At most 256 bars are taken.  Raises MidiFileError as
    :func:`read_song` and :func:`drum_channel` do, and where no note is a drum of the map.
    """
    song = read_song(path)
    own = own_notes(song)
    if own is not None and not song.rows:
        return Imported(_restored(own, []), own.qpm, drum_map or own.drum_map, 9, {})
    channel = drum_channel(song, channel)
    drum_map = drum_map or recognise_map(song, channel)
    notes, unmapped = _drum_notes(song, channel, drum_map)
    if not notes:
        raise MidiFileError(
            f"{path} has no drum of the {drum_map.label} map on channel {channel + 1}; "
            "try another map or channel"
        )
    qpm = clamp_qpm(song.qpm)
    if own is not None and grid in (None, own.grid):
        if round(6e7 / own.qpm) == song.tempo:
            qpm = own.qpm
        pattern = _restored(own, notes)
    else:
        pattern = _with_rests(quantise(notes, grid or choose_grid(song.meter, notes)), song)
    beyond = sum(note.tick >= (pattern.ticks - pattern.grid.ticks_per_step / 2) for note in notes)
    left_out = beyond if pattern.bars == MAX_BARS else 0
    merged = max(0, len(notes) - left_out - len(pattern.hits))
    return Imported(pattern, qpm, drum_map, channel, unmapped, left_out, merged)


def _drum_notes(song: MidiSong, channel: int, drum_map: DrumMap) -> tuple[list[TimedNote], dict[int, int]]:
    """Strokes of the map's drums in ticks of 480, by time, and how often each other note occurs."""
    table = drum_map.table()
    notes: list[TimedNote] = []
    unmapped: Counter[int] = Counter()
    for note in song.notes:
        if note.channel != channel:
            continue
        drum = table.get(note.note)
        if drum is None:
            unmapped[note.note] += 1
        else:
            notes.append(TimedNote(note.tick * PPQ / song.ppq, drum, note.velocity))
    return notes, dict(unmapped)


def _restored(own: OwnNotes, notes: list[TimedNote]) -> Pattern:
    """The pattern a file of this program holds, notes moved or added since then included."""
    grid, size = own.grid, own.grid.ticks_per_step
    waiting = {key: list(places) for key, places in own.places.items()}
    cells: dict[tuple[int, Drum], Hit] = {}
    for note in notes:
        tick = round(note.tick)
        places = waiting.get((tick, note.drum))
        step, offset, chance = places.pop(0) if places else (*settle(grid, own.swing, tick), 1.0)
        known = cells.get((step, note.drum))
        if step < MAX_BARS * grid.steps_per_bar and (known is None or known.velocity < note.velocity):
            cells[step, note.drum] = Hit(step, note.drum, note.velocity, offset / size, chance)
    last = max((step for step, _ in cells), default=0)
    bars = max(own.bars, last // grid.steps_per_bar + 1)
    return Pattern(grid, bars, tuple(cells.values()), own.swing, own.seam)


def _with_rests(pattern: Pattern, song: MidiSong) -> Pattern:
    """The pattern with the empty bars a file ends in, where it ends on a bar line as a loop does.

    More than `_MOST_RESTS` of them are the end of a DAW's project, not of the beat.
    """
    bars, beyond = divmod(Fraction(song.end * PPQ, song.ppq), pattern.grid.ticks_per_bar)
    rests = bars - pattern.bars
    fits = not beyond and 0 < rests <= _MOST_RESTS and bars <= MAX_BARS
    return replace(pattern, bars=bars) if fits else pattern


def choose_grid(meter: tuple[int, int], notes: list[TimedNote]) -> Grid:
    """Grid for strokes from elsewhere: 1/16, triplets where they clearly fit, 1/32 where a bar needs it.

    A meter beyond 32/32 becomes 4/4.
    """
    try:
        bar = Meter(*meter)
    except ValueError:
        bar = Meter()
    if len(notes) >= _FEW and _fills(bar, 3):
        straight, eighths, sixteenths = (_misfit(notes, PPQ // steps) for steps in (4, 3, 6))
        for steps, misfit in ((3, eighths), (6, sixteenths)):
            if misfit < _TRIPLET_FIT and misfit < _TRIPLET_LEAD * straight:
                return Grid(bar, steps)
    return Grid(bar, 4 if _fills(bar, 4) else 8)


def _fills(meter: Meter, steps_per_quarter: int) -> bool:
    return (meter.quarters * steps_per_quarter).denominator == 1


def _misfit(notes: list[TimedNote], size: int) -> float:
    """Mean distance of the strokes from steps of `size` ticks, in half steps: 0 on them, 1 between."""
    distances = (abs(note.tick - size * round(note.tick / size)) for note in notes)
    return 2 * sum(distances) / (size * len(notes))
