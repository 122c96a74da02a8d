"""Soundfonts: the shipped kit, General MIDI banks on the machine, and what their headers say."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drumstudio import paths

STUDIO_KIT = "studio-kit.sf2"
# What a soundfont's comment may say: controller 80 sets the start of a note to the frame, and
# some notes have a second take, to be played in turns, so many numbers above.
_FINE_START = re.compile(rb"DrumStudio fine start: CC 80\.")
_TURNS = re.compile(rb"Second takes at \+(\d+): ([\d ]+)\.")

_SUFFIXES = {".sf2", ".sf3"}
_LEAST_BANK = 500_000


def studio_kit() -> Path:
    """The shipped kit."""
    return paths.soundfonts() / STUDIO_KIT


@dataclass(frozen=True, slots=True)
class Traits:
    """What a soundfont can beyond the standard.

    `fine`: a stroke sounds 64 frames after its note, and controller 80 adds its value in frames;
    `takes` gives the note number of the second take of those notes that have one.
    """

    fine: bool = False
    takes: Mapping[int, int] = field(default_factory=dict)


def is_soundfont(path: Path) -> bool:
    """Whether the file at `path` begins as soundfonts (SF2, SF3, DLS) do."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:12] in (b"sfbk", b"DLS ")


def traits(path: Path) -> Traits:
    """What the comment in the header of the soundfont at `path` promises; nothing when unreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(2048)
    except OSError:
        return Traits()
    found = _TURNS.search(head)
    takes = {int(note): int(note) + int(found[1]) for note in found[2].split()} if found else {}
    return Traits(_FINE_START.search(head) is not None, takes)


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        return [
            home / "Library/Audio/Sounds/Banks",
            Path("/Library/Audio/Sounds/Banks"),
            Path("/opt/homebrew/share/soundfonts"),
            Path("/opt/homebrew/share/fluid-synth/sf2"),
            Path("/usr/local/share/soundfonts"),
            Path("/usr/local/share/fluid-synth/sf2"),
        ]
    if sys.platform == "win32":
        return [
            home / "Documents" / "SoundFonts",
            Path(r"C:\soundfonts"),
            Path(r"C:\tools\fluidsynth\sf2"),
            Path(os.environ.get("ProgramData", r"C:\ProgramData")) / "soundfonts",  # noqa: SIM112
        ]
    data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
    return [
        Path(data) / "soundfonts",
        Path(data) / "sounds/sf2",
        Path(data) / "sounds/sf3",
        home / "soundfonts",
        Path("/usr/share/soundfonts"),
        Path("/usr/share/sounds/sf2"),
        Path("/usr/share/sounds/sf3"),
        Path("/usr/local/share/soundfonts"),
        Path("/usr/local/share/sounds/sf2"),
    ]


def general_midi_banks(folders: list[Path] | None = None) -> list[Path]:
    """SF2 and SF3 files in the usual places (or in `folders`), each once, by name.

    Links to a bank that is there itself are left out, and so are files too small for a bank.
    """
    found: set[Path] = set()
    for folder in _folders() if folders is None else folders:
        try:
            files = sorted(folder.iterdir())
        except OSError:
            continue
        for file in files:
            try:
                real = file.resolve(strict=True)
                fits = real.is_file() and real.stat().st_size >= _LEAST_BANK
            except OSError:
                continue
            if fits and real.suffix.lower() in _SUFFIXES:
                found.add(real)
    return sorted(found, key=lambda path: path.name.lower())
