"""Takes read otherwise: other rules, another tempo, another first bar line; what arrived stays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from drumstudio.app.jobs import JobControl
from drumstudio.app.takes.rows import TakeRow, row_of
from drumstudio.app.takes.store import KeptTake, load_take
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message

Change = Callable[[KeptTake], KeptTake]


class Rereading(QObject):
    """Changes how takes are read and keeps that, off the window's thread, the newest wish of a kind only.

    Signal: `read(TakeRow)` when a take is kept so.
    """

    read = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._running = False
        self._wanted: dict[tuple[Path, str], Change] = {}

    def ask(self, row: TakeRow, kind: str, change: Change) -> None:
        """Read the take of `row` so; a newer wish of the same `kind` takes the place of one that waits."""
        self._wanted[row.kept.path, kind] = change
        self._next()

    def _next(self) -> None:
        if self._running or not self._wanted:
            return
        path = next(iter(self._wanted))[0]
        changes = [self._wanted.pop(key) for key in list(self._wanted) if key[0] == path]
        self._running = True
        self._desk.background.run(partial(_change, path, changes), self._done, self._failed)

    def _done(self, row: TakeRow) -> None:
        self._running = False
        waiting = any(path == row.kept.path for path, _ in self._wanted)
        self._next()
        if not waiting:
            self.read.emit(row)

    def _failed(self, sentence: str) -> None:
        self._running = False
        if sentence:
            self._desk.told.emit(Message(sentence[:1].upper() + sentence[1:], "error"))
        self._next()


def _change(path: Path, changes: list[Change], _control: JobControl) -> TakeRow:
    kept = load_take(path)
    for change in changes:
        kept = change(kept)
    return row_of(kept)
