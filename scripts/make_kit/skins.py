"""Drums with heads: kick, snare with its rim, toms.

Frequencies of an ideal circular membrane stand in the ratios of Bessel function zeros (Fletcher
and Rossing, The Physics of Musical Instruments); air and shell pull the lowest ones apart and
damp them, which the numbers below take from what such drums show in recordings.
"""

from __future__ import annotations

import numpy as np
from shapes import Sound, band, clock, decay, dice, finish, mix_db, noise, ring, saturate, sweep, swell

# Zeros of J_m over the first zero of J_0: modes (0,1) (1,1) (2,1) (0,2) (3,1) (1,2) (4,1) (2,2) (0,3).
_MEMBRANE = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.600])


def kick(force: float, take: int) -> Sound:
    """Deep head with a falling pitch, the shell above it, and the beater's click."""
    random = dice(1, take)
    seconds = 0.52
    body = sweep(54.0, 62.0 + 60.0 * force, 0.022, 0.50, seconds)
    second = sweep(92.0, 70.0 + 30.0 * force, 0.018, 0.20, seconds) * 0.5
    shell = ring(
        np.array([176.0, 241.0, 318.0]) * (1 + 0.01 * random.standard_normal(3)),
        np.array([0.12, 0.09, 0.07]),
        np.array([0.16, 0.10, 0.07]) * (0.5 + force),
        random.uniform(0, 0.6, 3),
        seconds,
    )
    slap = noise(random, seconds, band(900, 1600 + 2600 * force), 0.030)
    click = noise(random, seconds, band(2200, 4200 + 5000 * force), 0.011)
    knock = sweep(640.0, 900.0, 0.003, 0.030, seconds)
    air = noise(random, seconds, band(60, 420), 0.16) * swell(seconds, 0.004)
    sound = body + second + shell + 0.06 * air
    sound += (
        mix_db(-25 + 11 * force) * slap + mix_db(-29 + 17 * force) * click + mix_db(-21 + 7 * force) * knock
    )
    return finish(saturate(sound, 0.9 + 0.5 * force), 0.08, 0.0004)


def _wires(random: np.random.Generator, force: float, seconds: float) -> Sound:
    """Snare wires: noise that rattles on the bottom head and dies in two stages."""
    hiss = noise(random, seconds, band(1300 - 300 * force, 5600 + 5200 * force, 1))
    # The wires leave the head and fall back: a flutter that fades into steady noise.
    t = clock(seconds)
    flutter = 1.0 + 0.55 * np.cos(2 * np.pi * 187.0 * t) * np.exp(-t / 0.03)
    envelope = 0.72 * decay(seconds, 0.17 + 0.05 * force) + 0.28 * decay(seconds, 0.42 + 0.10 * force)
    return hiss * flutter * envelope * swell(seconds, 0.0007)


def snare(force: float, take: int) -> Sound:
    """Tuned shell, head modes with a small pitch fall, wires, stick."""
    random = dice(2, take)
    seconds = 0.55
    head = sweep(183.0, 26.0 + 26.0 * force, 0.020, 0.20, seconds)
    freqs = np.array([276.0, 331.0, 404.0, 465.0, 521.0, 598.0, 672.0, 779.0, 905.0])
    modes = ring(
        freqs * (1 + 0.004 * random.standard_normal(9)),
        np.array([0.17, 0.24, 0.16, 0.14, 0.12, 0.10, 0.09, 0.07, 0.06]),
        np.array([0.30, 0.52, 0.26, 0.22, 0.16, 0.13, 0.10, 0.08, 0.06]) * (0.55 + 0.6 * force),
        random.uniform(0, 1.2, 9),
        seconds,
    )
    stick = noise(random, seconds, band(2400, 6000 + 6000 * force), 0.012)
    sound = 0.85 * head + 0.8 * modes + mix_db(-7.5 + 2.0 * force) * _wires(random, force, seconds)
    sound += mix_db(-17 + 12 * force) * stick
    return finish(saturate(sound, 0.9 + 0.7 * force), 0.06)


def rimshot(force: float, take: int) -> Sound:
    """Head and rim together: the snare with a ringing crack on top."""
    random = dice(3, take)
    seconds = 0.55
    crack = ring(
        np.array([417.0, 540.0, 893.0, 1184.0, 1622.0, 2210.0, 3125.0]),
        np.array([0.24, 0.20, 0.16, 0.13, 0.10, 0.08, 0.06]),
        np.array([0.50, 0.34, 0.44, 0.26, 0.26, 0.18, 0.12]) * (0.6 + 0.5 * force),
        random.uniform(0, 1.5, 7),
        seconds,
    )
    under = snare(0.25 + 0.75 * force, 7 + take)
    return finish(saturate(under + 0.75 * crack, 1.0 + 0.6 * force), 0.06)


def tom(base: float, t60: float, force: float, seed: int) -> Sound:
    """A tom of fundamental `base` Hz that rings `t60` seconds, its pitch falling as the head calms."""
    random = dice(4, seed)
    seconds = 1.15 * t60 + 0.06
    bend = base * (0.10 + 0.16 * force)
    body = sweep(base, bend, 0.045, t60, seconds)
    t = clock(seconds)
    # The upper modes follow the tension of the head, so they fall by the same ratio.
    warp = t + (bend / base) * 0.045 * (1.0 - np.exp(-t / 0.045))
    over = np.zeros_like(t)
    for index, ratio in enumerate(_MEMBRANE[1:], start=1):
        level = 0.85 * mix_db(-2.6 * index) * (0.55 + 0.75 * force)
        phase = random.uniform(0, 1.0)
        over += (
            level * np.sin(2 * np.pi * base * ratio * warp + phase) * decay(seconds, t60 * 0.62 / index**0.55)
        )
    slap = noise(random, seconds, band(500, 1500 + 1800 * force), 0.035)
    stick = noise(random, seconds, band(1800, 3600 + 4600 * force), 0.010)
    air = noise(random, seconds, band(base * 0.8, base * 3.2), 0.22) * swell(seconds, 0.004)
    sound = body + over + 0.05 * air + mix_db(-21 + 6 * force) * slap + mix_db(-23 + 7.5 * force) * stick
    return finish(saturate(sound, 0.9 + 0.5 * force), 0.12)
