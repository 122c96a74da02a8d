"""Sound for tests: the kit's own synthesis, small soundfonts, and WAV files as arrays."""

from __future__ import annotations

import importlib
import sys
import wave
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

MAKE_KIT = Path(__file__).resolve().parents[2] / "scripts" / "make_kit"

Frames = npt.NDArray[np.float64]


def make_kit(module: str) -> ModuleType:
    """A module of `scripts/make_kit`, which is a folder of scripts and no package."""
    if str(MAKE_KIT) not in sys.path:
        sys.path.append(str(MAKE_KIT))
    return importlib.import_module(module)


def read_wav(path: Path) -> Frames:
    """Frames of a 16-bit stereo WAV at 44.1 kHz: shape (frames, 2), full scale 1."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44100)
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2").reshape(-1, 2) / 32767


def first_sound(frames: Frames) -> int:
    """Index of the first frame that is not silent."""
    loud = np.flatnonzero(np.abs(frames).max(axis=1) > 0)
    assert len(loud), "there is no sound"
    return int(loud[0])


def plain_soundfont(path: Path, bank: int = 128, program: int = 0, level: float = 0.5) -> Path:
    """A soundfont that knows nothing of this program: a short blip on every note, no default reverb."""
    sf2 = make_kit("sf2")
    blip = (np.sin(np.arange(2000) * 0.2) * np.linspace(1, 0, 2000) * level * 32767).astype(np.int16)
    zone = sf2.Zone("blip", (0, 127), (0, 127), {sf2.SAMPLE_MODES: 0, sf2.SCALE_TUNING: 0})
    path.write_bytes(sf2.soundfont("Plain", "none", {"blip": blip}, [zone], [(bank, program)], 44100))
    return path
