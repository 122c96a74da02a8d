"""The tempo of playing that follows no click: the pulse that strokes agree on best."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SLOWEST, FASTEST = 55.0, 210.0
_USUAL, _SPREAD = 105.0, 0.45  # quarters a minute, and how far, in nats, tempos lie from it
_LONGEST = 60.0  # seconds that are looked at: nobody without a click holds a tempo for longer
_ENOUGH = 12  # strokes
_FINE = 0.0004  # relative distance of the tempos that are tried: a 30th of a 16th over a minute
_DIVISIONS = (1, 2, 4)
_AGREE = 0.6  # of the most that strokes can agree: chance gives 0.1 and less, a steady hand 0.8


def likeliest_qpm(seconds: ArrayLike) -> float | None:
    """Quarters a minute of strokes at `seconds`, between 55 and 210; None where they agree on none.

    Of a tempo, its half and its double, which are often as good, the one nearest to usual tempos is taken.
    """
    times = np.unique(np.asarray(seconds, dtype=np.float64).reshape(-1))
    times = times[times <= times[0] + _LONGEST] - times[0] if len(times) else times
    if len(times) < _ENOUGH:
        return None
    tempos = np.exp(np.arange(np.log(SLOWEST), np.log(FASTEST), _FINE))
    agreed = np.mean([_agreement(times, tempos * division) for division in _DIVISIONS[1:]], axis=0)
    beats = _agreement(times, tempos)
    usual = -0.5 * (np.log(tempos / _USUAL) / _SPREAD) ** 2
    best = int(np.argmax(2.0 * agreed + beats + 0.5 * usual))
    finest = float(_agreement(times, tempos[best : best + 1] * _DIVISIONS[-1])[0])
    return round(float(tempos[best]), 1) if finest >= _AGREE else None


def _agreement(times: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well times (strokes,) agree on a pulse of each rate (tempos,) a minute: 1 all, 0 not at all."""
    phases = np.outer(rates / 60.0, times)
    agreement: NDArray[np.float64] = np.abs(np.exp(2j * np.pi * phases).mean(axis=1))
    return agreement
