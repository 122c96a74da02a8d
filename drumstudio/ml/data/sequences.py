"""What a training data set is made of: sequences of drum events, and which of them are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "validation", "test")
# A sequence of one bar holds nothing that a drummer could learn of going on.
MIN_BARS = 2


@dataclass(frozen=True, eq=False)
class Sequence:
    """One piece of drumming in one meter and tempo, on the grid of its feel.

    `events` is int16 (steps,): bit i of a step is drum i, or 1 for anything struck in a one-drum
    set.  `file` is the path within the source it was found in; `piece` counts the pieces of a
    file from 0.  `style`, `beat_type` ("beat" or "fill") and `drummer` are "" where unknown.
    `feel` is "straight", "swung" or "triplet", `swing` the share of a pair of 8ths that the first
    takes, `steps_per_quarter` 3 where the steps are triplets; `offset_seconds` is the constant offset
    against the click, late when positive, that was taken out.
    """

    file: str
    events: NDArray[np.int16]
    meter: str = "4/4"
    steps_per_bar: int = 16
    qpm: float = 120.0
    style: str = ""
    beat_type: str = ""
    drummer: str = ""
    split: str = "train"
    piece: int = 0
    steps_per_quarter: int = 4
    feel: str = "straight"
    swing: float = 0.5
    offset_seconds: float = 0.0

    @property
    def bars(self) -> int:
        """Bars begun."""
        return -(-len(self.events) // self.steps_per_bar)


@dataclass(frozen=True)
class Filters:
    """Which sequences are wanted; empty means all.

    A style matches itself and its kinds: "rock" takes rock and rock/indie, "rock/indie" only
    that.  `beat_types` holds "beat" or "fill", `meters` meters as "6/8"; `wanted` are the styles in small
    letters.
    """

    styles: tuple[str, ...] = ()
    beat_types: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    wanted: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wanted", frozenset(style.strip().lower() for style in self.styles))

    def objection(self, style: str, beat_type: str) -> tuple[str, str] | None:
        """Reason and remedy where a file of this style and type is not wanted, else None."""
        names = {style.lower(), style.lower().split("/")[0]}
        if self.wanted and not names & self.wanted:
            wanted = ", ".join(sorted(self.wanted))
            if style:
                return f"its style is {style}, not {wanted}", ""
            return f"its style is not known, and {wanted} was asked for", _NAME_IT
        if self.beat_types and beat_type not in self.beat_types:
            wanted = " or ".join(self.beat_types)
            if beat_type:
                return f"it is a {beat_type}, not a {wanted}", ""
            return f"it is not known for a {wanted}", _NAME_IT
        return None

    def takes_meter(self, meter: str) -> bool:
        """Whether a sequence in `meter` is wanted."""
        return not self.meters or meter in self.meters


_NAME_IT = "list it in an info.csv, or name it like 1_rock_120_beat_4-4.mid"
