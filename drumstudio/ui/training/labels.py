"""Where the words beside curves stand: near what they name, never over each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from drumstudio.ui.training.curves import Box, Point, crossings, thinned

_GAP = 4.0
# Points of a line that are looked at: words are wide, so that no more are needed.
_FINE = 60
# Rows above and below the end of a curve in which its name may stand.
_NEAR = 6
# Shares of a curve's length at which its name is tried, the far end first.
_ALONG = (0.92, 0.8, 0.66, 0.5, 0.36, 0.22)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words of `width` by `height` pixels that want to stand near `line`.

    At a `level` (a line across the whole plot) they stand at its right end; `key` tells them apart.
    """

    key: str
    width: float
    height: float
    line: tuple[Point, ...]
    level: bool = False


def place(wanted: Sequence[Wanted], plot: Box) -> dict[str, Box]:
    """A box inside `plot` for all of `wanted` that find room, in their order; no two overlap.

    Of the free places near a line the one that fewest lines run through is taken.  What finds no room is left
    out: the legend names it all the same.
    """
    lines = [thinned(each.line, _FINE) for each in wanted]
    placed: dict[str, Box] = {}
    for each in wanted:
        if not each.line:
            continue
        box = _best(_places(each, plot), plot, list(placed.values()), lines)
        if box is not None:
            placed[each.key] = box
    return placed


def _best(
    places: Sequence[Box], plot: Box, taken: Sequence[Box], lines: Sequence[Sequence[Point]]
) -> Box | None:
    """The free place through which fewest lines run; places come in the order of liking."""
    best: Box | None = None
    fewest = 0
    for box in places:
        if not plot.holds(box) or any(box.overlaps(other) for other in taken):
            continue
        count = crossings(lines, box)
        if best is None or count < fewest:
            best, fewest = box, count
        if not fewest:
            break
    return best


def _places(each: Wanted, plot: Box) -> list[Box]:
    if each.level:
        return _at_right(each, plot)
    found: list[Box] = []
    first, last = each.line[0], each.line[-1]
    for away in (_GAP, _GAP + each.height, _GAP + 2 * each.height):
        for share in _ALONG:
            x = min(last[0], first[0] + share * (last[0] - first[0]))
            y = _height_at(each.line, x)
            left = min(x - each.width / 2, plot.right - each.width)
            left = max(left, plot.left)
            found.append(Box(left, y - away - each.height, each.width, each.height))
            found.append(Box(left, y + away, each.width, each.height))
        # A curve that falls steeply has room beside it.
        for x, y in (last, each.line[len(each.line) // 2]):
            found.append(Box(x + 2 * _GAP, y - each.height / 2 - away + _GAP, each.width, each.height))
    return found + _around(last, each, plot)


def _around(point: Point, each: Wanted, plot: Box) -> list[Box]:
    """Places in the neighbourhood of `point`, the nearest first."""
    x, y = point
    across = (-each.width - _GAP, -each.width / 2, _GAP, _GAP + each.width / 2)
    found = [
        Box(x + aside, y + rows * each.height, each.width, each.height)
        for rows in range(-_NEAR, _NEAR + 1)
        for aside in across
    ]
    return sorted(
        found, key=lambda box: abs(box.left + box.width / 2 - x) + abs(box.top + box.height / 2 - y)
    )


def _at_right(each: Wanted, plot: Box) -> list[Box]:
    y = each.line[-1][1]
    left = plot.right - each.width
    above = [Box(left, y - 1 - each.height, each.width, each.height)]
    below = [Box(left, y + 2, each.width, each.height)]
    further = [
        Box(left - shift * (each.width + _GAP), top.top, each.width, each.height)
        for shift in (1, 2)
        for top in (*above, *below)
    ]
    return above + below + further


def _height_at(line: Sequence[Point], x: float) -> float:
    """Height of the line at pixel `x`, which is not right of its end."""
    index = bisect_left(line, x, key=itemgetter(0))
    (to_x, to_y), (from_x, from_y) = line[index], line[max(0, index - 1)]
    if to_x == from_x:
        return to_y
    return from_y + (x - from_x) / (to_x - from_x) * (to_y - from_y)
