"""How the chosen MIDI output is played: map, click, velocity curve, length of notes, pedal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from drumstudio.app.kit.ekit import EKit
from drumstudio.domain.drums import DRUM_MAPS
from drumstudio.domain.velocity import LINEAR, VelocityCurve
from drumstudio.engine.facade import Engine
from drumstudio.midi.ports import is_electronic_kit, map_for
from drumstudio.ui.playing import Playing

CURVES = (
    ("As drawn", LINEAR),
    ("Soft strokes louder", VelocityCurve(((1, 24), (64, 92), (127, 127)))),
    ("Soft strokes softer", VelocityCurve(((1, 1), (64, 38), (127, 127)))),
    ("Evened out", VelocityCurve(((1, 50), (64, 82), (127, 112)))),
)
GATES = (0.03, 0.1, 0.25, 0.5)


class OutputMenu(QObject):
    """Offers what can be set for the MIDI output in use; it is remembered by the port's name."""

    def __init__(self, engine: Engine, playing: Playing, kit: EKit, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._playing, self._kit = engine, playing, kit

    def fill(self, menu: QMenu) -> None:
        """Put the options of the output in use into `menu`."""
        menu.clear()
        choice = self._engine.choice
        if choice.kind != "midi":
            menu.addAction("Choose a MIDI output in the top bar first").setEnabled(False)
            return
        options = choice.options
        menu.addAction(choice.label.replace("&", "&&") or choice.name).setEnabled(False)
        menu.addSeparator()
        own = [(kit.label, kit.name) for kit in self._maps()]
        usual = f"By its name: {map_for(choice.name).label}"
        self._choices(menu.addMenu("&Map"), "drum_map", [(usual, ""), *own])
        unasked = "No, it is an e-kit" if is_electronic_kit(choice.name) else "Yes"
        clicks = [(f"By its name: {unasked}", None), ("Yes", True), ("No", False)]
        self._choices(menu.addMenu("&Click goes there"), "click", clicks)
        curves = list(CURVES)
        if options.curve not in dict(CURVES).values():
            curves.append(("Its own", options.curve))
        self._choices(menu.addMenu("&Velocity"), "curve", curves)
        gates = sorted({*GATES, options.gate})
        lengths = [(f"{round(gate * 1000)} ms", gate) for gate in gates]
        self._choices(menu.addMenu("&Length of notes"), "gate", lengths)
        pedals = [("Open as wide as the stroke is hard", True), ("Open or closed, as the row says", False)]
        self._choices(menu.addMenu("&Hi-hat pedal"), "pedal_by_velocity", pedals)

    def _maps(self) -> Sequence[Any]:
        """Every map that is known; those of the user once they are read."""
        maps = self._kit.state.maps
        return maps.kits() if maps else tuple(DRUM_MAPS.values())

    def _choices(self, menu: QMenu, name: str, options: Sequence[tuple[str, Any]]) -> None:
        chosen = getattr(self._engine.choice.options, name)
        group = QActionGroup(menu)
        for label, value in options:
            action = menu.addAction(label.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(partial(self._set, name, value))
            group.addAction(action)

    def _set(self, name: str, value: Any, _checked: bool = False) -> None:
        self._playing.set_output_options(replace(self._engine.choice.options, **{name: value}))
