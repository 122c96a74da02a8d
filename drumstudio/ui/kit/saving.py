"""The last page of the kit setup: what was learned, and the name it is saved under."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from drumstudio.errors import DrumMapError
from drumstudio.midi.kit_maps import KitMaps
from drumstudio.midi.learning import Learned, own_map_name
from drumstudio.ui.kit.sheet import button, label


class SavePage(QWidget):
    """Signals: `save_asked(label)`, `known_asked()` to take the map of the kit that answers alike, and
    `back_asked()`."""

    save_asked = Signal(str)
    known_asked = Signal()
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = KitMaps({})
        self.summary = label(role="wish", wrap=True)
        self.told = label(role="hint", wrap=True)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of your map")
        self.name.setMaxLength(40)
        self.name.setPlaceholderText("Name of your map")
        self.name.textChanged.connect(self._name_changed)
        self.name.returnPressed.connect(self._save)
        self.error = label(role="error", wrap=True)
        self.error.setAccessibleName("What is wrong with the name")
        self.save = button("Save my map", self._save, "Save what was learned and read the kit with it")
        self.known = button("Use its map", self.known_asked.emit, "Take the map that comes with the program")
        self.back = button("Back", self.back_asked.emit, "Go on asking (Left)")
        row = QHBoxLayout()
        row.setSpacing(8)
        for each in (self.back, self.known, self.save):
            row.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.summary, self.told, self.name, self.error):
            column.addWidget(part)
        column.addLayout(row)

    def show_learned(self, learned: Learned, pads: int, maps: KitMaps, name: str) -> None:
        """Say what was learned of `pads` pads, and propose `name` where none was typed."""
        self._maps = maps
        self.summary.setText("1 pad is known." if pads == 1 else f"{pads} pads are known.")
        words = list(learned.clashes)
        if learned.kit.drum_map.hat_by_pedal:
            words.append("The hi-hat sends one note; its pedal tells open from closed.")
        like = learned.like
        if like is not None:
            words.append(f"It answers as {like.label} does: pads that were not asked for are known too.")
            self.known.setText(f"Use {like.label}")
        else:
            words.append("No kit that the program knows answers so. Give it a name, and it is known.")
        self.told.setText("\n".join(words))
        self.known.setVisible(like is not None)
        if not self.name.text():
            self.name.setText(name)
        self._name_changed(self.name.text())
        (self.known if like is not None else self.name).setFocus()

    def show_error(self, sentence: str) -> None:
        """Say beside the name what is wrong with it."""
        self.save.setEnabled(True)
        self.error.setText(f"{sentence[:1].upper()}{sentence[1:]}.")
        self.error.show()
        self.name.setFocus()

    def _save(self) -> None:
        if self.save.isEnabled():
            self.save.setEnabled(False)
            self.save_asked.emit(self.name.text().strip())

    def _name_changed(self, text: str) -> None:
        self.error.hide()
        try:
            known = self._maps.maps.get(own_map_name(text, self._maps))
        except DrumMapError:
            known = None
        self.save.setText("Save my map" if known is None else f"Replace {known.label}")
        self.save.setEnabled(bool(text.strip()))
