"""The table of keys: no key twice, the user's own keys kept, the cheat sheet complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from drumstudio.settings import Settings
from drumstudio.ui.shortcuts import SHORTCUTS, Keymap, pressed_key


def test_every_default_key_is_a_key_and_means_one_thing() -> None:
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len({shortcut.name for shortcut in SHORTCUTS}) == len(SHORTCUTS)
    written = [QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) for key in keys]
    assert all(written)
    assert len(set(written)) == len(written)


@pytest.mark.parametrize(
    ("key", "modifiers", "name"),
    [
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "play"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, "extend_left"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "toggle"),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, "redo"),
        (Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier, None),
    ],
)
def test_a_press_means_its_action(
    qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, name: str
) -> None:
    assert Keymap().action_of(QKeyCombination(modifiers, key)) == name


def test_own_keys_are_kept_and_taken_from_others(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    keymap = Keymap(settings)
    with qtbot.waitSignal(keymap.changed):
        keymap.set_keys("play", ("T",))
    again = Keymap(Settings(tmp_path / "settings.json"))
    assert again.keys("play") == ("T",)
    assert again.keys("tap_tempo") == ()
    assert again.label("tap_tempo") == ""
    assert again.action_of(QKeyCombination(Qt.Key.Key_T)) == "play"
    assert again.sequences("play") == [QKeySequence("T")]
    again.reset()
    assert Keymap(Settings(tmp_path / "settings.json")).keys("tap_tempo") == ("T",)
    assert again.action_of(QKeyCombination(Qt.Key.Key_Space)) == "play"


def test_one_of_several_keys_changes(qtbot: QtBot) -> None:
    keymap = Keymap()
    keymap.replace_key("tempo_up", 1, "F5")
    assert keymap.keys("tempo_up") == ("+", "F5")
    keymap.replace_key("tempo_up", 2, "F6")
    assert keymap.keys("tempo_up") == ("+", "F5", "F6")
    keymap.remove_key("tempo_up", 0)
    assert keymap.keys("tempo_up") == ("F5", "F6")
    assert keymap.owner("+") is None
    assert keymap.owner("F6") == "tempo_up"
    assert not keymap.is_default("tempo_up")


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "wanted"),
    [
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier, "", ""),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier, "+", "+"),
        (Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier, "G", "Shift+G"),
        (Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier, "5", "5"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier, " ", "Shift+Space"),
        (Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier, "\x07", "Ctrl+G"),
    ],
)
def test_a_press_is_written_as_the_table_does(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, wanted: str
) -> None:
    assert pressed_key(QKeyCombination(modifiers, key), text) == wanted
