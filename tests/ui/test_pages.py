"""The tabs: pages come and go, and what belongs to the sequencer is there with it alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.window import WAIT, open_window, press, settle

from drumstudio.ui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ["sequencer", "takes", "data", "training", "models"]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


def checked(window: MainWindow) -> list[str]:
    return [name for name, tab in window.pages.tabs.items() if tab.isChecked()]


def test_a_click_on_a_tab_brings_its_page_to_the_front(window: MainWindow) -> None:
    for name in (*NAMES[1:], NAMES[0]):
        press(window.pages.tabs[name])
        assert (window.pages.current, checked(window)) == (name, [name])
        assert window.grid.isVisible() == window.drummer.isVisible() == (name == "sequencer")
        assert window.slots.isVisible() == (name == "sequencer")


def test_ctrl_and_a_number_does_the_same(window: MainWindow) -> None:
    for number, name in reversed(list(enumerate(NAMES, 1))):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
        assert checked(window) == [name]
    assert window.grid.view.hasFocus() or window.grid.hasFocus()


def test_a_hidden_drummer_stays_hidden_when_the_sequencer_comes_back(window: MainWindow) -> None:
    window.set_drummer_shown(False)
    press(window.pages.tabs["data"])
    press(window.pages.tabs["sequencer"])
    assert not window.drummer.isVisible()
    window.set_drummer_shown(True)
    assert window.drummer.isVisible()


def test_continue_is_seen_where_it_was_pressed_from(qtbot: QtBot, window: MainWindow) -> None:
    press(window.pages.tabs["models"])
    QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
    assert window.pages.current == "sequencer"
    qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)


def test_space_plays_and_esc_closes_the_banner_on_every_page(qtbot: QtBot, window: MainWindow) -> None:
    for name in NAMES[1:]:
        press(window.pages.tabs[name])
        window.show_about()
        assert window.banner.text
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert not window.banner.text
        QTest.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
