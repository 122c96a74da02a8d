"""Standard MIDI files -> patterns: exactly for this program's own, as heard for all others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.take import TimedNote, quantise, settle
from drumstudio.domain.timing import PPQ, Grid, Meter, clamp_qpm
from drumstudio.errors import MidiFileError
from drumstudio.midi.feel import SWUNG, Feel, recognise_feel
from drumstudio.midi.maps import drum_channel, recognise_map
from drumstudio.midi.own import OwnNotes, own_notes
from drumstudio.midi.own import settle as settle_own
from drumstudio.midi.reader import MidiSong, read_song

# Mean distance from a grid, 1 being half a step: chance gives 0.5, people play 0.1 to 0.35.
_TRIPLET_FIT = 0.35
_TRIPLET_LEAD = 0.5
_FEW = 8
# How far from swung 8ths, in steps, all strokes may lie for there to be nothing but 8ths.
_NEAR = 0.25
_MOST_RESTS = 4


@dataclass(frozen=True)
class Imported:
    """A pattern read from a file, its tempo, and what was decided or left out on the way.

    `unmapped` counts the strokes of each note number the map does not know; `left_out` the
    strokes beyond the longest pattern; `merged` those that met a louder one of the same drum on
    a step; `feel` is what was recognised, straight where the pattern is this program's own.
    """

    pattern: Pattern
    qpm: float
    drum_map: DrumMap
    channel: int
    unmapped: dict[int, int]
    left_out: int = 0
    merged: int = 0
    feel: Feel = field(default_factory=Feel)


def import_pattern(
    path: str | Path,
    drum_map: DrumMap | None = None,
    grid: Grid | None = None,
    channel: int | None = None,
) -> Imported:
    """Read the drums of a MIDI file as a pattern; a file of this program comes back as it was.

    Without a `drum_map` it is recognised; without a `grid` the file's meter and the grid and swing of
    its feel are taken: 1/16 as a rule, triplets where it is felt in them.  Timing is kept as
    offsets, and so are the rests of a loop that ends on a bar line.  At most 256 bars are taken.
    Raises MidiFileError as :func:`read_song` and :func:`drum_channel` do, and where no note is a
    drum of the map.
    """
    return import_song(read_song(path), drum_map, grid, channel)


def import_song(
    song: MidiSong,
    drum_map: DrumMap | None = None,
    grid: Grid | None = None,
    channel: int | None = None,
) -> Imported:
    """The drums of a song as a pattern, as :func:`import_pattern` reads them from its file."""
    own = own_notes(song)
    if own is not None and not song.rows:
        return Imported(_restored(own, []), own.qpm, drum_map or own.drum_map, 9, {})
    channel = drum_channel(song, channel)
    drum_map = drum_map or recognise_map(song, channel)
    notes, unmapped = _drum_notes(song, channel, drum_map)
    if not notes:
        raise MidiFileError(
            f"{song.path} has no drum of the {drum_map.label} map on channel {channel + 1}; "
            "try another map or channel"
        )
    qpm, feel = clamp_qpm(song.qpm), Feel()
    if own is not None and grid in (None, own.grid):
        if round(6e7 / own.qpm) == song.tempo:
            qpm = own.qpm
        pattern = _restored(own, notes)
    else:
        feel = recognise_feel([note.tick for note in notes], PPQ, song.qpm, song.meter)
        pattern = _with_rests(_quantised(notes, song, grid, feel), song)
    beyond = sum(note.tick >= (pattern.ticks - pattern.grid.ticks_per_step / 2) for note in notes)
    left_out = beyond if pattern.bars == MAX_BARS else 0
    merged = max(0, len(notes) - left_out - len(pattern.hits))
    return Imported(pattern, qpm, drum_map, channel, unmapped, left_out, merged, feel)


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
        step, offset, chance = places.pop(0) if places else (*settle_own(grid, own.swing, tick), 1.0)
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


def _quantised(notes: list[TimedNote], song: MidiSong, grid: Grid | None, feel: Feel) -> Pattern:
    """The notes on `grid` or that of their feel; those of a performance late as a whole keep their steps."""
    late = feel.offset_seconds * song.qpm / 60.0 * PPQ
    if grid is not None:
        return quantise(notes, grid, late=late)
    grid, swing = choose_grid(song.meter, notes, feel)
    return quantise(notes, grid, swing=swing, late=late)


def choose_grid(meter: tuple[int, int], notes: list[TimedNote], feel: Feel) -> tuple[Grid, float]:
    """Grid and swing for strokes from elsewhere.

    It is 1/16, triplets where they are felt, 1/32 where a bar needs it.  Swing is set only where it
    leaves every stroke within the reach of a step.  A meter beyond 32/32 becomes 4/4.
    """
    try:
        bar = Meter(*meter)
    except ValueError:
        bar = Meter()
    if feel.steps_per_quarter == 3 and _fills(bar, 3):
        return Grid(bar, 3), 0.5
    eighths, sixteenths = round(feel.swing, 2), round(feel.sixteenths, 2)
    if feel.kind == SWUNG and _fills(bar, 2) and _within(notes, Grid(bar, 2), eighths, _NEAR):
        return Grid(bar, 2), eighths
    if sixteenths > 0.5 and _fills(bar, 4) and _within(notes, Grid(bar, 4), sixteenths, 0.5):
        return Grid(bar, 4), sixteenths
    if len(notes) >= _FEW and _fills(bar, 6):
        straight, triplets = (_misfit(notes, PPQ // steps) for steps in (4, 6))
        if triplets < _TRIPLET_FIT and triplets < _TRIPLET_LEAD * straight:
            return Grid(bar, 6), 0.5
    return Grid(bar, 4 if _fills(bar, 4) else 8), 0.5


def _within(notes: list[TimedNote], grid: Grid, swing: float, reach: float) -> bool:
    """Whether all notes lie within `reach` steps of the steps under `swing`."""
    return all(abs(settle(note.tick, grid, swing)[1]) < reach for note in notes)


def _fills(meter: Meter, steps_per_quarter: int) -> bool:
    return (meter.quarters * steps_per_quarter).denominator == 1


def _misfit(notes: list[TimedNote], size: int) -> float:
    """Mean distance of the strokes from steps of `size` ticks, in half steps: 0 on them, 1 between."""
    distances = (abs(note.tick - size * round(note.tick / size)) for note in notes)
    return 2 * sum(distances) / (size * len(notes))
