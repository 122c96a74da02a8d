"""A sweep beside its chart: heat map or table of validation perplexity."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.training.runs import Cell
from drumstudio.ui.fields import ENTER
from drumstudio.ui.layouts import lay_out_rows
from drumstudio.ui.training.heat_map import HeatMap, Shape, best_cell
from drumstudio.ui.training.words import cell_note, duration, perplexity

_COLUMNS = ("Layers", "Units", "Validation", "Time", "State")


class CellTable(QTableWidget):
    """A row each shape.  Signal: `picked(layers, units)` for the row the keys or the mouse are on."""

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._shapes: list[Shape] = []
        self.setHorizontalHeaderLabels(_COLUMNS)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = lay_out_rows(self, "Shapes of the sweep", 26)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self.cellClicked.connect(self._clicked)

    def show_cells(self, cells: Sequence[Cell], chosen: Shape | None) -> None:
        """Show `cells`, with the shape `chosen` marked."""
        self._shapes = [(cell.layers, cell.units) for cell in cells]
        best = best_cell(cells)
        self.setRowCount(len(cells))
        for row, cell in enumerate(cells):
            words = (
                str(cell.layers),
                str(cell.units),
                perplexity(cell.perplexity),
                duration(cell.seconds) if cell.seconds else "—",
                cell_note(cell, cell is best) or "done",
            )
            for column, text in enumerate(words):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(row, column, item)
                item.setText(text)
                item.setToolTip(cell.message)
        if chosen in self._shapes and self.currentRow() < 0:
            self.selectRow(self._shapes.index(chosen))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter picks; Space is the transport's."""
        if event.key() in ENTER and self.currentRow() >= 0:
            self.picked.emit(*self._shapes[self.currentRow()])
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _clicked(self, row: int, _column: int) -> None:
        self.picked.emit(*self._shapes[row])


class SweepView(QWidget):
    """Heat map and table of one sweep.  Signal: `picked(layers, units)`."""

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map, self.table = HeatMap(), CellTable()
        title = QLabel("Sweep")
        title.setProperty("role", "title")
        self.as_table = QPushButton("As table")
        self.as_table.setProperty("kind", "small")
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._turn)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.map)
        self._stack.addWidget(self.table)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.as_table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.map.picked.connect(self.picked)
        self.table.picked.connect(self.picked)

    def show_cells(self, cells: Sequence[Cell], chosen: Shape | None) -> None:
        """Show `cells`, with the shape `chosen` in front."""
        self.map.show_cells(cells, chosen)
        self.table.show_cells(cells, chosen)

    def _turn(self, as_table: bool) -> None:
        self._stack.setCurrentIndex(int(as_table))
        self.as_table.setText("As heat map" if as_table else "As table")
