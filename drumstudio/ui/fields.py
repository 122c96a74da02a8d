"""The transport bar's boxes: a small caption above a large value.

All of them work by mouse and keyboard: Up and Down (or the wheel) step, Enter opens a menu or
the entry of a number; Space is left to the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.icons import paint_icon

HEIGHT = 44
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def tabular(font: QFont) -> QFont:
    """The same face with digits of one width, so that running numbers stand still."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


class Field(QWidget):
    """A captioned value in a box; subclasses say what a click, a key and the wheel do."""

    def __init__(self, caption: str, name: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = caption
        self._text = ""
        self._hovered = False
        self._dim = False
        self._light: str | None = None
        self.value_pixels = 18
        self.setAccessibleName(name)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def text(self) -> str:
        """The value as shown."""
        return self._text

    def show_caption(self, caption: str) -> None:
        """Write `caption` over the value."""
        if caption != self._caption:
            self._caption = caption
            self.update()

    @property
    def light(self) -> str | None:
        """Theme colour of the light before the value."""
        return self._light

    def show_text(self, text: str, *, dim: bool = False, light: str | None = None) -> None:
        """Show `text`, greyed when `dim`, after a light of theme colour `light`."""
        if (text, dim, light) != (self._text, self._dim, self._light):
            self._text, self._dim, self._light = text, dim, light
            self.setAccessibleDescription(text)
            self.update()

    def sizeHint(self) -> QSize:
        """The least width, and the height of the bar's boxes."""
        return QSize(self.minimumWidth(), HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up under the mouse."""
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Calm down."""
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, caption and value."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ring = (
            colours.focus if self.hasFocus() else colours.border_strong if self._hovered else colours.border
        )
        painter.setPen(QPen(QColor(ring), 1.0))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(box, 7, 7)
        painter.setFont(theme.font(10, spacing=0.6))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(QPointF(11, 15), self._caption.upper())
        self._paint_value(painter, QRectF(11, 17, self.width() - 22 - self._reserved(), 24))

    def fits(self) -> bool:
        """Whether the value is shown whole."""
        room = self.width() - 22 - self._reserved() - (14 if self._light else 0)
        return QFontMetrics(self._value_font()).horizontalAdvance(self._text) <= room + 1

    def _value_font(self) -> QFont:
        weight = QFont.Weight.DemiBold if self.value_pixels > 14 else QFont.Weight.Medium
        return tabular(theme.font(self.value_pixels, weight))

    def _paint_value(self, painter: QPainter, box: QRectF) -> None:
        colours = theme.current()
        if self._light:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(colours, self._light)))
            painter.drawEllipse(QPointF(box.x() + 4, box.center().y()), 4, 4)
            box.setLeft(box.x() + 14)
        font = self._value_font()
        painter.setFont(font)
        painter.setPen(QColor(colours.text_faint if self._dim or not self.isEnabled() else colours.text))
        shown = QFontMetrics(font).elidedText(self._text, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _reserved(self) -> int:
        """Pixels at the right that the value leaves free."""
        return 0


class ToggleField(Field):
    """On or off; `toggled(bool)` when the user changes it."""

    toggled = Signal(bool)

    def __init__(self, caption: str, name: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(caption, name, width, parent)
        self._on = False
        self.set_on(False)

    @property
    def on(self) -> bool:
        """Whether it is on."""
        return self._on

    def set_on(self, on: bool) -> None:
        """Show `on` without telling."""
        self._on = on
        self.show_text("On" if on else "Off", dim=not on)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Flip."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._flip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter flips."""
        if event.key() in ENTER:
            self._flip()
        else:
            super().keyPressEvent(event)

    def _flip(self) -> None:
        self.set_on(not self._on)
        self.toggled.emit(self._on)


class ChoiceField(Field):
    """One of several values; `picked(value)` when the user chooses."""

    picked = Signal(object)

    def __init__(self, caption: str, name: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(caption, name, width, parent)
        self._options: tuple[tuple[str, Any], ...] = ()
        self._value: Any = None
        # Adds further entries below the options when the menu opens.
        self.more: Callable[[QMenu], None] | None = None

    @property
    def options(self) -> tuple[tuple[str, Any], ...]:
        """What there is to choose: labels and values."""
        return self._options

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self._value

    def set_options(self, options: Sequence[tuple[str, Any]]) -> None:
        """Offer `options`, each a label and its value."""
        self._options = tuple(options)

    def set_value(self, value: Any, text: str | None = None) -> None:
        """Show `value` as chosen, as its label or as `text`, without telling."""
        self._value = value
        label = next((label for label, other in self._options if other == value), str(value))
        self.show_text(label if text is None else text, dim=self._dim, light=self._light)

    def menu(self) -> QMenu:
        """The menu of what there is to choose."""
        menu = QMenu(self)
        menu.setAccessibleName(self.accessibleName())
        for label, value in self._options:
            action = QAction(label.replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(value == self._value)
            action.setData((value,))
            menu.addAction(action)
        if self.more:
            self.more(menu)
        menu.triggered.connect(self._triggered)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def open_menu(self) -> None:
        """Open the menu below the box."""
        self.menu().popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _triggered(self, action: QAction) -> None:
        data = action.data()
        if isinstance(data, tuple):
            self.picked.emit(data[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the menu."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_menu()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the menu, Up and Down step."""
        if event.key() in ENTER:
            self.open_menu()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step through the options."""
        if delta := event.angleDelta().y():
            self._step(-1 if delta > 0 else 1)
        event.accept()

    def _step(self, by: int) -> None:
        values = [value for _, value in self._options]
        if self._value in values:
            index = values.index(self._value) + by
            if 0 <= index < len(values):
                self.picked.emit(values[index])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and a small arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        colours = theme.current()
        box = QRectF(self.width() - 20, self._arrow_top(), 9, 9)
        paint_icon(
            painter, "down", box, QColor(colours.text_muted if self.isEnabled() else colours.border_strong)
        )

    def _arrow_top(self) -> float:
        """Pixels above the arrow."""
        return self.height() - 21.5

    def _reserved(self) -> int:
        return 12


class LinePicker(ChoiceField):
    """A choice on one line, with a note at its right."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("", name, 80, parent)
        self._note = ""
        self.value_pixels = 13
        self.setFixedHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_note(self, note: str) -> None:
        """Write `note` at the right."""
        self._note = note
        self.update()

    def _arrow_top(self) -> float:
        return (self.height() - 9) / 2

    def _paint_value(self, painter: QPainter, box: QRectF) -> None:
        font = tabular(theme.font(12))
        painter.setFont(font)
        painter.setPen(QColor(theme.current().text_muted))
        right = QRectF(11, 0, self.width() - 22 - self._reserved() - 4, self.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._note)
        left = right.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(self._note) - 10, 0)
        super()._paint_value(painter, left)
