"""One continuation on offer."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.pattern import Pattern
from drumstudio.ui import theme
from drumstudio.ui.buttons import IconButton, LabelButton
from drumstudio.ui.layouts import enter_clicks, restyle
from drumstudio.ui.miniature import Miniature, fill_end


class Hearing(Enum):
    """Whether a card's continuation is heard: not, from the next bar line on, or now."""

    SILENT = "Audition"
    WAITING = "Next bar"
    PLAYING = "Playing"


_LIKENESS = {
    Mode.CONTINUE: "How much of the primer comes back: struck cells in common, bar by bar",
    Mode.COMPLETE: "How much of the beat is what was kept",
    Mode.DRESS: "How much of the rhythm is what was tapped: struck steps in common",
}
_LIKENESS_WORD = {Mode.CONTINUE: "groove", Mode.COMPLETE: "kept", Mode.DRESS: "taps"}


def _likeness(candidate: Candidate) -> str:
    return f"{_LIKENESS_WORD[candidate.mode]} {candidate.groove:.0%}"


def _made_with(candidate: Candidate) -> str:
    """Everything that plays a candidate again, in words."""
    dials, bars = candidate.dials, ", ".join(str(bar) for bar in fills_of(candidate))
    words = [
        f"{candidate.name}: {candidate.model}, seed {candidate.seed}, number {candidate.index + 1}",
        f"stick to groove {dials.stick:.0%}, wildness {dials.wildness:.2f}, feel {dials.feel:.0%}",
        f"busyness {dials.busyness:.0%}, style {dials.style or 'as the primer'}",
        f"fill asked for at bar {bars}" if bars else "no fill asked for",
    ]
    return "\n".join(words)


