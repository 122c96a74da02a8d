"""One continuation that the drummer offers."""

from __future__ import annotations

from dataclasses import dataclass

from drumstudio.domain.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Candidate:
    """One continuation on offer.

    `pattern` is the continuation alone on the source's grid, its step 0 at step `start` of the
    source, `steps` long (the pattern may end in rests beyond).  `groove` is its likeness to the
    primer, 0 to 1; `seed`, `index` and `temperature` replay it with the same model.
    """

    pattern: Pattern
    start: int
    steps: int
    seed: int
    index: int
    groove: float
    name: str
    temperature: float
    model: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.seed < 0 or self.index < 0:
            raise ValueError("a continuation's start, seed and number count from 0")
        if not 1 <= self.steps <= self.pattern.steps:
            raise ValueError(f"a continuation of {self.pattern.steps} steps cannot be {self.steps} long")
        if not 0.0 <= self.groove <= 1.0:
            raise ValueError(f"a likeness is 0 to 1, not {self.groove}")
        if not 0.0 < self.temperature <= 10.0:
            raise ValueError(f"a temperature is above 0 and at most 10, not {self.temperature}")
