"""The grid under a real mouse: strokes, erasing, velocity, rubber band, the ruler, the headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.grid.selection import Block

GridOpener = Callable[..., GridPanel]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(open_grid: GridOpener) -> GridPanel:
    return open_grid(Project(patterns=(Pattern(bars=2),)))


@pytest.fixture
def demo(open_grid: GridOpener) -> GridPanel:
    return open_grid(demo_project())


def at(panel: GridPanel, step: int, drum: Drum, dy: int = 0) -> QPoint:
    return panel.view.cell_rect(step, drum).center() + QPoint(0, dy)


def stroke(
    widget: QWidget,
    points: list[QPoint],
    button: Qt.MouseButton = LEFT,
    modifier: Qt.KeyboardModifier = NONE,
) -> None:
    QTest.mousePress(widget, button, modifier, points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, button, modifier, points[-1])


def turn(widget: QWidget, point: QPoint, angle: QPoint, modifier: Qt.KeyboardModifier = NONE) -> None:
    where, buttons = QPointF(point), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    place = QPointF(widget.mapToGlobal(point))
    event = QWheelEvent(where, place, QPoint(), angle, buttons, modifier, phase, False)
    QApplication.sendEvent(widget, event)


def row(panel: GridPanel, drum: Drum) -> list[int]:
    return [hit.step for hit in panel.state.document.pattern.hits if hit.drum == drum]


def test_a_click_strikes_and_a_second_clears(panel: GridPanel) -> None:
    QTest.mouseClick(panel.view, LEFT, NONE, at(panel, 4, Drum.SNARE))
    assert panel.state.document.pattern.hits == (Hit(4, Drum.SNARE, 100),)
    assert (panel.selection.step, panel.selection.drum) == (4, Drum.SNARE)
    QTest.mouseClick(panel.view, LEFT, NONE, at(panel, 4, Drum.SNARE))
    assert panel.state.document.pattern.hits == ()
    assert panel.state.document.stack.count() == 2


def test_a_double_click_is_two_clicks(panel: GridPanel) -> None:
    place = at(panel, 4, Drum.SNARE)
    QTest.mouseClick(panel.view, LEFT, NONE, place)
    QTest.mouseDClick(panel.view, LEFT, NONE, place)
    QTest.mouseRelease(panel.view, LEFT, NONE, place)
    assert row(panel, Drum.SNARE) == []
    assert panel.state.document.stack.count() == 2


def test_a_drag_paints_without_holes_and_is_one_step_back(panel: GridPanel) -> None:
    stroke(panel.view, [at(panel, 2, Drum.KICK), at(panel, 5, Drum.KICK), at(panel, 12, Drum.KICK)])
    assert row(panel, Drum.KICK) == list(range(2, 13))
    assert panel.state.document.stack.count() == 1
    panel.state.document.undo()
    assert panel.state.document.pattern.hits == ()


def test_a_drag_paints_the_rows_it_comes_through(panel: GridPanel) -> None:
    stroke(panel.view, [at(panel, 0, Drum.CRASH), at(panel, 8, Drum.KICK)])
    assert {hit.drum for hit in panel.state.document.pattern.hits} == set(Drum)


def test_a_drag_from_a_hit_clears_what_it_meets(demo: GridPanel) -> None:
    before = row(demo, Drum.CLOSED_HAT)
    stroke(demo.view, [at(demo, 2, Drum.CLOSED_HAT), at(demo, 9, Drum.CLOSED_HAT)])
    assert row(demo, Drum.CLOSED_HAT) == [step for step in before if step > 9]
    assert demo.state.document.stack.count() == 1


def test_painting_keeps_the_velocity_of_hits_on_the_way(demo: GridPanel) -> None:
    stroke(demo.view, [at(demo, 3, Drum.SNARE), at(demo, 9, Drum.SNARE)])
    velocities = [demo.state.document.pattern.hit_at(step, Drum.SNARE) for step in (4, 7, 8)]
    assert [hit.velocity if hit else None for hit in velocities] == [125, 34, 100]


def test_the_right_button_erases(demo: GridPanel) -> None:
    stroke(demo.view, [at(demo, 0, Drum.KICK), at(demo, 10, Drum.KICK)], RIGHT)
    assert row(demo, Drum.KICK) == [step for step in row(demo, Drum.KICK) if step > 10]
    assert 16 in row(demo, Drum.KICK)
    QTest.mouseClick(demo.view, RIGHT, NONE, at(demo, 1, Drum.KICK))
    assert demo.state.document.stack.count() == 1


def test_a_vertical_drag_sets_velocity(demo: GridPanel) -> None:
    start = at(demo, 4, Drum.SNARE)
    stroke(demo.view, [start, start + QPoint(0, 10), start + QPoint(0, 35)])
    hit = demo.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert hit.velocity == 125 - 35
    assert demo.state.document.stack.count() == 1


def test_a_tremble_of_the_hand_is_still_a_click(demo: GridPanel) -> None:
    start = at(demo, 4, Drum.SNARE)
    stroke(demo.view, [start, start + QPoint(1, 4)])
    assert 4 not in row(demo, Drum.SNARE)


def test_a_new_hit_can_be_shaped_in_the_same_stroke(panel: GridPanel) -> None:
    start = at(panel, 4, Drum.SNARE)
    stroke(panel.view, [start, start + QPoint(0, 40)])
    assert panel.state.document.pattern.hits == (Hit(4, Drum.SNARE, 60),)
    assert panel.state.document.stack.count() == 1


def test_velocity_of_a_selected_hit_takes_the_others_along(demo: GridPanel) -> None:
    panel = demo
    panel.selection.select(Block(0, 31, 7, 7))
    start = at(panel, 7, Drum.SNARE)
    stroke(panel.view, [start, start + QPoint(0, -10)])
    pattern = panel.state.document.pattern
    assert [hit.velocity for hit in pattern.hits if hit.drum == Drum.SNARE][:3] == [127, 44, 44]
    assert panel.selection.block == Block(0, 31, 7, 7)


def test_the_wheel_sets_velocity_and_its_turns_are_one_step(demo: GridPanel) -> None:
    place = at(demo, 4, Drum.SNARE)
    for _ in range(3):
        turn(demo.view, place, QPoint(0, -120))
    hit = demo.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert hit.velocity == 125 - 12
    assert demo.state.document.stack.count() == 1
    turn(demo.view, place, QPoint(0, -10))
    turn(demo.view, place, QPoint(0, -20))
    hit = demo.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert hit.velocity == 125 - 13


def test_shift_drag_selects_and_does_not_edit(demo: GridPanel) -> None:
    stroke(demo.view, [at(demo, 3, Drum.SNARE), at(demo, 10, Drum.KICK)], LEFT, SHIFT)
    assert demo.selection.block == Block(3, 10, 7, 8)
    assert demo.state.document.stack.count() == 0
    QTest.mouseClick(demo.view, LEFT, SHIFT, at(demo, 1, Drum.LOW_TOM))
    assert demo.selection.block == Block(1, 3, 6, 7)
    QTest.mouseClick(demo.view, LEFT, NONE, at(demo, 20, Drum.CRASH))
    assert demo.selection.block is None


def test_a_cancelled_stroke_leaves_nothing(demo: GridPanel) -> None:
    before = demo.state.document.pattern
    QTest.mousePress(demo.view, LEFT, NONE, at(demo, 1, Drum.RIDE))
    QTest.mouseMove(demo.view, at(demo, 9, Drum.RIDE))
    assert demo.state.document.pattern != before
    QTest.keyClick(demo.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(demo.view, LEFT, NONE, at(demo, 9, Drum.RIDE))
    assert demo.state.document.pattern == before
    assert demo.state.document.stack.count() == 0


def test_a_stroke_beyond_the_edge_stays_in_the_grid(panel: GridPanel) -> None:
    stroke(panel.view, [at(panel, 30, Drum.KICK), QPoint(panel.view.width() + 200, panel.view.height() + 90)])
    assert row(panel, Drum.KICK) == [30, 31]


def test_placing_is_heard_when_nothing_plays(qtbot: QtBot, panel: GridPanel) -> None:
    with qtbot.waitSignal(panel.strike_requested) as heard:
        QTest.mouseClick(panel.view, LEFT, NONE, at(panel, 4, Drum.SNARE))
    assert heard.args == [Drum.SNARE, 100]
    panel.set_playhead(0.0)
    with qtbot.assertNotEmitted(panel.strike_requested):
        QTest.mouseClick(panel.view, LEFT, NONE, at(panel, 5, Drum.SNARE))
    panel.set_playhead(None)
    panel.set_audible_placing(False)
    with qtbot.assertNotEmitted(panel.strike_requested):
        QTest.mouseClick(panel.view, LEFT, NONE, at(panel, 6, Drum.SNARE))


def test_a_triplet_grid_takes_clicks_where_its_cells_are(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(Grid(steps_per_quarter=3), 2),)))
    assert panel.state.columns.steps == 24
    for step in (0, 1, 2, 23):
        QTest.mouseClick(panel.view, LEFT, NONE, at(panel, step, Drum.RIDE))
    assert row(panel, Drum.RIDE) == [0, 1, 2, 23]


def test_a_swung_column_takes_clicks_where_it_is_drawn(open_grid: GridOpener) -> None:
    straight = open_grid(Project(patterns=(Pattern(bars=1),)))
    swung = open_grid(Project(patterns=(Pattern(bars=1, swing=0.66),)))
    edge = straight.view.cell_rect(1, Drum.SNARE).left() + 4
    assert swung.view.cell_rect(1, Drum.SNARE).left() > edge
    for panel in (straight, swung):
        QTest.mouseClick(panel.view, LEFT, NONE, QPoint(edge, at(panel, 1, Drum.SNARE).y()))
    assert (row(straight, Drum.SNARE), row(swung, Drum.SNARE)) == ([1], [0])


def test_a_long_pattern_scrolls(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=16),)), width=700)
    assert panel.scroll_bar.isVisible()
    turn(panel.view, at(panel, 3, Drum.SNARE), QPoint(0, -120))
    assert panel.state.scroll == panel.scroll_bar.value() > 0
    panel.scroll_bar.setValue(panel.scroll_bar.maximum())
    right = QPoint(panel.view.width() - 5, at(panel, 255, Drum.KICK).y())
    QTest.mouseClick(panel.view, LEFT, NONE, right)
    assert row(panel, Drum.KICK) == [255]
    turn(panel.view, right, QPoint(0, 120), SHIFT)
    assert panel.state.scroll < panel.scroll_bar.maximum()
    assert [hit.velocity for hit in panel.state.document.pattern.hits] == [100]


def test_a_drag_at_the_edge_scrolls_on(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(bars=16),)), width=700)
    y = at(panel, 0, Drum.KICK).y()
    QTest.mousePress(panel.view, LEFT, NONE, at(panel, 3, Drum.KICK))
    for _ in range(3):
        QTest.mouseMove(panel.view, QPoint(panel.view.width() + 30, y))
        QTest.mouseMove(panel.view, QPoint(panel.view.width() + 31, y))
    QTest.mouseRelease(panel.view, LEFT, NONE, QPoint(panel.view.width() + 30, y))
    painted = row(panel, Drum.KICK)
    assert panel.state.scroll > 0
    assert painted == list(range(3, painted[-1] + 1))


def test_the_ruler_locates_and_scrubs(qtbot: QtBot, demo: GridPanel) -> None:
    columns = demo.state.columns
    asked: list[int] = []
    demo.locate_requested.connect(asked.append)
    stroke(demo.ruler, [QPoint(columns.x[16] + 3, 10), QPoint(columns.x[20] + 3, 10)])
    assert asked == [16, 20]


def test_the_seam_is_dragged_and_drawn_to_bar_lines(open_grid: GridOpener) -> None:
    pattern = edits.set_seam(edits.set_bars(demo_pattern(), 4), 32)
    panel = open_grid(Project(patterns=(pattern,)))
    columns, document = panel.state.columns, panel.state.document
    stroke(
        panel.ruler, [QPoint(columns.x[32], 12), QPoint(columns.x[27] + 1, 12), QPoint(columns.x[17] - 4, 12)]
    )
    assert document.pattern.seam == 16
    assert document.stack.count() == 1
    stroke(panel.ruler, [QPoint(columns.x[16], 12), QPoint(columns.x[21] + 1, 12)])
    assert document.pattern.seam == 21
    document.undo()
    document.undo()
    assert document.pattern.seam == 32


def entries(menu: QMenu) -> dict[str, tuple[bool, object]]:
    return {action.text(): (action.isEnabled(), action) for action in menu.actions()}


def choose(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_the_ruler_menu(qtbot: QtBot, demo: GridPanel) -> None:
    with qtbot.waitSignal(demo.regenerate_requested) as asked:
        choose(demo.ruler.menu(18), "Regenerate from here")
    assert asked.args == [18]
    choose(demo.ruler.menu(16), "Put the seam here")
    assert demo.state.document.pattern.seam == 16
    choose(demo.ruler.menu(3), "Make all of it mine: remove the seam")
    assert demo.state.document.pattern.seam is None
    assert not entries(demo.ruler.menu(0))["Regenerate from here"][0]
    with qtbot.waitSignal(demo.locate_requested) as located:
        choose(demo.ruler.menu(5), "Play from bar 1 beat 2 e")
    assert located.args == [5]


def test_a_header_plays_its_drum_louder_to_the_right(qtbot: QtBot, demo: GridPanel) -> None:
    heard: list[tuple[Drum, int]] = []
    demo.strike_requested.connect(lambda drum, velocity: heard.append((drum, velocity)))
    header = demo.headers.headers[Drum.LOW_TOM]
    for x in (2, 45, 90):
        QTest.mouseClick(header, LEFT, NONE, QPoint(x, header.height() // 2))
    assert [drum for drum, _ in heard] == [Drum.LOW_TOM] * 3
    velocities = [velocity for _, velocity in heard]
    assert velocities == sorted(set(velocities))
    assert 1 <= velocities[0] < 40
    assert 110 < velocities[-1] <= 127
    assert demo.selection.drum == Drum.LOW_TOM


def test_chips_change_the_lane_and_follow_undo(demo: GridPanel) -> None:
    header, document = demo.headers.headers[Drum.KICK], demo.state.document
    for chip in (header.mute, header.solo, header.lock):
        QTest.mouseClick(chip, LEFT, NONE, chip.rect().center())
    lane = document.project.lanes[Drum.KICK]
    assert (lane.muted, lane.soloed, lane.locked) == (True, True, True)
    texts = [document.stack.text(index) for index in range(document.stack.count())]
    assert texts == ["Mute or solo rows", "Lock the kick row"]
    document.undo()
    document.undo()
    assert not any(chip.isChecked() for chip in (header.mute, header.solo, header.lock))
    document.apply(document.project.with_lane(Drum.KICK, replace(lane, muted=False)), "Lanes")
    assert [chip.isChecked() for chip in (header.mute, header.solo, header.lock)] == [False, True, True]


def test_the_header_menu_edits_the_row(demo: GridPanel) -> None:
    header, document = demo.headers.headers[Drum.RIDE], demo.state.document
    choose(header.menu(), "Fill every 1/8")
    assert row(demo, Drum.RIDE) == list(range(0, 32, 2))
    copies = next(action.menu() for action in header.menu().actions() if action.text() == "Copy the row to")
    assert isinstance(copies, QMenu)
    choose(copies, "High tom")
    assert row(demo, Drum.HIGH_TOM) == row(demo, Drum.RIDE)
    choose(header.menu(), "Clear the row")
    assert row(demo, Drum.RIDE) == []
    assert document.stack.count() == 3
    notes = next(action.menu() for action in header.menu().actions() if action.text() == "MIDI notes")
    assert isinstance(notes, QMenu)
    assert [action.text() for action in notes.actions()][1] == "General MIDI: 51, 59, 53"


def test_fills_that_the_grid_cannot_hold_are_off(open_grid: GridOpener) -> None:
    panel = open_grid(Project(patterns=(Pattern(Grid(steps_per_quarter=3)),)))
    menu = entries(panel.headers.headers[Drum.RIDE].menu())
    assert [menu[f"Fill every {name}"][0] for name in ("1/2", "1/4", "1/8", "1/16")] == [
        True,
        True,
        False,
        False,
    ]


def test_the_activity_light_fades(qtbot: QtBot, demo: GridPanel) -> None:
    header = demo.headers.headers[Drum.CRASH]
    demo.flash(Drum.CRASH)
    assert header.level == 1.0
    qtbot.waitUntil(lambda: header.level == 0.0, timeout=3000)


def test_a_preview_is_shown_but_not_edited(demo: GridPanel) -> None:
    document, shown = demo.state.document, Pattern(bars=2, hits=(Hit(0, Drum.RIDE),), seam=16)
    before = document.project
    demo.set_preview(shown, "B")
    assert demo.state.pattern is shown
    QTest.mouseClick(demo.view, LEFT, NONE, at(demo, 4, Drum.SNARE))
    stroke(demo.view, [at(demo, 0, Drum.RIDE), at(demo, 6, Drum.RIDE)], RIGHT)
    stroke(demo.ruler, [QPoint(demo.state.columns.x[16], 12), QPoint(demo.state.columns.x[8], 12)])
    stroke(demo.lane, [QPoint(5, 10), QPoint(200, 60)])
    turn(demo.view, at(demo, 0, Drum.RIDE), QPoint(0, 120))
    QTest.keyClick(demo.view, Qt.Key.Key_Return)
    assert document.project is before
    demo.set_preview(None)
    assert demo.state.pattern is document.pattern
