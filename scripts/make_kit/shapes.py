"""Building stones of struck things: ringing modes, shaped noise, pitch falls, short ramps.

Every sound is a float64 array at 44.1 kHz; forces are 0 (a touch) to 1 (as hard as one can).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RATE = 44100
Sound = npt.NDArray[np.float64]

_BLOCK = 128
_LN1000 = 6.907755278982137


def frames(seconds: float) -> int:
    """Number of frames in `seconds`."""
    return round(seconds * RATE)


def clock(seconds: float) -> Sound:
    """The moments of `seconds` of sound."""
    return np.arange(frames(seconds)) / RATE


def dice(*seed: int) -> np.random.Generator:
    """Random numbers that are the same in every build."""
    return np.random.Generator(np.random.PCG64(list(seed)))


def decay(seconds: float, t60: float) -> Sound:
    """Exponential that loses 60 dB in `t60` seconds."""
    return np.exp(-_LN1000 / t60 * clock(seconds))


def ring(freqs: Sound, t60s: Sound, amps: Sound, phases: Sound, seconds: float) -> Sound:
    """Sum of decaying sines, one for each entry of the four arrays of shape (modes,).

    Computed as a product of matrices: the state of every mode at the start of each block, times
    what a unit state does within one.
    """
    count = frames(seconds)
    blocks = -(-count // _BLOCK)
    speed = -_LN1000 / t60s + 2j * np.pi * freqs
    within = np.exp(np.outer(speed, np.arange(_BLOCK) / RATE))
    states = amps * np.exp(1j * phases + np.outer(np.arange(blocks) * (_BLOCK / RATE), speed))
    return (states.real @ within.imag + states.imag @ within.real).ravel()[:count]


def sweep(base: float, rise: float, fall: float, t60: float, seconds: float) -> Sound:
    """A decaying sine whose pitch falls from `base + rise` Hz to `base` with time constant `fall`."""
    t = clock(seconds)
    turns = base * t + rise * fall * (1.0 - np.exp(-t / fall))
    return np.sin(2 * np.pi * turns) * decay(seconds, t60)


def noise(
    random: np.random.Generator, seconds: float, spectrum: Callable[[Sound], Sound], t60: float | None = None
) -> Sound:
    """White noise with the gains that `spectrum` gives for its frequencies, unit power before decay."""
    count = frames(seconds)
    white = np.fft.rfft(random.standard_normal(count))
    gains = spectrum(np.asarray(np.fft.rfftfreq(count, 1 / RATE), np.float64))
    gains[0] = 0.0
    shaped = np.fft.irfft(white * gains, count)
    shaped /= np.sqrt(np.mean(shaped**2))
    return shaped if t60 is None else shaped * decay(seconds, t60)


def band(low: float, high: float, slope: int = 2) -> Callable[[Sound], Sound]:
    """Spectrum that passes `low` to `high` Hz, falling off at 6 * `slope` dB an octave outside."""

    def gains(f: Sound) -> Sound:
        f = np.maximum(f, 1e-3)
        return 1.0 / np.sqrt((1 + (low / f) ** (2 * slope)) * (1 + (f / high) ** (2 * slope)))

    return gains


def swell(seconds: float, rise: float) -> Sound:
    """A rise from 0 to 1 with time constant `rise` seconds."""
    return 1.0 - np.exp(-clock(seconds) / rise)


def finish(sound: Sound, fade: float = 0.03, attack: float = 0.0003) -> Sound:
    """No offset, no rumble below 20 Hz, and soft ends: a raised cosine of `attack` seconds in, `fade` out."""
    count = len(sound)
    spectrum = np.fft.rfft(sound, 2 * count)
    f = np.fft.rfftfreq(2 * count, 1 / RATE)
    spectrum *= (f / 20.0) ** 2 / np.sqrt(1 + (f / 20.0) ** 4)
    clean = np.fft.irfft(spectrum, 2 * count)[:count]
    rise, fall = frames(attack), frames(fade)
    clean[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    clean[-fall:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 1) / fall)
    return clean


def saturate(sound: Sound, drive: float) -> Sound:
    """Gentle compression of the peaks, as a close microphone's."""
    peak = float(np.abs(sound).max())
    return np.tanh(sound / peak * drive) * (peak / np.tanh(drive))


def mix_db(decibels: float) -> float:
    """Factor of a level in dB."""
    return float(10.0 ** (decibels / 20.0))
