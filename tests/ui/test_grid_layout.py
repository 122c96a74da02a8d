"""Where columns lie: meters, triplets, swing, the floor, and the drawing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import GRIDS, Grid, Meter
from drumstudio.ui import theme
from drumstudio.ui.grid.geometry import COLUMN_FLOOR, lay_out, lay_out_rows
from drumstudio.ui.grid.lane import Property
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.grid.selection import Block, Selection

GridOpener = Callable[..., GridPanel]
LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")


grids = st.builds(
    lambda numerator, denominator, steps: (Meter(numerator, denominator), steps),
    st.integers(1, 12),
    st.sampled_from((2, 4, 8)),
    st.sampled_from(sorted(GRIDS)),
).filter(lambda pair: (pair[0].quarters * pair[1]).denominator == 1)


@given(grids, st.integers(1, 6), st.sampled_from((0.5, 0.58, 0.75)), st.integers(100, 3000))
def test_columns_follow_each_other_and_fit(
    made: tuple[Meter, int], bars: int, swing: float, width: int
) -> None:
    pattern = Pattern(Grid(*made), bars, swing=swing)
    columns = lay_out(pattern, width)
    assert columns.steps == pattern.steps
    assert columns.step_width >= COLUMN_FLOOR
    for step in range(columns.steps):
        assert columns.x[step] < columns.right[step] <= columns.x[step + 1]
        assert columns.step_at(columns.x[step]) == step
        assert columns.step_at(columns.right[step] - 1) == step
        assert columns.step_of_tick(columns.ticks[step]) == step
    if columns.step_width > COLUMN_FLOOR:
        assert columns.width <= width


def test_straight_columns_are_equally_wide() -> None:
    columns = lay_out(Pattern(bars=4), 907)
    assert {right - x for x, right in zip(columns.x, columns.right, strict=False)} == {columns.step_width}


def test_swing_draws_the_odd_columns_late() -> None:
    straight, swung = lay_out(Pattern(), 800), lay_out(Pattern(swing=0.6), 800)
    assert straight.x[0::2] == swung.x[0::2]
    late = [b - a for a, b in zip(straight.x[1::2], swung.x[1::2], strict=False)]
    assert set(late[:8]) == {round(straight.step_width * 1.2) - straight.step_width}


def test_compound_meters_count_dotted_quarters() -> None:
    columns = lay_out(Pattern(Grid(Meter(12, 8), 4), 2), 1000)
    assert sorted(columns.starts)[:5] == [0, 6, 12, 18, 24]
    assert columns.beat[5:8] == (0, 1, 1)


def test_rows_share_the_height_and_keep_a_floor() -> None:
    rows = lay_out_rows(450)
    assert [rows.height(row) for row in range(9)] == [50] * 9
    assert [rows.row_at(y) for y in (-5, 0, 49, 50, 449, 900)] == [0, 0, 0, 1, 8, 8]
    assert lay_out_rows(50).height(0) == 26


@pytest.mark.parametrize(("width", "height"), [(930, 560), (1500, 860)])
def test_four_bars_fit_without_scrolling(open_grid: GridOpener, width: int, height: int) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=4),)), width, height)
    assert panel.state.scroll_limit == 0
    assert not panel.scroll_bar.isVisible()
    assert panel.view.rows.y[-1] <= panel.view.height()
    assert panel.lane.geometry().bottom() < panel.height()


# -- what is drawn


def image(panel: GridPanel) -> QImage:
    return panel.view.grab().toImage()


def colour_share(panel: GridPanel, step: int, drum: Drum, colour: str, reach: int = 90) -> float:
    """Share of a cell's pixels that lie near a colour."""
    picture, wanted = image(panel), QColor(colour)
    rect = panel.view.cell_rect(step, drum).adjusted(2, 2, -2, -4)
    near = 0
    for x in range(rect.left(), rect.right() + 1):
        for y in range(rect.top(), rect.bottom() + 1):
            pixel = picture.pixelColor(x, y)
            apart = sum(abs(a - b) for a, b in zip(pixel.getRgb()[:3], wanted.getRgb()[:3], strict=True))
            near += apart < reach
    return near / (rect.width() * rect.height())


