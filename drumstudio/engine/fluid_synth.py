"""One FluidSynth synthesiser with a drum kit on its channels; plays live or renders offline."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import GENERAL_MIDI, Drum
from drumstudio.engine.fluid_library import Library
from drumstudio.engine.soundfonts import Traits, is_soundfont, traits
from drumstudio.errors import AudioError

RATE = 44100
# FluidSynth computes sound in blocks of this many frames, and notes begin only at their borders.
BLOCK = 64
# Drums need no note-off, but some banks loop their cymbals; long enough never to cut one short.
GATE = 1.5
CHANNELS = 16
DRUM_CHANNEL = 9
DRUM_BANK = 128
# In soundfonts that answer it, this controller delays the next note's start by its value in frames.
FINE_START = 80

# With the second takes of the shipped kit.
_HATS = {22, 26, 42, 44, 46, 82, 102}
_OTHERS = [channel for channel in range(CHANNELS) if channel != DRUM_CHANNEL]
# Nine drums at full velocity peak here.  Nothing limits what is played live, and rolls on all nine
# pile up: 32nds at 240 qpm peak 2.2 times as high (1.9 in common banks), 8ths at 120 1.2 times.
_PEAK = 0.44
_PROBE_GAIN = 0.2
_MOST_GAIN = 5.0

Setting = str | int | float
Frames = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Kit:
    """A loaded drum kit: where it stands in the synth, and the gain at which rolls on all nine fit."""

    path: Path
    sfont: int
    bank: int
    program: int
    traits: Traits
    gain: float = 1.0

    def channel(self, note: int) -> int:
        """MIDI channel on which `note` is played.

        All on the drum channel, except where a note's start can be set to the frame: then each
        has a channel of its own, since two controllers on one would disturb each other.  The
        hi-hats stay together, for one chokes the other only within a channel.
        """
        if not self.traits.fine or note in _HATS:
            return DRUM_CHANNEL
        return _OTHERS[note % len(_OTHERS)]

    def placed(self, frame: int) -> tuple[int, int]:
        """Block in which a note due at `frame` starts, and the frames it waits there.

        With the fine start the stroke comes a block later than its note, after the one over
        which FluidSynth fades every note in; so the block of frame 0 is -1.
        """
        if self.traits.fine:
            return frame // BLOCK - 1, frame % BLOCK
        return (frame + BLOCK // 2) // BLOCK, 0


class Turns:
    """Takes the two takes of a note in turns, where a kit has two."""

    def __init__(self) -> None:
        self._second: set[int] = set()

    def take(self, kit: Kit, note: int) -> int:
        """Note number to play for `note` this time."""
        if note not in kit.traits.takes:
            return note
        self._second ^= {note}
        return note if note in self._second else kit.traits.takes[note]


class Synth:
    """A synth with its settings; `close` frees both.

    Raises AudioError when FluidSynth cannot make one.
    """

    def __init__(self, library: Library, settings: Mapping[str, Setting] | None = None) -> None:
        self.library = library
        self.settings = library.new_fluid_settings()
        chosen: dict[str, Setting] = {
            "synth.sample-rate": float(RATE),
            "synth.midi-channels": CHANNELS,
            "synth.polyphony": 256,
            "synth.gain": _PROBE_GAIN,
            "synth.chorus.active": 0,
            "synth.reverb.active": 1,
            "synth.reverb.room-size": 0.35,
            "synth.reverb.damp": 0.4,
            "synth.reverb.width": 0.8,
            "synth.reverb.level": 0.6,
            # Of a large bank only the drum kit is read: quick, and small in memory.
            "synth.dynamic-sample-loading": 1,
            **(settings or {}),
        }
        for name, value in chosen.items():
            library.set(self.settings, name, value)
        self.handle = library.new_fluid_synth(self.settings)
        if not self.handle:
            library.delete_fluid_settings(self.settings)
            raise AudioError("FluidSynth could not start; its settings may ask for too much memory")

    def close(self) -> None:
        """Free the synth; no call follows."""
        self.library.delete_fluid_synth(self.handle)
        self.library.delete_fluid_settings(self.settings)

    def load(self, path: Path) -> Kit:
        """Read the drum kit of the soundfont at `path` and select it on every channel.

        The kit is bank 128's first program; a soundfont without that bank plays its first
        preset.  Raises AudioError and leaves the synth as it was when the file will not do.
        """
        if not path.is_file():
            raise AudioError(f"there is no soundfont {path}; choose another")
        # FluidSynth's own readers complain on stderr of what is no soundfont at all.
        sfont = -1
        if is_soundfont(path):
            sfont = self.library.fluid_synth_sfload(self.handle, os.fsencode(path), 0)
        if sfont < 0:
            raise AudioError(
                f"{path.name} is not a SoundFont that FluidSynth can read; choose an .sf2 or .sf3"
            )
        presets = self._presets(sfont)
        if not presets:
            self.library.fluid_synth_sfunload(self.handle, sfont, 0)
            raise AudioError(f"the soundfont {path.name} holds no instrument; choose another")
        bank, program = min(presets, key=lambda preset: (preset[0] != DRUM_BANK, preset))
        for channel in range(CHANNELS):
            self.library.fluid_synth_program_select(self.handle, channel, sfont, bank, program)
        return Kit(path, sfont, bank, program, traits(path))

    def unload(self, kit: Kit) -> None:
        """Free a kit that no channel uses any more."""
        self.library.fluid_synth_sfunload(self.handle, kit.sfont, 0)

    def _presets(self, sfont: int) -> list[tuple[int, int]]:
        font = self.library.fluid_synth_get_sfont_by_id(self.handle, sfont)
        self.library.fluid_sfont_iteration_start(font)
        found = []
        while preset := self.library.fluid_sfont_iteration_next(font):
            found.append(
                (self.library.fluid_preset_get_banknum(preset), self.library.fluid_preset_get_num(preset))
            )
        return found

    def strike(self, kit: Kit, note: int, velocity: int, wait: int = 0) -> None:
        """Start `note` with the next block, `wait` frames into it where the kit can."""
        channel = kit.channel(note)
        if kit.traits.fine:
            self.library.fluid_synth_cc(self.handle, channel, FINE_START, wait)
        self.library.fluid_synth_noteon(self.handle, channel, note, velocity)

    def release(self, kit: Kit, note: int) -> None:
        """End `note` with the next block."""
        self.library.fluid_synth_noteoff(self.handle, kit.channel(note), note)

    def render(self, blocks: int) -> Frames:
        """The next `blocks` blocks of sound: float32 of shape (64 * blocks, 2)."""
        frames = np.zeros((blocks * BLOCK, 2), np.float32)
        if blocks:
            address = frames.ctypes.data_as(ctypes.c_void_p)
            self.library.fluid_synth_write_float(self.handle, blocks * BLOCK, address, 0, 2, address, 1, 2)
        return frames

    def sounding(self) -> bool:
        """Whether any voice still plays."""
        return bool(self.library.fluid_synth_get_active_voice_count(self.handle))

    def set_gain(self, gain: float) -> None:
        """Set the master gain."""
        self.library.fluid_synth_set_gain(self.handle, gain)


_gains: dict[tuple[str, int, int], float] = {}


def measured_gain(library: Library, path: Path) -> float:
    """Gain at which the nine drums of `path`, all struck at once at 127, peak at 0.44.

    Found by rendering them in a synth of its own and remembered as long as the file stays the
    same, so that every soundfont, quiet or loud, comes out alike and no roll clips.  Raises
    AudioError as `Synth.load` does.
    """
    if not path.is_file():
        raise AudioError(f"there is no soundfont {path}; choose another")
    stat = path.stat()
    key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
    if key not in _gains:
        synth = Synth(library)
        try:
            kit = synth.load(path)
            for drum in Drum:
                synth.strike(kit, GENERAL_MIDI.note_of(drum), 127)
            peak = float(np.abs(synth.render(RATE // BLOCK)).max())
        finally:
            synth.close()
        _gains[key] = min(_MOST_GAIN, _PROBE_GAIN * _PEAK / peak) if peak > 0 else _PROBE_GAIN
    return _gains[key]
