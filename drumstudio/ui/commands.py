"""The one undo command: the project before and after an edit."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtGui import QUndoCommand

from drumstudio.domain.project import Project

_MERGEABLE = 1


class ProjectCommand(QUndoCommand):
    """Puts `after` in place of `before` through `put`; widgets learn of it from the document.

    Commands that follow each other with the same `merge` key become one step; a step that ends
    where it began removes itself.
    """

    def __init__(
        self,
        put: Callable[[Project], None],
        before: Project,
        after: Project,
        text: str,
        merge: Hashable | None = None,
    ) -> None:
        super().__init__(text)
        self._put = put
        self._before = before
        self._after = after
        self._merge = merge

    def redo(self) -> None:
        """Put the edited project in place."""
        self._put(self._after)

    def undo(self) -> None:
        """Put the project back as it was."""
        self._put(self._before)

    def id(self) -> int:
        """Qt offers merging only between commands with the same number."""
        return -1 if self._merge is None else _MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the outcome of a later part of the same gesture."""
        if not isinstance(other, ProjectCommand) or other._merge != self._merge:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True
