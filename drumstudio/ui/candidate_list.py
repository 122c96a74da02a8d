"""The stack of continuation cards: choosing, hearing, keeping, dismissing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from drumstudio.domain.candidate import Candidate
from drumstudio.domain.pattern import Pattern
from drumstudio.ui.candidate_card import CandidateCard, Hearing

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# As the style sheet has it.
SCROLL_WIDTH = 10
_GAP = 8
_WANTED = 4
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CandidateList(QScrollArea):
    """Cards of the last continuation; below them, under a heading, what the project keeps.

    Up and Down move between them and audition, Enter inserts, Del dismisses or lets go.  A card
    that is starred stays where it is until others come.  Signals: `audition_changed(Candidate |
    None)`, `insert_asked(Candidate, bars)` with bars 0 for all of it, `keep_asked(Candidate,
    bool)`, `again_asked(Candidate)`, `count_changed()` when cards came or went.
    """

    audition_changed = Signal(object)
    insert_asked = Signal(object, int)
    keep_asked = Signal(object, bool)
    again_asked = Signal(object)
    count_changed = Signal()

    def __init__(self, parent: QWidget | None = None, letters: str = _LETTERS) -> None:
        super().__init__(parent)
        self._letters = letters
        self.cards: list[CandidateCard] = []
        self._chosen: CandidateCard | None = None
        self._heard: CandidateCard | None = None
        self._making: list[CandidateCard] = []
        # Cards by the number of the candidate that shall take each; None for a fresh lot.
        self._places: dict[int, CandidateCard] | None = None
        self._shelf: list[CandidateCard] = []
        self._kept: tuple[Candidate, ...] = ()
        self._roomy = CandidateCard("").sizeHint().height()
        self.heading = QLabel()
        self.heading.setProperty("role", "caption")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Continuations")
        inside = QWidget()
        inside.setObjectName("cards")
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(_GAP)
        self.setWidget(inside)
        self.setStyleSheet("CandidateList, #cards { background: transparent; }")
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)
        self._range_changed(0, 0)

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that is lit."""
        return self._chosen.candidate if self._chosen else None

    @property
    def heard(self) -> Candidate | None:
        """The candidate that is auditioned, or will be from the next bar line on."""
        return self._heard.candidate if self._heard else None

    @property
    def heard_letter(self) -> str:
        """Letter of the card that is auditioned."""
        return self._heard.letter if self._heard else ""

    @property
    def making_again(self) -> bool:
        """Whether what is on its way takes the place of what is there."""
        return self._places is not None

    @property
    def ready(self) -> int:
        """How many continuations can be heard and inserted."""
        return sum(card.candidate is not None for card in self.cards)

    @property
    def fresh(self) -> int:
        """How many cards of the last lot are there, finished or not."""
        return len(self.cards) - len(self._shelf)

    def begin(self, count: int) -> None:
        """Make room for `count` continuations to come; those not kept go."""
        self._places = None
        self._shelve()
        self._making = [self._new_card() for _ in range(count)]
        self.cards[:0] = self._making
        self._arrange()

    def begin_again(self, count: int) -> None:
        """Let the last lot, asked for anew, take its own cards' places, each candidate its own; what
        is kept goes on the shelf."""
        slots: list[tuple[int, CandidateCard]] = []
        for place, card in enumerate(self.cards[: self.fresh]):
            index = card.candidate.index if card.candidate else place
            if card.kept:
                self._shelf.append(card)
            slots.append((index, self._new_card() if card.kept else card))
        gone = [card for index, card in slots if index >= count]
        slots = [slot for slot in slots if slot[0] < count]
        there = {index for index, _ in slots}
        slots += [(index, self._new_card()) for index in range(count) if index not in there]
        self._places = dict(slots)
        self._making = [card for _, card in slots]
        self.cards = [*self._making, *gone, *self._shelf]
        for card in gone:
            self._remove(card)
        self._arrange()

    def show_kept(self, kept: tuple[Candidate, ...]) -> None:
        """Show which continuations the project keeps."""
        if kept is self._kept:
            return
        self._kept = kept
        for card in self.cards:
            card.show_kept(card.candidate in kept)
        for card in [card for card in self._shelf if not card.kept]:
            self._remove(card)
        self._show_shelved()
        self._arrange()

    def _show_shelved(self) -> bool:
        """Put what the project keeps and no card shows on the shelf; whether there was anything."""
        there = [card.candidate for card in self.cards]
        missing = [candidate for candidate in self._kept if candidate not in there]
        for candidate in missing:
            card = self._new_card()
            card.show_candidate(candidate)
            card.show_kept(True)
            self._shelf.append(card)
            self.cards.append(card)
        return bool(missing)

    def show_partial(self, partial_patterns: Sequence[Pattern], steps: int, made: int) -> None:
        """Show continuations as far as they are; cards that show one already wait for the whole."""
        if self._places is not None:
            return
        for card, pattern in zip(self._making, partial_patterns, strict=False):
            card.show_partial(pattern, steps, made)

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Show the finished continuations; of a fresh lot, choose the first."""
        places, making = self._places, self._making
        self._making, self._places = [], None
        for place, candidate in enumerate(candidates):
            if places is None:
                card = making[place] if place < len(making) else None
            else:
                card = places.get(candidate.index)
            if card is not None:
                card.show_candidate(candidate)
                card.show_kept(candidate in self._kept)
        if making and (places is None or self._chosen not in self.cards):
            self._choose(making[0])
        if self._show_shelved():  # one was kept while it was made anew
            self._arrange()

    def abandon(self) -> None:
        """Take the room back: nothing comes.  Cards that show something still do."""
        for card in list(self._making):
            if card.candidate is None:
                self._remove(card)
        self._making, self._places = [], None

    def clear(self) -> None:
        """Take every card away, for another project."""
        self._kept = ()
        for card in list(self.cards):
            self._remove(card)

    def dismiss(self) -> bool:
        """Stop hearing a candidate, else dismiss those not kept; whether there was anything to do."""
        if self._heard is not None:
            self._hear(None)
            return True
        return self._shelve()

    def _shelve(self) -> bool:
        """Dismiss what is not kept and put the rest below; whether anything went."""
        loose = [card for card in self.cards if not card.kept]
        self._shelf = [card for card in self.cards if card.kept]
        for card in loose:
            self._remove(card)
        self._arrange()
        return bool(loose)

    def step_to(self, by: int) -> None:
        """Choose and audition the next card or the one before."""
        ready = [card for card in self.cards if card.candidate]
        if not ready:
            return
        at = ready.index(self._chosen) + by if self._chosen in ready else 0
        card = ready[max(0, min(len(ready) - 1, at))]
        self._choose(card)
        self.ensureWidgetVisible(card, 0, 4)
        if card is not self._heard:
            self._hear(card)

    def choose_at(self, place: int) -> bool:
        """Audition the card at `place`, from 0 on, or stop where it is heard; whether there is one."""
        if not 0 <= place < len(self.cards) or self.cards[place].candidate is None:
            return False
        self._toggle(self.cards[place])
        self.ensureWidgetVisible(self.cards[place], 0, 4)
        return True

    def insert_chosen(self, bars: int = 0) -> bool:
        """Insert the chosen candidate, or its first `bars` bars; whether there is one."""
        if self._chosen is None or self._chosen.candidate is None:
            return False
        self.insert_asked.emit(self._chosen.candidate, bars)
        return True

    def keep_chosen(self) -> None:
        """Keep the chosen candidate in the project, or let it go."""
        if self._chosen is not None and self._chosen.candidate is not None:
            self.keep_asked.emit(self._chosen.candidate, not self._chosen.kept)

    def stop_hearing(self) -> None:
        """Show that nothing is auditioned any more, without asking for it."""
        if self._heard is not None:
            self._heard.show_hearing(Hearing.SILENT)
            self._heard = None

    def show_position(self, auditioning: bool, step: float | None) -> None:
        """Show that the auditioned candidate sounds, at `step` of the continuation."""
        if self._heard is None:
            return
        self._heard.show_hearing(Hearing.PLAYING if auditioning else Hearing.WAITING)
        self._heard.miniature.show_playhead(step if auditioning else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Enter and Del."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_to(-1 if key == Qt.Key.Key_Up else 1)
        elif key in _ENTER:
            self.insert_chosen(1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        elif key == Qt.Key.Key_Delete and self._chosen is not None:
            self._dismiss(self._chosen)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key opens the menu of the chosen card."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self._chosen is not None:
            self._chosen.open_menu(self._chosen.rect().center())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the cards small where four of them would not fit otherwise."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        count = min(len(self.cards), _WANTED)
        compact = self.viewport().height() < count * (self._roomy + _GAP) - _GAP
        self._layout.setSpacing(_GAP - 2 if compact else _GAP)
        for card in self.cards:
            card.set_compact(compact)

    def _range_changed(self, _low: int, high: int) -> None:
        # The bar takes the margin, so that the cards keep their width.
        self._layout.setContentsMargins(0, 0, 0 if high > 0 else SCROLL_WIDTH, 0)

    def _new_card(self) -> CandidateCard:
        card = CandidateCard("")
        card.chosen.connect(partial(self._choose, card))
        card.audition_asked.connect(partial(self._toggle, card))
        card.insert_asked.connect(partial(self._insert, card))
        card.keep_toggled.connect(partial(self._keep, card))
        card.again_asked.connect(partial(self._again, card))
        card.dismiss_asked.connect(partial(self._dismiss, card))
        return card

    def _keep(self, card: CandidateCard, kept: bool) -> None:
        if card.candidate is not None:
            self._choose(card)
            self.keep_asked.emit(card.candidate, kept)

    def _dismiss(self, card: CandidateCard) -> None:
        """Take a card away, out of the project too; the next one is chosen."""
        at = self.cards.index(card)
        if card.kept:
            self.keep_asked.emit(card.candidate, False)
        if card in self.cards:
            self._remove(card)
            self._arrange()
        if self.cards and self._chosen is None:
            self._choose(self.cards[min(at, len(self.cards) - 1)])

    def _remove(self, card: CandidateCard) -> None:
        if card is self._heard:
            self._hear(None)
        if card is self._chosen:
            self._chosen = None
        if card in self._making:
            self._making.remove(card)
        if self._places is not None:
            self._places = {index: other for index, other in self._places.items() if other is not card}
        self.cards.remove(card)
        if card in self._shelf:
            self._shelf.remove(card)
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()
        if not self.cards:
            self._arrange()

    def _arrange(self) -> None:
        """Fresh cards, the heading, those on the shelf; each with its letter."""
        while self._layout.takeAt(0) is not None:
            pass
        self.cards = [card for card in self.cards if card not in self._shelf] + self._shelf
        for card in self.cards:
            if self._shelf and card is self._shelf[0]:
                self._layout.addWidget(self.heading)
            self._layout.addWidget(card)
        self._layout.addStretch(1)
        self.heading.setText(f"KEPT IN THE PROJECT · {len(self._shelf)}")
        self.heading.setParent(self.widget())
        self.heading.setVisible(bool(self._shelf))
        self._fit()
        self._letter()
        self.count_changed.emit()

    def _letter(self) -> None:
        for index, card in enumerate(self.cards):
            card.set_letter(self._letters[index % len(self._letters)])

    def _choose(self, card: CandidateCard) -> None:
        self._chosen = card
        self._show_chosen()

    def _show_chosen(self) -> None:
        for card in self.cards:
            card.show_lit(card is self._chosen, self._chosen is card and self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        super().focusInEvent(event)
        self._show_chosen()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """They go elsewhere."""
        super().focusOutEvent(event)
        self._show_chosen()

    def _toggle(self, card: CandidateCard) -> None:
        self._choose(card)
        self._hear(None if card is self._heard else card)

    def _hear(self, card: CandidateCard | None) -> None:
        if self._heard is not None:
            self._heard.show_hearing(Hearing.SILENT)
        self._heard = card
        if card is not None:
            card.show_hearing(Hearing.WAITING)
        self.audition_changed.emit(card.candidate if card else None)

    def _insert(self, card: CandidateCard, bars: int) -> None:
        if card.candidate is not None:
            self._choose(card)
            self.insert_asked.emit(card.candidate, bars)

    def _again(self, card: CandidateCard) -> None:
        if card.candidate is not None:
            self.again_asked.emit(card.candidate)
