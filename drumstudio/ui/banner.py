"""A strip below the transport: a sentence where the eye is, with the way out as buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from drumstudio.ui.buttons import IconButton
from drumstudio.ui.layouts import restyle

Choice = tuple[str, Callable[[], None]]
_Message = tuple[str, str, tuple[Choice, ...]]


class Banner(QFrame):
    """Shows one message at a time; never takes the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: _Message | None = None
        self._waiting: list[_Message] = []
        self.setProperty("banner", True)
        self.setAccessibleName("Message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self._close = IconButton("close", "Close the message", 26)
        self._close.setProperty("kind", "quiet")
        self._close.clicked.connect(self.close_message)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """The message, "" when there is none."""
        return "" if self.isHidden() else self._text.text()

    def show_message(self, text: str, kind: str = "note", choices: Sequence[Choice] = ()) -> None:
        """Show `text` (`kind` "note" or "error") with a button for each of `choices`.

        A message that offers choices comes back once those that came over it are closed.
        """
        if not self.isHidden() and self._shown is not None and self._shown[2]:
            self._waiting.append(self._shown)
        self._show((text, kind, tuple(choices)))

    def _show(self, message: _Message) -> None:
        self._shown = message
        text, kind, choices = message
        restyle(self, "kind", kind)
        self._text.setText(text)
        self.setAccessibleDescription(text)
        while (item := self._buttons.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for label, action in choices:
            button = QPushButton(label)
            button.setProperty("kind", "small")
            button.setAutoDefault(True)
            button.clicked.connect(self.close_message)
            button.clicked.connect(action)
            self._buttons.addWidget(button)
        self.show()

    def close_message(self) -> None:
        """Take the message away; one that still waits for an answer takes its place."""
        if self._waiting:
            self._show(self._waiting.pop())
        else:
            self.hide()
