"""The manual, in a window beside the beat."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from drumstudio import paths
from drumstudio.ui import theme
from drumstudio.ui.sheet import shell_sheet

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