def test_louder_hits_stand_higher(open_grid: GridOpener) -> None:
    velocities = (45, 70, 95, 110)
    hits = tuple(Hit(4 * index, Drum.SNARE, velocity) for index, velocity in enumerate(velocities))
    panel = open_grid(Project(patterns=(Pattern(bars=1, hits=hits),)))
    colour = theme.current().drums[Drum.SNARE]
    shares = [colour_share(panel, hit.step, Drum.SNARE, colour, 200) for hit in hits]
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] > 0.3
    assert shares[0] > 0.2
    assert colour_share(panel, 2, Drum.SNARE, colour, 200) == 0


def test_ghosts_are_hollow(open_grid: GridOpener) -> None:
    panel = open_grid(
        Project(patterns=(Pattern(bars=1, hits=(Hit(0, Drum.SNARE, 40), Hit(4, Drum.SNARE, 41))),))
    )
    colour = theme.current().drums[Drum.SNARE]
    ghost, soft = (colour_share(panel, step, Drum.SNARE, colour, 200) for step in (0, 4))
    assert 0 < ghost < soft / 2


def test_only_changed_columns_are_painted_and_match_a_whole_repaint(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    document = panel.state.document
    image(panel)
    pattern = edits.change(document.pattern, [(4, Drum.SNARE)], offset=-0.4, velocity=80)
    pattern = edits.erase(pattern, [(0, Drum.KICK)])
    document.edit(edits.place(pattern, [Hit(31, Drum.RIDE, 90, 0.45)]), "Several")
    partial = image(panel)
    panel.state.columns_changed.emit(None)
    assert partial == image(panel)
    document.undo()
    partial = image(panel)
    panel.state.columns_changed.emit(None)
    assert partial == image(panel)


def test_an_offset_is_drawn_where_it_sounds(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=1, hits=(Hit(4, Drum.SNARE, 110, 0.45),)),)))
    panel.lane.setFocus()  # the focus ring would be among the bright pixels
    rect = panel.view.cell_rect(4, Drum.SNARE)
    picture, ground = image(panel), QColor(theme.current().cell_odd)
    row = rect.bottom() - 8
    red = [x for x in range(picture.width()) if picture.pixelColor(x, row).red() > ground.red() + 100]
    assert red[0] > rect.left() + rect.width() // 3
    assert red[-1] > rect.right() + rect.width() // 3


def test_the_continuation_stands_on_violet(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(edits.set_seam(Pattern(bars=2), 16),)))
    made = (theme.current().made_even, theme.current().made_odd)
    assert all(colour_share(panel, step, Drum.RIDE, made[step // 4 % 2], 12) > 0.4 for step in (16, 20, 31))
    assert colour_share(panel, 15, Drum.RIDE, made[1], 12) == 0


def test_the_playhead_lights_its_column_and_its_hits(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    rest = image(panel)
    panel.set_playhead(4.3)
    assert panel.state.playhead == 4
    lit = image(panel)
    cell = panel.view.cell_rect(4, Drum.SNARE).center()
    assert lit.pixelColor(cell).lightness() > rest.pixelColor(cell).lightness()
    empty = panel.view.cell_rect(4, Drum.RIDE).center()
    assert lit.pixelColor(empty).lightness() > rest.pixelColor(empty).lightness()
    assert panel.headers.headers[Drum.SNARE].level > 0
    assert panel.headers.headers[Drum.KICK].level == 0
    panel.set_playhead(None)
    assert image(panel) == rest


def test_the_playhead_follows_swing(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=1, swing=0.6),)))
    panel.set_playhead(1.1)
    assert panel.state.playhead == 0
    panel.set_playhead(1.2)
    assert panel.state.playhead == 1


def test_the_view_follows_the_playhead_when_asked(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=16),)), 700)
    panel.set_playhead(200.0)
    assert panel.state.scroll > 0
    left = panel.state.columns.x[200] - panel.state.scroll
    assert 0 <= left < panel.view.width()
    panel.set_playhead(0.0)
    assert panel.state.scroll == 0
    panel.set_follow(False)
    panel.set_playhead(200.0)
    assert panel.state.scroll == 0


