"""What is wanted of the sources: styles, meters, beats or fills, and how many drums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from drumstudio.app.training.data import DataPlan
from drumstudio.ui.fields import LinePicker

_BOTH, _BEATS, _FILLS = "both", "beats", "fills"


class ManyPicker(LinePicker):
    """Any number of words, or all of them: `picked(word)` when one is turned on or off, "" for all."""

    def __init__(self, name: str, everything: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._everything = everything
        self._chosen: tuple[str, ...] = ()
        self.show_words((), ())

    def show_words(self, words: Sequence[str], chosen: Sequence[str]) -> None:
        """Offer `words`, of which `chosen` are on."""
        self._chosen = tuple(chosen)
        offered = sorted({*words, *chosen})
        self.set_options([(self._everything, ""), *((word, word) for word in offered)])
        self.set_value("", ", ".join(chosen) or self._everything)

    def menu(self) -> QMenu:
        """The menu, with a mark at each word that is on."""
        menu = super().menu()
        for action in menu.actions():
            data = action.data()
            if isinstance(data, tuple):
                action.setChecked(data[0] in self._chosen or (not data[0] and not self._chosen))
        return menu

    def _step(self, by: int) -> None:
        """Up and Down choose nothing where several words may be on: the menu does."""


class Choices(QWidget):
    """The choices of a plan.  Signal: `changed(DataPlan, words)` when the user makes another."""

    changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = DataPlan()
        self.styles = ManyPicker("Styles", "All styles")
        self.meters = ManyPicker("Meters", "All meters")
        self.types = LinePicker("Beats and fills")
        self.types.set_options([("Beats and fills", _BOTH), ("Beats only", _BEATS), ("Fills only", _FILLS)])
        self.kit = LinePicker("Drums of the encoding")
        self.kit.set_options([("9 drums", 9), ("1 drum", 1)])
        for picker, tip in (
            (self.styles, "Only files of these styles; rock takes rock/indie too"),
            (self.meters, "Only what is played in these meters"),
            (self.types, "Whole beats, fills, or both, where the files say what they are"),
            (self.kit, "Nine drums, or one: whether anything at all is struck"),
        ):
            picker.setToolTip(tip)
            picker.setFixedHeight(28)
        self.styles.picked.connect(self._style_picked)
        self.meters.picked.connect(self._meter_picked)
        self.types.picked.connect(self._type_picked)
        self.kit.picked.connect(self._kit_picked)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.styles, 0, 0)
        grid.addWidget(self.meters, 0, 1)
        grid.addWidget(self.types, 1, 0)
        grid.addWidget(self.kit, 1, 1)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)

    def show_plan(self, plan: DataPlan, styles: Sequence[str], meters: Sequence[str]) -> None:
        """Show the choices of `plan`; `styles` and `meters` are those that were found."""
        self._plan = plan
        self.styles.show_words(styles, plan.styles)
        self.meters.show_words(meters, plan.meters)
        self.types.set_value(_BEATS if plan.beats_only else _FILLS if plan.fills_only else _BOTH)
        self.kit.set_value(plan.kit)

    def _style_picked(self, style: str) -> None:
        self.changed.emit(replace(self._plan, styles=_turned(self._plan.styles, style)), "Choose styles")

    def _meter_picked(self, meter: str) -> None:
        self.changed.emit(replace(self._plan, meters=_turned(self._plan.meters, meter)), "Choose meters")

    def _type_picked(self, which: str) -> None:
        plan = replace(self._plan, beats_only=which == _BEATS, fills_only=which == _FILLS)
        self.changed.emit(plan, "Choose beats or fills")

    def _kit_picked(self, kit: int) -> None:
        self.changed.emit(replace(self._plan, kit=kit), "Choose the drums")


def _turned(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """`words` with `word` on where it was off, and the other way round; none at all for ""."""
    if not word:
        return ()
    return tuple(one for one in words if one != word) if word in words else (*words, word)
