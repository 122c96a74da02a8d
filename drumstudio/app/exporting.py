"""A project's pattern as a MIDI or WAV file: what is written is what is heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drumstudio.domain.drums import GENERAL_MIDI, DrumMap
from drumstudio.domain.project import Project
from drumstudio.midi.files import export_pattern


def export_midi(
    project: Project, path: Path, drum_map: DrumMap = GENERAL_MIDI, index: int | None = None, loops: int = 1
) -> None:
    """Write pattern `index` (default: the current one) `loops` times.  Raises MidiFileError."""
    pattern = project.patterns[project.current if index is None else index]
    export_pattern(path, pattern, project.qpm, drum_map, project.lanes, loops)


def export_wav(
    project: Project,
    path: Path,
    soundfont: Path | None,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
    loops: int = 1,
) -> None:
    """Render the current pattern `loops` times, each pass with its own chances.

    Raises AudioError, or CancelledError when `cancelled` says so.
    """
    from drumstudio.app.rendering import render_project

    render_project(project, path, soundfont, loops=loops, progress=progress, cancelled=cancelled)
