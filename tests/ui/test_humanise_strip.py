"""Humanise in the window: drawn and heard at once, one step when kept, nothing when cancelled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio.app.drummer.humanise import humanised
from drumstudio.domain import edits
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.ui.grid.selection import Block
from drumstudio.ui.main_window import MainWindow

KEY = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as window:
        yield window


def done(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is being played any more."""
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)


def wanted(window: MainWindow, before: Pattern, amount: int, seed: int = 0) -> Pattern:
    project = window.document.project
    return humanised(before, project.qpm, amount / 100, seed, project.dials.style)


def history(window: MainWindow) -> list[str]:
    stack = window.document.stack
    return [stack.text(index) for index in range(stack.count())]


def test_it_is_drawn_at_once_and_enter_keeps_it_as_one_step(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.pattern
    QTest.keyClick(window.grid.view, KEY.Key_H)
    strip = window.humanising.strip
    qtbot.waitUntil(strip.slider.hasFocus, timeout=WAIT)
    done(qtbot, window)
    assert window.document.pattern == wanted(window, before, 60) != before
    QTest.keyClick(strip.slider, KEY.Key_End)
    assert strip.value.text() == strip.slider.accessibleDescription() == "100%"
    done(qtbot, window)
    assert window.document.pattern == wanted(window, before, 100)
    QTest.keyClick(strip.slider, KEY.Key_Return)
    assert not strip.isVisible()
    qtbot.waitUntil(window.grid.view.hasFocus, timeout=WAIT)
    assert history(window) == ["Humanise"]
    window.document.undo()
    assert window.document.pattern == before


def test_escape_leaves_everything_as_it_was(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.project
    window.menus.actions["humanise"].trigger()
    done(qtbot, window)
    assert window.document.project != before
    QTest.keyClick(window.humanising.strip.slider, KEY.Key_Escape)
    qtbot.waitUntil(window.humanising.strip.isHidden, timeout=WAIT)
    done(qtbot, window)
    assert window.document.project == before
    assert history(window) == []


def test_what_the_slider_said_last_is_kept(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.pattern
    window.humanising.begin()
    for amount in (10, 80, 30):
        window.humanising.strip.slider.setValue(amount)
    window.humanising.keep()
    done(qtbot, window)
    assert window.document.pattern == wanted(window, before, 30)
    assert history(window) == ["Humanise"]
    window.humanising.begin()
    assert window.humanising.strip.slider.value() == 30
    assert window.humanising.cancel()


def test_cancelled_work_comes_to_nothing(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.pattern
    window.humanising.begin()
    assert window.humanising.cancel()
    assert not window.humanising.cancel()
    done(qtbot, window)
    assert window.document.pattern is before


def test_another_way_is_another_seed(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.pattern
    window.humanising.begin()
    window.humanising.strip.slider.setValue(100)
    press(window.humanising.strip.another)
    done(qtbot, window)
    assert window.document.pattern == wanted(window, before, 100, 1)
    press(window.humanising.strip.keep)
    assert history(window) == ["Humanise"]


def test_only_the_selection_and_nothing_locked_is_touched(qtbot: QtBot, window: MainWindow) -> None:
    before = edits.lock_cells(window.document.pattern, [(4, Drum.SNARE)])
    window.document.edit(before, "Lock")
    window.grid.selection.select(Block(0, 15, 7, 7))
    window.humanising.begin()
    strip = window.humanising.strip
    strip.slider.setValue(100)
    assert strip.target.text() == "3 hits of the selection · 1 locked, left alone"
    done(qtbot, window)
    after = window.document.pattern
    changed = {(h.step, h.drum) for h in set(before.hits) ^ set(after.hits)}
    assert changed
    assert changed <= {(step, Drum.SNARE) for step in (7, 9, 12)}
    window.grid.selection.select(None)
    assert strip.target.text() == f"{len(before.hits) - 1} hits · 1 locked, left alone"
    done(qtbot, window)
    assert window.document.pattern.hit_at(4, Drum.SNARE) == before.hit_at(4, Drum.SNARE)
    assert {(h.step, h.drum) for h in window.document.pattern.hits} == {(h.step, h.drum) for h in before.hits}
    press(strip.cancel)
    assert window.document.pattern == before


def test_another_edit_keeps_what_there_is(qtbot: QtBot, window: MainWindow) -> None:
    window.humanising.begin()
    done(qtbot, window)
    click_cell(window, 3, Drum.RIDE)
    assert not window.humanising.strip.isVisible()
    assert history(window) == ["Humanise", "Paint hits"]


def test_undoing_it_closes_the_strip(qtbot: QtBot, window: MainWindow) -> None:
    before = window.document.pattern
    window.humanising.begin()
    done(qtbot, window)
    window.document.undo()
    assert not window.humanising.open
    assert window.document.pattern == before


@pytest.mark.parametrize("reason", ["locked", "candidate"])
def test_where_nothing_can_be_played_it_says_so(window: MainWindow, reason: str) -> None:
    if reason == "locked":
        window.grid.editor.lock_bars([0, 1])
    else:
        window.grid.set_preview(edits.toggle(window.document.pattern, 1, Drum.RIDE), "A")
    window.humanising.begin()
    assert not window.humanising.strip.isVisible()
    assert ("locked" if reason == "locked" else "continuation") in window.banner.text


def test_the_selections_menu_offers_it(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.selection.select(Block(0, 15, 7, 7))
    menu = window.grid.selection_menu()
    next(action for action in menu.actions() if action.text().startswith("Humanise")).trigger()
    menu.close()
    assert window.humanising.open
    window.humanising.begin()
    assert window.humanising.cancel()
    done(qtbot, window)
