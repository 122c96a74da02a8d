"""The grid as a screen reader finds it."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Project
from drumstudio.ui.document import Document
from drumstudio.ui.grid.panel import GridPanel

NAME = QAccessible.Text.Name


@pytest.fixture
def panel(open_grid: Callable[..., GridPanel]) -> GridPanel:
    return open_grid(Project(patterns=(edits.set_seam(demo_pattern(), 16),)))


def test_the_grid_is_a_table_of_speaking_cells(panel: GridPanel) -> None:
    grid = QAccessible.queryAccessibleInterface(panel.view)
    assert grid.role() == QAccessible.Role.Table
    assert grid.text(NAME) == "Step grid"
    assert grid.childCount() == 9 * 32
    assert grid.child(0).text(NAME) == "Crash, bar 1 beat 1, velocity 112"
    assert grid.child(7 * 32 + 20).text(NAME) == "Snare, bar 2 beat 2, velocity 125, generated"
    assert grid.child(9 * 32) is None
    assert grid.child(-1) is None


def test_a_cell_knows_its_place_and_state(panel: GridPanel) -> None:
    grid = QAccessible.queryAccessibleInterface(panel.view)
    cell = grid.child(7 * 32 + 4)
    assert cell.role() == QAccessible.Role.Cell
    assert cell.rect().topLeft() == panel.view.mapToGlobal(panel.view.cell_rect(4, Drum.SNARE).topLeft())
    assert cell.state().checked
    assert not grid.child(7 * 32 + 5).state().checked
    assert grid.indexOfChild(cell) == 7 * 32 + 4
    assert cell.parent() is grid
    assert grid.childAt(cell.rect().center().x(), cell.rect().center().y()) is cell
    assert grid.childAt(-9000, -9000) is None
    assert (cell.childCount(), cell.child(0), cell.childAt(0, 0), cell.indexOfChild(grid)) == (
        0,
        None,
        None,
        -1,
    )
    assert cell.text(QAccessible.Text.Value) == ""


def test_focus_and_selection_are_states(qtbot: QtBot, panel: GridPanel) -> None:
    grid = QAccessible.queryAccessibleInterface(panel.view)
    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    panel.selection.focus(4, Drum.SNARE)
    panel.selection.extend(6, Drum.KICK)
    focused = grid.focusChild()
    assert focused.text(NAME) == "Kick, bar 1 beat 2 and, velocity 99"
    assert focused.state().focused
    assert focused.state().selected
    assert not grid.child(0).state().selected


def test_cells_that_are_gone_are_not_valid(panel: GridPanel) -> None:
    cell = QAccessible.queryAccessibleInterface(panel.view).child(7 * 32 + 31)
    assert cell.isValid()
    panel.state.document.edit(edits.set_bars(panel.state.document.pattern, 1), "Shorten")
    assert not cell.isValid()
    assert cell.text(NAME) == ""


def test_interfaces_go_with_their_widget(
    qapp: QApplication, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(gc.unfreeze)
    gc.freeze()  # what other tests left need not be looked through fifty times
    for _ in range(50):
        panel = GridPanel(Document(Project(patterns=(Pattern(),))))
        view = panel.view
        grid = QAccessible.queryAccessibleInterface(view)
        for index in (0, 5, 77):
            event = QAccessibleEvent(view, QAccessible.Event.Focus)
            event.setChild(index)
            number = QAccessible.uniqueId(event.accessibleInterface())
            assert QAccessible.accessibleInterface(number).text(NAME).endswith("empty")
        cell = grid.child(77)
        Shiboken.delete(panel)
        assert not Shiboken.isValid(view)
        assert not Shiboken.isValid(cell)
        assert not Shiboken.isValid(grid)
        del panel, view, grid, cell, event
        gc.collect()


def test_edits_and_moves_are_told_to_a_listening_reader(
    qtbot: QtBot, panel: GridPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[QAccessible.Event, str]] = []

    def listen(event: QAccessibleEvent) -> None:
        told.append((event.type(), event.accessibleInterface().text(NAME)))

    panel.view.setFocus()
    qtbot.waitUntil(panel.view.hasFocus)
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(listen))
    panel.selection.focus(4, Drum.SNARE)
    panel.editor.toggle()
    assert told == [
        (QAccessible.Event.Focus, "Snare, bar 1 beat 2, velocity 125"),
        (QAccessible.Event.NameChanged, "Snare, bar 1 beat 2, empty"),
    ]


def test_points_outside_are_no_cell(panel: GridPanel) -> None:
    corner = panel.view.mapToGlobal(QPoint(-3, -3))
    assert QAccessible.queryAccessibleInterface(panel.view).childAt(corner.x(), corner.y()) is None
