"""Velocity curves: how hard a stroke counts, for a kit that answers too softly or too loudly."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

MIN_POINTS, MAX_POINTS = 2, 16


@dataclass(frozen=True, slots=True)
class VelocityCurve:
    """Velocities 1-127 to velocities 1-127 along straight lines between `points` (in, out).

    Points go from (1, ...) to (127, ...) with rising inputs and outputs that never fall: a
    harder stroke is never a softer one.
    """

    points: tuple[tuple[int, int], ...] = ((1, 1), (127, 127))

    def __post_init__(self) -> None:
        points = self.points
        if not MIN_POINTS <= len(points) <= MAX_POINTS or (points[0][0], points[-1][0]) != (1, 127):
            raise ValueError(f"a curve has {MIN_POINTS} to {MAX_POINTS} points from velocity 1 to 127")
        for (before, low), (after, high) in itertools.pairwise(points):
            if not before < after or not 1 <= low <= high <= 127:
                raise ValueError("a curve rises from point to point within 1 to 127")

    def __call__(self, velocity: int) -> int:
        """The velocity that counts for `velocity`, both 1-127."""
        after = next(index for index, (x, _) in enumerate(self.points) if index and velocity <= x)
        (left, low), (right, high) = self.points[after - 1 : after + 1]
        return round(low + (high - low) * (velocity - left) / (right - left))


LINEAR = VelocityCurve()
