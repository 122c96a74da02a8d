"""The judged files as a model for Qt's tables: sorted and narrowed here, so that thousands take no time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from drumstudio.ui import theme
from drumstudio.ui.data.file_rows import FileRow

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

COLUMNS = ("File", "Length", "What was found", "Split", "Use")
FILE, LENGTH, FOUND, SPLIT, USE = range(len(COLUMNS))
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FileModel(QAbstractTableModel):
    """One row a file.  `set_rows` shows others, `narrow` says which of them, `sort` in what order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[FileRow, ...] = ()
        self._shown: list[FileRow] = []
        self._text: tuple[str, ...] = ()
        self._kinds: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()
        self._order = (FILE, Qt.SortOrder.AscendingOrder)

    @property
    def shown(self) -> tuple[FileRow, ...]:
        """The rows that are shown, in order."""
        return tuple(self._shown)

    @property
    def count(self) -> int:
        """How many files there are, shown or not."""
        return len(self._all)

    def row(self, index: int) -> FileRow:
        """The row shown at `index`."""
        return self._shown[index]

    def place(self, path: str) -> int:
        """Where the file at `path` is shown, -1 where it is not."""
        return next((at for at, row in enumerate(self._shown) if row.path == path), -1)

    def set_rows(self, rows: Sequence[FileRow]) -> None:
        """Show other files, which come by name, narrowed and sorted as before."""
        self._all = tuple(rows)
        self._arrange()

    def narrow(self, text: str | None = None, kinds: Collection[str] | None = None) -> None:
        """Show only files that hold every word of `text` and, where some are given, are of `kinds`."""
        self._held = frozenset()
        if text is not None:
            self._text = tuple(text.casefold().split())
        if kinds is not None:
            self._kinds = frozenset(kinds)
        self._arrange()

    def hold(self, paths: Collection[str]) -> None:
        """Keep showing these files, whatever kind they become, until it is narrowed anew."""
        self._held = frozenset(paths)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by `column`."""
        if column >= 0:
            self._order = column, order
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        column, order = self._order
        kept = [
            row
            for row in self._all
            if (not self._kinds or row.kind in self._kinds or row.path in self._held)
            and all(word in row.searched for word in self._text)
        ]
        down = order == Qt.SortOrder.DescendingOrder
        if column != FILE:
            # Rows come by name, which so decides between equals, from A to Z either way.
            kept.sort(key=lambda row: row.keys[column], reverse=down)
        elif down:
            kept.reverse()
        self._shown = kept
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Rows that are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """What a column is called."""
        if orientation == Qt.Orientation.Horizontal and section < len(COLUMNS):
            if role == Role.DisplayRole:
                return COLUMNS[section]
            if role == Role.TextAlignmentRole:
                return (
                    _RIGHT
                    if section == LENGTH
                    else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                )
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Text, colour and words for screen readers of a cell."""
        row, column = self._shown[index.row()], index.column()
        if role == Role.DisplayRole:
            return row.cells[column]
        if role == Role.ToolTipRole:
            return row.tips[column]
        if role == Role.AccessibleTextRole:
            return f"{COLUMNS[column]}: {row.spoken[column]}"
        if role == Role.TextAlignmentRole and column == LENGTH:
            return _RIGHT
        if role == Role.ForegroundRole:
            colours = theme.current()
            if column == USE:
                return QColor(getattr(colours, row.colour))
            if column != FILE or not row.used:
                return QColor(colours.text_muted)
        return None
