"""The Models page in the real window: drummers are listed, used, renamed, noted, deleted, copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from support.tiny_model import tiny_model
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.drummer.models import set_notes
from drumstudio.ml.catalogue import describe
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.models.library import Library

KEY = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        show(qtbot, opened)
        yield opened


def show(qtbot: QtBot, window: MainWindow) -> Library:
    """Bring the page up with the mouse and wait for its list."""
    press(window.pages.tabs["models"])
    library = window.models.library
    qtbot.waitUntil(lambda: bool(library.table.rows.models), timeout=WAIT)
    rest(qtbot, window)
    return library


def rest(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)


def own_model() -> Path:
    return paths.user_models() / "tiny.safetensors"


def names(window: MainWindow) -> list[str]:
    return [info.name for info in window.models.library.table.rows.models]


def choose(window: MainWindow, name: str) -> None:
    """Click the drummer called `name`."""
    table = window.models.library.table
    row = names(window).index(name)
    place = table.visualRect(table.rows.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.current is not None
    assert table.current.name == name


def banner_button(window: MainWindow, text: str) -> QPushButton:
    return next(one for one in window.banner.findChildren(QPushButton) if one.text() == text)


def test_the_list_tells_of_each_drummer_and_stars_the_one_in_use(window: MainWindow) -> None:
    library = window.models.library
    assert names(window) == ["Drummer (all styles)", "Drum RNN 2 x 64", "Rock drummer", "Tiny"]
    assert library.table.rows.used == own_model()
    assert QApplication.focusWidget() is library.table
    current = library.table.current
    assert current is not None
    assert current.name == "Tiny"
    assert library.details.use.text() == "In use"
    choose(window, "Rock drummer")
    about = library.details.about.toPlainText()
    for words in ("Groove MIDI Dataset v1.0.0, rock beats", "158 train, 15 validation", "CC BY 4.0", "2.50"):
        assert words in about
    assert library.details.notes.isReadOnly()
    assert library.details.delete.isHidden()
    index = library.table.rows.index(3, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Tiny, in use"


def test_another_drummer_is_used_by_click_and_by_enter(qtbot: QtBot, window: MainWindow) -> None:
    library = window.models.library
    choose(window, "Rock drummer")
    press(library.details.use)
    rest(qtbot, window)
    rock = paths.shipped_models() / "rock_drummer.safetensors"
    assert library.table.rows.used == rock
    assert window.drummer.model is not None
    assert window.drummer.model.path == rock
    assert window.settings.get("model", "") == str(rock)
    QTest.keyClick(library.table, KEY.Key_Down)
    QTest.keyClick(library.table, KEY.Key_Return)
    rest(qtbot, window)
    assert window.drummer.model.path == own_model()
    # Picked beside the sequencer, it is starred here too.
    press(window.pages.tabs["sequencer"])
    window.drummer.picker.picked.emit(next(one for one in library.table.rows.models if one.path == rock))
    rest(qtbot, window)
    show(qtbot, window)
    assert library.table.rows.used == rock


def test_f2_renames_what_is_the_users_own(qtbot: QtBot, window: MainWindow) -> None:
    library = window.models.library
    table = library.table
    QTest.keyClick(table, KEY.Key_F2)
    editor = table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "Ben at home")
    QTest.keyClick(editor, KEY.Key_Return)
    qtbot.waitUntil(lambda: "Ben at home" in names(window), timeout=WAIT)
    rest(qtbot, window)
    assert describe(own_model()).name == "Ben at home"
    assert window.drummer.model is not None
    assert window.drummer.model.name == "Ben at home"
    choose(window, "Rock drummer")
    QTest.keyClick(table, KEY.Key_F2)
    assert "came with the program and cannot be renamed" in window.banner.text
    assert (
        table.viewport().findChild(QLineEdit) is None or not table.viewport().findChild(QLineEdit).isVisible()
    )


def test_a_name_that_is_taken_is_refused_in_the_banner(qtbot: QtBot, window: MainWindow) -> None:
    table = window.models.library.table
    press(window.models.library.details.rename)
    editor = table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.setText("rock drummer")
    QTest.keyClick(editor, KEY.Key_Return)
    qtbot.waitUntil(lambda: "There is a drummer rock drummer already" in window.banner.text, timeout=WAIT)
    assert describe(own_model()).name == "Tiny"


def test_notes_are_kept_when_the_writer_rests_or_leaves(qtbot: QtBot, window: MainWindow) -> None:
    notes = window.models.library.details.notes
    notes.setFocus()
    QTest.keyClicks(notes, "Plays loud rooms")
    qtbot.waitUntil(lambda: describe(own_model()).notes == "Plays loud rooms", timeout=WAIT)
    rest(qtbot, window)
    assert notes.toPlainText() == "Plays loud rooms"
    QTest.keyClicks(notes, " and")
    choose(window, "Rock drummer")
    qtbot.waitUntil(lambda: describe(own_model()).notes == "Plays loud rooms and", timeout=WAIT)
    rest(qtbot, window)
    assert notes.toPlainText() == ""
    choose(window, "Tiny")
    assert notes.toPlainText() == "Plays loud rooms and"
    assert not window.playing.playing


def test_notes_that_were_just_written_survive_the_end(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        notes = show(qtbot, window).details.notes
        notes.setFocus()
        QTest.keyClicks(notes, "last words")
    assert describe(own_model()).notes == "last words"


def test_del_deletes_and_undo_brings_back(qtbot: QtBot, window: MainWindow) -> None:
    table = window.models.library.table
    content = own_model().read_bytes()
    QTest.keyClick(table, KEY.Key_Delete)
    qtbot.waitUntil(lambda: "Tiny" not in names(window), timeout=WAIT)
    rest(qtbot, window)
    assert window.banner.text == "Tiny is in the trash."
    assert window.drummer.model is not None
    assert window.drummer.model.name == "Drummer (all styles)"
    press(banner_button(window, "Undo"))
    qtbot.waitUntil(lambda: "Tiny" in names(window), timeout=WAIT)
    rest(qtbot, window)
    assert own_model().read_bytes() == content
    assert window.drummer.model.name == "Tiny"
    assert table.rows.used == own_model()
    choose(window, "Rock drummer")
    QTest.keyClick(table, KEY.Key_Delete)
    assert "came with the program and cannot be deleted" in window.banner.text
    assert "Rock drummer" in names(window)


def test_a_damaged_file_is_listed_with_its_sentence_and_can_go(qtbot: QtBot) -> None:
    settle()
    broken = paths.user_models() / "broken.safetensors"
    broken.write_bytes(b"\x80\x04nothing at all")
    with open_window(qtbot) as window:
        library = show(qtbot, window)
        choose(window, "broken")
        assert "is a pickle" in library.details.about.toPlainText()
        assert not library.details.use.isEnabled()
        assert not library.details.export.isEnabled()
        QTest.keyClick(library.table, KEY.Key_Return)
        assert "is a pickle" in window.banner.text
        press(library.details.delete)
        qtbot.waitUntil(lambda: "broken" not in names(window), timeout=WAIT)
        assert not broken.exists()


def test_models_are_imported_and_exported_by_dialog(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    library = window.models.library
    stranger = tiny_model(tmp_path / "stranger.safetensors", seed=4)
    press(library.add)
    accept(qtbot, library, stranger)
    qtbot.waitUntil(lambda: "Tiny 2" in names(window), timeout=WAIT)
    rest(qtbot, window)
    current = library.table.current
    assert current is not None
    assert current.name == "Tiny 2"
    set_notes(current.path, "from afar")
    press(library.details.export)
    accept(qtbot, library, tmp_path / "out.safetensors")
    qtbot.waitUntil((tmp_path / "out.safetensors").exists, timeout=WAIT)
    assert describe(tmp_path / "out.safetensors").notes == "from afar"


def accept(qtbot: QtBot, parent: QWidget, path: Path) -> None:
    """Choose `path` in the file dialog that is open."""
    qtbot.waitUntil(lambda: bool(open_dialogs(parent)), timeout=WAIT)
    (dialog,) = open_dialogs(parent)
    dialog.filesSelected.emit([str(path)])
    dialog.close()


def open_dialogs(parent: QWidget) -> list[QFileDialog]:
    return [one for one in parent.findChildren(QFileDialog) if one.isVisible()]


def drop(widget: QWidget, paths_dropped: list[Path]) -> bool:
    """Drop files on `widget`; whether it takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths_dropped])
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, data, buttons, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, none)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_what_is_dropped_comes_in_or_is_refused(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    good = tiny_model(tmp_path / "good.safetensors", seed=4)
    foreign = tmp_path / "weights.pt"
    foreign.write_bytes(b"PK\x03\x04\x00\x00\x08\x08 and so on")
    assert drop(window.models, [good])
    qtbot.waitUntil(lambda: "Tiny 2" in names(window), timeout=WAIT)
    assert drop(window.models, [foreign])
    qtbot.waitUntil(lambda: "is a pickle, which may hold a program" in window.banner.text, timeout=WAIT)
    rest(qtbot, window)
    assert len(names(window)) == 5
    # MIDI files and projects are the window's.
    assert drop(window.models, [tmp_path / "beat.mid"])
    qtbot.waitUntil(lambda: "beat.mid" in window.banner.text, timeout=WAIT)
    assert len(names(window)) == 5


def test_a_copy_of_a_shipped_drummer_is_the_users(qtbot: QtBot, window: MainWindow) -> None:
    library = window.models.library
    choose(window, "Rock drummer")
    press(library.details.copy)
    qtbot.waitUntil(lambda: "Rock drummer 2" in names(window), timeout=WAIT)
    rest(qtbot, window)
    assert not library.details.notes.isReadOnly()
    assert library.details.rename.isEnabled()


def test_models_that_others_made_appear(qtbot: QtBot, window: MainWindow) -> None:
    tiny_model(paths.user_models() / "trained.safetensors", seed=9)
    window.desk.models_changed.emit()
    qtbot.waitUntil(lambda: len(names(window)) == 5, timeout=WAIT)
    rest(qtbot, window)
    # Namesakes are told apart by their files.
    shown = [window.models.library.table.rows.index(row, 0).data() for row in range(5)]
    assert shown[3:] == ["Tiny (tiny)", "Tiny (trained)"]


def test_space_plays_wherever_the_focus_is_on_the_page(qtbot: QtBot, window: MainWindow) -> None:
    library = window.models.library
    for widget in (library.table, library.details.about, library.details.compare, library.add):
        widget.setFocus()
        QTest.keyClick(widget, KEY.Key_Space)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(widget, KEY.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)


def test_everything_is_named_and_fits(window: MainWindow) -> None:
    for widget in window.models.library.findChildren(QPushButton):
        assert widget.accessibleName() or widget.text()
        if widget.isVisible():
            assert widget.fontMetrics().horizontalAdvance(widget.text()) < widget.width()
