"""Small pieces that several panels are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableView, QWidget


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let it look."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def enter_clicks(parent: QWidget) -> None:
    """Let Enter press the buttons inside `parent` that have the focus: Space is the transport's."""
    for button in parent.findChildren(QPushButton):
        button.setAutoDefault(True)


def lay_out_rows(table: QTableView, name: str, row: int) -> QHeaderView:
    """Dress a table called `name` as a list of whole rows, each `row` pixels high; gives its header."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(row)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    return header
