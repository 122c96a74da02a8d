"""The F1 sheet: every key and what the mouse does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from drumstudio.ui import theme
from drumstudio.ui.sheet import shell_sheet
from drumstudio.ui.shortcuts import Keymap

_COLUMNS = 3


class HelpSheet(QDialog):
    """Does not stand in the way: the window goes on working beside it; Esc or F1 closes it."""

    def __init__(self, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(shell_sheet(theme.current()))
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(20, 16, 20, 16)
        columns.setSpacing(32)
        groups = keymap.cheat_sheet()
        stacks = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for name, rows in groups:
            column = heights.index(min(heights))
            heights[column] += len(rows) + 2
            stacks[column].addWidget(self._group(name, rows))
        for stack in stacks:
            stack.setSpacing(14)
            stack.addStretch(1)
            columns.addLayout(stack, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        for keys in keymap.sequences("help"):
            QShortcut(keys, self, self.close)
        self.resize(1120, 680)

    @staticmethod
    def _group(name: str, rows: list[tuple[str, str]]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        title = QLabel(name)
        title.setProperty("role", "section")
        grid.addWidget(title, 0, 0, 1, 2)
        for row, (text, keys) in enumerate(rows, 1):
            grid.addWidget(QLabel(text), row, 0)
            key = QLabel(keys)
            key.setProperty("role", "key")
            grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignRight)
        return box
