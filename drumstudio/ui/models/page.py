"""The Models page: which drummers there are, what each is, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from drumstudio.app.store import SUFFIX
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import MIDI_SUFFIXES
from drumstudio.ui.models.comparison import ComparisonView
from drumstudio.ui.models.library import Library
from drumstudio.ui.pages import Page


class ModelsPage(Page):
    """The list of drummers, or some of them side by side."""

    name = "models"
    title = "Models"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._begun = False
        self.library = Library(desk)
        self.comparison = ComparisonView(desk)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.library)
        self._stack.addWidget(self.comparison)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.library.table)
        self.library.compare_wanted.connect(self.compare)
        self.comparison.left.connect(self._back)
        desk.models_changed.connect(self._look)

    @property
    def comparing(self) -> bool:
        """Whether drummers are side by side."""
        return self._stack.currentWidget() is self.comparison

    def come_up(self) -> None:
        """List the drummers as they are now."""
        self._begun = True
        self.library.keeping.look()
        self.comparison.look_for_takes()
        if self.comparing:
            self.comparison.cards.setFocus()

    def compare(self, models: Sequence[ModelInfo]) -> None:
        """Put drummers side by side."""
        self.comparison.begin(models)
        self._stack.setCurrentWidget(self.comparison)
        self.setFocusProxy(self.comparison.cards)
        self.comparison.cards.setFocus()

    def dismiss(self) -> bool:
        """Stop what is under way or heard, else go back to the list."""
        if not self.comparing:
            return False
        if not self.comparison.dismiss():
            self._back()
        return True

    def close_down(self) -> None:
        """Keep what was written last, and end the thread."""
        self.library.details.notes.keep()
        self.comparison.close_down()

    def _back(self) -> None:
        self.comparison.stop()
        self._stack.setCurrentWidget(self.library)
        self.setFocusProxy(self.library.table)
        self.library.table.setFocus()

    def _look(self) -> None:
        if self._begun:
            self.library.keeping.look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take everything that the window itself does not: what is no model is refused with a sentence."""
        if _files(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        found = _files(event.mimeData())
        if found:
            self.library.keeping.import_files(found)
            event.acceptProposedAction()
        else:
            event.ignore()


def _files(data: QMimeData) -> list[Path]:
    """Files that are neither projects nor MIDI files; none where such are among them."""
    found = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    others = any(path.suffix.lower() in (SUFFIX, *MIDI_SUFFIXES) for path in found)
    return [] if others else found