def fills_of(candidate: Candidate) -> list[int]:
    """Bars of the source, counted from 1, in which the candidate was asked for a fill."""
    per_bar = candidate.pattern.grid.steps_per_bar
    first = candidate.start % per_bar
    ends = (candidate.start + fill_end(bar, per_bar, first) for bar in candidate.pattern.fill_bars)
    return sorted(end // per_bar for end in ends)


class CandidateCard(QFrame):
    """Letter, name, likeness to the groove, miniature and what can be done with it.

    Signals: `chosen()` by click, `audition_asked()`, `insert_asked(bars)` with bars 0 for all of
    it, `keep_toggled(bool)` with what is wanted, `again_asked()`, `dismiss_asked()`.
    """

    chosen = Signal()
    audition_asked = Signal()
    insert_asked = Signal(int)
    keep_toggled = Signal(bool)
    again_asked = Signal()
    dismiss_asked = Signal()

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.candidate: Candidate | None = None
        self.kept = False
        self.hearing = Hearing.SILENT
        self._compact = False
        self.letter = letter
        self.setProperty("card", True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.open_menu)
        self._badge = QLabel(letter)
        self._badge.setProperty("role", "badge")
        self._badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._badge.setFixedSize(20, 20)
        self._badge.setFont(theme.font(11, QFont.Weight.DemiBold))
        self._name = QLabel("…")
        self._groove = QLabel("")
        self._groove.setProperty("role", "muted")
        self.miniature = Miniature()
        self.audition = LabelButton("play", Hearing.SILENT.value)
        self.insert = QPushButton("Insert")
        self.first_bar = QPushButton("1 bar")
        self.keep = IconButton("star", "Keep for later", 24)
        self._lay_out()
        self.audition.clicked.connect(self.audition_asked)
        self.insert.clicked.connect(self._insert_all)
        self.first_bar.clicked.connect(self._insert_first)
        self.keep.clicked.connect(self._toggle_kept)
        enter_clicks(self)
        self._set_ready(False)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._badge)
        head.addWidget(self._name, 1)
        head.addWidget(self._groove)
        self._foot = foot = QHBoxLayout()
        foot.setSpacing(6)
        for button in (self.audition, self.insert, self.first_bar):
            button.setProperty("kind", "small")
            button.setFixedHeight(24)
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.keep)
        self.audition.setFixedWidth(92)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 7, 10, 8)
        whole.setSpacing(6)
        whole.addLayout(head)
        whole.addWidget(self.miniature)
        whole.addLayout(foot)

    def set_compact(self, compact: bool) -> None:
        """Draw the card in two lines instead of three: what is left out stands in its menu."""
        if compact == self._compact:
            return
        self._compact = compact
        if compact:
            self._whole.removeWidget(self.miniature)
            self._foot.insertWidget(0, self.miniature, 100)
        else:
            self._foot.removeWidget(self.miniature)
            self._whole.insertWidget(1, self.miniature)
        self.miniature.setFixedHeight(30 if compact else 34)
        self.first_bar.setVisible(not compact)
        self.audition.setFixedWidth(32 if compact else 92)
        self._whole.setContentsMargins(10, 5, 10, 6) if compact else self._whole.setContentsMargins(
            10, 7, 10, 8
        )
        self._whole.setSpacing(4 if compact else 6)
        self._show_hearing()

    def show_partial(self, pattern: Pattern, steps: int, made: int) -> None:
        """Show a continuation that is still being made."""
        self.miniature.show_pattern(pattern, steps, made)
        self._groove.setText(f"{made} of {steps}")

    def show_candidate(self, candidate: Candidate) -> None:
        """Show a finished continuation."""
        self.candidate = candidate
        first = candidate.start % candidate.pattern.grid.steps_per_bar
        self.miniature.show_pattern(candidate.pattern, candidate.steps, first=first)
        self._name.setText(candidate.name)
        self._groove.setToolTip(_LIKENESS[candidate.mode])
        self.setToolTip(_made_with(candidate))
        self.setAccessibleName(f"Continuation {self.letter}, {candidate.name}, {_likeness(candidate)}")
        for button, what in (
            (self.audition, "Audition"),
            (self.insert, "Insert"),
            (self.first_bar, "Insert only the first bar of"),
        ):
            button.setAccessibleName(f"{what} continuation {self.letter}")
        self.audition.setToolTip("Hear it from the next bar line on")
        self.insert.setToolTip(
            "Put it into the pattern as one undo step (Enter); Shift+Enter takes its first bar only"
        )
        self.first_bar.setToolTip("Insert first bar only (Shift+Enter)")
        self._show_hearing()
        self._set_ready(True)

    def show_hearing(self, hearing: Hearing) -> None:
        """Show whether it is heard."""
        if hearing is not self.hearing:
            self.hearing = hearing
            self._show_hearing()
            if hearing is Hearing.SILENT:
                self.miniature.show_playhead(None)

    def _show_hearing(self) -> None:
        """On the button, or beside the name where the button has no room for words."""
        hearing = self.hearing
        self.audition.setText("" if self._compact else hearing.value)
        self.audition.show_icon("stop" if hearing is Hearing.PLAYING else "play")
        restyle(self.audition, "kind", "go" if hearing is Hearing.PLAYING else "small")
        if self.candidate is not None:
            told = self._compact and hearing is not Hearing.SILENT
            shown = f"{_likeness(self.candidate)} · seed {self.candidate.seed}"
            self._groove.setText(hearing.value.lower() if told else shown)

    def show_lit(self, lit: bool, focused: bool) -> None:
        """Show whether it is the chosen one, and whether keys go to it."""
        restyle(self, "lit", lit)
        restyle(self, "focused", focused)

    def set_letter(self, letter: str) -> None:
        """Give it another letter."""
        self.letter = letter
        self._badge.setText(letter)
        if self.candidate:
            self.show_candidate(self.candidate)

    def _set_ready(self, ready: bool) -> None:
        for button in (self.audition, self.insert, self.first_bar, self.keep):
            button.setEnabled(ready)

    def _insert_all(self) -> None:
        self.insert_asked.emit(0)

    def _insert_first(self) -> None:
        self.insert_asked.emit(1)

    def _toggle_kept(self) -> None:
        self.keep_toggled.emit(not self.kept)

    def show_kept(self, kept: bool) -> None:
        """Show whether the project keeps it."""
        self.kept = kept
        self.keep.show_icon("starred" if kept else "star", "warn" if kept else "text")
        self.keep.describe("Kept in the project; press to let it go" if kept else "Keep for later")

    def open_menu(self, at: QPoint) -> None:
        """Open the card's menu at a point of it."""
        if self.candidate is None:
            return
        menu = QMenu(self)
        silent = self.hearing is Hearing.SILENT
        menu.addAction("Audition" if silent else "Stop hearing it").triggered.connect(self.audition_asked)
        menu.addAction("Insert").triggered.connect(self._insert_all)
        menu.addAction("Insert first bar only").triggered.connect(self._insert_first)
        menu.addSeparator()
        menu.addAction("Let it go" if self.kept else "Keep for later").triggered.connect(self._toggle_kept)
        again = menu.addAction(f"Again with seed {self.candidate.seed} and its dials")
        again.triggered.connect(self.again_asked)
        menu.addAction("Dismiss").triggered.connect(self.dismiss_asked)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere chooses the card."""
        self.chosen.emit()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Focus chooses as well."""
        self.chosen.emit()
        super().focusInEvent(event)
