"""The errors a user may see.

Every message is one sentence (or two) that says what failed, names the file or port, and
offers a way out.  Anything that is not a :class:`DrumStudioError` is a bug.
"""

from __future__ import annotations


class DrumStudioError(Exception):
    """Base of everything a user is told in plain words."""


class UsageError(DrumStudioError):
    """The command line was used in a way that cannot mean anything (exit status 2)."""


class MidiFileError(DrumStudioError):
    """A MIDI file cannot be read, or holds nothing that can be used."""


class MidiPortError(DrumStudioError):
    """A MIDI port, or the MIDI system itself, is not there."""


class DrumMapError(DrumStudioError):
    """A drum map is unknown, damaged or cannot be saved."""


class TakeError(DrumStudioError):
    """A take cannot be recorded, read, written or found."""


class AudioError(DrumStudioError):
    """FluidSynth, a soundfont or the sound card is missing or refused."""


class DatasetError(DrumStudioError):
    """A training data set cannot be built, read or used."""


class NoFilesError(DatasetError):
    """The sources of a data set are there, and hold no file to judge."""


class TrainingError(DrumStudioError):
    """A training cannot be started, read or gone on with."""


class CheckpointError(DrumStudioError):
    """A model file is missing, damaged, foreign or newer than this program."""


class ProjectError(DrumStudioError):
    """A project file cannot be read or written."""


class CancelledError(DrumStudioError):
    """The user cancelled; nothing is wrong."""
