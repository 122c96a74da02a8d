"""The Data page of the real window, worked by mouse, keys and drops."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from drumstudio.ui.data.page import DataPage
from drumstudio.ui.main_window import MainWindow
from support.smf import beat, chunk, drums, rock_file, smf, tempo, write
from support.window import LEFT, WAIT, press

NONE = Qt.KeyboardModifier.NoModifier


def some_files(home: Path) -> Path:
    """Write two beats, a loop of one bar, one whose tempo is written twice too fast, and no MIDI at all."""
    rock_file(home / "verse.mid", 8)
    rock_file(home / "1_funk_120_beat_4-4.mid", 4)
    rock_file(home / "loop.mid", 1)
    write(home / "fast.mid", smf(chunk(tempo(0, 250_000), drums(beat(8)))))
    write(home / "text.mid", b"drums, they said")
    return home


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.background.busy and not window.data.keeper.judging, timeout=WAIT)
    QApplication.processEvents()  # labels that changed are laid out anew


def opened(qtbot: QtBot, window: MainWindow, *sources: Path) -> DataPage:
    """The page in front, with these sources judged."""
    press(window.pages.tabs["data"])
    if sources:
        window.data.add(list(sources))
    idle(qtbot, window)
    return window.data


def dropped(page: QWidget, *paths: Path, leave: bool = False) -> bool:
    """Drag files over the page and let them go, or take them away again; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, place = Qt.DropAction.CopyAction, QPoint(500, 200)
    enter = QDragEnterEvent(place, action, data, LEFT, NONE)
    enter.ignore()
    QApplication.sendEvent(page, enter)
    if leave:
        QApplication.sendEvent(page, QDragLeaveEvent())
    elif enter.isAccepted():
        QApplication.sendEvent(page, QDropEvent(QPointF(place), action, data, LEFT, NONE))
    return enter.isAccepted()


def uses(page: DataPage) -> dict[str, str]:
    """What the table says of each file that is shown."""
    return {row.name: row.cells[4] for row in page.model.shown}


def choose(page: DataPage, *names: str) -> None:
    """Click files in the table."""
    table = page.table
    for at, name in enumerate(names):
        (path,) = (row.path for row in page.model.shown if row.name == name)
        place = table.visualRect(page.model.index(page.model.place(path), 0)).center()
        QTest.mouseClick(table.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier if at else NONE, place)
    QApplication.processEvents()  # new buttons are shown with the next layout


def button(parent: QWidget, words: str) -> QPushButton:
    (found,) = (one for one in parent.findChildren(QPushButton) if one.text() == words and one.isVisible())
    return found


def click(qtbot: QtBot, window: MainWindow, parent: QWidget, words: str) -> None:
    """Press a button and wait for what comes of it."""
    press(button(parent, words))
    idle(qtbot, window)


def pick(words: str) -> None:
    """Choose an entry of the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(action for action in menu.actions() if action.text() == words)
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def focusable(page: DataPage) -> list[QWidget]:
    return [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
    ]
