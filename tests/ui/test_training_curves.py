"""Where curves and their names come to lie: plain numbers, no widget."""

from __future__ import annotations

from itertools import pairwise
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumstudio.app.training.runs import EARLIER_CURVE
from drumstudio.ui.training.curves import Box, Curve, Level, Scale, crossings, scale_for, thinned, trace
from drumstudio.ui.training.labels import Wanted, place

PLOT = Box(46, 20, 800, 300)
values = st.floats(1.0, 600.0)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """A curve of a few or of very many points."""
    count = draw(st.sampled_from([1, 2, 5, 40, 3000]))
    every = draw(st.integers(1, 20))
    some = draw(st.lists(values, min_size=1, max_size=8))
    points = tuple((1 + at * every, some[at % len(some)]) for at in range(count))
    return Curve(draw(st.text("abc", min_size=1, max_size=3)), "name", points)


def test_the_nearest_measured_step_is_found() -> None:
    curve = Curve("c", "c", EARLIER_CURVE)
    assert [curve.nearest(step) for step in (0, 7, 16.5, 60, 70, 5000)] == [
        (1, 510.0),
        (11, 182.0),
        (21, 59.0),
        (31, 28.0),
        (91, 13.0),
        (91, 13.0),
    ]
    assert Curve("e", "e", ()).nearest(3) is None
    assert (curve.reaches(91), curve.reaches(92), Curve("e", "e", ()).reaches(1)) == (True, False, False)


def test_perplexities_lie_by_octaves() -> None:
    scale = Scale(PLOT, 100)
    assert scale.rows() == (2, 4, 8, 16, 32, 64, 128, 256, 512)
    heights = [scale.y(row) for row in scale.rows()]
    assert heights[0] == PLOT.bottom
    assert heights[-1] == pytest.approx(PLOT.top)
    gaps = {round(low - high, 6) for low, high in pairwise(heights)}
    assert len(gaps) == 1
    assert (scale.y(4000), scale.y(0.1)) == (scale.y(512), scale.y(2))


@pytest.mark.parametrize(
    ("last", "columns"),
    [(200, (0, 40, 80, 120, 160, 200)), (7, tuple(range(8))), (2000, (0, 400, 800, 1200, 1600, 2000))],
)
def test_steps_are_marked_by_round_numbers(last: int, columns: tuple[int, ...]) -> None:
    assert Scale(PLOT, last).columns() == columns


def test_by_octaves_the_first_steps_have_room() -> None:
    evenly, octaves = (Scale(PLOT, 4096, octaves=on) for on in (False, True))
    assert evenly.x(64) - PLOT.left < 15
    assert octaves.x(64) == pytest.approx(PLOT.left + PLOT.width / 2)
    assert octaves.columns()[0] == 1
    assert all(log2(step).is_integer() for step in octaves.columns())


@given(curves(), st.booleans())
def test_a_pixel_leads_back_to_its_step(curve: Curve, octaves: bool) -> None:
    scale = scale_for(PLOT, [curve], [], octaves)
    for step, _ in curve.points[:50]:
        assert scale.step_at(scale.x(step)) == pytest.approx(step, abs=1e-6)


@given(st.lists(curves(), max_size=4), st.lists(values, max_size=2), st.booleans())
def test_everything_shown_has_its_place(shown: list[Curve], levels: list[float], octaves: bool) -> None:
    scale = scale_for(PLOT, shown, [Level("l", value) for value in levels], octaves)
    for curve in shown:
        for x, y in trace(curve, scale):
            assert PLOT.left - 1e-6 <= x <= PLOT.right + 1e-6
            assert PLOT.top - 1e-6 <= y <= PLOT.bottom + 1e-6
    rows = scale.rows()
    assert rows[0] == scale.low
    assert rows[-1] == pytest.approx(scale.high)
    assert scale.columns()[-1] <= scale.last


def test_a_network_of_one_drum_has_a_scale_from_one_to_two() -> None:
    scale = scale_for(PLOT, [Curve("c", "c", ((1, 1.9), (11, 1.1)))], [])
    assert (scale.low, scale.high) == (1.0, 2.0)
    assert scale.rows() == pytest.approx((1.0, 1.2, 1.4, 1.6, 1.8, 2.0))


def test_a_fine_tuning_does_not_lie_at_the_foot_of_the_chart() -> None:
    scale = scale_for(PLOT, [Curve("c", "c", ((0, 5.0), (100, 3.0)))], [])
    assert (scale.low, scale.high) == (2.0, 16.0)


