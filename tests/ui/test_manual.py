"""The manual: there, in step with the window, and open beside the beat."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from support.window import WAIT, open_window, settle

from drumstudio import paths
from drumstudio.ui.manual import ManualWindow


def test_it_opens_and_closes_beside_the_beat(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        QTest.keyClick(window.grid.view, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
        sheet = window.manual
        assert isinstance(sheet, ManualWindow)
        assert sheet.isVisible()
        assert "DrumStudio: the manual" in sheet.text.toPlainText()
        window.set_theme("light")
        window.menus.actions["manual"].trigger()
        qtbot.waitUntil(lambda: window.manual is None, timeout=WAIT)


def test_every_dial_and_key_of_the_drummer_stands_in_it(qtbot: QtBot) -> None:
    written = paths.manual().read_text("utf-8")
    settle()
    with open_window(qtbot) as window:
        window.drummer.dials.show_more(True)
        labels = {label.text() for label in window.drummer.dials.findChildren(QLabel) if label.buddy()}
        assert len(labels) == 10
        for label in labels - {"Seed"}:
            assert f"\n| {label} " in written
        dials = window.drummer.dials
        for row in (dials.stick, dials.wildness, dials.fills, dials.feel):
            line = next(line for line in written.splitlines() if line.startswith(f"| {row.label.text()} "))
            assert line.split("|")[3].strip() == row.value.text()
        locks = ("lock", "lock_bar", "unlock_all", "fill_bar")
        for name in (*locks, "complete", "dress", "humanise", "surprise"):
            (key,) = window.keymap.keys(name)
            assert f"{key})" in written or f" {key}" in written or f"\n{key}," in written, name


def test_without_its_file_it_says_where_it_stands(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "manual", lambda: paths.user_cache() / "nothing.md")
    settle()
    with open_window(qtbot) as window:
        window.show_manual()
        assert window.manual is not None
        assert "docs/manual.md" in window.manual.text.toPlainText()
        window.show_manual()
