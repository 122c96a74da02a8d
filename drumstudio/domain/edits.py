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
    """Lengthen with rests or cut at the end; a seam, locks and marks beyond the end go."""
    bars = max(1, min(MAX_BARS, bars))
    if bars == pattern.bars:
        return pattern
    steps = bars * pattern.grid.steps_per_bar
    seam = pattern.seam if pattern.seam is not None and pattern.seam < steps else None
    hits = tuple(h for h in pattern.hits if h.step < steps)
    return _resized(pattern, bars, hits, seam)


def _resized(pattern: Pattern, bars: int, hits: tuple[Hit, ...], seam: int | None) -> Pattern:
    """`pattern` of `bars` bars with other hits, and those of its locks and marks that lie in them."""
    steps = bars * pattern.grid.steps_per_bar
    return replace(
        pattern,
        bars=bars,
        hits=hits,
        seam=seam,
        locked_bars=frozenset(bar for bar in pattern.locked_bars if bar < bars),
        locked_cells=frozenset(cell for cell in pattern.locked_cells if cell[0] < steps),
        fill_bars=frozenset(bar for bar in pattern.fill_bars if bar < bars),
    )


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
    two hits meet the louder stays.  A cell is locked where the nearest cell of the old grid was,
    and a locked hit takes its lock along.
    """
    if grid == pattern.grid:
        return pattern
    old, cells = pattern.grid, dict[tuple[int, int], Hit]()
    locked = _regridded_locks(pattern, grid)
    for hit in pattern.hits:
        moved = regridded(hit, old, grid)
        if moved is None:
            continue
        key = (moved.step, int(moved.drum))
        if (hit.step, int(hit.drum)) in pattern.locked_cells:
            locked.add(key)
        if key not in cells or cells[key].velocity < moved.velocity:
            cells[key] = moved
    seam = None
    if pattern.seam is not None:
        seam_bar = round(pattern.seam / old.steps_per_bar)
        seam = seam_bar * grid.steps_per_bar if 0 < seam_bar < pattern.bars else None
    return replace(pattern, grid=grid, hits=tuple(cells.values()), seam=seam, locked_cells=frozenset(locked))


def regridded(hit: Hit, old: Grid, grid: Grid) -> Hit | None:
    """Where `hit` of a pattern on `old` stands on `grid`; None where the bar there is too short for it."""
    bar, within = divmod(hit.step, old.steps_per_bar)
    tick = within * old.ticks_per_step + round(hit.offset * old.ticks_per_step)
    if within * old.ticks_per_step >= grid.ticks_per_bar:
        return None
    size = grid.ticks_per_step
    step = max(0, min((tick + size // 2) // size, grid.steps_per_bar - 1))
    offset = max(-0.5, min(0.499, (tick - step * size) / size))
    return replace(hit, step=bar * grid.steps_per_bar + step, offset=offset)


def _regridded_locks(pattern: Pattern, grid: Grid) -> set[tuple[int, int]]:
    """Cells of the pattern on `grid` to which a locked cell of its own grid is nearest."""
    by_step: dict[int, list[int]] = {}
    for step, drum in pattern.locked_cells:
        by_step.setdefault(step, []).append(drum)
    old, found = pattern.grid, set[tuple[int, int]]()
    if not by_step:
        return found
    for step in range(pattern.bars * grid.steps_per_bar):
        bar, within = divmod(step, grid.steps_per_bar)
        # Of two equally near the earlier, whose stretch of time this cell divides.
        nearest = -(-(within * grid.ticks_per_step * 2 - old.ticks_per_step) // (2 * old.ticks_per_step))
        if nearest < old.steps_per_bar:
            found.update((step, drum) for drum in by_step.get(bar * old.steps_per_bar + nearest, ()))
    return found


def lock_bars(pattern: Pattern, bars: Iterable[int], *, locked: bool = True) -> Pattern:
    """Close whole bars to the drummer, or open them; cells locked by themselves stay locked."""
    asked = frozenset(bar for bar in bars if 0 <= bar < pattern.bars)
    wanted = pattern.locked_bars | asked if locked else pattern.locked_bars - asked
    return pattern if wanted == pattern.locked_bars else replace(pattern, locked_bars=wanted)


def lock_cells(pattern: Pattern, cells: Iterable[Cell], *, locked: bool = True) -> Pattern:
    """Close cells to the drummer, struck or silent, or open them.

    A locked bar in which cells are opened hands its lock over to its other cells.
    """
    asked = frozenset((step, int(drum)) for step, drum in cells if 0 <= step < pattern.steps)
    bars = pattern.locked_bars
    if locked:
        wanted = pattern.locked_cells | asked
    else:
        opened = frozenset(pattern.grid.bar_of(step) for step, _ in asked) & bars
        wanted = (pattern.locked_cells | _cells_of_bars(pattern.grid, opened)) - asked
        bars -= opened
    if wanted == pattern.locked_cells and bars == pattern.locked_bars:
        return pattern
    return replace(pattern, locked_bars=bars, locked_cells=wanted)


def _cells_of_bars(grid: Grid, bars: Iterable[int]) -> frozenset[tuple[int, int]]:
    size = grid.steps_per_bar
    return frozenset(
        (step, int(drum)) for bar in bars for step in range(bar * size, (bar + 1) * size) for drum in Drum
    )


def unlock_all(pattern: Pattern) -> Pattern:
    """Open every bar and cell to the drummer."""
    if not pattern.locked_bars and not pattern.locked_cells:
        return pattern
    return replace(pattern, locked_bars=frozenset(), locked_cells=frozenset())


def toggle_fill_bar(pattern: Pattern, bar: int) -> Pattern:
    """Mark a bar to end in a fill, or take its mark away."""
    if not 0 <= bar < pattern.bars:
        return pattern
    return replace(pattern, fill_bars=pattern.fill_bars ^ {bar})


def clear(pattern: Pattern) -> Pattern:
    """Take every hit out, and seam, locks and marks with them."""
    return Pattern(pattern.grid, pattern.bars, swing=pattern.swing)


def double(pattern: Pattern) -> Pattern:
    """Repeat the pattern after itself, locks and marks included; the same where that is too long."""
    if pattern.bars * 2 > MAX_BARS:
        return pattern
    bars, steps = pattern.bars, pattern.steps
    again = (replace(hit, step=hit.step + steps) for hit in pattern.hits)
    return replace(
        pattern,
        bars=bars * 2,
        hits=(*pattern.hits, *again),
        locked_bars=pattern.locked_bars | {bar + bars for bar in pattern.locked_bars},
        locked_cells=pattern.locked_cells | {(step + steps, drum) for step, drum in pattern.locked_cells},
        fill_bars=pattern.fill_bars | {bar + bars for bar in pattern.fill_bars},
    )


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

    The pattern grows or shrinks to end with it, the seam moves to `step`; rows in `keep` and
    locked bars and cells hold what they have there.
    """
    if continuation.grid != pattern.grid:
        raise ValueError("a continuation must stand on the pattern's own grid")
    kept = {Drum(drum) for drum in keep}
    total = step + continuation.steps
    bars = -(-total // pattern.grid.steps_per_bar)

    end = bars * pattern.grid.steps_per_bar

    def held(at: int, drum: Drum) -> bool:
        return at < step or (drum in kept and at < total) or pattern.locked(at, drum)

    old = [h for h in pattern.hits if h.step < end and held(h.step, h.drum)]
    moved = (replace(h, step=h.step + step) for h in continuation.hits)
    new = [h for h in moved if not held(h.step, h.drum)]
    seam = step if 0 < step < total else None
    return _resized(pattern, bars, (*old, *new), seam)
