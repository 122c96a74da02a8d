"""Offline rendering: strokes to a WAV file, the same sound as playback, the same bytes each time."""

from __future__ import annotations

import wave
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.domain.performance import Stroke
from drumstudio.domain.timing import seconds_per_tick
from drumstudio.engine.fluid_library import find_library
from drumstudio.engine.fluid_synth import BLOCK, GATE, RATE, Frames, Kit, Synth, Turns, measured_gain
from drumstudio.engine.soundfonts import studio_kit
from drumstudio.errors import AudioError, CancelledError
from drumstudio.paths import replacing

LONGEST_SECONDS = 2 * 3600.0
# Cymbals ring for five seconds; whatever sounds after this long hangs.
_LONGEST_TAIL = 12.0
_CHUNK = 128
_TAIL_CHUNK = 16
# Above this the peaks are bent down instead of cut off.
_KNEE, _CEILING = 0.9, 0.99

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, order=True)
class Struck:
    """A note number struck at `seconds` from the start, at `velocity` 1-127."""

    seconds: float
    note: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A WAV file made: its soundfont, its length in seconds, its highest sample (of 1), its notes."""

    path: Path
    soundfont: Path
    seconds: float
    peak: float
    notes: int


@dataclass(frozen=True, slots=True, order=True)
class _Cue:
    """What happens at the start of a block; releases before strikes."""

    block: int
    strike: bool
    index: int
    note: int
    velocity: int
    wait: int


def render_wav(
    strokes: Iterable[Stroke],
    path: Path,
    soundfont: Path | None = None,
    qpm: float = 120.0,
    *,
    ticks: int = 0,
    tail: float | None = None,
    level: float = 1.0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Render a pattern's strokes at `qpm`; see `render_notes` for the rest.

    `ticks` is the pattern's length, so that rests at its end are kept.  A hit pulled ahead of
    the start sounds at the start.
    """
    second = seconds_per_tick(qpm)
    notes = [
        Struck(max(0, stroke.tick) * second, GENERAL_MIDI.note_of(stroke.drum), stroke.velocity)
        for stroke in strokes
    ]
    return render_notes(
        notes,
        path,
        soundfont,
        length=ticks * second,
        tail=tail,
        level=level,
        progress=progress,
        cancelled=cancelled,
    )


def render_notes(
    notes: Sequence[Struck],
    path: Path,
    soundfont: Path | None = None,
    *,
    length: float = 0.0,
    tail: float | None = None,
    level: float = 1.0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Render `notes` to `path`: 16-bit stereo at 44.1 kHz, written whole or not at all.

    The sound lasts until the last note or `length` seconds, whichever is later, and then `tail`
    seconds more; None lets everything ring out.  `level` is the output's (0 to 1).  `progress`
    hears fractions; `cancelled` is asked between chunks and raises CancelledError.  Raises
    AudioError for a missing library, a soundfont that will not do, or a file that cannot be
    written.
    """
    end = max([length, *(note.seconds for note in notes)])
    if end + (tail or 0.0) > LONGEST_SECONDS:
        raise AudioError(f"{path.name} would last {(end + (tail or 0.0)) / 3600:.1f} hours; 2 are the most")
    library = find_library()
    soundfont = soundfont or studio_kit()
    gain = measured_gain(library, soundfont)
    synth = Synth(library)
    try:
        kit = synth.load(soundfont)
        synth.set_gain(gain * level**2)
        sound = _sound(synth, kit, notes, end, tail)
        frames, peak = _write(path, sound, end, progress, cancelled)
    finally:
        synth.close()
    return Rendered(path, soundfont, frames / RATE, peak, len(notes))


def _cues(kit: Kit, notes: Sequence[Struck]) -> list[_Cue]:
    """Strikes by block, and a release for each note that is not struck again before its gate ends."""
    turns, cues = Turns(), []
    pending: dict[int, int] = {}
    for index, note in enumerate(sorted(notes)):
        number = turns.take(kit, note.note)
        block, wait = kit.placed(round(note.seconds * RATE))
        if pending.get(number, block) < block:
            cues.append(_Cue(pending[number], False, index, number, 0, 0))
        pending[number] = block + round(GATE * RATE / BLOCK)
        cues.append(_Cue(block, True, index, number, note.velocity, wait))
    cues += [_Cue(block, False, 0, number, 0, 0) for number, block in pending.items()]
    return sorted(cues)


def _sound(
    synth: Synth, kit: Kit, notes: Sequence[Struck], end: float, tail: float | None
) -> Iterator[Frames]:
    """The rendered sound in chunks: `end` and `tail` seconds, or until everything has rung out."""
    frames = round((end + (tail or 0.0)) * RATE)
    cues = [cue for cue in _cues(kit, notes) if tail is None or cue.block * BLOCK < frames]
    blocks = max([-(-frames // BLOCK), *(cue.block + 1 for cue in cues if cue.strike)])
    whole = _blocks(synth, kit, cues, blocks)
    # The block before the start makes no sound yet.
    next(whole)
    if tail is None:
        yield from whole
        yield from _ringing(synth)
        return
    for chunk in whole:
        yield chunk[:frames]
        frames -= len(chunk)


def _blocks(synth: Synth, kit: Kit, cues: Sequence[_Cue], blocks: int) -> Iterator[Frames]:
    """Block -1, then blocks 0 to `blocks`, in chunks, with the cues at their borders."""
    at, waiting = -1, deque(cues)
    while at < blocks:
        while waiting and waiting[0].block <= at:
            cue = waiting.popleft()
            if cue.strike:
                synth.strike(kit, cue.note, cue.velocity, cue.wait)
            else:
                synth.release(kit, cue.note)
        until = min(waiting[0].block if waiting else blocks, blocks, at + _CHUNK) if at >= 0 else 0
        yield synth.render(until - at)
        at = until


def _ringing(synth: Synth) -> Iterator[Frames]:
    for _ in range(round(_LONGEST_TAIL * RATE / BLOCK / _TAIL_CHUNK)):
        chunk = synth.render(_TAIL_CHUNK)
        if not synth.sounding() and np.abs(chunk).max() < 0.5 / 32767:
            return
        yield chunk


def _limited(frames: Frames) -> Frames:
    """Frames with what rises over the knee bent towards the ceiling; below it nothing changes."""
    over = np.abs(frames) - _KNEE
    bent = _KNEE + (_CEILING - _KNEE) * np.tanh(over / (_CEILING - _KNEE))
    return np.where(over > 0, np.sign(frames) * bent, frames)


def _write(
    path: Path,
    sound: Iterator[Frames],
    end: float,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[int, float]:
    """Write `sound` in place of `path`; the number of frames and the peak."""
    written, peak = 0, 0.0
    try:
        with replacing(path) as raw, wave.open(raw, "wb") as file:
            file.setparams((2, 2, RATE, 0, "NONE", "not compressed"))
            for chunk in sound:
                if cancelled is not None and cancelled():
                    raise CancelledError(f"{path.name} was not rendered")
                frames = _limited(chunk)
                peak = max(peak, float(np.abs(frames).max(initial=0.0)))
                file.writeframes(np.round(frames * 32767).astype("<i2").tobytes())
                written += len(frames)
                if progress is not None and end > 0:
                    progress(min(1.0, written / (end * RATE)))
    except OSError as error:
        raise AudioError(f"{path} cannot be written: {error.strerror or error}") from error
    return written, peak
