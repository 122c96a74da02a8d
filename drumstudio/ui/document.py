"""The open project and its history."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from drumstudio.domain.dials import Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Lane, Project
from drumstudio.ui.commands import ProjectCommand

_HISTORY = 1000


class Document(QObject):
    """Owns the immutable `Project` on screen; every change of it is one step that can be undone.

    Signals: `changed(Project)` after every edit, undo, redo or load; `modified_changed(bool)`
    when the unsaved mark comes or goes; `path_changed(Path | None)`; `loaded()` when another
    project takes the place of this one and its history; `dials_changed(Dials)` when the project's
    dials were turned.

    The dials are settings of the project: saved with it, but no steps of its history.
    """

    changed = Signal(object)
    modified_changed = Signal(bool)
    path_changed = Signal(object)
    loaded = Signal()
    dials_changed = Signal(object)

    def __init__(self, project: Project, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._path = path
        self._revision = 0
        self._gesture = 0
        self._saved_dials = project.dials
        self._was_modified = False
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(_HISTORY)
        self.stack.cleanChanged.connect(self._tell_modified)

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return self._project

    @property
    def pattern(self) -> Pattern:
        """The pattern on screen."""
        return self._project.pattern

    @property
    def path(self) -> Path | None:
        """File it was read from or last saved to."""
        return self._path

    @property
    def modified(self) -> bool:
        """Whether something is not saved; dials are something to save where there is a file."""
        turned = self._path is not None and self._project.dials != self._saved_dials
        return turned or not self.stack.isClean()

    @property
    def revision(self) -> int:
        """Counts changes, so that an answer to an older question can be told."""
        return self._revision

    def apply(self, project: Project, text: str, merge: Hashable | None = None) -> bool:
        """Make `project` the current one as the undo step `text`; whether anything changed.

        Steps that follow each other with an equal `merge` key are one: a drag uses a key of
        its own from `gesture`.
        """
        if project == self._project:
            return False
        # The text goes into menus, where & would mark a letter.
        self.stack.push(ProjectCommand(self._put, self._project, project, text.replace("&", "&&"), merge))
        return True

    def set_dials(self, dials: Dials) -> None:
        """Turn the project's dials; nothing to undo."""
        if dials != self._project.dials:
            self._project = replace(self._project, dials=dials)
            self._tell_modified()
            self.dials_changed.emit(dials)

    def edit(self, pattern: Pattern, text: str, merge: Hashable | None = None) -> bool:
        """Replace the current pattern as one undo step."""
        return self.apply(self._project.with_pattern(pattern), text, merge)

    def set_lanes(self, lanes: tuple[Lane, ...], text: str) -> bool:
        """Change mutes, solos and locks; those made one after the other are a single step."""
        return self.apply(replace(self._project, lanes=lanes), text, "lanes")

    def select_pattern(self, index: int) -> bool:
        """Show pattern `index`; walking through the slots is a single step."""
        project = self._project
        if not 0 <= index < len(project.patterns):
            return False
        return self.apply(replace(project, current=index), "Show another pattern", "slot")

    def gesture(self) -> tuple[str, int]:
        """A merge key that no other gesture has."""
        self._gesture += 1
        return ("gesture", self._gesture)

    def undo(self) -> None:
        """Take the last step back."""
        self.stack.undo()

    def redo(self) -> None:
        """Make the step that was taken back again."""
        self.stack.redo()

    def load(self, project: Project, path: Path | None = None, *, unsaved: bool = False) -> None:
        """Put another project here with an empty history; `unsaved` for one that was recovered."""
        self.stack.clear()
        if unsaved:
            self.stack.resetClean()
        else:
            self.stack.setClean()
        self._set_path(path)
        self._saved_dials = project.dials
        self._show(project)
        self._tell_modified()
        self.loaded.emit()

    def mark_saved(self, path: Path, project: Project | None = None) -> None:
        """Remember that the project is in `path`: as it stands, or as it was when `project` was saved."""
        self._set_path(path)
        saved = self._project if project is None else project
        self._saved_dials = saved.dials
        if replace(saved, dials=self._project.dials) == self._project:
            self.stack.setClean()
        self._tell_modified()

    def _set_path(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.path_changed.emit(path)

    def _put(self, project: Project) -> None:
        """What a step of the history does: the dials stay as they are."""
        dials = self._project.dials
        self._show(project if project.dials == dials else replace(project, dials=dials))

    def _show(self, project: Project) -> None:
        self._project = project
        self._revision += 1
        self.changed.emit(project)

    def _tell_modified(self) -> None:
        modified = self.modified
        if modified != self._was_modified:
            self._was_modified = modified
            self.modified_changed.emit(modified)
