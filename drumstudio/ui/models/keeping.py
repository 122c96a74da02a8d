"""What is done to drummers' files from the Models page; every file is touched on the jobs' thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from drumstudio.app.drummer import models
from drumstudio.app.jobs import JobControl
from drumstudio.ml.catalogue import ModelInfo, list_models
from drumstudio.ml.checkpoint import SUFFIX
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message

_MODELS = f"Models (*{SUFFIX})"


class Keeping(QObject):
    """Lists, renames, notes, deletes, brings back, exports and imports.

    Signals: `listed(list of ModelInfo)` with what there is, `arrived(Path)` when a drummer came that the
    list should go to.
    """

    listed = Signal(object)
    arrived = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page

    def look(self) -> None:
        """List the drummers; `listed` follows."""
        self._desk.background.run(lambda _: list_models(), self.listed.emit)

    def rename(self, info: ModelInfo, name: str) -> None:
        """Call a drummer `name`."""
        self._run(partial(models.rename_model, info.path, name), partial(self._renamed, info))

    def note(self, path: Path, text: str) -> None:
        """Keep notes on the drummer at `path`."""
        self._run(partial(models.set_notes, path, text), self._changed)

    def delete(self, infos: Sequence[ModelInfo]) -> None:
        """Put drummers into the trash, and offer to bring them back."""
        for info in infos:
            self._run(partial(models.delete_model, info.path), partial(self._deleted, info))

    def export(self, info: ModelInfo) -> None:
        """Ask where to, and write a copy there."""
        dialog = QFileDialog(self._page, "Export drummer", self._folder(), _MODELS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{info.path.stem}{SUFFIX}")
        self._open(dialog, lambda names: self.export_to(info, Path(names[0])))

    def export_to(self, info: ModelInfo, target: Path) -> None:
        """Write a copy of a drummer to `target`."""
        self._run(partial(models.export_model, info.path, target), partial(self._exported, info))

    def ask_import(self) -> None:
        """Ask for files, and copy them among the user's own."""
        dialog = QFileDialog(self._page, "Import drummers", self._folder(), f"{_MODELS};;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._open(dialog, lambda names: self.import_files([Path(name) for name in names]))

    def import_files(self, sources: Sequence[Path]) -> None:
        """Copy model files among the user's own."""
        for source in sources:
            self._run(partial(models.import_model, source), self._imported)

    def _run(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._desk.background.run(partial(_done, work), then, self._failed)

    def _failed(self, sentence: str) -> None:
        if sentence:
            self._desk.told.emit(Message(sentence[:1].upper() + sentence[1:], "error"))
        self.look()

    def _changed(self, _result: object = None) -> None:
        self._desk.models_changed.emit()

    def _renamed(self, info: ModelInfo, name: str) -> None:
        self._desk.hinted.emit(f"{info.name} is called {name} now")
        self._changed()

    def _deleted(self, info: ModelInfo, trashed: Path) -> None:
        self._changed()
        undo = ("Undo", partial(self._bring_back, trashed))
        self._desk.told.emit(Message(f"{info.name} is in the trash.", "note", (undo,)))

    def _bring_back(self, trashed: Path) -> None:
        self._run(partial(models.restore_model, trashed), self._came)

    def _exported(self, info: ModelInfo, target: Path) -> None:
        self._desk.hinted.emit(f"{info.name} is copied to {target}")

    def _imported(self, path: Path) -> None:
        self._desk.hinted.emit(f"{path.name} is among your drummers now")
        self._came(path)

    def _came(self, path: Path) -> None:
        self.arrived.emit(path)
        self._changed()

    def _open(self, dialog: QFileDialog, then: Callable[[list[str]], None]) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(partial(self._selected, then))
        dialog.open()

    def _selected(self, then: Callable[[list[str]], None], names: list[str]) -> None:
        self._desk.settings.set("folder", str(Path(names[0]).parent))
        then(names)

    def _folder(self) -> str:
        return str(self._desk.settings.get("folder", str(Path.home())))


def _done(work: Callable[[], Any], _control: JobControl) -> Any:
    return work()
