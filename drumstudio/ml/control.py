"""What a network can be asked for beside the events: a style, and bars that end in a fill.

Both may be left unknown.  In training each is hidden from half of the windows, so that a network
plays, and is scored, without them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.ml import musicality
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Events, Floats, events_to_hits

# Share of the training windows from which the style is hidden, and likewise the fills.
HIDDEN = 0.5
UNKNOWN, NO_FILL, FILL = -1, 0, 1
# In shorter pieces there is no usual bar.
_LEAST_BARS = 4

Fills = npt.NDArray[np.int8]


def control_count(config: NetworkConfig) -> int:
    """Number of control features: one for each style, and two for fills."""
    return len(config.styles) + 2 * config.fills


def control_features(config: NetworkConfig, steps: int, style: str = "", fill: Fills | None = None) -> Floats:
    """What the network is told of `steps` steps, (steps, control_count), 0 or 1.

    `style` is the name of a style or of a kind of it ("rock/halftime"); one that the network does
    not know says nothing.  `fill` (steps,) is -1 where it is not known, 0 in a bar without a fill and 1 in a
    bar that ends in one.
    """
    told = np.zeros((steps, control_count(config)), np.float32)
    family = family_of(style)
    if family in config.styles:
        told[:, config.styles.index(family)] = 1.0
    if config.fills and fill is not None:
        if fill.shape != (steps,):
            raise ValueError(f"fills have the shape ({steps},), not {fill.shape}")
        told[:, -2], told[:, -1] = fill == FILL, fill == NO_FILL
    return told


def hide(config: NetworkConfig, told: Floats, draw: np.random.Generator) -> None:
    """Make style, fills, both or neither unknown in `told` (steps, control_count), in place and at random."""
    style, fills = draw.random(2) < HIDDEN
    if style:
        told[:, : len(config.styles)] = 0
    if fills:
        told[:, len(config.styles) :] = 0


def family_of(style: str) -> str:
    """The first part of a style's name: "rock" of "rock/halftime"."""
    return style.partition("/")[0].strip().lower()


def fill_bars(events: Events, steps_per_bar: int) -> npt.NDArray[np.bool_]:
    """Which bars (bars,) of the nine-drum `events` (steps,) end in a fill; the last may be cut short.

    A fill is what :func:`drumstudio.ml.musicality.fill_bars` takes for one.
    """
    if not len(events):
        return np.zeros(0, bool)
    bars = -(-len(events) // steps_per_bar)
    padded = np.append(events, np.zeros(bars * steps_per_bar - len(events), np.int16))
    return musicality.fill_bars(events_to_hits(padded).reshape(bars, steps_per_bar, -1).astype(bool))


def fills_of(events: Events, steps_per_bar: int) -> Fills:
    """What is to be told of the fills of a piece of `events` (steps,); unknown in very short ones."""
    found = fill_bars(events, steps_per_bar)
    if len(found) < _LEAST_BARS:
        return np.full(len(events), UNKNOWN, np.int8)
    return np.repeat(found.astype(np.int8), steps_per_bar)[: len(events)]
