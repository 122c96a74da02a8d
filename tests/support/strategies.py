"""Hypothesis strategies for the domain's values."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import FILL_PERIODS, Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import GRIDS, Grid, Meter

METERS = [Meter(4, 4), Meter(3, 4), Meter(5, 4), Meter(6, 8), Meter(12, 8), Meter(2, 2), Meter(7, 4)]


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any grid that fills its bar."""
    return Grid(draw(st.sampled_from(METERS)), draw(st.sampled_from(sorted(set(GRIDS) - {1}))))


@st.composite
def patterns(
    draw: st.DrawFn,
    grid: Grid | None = None,
    max_bars: int = 4,
    chances: bool = True,
    locks: bool = False,
) -> Pattern:
    """Any pattern: up to `max_bars` bars and 40 hits, with swing, seam, offsets and chances.

    With `locks`, locked bars and cells and bars marked for a fill too.
    """
    on = grid or draw(grids())
    bars = draw(st.integers(1, max_bars))
    steps = bars * on.steps_per_bar
    places = draw(
        st.sets(st.tuples(st.integers(0, steps - 1), st.sampled_from(list(Drum))), min_size=0, max_size=40)
    )
    hits = tuple(
        Hit(
            step,
            drum,
            draw(st.integers(1, 127)),
            draw(st.floats(-0.5, 0.49)),
            draw(st.sampled_from([1.0, 0.5, 0.25])) if chances else 1.0,
        )
        for step, drum in sorted(places)
    )
    seam = draw(st.none() | st.integers(1, steps - 1)) if steps > 1 else None
    swing = draw(st.sampled_from([0.5, 0.54, 0.6, 2 / 3, 0.75]))
    pattern = Pattern(on, bars, hits, swing, seam)
    if not locks:
        return pattern
    some_bars = st.frozensets(st.integers(0, bars - 1))
    cells = st.tuples(st.integers(0, steps - 1), st.integers(0, DRUM_COUNT - 1))
    return replace(
        pattern,
        locked_bars=draw(some_bars),
        locked_cells=draw(st.frozensets(cells, max_size=30)),
        fill_bars=draw(some_bars),
    )


def dials() -> st.SearchStrategy[Dials]:
    """Any setting of the dials."""
    return st.builds(
        Dials,
        stick=st.floats(0, 1),
        wildness=st.floats(0, 2),
        fills=st.sampled_from(FILL_PERIODS),
        crash=st.booleans(),
        busyness=st.floats(0.5, 2),
        style=st.sampled_from(["", "rock", "latin/brazilian"]),
        feel=st.floats(0, 1),
    )


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """Any continuation."""
    pattern = draw(patterns(max_bars=2))
    return Candidate(
        pattern,
        draw(st.integers(0, 64)),
        draw(st.integers(1, pattern.steps)),
        draw(st.integers(0, 2**31)),
        draw(st.integers(0, 7)),
        draw(st.floats(0, 1)),
        draw(st.sampled_from(["Steady", "Fill at bar 3", "Ruhig & grün"])),
        draw(dials()),
        draw(st.sampled_from(["Drummer", "my own"])),
        draw(st.sampled_from(list(Mode))),
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Any project of up to four patterns."""
    slots = tuple(draw(st.lists(patterns(locks=True), min_size=1, max_size=4)))
    lanes = st.builds(Lane, st.booleans(), st.booleans(), st.booleans())
    return Project(
        slots,
        draw(st.integers(0, len(slots) - 1)),
        draw(st.floats(20, 400)),
        tuple(draw(st.lists(lanes, min_size=DRUM_COUNT, max_size=DRUM_COUNT))),
        tuple(dict.fromkeys(draw(st.lists(candidates(), max_size=2)))),
        draw(dials()),
    )
