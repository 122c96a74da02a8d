"""All about the chosen file in plain words, and what can be done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from drumstudio.app.training.data import DataPlan
from drumstudio.ml.data.verdicts import Found, Verdict
from drumstudio.ui import theme
from drumstudio.ui.buttons import LabelButton
from drumstudio.ui.data.file_rows import (
    KINDS,
    SPLIT_WORDS,
    FileRow,
    drum_words,
    found_words,
    group_words,
    sentence,
)
from drumstudio.ui.data.offers import Way, remedied, ways_of
from drumstudio.ui.data.source_list import Elided
from drumstudio.ui.status_bar import Light

_MOST_BUTTONS = 4
_MOST_UNKNOWN = 8
_NOTHING = "Choose a file to see what was found in it. Enter opens it in the grid."


class Details(QFrame):
    """The lower part of the page.

    Signals: `way_taken(Way)`, `undo_wanted(files)` to read these files as they are again,
    `play_wanted(FileRow)`, `open_wanted(FileRow)`; `focus_lost()` when the button that had the focus
    went away.
    """

    way_taken = Signal(object)
    undo_wanted = Signal(object)
    play_wanted = Signal(object)
    open_wanted = Signal(object)
    focus_lost = Signal()

    _rows: tuple[FileRow, ...] = ()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heard = ""
        self.ways: tuple[Way, ...] = ()
        self.remedied: tuple[str, ...] = ()
        self.setProperty("field", True)
        self.setAccessibleName("The chosen file")
        self.setFixedHeight(176)
        self._light = Light()
        self._name = Elided(strong=True)
        self.words = _label()
        self.words.setWordWrap(True)
        self._found = _label("muted")
        self._found.setWordWrap(True)
        self.drums = QLabel()
        self.drums.setTextFormat(Qt.TextFormat.RichText)
        self.drums.setWordWrap(True)
        self.play = LabelButton("play", "Play")
        self.play.clicked.connect(self._play)
        self.open = QPushButton("Open in the grid")
        self.open.setToolTip("Put its drums, remedies included, into a new pattern (Enter)")
        self.open.clicked.connect(self._open)
        for button in (self.play, self.open):
            button.setProperty("kind", "small")
            button.setAutoDefault(True)
            button.setFixedSize(136, 28)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        self._lay_out()
        self.show_rows((), DataPlan())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._light)
        head.addWidget(self._name, 1)
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addLayout(head)
        text.addWidget(self.words)
        text.addWidget(self._found)
        text.addWidget(self.drums)
        text.addStretch(1)
        text.addLayout(self._buttons)
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addWidget(self.play)
        side.addWidget(self.open)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 10)
        row.setSpacing(12)
        row.addLayout(text, 1)
        row.addLayout(side)

    @property
    def rows(self) -> tuple[FileRow, ...]:
        """What it tells of."""
        return self._rows

    def show_rows(self, rows: Sequence[FileRow], plan: DataPlan) -> None:
        """Tell of these files under `plan`: of one all there is, of several what they share."""
        self._rows = tuple(rows)
        self.ways, self.remedied = ways_of(rows), remedied(plan, rows)
        if len(rows) == 1:
            self._show_one(rows[0])
        else:
            self._show_many(rows)
        self._show_buttons()
        self.play.setEnabled(len(rows) == 1)
        self.open.setEnabled(len(rows) == 1)
        self.show_heard(self._heard)

    def show_heard(self, path: str) -> None:
        """Say whether the file that is shown is what is heard."""
        self._heard = path
        heard = len(self._rows) == 1 and self._rows[0].path == path
        self.play.show_icon("stop" if heard else "play")
        self.play.setText("Stop" if heard else "Play")
        self.play.setToolTip("Stop" if heard else "Hear it as it was played, on the chosen output")

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and len(self._rows) == 1:
            self.drums.setText(_drums_rich(self._rows[0].verdict))

    def tab_order(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        listed = (self._buttons.itemAt(at) for at in range(self._buttons.count()))
        return [self.play, self.open, *(widget for item in listed if item and (widget := item.widget()))]

    def menu(self) -> QMenu:
        """Everything that can be done, as a menu."""
        menu = QMenu(self)
        menu.setAccessibleName("What can be done about it")
        if len(self._rows) == 1:
            _add(menu, "Open in the grid", self._open)
            _add(menu, self.play.text(), self._play)
            menu.addSeparator()
        for way in self.ways:
            _add(menu, way.button, partial(self.way_taken.emit, way))
        if self.remedied:
            _add(menu, self._undo_words(), self._undo)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _show_one(self, row: FileRow) -> None:
        verdict = row.verdict
        self._light.show()
        self._light.show_colour(row.colour)
        self._name.show_text(row.name, row.path)
        self.words.setText(verdict_words(verdict))
        self._found.setText(more_found(verdict))
        self.drums.setText(_drums_rich(verdict))

    def _show_many(self, rows: Sequence[FileRow]) -> None:
        self._light.hide()
        self.drums.setText("")
        if not rows:
            self._name.show_text("")
            self.words.setText(_NOTHING)
            self._found.setText("")
            return
        self._name.show_text(f"{len(rows):,} files are chosen")
        kinds = Counter(row.kind for row in rows)
        named = (f"{KINDS[kind].total} {count:,}" for kind, count in kinds.items())
        self.words.setText(" · ".join(named))
        bars = sum(row.verdict.bars for row in rows)
        self._found.setText(f"{bars:,} bars of them are used.")

    def _show_buttons(self) -> None:
        focused = False
        while (item := self._buttons.takeAt(0)) is not None:
            if widget := item.widget():
                focused |= widget.hasFocus()
                widget.hide()
                widget.deleteLater()
        if self.remedied:
            self._add_button(self._undo_words(), self._undo)
        shown = self.ways[:_MOST_BUTTONS]
        for way in shown:
            self._add_button(way.button, partial(self.way_taken.emit, way))
        if len(self.ways) > len(shown):
            self._add_button("More …", self._open_menu)
        self._buttons.addStretch(1)
        if focused:
            self.focus_lost.emit()

    def _add_button(self, words: str, does: Callable[[], object]) -> None:
        button = QPushButton(words.replace("&", "&&"))
        button.setProperty("kind", "small")
        button.setAutoDefault(True)
        button.clicked.connect(partial(_call, does))
        self._buttons.addWidget(button)

    def _undo_words(self) -> str:
        return "Undo the remedy" if len(self.remedied) == 1 else f"Undo {len(self.remedied):,} remedies"

    def _undo(self) -> None:
        self.undo_wanted.emit(self.remedied)

    def _play(self) -> None:
        if len(self._rows) == 1:
            self.play_wanted.emit(self._rows[0])

    def _open(self) -> None:
        if len(self._rows) == 1:
            self.open_wanted.emit(self._rows[0])

    def _open_menu(self) -> None:
        self.menu().popup(self._buttons.geometry().topLeft() + self.mapToGlobal(self.rect().topLeft()))


def verdict_words(verdict: Verdict) -> str:
    """The verdict as sentences: whether it is used and why, doubts, remedies taken, what would help."""
    side = SPLIT_WORDS.get(verdict.split, "")
    start = f"Used for {side}: " if verdict.used and side else "Used: " if verdict.used else "Not used: "
    words = [start + verdict.reason + "."]
    words.append(group_words(verdict))
    if verdict.applied:
        words.append(f"Remedy: {verdict.applied}.")
    words.append(sentence(verdict.doubt))
    if verdict.remedy and not verdict.remedies:
        words.append(f"What helps: {verdict.remedy}.")
    return " ".join(word for word in words if word)


def more_found(verdict: Verdict) -> str:
    """What was found in a file, everything that the table has no room for included."""
    found = verdict.found
    parts = []
    if found.bars:
        parts.append(f"{found.bars:,} bar{'' if found.bars == 1 else 's'}, {_time(found.seconds)}")
    parts.append(found_words(verdict, "channel"))
    others = [str(channel + 1) for channel, _ in found.channels if channel != verdict.channel]
    if others:
        parts.append(f"notes on channel{'s' if len(others) > 1 else ''} {', '.join(others)} too")
    if found.tracks > 1:
        parts.append(f"{found.tracks} tracks")
    if found.tempo_changes > 1:
        parts.append(f"{found.tempo_changes:,} tempos")
    parts.append(_unknown(found))
    return " · ".join(part for part in parts if part)


def _unknown(found: Found) -> str:
    if not found.unknown:
        return ""
    listed = [f"{note} ({count:,}×)" for note, count in found.unknown[:_MOST_UNKNOWN]]
    more = " …" if len(found.unknown) > _MOST_UNKNOWN else ""
    return f"notes that mean no drum: {', '.join(listed)}{more}"


def _drums_rich(verdict: Verdict) -> str:
    colours = theme.current()
    parts = [
        f'<span style="color:{colours.drums[drum]}">■</span>&nbsp;{escape(drum.label).replace(" ", "&nbsp;")}'
        f'&nbsp;<span style="color:{colours.text_muted}">{count:,}</span>'
        for drum, count in drum_words(verdict)
    ]
    return "&ensp; ".join(parts)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"


def _label(role: str = "") -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    if role:
        label.setProperty("role", role)
    return label


def _add(menu: QMenu, words: str, does: Callable[[], object]) -> None:
    menu.addAction(words.replace("&", "&&")).triggered.connect(partial(_call, does))


def _call(does: Callable[[], object], _checked: bool = False) -> None:
    does()
