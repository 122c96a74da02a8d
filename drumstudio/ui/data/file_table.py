"""The table of judged files: chosen and sorted by mouse and keyboard, steady while its files change."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from drumstudio.ui.data.file_model import FILE, FOUND, LENGTH, SPLIT, USE, FileModel, Index
from drumstudio.ui.data.file_rows import FileRow
from drumstudio.ui.fields import ENTER
from drumstudio.ui.layouts import lay_out_rows

_ROW = 28
_WIDTHS = {LENGTH: 84, SPLIT: 90, USE: 168}


class FileTable(QTableView):
    """Shows a `FileModel`.

    Signals: `chosen()` when other rows are chosen, `opened(FileRow)` on Enter or a double click,
    `menu_wanted(QPoint)` with a place on the screen.
    """

    chosen = Signal()
    opened = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, model: FileModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kept: tuple[set[str], str] = (set(), "")
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setItemDelegateForColumn(FILE, _NameDelegate(self))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_asked)
        self.doubleClicked.connect(self._open)
        header = lay_out_rows(self, "Files", _ROW)
        header.setMinimumSectionSize(60)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(FOUND, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(FILE, 236)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.setSortingEnabled(True)
        self.sortByColumn(FILE, Qt.SortOrder.AscendingOrder)
        model.modelAboutToBeReset.connect(self._keep_choice)
        model.modelReset.connect(self._choose_again)
        self.selectionModel().selectionChanged.connect(self._selection_changed)

    def rows(self) -> list[FileRow]:
        """The rows that are chosen, from the top."""
        return [self._model.row(index.row()) for index in sorted(self.selectionModel().selectedRows())]

    def choose(self, paths: set[str]) -> None:
        """Choose the rows of these files, as far as they are shown, and go to the first of them."""
        self._kept = paths, next(iter(paths), "")
        self._choose_again()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the file; Space is the transport's."""
        if event.key() in ENTER:
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.opened.emit(self._model.row(index.row()))

    def _menu_asked(self, point: QPoint) -> None:
        self.menu_wanted.emit(self.viewport().mapToGlobal(point))

    def _keep_choice(self) -> None:
        current = self.currentIndex()
        path = self._model.row(current.row()).path if current.isValid() else ""
        self._kept = {row.path for row in self.rows()}, path

    def _choose_again(self) -> None:
        paths, current = self._kept
        model = self._model
        at = model.place(current)
        flags = QItemSelectionModel.SelectionFlag
        if at >= 0:
            # The current row is where the keys go on from; it may be one that is not chosen.
            self.selectionModel().setCurrentIndex(model.index(at, FILE), flags.NoUpdate)
            self.scrollTo(model.index(at, FILE))
        chosen = QItemSelection()
        for place, row in enumerate(model.shown):
            if row.path in paths:
                chosen.select(model.index(place, FILE), model.index(place, USE))
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        self.chosen.emit()

    def _selection_changed(self) -> None:
        self.chosen.emit()


class _NameDelegate(QStyledItemDelegate):
    """Cuts long paths at their beginning: their end tells files apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """As usual, but for where it is cut."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft
