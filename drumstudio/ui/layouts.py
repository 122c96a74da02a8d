"""Small pieces that several panels are made of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSlider, QWidget


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


class SliderRow:
    """A label, a slider and its value in words; the value reads for screen readers too."""

    def __init__(self, label: str, low: int, high: int, value: int, shown: Callable[[int], str]) -> None:
        self._shown = shown
        self.label = QLabel(label)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setPageStep(max(1, (high - low) // 8))
        self.slider.setAccessibleName(label)
        self.slider.setMinimumHeight(22)
        self.label.setBuddy(self.slider)
        self.value = QLabel()
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setMinimumWidth(52)
        self.slider.valueChanged.connect(self._show)
        self.slider.setValue(value)
        self._show(value)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Put the three into row `row` of `grid`."""
        for column, widget in enumerate((self.label, self.slider, self.value)):
            grid.addWidget(widget, row, column)

    def _show(self, value: int) -> None:
        self.value.setText(self._shown(value))
        self.slider.setAccessibleDescription(self._shown(value))
