"""The recovery copy of what is unsaved, and what the user is told of it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from drumstudio.app import recovery
from drumstudio.app.jobs import JobControl
from drumstudio.app.recovery import Recovered, RecoveryCopy
from drumstudio.ui.bridge import Background
from drumstudio.ui.document import Document

_DELAY = 2000  # milliseconds after the last change
_TICK = 5000


class Autosave(QObject):
    """Writes a copy a moment after each change; it never clears the unsaved mark.

    Signals: `found(Recovered)` when a crash left a copy, `saved_state(str)` for the status bar.
    """

    found = Signal(object)
    saved_state = Signal(str)

    def __init__(self, document: Document, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._background = document, background
        self._copy = RecoveryCopy()
        self._copied_at: float | None = None
        self._delay = QTimer(self, singleShot=True, interval=_DELAY)
        self._delay.timeout.connect(self.write)
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self.show_state)
        document.changed.connect(self._changed)
        document.dials_changed.connect(self._changed)
        document.modified_changed.connect(self._modified_changed)

    def look(self) -> None:
        """Look for what a crash left behind."""
        self._background.run(lambda _: recovery.find_recovered(), self._looked)

    def _looked(self, copies: list[Recovered]) -> None:
        if copies:
            self.found.emit(copies[0])

    def write(self) -> None:
        """Keep a copy of the project as it stands, if it is unsaved."""
        if self._document.modified:
            project, path = self._document.project, self._document.path
            self._background.run(lambda _: self._copy.write(project, path), self._written)

    def _written(self, _result: object) -> None:
        self._copied_at = time.monotonic()
        self.show_state()
        if not self._document.modified:
            self.drop()

    def drop(self) -> None:
        """The changes are saved, or given up: the copy goes."""
        self._delay.stop()
        self._copied_at = None
        self._background.run(lambda _: self._copy.clear(), _nothing)

    def take_over(self, recovered: Recovered) -> None:
        """Keep what was recovered as the own copy."""

        def work(_control: JobControl) -> None:
            # The new copy stands before the old one goes: a second crash loses nothing.
            self._copy.write(recovered.project, recovered.original)
            recovery.discard(recovered)

        self._background.run(work, self._written)

    def discard(self, recovered: Recovered) -> None:
        """What was recovered is not wanted."""
        self._background.run(lambda _: recovery.discard(recovered), _nothing)

    def close(self) -> None:
        """The program ends in good order: no copy stays."""
        self._delay.stop()
        self._tick.stop()
        self._background.run(lambda _: self._copy.close(), _nothing)

    def show_state(self) -> None:
        """Tell what is saved and what not."""
        if not self._document.modified:
            self.saved_state.emit("Saved" if self._document.path else "")
        elif self._copied_at is None:
            self.saved_state.emit("Unsaved changes")
        else:
            self.saved_state.emit(f"Unsaved changes · autosaved {_ago(time.monotonic() - self._copied_at)}")

    def _changed(self, _what: object) -> None:
        if self._document.modified:
            self._delay.start()

    def _modified_changed(self, modified: bool) -> None:
        if modified:
            self._tick.start()
        else:
            self._tick.stop()
            self.drop()
        self.show_state()


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s ago" if seconds < 60 else f"{seconds / 60:.0f} min ago"


def _nothing(_result: object) -> None:
    pass
