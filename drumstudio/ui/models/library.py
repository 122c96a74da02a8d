"""The list of drummers, and beside it all about the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from drumstudio.ml.catalogue import ModelInfo, in_use
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.layouts import enter_clicks
from drumstudio.ui.models.details import Details
from drumstudio.ui.models.keeping import Keeping
from drumstudio.ui.models.model_table import ModelTable

_DETAILS = 400
# As many as there are number keys.
MOST = 9
_EMPTY = (
    "No drummer is here. Import a .safetensors file of DrumStudio, or drop it here; "
    "the Training page makes one from your own playing."
)


class Library(QWidget):
    """Signals: `compare_wanted(list of ModelInfo)`."""

    compare_wanted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._models: tuple[ModelInfo, ...] = ()
        self._arrived: Path | None = None
        self.keeping = Keeping(desk, self)
        self.table = ModelTable()
        self.details = Details()
        self.add = QPushButton("Import …")
        self._count = QLabel()
        self._lay_out()
        self._connect()
        enter_clicks(self)

    def _lay_out(self) -> None:
        title = QLabel("Drummers")
        title.setProperty("role", "title")
        self._count.setProperty("role", "muted")
        hint = QLabel("drop .safetensors files here")
        hint.setProperty("role", "muted")
        self.add.setProperty("kind", "small")
        self.add.setFixedHeight(28)
        self.add.setToolTip("Copy model files among your drummers; nothing in them is ever run")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        head.addWidget(self._count, 1)
        head.addWidget(hint)
        head.addWidget(self.add)
        self._empty = QLabel(_EMPTY)
        self._empty.setProperty("role", "hint")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        left = QVBoxLayout()
        left.setContentsMargins(14, 10, 14, 12)
        left.setSpacing(8)
        left.addLayout(head)
        left.addLayout(self._stack, 1)
        self.details.setFixedWidth(_DETAILS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.details)

    def _connect(self) -> None:
        table, details, keeping = self.table, self.details, self.keeping
        keeping.listed.connect(self._show)
        keeping.arrived.connect(self._go_to)
        table.chosen.connect(self._show_chosen)
        table.opened.connect(self.use)
        table.rename_wanted.connect(self.rename)
        table.delete_wanted.connect(self.delete)
        table.compare_wanted.connect(self.compare)
        table.menu_wanted.connect(self._open_menu)
        table.rows.rename_asked.connect(keeping.rename)
        details.use_wanted.connect(self.use)
        details.compare_wanted.connect(self.compare)
        details.rename_wanted.connect(self.rename)
        details.export_wanted.connect(self.export)
        details.copy_wanted.connect(self.copy)
        details.delete_wanted.connect(self.delete)
        details.notes.written.connect(keeping.note)
        self.add.clicked.connect(keeping.ask_import)

    # -- what is shown

    def _show(self, found: Sequence[ModelInfo]) -> None:
        self._models = tuple(found)
        used = in_use(found, self._desk.settings.get("model", ""))
        self._stack.setCurrentIndex(0 if found else 1)
        own = sum(not info.shipped for info in found)
        self._count.setText(f"{len(found)} in all, {own} of them yours")
        arrived, self._arrived = self._arrived, None
        self.table.show_models(found, None if used is None else used.path, arrived)

    def _go_to(self, path: Path) -> None:
        self._arrived = path

    def _show_chosen(self) -> None:
        selected = self.table.selected
        current = self.table.current
        if current not in selected:
            current = selected[0] if selected else current
        self.details.show_model(current, len(selected), self.table.rows.used)

    # -- what is done

    def use(self) -> None:
        """Ask the chosen drummer from now on."""
        info = self.table.current
        if info is None or info.path == self.table.rows.used:
            return
        if info.problem is not None:
            self._refuse(info.problem)
            return
        self._desk.model_wanted.emit(info.path)
        self._desk.hinted.emit(f"{info.name} is asked from now on")
        self._show(self._models)

    def compare(self) -> None:
        """Compare the chosen drummers; a single one with the one in use."""
        chosen = [info for info in self.table.selected if info.problem is None]
        if len(chosen) == 1:
            used = self.table.rows.used
            chosen += [info for info in self._models if info.path == used and info not in chosen]
        if len(chosen) < 2:
            self._refuse("Choose two or more drummers to compare, with Ctrl or Shift")
            return
        if len(chosen) > MOST:
            self._refuse(f"At most {MOST} drummers can be side by side; choose fewer")
            return
        self.compare_wanted.emit(chosen)

    def rename(self) -> None:
        """Let the chosen drummer's name be typed over."""
        info = self.table.current
        if info is None:
            return
        if info.problem is not None:
            self._refuse(info.problem)
        elif info.shipped:
            self._refuse(f"{info.name} came with the program and cannot be renamed; make a copy of it")
        else:
            self.table.setFocus()
            self.table.type_name()

    def export(self) -> None:
        """Write a copy of the chosen drummer where the user says."""
        if self.table.current is not None:
            self.keeping.export(self.table.current)

    def copy(self) -> None:
        """Make a copy of the chosen drummer among the user's own."""
        if self.table.current is not None:
            self.keeping.import_files([self.table.current.path])

    def delete(self) -> None:
        """Put the chosen drummers into the trash."""
        selected = self.table.selected
        kept = next((info for info in selected if info.shipped), None)
        if kept is not None:
            self._refuse(f"{kept.name} came with the program and cannot be deleted")
        self.keeping.delete([info for info in selected if not info.shipped])

    def _refuse(self, sentence: str) -> None:
        self._desk.told.emit(Message(sentence[:1].upper() + sentence[1:], "error"))

    def _open_menu(self, at: Any) -> None:
        details = self.details
        menu = QMenu(self)
        for button in (
            details.use,
            details.compare,
            details.rename,
            details.export,
            details.copy,
            details.delete,
        ):
            if not button.isHidden():
                action = menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
