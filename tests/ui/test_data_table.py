"""The table of judged files: sorting, searching, keys, and what screen readers are told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot
from support.verdicts import refused, rows, used

from drumstudio.ui import theme
from drumstudio.ui.data.file_model import FILE, FOUND, LENGTH, SPLIT, USE, FileModel
from drumstudio.ui.data.file_rows import FileRow
from drumstudio.ui.data.file_table import FileTable

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
Role = Qt.ItemDataRole
MANY = 5000


def some() -> tuple[FileRow, ...]:
    return rows(
        used("take 10.mid", split="test"),
        used("take 2.mid", bars=8, found=used().found.__class__(bars=8, meters=("6/8",), qpms=(92.0,))),
        refused("fill.mid", "short", "1 bar of 4/4, and at least 2 are needed"),
        refused("song.mid", "unreadable", "it is no MIDI file"),
        used("verse.mid", style="jazz/swing", split="validation"),
    )


def path_of(name: str) -> str:
    return next(row.path for row in some() if row.name == name)


def names(model: FileModel) -> list[str]:
    return [row.name for row in model.shown]


@pytest.fixture
def model(qtbot: QtBot) -> FileModel:
    made = FileModel()
    made.set_rows(some())
    return made


@pytest.fixture
def table(qtbot: QtBot, model: FileModel) -> FileTable:
    shown = FileTable(model)
    qtbot.addWidget(shown)
    shown.resize(900, 400)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def test_qt_finds_the_model_sound(model: FileModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.narrow(text="take")
    model.sort(LENGTH, DOWN)
    model.set_rows(())
    model.set_rows(some())
    assert names(model) == ["take 10.mid", "take 2.mid"]


def test_files_are_sorted_by_every_column(model: FileModel) -> None:
    assert names(model) == ["fill.mid", "song.mid", "take 2.mid", "take 10.mid", "verse.mid"]
    model.sort(LENGTH, DOWN)
    assert names(model) == ["take 10.mid", "verse.mid", "take 2.mid", "fill.mid", "song.mid"]
    model.sort(SPLIT, UP)
    assert names(model)[:3] == ["take 2.mid", "verse.mid", "take 10.mid"]
    model.sort(USE, DOWN)
    assert names(model)[:2] == ["song.mid", "fill.mid"]
    model.sort(FOUND, UP)
    assert names(model)[0] == "fill.mid"  # "1 bar of 4/4 ..."
    model.sort(-1, UP)
    assert names(model)[0] == "fill.mid"


def test_a_search_looks_at_names_styles_and_verdicts(model: FileModel) -> None:
    for text, found in (
        ("TAKE", ["take 2.mid", "take 10.mid"]),
        ("jazz swing", ["verse.mid"]),
        ("6/8", ["take 2.mid"]),
        ("at least 2", ["fill.mid"]),
        ("no such thing", []),
    ):
        model.narrow(text=text)
        assert names(model) == found
    model.narrow(text="", kinds=("short", "unreadable"))
    assert names(model) == ["fill.mid", "song.mid"]
    model.narrow(kinds=())
    assert len(model.shown) == model.count == 5


def test_held_files_stay_whatever_they_become(model: FileModel) -> None:
    model.narrow(kinds=("short",))
    (fill,) = model.shown
    model.hold({fill.path})
    model.set_rows([*(row for row in some() if row.path != fill.path), *rows(used("fill.mid"))])
    assert names(model) == ["fill.mid"]
    assert model.row(0).used
    model.narrow(kinds=("short",))
    assert names(model) == []


def test_cells_have_words_colours_and_alignment(model: FileModel) -> None:
    at = model.place(path_of("fill.mid"))
    use = model.index(at, USE)
    assert model.data(use) == "too short"
    assert model.data(use, Role.ForegroundRole).name() == theme.current().warn
    assert model.data(use, Role.ToolTipRole) == "1 bar of 4/4, and at least 2 are needed."
    assert model.data(use, Role.AccessibleTextRole) == (
        "Use: too short: 1 bar of 4/4, and at least 2 are needed"
    )
    assert model.data(model.index(at, LENGTH), Role.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(FOUND, Qt.Orientation.Horizontal) == "What was found"
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.place("elsewhere") == -1


def test_screen_readers_read_the_cells(table: FileTable) -> None:
    interface = QAccessible.queryAccessibleInterface(table)
    assert interface.text(QAccessible.Text.Name) == "Files"
    told = [interface.child(at).text(QAccessible.Text.Name) for at in range(interface.childCount())]
    assert {"What was found", "Length: 8 bars", "Split: training", "Use: ok: 24 bars of 4/4 at 118"} <= set(
        told
    )


def test_the_choice_survives_sorting_searching_and_new_verdicts(table: FileTable, model: FileModel) -> None:
    table.selectRow(model.place(path_of("take 10.mid")))
    for change in (
        lambda: table.sortByColumn(LENGTH, DOWN),
        lambda: model.narrow(text="take"),
        lambda: model.set_rows(some()),
    ):
        change()
        assert [row.name for row in table.rows()] == ["take 10.mid"]
        assert model.row(table.currentIndex().row()).name == "take 10.mid"
    model.narrow(text="verse")
    assert table.rows() == []


def test_a_header_is_clicked_to_sort(table: FileTable, model: FileModel) -> None:
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(LENGTH) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(model)[:3] == ["fill.mid", "song.mid", "take 2.mid"]
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(model)[0] == "take 10.mid"


def test_keys_walk_choose_and_open(qtbot: QtBot, table: FileTable, model: FileModel) -> None:
    opened: list[FileRow] = []
    menus: list[QPoint] = []
    table.opened.connect(opened.append)
    table.menu_wanted.connect(menus.append)
    table.setFocus()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [row.name for row in table.rows()] == ["song.mid", "take 2.mid"]
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert [row.name for row in opened] == ["take 2.mid"]
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.rows()) == 5
    place = table.visualRect(model.index(0, FILE)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened[-1].name == "fill.mid"
    table.customContextMenuRequested.emit(place)
    assert menus == [table.viewport().mapToGlobal(place)]


def test_thousands_of_files_are_shown_sorted_and_searched(table: FileTable, model: FileModel) -> None:
    many = rows(*(used(f"set {at % 7}/take {at}.mid", bars=at % 50) for at in range(MANY)))
    model.set_rows(many)
    assert model.rowCount() == MANY
    assert names(model)[:2] == ["set 0/take 0.mid", "set 0/take 7.mid"]
    table.selectAll()
    assert len(table.rows()) == MANY
    table.sortByColumn(FILE, DOWN)
    assert len(table.rows()) == MANY
    assert names(model)[-1] == "set 0/take 0.mid"
    model.narrow(text="take 4999")
    assert names(model) == ["set 1/take 4999.mid"]
    table.grab()
