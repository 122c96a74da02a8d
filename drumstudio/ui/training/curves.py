"""Curves of perplexity over training steps, and where they come to lie: plain numbers, nothing is painted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log2
from operator import itemgetter

Point = tuple[float, float]

# The scale of a chart that has nothing to show yet: from near certainty to a guess among all 512 events.
LOW, HIGH = 2.0, 512.0
_FIRST_STEPS = 100
_FEW = 7
# Pixels of a curve that are drawn as one where points are many.
_STRIDE = 2.0
_STEP, _VALUE = itemgetter(0), itemgetter(1)


@dataclass(frozen=True, slots=True)
class Curve:
    """Perplexity (finite) at some training steps, in order of steps.

    `label` stands beside the curve, `colour` names a colour of the theme (or `drum:N`), `dash` is
    "solid", "dash" or "dot"; a `dimmed` one stays in the background.  `key` tells curves apart.
    """

    key: str
    label: str
    points: tuple[tuple[int, float], ...]
    colour: str = "accent_text"
    dash: str = "solid"
    dimmed: bool = False

    def nearest(self, step: float) -> tuple[int, float] | None:
        """The point whose step is nearest to `step`; None for an empty curve."""
        if not self.points:
            return None
        index = bisect_left(self.points, step, key=_STEP)
        around = self.points[max(0, index - 1) : index + 1]
        return min(around, key=lambda point: abs(point[0] - step))

    def reaches(self, step: int) -> bool:
        """Whether `step` lies between the ends of the curve."""
        return bool(self.points) and self.points[0][0] <= step <= self.points[-1][0]


@dataclass(frozen=True, slots=True)
class Level:
    """A perplexity worth comparing with, drawn as a line across the chart."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether `other` lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """How steps become pixels of `plot`, evenly or by octaves, and perplexities, by octaves.

    `last` is the last step (2 or later), `low` and `high` are the perplexities at the edges.
    """

    plot: Box
    last: int
    low: float = LOW
    high: float = HIGH
    octaves: bool = False

    def x(self, step: float) -> float:
        """Pixel of a step."""
        if self.octaves:
            return self.plot.left + self.plot.width * log2(max(1.0, step)) / log2(self.last)
        return self.plot.left + self.plot.width * step / self.last

    def y(self, perplexity: float) -> float:
        """Pixel of a perplexity; what is off the scale lies on its edge."""
        inside = min(self.high, max(self.low, perplexity))
        return self.plot.bottom - self.plot.height * log2(inside / self.low) / log2(self.high / self.low)

    def step_at(self, x: float) -> float:
        """The step at pixel `x`."""
        share = min(1.0, max(0.0, (x - self.plot.left) / max(1.0, self.plot.width)))
        return float(self.last**share) if self.octaves else share * self.last

    def rows(self) -> tuple[float, ...]:
        """Perplexities that a line and a number mark."""
        if self.high / self.low > 2:
            first, last = round(log2(self.low)), round(log2(self.high))
            return tuple(2.0**power for power in range(first, last + 1))
        return tuple(1 + tenths / 10 for tenths in range(0, 11, 2))

    def columns(self) -> tuple[int, ...]:
        """Steps that a number marks."""
        if self.octaves:
            powers = floor(log2(self.last))
            every = max(1, ceil(powers / _FEW))
            return tuple(2**power for power in range(0, powers + 1, every))
        every = _round_up(self.last / _FEW)
        return tuple(range(0, self.last + 1, every))


def scale_for(plot: Box, curves: Sequence[Curve], levels: Sequence[Level], octaves: bool = False) -> Scale:
    """The scale on which everything shown has its place."""
    values = [value for curve in curves for value in _ends(curve)]
    values += [level.value for level in levels]
    last = max([2, *(curve.points[-1][0] for curve in curves if curve.points)])
    if not curves:
        last = _FIRST_STEPS
    if not octaves:
        # In strides, so that the axis of a running training stands still for a while.
        stride = max(1, _round_up(last / _FEW) // 2)
        last = ceil(last / stride) * stride
    if not values:
        return Scale(plot, last, octaves=octaves)
    low = min(LOW, 2.0 ** floor(log2(max(1.0, min(values)))))
    # A network of one drum guesses between two events: its perplexity never leaves 1 to 2.
    high = 2.0 ** ceil(log2(max([2.0, *values])))
    if high > 2:
        return Scale(plot, last, low, min(HIGH, max(high, 8.0 * low)), octaves)
    return Scale(plot, last, 1.0, 2.0, octaves)


def _ends(curve: Curve) -> tuple[float, ...]:
    """Its lowest and its highest perplexity."""
    if not curve.points:
        return ()
    return min(curve.points, key=_VALUE)[1], max(curve.points, key=_VALUE)[1]


def trace(curve: Curve, scale: Scale) -> list[Point]:
    """The curve in pixels; of a stride that many points fall into, the lowest and the highest are enough."""
    points, plot = curve.points, scale.plot
    strides = ceil(plot.width / _STRIDE)
    if len(points) <= 2 * strides:
        return [(scale.x(step), scale.y(value)) for step, value in points]
    made: list[Point] = []
    begin = 0
    for stride in range(strides):
        x = plot.left + (stride + 0.5) * _STRIDE
        end = bisect_left(points, scale.step_at(x + _STRIDE / 2), lo=begin, key=_STEP)
        if inside := points[begin : len(points) if stride == strides - 1 else end]:
            low, high = min(inside, key=_VALUE)[1], max(inside, key=_VALUE)[1]
            made += [(x, scale.y(low)), (x, scale.y(high))] if low < high else [(x, scale.y(low))]
        begin = end
    return made


def thinned(line: Sequence[Point], count: int) -> Sequence[Point]:
    """About `count` points of a line, its ends among them."""
    if len(line) <= count:
        return line
    every = ceil(len(line) / count)
    return [*line[:-1:every], line[-1]]


def crossings(lines: Iterable[Sequence[Point]], box: Box) -> int:
    """How many pieces of `lines` (each from left to right) touch `box`."""
    count = 0
    for line in lines:
        first = max(1, bisect_left(line, box.left, key=_STEP))
        last = bisect_left(line, box.right, key=_STEP)
        count += sum(_touches(line[at - 1], line[at], box) for at in range(first, min(last + 1, len(line))))
    return count


def _touches(one: Point, other: Point, box: Box) -> bool:
    """Whether the piece from `one` on to `other`, which lies no further left, touches the box."""
    (x, y), (to_x, to_y) = one, other
    left, right = max(x, box.left), min(to_x, box.right)
    if left > right:
        return False
    heights = (y, to_y)
    if to_x > x:
        slope = (to_y - y) / (to_x - x)
        heights = (y + slope * (left - x), y + slope * (right - x))
    return min(heights) <= box.bottom and max(heights) >= box.top


def _round_up(value: float) -> int:
    """The least of 1, 2, 4, 5, 10, 20, 40, 50 ... that is not below `value`."""
    size = 1
    while True:
        for digit in (1, 2, 4, 5):
            if digit * size >= value:
                return digit * size
        size *= 10
