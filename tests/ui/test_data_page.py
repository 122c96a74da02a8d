"""The Data page in the real window: sources, verdicts, remedies, choices; by mouse, keys and drops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from support.data_page import button, choose, click, dropped, focusable, idle, opened, pick, some_files, uses
from support.smf import rock_file
from support.window import WAIT, open_window, press, settle

from drumstudio.app.store import save_project
from drumstudio.app.training.data import load_plan
from drumstudio.domain.demo import demo_project
from drumstudio.domain.drums import Drum
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ui import theme
from drumstudio.ui.fields import Field
from drumstudio.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return some_files(tmp_path / "loops")


def test_the_empty_page_says_what_to_drop(qtbot: QtBot, window: MainWindow) -> None:
    page = opened(qtbot, window)
    assert page.empty.isVisible()
    assert page.empty.text().startswith("Drop MIDI files or folders anywhere on this page")
    assert "verdict" in page.empty.text()
    (takes,) = page.sources.rows
    assert takes.check.isChecked()
    assert not takes.remove.isVisible()
    assert "none yet" in [label.text() for label in takes.findChildren(QLabel)]
    assert not window.banner.text


def test_dropped_folders_are_judged_and_shown(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window)
    before = window.document.project
    assert dropped(page, folder, leave=True)
    assert not page._overlay.isVisible()
    assert dropped(page, folder)
    idle(qtbot, window)
    assert uses(page) == {
        "1_funk_120_beat_4-4.mid": "ok",
        "fast.mid": "ok, have a look",
        "loop.mid": "too short · remedy",
        "text.mid": "not readable",
        "verse.mid": "ok",
    }
    assert {row.accessibleName() for row in page.totals.rows.values()} == {
        "Used: 2 files",
        "Used, worth a look: 1 file",
        "Too short (under 2 bars): 1 file",
        "Not readable: 1 file",
    }
    assert page.totals.bar.accessibleDescription().startswith("Used 2, Used, worth a look 1")
    assert page.totals.amount.text().startswith("20 bars · ")
    assert "training" in page.totals.split_bar.accessibleDescription()
    assert page.count.text() == "5 files"
    assert "3 used · 2 not" in [label.text() for label in page.sources.rows[1].findChildren(QLabel)]
    assert load_plan()[0].sources[1].path == folder
    assert window.document.project == before


def test_projects_are_left_to_the_window(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    page = opened(qtbot, window)
    path = tmp_path / "song.drumstudio"
    save_project(demo_project(), path)
    assert dropped(page, path)
    idle(qtbot, window)
    assert window.document.path == path
    assert len(page.sources.rows) == 1
    assert not page._overlay.isVisible()


def test_folders_and_files_are_added_by_dialog(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    own = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QApplication.setAttribute(own)
    page = opened(qtbot, window)
    for words, path in (("Add folder …", folder), ("Add files …", folder / "verse.mid")):
        press(button(page, words))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.setDirectory(str(path.parent))
        dialog.selectFile(str(path))
        dialog.accept()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None, timeout=WAIT)
        idle(qtbot, window)
    QApplication.setAttribute(own, False)
    assert [row.source.path for row in page.sources.rows[1:]] == [folder, folder / "verse.mid"]
    assert page.model.count == 5


def test_a_remedy_is_one_click_and_so_is_its_undoing(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "loop.mid")
    details = page.details
    assert details.words.text() == "Not used: 1 bar of 4/4, and at least 2 are needed."
    assert "Snare" in details.drums.text()
    click(qtbot, window, details, "Repeat it 4 times")
    assert uses(page)["loop.mid"] == "ok · remedied"
    assert [row.name for row in page.table.rows()] == ["loop.mid"]
    assert "Remedy: " in details.words.text()
    assert load_plan()[0].remedy(str(folder / "loop.mid")) == Remedy(repeat=4)
    click(qtbot, window, details, "Undo the remedy")
    assert uses(page)["loop.mid"] == "too short · remedy"
    assert load_plan()[0].remedies == {}
    assert page.undo.toolTip() == "Undo: Undo the remedy: loop.mid"
    click(qtbot, window, page, "Undo")
    assert uses(page)["loop.mid"] == "ok · remedied"
    click(qtbot, window, page, "Redo")
    assert uses(page)["loop.mid"] == "too short · remedy"


def test_several_files_take_one_remedy(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    rock_file(folder / "loop 2.mid", 1)
    page = opened(qtbot, window, folder)
    choose(page, "loop.mid", "loop 2.mid")
    assert page.details.words.text() == "Too short (under 2 bars) 2"
    assert not page.details.open.isEnabled()
    click(qtbot, window, page.details, "Repeat it 4 times (2 files)")
    assert {uses(page)["loop.mid"], uses(page)["loop 2.mid"]} == {"ok · remedied"}
    assert len(load_plan()[0].remedies) == 2
    click(qtbot, window, page, "Undo")
    assert load_plan()[0].remedies == {}


def test_a_file_is_left_out_by_the_context_menu(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "verse.mid")
    by_key = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(20, 40), page.table.mapToGlobal(QPoint(20, 40))
    )
    QApplication.sendEvent(page.table, by_key)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open in the grid", "Play", "Leave out",
    ]  # fmt: skip
    pick("Leave out")
    idle(qtbot, window)
    assert uses(page)["verse.mid"].startswith("left out")


def test_totals_narrow_the_table_and_a_mended_file_stays_in_sight(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    rock_file(folder / "loop 2.mid", 1)
    page = opened(qtbot, window, folder)
    press(page.totals.rows["short"])
    assert list(uses(page)) == ["loop 2.mid", "loop.mid"]
    assert page.count.text() == "2 of 6 files"
    choose(page, "loop.mid")
    click(qtbot, window, page.details, "Repeat it 4 times")
    assert uses(page) == {"loop 2.mid": "too short · remedy", "loop.mid": "ok · remedied"}
    press(page.totals.rows["used"])
    assert list(uses(page)) == ["1_funk_120_beat_4-4.mid", "loop.mid", "verse.mid"]
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert len(uses(page)) == 6
    assert not page.totals.rows["used"].isChecked()
    QTest.keyClick(page.totals.rows["short"], Qt.Key.Key_Return)
    assert page.count.text() == "1 of 6 files"
    choose(page, "loop 2.mid")
    # What nothing is any more cannot stay picked.
    button(page.details, "Repeat it 4 times").setFocus()
    QTest.keyClick(button(page.details, "Repeat it 4 times"), Qt.Key.Key_Return)
    idle(qtbot, window)
    assert "short" not in page.totals.rows
    assert len(uses(page)) == 6
    assert page.table.hasFocus()


def test_files_are_found_by_their_words(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    page.search.setFocus()
    QTest.keyClicks(page.search, "twice its tempo")
    assert list(uses(page)) == ["fast.mid"]
    page.search.clear()
    QTest.keyClicks(page.search, "funk 120")
    assert list(uses(page)) == ["1_funk_120_beat_4-4.mid"]
    window.dismiss()
    assert page.search.text() == ""
    assert len(uses(page)) == 5


def test_choices_are_made_undone_and_remembered(qtbot: QtBot, folder: Path) -> None:
    settle()
    with open_window(qtbot) as window:
        page = opened(qtbot, window, folder)
        press(page.choices.styles)
        pick("funk")
        idle(qtbot, window)
        assert uses(page)["verse.mid"].startswith("not asked for")
        assert uses(page)["1_funk_120_beat_4-4.mid"] == "ok"
        assert page.choices.styles.text == "funk"
        QTest.keyClick(page.choices.types, Qt.Key.Key_Down)
        idle(qtbot, window)
        assert page.choices.types.text == "Beats only"
        page.choices.kit.picked.emit(1)
        idle(qtbot, window)
        choose(page, "loop.mid")
    with open_window(qtbot) as window:
        page = opened(qtbot, window)
        assert (page.choices.styles.text, page.choices.types.text, page.choices.kit.text) == (
            "funk", "Beats only", "1 drum",
        )  # fmt: skip
        assert uses(page)["1_funk_120_beat_4-4.mid"] == "ok"
        press(page.choices.styles)
        pick("All styles")
        idle(qtbot, window)
        page.choices.meters.picked.emit("3/4")
        idle(qtbot, window)
        assert "ok" not in uses(page).values()
        page.choices.types.picked.emit("fills")
        idle(qtbot, window)
        assert page.keeper.plan.fills_only
        assert not page.keeper.plan.beats_only


def test_a_source_is_switched_off_labelled_and_removed(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    page = opened(qtbot, window, folder)
    row = page.sources.rows[1]
    row.style_name.setFocus()
    QTest.keyClicks(row.style_name, "metal")
    QTest.keyClick(row.style_name, Qt.Key.Key_Return)
    idle(qtbot, window)
    assert load_plan()[0].sources[1].style == "metal"
    (verse,) = (one for one in page.model.shown if one.name == "verse.mid")
    assert verse.verdict.style == "metal"
    row.check.setFocus()
    QTest.keyClick(row.check, Qt.Key.Key_Return)
    idle(qtbot, window)
    assert page.model.count == 0
    assert page.empty.isVisible()
    assert "off" in [label.text() for label in row.findChildren(QLabel)]
    press(row.check)
    idle(qtbot, window)
    assert page.model.count == 5
    row.check.setFocus()
    QTest.keyClick(row.check, Qt.Key.Key_Delete)
    idle(qtbot, window)
    assert len(page.sources.rows) == 1
    assert page.model.count == 0
    assert page.undo.toolTip() == "Undo: Remove loops"
    click(qtbot, window, page, "Undo")
    assert page.model.count == 5
    press(page.sources.rows[1].remove)
    idle(qtbot, window)
    assert len(load_plan()[0].sources) == 1
    takes = page.sources.rows[0].check
    takes.setFocus()
    QTest.keyClick(takes, Qt.Key.Key_Delete)
    assert len(page.sources.rows) == 1


def test_space_plays_wherever_the_focus_is_and_every_control_has_a_name(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "loop.mid")
    tried = focusable(page)
    tried.remove(page.search)  # what is typed there changes the buttons
    assert len(tried) > 15
    plan = page.keeper.plan
    for widget in tried:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or len(text) > 2, widget
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        if isinstance(widget, QLineEdit):
            assert not window.playing.playing
            widget.clear()
            continue
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(widget, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    assert page.keeper.plan == plan


@pytest.mark.parametrize("size", [(1240, 640), (1280, 720), (1920, 1080)])
def test_nothing_is_clipped(qtbot: QtBot, folder: Path, size: tuple[int, int]) -> None:
    settle()
    with open_window(qtbot, size=size) as window:
        page = opened(qtbot, window, folder)
        choose(page, "loop.mid")
        QApplication.processEvents()
        assert (window.width(), window.height()) == size
        for widget in page.findChildren(QWidget):
            if not widget.isVisible():
                continue
            inside_view = any(
                isinstance(parent, QAbstractItemView)
                for parent in (widget.parent(), widget.parent().parent())
            )
            if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap() and not inside_view:
                assert widget.sizeHint().width() <= widget.width(), widget.text()
            if isinstance(widget, QPushButton) and widget.text():
                assert widget.fontMetrics().horizontalAdvance(widget.text()) < widget.width(), widget.text()
            if isinstance(widget, Field):
                assert widget.fits(), widget.text
            if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
                assert widget.heightForWidth(widget.width()) <= widget.height(), widget.text()


def test_the_drums_take_the_colours_of_the_theme(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "verse.mid")
    assert theme.DARK.drums[Drum.SNARE] in page.details.drums.text()
    window.set_theme("light")
    assert theme.LIGHT.drums[Drum.SNARE] in page.details.drums.text()


def test_tab_goes_through_the_page_as_the_eye_does(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "loop.mid")
    page.sources.rows[0].check.setFocus()
    passed = []
    for _ in range(40):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in passed or not page.isAncestorOf(widget):
            break
        passed.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    rows = page.sources.rows
    assert passed[:3] == [rows[0].check, rows[0].style_name, rows[1].check]
    places = [
        passed.index(widget)
        for widget in (
            rows[1].remove,
            page.add_folder,
            page.choices.styles,
            page.totals.rows["used"],
            page.totals.rows["unreadable"],
            page.search,
            page.undo,
            page.table,
            page.details.play,
            button(page.details, "Repeat it 4 times"),
        )
    ]
    assert places == sorted(places)
    assert set(passed) == set(focusable(page))
