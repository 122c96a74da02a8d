"""One continuation that the drummer offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern


class Mode(StrEnum):
    """What the drummer is asked: to go on after the seam or the end, to complete bars that are
    there, or to dress a row of taps as a full beat."""

    CONTINUE = "continue"
    COMPLETE = "complete"
    DRESS = "dress"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer on offer.

    `pattern` is the answer alone on the source's grid, its step 0 at step `start` of the
    source, `steps` long (the pattern may end in rests beyond).  `groove` is its likeness to the
    primer, or to what the pattern had there where it was completed, 0 to 1; `seed`, `index`,
    `dials` and `mode` replay it with the same model.
    """

    pattern: Pattern
    start: int
    steps: int
    seed: int
    index: int
    groove: float
    name: str
    dials: Dials
    model: str
    mode: Mode = Mode.CONTINUE

    def __post_init__(self) -> None:
        if self.start < 0 or self.seed < 0 or self.index < 0:
            raise ValueError("a continuation's start, seed and number count from 0")
        if not 1 <= self.steps <= self.pattern.steps:
            raise ValueError(f"a continuation of {self.pattern.steps} steps cannot be {self.steps} long")
        if not 0.0 <= self.groove <= 1.0:
            raise ValueError(f"a likeness is 0 to 1, not {self.groove}")
