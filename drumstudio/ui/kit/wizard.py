"""Kit setup: pad by pad, until the program knows what each one sends."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.kit.ekit import KitState, KitStroke
from drumstudio.errors import DrumMapError
from drumstudio.midi.inputs import InputState
from drumstudio.midi.kit_maps import KitMap, KitMaps, save_map
from drumstudio.midi.learning import (
    MAIN_PADS,
    PADS,
    Learned,
    Pad,
    answers_so,
    learned_map,
    likely_kit,
    own_map_name,
)
from drumstudio.midi.lesson import ECHO, Lesson
from drumstudio.ui.buttons import EnterCheck
from drumstudio.ui.desk import Desk
from drumstudio.ui.kit.answers import AnswerList
from drumstudio.ui.kit.picture import KitPicture, spot_of, spot_of_note
from drumstudio.ui.kit.prompts import said
from drumstudio.ui.kit.saving import SavePage
from drumstudio.ui.kit.sheet import KitSheet, button, input_label, kit_words, label
from drumstudio.ui.layouts import restyle
from drumstudio.ui.shortcuts import Keymap

_SETTLE_MS = round(ECHO * 1000) + 20


class KitWizard(KitSheet):
    """Asks for one pad after the other; says early which kit it is, or saves a map of the user's own.

    `lesson` may be one that was left before its end.
    """

    def __init__(self, desk: Desk, keymap: Keymap, lesson: Lesson, parent: QWidget) -> None:
        super().__init__("Kit setup", desk, keymap, parent)
        self.lesson = lesson
        self._state = self.kit.state
        self._offered: KitMap | None = None
        self.asking = True
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        self.picture = KitPicture()
        self.list = AnswerList()
        self.list.asked.connect(self._ask)
        self.ask_page = self._asking()
        self.end = SavePage()
        self.end.save_asked.connect(self._save)
        self.end.known_asked.connect(self._use_like)
        self.end.back_asked.connect(self._go_on)
        self.end.hide()
        self._lay_out()
        for keys, does in (("Left", self.back), ("Right", self.skip)):
            QShortcut(QKeySequence(keys), self, does)
        self.resize(1000, 600)
        self._show()

    # -- how it looks

    def _lay_out(self) -> None:
        self.message = label(wrap=True)
        self.message.setAccessibleName("State of the kit")
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.picture, 1)
        left.addWidget(self.message)
        right = QFrame()
        right.setProperty("panel", True)
        right.setFixedWidth(400)
        column = QVBoxLayout(right)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.ask_page)
        column.addWidget(self.end)
        column.addWidget(self.list, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        side = QWidget()
        side.setLayout(left)
        left.setContentsMargins(18, 18, 18, 14)
        whole.addWidget(side, 1)
        whole.addWidget(right)

    def _asking(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.count = label(role="caption")
        self.wish = label(role="wish", wrap=True)
        self.wish.setAccessibleName("What to hit")
        self.how = label(role="hint", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Pads asked for")
        self.heard = label(wrap=True)
        self.heard.setAccessibleName("What arrived")
        self.heard.setMinimumHeight(36)
        self.heard.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.back_button = button("Back", self.back, "Ask for the pad before once more (Left)")
        self.skip_button = button("Skip", self.skip, "The kit does not have this pad (Right)")
        self.finish_button = button("Finish", self.finish, "Enough: what was not asked for stays unknown")
        self.zones = EnterCheck("Ask for rims, edges and bells too")
        self.zones.setChecked(len(self.lesson.pads) == len(PADS))
        self.zones.toggled.connect(self._ask_for_zones)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.back_button)
        row.addWidget(self.skip_button)
        row.addWidget(self.finish_button)
        self.offer = QFrame()
        self.offer.setProperty("card", True)
        inside = QHBoxLayout(self.offer)
        inside.setContentsMargins(12, 8, 10, 8)
        self.offer_text = label(wrap=True)
        self.use_button = button("Use its map", self._use_offered, "Done: every pad of this kit is known")
        self.use_button.setProperty("kind", "small")
        inside.addWidget(self.offer_text, 1)
        inside.addWidget(self.use_button)
        for each in (self.count, self.progress, self.wish, self.how, self.heard):
            column.addWidget(each)
        column.addLayout(row)
        column.addWidget(self.zones)
        column.addWidget(self.offer)
        return page

    # -- what the kit tells

    def show_state(self, state: KitState) -> None:
        """The input came or went, or the maps were read."""
        self._state = state
        if not state.status.name:
            text = "No e-kit is chosen: choose one under E-KIT in the top bar."
        elif state.status.state is InputState.READY:
            text = f"{input_label(state)} is heard."
        else:
            text = state.status.message or f"{input_label(state)} is being opened …"
        self.message.setText(text)
        self._show()

    def take_stroke(self, stroke: KitStroke) -> None:
        """Light what was hit, and hear the answer."""
        if self.lesson.overdue(stroke.seconds):
            self._settle()
        answers = self.lesson.struck(stroke.seconds, stroke.note, stroke.played)
        pad = self.lesson.pad
        known = {note: spot_of(pad.drum, pad.name) for pad, note in self.lesson.answers.items()}
        spot = known.get(stroke.note)
        if spot is None and answers and pad is not None:
            spot = spot_of(pad.drum, pad.name)
        if spot is None:
            spot = spot_of_note(self._state.kit, stroke.note)
        if spot is not None:
            self.picture.light(spot, stroke.played)
        if answers and not self._settling.isActive():
            self._settling.start()

    def _settle(self) -> None:
        self._settling.stop()
        pad = self.lesson.settle()
        if pad is not None:
            words, clashes = self._answer_words(pad)
            self._say(words, "error" if clashes else "")
            self._moved()

    def _say(self, words: str, role: str = "") -> None:
        self.heard.setText(words)
        restyle(self.heard, "role", role)

    def _answer_words(self, pad: Pad) -> tuple[str, bool]:
        """What the answer was, and whether it clashes with another."""
        note = self.lesson.answers[pad]
        others = [each for each, sent in self.lesson.answers.items() if sent == note and each is not pad]
        clash = next((clash for clash in self._learned().clashes if clash.startswith(f"{pad.name} ")), "")
        if clash:
            return f"{clash} Back asks once more.", True
        if others:
            return f"✓ {pad.name}: note {note}, the same as {others[0].name.lower()}.", False
        return f"✓ {pad.name}: note {note}.", False

    # -- what the user does

    def skip(self) -> None:
        """The kit does not have this pad."""
        if self.asking and (pad := self.lesson.pad) is not None:
            self.lesson.skip()
            self._say(f"{pad.name} is left out.")
            self._moved()

    def back(self) -> None:
        """Ask for the pad before once more."""
        if not self.asking:
            self._go_on()
            return
        self.lesson.back()
        self._say("")
        self._show()

    def finish(self) -> None:
        """Go to the page that saves."""
        maps = self._state.maps
        if self.lesson.answers and maps is not None:
            name = input_label(self._state)
            self._show_page(asking=False)
            self.end.show_learned(self._learned(), len(self.lesson.answers), maps, name)
            self._show()

    def _save(self, name: str) -> None:
        """Save what was learned as a map of the user's own, and read the kit with it."""
        maps = self._state.maps
        if maps is None:
            return
        try:
            kit = self._learned(own_map_name(name, maps), name).kit
        except DrumMapError as error:
            self.end.show_error(str(error))
            return
        self.desk.background.run(lambda _: save_map(kit), partial(self._saved, kit), self.end.show_error)

    def _saved(self, kit: KitMap, path: Path) -> None:
        self.kit.reload_maps()
        self.kit.use_map(kit.name)
        self.hinted.emit(f"{kit.label} is saved as {path.name} and is the kit's map from now on")
        self._done()

    def _use_offered(self) -> None:
        if self._offered is not None:
            self._use(self._offered)

    def _use_like(self) -> None:
        if (like := self._learned().like) is not None:
            self._use(like)

    def _use(self, kit: KitMap) -> None:
        self.kit.use_map(kit.name)
        self.hinted.emit(f"{input_label(self._state)} is read as {kit.label} from now on")
        self._done()

    def _done(self) -> None:
        self.lesson.clear()
        self.accept()

    def _go_on(self) -> None:
        self._show_page(asking=True)
        if self.lesson.pad is None:
            self.lesson.back()
        self._show()

    def _ask(self, place: int) -> None:
        self.lesson.ask(place)
        self._say("")
        self._show_page(asking=True)
        self._show()

    def _ask_for_zones(self, on: bool) -> None:
        self.lesson.set_pads(PADS if on else MAIN_PADS)
        self._show()

    # -- what is shown

    def _learned(self, name: str = "own", called: str = "own") -> Learned:
        maps = self._state.maps or KitMaps({})
        return learned_map(name, called, self._state.status.name, self.lesson.answers, maps)

    def _moved(self) -> None:
        self._show()
        if self.lesson.pad is None and self.lesson.answers:
            self.finish()

    def _show_page(self, asking: bool) -> None:
        self.asking = asking
        self.ask_page.setVisible(asking)
        self.end.setVisible(not asking)

    def _show(self) -> None:
        lesson, pad = self.lesson, self.lesson.pad
        wish, how = said(pad) if pad is not None else ("Every pad was asked for", "")
        self.wish.setText(wish)
        self.how.setText(how)
        self.count.setText(f"PAD {min(lesson.place + 1, len(lesson.pads))} OF {len(lesson.pads)}")
        self.progress.setRange(0, len(lesson.pads))
        self.progress.setValue(lesson.place)
        self.back_button.setEnabled(lesson.place > 0)
        self.skip_button.setEnabled(pad is not None)
        self.finish_button.setEnabled(bool(lesson.answers))
        spots = [spot_of(each.drum, each.name) for each in lesson.answers]
        wanted = spot_of(pad.drum, pad.name) if self.asking and pad is not None else None
        self.picture.show_wanted(wanted, frozenset(spot.place for spot in spots))
        self.list.show_lesson(lesson, self.asking)
        self._show_offer()

    def _show_offer(self) -> None:
        """Say which kit it is as soon as its name or its answers tell."""
        maps, answers = self._state.maps, self.lesson.answers
        named = maps.named_by(self._state.status.name) if maps and self._state.status.name else None
        found = likely_kit(answers, maps) if maps else None
        text = ""
        if named is not None and answers_so(named, answers):
            text = f"By its name this is {kit_words(named)}{', and it answers so' if answers else ''}."
            found = named
        elif found is not None:
            text = f"This is {kit_words(found)}: no other kit answers so."
        self._offered = found
        self.offer_text.setText(text)
        self.offer.setVisible(found is not None)
