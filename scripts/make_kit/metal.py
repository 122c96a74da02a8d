"""Things of bronze: hi-hats, crash, ride and its bell, made of hundreds of inharmonic modes.

A thin plate's modes lie at an even density over frequency and bear no harmonic relation; struck
hard they feed energy upwards, so that the brightness of a crash arrives after the stick.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from shapes import Sound, band, dice, finish, mix_db, noise, ring, saturate, swell


def _plate(random: np.random.Generator, low: float, high: float, count: int) -> Sound:
    """Frequencies of a plate's modes: evenly dense, sparse at the bottom, never regular."""
    places = (np.arange(count) + random.uniform(0.1, 0.9, count)) / count
    return low + (high - low) * places**1.12


def _struck(
    random: np.random.Generator,
    freqs: Sound,
    spectrum: Callable[[Sound], Sound],
    t60: Callable[[Sound], Sound],
    rise: Callable[[Sound], Sound],
    seconds: float,
) -> Sound:
    """Modes ringing with random amplitudes under `spectrum`, each swelling with time constant `rise`."""
    count = len(freqs)
    amps = spectrum(freqs) * np.sqrt(-np.log(random.uniform(0.02, 0.98, count)))
    t60s = t60(freqs) * np.exp(0.22 * random.standard_normal(count))
    phases = random.uniform(0, 2 * np.pi, count)
    # A swelling mode is a slow decay less a fast one.
    fast = 1.0 / (1.0 / t60s + 1.0 / (6.907755 * rise(freqs)))
    sound = ring(
        np.concatenate([freqs, freqs]),
        np.concatenate([t60s, fast]),
        np.concatenate([amps, -amps]),
        np.concatenate([phases, phases]),
        seconds,
    )
    return sound / np.sqrt(np.sum(amps**2) / 2)


def _tilt(centre: float, below: float, above: float) -> Callable[[Sound], Sound]:
    """Spectrum with its hump at `centre` Hz, rising `below` and falling `above` dB an octave."""

    def gains(f: Sound) -> Sound:
        octaves = np.log2(np.maximum(f, 1.0) / centre)
        return 10.0 ** (-np.where(octaves < 0, -octaves * below, octaves * above) / 20.0)

    return gains


def closed_hat(force: float, take: int) -> Sound:
    """Two cymbals pressed together: a short tick with a metal body."""
    random = dice(10)
    seconds = 0.30
    freqs = _plate(random, 380.0, 16500.0, 420)
    random = dice(11, take)
    body = _struck(
        random,
        freqs,
        _tilt(6800 + 1600 * force, 4.6 - 1.2 * force, 5.0 - 2.2 * force),
        lambda f: (0.085 + 0.05 * force) * (1.0 + 0.5 * np.exp(-f / 3000.0)),
        lambda f: np.full_like(f, 0.0004),
        seconds,
    )
    sizzle = noise(random, seconds, band(5200, 11000 + 3500 * force, 2), 0.11 + 0.06 * force)
    tick = noise(random, seconds, band(3000, 9000 + 5000 * force), 0.010)
    sound = body + mix_db(-7) * sizzle * swell(seconds, 0.0006) + mix_db(-6 + 8 * force) * tick
    return finish(saturate(sound, 0.7), 0.05)


def pedal_hat(force: float, take: int) -> Sound:
    """The foot closing the hats: a dark, soft chick."""
    random = dice(10)
    freqs = _plate(random, 380.0, 16500.0, 420)
    random = dice(12, take)
    seconds = 0.26
    body = _struck(
        random,
        freqs,
        _tilt(4300 + 900 * force, 4.0, 5.4 - 1.4 * force),
        lambda f: 0.075 * (1.0 + 0.9 * np.exp(-f / 1500.0)),
        lambda f: np.full_like(f, 0.0016),
        seconds,
    )
    thud = noise(random, seconds, band(300, 1200), 0.05)
    return finish(saturate(body + 0.16 * thud, 0.6), 0.05)


def open_hat(force: float, take: int) -> Sound:
    """The same cymbals apart, hissing against each other."""
    random = dice(10)
    seconds = 1.45
    freqs = _plate(random, 380.0, 16500.0, 420)
    random = dice(13, take)
    body = _struck(
        random,
        freqs,
        _tilt(6200 + 1600 * force, 4.4 - 1.2 * force, 4.6 - 2.0 * force),
        lambda f: 0.95 + 0.55 * np.exp(-f / 2500.0) - 0.25 * f / 16500.0,
        lambda f: 0.0008 + 0.004 * f / 16500.0,
        seconds,
    )
    sizzle = noise(random, seconds, band(4600, 11000 + 3000 * force, 2), 1.05)
    tick = noise(random, seconds, band(3000, 9000 + 5000 * force), 0.012)
    sound = body + mix_db(-6 + 2 * force) * sizzle * swell(seconds, 0.003) + mix_db(-8 + 7 * force) * tick
    return finish(saturate(sound, 0.7), 0.25)


