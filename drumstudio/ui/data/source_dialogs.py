"""Asking for folders and files to learn from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from drumstudio.settings import Settings

_FILES = "MIDI files and data sets (*.mid *.midi *.smf *.rmi *.kar *.drumdata)"
_SETTING = "data_folder"


class SourceDialogs(QObject):
    """Dialogs that begin where the last one ended.  Signal: `chosen(list[Path])`."""

    chosen = Signal(object)

    def __init__(self, settings: Settings, page: QWidget) -> None:
        super().__init__(page)
        self._settings, self._page = settings, page

    def ask_folder(self) -> None:
        """Ask for a folder."""
        self._ask("Add a folder of MIDI files", "", QFileDialog.FileMode.Directory)

    def ask_files(self) -> None:
        """Ask for files."""
        self._ask("Add files", _FILES, QFileDialog.FileMode.ExistingFiles)

    def _ask(self, title: str, filters: str, mode: QFileDialog.FileMode) -> None:
        folder = self._settings.get(_SETTING, str(Path.home()))
        dialog = QFileDialog(self._page.window(), title, folder, filters)
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._selected)
        dialog.open()

    def _selected(self, names: list[str]) -> None:
        self._settings.set(_SETTING, str(Path(names[0]).parent))
        self.chosen.emit([Path(name) for name in names])
