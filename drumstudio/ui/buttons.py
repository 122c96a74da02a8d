"""Buttons with painted icons."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from drumstudio.ui import theme
from drumstudio.ui.icons import paint_icon

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterCheck(QCheckBox):
    """A box to tick with the mouse or Enter: Space is the transport's."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ticks."""
        if event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class IconButton(QPushButton):
    """A button of one icon; `lit` colours it (a `Theme` colour's name) while checked or on."""

    def __init__(self, name: str, label: str, side: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._colour = "text"
        self._lit: str | None = None
        self.setFixedSize(side, side)
        self.setStyleSheet("padding: 0;")
        self.describe(label)

    def describe(self, label: str, keys: str = "") -> None:
        """Name the button for screen readers and in its tooltip, with its `keys`."""
        self.setAccessibleName(label)
        self.setToolTip(f"{label} ({keys})" if keys else label)

    def show_icon(self, name: str, colour: str = "text", lit: str | None = None) -> None:
        """Paint icon `name` in theme colour `colour`, on ground `lit` where given."""
        self._name, self._colour, self._lit = name, colour, lit
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground as the style has it, then the icon."""
        super().paintEvent(event)
        painter = QPainter(self)
        palette = theme.current()
        if self._lit:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(palette.focus) if self.hasFocus() else QColor(0, 0, 0, 0))
            painter.setBrush(QColor(getattr(palette, self._lit)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        colour = QColor(getattr(palette, self._colour if self.isEnabled() else "text_faint"))
        side = self.height() * 0.4
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._name, box, colour)
        painter.end()

    def sizeHint(self) -> QSize:
        """As fixed."""
        return self.size()


class LabelButton(QPushButton):
    """A button of a small icon and a word."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._name = name
        self._colour = "text"

    def show_icon(self, name: str, colour: str = "text") -> None:
        """Paint icon `name`, and the word, in theme colour `colour`."""
        self._name, self._colour = name, colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground as the style has it, then icon and word side by side."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        word, option.text = self.text(), ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        colours = theme.current()
        colour = QColor(getattr(colours, self._colour if self.isEnabled() else "text_faint"))
        side, gap = 9.0, 6.0 if word else 0.0
        width = self.fontMetrics().horizontalAdvance(word)
        left = (self.width() - side - gap - width) / 2
        paint_icon(painter, self._name, QRectF(left, (self.height() - side) / 2, side, side), colour)
        painter.setPen(colour)
        box = QRectF(left + side + gap, 0, width + 2, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
        painter.end()
