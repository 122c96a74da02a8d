"""Locks and fill marks in the grid and its ruler: by mouse, key and menu, seen and said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ui import theme
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.grid.ruler import Mark
from drumstudio.ui.grid.selection import Block

GridOpener = Callable[..., GridPanel]
KEY = Qt.Key
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")


@pytest.fixture
def demo(open_grid: GridOpener) -> GridPanel:
    panel = open_grid(demo_project())
    panel.selection.focus(4, Drum.SNARE)
    return panel


def history(panel: GridPanel) -> list[str]:
    stack = panel.state.document.stack
    return [stack.text(index) for index in range(stack.count())]


def image(panel: GridPanel) -> QImage:
    return panel.view.grab().toImage()


def choose(menu: QMenu, text: str) -> None:
    action = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def test_a_selection_is_locked_and_opened_by_key(demo: GridPanel) -> None:
    demo.selection.extend(6, Drum.KICK)
    QTest.keyClick(demo.view, KEY.Key_L)
    pattern = demo.state.document.pattern
    assert pattern.locked_cells == {(step, drum) for step in (4, 5, 6) for drum in (0, 1)}
    assert not any(lane.locked for lane in demo.state.project.lanes)
    QTest.keyClick(demo.view, KEY.Key_L)
    assert demo.state.document.pattern == demo_pattern()
    assert history(demo) == ["Lock the selection", "Unlock the selection"]


def test_locking_a_partly_locked_selection_locks_all_of_it(demo: GridPanel) -> None:
    demo.selection.select(Block(4, 4, 7, 7))
    QTest.keyClick(demo.view, KEY.Key_L)
    demo.selection.select(Block(4, 5, 7, 7))
    QTest.keyClick(demo.view, KEY.Key_L)
    assert demo.state.document.pattern.locked_cells == {(4, 1), (5, 1)}


def test_without_a_selection_the_key_locks_the_row(demo: GridPanel) -> None:
    QTest.keyClick(demo.view, KEY.Key_L)
    assert demo.state.project.lanes[Drum.SNARE].locked
    assert history(demo) == ["Lock the snare row"]


def test_bars_are_locked_by_key_all_those_of_the_selection(demo: GridPanel) -> None:
    demo.selection.focus(20, Drum.SNARE)
    QTest.keyClick(demo.view, KEY.Key_L, SHIFT)
    assert demo.state.document.pattern.locked_bars == {1}
    demo.selection.select_all()
    QTest.keyClick(demo.view, KEY.Key_L, SHIFT)
    assert demo.state.document.pattern.locked_bars == {0, 1}
    QTest.keyClick(demo.view, KEY.Key_L, SHIFT)
    assert demo.state.document.pattern.locked_bars == frozenset()
    assert history(demo) == ["Lock bar 2", "Lock bars 1 and 2", "Unlock bars 1 and 2"]


def test_a_fill_is_marked_by_key_and_said(
    demo: GridPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", staticmethod(lambda event: said.append(event.message()))
    )
    for _ in range(2):
        QTest.keyClick(demo.view, KEY.Key_F)
    assert said == ["Bar 1 is marked for a fill", "Bar 1 has no fill mark"]
    assert history(demo) == ["Mark bar 1 for a fill", "Unmark bar 1"]


def test_everything_is_opened_in_one_step(demo: GridPanel) -> None:
    document = demo.state.document
    QTest.keyClick(demo.view, KEY.Key_L)
    demo.selection.extend(8, Drum.KICK)
    QTest.keyClick(demo.view, KEY.Key_L)
    QTest.keyClick(demo.view, KEY.Key_L, SHIFT)
    demo.editor.toggle_fill(1)
    QTest.keyClick(demo.view, KEY.Key_L, CTRL | SHIFT)
    assert document.pattern == edits.toggle_fill_bar(demo_pattern(), 1)
    assert not any(lane.locked for lane in document.project.lanes)
    assert history(demo)[-1] == "Unlock everything"
    document.undo()
    assert document.project.lanes[Drum.SNARE].locked
    assert document.pattern.locked_bars == {0}
    assert document.pattern.locked_cells


def test_the_users_own_edits_go_through_locks(demo: GridPanel) -> None:
    demo.editor.lock_bars([0])
    QTest.keyClick(demo.view, KEY.Key_Return)
    assert demo.state.document.pattern.hit_at(4, Drum.SNARE) is None
    QTest.mouseClick(demo.view, LEFT, NONE, demo.view.cell_rect(5, Drum.RIDE).center())
    assert demo.state.document.pattern.hit_at(5, Drum.RIDE) is not None


# -- the ruler


def mark_point(panel: GridPanel, bar: int, mark: Mark) -> QPoint:
    return panel.ruler.mark_box(bar, mark).center().toPoint()


@pytest.mark.parametrize("mark", list(Mark))
def test_a_click_on_a_mark_sets_it_and_does_not_locate(demo: GridPanel, qtbot: QtBot, mark: Mark) -> None:
    point = mark_point(demo, 1, mark)
    with qtbot.assertNotEmitted(demo.locate_requested):
        QTest.mouseClick(demo.ruler, LEFT, NONE, point)
    pattern = demo.state.document.pattern
    assert (pattern.locked_bars if mark is Mark.LOCK else pattern.fill_bars) == {1}
    QTest.mouseClick(demo.ruler, LEFT, NONE, point)
    assert demo.state.document.pattern == demo_pattern()


def test_beside_the_marks_a_click_plays_from_there(demo: GridPanel, qtbot: QtBot) -> None:
    inside = demo.view.cell_rect(22, Drum.SNARE).center().x()
    with qtbot.waitSignal(demo.locate_requested) as located:
        QTest.mouseClick(demo.ruler, LEFT, NONE, QPoint(inside, 12))
    assert located.args == [22]


def test_the_pointer_shows_what_a_press_would_do(demo: GridPanel) -> None:
    rest = demo.ruler.grab().toImage()
    QTest.mouseMove(demo.ruler, mark_point(demo, 1, Mark.LOCK))
    assert demo.ruler.toolTip() == "Lock bar 2 against the drummer; your own edits go through"
    assert demo.ruler.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert demo.ruler.grab().toImage() != rest
    QTest.mouseMove(demo.ruler, mark_point(demo, 1, Mark.FILL))
    assert "fill" in demo.ruler.toolTip()
    QTest.mouseMove(demo.ruler, QPoint(mark_point(demo, 0, Mark.LOCK).x() + 40, 30))
    assert demo.ruler.toolTip() == "Click: play from here"
    QApplication.sendEvent(demo.ruler, QEvent(QEvent.Type.Leave))
    assert demo.ruler.grab().toImage() == rest


def test_the_menu_of_the_ruler_names_the_bar(demo: GridPanel) -> None:
    choose(demo.ruler.menu(20), "Lock bar 2")
    choose(demo.ruler.menu(3), "Mark bar 1 for a fill")
    pattern = demo.state.document.pattern
    assert (pattern.locked_bars, pattern.fill_bars) == ({1}, {0})
    choose(demo.ruler.menu(3), "Take the fill mark from bar 1")
    choose(demo.ruler.menu(20), "Unlock everything")
    assert demo.state.document.pattern == demo_pattern()
    assert not next(a for a in demo.ruler.menu(3).actions() if a.text() == "Unlock everything").isEnabled()


def test_the_ruler_says_what_is_locked_and_marked(demo: GridPanel) -> None:
    demo.editor.lock_bars([0, 1])
    demo.editor.toggle_fill(1)
    said = demo.ruler.accessibleDescription()
    assert said == "2 bars, no continuation, bars 1 and 2 locked, bar 2 marked for a fill"


def test_a_candidate_on_screen_takes_no_marks(demo: GridPanel) -> None:
    demo.set_preview(edits.toggle(demo_pattern(), 1, Drum.RIDE), "A")
    for mark in Mark:
        QTest.mouseClick(demo.ruler, LEFT, NONE, mark_point(demo, 1, mark))
    demo.selection.extend(6, Drum.KICK)
    for key, modifier in (
        (KEY.Key_L, NONE),
        (KEY.Key_L, SHIFT),
        (KEY.Key_F, NONE),
        (KEY.Key_L, CTRL | SHIFT),
    ):
        QTest.keyClick(demo.view, key, modifier)
    assert history(demo) == []


def test_bars_too_narrow_for_marks_take_no_clicks(open_grid: GridOpener) -> None:
    narrow = Pattern(Grid(Meter(2, 4), 1), 40, locked_bars=frozenset({1}), fill_bars=frozenset({2}))
    panel = open_grid(Project((narrow,)), 700)
    QTest.mouseClick(panel.ruler, LEFT, NONE, mark_point(panel, 0, Mark.LOCK))
    assert panel.state.document.pattern == narrow
    panel.ruler.grab()


# -- the selection's menu


def test_a_right_press_on_the_selection_opens_its_menu_and_erases_nothing(
    demo: GridPanel, qtbot: QtBot
) -> None:
    demo.selection.extend(6, Drum.KICK)
    QTest.mouseClick(demo.view, RIGHT, NONE, demo.view.cell_rect(4, Drum.SNARE).center())
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    choose(menu, "Lock the selection")
    assert len(demo.state.document.pattern.locked_cells) == 6
    assert demo.state.document.pattern.hits == demo_pattern().hits
    choose(demo.selection_menu(), "Unlock the selection")
    assert demo.state.document.pattern == demo_pattern()
    QTest.mouseClick(demo.view, RIGHT, NONE, demo.view.cell_rect(12, Drum.SNARE).center())
    assert demo.state.document.pattern.hit_at(12, Drum.SNARE) is None


# -- seen and said


def test_cells_say_that_they_are_locked(demo: GridPanel) -> None:
    assert demo.view.accessibleDescription() == "Snare, bar 1 beat 2, velocity 125"
    QTest.keyClick(demo.view, KEY.Key_L)
    assert demo.view.accessibleDescription() == "Snare, bar 1 beat 2, velocity 125, locked"
    demo.editor.unlock_all()
    demo.selection.focus(5, Drum.RIDE)
    demo.editor.lock_bars([0])
    cell = QAccessible.queryAccessibleInterface(demo.view).child(32 + 5)
    assert cell.text(QAccessible.Text.Name) == "Ride, bar 1 beat 2 e, empty, locked"
    assert demo.state.tip(5, Drum.RIDE).endswith(
        "locked; the drummer leaves it alone, your own edits go through"
    )
    assert demo.state.tip(21, Drum.RIDE) == ""
    assert demo.state.tip(20, Drum.SNARE) == "Snare, bar 2 beat 2, velocity 125"


def changed_pixels(panel: GridPanel, before: QImage, step: int, drum: Drum) -> int:
    after, cell = image(panel), panel.view.cell_rect(step, drum)
    return sum(
        before.pixel(x, y) != after.pixel(x, y)
        for x in range(cell.left(), cell.right() + 1)
        for y in range(cell.top(), cell.bottom() + 1)
    )


def test_locked_cells_are_marked_and_no_others(demo: GridPanel) -> None:
    demo.lane.setFocus()
    before = image(demo)
    demo.state.document.edit(edits.lock_cells(demo_pattern(), [(4, Drum.SNARE), (5, Drum.SNARE)]), "Lock")
    assert changed_pixels(demo, before, 4, Drum.SNARE) > changed_pixels(demo, before, 5, Drum.SNARE) > 0
    assert changed_pixels(demo, before, 6, Drum.SNARE) == 0
    assert changed_pixels(demo, before, 4, Drum.KICK) == 0
    partial = image(demo)
    demo.state.columns_changed.emit(None)
    assert partial == image(demo)
    demo.state.document.undo()
    assert image(demo) == before


@pytest.mark.parametrize("velocity", [1, 30, 60, 100, 127])
def test_a_lock_hides_neither_the_height_nor_the_foot_of_a_hit(open_grid: GridOpener, velocity: int) -> None:
    hit = Hit(4, Drum.SNARE, velocity)
    panel = open_grid(Project((Pattern(hits=(hit,)),)))
    panel.view.grab()
    painter = panel.view._cells
    assert painter is not None
    bar = painter.bar_height(velocity, painter.cell_height - 4.0)
    top = painter.padlock_top(7, hit) - painter.rows.top(7)
    bar_top = painter.cell_height - bar
    assert top + 12 <= bar_top + 2 or (top > bar_top + 4)


def test_a_locked_bar_marks_all_its_cells(demo: GridPanel) -> None:
    demo.lane.setFocus()
    before = image(demo)
    demo.editor.lock_bars([1])
    marked = {
        (step, drum)
        for step in range(32)
        for drum in range(DRUM_COUNT)
        if changed_pixels_row(before, image(demo), demo, step, Drum(drum))
    }
    assert marked == {(step, drum) for step in range(16, 32) for drum in range(DRUM_COUNT)}


def changed_pixels_row(before: QImage, after: QImage, panel: GridPanel, step: int, drum: Drum) -> bool:
    cell = panel.view.cell_rect(step, drum)
    x = cell.center().x()
    return any(before.pixel(x, y) != after.pixel(x, y) for y in range(cell.top(), cell.bottom() + 1))


def test_any_sequence_of_locks_and_edits_is_painted_as_a_whole_repaint_would(demo: GridPanel) -> None:
    draw = Random(7)
    editor, document, state = demo.editor, demo.state.document, demo.state
    for _ in range(60):
        step, row = draw.randrange(32), draw.randrange(DRUM_COUNT)
        demo.selection.focus(step, GRID_ROWS[row])
        if draw.random() < 0.5:
            block = Block.between(step, row, draw.randrange(32), draw.randrange(DRUM_COUNT))
            demo.selection.select(block)
        does = draw.choice(
            [
                editor.toggle,
                editor.lock_selection,
                partial(editor.lock_bars, [step // 16]),
                partial(editor.toggle_fill, step // 16),
                partial(demo.run, "lock"),
                partial(editor.set_seam, draw.choice([None, step])),
                partial(editor.nudge_offset, 0.2),
                partial(demo.set_surprise, {(step, GRID_ROWS[row]): 5.0}, {(31 - step, Drum.RIDE): 2.0}),
                partial(demo.set_surprise, None),
                document.undo,
            ]
        )
        does()
        partly = image(demo)
        state.columns_changed.emit(None)
        assert partly == image(demo)
