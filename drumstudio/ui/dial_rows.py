"""One dial: a label, a slider with a middle, and the value in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QStyle

from drumstudio.ui import theme

# Width of the handle, as the style sheet has it.
_HANDLE = 14
_NOTCH = 120
HEIGHT = 22


class Dial(QSlider):
    """A slider: a click takes the handle there, a double click to its `middle`, the wheel by a step."""

    def __init__(self, low: int, high: int, middle: int, step: int = 1) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.middle = middle
        self._wheel = 0
        self._grip = 0
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setPageStep(max(step, (high - low) // 8))
        self.setFixedHeight(HEIGHT)
        self.setValue(middle)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or bring it under the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = round(event.position().x())
        held = x - self._x_of(self.value())
        on_handle = 0 <= held < _HANDLE
        self._grip = held if on_handle else _HANDLE // 2
        self.setSliderDown(True)
        if not on_handle:
            self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self._drag_to(round(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        self.setSliderDown(False)

    def _drag_to(self, x: int) -> None:
        room = self.width() - _HANDLE
        self.setSliderPosition(
            QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), x - self._grip, room)
        )

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the middle."""
        self.setValue(self.middle)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step a notch."""
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches:
            self.setValue(self.value() + notches * self.singleStep())
        event.accept()

    def _x_of(self, value: int) -> int:
        """Left edge of the handle at `value`."""
        room = self.width() - _HANDLE
        return QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark the middle below the groove, where the handle is elsewhere."""
        if self.value() != self.middle:
            self._mark_middle()
        super().paintEvent(event)

    def _mark_middle(self) -> None:
        painter = QPainter(self)
        colour = QColor(theme.current().text_faint if self.isEnabled() else theme.current().border)
        painter.fillRect(QRectF(self._x_of(self.middle) + _HANDLE / 2 - 0.5, HEIGHT - 6, 1, 4), colour)
        painter.end()


class DialRow(QObject):
    """A labelled dial; `turned()` when the user moves it, not when its value is shown.

    `shown` puts a value into words, `tip` says what the dial does.
    """

    turned = Signal()

    def __init__(
        self, label: str, dial: Dial, shown: Callable[[int], str], tip: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._tip = tip
        self.label = QLabel(label)
        self.slider = dial
        self.slider.setAccessibleName(label)
        self.label.setBuddy(self.slider)
        self.value = QLabel()
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider.valueChanged.connect(self._changed)
        self.explain(tip)
        self._show()

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put the three into row `row` of `grid`."""
        for column, widget in enumerate((self.label, self.slider, self.value)):
            grid.addWidget(widget, row, column)

    def show(self, value: int) -> None:
        """Show `value` without telling."""
        self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(False)
        self._show()

    def explain(self, tip: str) -> None:
        """Say `tip` in the tooltip."""
        text = f"{tip}. Double click: {self._shown(self.slider.middle)}"
        for widget in (self.label, self.slider, self.value):
            widget.setToolTip(text)

    def rephrase(self, shown: Callable[[int], str]) -> None:
        """Put values into other words from now on."""
        self._shown = shown
        self._show()

    def _changed(self) -> None:
        self._show()
        self.turned.emit()

    def _show(self) -> None:
        text = self._shown(self.slider.value())
        self.value.setText(text)
        self.slider.setAccessibleDescription(text)
