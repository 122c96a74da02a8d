"""Into the grid: how tightly, on which grid and how much of a take becomes a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from drumstudio.domain.pattern import MAX_BARS
from drumstudio.domain.timing import Grid, Meter
from drumstudio.settings import Settings
from drumstudio.ui.fields import LinePicker, tabular
from drumstudio.ui.takes.small_number import SmallNumber

# Steps a quarter by what stands in the menu; None as it was played.
GRIDS: dict[str, int | None] = {
    "As it was played": None,
    "Straight 1/16": 4,
    "Straight 1/32": 8,
    "Triplets 1/8T": 3,
    "Triplets 1/16T": 6,
}
_AUTO = "As it was played"
NEW, REPLACE = "Into a new pattern", "Over the pattern on screen"


@dataclass(frozen=True, slots=True)
class GridWish:
    """How a take is to become a pattern: `strength` 0 to 1, `grid` None as it was played, at most `bars`
    bars, in a `new` slot or over the pattern on screen."""

    strength: float
    grid: Grid | None
    bars: int
    new: bool


class GridForm(QWidget):
    """Strength, grid, bars and where to; `wanted()` when the button is pressed."""

    wanted = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setPageStep(10)
        self.strength.setAccessibleName("Quantise strength")
        self.strength.setToolTip("0% keeps the timing as it was played, 100% puts every stroke on its step")
        self._percent = QLabel()
        self._percent.setFont(tabular(self._percent.font()))
        self._percent.setMinimumWidth(38)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.grid = LinePicker("Grid")
        self.grid.set_options([(label, label) for label in GRIDS])
        self.bars = SmallNumber("Bars at most", 1, MAX_BARS, 1, "")
        self.bars.setToolTip("Take so many bars from the beginning")
        self.target = LinePicker("Where to")
        self.target.set_options([(label, label) for label in (NEW, REPLACE)])
        self.go = QPushButton("Into the grid")
        self.go.setProperty("kind", "go")
        self.go.setAutoDefault(True)
        self.go.setMinimumHeight(30)
        self.go.setToolTip("Make the take a pattern, as one step of the history, and show it")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for text, widgets in (
            ("Quantise", (self.strength, self._percent)),
            ("Grid", (self.grid, _label("first"), self.bars, _label("bars"))),
            ("", (self.target, self.go)),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            if text:
                label = _label(text)
                label.setMinimumWidth(58)
                row.addWidget(label)
            for widget in widgets:
                row.addWidget(widget, 1 if isinstance(widget, LinePicker | QSlider) else 0)
            column.addLayout(row)
        self.strength.valueChanged.connect(self._strength_moved)
        self.grid.picked.connect(self._grid_picked)
        self.bars.edited.connect(self._bars_edited)
        self.target.picked.connect(self._target_picked)
        self.go.clicked.connect(self.wanted)
        self.strength.setValue(settings.get("take_strength", 0))
        self._strength_moved(self.strength.value())
        grid = settings.get("take_grid", _AUTO)
        self.grid.set_value(grid if grid in GRIDS else _AUTO)
        self.bars.set_value(max(1, min(MAX_BARS, settings.get("take_bars", 16))))
        self.target.set_value(NEW if settings.get("take_new", True) else REPLACE)

    def wish(self, meter: Meter) -> GridWish:
        """What is asked for of a take in `meter`; a grid that the meter does not divide into is left to the
        feel."""
        steps = GRIDS[self.grid.text]
        grid = None
        if steps is not None and (meter.quarters * steps).denominator == 1:
            grid = Grid(meter, steps)
        return GridWish(self.strength.value() / 100, grid, round(self.bars.value), self.target.text == NEW)

    def _strength_moved(self, value: int) -> None:
        self._percent.setText(f"{value}%")
        self.strength.setAccessibleDescription(f"{value}%")
        self._settings.set("take_strength", value)

    def _grid_picked(self, label: str) -> None:
        self.grid.set_value(label)
        self._settings.set("take_grid", label)

    def _bars_edited(self, value: float, _gesture: Any) -> None:
        self._settings.set("take_bars", round(value))

    def _target_picked(self, label: str) -> None:
        self.target.set_value(label)
        self._settings.set("take_new", label == NEW)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "hint")
    return label
