"""The tempo of playing that follows no click: the pulse that strokes agree on best."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SLOWEST, FASTEST = 55.0, 210.0
_USUAL, _SPREAD = 105.0, 0.45  # quarters a minute, and how far, in nats, tempos lie from it
_LONGEST, _MOST = 30.0, 200  # seconds and strokes that are looked at: nobody holds a tempo for much longer
_ENOUGH = 12  # strokes
_FINE = 0.0008  # relative distance of the tempos that are tried: a fifth of a 16th over those seconds
_AGREE = 0.6  # of the most that strokes can agree: chance gives 0.1 and less, a steady hand 0.8


def likeliest_qpm(seconds: ArrayLike) -> float | None:
    """Quarters a minute of strokes at `seconds`, between 55 and 210; None where they agree on none.

    Of a tempo, its half and its double, which are often as good, the one nearest to usual tempos is taken.
    """
    times = np.unique(np.asarray(seconds, dtype=np.float64).reshape(-1))
    times = times[: np.searchsorted(times, times[:1].sum() + _LONGEST)][:_MOST]
    if len(times) < _ENOUGH:
        return None
    times = times - times[0]
    tempos = np.exp(np.arange(np.log(SLOWEST), np.log(FASTEST), _FINE))
    quarters = _turned(times, tempos)
    eighths = quarters * quarters
    beats, agreed = _agreement(quarters), _agreement(eighths) + _agreement(eighths * eighths)
    usual = -0.5 * (np.log(tempos / _USUAL) / _SPREAD) ** 2
    best = tempos[int(np.argmax(agreed + 0.5 * beats + 2.0 * usual))]
    nearby = best * (1.0 + np.arange(-5, 6) * _FINE / 5)
    finest = _agreement(_turned(times, 4 * nearby))
    return round(float(nearby[finest.argmax()]), 2) if finest.max() >= _AGREE else None


def _turned(times: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.complex64]:
    """Where in a pulse of each rate a minute each stroke falls, on the unit circle (rates, strokes)."""
    phases = np.outer(rates / 60.0, times)
    return np.exp((2j * np.pi * (phases - np.floor(phases))).astype(np.complex64))


def _agreement(turned: NDArray[np.complex64]) -> NDArray[np.float64]:
    """How well strokes agree on each pulse (rates,): 1 all, 0 not at all."""
    agreement: NDArray[np.float64] = np.abs(turned.mean(axis=1)).astype(np.float64)
    return agreement
