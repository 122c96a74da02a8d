"""What the feel network is told of every step: the hits around it, its place, tempo and style.

And, where some of the playing is known (the primer that the user played), how that player
strikes: here, at this place of the bar in the other bars, and on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.ml.control import family_of

Floats = npt.NDArray[np.float32]

# Velocities and offsets reach the network, and leave it, in these units.
VELOCITY_MIDDLE, VELOCITY_UNIT = 64.0, 32.0
OFFSET_UNIT = 20.0  # milliseconds
# The largest offset that still belongs to its step.
MOST_OFFSET = float(np.nextafter(np.float32(0.5), np.float32(0)))

_BEATS = 8
_PHRASE = 4
_HARMONICS = (1, 2, 4)
# One of seven subdivisions of the quarter (four straight, three of a triplet), the beat, the bar's
# and the phrase's course, tempo, length of a step, and whether the bar is not four quarters.
_PLACE = 7 + _BEATS + 2 * len(_HARMONICS) + _PHRASE + 3
# Struck; how often in this piece; how near the strokes before and after; then of what is known:
# itself, at this place of other bars, and of the drum on the whole (value, value, is there).
_PER_DRUM = 4 + 3 * 3

# Velocities and offsets that are known, each (steps, 9), and where: velocities 1-127, offsets a
# fraction of a step.
Known = tuple[npt.NDArray[np.generic], npt.NDArray[np.generic], npt.NDArray[np.generic]]


def input_count(styles: Sequence[str]) -> int:
    """Numbers that the network is told a step, where it knows `styles`."""
    return _PER_DRUM * DRUM_COUNT + _PLACE + len(styles)


def step_milliseconds(qpm: float, steps_per_quarter: int) -> float:
    """How long a step lasts."""
    return 60_000.0 / (qpm * steps_per_quarter)


def feel_inputs(
    hits: npt.NDArray[np.generic],
    *,
    steps_per_bar: int,
    steps_per_quarter: int,
    qpm: float,
    styles: Sequence[str] = (),
    style: str = "",
    known: Known | None = None,
) -> Floats:
    """Inputs (steps, input_count(styles)) for `hits` (steps, 9), which begin at a bar line.

    `steps_per_quarter` is 4, or 3 for triplets.  Of a `style` the first part counts, "rock" of
    "rock/indie"; one that is not among `styles` is unknown.
    """
    struck = np.asarray(hits) > 0
    steps = len(struck)
    quarters = np.float32(1.0 / steps_per_quarter)
    parts = [
        struck.astype(np.float32),
        over_bars(struck.astype(np.float32), np.ones_like(struck, np.float32), steps_per_bar)[0],
        np.exp(-_since(struck) * quarters),
        np.exp(-_since(struck[::-1])[::-1] * quarters),
        *_known_inputs(struck, known, steps_per_bar, step_milliseconds(qpm, steps_per_quarter)),
        _place(steps, steps_per_bar, steps_per_quarter, qpm),
        np.tile(np.array([one == family_of(style) for one in styles], np.float32), (steps, 1)),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _since(struck: npt.NDArray[np.bool_]) -> Floats:
    """Steps (steps, 9) since the drum's stroke before this step; infinite where there is none."""
    count = np.arange(len(struck), dtype=np.float32)[:, None]
    last = np.maximum.accumulate(np.where(struck, count, -np.inf), axis=0)
    before = np.full_like(last, -np.inf)
    before[1:] = last[:-1]
    return (count - before).astype(np.float32)


def over_bars(values: Floats, weights: Floats, steps_per_bar: int) -> tuple[Floats, Floats]:
    """Weighted mean of `values` (steps, n) at each place of the bar over all bars, and the weight there.

    Both are given for every step; the mean is 0 where there is no weight.
    """
    steps, columns = values.shape
    bars = -(-steps // steps_per_bar)
    spare = ((0, bars * steps_per_bar - steps), (0, 0))
    shape = (bars, steps_per_bar, columns)
    weight = np.pad(weights, spare).reshape(shape).sum(0)
    total = np.pad(values * weights, spare).reshape(shape).sum(0)
    mean = total / np.maximum(weight, 1e-6)
    return np.tile(mean, (bars, 1))[:steps], np.tile(weight, (bars, 1))[:steps]


def _known_inputs(
    struck: npt.NDArray[np.bool_], known: Known | None, steps_per_bar: int, milliseconds: float
) -> list[Floats]:
    """Nine blocks (steps, 9): velocity, offset and presence of what is known, near and far."""
    if known is None:
        return [np.zeros(struck.shape, np.float32)] * 9
    velocities, offsets, mask = (np.asarray(part, dtype=np.float32) for part in known)
    there = ((mask > 0) & struck & (velocities > 0)).astype(np.float32)
    values = (
        (velocities - np.float32(VELOCITY_MIDDLE)) / np.float32(VELOCITY_UNIT),
        offsets * np.float32(milliseconds / OFFSET_UNIT),
    )
    blocks: list[Floats] = [values[0] * there, values[1] * there, there]
    at_place = [over_bars(value, there, steps_per_bar) for value in values]
    blocks += [at_place[0][0], at_place[1][0], np.minimum(at_place[0][1], 1.0)]
    count = there.sum(0)
    means = [(value * there).sum(0) / np.maximum(count, 1.0) for value in values]
    blocks += [np.tile(row, (len(struck), 1)) for row in (*means, np.minimum(count, 1.0))]
    return blocks


def _place(steps: int, steps_per_bar: int, steps_per_quarter: int, qpm: float) -> Floats:
    """Where each step stands (steps, _PLACE)."""
    count = np.arange(steps)
    bar, within = np.divmod(count, steps_per_bar)
    quarter, rest = np.divmod(within, steps_per_quarter)
    table = np.zeros((steps, _PLACE), np.float32)
    table[count, rest + (4 if steps_per_quarter == 3 else 0)] = 1.0
    table[count, 7 + np.minimum(quarter, _BEATS - 1)] = 1.0
    at = 7 + _BEATS
    for harmonic in _HARMONICS:
        angle = 2 * np.pi * harmonic * within / steps_per_bar
        table[:, at], table[:, at + 1] = np.sin(angle), np.cos(angle)
        at += 2
    table[count, at + bar % _PHRASE] = 1.0
    table[:, at + _PHRASE] = np.log2(qpm / 120.0)
    table[:, at + _PHRASE + 1] = step_milliseconds(qpm, steps_per_quarter) / 125.0 - 1.0
    table[:, at + _PHRASE + 2] = steps_per_bar != 4 * steps_per_quarter
    return table
