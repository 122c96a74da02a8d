"""The list of everything that was done to the project, to go back and forth in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut, QUndoStack
from PySide6.QtWidgets import QDialog, QLabel, QUndoView, QVBoxLayout, QWidget

from drumstudio.ui import theme
from drumstudio.ui.sheet import shell_sheet
from drumstudio.ui.shortcuts import Keymap


class HistoryList(QDialog):
    """Stands beside the window, which goes on working; a click on a step goes there."""

    def __init__(self, stack: QUndoStack, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("History")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(shell_sheet(theme.current()))
        self.steps = QUndoView(stack)
        self.steps.setEmptyLabel("As it was opened")
        self.steps.setAccessibleName("Steps of the project's history")
        note = QLabel("A step shows the project as it was after it.")
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 10, 10, 10)
        whole.addWidget(self.steps, 1)
        whole.addWidget(note)
        for name, does in (("history", self.close), ("undo", stack.undo), ("redo", stack.redo)):
            for keys in keymap.sequences(name):
                QShortcut(keys, self, does)
        self.resize(280, 420)
