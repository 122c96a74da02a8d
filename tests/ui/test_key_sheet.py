"""The F1 sheet: every key is on it and can be changed there; and the list of history."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio import paths
from drumstudio.domain.drums import Drum
from drumstudio.ui.help_sheet import HelpSheet
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.shortcuts import SHORTCUTS

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


@pytest.fixture
def sheet(qtbot: QtBot, window: MainWindow) -> HelpSheet:
    QTest.keyClick(window, Qt.Key.Key_F1)
    shown = window.help_sheet
    assert shown is not None
    qtbot.waitUntil(shown.isActiveWindow, timeout=WAIT)
    return shown


def test_every_action_and_key_is_on_the_sheet(sheet: HelpSheet) -> None:
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {shortcut.text for shortcut in SHORTCUTS} <= texts
    assert {cap.key for cap in sheet.caps} == {key for shortcut in SHORTCUTS for key in shortcut.keys}


def test_a_click_and_a_press_change_a_key(window: MainWindow, sheet: HelpSheet) -> None:
    cap = sheet.cap("play")
    press(cap)
    assert cap.waiting
    assert "Play or stop" in sheet.note.text()
    QTest.keyClick(cap, Qt.Key.Key_F9)
    assert window.keymap.keys("play") == ("F9",)
    assert sheet.cap("play").text() == "F9"
    assert "F9" in window.transport.play.toolTip()
    assert window.menus.actions["play"].shortcut().toString() == "F9"
    kept = json.loads((paths.user_config() / "settings.json").read_text())
    assert kept["keys"] == {"play": ["F9"]}
    press(sheet.reset)
    assert window.keymap.keys("play") == ("Space",)
    assert sheet.cap("play").text() == "Space"
    assert not sheet.reset.isEnabled()


def test_the_programs_own_keys_are_taken_while_waiting(window: MainWindow, sheet: HelpSheet) -> None:
    cap = sheet.cap("save")
    cap.setFocus()
    QTest.keyClick(cap, Qt.Key.Key_Return)
    QTest.keyClick(cap, Qt.Key.Key_Space)
    assert not window.playing.playing
    assert "Space is the key of “Play or stop”" in sheet.note.text()
    assert window.keymap.keys("save") == ("Ctrl+S",)
    press(sheet.leave)
    assert not sheet.take_over.isVisible()
    press(sheet.cap("save"))
    QTest.keyClick(sheet.cap("save"), Qt.Key.Key_Space)
    press(sheet.take_over)
    assert window.keymap.keys("save") == ("Space",)
    assert sheet.cap("play").text() == "none"


def test_escape_leaves_the_key_and_then_the_sheet(window: MainWindow, sheet: HelpSheet) -> None:
    cap = sheet.cap("loop")
    press(cap)
    QTest.keyClick(cap, Qt.Key.Key_Escape)
    assert not cap.waiting
    assert window.keymap.keys("loop") == ("Ctrl+L",)
    assert sheet.isVisible()
    QTest.keyClick(cap, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_keys_are_added_and_removed_by_the_menu(window: MainWindow, sheet: HelpSheet) -> None:
    entries = {action.text(): action for action in sheet.menu(sheet.cap("mute")).actions()}
    entries["Add another key"].trigger()
    added = sheet.cap("mute", 1)
    assert added.waiting
    QTest.keyClick(added, Qt.Key.Key_F7)
    assert window.keymap.keys("mute") == ("M", "F7")
    entries = {action.text(): action for action in sheet.menu(sheet.cap("mute")).actions()}
    entries["Remove this key"].trigger()
    assert window.keymap.keys("mute") == ("F7",)
    entries = {action.text(): action for action in sheet.menu(sheet.cap("mute")).actions()}
    entries["Back to its own keys"].trigger()
    assert window.keymap.keys("mute") == ("M",)


def test_the_history_goes_back_and_forth(qtbot: QtBot, window: MainWindow) -> None:
    for step in (1, 3, 5):
        click_cell(window, step, Drum.RIDE)
    before = window.document.project
    QTest.keyClick(window, Qt.Key.Key_H, CONTROL)
    history = window.history
    assert history is not None
    steps = history.steps
    model = steps.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
        "As it was opened", *["Paint hits"] * 3,
    ]  # fmt: skip
    select = QItemSelectionModel.SelectionFlag.ClearAndSelect
    steps.selectionModel().setCurrentIndex(model.index(1, 0), select)
    assert [hit.step for hit in window.document.pattern.hits if hit.drum == Drum.RIDE] == [1]
    qtbot.waitUntil(history.isActiveWindow, timeout=WAIT)
    for _ in range(2):
        QTest.keyClick(history, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert window.document.project == before
    QTest.keyClick(history, Qt.Key.Key_H, CONTROL)
    qtbot.waitUntil(lambda: window.history is None, timeout=WAIT)
