"""Hearing what compared drummers played, one after the other at the bar line, and keeping it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from drumstudio.app.drummer.inserting import inserted, start_in
from drumstudio.domain.candidate import Candidate
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import MAX_KEPT, Project
from drumstudio.engine.facade import Position
from drumstudio.errors import DrumStudioError
from drumstudio.ui.candidate_list import CandidateList
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message


class ComparedCards(CandidateList):
    """A card a drummer, numbered: its number auditions it, the same again stops; so do Up, Down and Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, "123456789")
        self.setAccessibleName("What each drummer plays")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Numbers besides what continuations know."""
        text = event.text()
        if len(text) == 1 and text in "123456789" and self.choose_at(int(text) - 1):
            return
        super().keyPressEvent(event)


class Hearing(QObject):
    """Lets the cards be heard, inserted and kept.

    Switching from one card to another goes on at the same place of the next bar.
    """

    def __init__(self, desk: Desk, cards: ComparedCards) -> None:
        super().__init__(cards)
        self._desk, self._cards = desk, cards
        self._primer: Pattern | None = None
        self._shown: tuple[Candidate, ...] = ()
        self._heard: Pattern | None = None
        self._auditioning = False
        cards.audition_changed.connect(self._audition)
        cards.insert_asked.connect(self.insert)
        cards.keep_asked.connect(self._keep)
        desk.playing.moved.connect(self._moved)
        desk.playing.auditioned.connect(self._another_heard)
        desk.document.changed.connect(self._project_changed)

    def show_candidates(self, candidates: tuple[Candidate, ...], primer: Pattern | None) -> None:
        """Show what came; `primer` is what they continue where it is not the pattern on screen."""
        self._shown, self._primer = candidates, primer
        self._cards.show_candidates(candidates)

    def stop(self) -> None:
        """Hear none of them any more."""
        if self._cards.heard is not None:
            self._cards.stop_hearing()
            self._audition(None)

    def _audition(self, candidate: Candidate | None) -> None:
        playing = self._desk.playing
        if candidate is None:
            self._heard = None
            playing.audition(None)
            return
        try:
            whole = self._with(candidate)
        except DrumStudioError as error:
            self._cards.stop_hearing()
            self._audition(None)
            self._desk.told.emit(Message(str(error), "error"))
            return
        before, self._heard = self._heard, whole
        same = before is not None and (before.grid, before.bars) == (whole.grid, whole.bars)
        per_bar = whole.grid.steps_per_bar
        start = start_in(candidate, whole.grid) // per_bar * per_bar
        playing.audition(whole, None if same and self._auditioning else start)

    def _another_heard(self, pattern: Pattern) -> None:
        """What is heard beside the sequencer takes the place of the card."""
        if pattern is not self._heard and self._cards.heard is not None:
            self._cards.stop_hearing()
            self._heard = None

    def _with(self, candidate: Candidate, bars: int | None = None) -> Pattern:
        """What Insert makes of the pattern on screen: the candidate in it, or its own primer before it."""
        project = self._desk.document.project
        if self._primer is not None:
            return inserted(self._primer, candidate, bars)
        return inserted(project.pattern, candidate, bars, project.lanes)

    def insert(self, candidate: Candidate, bars: int = 0) -> None:
        """Put a candidate, or its first `bars` bars, into the pattern on screen: one undo step."""
        try:
            whole = self._with(candidate, bars or None)
        except DrumStudioError as error:
            self._desk.told.emit(Message(str(error), "error"))
            return
        heard = self._cards.heard is not None
        self._cards.stop_hearing()
        self._heard = None
        self._desk.document.edit(whole, f"Insert what {candidate.name} played")
        if heard:
            self._desk.playing.audition(None)
        self._desk.hinted.emit(f"What {candidate.name} played is in the pattern; Ctrl+Z takes it out again")

    def _keep(self, candidate: Candidate, kept: bool) -> None:
        document = self._desk.document
        if kept and len(document.project.kept) >= MAX_KEPT:
            text = f"The project keeps {MAX_KEPT} continuations already; let one go first"
            self._desk.told.emit(Message(text, "error"))
            return
        text = f"Keep {candidate.name}" if kept else f"Let {candidate.name} go"
        document.apply(document.project.with_kept(candidate, kept), text)

    def _project_changed(self, project: Project) -> None:
        self._cards.show_kept(tuple(one for one in project.kept if one in self._shown))

    def _moved(self, position: Position | None) -> None:
        self._auditioning = position is not None and position.auditioning
        heard = self._cards.heard
        if position is None:
            self._cards.stop_hearing()
            self._heard = None
        elif heard is not None:
            step = position.step - heard.start
            self._cards.show_position(position.auditioning, step if step >= 0 else None)
