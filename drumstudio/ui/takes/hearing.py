"""A take is heard, at its own timing, on the output that is chosen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from drumstudio.app.jobs import JobControl
from drumstudio.app.takes.rows import TakeRow
from drumstudio.engine.facade import Position
from drumstudio.engine.performing import Performance, performance_of
from drumstudio.ui.desk import Desk


class TakeHearing(QObject):
    """Plays one take at a time.

    Signals: `moved(seconds | None)` where in the take it is, `changed()` when another take, or none, is
    heard.
    """

    moved = Signal(object)
    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path: Path | None = None
        self._performance: Performance | None = None
        desk.playing.performed.connect(self._moved)
        desk.playing.moved.connect(self._other_moved)

    @property
    def path(self) -> Path | None:
        """The take that is heard."""
        return self._path

    def toggle(self, row: TakeRow) -> None:
        """Hear `row`, or no longer."""
        if self._path == row.kept.path:
            self.stop()
            return
        self._path, self._performance = row.kept.path, None
        self._desk.background.run(partial(_performed, row), partial(self._begin, row.kept.path))
        self.changed.emit()

    def stop(self) -> bool:
        """Hear nothing any more; whether anything was heard."""
        if self._path is None:
            return False
        self._desk.playing.perform(None)
        self._let_go()
        return True

    def _begin(self, path: Path, performance: Performance) -> None:
        if self._path == path:
            self._performance = performance
            self._desk.playing.perform(performance)

    def _moved(self, position: Position | None) -> None:
        if position is None:
            if self._performance is not None:
                self._let_go()
        elif self._performance is not None:
            self.moved.emit(self._performance.seconds_at(position.step))

    def _other_moved(self, position: Position | None) -> None:
        """The pattern plays instead."""
        if position is not None and self._performance is not None and not self._desk.playing.performing:
            self._let_go()

    def _let_go(self) -> None:
        self._path = self._performance = None
        self.moved.emit(None)
        self.changed.emit()


def _performed(row: TakeRow, _control: JobControl) -> Performance:
    take = row.kept.take
    return performance_of(row.found.hits, row.found.grips, take.qpm, take.meter)
