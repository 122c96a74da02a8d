"""The grid by keyboard, and what it says to a screen reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import GRID_ROWS, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid
from drumstudio.ui.grid.lane import Property
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.grid.selection import Block
from drumstudio.ui.grid.words import cell_words, length_words
from drumstudio.ui.shortcuts import SHORTCUTS, Keymap

GridOpener = Callable[..., GridPanel]
KEY = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def focused(panel: GridPanel, qtbot: QtBot) -> GridPanel:
    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    return panel


@pytest.fixture
def demo(open_grid: GridOpener, qtbot: QtBot) -> GridPanel:
    panel = focused(open_grid(demo_project()), qtbot)
    panel.selection.focus(0, Drum.SNARE)
    return panel


def press(panel: GridPanel, *keys: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        QTest.keyClick(panel.view, key, modifier)


def place(panel: GridPanel) -> tuple[int, Drum]:
    return panel.selection.step, panel.selection.drum


def hits(panel: GridPanel, drum: Drum) -> dict[int, int]:
    return {hit.step: hit.velocity for hit in panel.state.document.pattern.hits if hit.drum == drum}


def test_moves(demo: GridPanel) -> None:
    press(demo, KEY.Key_Right, KEY.Key_Right, KEY.Key_Up)
    assert place(demo) == (2, Drum.LOW_TOM)
    press(demo, KEY.Key_PageDown)
    assert place(demo) == (18, Drum.LOW_TOM)
    press(demo, KEY.Key_End, KEY.Key_Right, KEY.Key_Down, KEY.Key_Down, KEY.Key_Down)
    assert place(demo) == (31, Drum.KICK)
    press(demo, KEY.Key_Home, KEY.Key_PageUp, *[KEY.Key_Up] * 12)
    assert place(demo) == (0, Drum.CRASH)
    assert demo.state.document.stack.count() == 0


def test_enter_places_and_clears(demo: GridPanel) -> None:
    press(demo, KEY.Key_Return)
    assert hits(demo, Drum.SNARE)[0] == 100
    press(demo, KEY.Key_Enter)
    assert 0 not in hits(demo, Drum.SNARE)
    assert [demo.state.document.stack.text(index) for index in range(2)] == ["Place snare", "Clear snare"]


def test_shift_extends_and_delete_clears_the_block(demo: GridPanel) -> None:
    press(demo, KEY.Key_PageDown, KEY.Key_Down, modifier=SHIFT)
    assert demo.selection.block == Block(0, 16, 7, 8)
    press(demo, KEY.Key_Delete)
    assert min(hits(demo, Drum.KICK)) == 22
    assert min(hits(demo, Drum.SNARE)) == 20
    assert demo.state.document.stack.count() == 1
    press(demo, KEY.Key_Left)
    assert demo.selection.block is None


def test_undo_and_redo(demo: GridPanel) -> None:
    before = demo.state.document.project
    press(demo, KEY.Key_Return)
    after = demo.state.document.project
    press(demo, KEY.Key_Z, modifier=CTRL)
    assert demo.state.document.project == before
    press(demo, KEY.Key_Z, modifier=CTRL | SHIFT)
    assert demo.state.document.project == after


def test_copy_and_paste_keep_rows_and_velocity(demo: GridPanel) -> None:
    demo.selection.focus(4, Drum.SNARE)
    demo.selection.extend(8, Drum.KICK)
    press(demo, KEY.Key_C, modifier=CTRL)
    demo.selection.focus(21, Drum.CRASH)
    press(demo, KEY.Key_V, modifier=CTRL)
    pasted = hits(demo, Drum.SNARE)
    assert (pasted[21], pasted[24]) == (125, 34)
    assert hits(demo, Drum.KICK)[23] == 99
    assert demo.selection.block == Block(21, 25, 7, 8)
    assert demo.state.document.stack.count() == 1


def test_cut_then_paste_moves(demo: GridPanel) -> None:
    demo.selection.focus(0, Drum.CRASH)
    press(demo, KEY.Key_X, modifier=CTRL)
    assert hits(demo, Drum.CRASH) == {}
    press(demo, KEY.Key_Right, KEY.Key_Right)
    press(demo, KEY.Key_V, modifier=CTRL)
    assert hits(demo, Drum.CRASH) == {2: 112}


def test_paste_of_nothing_does_nothing(demo: GridPanel) -> None:
    press(demo, KEY.Key_V, modifier=CTRL)
    assert demo.state.document.stack.count() == 0


def test_duplicate_repeats_the_block_after_itself(demo: GridPanel) -> None:
    demo.selection.focus(4, Drum.SNARE)
    demo.selection.extend(7, Drum.SNARE)
    press(demo, KEY.Key_D, modifier=CTRL)
    assert [step for step in hits(demo, Drum.SNARE) if step < 16] == [4, 7, 8, 11, 12]
    assert demo.selection.block == Block(8, 11, 7, 7)
    press(demo, KEY.Key_D, modifier=CTRL)
    assert [step for step in hits(demo, Drum.SNARE) if step < 16] == [4, 7, 8, 11, 12, 15]
    demo.selection.focus(31, Drum.SNARE)
    count = demo.state.document.stack.count()
    press(demo, KEY.Key_D, modifier=CTRL)
    assert demo.state.document.stack.count() == count


def test_duplicate_at_the_end_keeps_what_fits(demo: GridPanel) -> None:
    demo.selection.focus(0, Drum.KICK)
    demo.selection.extend(19, Drum.KICK)
    press(demo, KEY.Key_D, modifier=CTRL)
    assert list(hits(demo, Drum.KICK)) == [0, 6, 8, 10, 16, 20, 26, 28, 30]


def test_velocity_and_timing_keys_are_one_step_each(demo: GridPanel) -> None:
    demo.selection.focus(4, Drum.SNARE)
    press(demo, KEY.Key_BracketLeft, KEY.Key_BracketLeft)
    press(demo, KEY.Key_Down, modifier=ALT)
    assert hits(demo, Drum.SNARE)[4] == 125 - 24
    assert demo.state.document.stack.count() == 1
    press(demo, KEY.Key_Right, KEY.Key_Right, modifier=ALT)
    hit = demo.state.document.pattern.hit_at(4, Drum.SNARE)
    assert hit is not None
    assert hit.offset == pytest.approx(0.1, abs=0.01)
    assert demo.state.document.stack.count() == 2
    press(demo, KEY.Key_Up, modifier=ALT)
    press(demo, KEY.Key_BracketRight)
    assert hits(demo, Drum.SNARE)[4] == 125 - 8


def test_select_all_and_none(demo: GridPanel) -> None:
    press(demo, KEY.Key_A, modifier=CTRL)
    assert demo.selection.block == Block(0, 31, 0, 8)
    press(demo, KEY.Key_Delete)
    assert demo.state.document.pattern.hits == ()
    press(demo, KEY.Key_Escape)
    assert demo.selection.block is None


def test_row_keys(qtbot: QtBot, demo: GridPanel) -> None:
    press(demo, KEY.Key_M, KEY.Key_S, KEY.Key_L)
    lane = demo.state.document.project.lanes[Drum.SNARE]
    assert (lane.muted, lane.soloed, lane.locked) == (True, True, True)
    demo.selection.focus(4, Drum.SNARE)
    with qtbot.waitSignal(demo.strike_requested) as heard:
        press(demo, KEY.Key_A)
    assert heard.args == [Drum.SNARE, 125]


def test_other_keys_go_on_to_the_window(open_grid: GridOpener, qtbot: QtBot) -> None:
    class Window(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.keys: list[int] = []

        def keyPressEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
            self.keys.append(event.key())  # type: ignore[attr-defined]

    window = Window()
    panel = open_grid(demo_project())
    QVBoxLayout(window).addWidget(panel)
    qtbot.addWidget(window)
    window.show()
    panel.view.setFocus()
    press(panel, KEY.Key_Space, KEY.Key_Right, KEY.Key_F12, KEY.Key_Escape)
    panel.setParent(None)
    assert window.keys == [KEY.Key_Space, KEY.Key_F12, KEY.Key_Escape]


def test_the_users_own_keys_hold(open_grid: GridOpener) -> None:
    keymap = Keymap()
    keymap.set_keys("toggle", ("J",))
    panel = open_grid(demo_project(), keymap=keymap)
    panel.selection.focus(0, Drum.RIDE)
    press(panel, KEY.Key_J)
    assert hits(panel, Drum.RIDE) == {0: 100}


def test_every_key_of_the_grid_is_in_the_table(demo: GridPanel) -> None:
    assert set(demo.action_names()) <= {shortcut.name for shortcut in SHORTCUTS}
    assert not demo.run("play")


def test_tab_walks_from_the_cells_to_the_lane(demo: GridPanel) -> None:
    assert demo.view.nextInFocusChain() is demo.lane
    QTest.keyClick(demo.view, KEY.Key_Tab)
    assert demo.lane.hasFocus()


def test_moving_scrolls_along(open_grid: GridOpener, qtbot: QtBot) -> None:
    panel = focused(open_grid(Project(patterns=(Pattern(bars=16),))), qtbot)
    press(panel, KEY.Key_End)
    assert panel.state.scroll == panel.state.scroll_limit > 0
    press(panel, KEY.Key_Home)
    assert panel.state.scroll == 0


def test_the_focused_cell_is_told(demo: GridPanel) -> None:
    demo.selection.focus(4, Drum.SNARE)
    assert demo.view.accessibleDescription() == "Snare, bar 1 beat 2, velocity 125"
    press(demo, KEY.Key_Right)
    assert demo.view.accessibleDescription() == "Snare, bar 1 beat 2 e, empty"
    press(demo, KEY.Key_Return)
    assert demo.view.accessibleDescription() == "Snare, bar 1 beat 2 e, velocity 100"


def test_every_control_has_a_name(demo: GridPanel) -> None:
    quiet = {"QScrollBar", "QLineEdit"}
    unnamed = [
        child
        for child in demo.findChildren(QWidget)
        if child.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not child.accessibleName()
        and type(child).__name__ not in quiet
    ]
    assert unnamed == []
    assert not demo.findChildren(QLineEdit)


def test_words_of_a_hit() -> None:
    pattern = Pattern(bars=1, hits=(Hit(6, Drum.SNARE, 90, -0.125, 0.5),), seam=4)
    assert cell_words(pattern, 6, Drum.SNARE) == (
        "Snare, bar 1 beat 2 and, velocity 90, 12% early, chance 50%, generated"
    )
    late = edits.change(pattern, [(6, Drum.SNARE)], offset=0.25, chance=1.0)
    assert cell_words(late, 6, Drum.SNARE) == "Snare, bar 1 beat 2 and, velocity 90, 25% late, generated"


def test_words_of_a_length() -> None:
    assert [length_words(Grid(), steps) for steps in (16, 32, 20, 1)] == [
        "1 bar",
        "2 bars",
        "1 bar 4 steps",
        "1 step",
    ]


def test_rows_stand_as_drummers_write_them(demo: GridPanel) -> None:
    tops = [demo.view.cell_rect(0, drum).top() for drum in GRID_ROWS]
    assert tops == sorted(tops)
    assert GRID_ROWS[0] == Drum.CRASH
    assert [demo.headers.headers[drum].y() for drum in GRID_ROWS] == tops


def test_the_seam_is_put_and_taken_at_the_bar(demo: GridPanel) -> None:
    both = CTRL | SHIFT
    demo.selection.focus(21, Drum.SNARE)
    press(demo, KEY.Key_B, modifier=both)
    assert demo.state.document.pattern.seam == 16
    press(demo, KEY.Key_B, modifier=both)
    assert demo.state.document.pattern.seam is None
    demo.selection.focus(5, Drum.SNARE)
    press(demo, KEY.Key_B, modifier=both)
    assert demo.state.document.pattern.seam == 5
    demo.selection.focus(0, Drum.SNARE)
    press(demo, KEY.Key_B, modifier=both)
    assert demo.state.document.pattern.seam is None


def test_regenerating_begins_at_the_bar(demo: GridPanel, qtbot: QtBot) -> None:
    demo.selection.focus(21, Drum.SNARE)
    with qtbot.waitSignal(demo.regenerate_requested) as asked:
        press(demo, KEY.Key_Return, modifier=CTRL | SHIFT)
    assert asked.args == [16]
    demo.selection.focus(0, Drum.SNARE)
    with qtbot.assertNotEmitted(demo.regenerate_requested):
        press(demo, KEY.Key_Return, modifier=CTRL | SHIFT)


def test_the_row_menu_opens_by_key(demo: GridPanel, qtbot: QtBot) -> None:
    demo.selection.focus(0, Drum.RIDE)
    by_key = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), demo.view.mapToGlobal(QPoint())
    )
    for ask in (
        lambda: press(demo, KEY.Key_F10, modifier=SHIFT),
        lambda: QApplication.sendEvent(demo.view, by_key),
    ):
        ask()
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        QTest.keyClick(menu, KEY.Key_Down)
        assert menu.activeAction().text() == "Fill every 1/2"
        QTest.keyClick(menu, KEY.Key_Return)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
        assert sorted(hits(demo, Drum.RIDE)) == [0, 8, 16, 24]
        demo.state.document.undo()


def test_enter_presses_what_has_the_focus_in_headers(demo: GridPanel) -> None:
    header = demo.headers.headers[Drum.KICK]
    header.mute.setFocus()
    QTest.keyClick(header.mute, KEY.Key_Return)
    assert demo.state.document.project.lanes[Drum.KICK].muted
    before = demo.state.document.pattern
    tab = demo.lane_header.tabs[Property.CHANCE]
    tab.setFocus()
    QTest.keyClick(tab, KEY.Key_Return)
    assert demo.lane.shown is Property.CHANCE
    assert demo.state.document.pattern is before
    press(demo, KEY.Key_P)
    assert demo.lane.shown is Property.VELOCITY


class _Painted(QObject):
    """Collects what a widget is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        if isinstance(event, QPaintEvent):
            self.region |= event.region()
        return False


def test_no_focus_ring_stays_behind_after_a_resize(demo: GridPanel, qtbot: QtBot) -> None:
    demo.resize(demo.width(), demo.height() + 90)
    demo.repaint()
    old = demo.view.cell_rect(0, Drum.SNARE)
    painted = _Painted()
    demo.view.installEventFilter(painted)
    press(demo, KEY.Key_Down)
    qtbot.waitUntil(lambda: painted.region.contains(demo.view.cell_rect(0, Drum.KICK)))
    assert QRegion(old).subtracted(painted.region).isEmpty()
