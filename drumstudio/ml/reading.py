"""What each kind of network reads of a track, for every step at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.encoding import Encoding, Floats, feature_count, position_features
from drumstudio.ml.recall import recall, recall_features

Integers = npt.NDArray[np.int64]


def read(
    network: NetworkConfig, encoding: Encoding, classes: Integers, steps_per_bar: int
) -> tuple[Integers, Floats]:
    """`before` and `place` of each step of a track of `classes` (steps,) that begins at a bar line.

    For plain Drum RNN `before` (steps,) is the event ahead of the step, and `place`
    (steps, features) where it stands.  For groove memory `before` (steps, 1 + BARS) goes on with the
    events at the same place of the bars before, and `place` with the features of the memory.
    """
    before = np.append(encoding.start, classes[:-1]) if len(classes) else classes
    place = position_features(0, len(classes), steps_per_bar, network.place)
    if network.kind != GROOVE_MEMORY:
        return before, place
    past, features = recall(classes, steps_per_bar, encoding)
    return np.concatenate((before[:, None], past), 1), np.concatenate((place, features), 1)


def place_count(network: NetworkConfig, encoding: Encoding) -> int:
    """Number of features of `place`."""
    memory = recall_features(encoding) if network.kind == GROOVE_MEMORY else 0
    return feature_count(network.place) + memory
