"""Choosing what the built-in synth sounds like."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from drumstudio.engine.soundfonts import general_midi_banks
from drumstudio.ui.bridge import Background
from drumstudio.ui.menus import Menus
from drumstudio.ui.playing import Playing


class SoundMenu(QObject):
    """Offers the own kit, the banks found on the machine, and any file."""

    def __init__(self, menus: Menus, playing: Playing, background: Background, window: QWidget) -> None:
        super().__init__(window)
        self._menus, self._playing = menus, playing
        self._background, self._window = background, window
        self._banks: list[Path] = []

    def look(self) -> None:
        """Look for banks on the machine."""
        self._background.run(lambda _: general_midi_banks(), self._found)

    def _found(self, banks: list[Path]) -> None:
        self._banks = banks

    def add_to_output(self, menu: QMenu) -> None:
        """Add what belongs below the list of outputs."""
        menu.addSeparator()
        self.fill(menu.addMenu("Soundfont"))
        self._menus.add(menu, "Look again", self._playing.rescan)

    def fill(self, menu: QMenu) -> None:
        """Put the soundfonts into `menu`."""
        menu.clear()
        chosen = self._playing.soundfont
        known = [*self._banks, *([chosen] if chosen and chosen not in self._banks else [])]
        options = [("DrumStudio kit", ""), *((path.name, str(path)) for path in known)]
        self._menus.add_choice(menu, options, "" if chosen is None else str(chosen), self._take)
        menu.addSeparator()
        self._menus.add(menu, "Choose a file …", self._choose)

    def _take(self, name: str) -> None:
        self._playing.set_soundfont(Path(name) if name else None)

    def _choose(self) -> None:
        dialog = QFileDialog(self._window, "Choose a soundfont", str(Path.home()), "Soundfonts (*.sf2 *.sf3)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._take)
        dialog.open()