def test_the_axis_of_a_running_training_stands_still_for_a_while() -> None:
    lasts = {
        scale_for(PLOT, [Curve("c", "c", ((1, 500.0), (step, 9.0)))], []).last
        for step in range(1010, 1200, 10)
    }
    assert lasts == {1100, 1200}


@given(curves())
def test_many_points_become_few_with_every_peak(curve: Curve) -> None:
    scale = scale_for(PLOT, [curve], [])
    line = trace(curve, scale)
    assert len(line) <= max(len(curve.points), 2)
    assert len(line) <= PLOT.width + 2
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    every = [value for _, value in curve.points]
    heights = [y for _, y in line]
    assert min(heights) == scale.y(max(every))
    assert max(heights) == scale.y(min(every))


def test_thinned_lines_keep_their_ends() -> None:
    line = [(float(x), 0.0) for x in range(1000)]
    few = thinned(line, 60)
    assert (few[0], few[-1]) == (line[0], line[-1])
    assert 50 < len(few) <= 61
    assert thinned(line[:9], 60) == line[:9]


def test_crossings_count_the_pieces_that_touch() -> None:
    line = [(0.0, 0.0), (10.0, 10.0), (20.0, 10.0), (30.0, 0.0)]
    assert crossings([line], Box(4, 4, 2, 2)) == 1
    assert crossings([line], Box(4, 8, 1, 1)) == 0
    assert crossings([line], Box(8, 9, 14, 2)) == 3
    assert crossings([line, line], Box(0, 20, 30, 5)) == 0


@st.composite
def words(draw: st.DrawFn) -> list[Wanted]:
    """Names of any size beside lines anywhere, often over each other."""
    found: list[Wanted] = []
    for number in range(draw(st.integers(1, 9))):
        height = draw(st.floats(PLOT.top, PLOT.bottom))
        if draw(st.booleans()):
            line = ((PLOT.left, height), (PLOT.right, height))
            found.append(Wanted(str(number), draw(st.floats(10, 160)), 15, line, level=True))
            continue
        xs = sorted(draw(st.lists(st.floats(PLOT.left, PLOT.right), max_size=6)))
        line = tuple((x, draw(st.floats(PLOT.top, PLOT.bottom))) for x in xs)
        found.append(Wanted(str(number), draw(st.floats(10, 220)), 15, line))
    return found


@given(words())
def test_names_never_collide_and_never_leave_the_plot(wanted: list[Wanted]) -> None:
    placed = place(wanted, PLOT)
    boxes = list(placed.values())
    assert all(PLOT.holds(box) for box in boxes)
    for at, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[at + 1 :])
    sizes = {each.key: (each.width, each.height) for each in wanted}
    assert all((box.width, box.height) == sizes[key] for key, box in placed.items())
    assert not {each.key for each in wanted if not each.line} & placed.keys()


def test_in_the_usual_picture_everything_has_its_name() -> None:
    fall = ((1, 500.0), (100, 40.0), (200, 9.0), (400, 5.0), (1000, 4.9), (2000, 4.8))
    shown = [
        Curve("training", "t", tuple((step, value * 0.85) for step, value in fall)),
        Curve("validation", "v", fall),
        Curve("reference", "r", EARLIER_CURVE),
        Curve("earlier", "e", tuple((step, value * 1.6) for step, value in fall)),
    ]
    scale = scale_for(PLOT, shown, [Level("counting", 17.8), Level("copying", 6.7)])
    wanted = [
        Wanted(name, 120, 15, ((PLOT.left, scale.y(value)), (PLOT.right, scale.y(value))), level=True)
        for name, value in (("counting", 17.8), ("copying", 6.7))
    ]
    lines = {curve.key: tuple(trace(curve, scale)) for curve in shown}
    wanted += [Wanted(key, 60, 15, line) for key, line in lines.items()]
    placed = place(wanted, PLOT)
    assert placed.keys() == {"counting", "copying", *lines}
    assert placed["counting"].right == placed["copying"].right == PLOT.right
    assert placed["counting"].bottom <= scale.y(17.8)
    for key in lines:
        assert crossings(lines.values(), placed[key]) == 0


def test_names_at_one_level_stand_beside_each_other() -> None:
    line = ((PLOT.left, 100.0), (PLOT.right, 100.0))
    placed = place([Wanted(str(number), 90, 15, line, level=True) for number in range(4)], PLOT)
    assert len(placed) == 4
