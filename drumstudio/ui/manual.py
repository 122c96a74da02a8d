"""The manual, in a window beside the beat."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from drumstudio import paths
from drumstudio.ui import theme
from drumstudio.ui.sheet import shell_sheet

# Pixels by level.
_HEADINGS = {1: 22, 2: 17, 3: 14}
_MISSING = "The manual did not come with this installation; it stands in the project as docs/manual.md."


class ManualWindow(QDialog):
    """Does not stand in the way: the window goes on working beside it; Esc closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Manual")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(shell_sheet(theme.current()))
        self.text = QTextBrowser()
        self.text.setAccessibleName("Manual")
        self.text.setOpenExternalLinks(True)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.document().setDocumentMargin(24)
        self._fill()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.text)
        QShortcut(QKeySequence("Shift+F1"), self, self.close)
        screen = self.screen().availableGeometry()
        self.resize(min(860, screen.width() - 40), min(760, screen.height() - 60))

    def _fill(self) -> None:
        path = paths.manual()
        try:
            written = path.read_text("utf-8")
        except OSError:
            self.text.setPlainText(_MISSING)
            return
        self.text.document().setBaseUrl(QUrl.fromLocalFile(f"{path.parent}/"))
        self.text.setMarkdown(written)
        self._space()

    def _space(self) -> None:
        """Give headings, paragraphs and tables the room that Markdown itself does not ask for."""
        cursor = QTextCursor(self.text.document())
        block = self.text.document().begin()
        while block.isValid():
            cursor.setPosition(block.position())
            level = block.blockFormat().headingLevel()
            if level:
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                look = QTextCharFormat()
                look.setFont(theme.font(_HEADINGS.get(level, 14), QFont.Weight.DemiBold))
                cursor.mergeCharFormat(look)
            space = QTextBlockFormat()
            space.setTopMargin(18 if level else 0)
            inside = cursor.currentTable() is not None
            space.setBottomMargin(8 if level else 0 if inside else 4 if cursor.currentList() else 9)
            space.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.mergeBlockFormat(space)
            block = block.next()
        for frame in self.text.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._frame(frame)

    @staticmethod
    def _frame(table: QTextTable) -> None:
        made = table.format()
        made.setCellPadding(6)
        made.setBorderCollapse(True)
        made.setBorderBrush(QBrush(QColor(theme.current().border)))
        made.setBottomMargin(12)
        made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(made)
