"""What each kind of network reads of a track, for every step at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drumstudio.ml.config import GROOVE_MEMORY, NetworkConfig
from drumstudio.ml.control import control_count
from drumstudio.ml.encoding import Encoding, Floats, feature_count, position_features
from drumstudio.ml.recall import recall, recall_features

Integers = npt.NDArray[np.int64]


def read(
    network: NetworkConfig,
    encoding: Encoding,
    classes: Integers,
    steps_per_bar: int,
    steps_per_quarter: int = 4,
    control: Floats | None = None,
) -> tuple[Integers, Floats]:
    """`before` and `place` of each step of a track of `classes` (steps,) that begins at a bar line.

    For plain Drum RNN `before` (steps,) is the event ahead of the step, and `place`
    (steps, features) where it stands, followed by `control` (steps, control_count), what is asked
    for; None asks for nothing.  For groove memory `before` (steps, 1 + past_count) goes on with the
    events that are recalled, and `place` with the features of the memory.
    """
    before = np.append(encoding.start, classes[:-1]) if len(classes) else classes
    place = places(network, 0, len(classes), steps_per_bar, steps_per_quarter, control)
    if network.kind != GROOVE_MEMORY:
        return before, place
    past, features = recall(classes, steps_per_bar, encoding, steps_per_quarter, network.wide)
    return np.concatenate((before[:, None], past), 1), np.concatenate((place, features), 1)


def places(
    network: NetworkConfig,
    first: int,
    count: int,
    steps_per_bar: int,
    steps_per_quarter: int = 4,
    control: Floats | None = None,
) -> Floats:
    """Where the `count` steps from `first` on stand, and what is asked for there: (count, own_count)."""
    quarter = steps_per_quarter if network.quarters else 0
    stand = position_features(first, count, steps_per_bar, network.place, quarter)
    asked = np.zeros((count, control_count(network)), np.float32)
    if control is not None and control_count(network):
        asked[:] = control
    return np.concatenate((stand, asked), 1)


def control_columns(network: NetworkConfig) -> slice:
    """Where the control features stand in `place`."""
    return slice(feature_count(network.place, network.quarters), own_count(network))


def own_count(network: NetworkConfig) -> int:
    """Number of the features of `place` that no memory is needed for."""
    return feature_count(network.place, network.quarters) + control_count(network)


def place_count(network: NetworkConfig, encoding: Encoding) -> int:
    """Number of features of `place`."""
    memory = recall_features(encoding, network.wide) if network.kind == GROOVE_MEMORY else 0
    return own_count(network) + memory
