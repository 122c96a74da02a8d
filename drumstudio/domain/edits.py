"""Edits: pure functions from a pattern to a pattern.

A cell is a `(step, drum)` pair.  Functions ignore cells outside the pattern, so that a drag may
leave the grid, and return the same object when nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import MAX_BARS, Hit, Pattern
from drumstudio.domain.timing import Grid

Cell = tuple[int, Drum]


def _rebuilt(pattern: Pattern, cells: dict[tuple[int, int], Hit]) -> Pattern:
    hits = tuple(cells[key] for key in sorted(cells))
    return pattern if hits == pattern.hits else pattern.with_hits(hits)


def _cells(pattern: Pattern) -> dict[tuple[int, int], Hit]:
    return {(hit.step, int(hit.drum)): hit for hit in pattern.hits}


def place(pattern: Pattern, hits: Iterable[Hit]) -> Pattern:
    """Put `hits` in, over what stands in their cells."""
    cells = _cells(pattern)
    cells.update({(h.step, int(h.drum)): h for h in hits if h.step < pattern.steps})
    return _rebuilt(pattern, cells)


def erase(pattern: Pattern, cells: Iterable[Cell]) -> Pattern:
    """Take the hits of `cells` out."""
    gone = {(step, int(drum)) for step, drum in cells}
    return _rebuilt(pattern, {k: h for k, h in _cells(pattern).items() if k not in gone})


def toggle(pattern: Pattern, step: int, drum: Drum, velocity: int = 100) -> Pattern:
    """Strike or clear one cell."""
    if pattern.hit_at(step, drum):
        return erase(pattern, [(step, drum)])
    return place(pattern, [Hit(step, drum, velocity)]) if 0 <= step < pattern.steps else pattern


def change(
    pattern: Pattern,
    cells: Iterable[Cell],
    *,
    velocity: int | None = None,
    offset: float | None = None,
    chance: float | None = None,
) -> Pattern:
    """Set properties of the hits in `cells`, held to their ranges; empty cells stay empty."""
    table = _cells(pattern)
    for step, drum in cells:
        hit = table.get((step, int(drum)))
        if hit is None:
            continue
        if velocity is not None:
            hit = replace(hit, velocity=max(1, min(127, velocity)))
        if offset is not None:
            hit = replace(hit, offset=max(-0.5, min(0.499, offset)))
        if chance is not None:
            hit = replace(hit, chance=max(0.01, min(1.0, chance)))
        table[step, int(drum)] = hit
    return _rebuilt(pattern, table)


def nudge_velocity(pattern: Pattern, cells: Iterable[Cell], by: int) -> Pattern:
    """Make the hits in `cells` louder or softer by `by`."""
    for cell in cells:
        if hit := pattern.hit_at(*cell):
            pattern = change(pattern, [cell], velocity=hit.velocity + by)
    return pattern


def fill_every(pattern: Pattern, drum: Drum, steps: int, velocity: int = 100) -> Pattern:
    """Strike `drum` on every `steps`-th step of each bar, keeping hits that are there."""
    bar = pattern.grid.steps_per_bar
    wanted = [s for s in range(pattern.steps) if s % bar % steps == 0 and not pattern.hit_at(s, drum)]
    return place(pattern, [Hit(s, drum, velocity) for s in wanted])


def clear_row(pattern: Pattern, drum: Drum) -> Pattern:
    """Silence one drum."""
    return _rebuilt(pattern, {k: h for k, h in _cells(pattern).items() if h.drum != drum})


def copy_row(pattern: Pattern, source: Drum, target: Drum) -> Pattern:
    """Replace the row of `target` by that of `source`."""
    copied = [replace(h, drum=target) for h in pattern.hits if h.drum == source]
    return place(clear_row(pattern, target), copied)


def set_bars(pattern: Pattern, bars: int) -> Pattern:
    """Lengthen with rests or cut at the end; a seam beyond the end goes."""
    bars = max(1, min(MAX_BARS, bars))
    if bars == pattern.bars:
        return pattern
    steps = bars * pattern.grid.steps_per_bar
    seam = pattern.seam if pattern.seam is not None and pattern.seam < steps else None
    return replace(pattern, bars=bars, hits=tuple(h for h in pattern.hits if h.step < steps), seam=seam)


def set_seam(pattern: Pattern, seam: int | None) -> Pattern:
    """Move the seam between primer and continuation; at either end of the pattern it goes."""
    if seam is not None and not 0 < seam < pattern.steps:
        seam = None
    return pattern if seam == pattern.seam else replace(pattern, seam=seam)


def set_swing(pattern: Pattern, swing: float) -> Pattern:
    """Set the swing, held to its range."""
    return replace(pattern, swing=max(0.5, min(0.75, swing)))


def set_grid(pattern: Pattern, grid: Grid) -> Pattern:
    """Move the pattern onto another meter or step.

    Every hit keeps its place in ticks within its bar as nearly as the new grid allows: it goes
    to the nearest step and keeps the rest as offset.  What a shorter bar cuts off is lost; where
    two hits meet the louder stays.
    """
    if grid == pattern.grid:
        return pattern
    old, cells = pattern.grid, dict[tuple[int, int], Hit]()
    for hit in pattern.hits:
        bar, within = divmod(hit.step, old.steps_per_bar)
        tick = within * old.ticks_per_step + round(hit.offset * old.ticks_per_step)
        if within * old.ticks_per_step >= grid.ticks_per_bar:
            continue
        size = grid.ticks_per_step
        step = max(0, min((tick + size // 2) // size, grid.steps_per_bar - 1))
        offset = max(-0.5, min(0.499, (tick - step * size) / size))
        moved = replace(hit, step=bar * grid.steps_per_bar + step, offset=offset)
        key = (moved.step, int(moved.drum))
        if key not in cells or cells[key].velocity < moved.velocity:
            cells[key] = moved
    seam = None
    if pattern.seam is not None:
        seam_bar = round(pattern.seam / old.steps_per_bar)
        seam = seam_bar * grid.steps_per_bar if 0 < seam_bar < pattern.bars else None
    return replace(pattern, grid=grid, hits=tuple(cells.values()), seam=seam)


def copy_cells(pattern: Pattern, cells: Iterable[Cell]) -> tuple[Hit, ...]:
    """Hits of `cells` as a clip: steps counted from the first cell's step."""
    wanted = [(step, Drum(drum)) for step, drum in cells]
    if not wanted:
        return ()
    first = min(step for step, _ in wanted)
    found = (pattern.hit_at(step, drum) for step, drum in wanted)
    return tuple(sorted(replace(hit, step=hit.step - first) for hit in found if hit))


def paste(pattern: Pattern, clip: Iterable[Hit], step: int) -> Pattern:
    """Put a clip in at `step`; what falls beyond the end is left out."""
    return place(pattern, [replace(hit, step=hit.step + step) for hit in clip])


def replace_from(pattern: Pattern, step: int, continuation: Pattern, keep: Iterable[Drum] = ()) -> Pattern:
    """Put `continuation` (same grid) in from `step` on: one insert of a candidate.

    The pattern grows or shrinks to end with it, the seam moves to `step`; rows in `keep` hold
    what they have there.
    """
    if continuation.grid != pattern.grid:
        raise ValueError("a continuation must stand on the pattern's own grid")
    kept = {Drum(drum) for drum in keep}
    total = step + continuation.steps
    bars = -(-total // pattern.grid.steps_per_bar)
    old = [h for h in pattern.hits if h.step < step or (h.drum in kept and h.step < total)]
    new = [replace(h, step=h.step + step) for h in continuation.hits if h.drum not in kept]
    return replace(pattern, bars=bars, hits=(*old, *new), seam=step if 0 < step < total else None)
