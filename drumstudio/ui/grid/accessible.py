"""The grid as screen readers see it: a table whose cells speak for themselves.

Qt knows nothing of what a custom-painted widget shows, so the grid answers for its cells: each
has a name ("Snare, bar 1 beat 2 and, velocity 90, generated"), a place on the screen and a
state.  Qt's cache deletes interfaces from C++; they are therefore kept alive on this side until
their widget is gone, and cells are taken out of the cache before.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import Shiboken

from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS
from drumstudio.ui.grid.canvas import GridCanvas


class CellInterface(QAccessibleInterface):
    """One cell, struck or empty."""

    def __init__(self, grid: GridInterface, step: int, row: int) -> None:
        super().__init__()
        self._grid = grid
        self._step = step
        self._row = row

    def isValid(self) -> bool:
        """Whether the pattern still has this cell."""
        return Shiboken.isValid(self._grid.view) and self._step < self._grid.view.state.columns.steps

    def object(self) -> QObject:
        """A cell has no object of its own."""
        return None  # type: ignore[return-value]

    def window(self) -> QWindow:
        """The window that the grid is in."""
        return self._grid.window()

    def parent(self) -> QAccessibleInterface:
        """The grid."""
        return self._grid

    def child(self, index: int) -> QAccessibleInterface:
        """A cell has no children."""
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        """None."""
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """Nothing lies inside a cell."""
        return None  # type: ignore[return-value]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Nothing lies inside a cell."""
        return -1

    def rect(self) -> QRect:
        """Its place on the screen."""
        view = self._grid.view
        rect = view.cell_rect(self._step, GRID_ROWS[self._row])
        return QRect(view.mapToGlobal(rect.topLeft()), rect.size())

    def role(self) -> QAccessible.Role:
        """A cell of a table."""
        return QAccessible.Role.Cell

    def state(self) -> QAccessible.State:
        """Struck cells are checked."""
        view, drum = self._grid.view, GRID_ROWS[self._row]
        selection = view.state.selection
        state = QAccessible.State()
        state.focusable = state.selectable = state.checkable = True
        state.checked = view.state.pattern.hit_at(self._step, drum) is not None
        state.selected = selection.block is not None and selection.block.holds(self._step, drum)
        state.focused = view.hasFocus() and (selection.step, selection.drum) == (self._step, drum)
        state.offscreen = not view.rect().intersects(view.cell_rect(self._step, drum))
        return state

    def text(self, text: QAccessible.Text) -> str:
        """What the cell says."""
        if text != QAccessible.Text.Name or not self.isValid():
            return ""
        return self._grid.view.state.cell_words(self._step, GRID_ROWS[self._row])

    def setText(self, text: QAccessible.Text, value: str) -> None:
        """Names cannot be changed."""


class GridInterface(QAccessibleWidget):
    """The grid: cells row by row, from the top left."""

    def __init__(self, view: GridCanvas) -> None:
        super().__init__(view, QAccessible.Role.Table, view.accessibleName())
        self.view = view
        self._cells: dict[tuple[int, int], CellInterface] = {}
        view.destroyed.connect(partial(_forget, self._cells))

    def _cell(self, step: int, row: int) -> CellInterface:
        if (found := self._cells.get((step, row))) is None:
            found = self._cells[step, row] = CellInterface(self, step, row)
        return found

    def childCount(self) -> int:
        """Rows times columns."""
        return DRUM_COUNT * self.view.state.columns.steps

    def child(self, index: int) -> QAccessibleInterface:
        """A cell by its number."""
        row, step = divmod(index, self.view.state.columns.steps)
        if not 0 <= row < DRUM_COUNT:
            return None  # type: ignore[return-value]
        return self._cell(step, row)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """The cell at a point of the screen."""
        point = self.view.mapFromGlobal(QPoint(x, y))
        if not self.view.rect().contains(point):
            return None  # type: ignore[return-value]
        return self._cell(*self.view.cell_at(point))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Number of a cell, -1 for what is not one."""
        for (step, row), cell in self._cells.items():
            if cell is child:
                return row * self.view.state.columns.steps + step
        return -1

    def focusChild(self) -> QAccessibleInterface:
        """The focused cell."""
        selection = self.view.state.selection
        return self._cell(selection.step, GRID_ROWS.index(selection.drum))


_interfaces: list[GridInterface] = []
_installed: list[bool] = []


def _forget(cells: dict[tuple[int, int], CellInterface], _view: QObject | None = None) -> None:
    for cell in cells.values():
        if Shiboken.isValid(cell):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(cell))
    cells.clear()


def _make(key: str, asked: QObject) -> QAccessibleInterface | None:
    if not isinstance(asked, GridCanvas):
        return None
    _interfaces[:] = [kept for kept in _interfaces if Shiboken.isValid(kept)]
    _interfaces.append(GridInterface(asked))
    return _interfaces[-1]


def install() -> None:
    """Let Qt ask this module about grids; once a process."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_make)


def say_focus(view: GridCanvas) -> None:
    """Tell a screen reader which cell has the focus now, where one listens."""
    if QAccessible.isActive():
        selection = view.state.selection
        event = QAccessibleEvent(view, QAccessible.Event.Focus)
        event.setChild(GRID_ROWS.index(selection.drum) * view.state.columns.steps + selection.step)
        QAccessible.updateAccessibility(event)


def say_change(view: GridCanvas) -> None:
    """Tell a screen reader that the focused cell says something else now."""
    if QAccessible.isActive():
        selection = view.state.selection
        event = QAccessibleEvent(view, QAccessible.Event.NameChanged)
        event.setChild(GRID_ROWS.index(selection.drum) * view.state.columns.steps + selection.step)
        QAccessible.updateAccessibility(event)


def announce(view: GridCanvas, words: str) -> None:
    """Have a screen reader say what a key did beyond the focused cell, where one listens."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, words))
