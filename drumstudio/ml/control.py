"""What a network can be asked for beside the events: a style, and bars that end in a fill.

Both may be left unknown.  In training each is hidden from half of the windows, so that a network
plays, and is scored, without them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Events, Floats, events_to_hits

# Share of the training windows from which the style is hidden, and likewise the fills.
HIDDEN = 0.5
UNKNOWN, NO_FILL, FILL = -1, 0, 1
# A fill differs from the usual bar by this much (Jaccard), and has so many strokes of its own in its
# second half.
_LIKE, _STROKES = 0.5, 2
# In shorter pieces there is no usual bar.
_LEAST_BARS = 4
_SNARE, _TOMS = 1, slice(4, 7)

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

    The usual bar holds what is struck in at least half of the bars.  A fill's Jaccard likeness to it is
    below a half, and two or more of the strokes of its second half are on toms, or on the snare
    where the usual bar has none.
    """
    if not len(events):
        return np.zeros(0, bool)
    bars = -(-len(events) // steps_per_bar)
    padded = np.append(events, np.zeros(bars * steps_per_bar - len(events), np.int16))
    hits = events_to_hits(padded).reshape(bars, steps_per_bar, -1).astype(bool)
    usual = hits.mean(0) >= 0.5
    either = (hits | usual).sum((1, 2))
    like = (hits & usual).sum((1, 2)) / np.maximum(either, 1)
    late = hits[:, -(steps_per_bar // 2) :] if steps_per_bar > 1 else hits
    extra = late[..., _TOMS].sum((1, 2)) + (late[..., _SNARE] & ~usual[-late.shape[1] :, _SNARE]).sum(1)
    return np.asarray((like < _LIKE) & (extra >= _STROKES))


def fills_of(events: Events, steps_per_bar: int) -> Fills:
    """What is to be told of the fills of a piece of `events` (steps,); unknown in very short ones."""
    found = fill_bars(events, steps_per_bar)
    if len(found) < _LEAST_BARS:
        return np.full(len(events), UNKNOWN, np.int8)
    return np.repeat(found.astype(np.int8), steps_per_bar)[: len(events)]
