"""How to record: remembered, and chosen on the Takes page or in the menu of the record button."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from drumstudio.domain.pattern import MAX_BARS
from drumstudio.settings import Settings
from drumstudio.ui.buttons import EnterCheck
from drumstudio.ui.fields import ChoiceField
from drumstudio.ui.number_field import NumberField


class RecordMode(StrEnum):
    """What comes of a recording."""

    FREE = "free"
    BARS = "bars"
    OVERDUB = "overdub"
    REPLACE = "replace"

    @property
    def loops(self) -> bool:
        """Whether strokes go into the pattern that plays."""
        return self in (RecordMode.OVERDUB, RecordMode.REPLACE)


MODES: dict[RecordMode, str] = {
    RecordMode.FREE: "New take, free length",
    RecordMode.BARS: "New take of some bars",
    RecordMode.OVERDUB: "Loop the pattern: overdub",
    RecordMode.REPLACE: "Loop the pattern: replace",
}
_USUAL_BARS = 4


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """How to record: `bars` counts for takes of some bars, `strength` (0 to 1) for strokes that go into the
    pattern; `along` lets the pattern be heard beside a new take."""

    mode: RecordMode = RecordMode.FREE
    bars: int = _USUAL_BARS
    strength: float = 0.0
    along: bool = False


class OptionMemory(QObject):
    """The options in force, kept in the settings; `changed()` when one is another."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def options(self) -> RecordOptions:
        """How to record now."""
        get = self._settings.get
        name = get("record_mode", RecordMode.FREE.value)
        mode = RecordMode(name) if name in tuple(RecordMode) else RecordMode.FREE
        bars, strength = get("record_bars", _USUAL_BARS), get("record_strength", 0)
        return RecordOptions(
            mode,
            max(1, min(MAX_BARS, bars)),
            max(0, min(100, strength)) / 100,
            get("record_along", False),
        )

    def set_mode(self, mode: RecordMode) -> None:
        """Record so from now on."""
        self._set("record_mode", mode.value)

    def set_bars(self, bars: float, _gesture: int = 0) -> None:
        """Make takes of some bars so long."""
        self._set("record_bars", round(bars))

    def set_strength(self, percent: float, _gesture: int = 0) -> None:
        """Pull what goes into the pattern so far to its steps."""
        self._set("record_strength", round(percent))

    def set_along(self, along: bool) -> None:
        """Let the pattern be heard beside a new take, or not."""
        self._set("record_along", along)

    def fill(self, menu: QMenu) -> None:
        """Add the options to a menu."""
        options = self.options
        group = QActionGroup(menu)
        for mode, label in MODES.items():
            text = f"New take of {_bars(options.bars)}" if mode is RecordMode.BARS else label
            action = QAction(text, group)
            action.setCheckable(True)
            action.setChecked(mode is options.mode)
            action.setData(mode.value)
            menu.addAction(action)
        group.triggered.connect(self._picked)
        menu.addSeparator()
        along = menu.addAction("Hear the pattern beside a new take")
        along.setCheckable(True)
        along.setChecked(options.along)
        along.toggled.connect(self.set_along)

    def _picked(self, action: QAction) -> None:
        self.set_mode(RecordMode(action.data()))

    def _set(self, name: str, value: object) -> None:
        self._settings.set(name, value)
        self.changed.emit()


class OptionFields(QWidget):
    """The options as fields in a row."""

    def __init__(self, memory: OptionMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._memory = memory
        self.mode = ChoiceField("Record", "What to record", 222)
        self.mode.value_pixels = 13
        self.mode.set_options([(label, mode) for mode, label in MODES.items()])
        self.bars = NumberField(
            "Length", "Length in bars", 84, 1, MAX_BARS, 1, lambda v: _bars(round(v)), _number
        )
        self.strength = NumberField(
            "Quantise", "Quantise what goes into the pattern", 84, 0, 100, 5, lambda v: f"{v:.0f}%", _number
        )
        self.strength.setToolTip("0% keeps the timing of your strokes, 100% puts them on their steps")
        for field in (self.bars, self.strength):
            field.value_pixels = 13
        self.along = EnterCheck("Hear the pattern")
        self.along.setToolTip("Let the pattern on screen play beside a new take; off, only the click plays")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.mode, self.bars, self.strength, self.along):
            row.addWidget(widget)
        self.mode.picked.connect(memory.set_mode)
        self.bars.edited.connect(memory.set_bars)
        self.strength.edited.connect(memory.set_strength)
        self.along.toggled.connect(memory.set_along)
        memory.changed.connect(self.show_options)
        self.show_options()

    def show_options(self) -> None:
        """Show the options in force, those that count in the mode that is chosen."""
        options = self._memory.options
        self.mode.set_value(options.mode)
        self.bars.set_value(options.bars)
        self.strength.set_value(options.strength * 100)
        self.along.setChecked(options.along)
        self.bars.setVisible(options.mode is RecordMode.BARS)
        self.strength.setVisible(options.mode.loops)
        self.along.setVisible(not options.mode.loops)


def _bars(count: int) -> str:
    return f"{count} bar{'' if count == 1 else 's'}"


def _number(text: str) -> float:
    return float(text.strip().split()[0].rstrip("%")) if text.strip() else 0.0
