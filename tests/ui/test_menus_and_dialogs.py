"""What opens: menus of fields, cards and slots, and the file dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio.app.store import load_project, save_project
from drumstudio.domain.drums import Drum
from drumstudio.domain.project import Project
from drumstudio.midi.files import read_song
from drumstudio.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    # Qt's own dialog: a desktop's would wait for a person.
    own = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QApplication.setAttribute(own)
    with open_window(qtbot) as opened:
        yield opened
    QApplication.setAttribute(own, False)


def choose(text: str) -> None:
    """Choose an entry of the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text().startswith(text))
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def ask_menu(widget: QWidget) -> None:
    widget.customContextMenuRequested.emit(QPoint(4, 4))


def answer(qtbot: QtBot, path: Path) -> None:
    """Choose `path` in the file dialog that is open."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(str(path))
    dialog.accept()
    qtbot.waitUntil(lambda: not isinstance(QApplication.activeModalWidget(), QFileDialog), timeout=WAIT)


def test_a_field_opens_its_menu_by_mouse_and_by_enter(window: MainWindow) -> None:
    press(window.transport.meter)
    choose("3/4")
    assert window.transport.meter.text == "3/4"
    window.transport.grid.setFocus()
    QTest.keyClick(window.transport.grid, Qt.Key.Key_Return)
    choose("1/32")
    assert window.transport.grid.text == "1/32"
    QTest.keyClick(window.transport.count_in, Qt.Key.Key_Down)
    assert window.transport.count_in.text == "1 bar"


def test_the_output_is_chosen_from_its_menu(qtbot: QtBot, window: MainWindow) -> None:
    press(window.transport.output)
    choose("No sound")
    qtbot.waitUntil(lambda: window.transport.output.text == "No sound", timeout=WAIT)


def test_a_card_has_a_menu(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.button)
    qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
    first, second = window.drummer.cards.cards[:2]
    ask_menu(second)
    choose("Keep for later")
    assert second.kept
    ask_menu(first)
    choose("Dismiss")
    assert len(window.drummer.cards.cards) == 3
    assert second.candidate is not None
    seed = second.candidate.seed
    ask_menu(second)
    choose("Again with seed")
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.drummer.dials.seed.text() == str(seed)
    window.menus.actions["insert"].trigger()
    assert window.document.pattern.seam == 32


def test_a_slot_has_a_menu(window: MainWindow) -> None:
    ask_menu(window.slots._buttons[0])
    choose("Duplicate")
    assert window.document.project.current == 4
    ask_menu(window.slots._buttons[4])
    choose("Remove")
    assert len(window.document.project.patterns) == 4
    ask_menu(window.slots._buttons[0])
    choose("Clear")
    assert window.document.pattern.hits == ()


def test_saved_and_opened_through_the_dialogs(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    click_cell(window, 3, Drum.RIDE)
    window.menus.actions["save"].trigger()
    answer(qtbot, tmp_path / "first")
    qtbot.waitUntil(lambda: window.document.path == tmp_path / "first.drumstudio", timeout=WAIT)
    assert load_project(tmp_path / "first.drumstudio") == window.document.project
    save_project(Project(qpm=77.0), tmp_path / "second.drumstudio")
    window.menus.actions["open"].trigger()
    answer(qtbot, tmp_path / "second.drumstudio")
    qtbot.waitUntil(lambda: window.document.project.qpm == 77.0, timeout=WAIT)


def test_exported_with_the_map_that_was_chosen(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.files.set_drum_map("roland")
    window.slots._buttons[1].click()
    click_cell(window, 0, Drum.LOW_TOM)
    window.menus.actions["export_midi"].trigger()
    answer(qtbot, tmp_path / "kit")
    qtbot.waitUntil(lambda: "kit.mid is written" in window.banner.text, timeout=WAIT)
    assert [note.note for note in read_song(tmp_path / "kit.mid").notes] == [43]


def test_recent_projects_are_in_the_menu(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    for name in ("a & b", "c"):
        window.files.save_to(tmp_path / f"{name}.drumstudio")
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)
    entries = window.bar.recent.actions()
    assert [a.text().split("   ")[0] for a in entries[:2]] == ["&1 c.drumstudio", "&2 a && b.drumstudio"]
    entries[1].trigger()
    qtbot.waitUntil(lambda: window.document.path == tmp_path / "a & b.drumstudio", timeout=WAIT)
    window.bar.recent.actions()[-1].trigger()
    assert window.files.recent() == []
    assert not window.bar.recent.isEnabled()
