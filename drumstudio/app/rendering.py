"""Files to WAV: a project as it plays, a MIDI file with every stroke at its own time."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

from drumstudio.app.store import SUFFIX, load_project
from drumstudio.domain.drums import GENERAL_MIDI, DrumMap
from drumstudio.domain.performance import Stroke, strokes
from drumstudio.domain.project import Project
from drumstudio.engine.wav import LONGEST_SECONDS, Rendered, Struck, render_notes, render_wav
from drumstudio.errors import AudioError
from drumstudio.midi.files import MidiSong, drum_channel, read_song, resolve_map
from drumstudio.paths import is_same_file

Progress = Callable[[float], None]


def render_file(
    source: Path,
    path: Path,
    soundfont: Path | None = None,
    *,
    loops: int = 1,
    level: float = 1.0,
    channel: int | None = None,
    map_name: str = "auto",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Render the project or MIDI file `source` to the WAV file `path`, `loops` times over.

    `channel` (0-15) and `map_name` say which notes of a MIDI file are drums and what they mean;
    they are recognised otherwise.  Raises the DrumStudioError of whatever is wrong.
    """
    if is_same_file(source, path):
        raise AudioError(f"{path} is what is to be rendered; write the sound to another file")
    if source.suffix.lower() == SUFFIX:
        project = load_project(source)
        return render_project(
            project, path, soundfont, loops=loops, level=level, progress=progress, cancelled=cancelled
        )
    notes, length = song_notes(read_song(source), loops, channel, map_name)
    if length > LONGEST_SECONDS:
        raise AudioError(f"{source} would last {length / 3600:,.1f} hours; 2 are the most")
    return render_notes(
        notes, path, soundfont, length=length, level=level, progress=progress, cancelled=cancelled
    )


def render_project(
    project: Project,
    path: Path,
    soundfont: Path | None = None,
    *,
    loops: int = 1,
    level: float = 1.0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Render the project's current pattern: tempo, swing, mutes, and chances drawn anew each pass."""
    pattern = project.pattern
    played = [
        Stroke(stroke.tick + turn * pattern.ticks, stroke.drum, stroke.velocity, stroke.step)
        for turn in range(loops)
        for stroke in strokes(pattern, project.lanes, turn)
    ]
    return render_wav(
        played,
        path,
        soundfont,
        project.qpm,
        ticks=loops * pattern.ticks,
        level=level,
        progress=progress,
        cancelled=cancelled,
    )


def song_notes(
    song: MidiSong, loops: int = 1, channel: int | None = None, map_name: str = "auto"
) -> tuple[list[Struck], float]:
    """Drum notes of `song` in seconds by its own tempo map, and its length in whole bars, in seconds.

    Notes keep their articulation (rim, cross-stick, bell) where General MIDI means the same drum
    by that number; otherwise they become the drum's own note.  The pieces of a type 2 file
    follow one another.
    """
    notes: list[Struck] = []
    start = 0.0
    for part, _ in itertools.product(song.parts(), range(loops)):
        if not part.rows:
            continue
        chosen = drum_channel(part, channel)
        drum_map = resolve_map(map_name, part, chosen)
        seconds = _clock(part.tempos, part.ppq)
        found = [note for note in part.notes if note.channel == chosen]
        notes += [
            Struck(start + seconds(note.tick), sounding_note(note.note, drum_map), note.velocity)
            for note in found
        ]
        numerator, denominator = part.meter
        bar = max(1, part.ppq * 4 * numerator // denominator)
        start += seconds((found[-1].tick // bar + 1) * bar)
    return notes, start


def sounding_note(note: int, drum_map: DrumMap) -> int:
    """General MIDI note that sounds like `note` of `drum_map`."""
    drum = drum_map.drum_of(note)
    if drum is None or GENERAL_MIDI.drum_of(note) is drum:
        return note
    return GENERAL_MIDI.note_of(drum)


def _clock(tempos: Sequence[tuple[int, int]], ppq: int) -> Callable[[int], float]:
    """Function from ticks to seconds under a tempo map of (tick, microseconds a quarter)."""
    marks = [(0, 500_000 if not tempos else tempos[0][1])]
    marks += [mark for mark in tempos if mark[0] > 0]
    starts = [0.0]
    for (tick, tempo), (later, _) in itertools.pairwise(marks):
        starts.append(starts[-1] + (later - tick) * tempo / 1e6 / ppq)

    def seconds(tick: int) -> float:
        index = bisect.bisect_right(marks, tick, key=lambda mark: mark[0]) - 1
        return starts[index] + (tick - marks[index][0]) * marks[index][1] / 1e6 / ppq

    return seconds
