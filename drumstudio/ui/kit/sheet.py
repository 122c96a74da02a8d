"""What the e-kit's windows have in common: they stand beside the main window, which goes on working."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from drumstudio.app.kit.ekit import EKit, KitState, KitStroke
from drumstudio.domain.take import Arrival
from drumstudio.midi.kit_maps import KitMap
from drumstudio.midi.ports import Port
from drumstudio.ui import theme
from drumstudio.ui.desk import Desk
from drumstudio.ui.layouts import enter_clicks
from drumstudio.ui.sheet import shell_sheet
from drumstudio.ui.shortcuts import Keymap


class KitSheet(QDialog):
    """A window of the e-kit's.

    `show_state` and `take_stroke` are called with what the kit tells, in the window's thread;
    subclasses say what they do with it.  Signal: `hinted(str)` for the status bar.
    """

    hinted = Signal(str)

    def __init__(self, title: str, desk: Desk, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.kit: EKit = desk.kit
        self._ends: list[Callable[[], None]] = []
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(shell_sheet(theme.current()))
        for name, does in (("play", desk.playing.toggle), ("panic", desk.playing.panic)):
            for keys in keymap.sequences(name):
                QShortcut(keys, self, does)
        QShortcut(QKeySequence("Ctrl+W"), self, self.close)

    def listen(self, heard: Callable[[Arrival], None]) -> None:
        """Have `heard` called, on the input's thread, at most until the window closes."""
        self._ends.append(self.kit.listen(heard))

    def listen_no_longer(self) -> None:
        """Let go of everything that listens."""
        for end in self._ends:
            end()
        self._ends.clear()

    def show_state(self, state: KitState) -> None:
        """The input, its state or its map changed."""

    def take_stroke(self, stroke: KitStroke) -> None:
        """The kit was struck."""

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with what is known."""
        super().showEvent(event)
        enter_clicks(self)
        self.show_state(self.kit.state)

    def done(self, result: int) -> None:
        """Close, by whatever way; what listened is let go."""
        self.listen_no_longer()
        super().done(result)


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label of one look."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def button(text: str, does: Callable[[], object], tip: str, kind: str = "") -> QPushButton:
    """A button that Enter presses."""
    made = QPushButton(text)
    if kind:
        made.setProperty("kind", kind)
    made.setToolTip(tip)
    made.setAutoDefault(True)
    made.setDefault(False)
    made.clicked.connect(partial(call, does))
    return made


def kit_words(kit: KitMap) -> str:
    """Name of a kit for people, with the module that it is best known by where its label does not say so."""
    known = not kit.own and kit.ports and not any(word in kit.label for word in kit.ports)
    return f"{kit.label} ({kit.ports[0]} and its like)" if known else kit.label


def input_label(state: KitState) -> str:
    """Name for people of the chosen input, there or not."""
    return label_of(state.status.name)


def label_of(name: str) -> str:
    """Name for people of the input called `name`."""
    return Port(name, "").label


def call(does: Callable[[], object], _checked: bool = False) -> None:
    """Do `does`, whatever else Qt tells of a click."""
    does()
