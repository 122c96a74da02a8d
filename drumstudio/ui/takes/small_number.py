"""A number on one low line, for tables of them: typed, wheeled or stepped."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.number_field import NumberField

_HEIGHT, _WIDTH = 26, 62


class SmallNumber(NumberField):
    """As :class:`NumberField`, in a box without a caption; what is typed may end in its `unit`."""

    def __init__(
        self, name: str, low: float, high: float, step: float, unit: str, parent: QWidget | None = None
    ) -> None:
        super().__init__("", name, _WIDTH, low, high, step, self._words, self._read_words, parent)
        self._unit = unit
        self.value_pixels = 12
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _words(self, value: float) -> str:
        return f"{value:.4g}{self._unit}"

    def _read_words(self, text: str) -> float:
        return float(text.strip().removesuffix(self._unit.strip()).strip().replace(",", "."))

    def _reserved(self) -> int:
        """Its edges are narrower than those of the larger boxes."""
        return -11

    def sizeHint(self) -> QSize:
        """Low and narrow."""
        return QSize(_WIDTH, _HEIGHT)

    def open_entry(self, text: str = "") -> None:
        """Type over the whole box."""
        super().open_entry(text)
        if self._entry is not None:
            self._entry.setGeometry(0, 0, self.width(), self.height())
            self._entry.setFont(theme.font(12))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step when it has the focus; else the panel around it scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and the number at its right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        ring = (
            colours.focus if self.hasFocus() else colours.border_strong if self._hovered else colours.border
        )
        painter.setPen(QPen(QColor(ring), 1.0))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._value_font())
        painter.setPen(QColor(colours.text if self._value else colours.text_muted))
        box = QRectF(QPointF(4, 0), QPointF(self.width() - 7, self.height()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.text)
        painter.end()
