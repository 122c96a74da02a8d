"""A table to read: cells of text, nothing to edit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from drumstudio.ui import theme
from drumstudio.ui.layouts import lay_out_rows

_ROW = 26
# Width of the names of rows, in pixels: beside up to so many columns, and beside more.
_NAMES, _SHORT_NAMES = 246, 226
_FEW = 5
_NARROWEST = 54


class PlainTable(QTableWidget):
    """Rows of words: the first column names them, the others stand at the right."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = lay_out_rows(self, name, _ROW)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)

    def show_rows(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        tips: Sequence[str] = (),
        strong: Sequence[int | None] = (),
    ) -> None:
        """Show `rows` under `heads`, each with its tip and the column that stands out, if any."""
        self.setColumnCount(len(heads))
        self.setRowCount(len(rows))
        bold = theme.font(13, QFont.Weight.Bold)
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                if place < len(tips):
                    item.setToolTip(f"{row[0]}: {tips[place]}")
                if place < len(strong) and strong[place] == column:
                    item.setFont(bold)
                elif column in (0, len(heads) - 1):
                    item.setForeground(QColor(theme.current().text_muted))
                self.setItem(place, column, item)
        for column in range(len(heads)):
            head = QTableWidgetItem(heads[column])
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            head.setToolTip(heads[column])
            self.setHorizontalHeaderItem(column, head)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        if heads:
            header.setSectionResizeMode(len(heads) - 1, QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(0, _NAMES if len(heads) <= _FEW else _SHORT_NAMES)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space is the transport's."""
        if event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)
