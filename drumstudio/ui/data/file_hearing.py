"""Judged files to look at and to hear: into the grid as one undo step, or played without touching it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from drumstudio.app.training.data import DataPlan, look_at
from drumstudio.domain.performance import strokes
from drumstudio.engine.facade import Position
from drumstudio.engine.outputs import Strike
from drumstudio.engine.performing import Performance
from drumstudio.midi.files import Imported
from drumstudio.ui.desk import Desk
from drumstudio.ui.pages import SEQUENCER


class FileHearing(QObject):
    """Plays a file, or opens it in the grid, with the remedies of a plan.

    Signal: `heard_changed(str)` with the file that is heard, "" for none.
    """

    heard_changed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._heard, self._sounds = "", False
        desk.playing.performed.connect(self._performed)
        desk.playing.moved.connect(self._moved)

    @property
    def heard(self) -> str:
        """The file that is heard, "" for none."""
        return self._heard

    def open(self, plan: DataPlan, file: str) -> None:
        """Put the drums of `file` into a new pattern, and go there."""
        self._desk.background.run(lambda _: look_at(plan, file), partial(self._opened, Path(file)))

    def toggle(self, plan: DataPlan, file: str) -> None:
        """Play `file`, or stop it where it is heard."""
        if self._heard == file:
            self.stop()
            return
        self._hear(file)
        self._desk.background.run(
            lambda _: _performance(look_at(plan, file)), partial(self._play, file), self._failed
        )

    def stop(self) -> bool:
        """Play no file any more; whether one was heard."""
        if not self._heard:
            return False
        self._desk.playing.perform(None)
        self._hear("")
        return True

    def _opened(self, path: Path, found: Imported) -> None:
        self.stop()
        self._desk.page_wanted.emit(SEQUENCER)
        self._desk.pattern_found.emit(path, found)

    def _play(self, file: str, performance: Performance) -> None:
        # The user may have gone on to another file, or stopped, before this one was read.
        if self._heard == file:
            self._desk.playing.perform(performance)

    def _failed(self, sentence: str) -> None:
        self._hear("")
        if sentence:
            self._desk.background.failed.emit(sentence)

    def _hear(self, file: str) -> None:
        self._sounds = False
        if file != self._heard:
            self._heard = file
            self.heard_changed.emit(file)

    def _performed(self, position: Position | None) -> None:
        if position is not None:
            self._sounds = True
        elif self._sounds:
            self._hear("")

    def _moved(self, _position: Position | None) -> None:
        """Something else plays in its place."""
        if self._sounds:
            self._hear("")


def _performance(found: Imported) -> Performance:
    """A pattern as it was played, once, at its own tempo."""
    pattern = found.pattern
    struck = strokes(pattern)
    # What is struck ahead of the first bar line is heard in a bar before it.
    ahead = pattern.grid.ticks_per_bar if struck and struck[0].tick < 0 else 0
    return Performance(
        tuple((stroke.tick + ahead, Strike(stroke.drum, stroke.velocity)) for stroke in struck),
        pattern.grid,
        found.qpm,
        pattern.ticks + ahead,
    )