def crash(force: float, take: int) -> Sound:
    """A large thin cymbal: the roar opens after the stick and dies from the top down."""
    random = dice(20)
    seconds = 2.8 + 1.3 * force
    freqs = _plate(random, 210.0, 16800.0, 1100)
    random = dice(21, take)
    roar = _struck(
        random,
        freqs,
        _tilt(2600 + 2200 * force, 2.6, 4.8 - 2.7 * force),
        lambda f: 1.3 + 5.2 * np.exp(-f / 3900.0),
        lambda f: 0.0012 + (0.010 + 0.012 * force) * (f / 16800.0),
        seconds,
    )
    wash = noise(random, seconds, band(3500, 12000, 1), 1.6) * swell(seconds, 0.012)
    stick = noise(random, seconds, band(1500, 8000), 0.018)
    sound = roar + mix_db(-14 + 5 * force) * wash + mix_db(-5 + 4 * force) * stick
    return finish(saturate(sound, 0.8), 0.9)


def _ride_plate() -> Sound:
    return _plate(dice(30), 240.0, 15500.0, 900)


def ride(force: float, take: int) -> Sound:
    """A heavy cymbal: a clear ping of a few strong modes over a quiet wash, and the stick."""
    random = dice(31, take)
    seconds = 2.8 + 1.3 * force
    wash = _struck(
        random,
        _ride_plate(),
        _tilt(3000 + 1800 * force, 2.2, 4.6 - 1.8 * force),
        lambda f: 1.4 + 5.2 * np.exp(-f / 3500.0),
        lambda f: 0.002 + 0.02 * f / 15500.0,
        seconds,
    )
    freqs = np.array([471.0, 812.0, 1394.0, 2088.0, 2911.0, 3476.0, 4210.0, 5033.0, 5987.0, 7122.0])
    levels = np.array([-15.0, -14.0, -11.0, -8.0, -4.0, -2.0, -1.0, -3.0, -6.0, -9.0])
    amps = 10.0 ** (levels / 20.0) * np.linspace(1.0, 0.55 + 0.55 * force, 10)
    quick = ring(freqs * 1.0007, np.linspace(1.6, 0.35, 10), amps, random.uniform(0, 6.28, 10), seconds)
    slow = ring(freqs, np.linspace(5.6, 2.4, 10), 0.22 * amps, random.uniform(0, 6.28, 10), seconds)
    stick = noise(random, seconds, band(2800, 7000 + 4000 * force), 0.016)
    sound = 0.62 * (quick + slow) + mix_db(-7 + 3 * force) * wash + mix_db(-7 + 6 * force) * stick
    return finish(saturate(sound, 0.7), 0.9)


def ride_bell(force: float, take: int) -> Sound:
    """The cup of the ride: bell partials well above the wash."""
    random = dice(33, take)
    seconds = 1.9 + 0.9 * force
    freqs = np.array([587.0, 1163.0, 1871.0, 2684.0, 3305.0, 4127.0, 5260.0, 6418.0, 7830.0])
    levels = np.array([-9.0, -3.0, -1.0, 0.0, -3.0, -4.0, -7.0, -9.0, -12.0])
    amps = 10.0 ** (levels / 20.0) * np.linspace(1.0, 0.5 + 0.6 * force, 9)
    phases = random.uniform(0, 6.28, 9)
    bell = ring(freqs, np.array([4.2, 4.0, 3.4, 3.0, 2.4, 2.0, 1.5, 1.1, 0.8]), amps, phases, seconds)
    # Bronze is never quite round: each partial has a twin that beats with it.
    twin = ring(freqs + random.uniform(1.2, 3.4, 9), np.linspace(3.4, 0.8, 9), 0.45 * amps, phases, seconds)
    wash = _struck(
        random,
        _ride_plate(),
        _tilt(3600, 2.4, 4.0 - 1.2 * force),
        lambda f: 1.0 + 3.6 * np.exp(-f / 3300.0),
        lambda f: 0.003 + 0.02 * f / 15500.0,
        seconds,
    )
    stick = noise(random, seconds, band(2500, 9000), 0.010)
    return finish(
        saturate(0.6 * (bell + twin) + mix_db(-12) * wash + mix_db(-6 + 4 * force) * stick, 0.7), 0.7
    )