def test_a_muted_row_is_drawn_faint(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    colour = theme.current().drums[Drum.SNARE]
    before = colour_share(panel, 4, Drum.SNARE, colour, 60)
    document = panel.state.document
    lane = document.project.lanes[Drum.SNARE]
    document.apply(document.project.with_lane(Drum.SNARE, replace(lane, muted=True)), "Mute")
    assert colour_share(panel, 4, Drum.SNARE, colour, 60) < before / 2
    panel.set_playhead(4.0)
    assert panel.headers.headers[Drum.SNARE].level == 0


def test_surprise_takes_the_place_of_the_drums_colours(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    before = image(panel)
    palette = theme.current()
    panel.set_surprise({(4, Drum.SNARE): 9.0})
    assert colour_share(panel, 4, Drum.SNARE, palette.bad) > 0.5
    assert colour_share(panel, 12, Drum.SNARE, palette.bad) == 0
    assert colour_share(panel, 12, Drum.SNARE, palette.drums[Drum.SNARE]) == 0
    panel.set_surprise(None)
    assert image(panel) == before


def test_a_locked_row_is_marked(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    before, document = image(panel), panel.state.document
    lane = replace(document.project.lanes[Drum.RIDE], locked=True)
    document.apply(document.project.with_lane(Drum.RIDE, lane), "Lock")
    after, row = image(panel), panel.view.cell_rect(3, Drum.RIDE)
    x, ys = row.center().x(), range(row.top(), row.bottom() + 1)
    marked = [y for y in ys if before.pixel(x, y) != after.pixel(x, y)]
    assert marked
    assert marked[0] > row.center().y()


def test_a_theme_changes_what_is_kept(open_grid: GridOpener, qapp: QApplication) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    dark = image(panel).pixelColor(panel.view.cell_rect(1, Drum.RIDE).center())
    try:
        theme.apply(qapp, "light")
        light = image(panel).pixelColor(panel.view.cell_rect(1, Drum.RIDE).center())
        assert light == QColor(theme.LIGHT.cell_even)
        assert dark == QColor(theme.DARK.cell_even)
    finally:
        theme.apply(qapp, "dark")


def test_another_pattern_slot_and_grid_are_shown(open_grid: GridOpener) -> None:
    panel = open_grid(demo_project())
    document = panel.state.document
    panel.selection.focus(31, Drum.KICK)
    panel.set_playhead(30.0)
    document.select_pattern(1)
    assert panel.state.pattern.hits == ()
    document.edit(edits.set_grid(document.pattern, Grid(Meter(3, 4), 3)), "Grid")
    assert panel.state.columns.steps == 18
    assert (panel.selection.step, panel.state.playhead) == (17, None)
    image(panel)


# -- selection


def test_a_selection_fits_itself_to_a_shorter_pattern(qtbot: QtBot) -> None:
    selection = Selection(32)
    selection.focus(20, Drum.CRASH)
    selection.extend(30, Drum.RIDE)
    selection.set_steps(24)
    assert selection.block == Block(20, 23, 0, 1)
    selection.set_steps(16)
    assert selection.block is None
    assert selection.step == 15
    with qtbot.assertNotEmitted(selection.changed):
        selection.focus(15, Drum.RIDE)


# -- the property lane


def lane_point(panel: GridPanel, step: int, share: float) -> QPoint:
    columns, height = panel.state.columns, panel.lane.height()
    x = (columns.x[step] + columns.right[step]) // 2 - panel.state.scroll
    return QPoint(x, round(8 + (1 - share) * (height - 14)))


def test_the_lane_draws_velocity_over_the_hits_it_passes(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    panel.selection.focus(0, Drum.CLOSED_HAT)
    document = panel.state.document
    QTest.mousePress(panel.lane, LEFT, NONE, lane_point(panel, 0, 0.2))
    QTest.mouseMove(panel.lane, lane_point(panel, 15, 0.9))
    QTest.mouseRelease(panel.lane, LEFT, NONE, lane_point(panel, 15, 0.9))
    drawn = [hit.velocity for hit in document.pattern.hits if hit.drum == Drum.CLOSED_HAT and hit.step < 16]
    assert drawn == sorted(drawn)
    assert drawn[0] < 50
    assert drawn[-1] > 100
    assert document.stack.count() == 1
    document.undo()
    assert document.pattern == demo_pattern()


@pytest.mark.parametrize(
    ("shown", "share", "wanted"),
    [(Property.TIMING, 0.75, 0.25), (Property.TIMING, 0.0, -0.5), (Property.CHANCE, 0.5, 0.5)],
)
def test_the_lane_draws_timing_and_chance(
    open_grid: GridOpener, shown: Property, share: float, wanted: float
) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    panel.selection.focus(4, Drum.SNARE)
    QTest.mouseClick(panel.lane_header.tabs[shown], LEFT)
    assert panel.lane.shown is shown
    assert panel.lane_header.ends() == {"Timing": ("late", "early"), "Chance": ("always", "never")}[shown]
    QTest.mouseClick(panel.lane, LEFT, NONE, lane_point(panel, 4, share))
    hit = panel.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    value = hit.offset if shown is Property.TIMING else hit.chance
    assert value == pytest.approx(wanted, abs=0.03)
    QTest.mouseClick(panel.lane, RIGHT, NONE, lane_point(panel, 4, 0.9))
    hit = panel.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert (hit.offset, hit.chance) == (0.0, 1.0)


def test_the_lane_keeps_to_the_selection(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    panel.selection.focus(0, Drum.CLOSED_HAT)
    panel.selection.select(Block(4, 7, 3, 3))
    QTest.mousePress(panel.lane, LEFT, NONE, lane_point(panel, 4, 0.5))
    QTest.mouseMove(panel.lane, lane_point(panel, 14, 0.5))
    QTest.mouseRelease(panel.lane, LEFT, NONE, lane_point(panel, 14, 0.5))
    hats = {hit.step: hit.velocity for hit in panel.state.document.pattern.hits if hit.drum == 2}
    assert hats[4] == hats[6] == pytest.approx(64, abs=3)
    assert hats[8] == 99


def test_the_lane_by_keyboard(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(demo_pattern(),)))
    panel.selection.focus(4, Drum.SNARE)
    panel.lane.setFocus()
    for _ in range(3):
        QTest.keyClick(panel.lane, Qt.Key.Key_Down)
    hit = panel.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert hit.velocity == 125 - 12
    assert panel.state.document.stack.count() == 1
    QTest.keyClick(panel.lane, Qt.Key.Key_Right)
    assert panel.selection.step == 5
    assert panel.lane.accessibleDescription() == "Velocity of Snare, bar 1 beat 2 e: no hit"


def test_the_lane_says_timing_in_milliseconds(open_grid: GridOpener) -> None:
    panel = open_grid(
        Project(patterns=(Pattern(hits=(Hit(4, Drum.SNARE, 90, 0.25), Hit(5, Drum.SNARE, 90, 0, 0.5))),))
    )
    first, second = panel.state.pattern.hits
    panel.lane.show_property(Property.TIMING)
    assert panel.lane.words(first) == "31 ms late (25% of a step)"
    assert panel.lane.words(second) == "on the step"
    panel.lane.show_property(Property.CHANCE)
    assert panel.lane.words(second) == "chance 50%"
