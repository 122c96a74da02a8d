"""All about the chosen drummer: what it is, what it learned from, how well it does, and its owner's notes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ui import theme
from drumstudio.ui.layouts import enter_clicks

# Milliseconds after the last key until notes are written.
_REST = 900
_COMPARE_HELP = "The same primer, seed and dials continued by each, side by side (C)"


class Notes(QPlainTextEdit):
    """Notes on one drummer; `written(Path, str)` when they changed and the writer rests or leaves."""

    written = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._kept = ""
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self.keep)
        self.setAccessibleName("Notes")
        self.setTabChangesFocus(True)
        self.setFixedHeight(78)
        self.textChanged.connect(self._changed)

    def show_notes(self, path: Path | None, text: str, writable: bool) -> None:
        """Show the notes on the drummer at `path`, unless they are just being written: then the writer is
        ahead of every list."""
        if path == self._path and (self.hasFocus() or self.toPlainText() != self._kept):
            return
        self.keep()
        self._path, self._kept = path, text
        if self.toPlainText() != text:
            self.setPlainText(text)
        self._rest.stop()
        self.setReadOnly(not writable)
        self.setPlaceholderText(
            "How it plays, what for: kept in the model's file"
            if writable
            else "Drummers that came with the program take no notes; make a copy to write some"
        )

    def keep(self) -> None:
        """Have what was written kept now."""
        self._rest.stop()
        text = self.toPlainText()
        if self._path is not None and text != self._kept:
            self._kept = text
            self.written.emit(self._path, text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The writer leaves."""
        super().focusOutEvent(event)
        self.keep()

    def _changed(self) -> None:
        if self._path is not None and not self.isReadOnly():
            self._rest.start()


class Details(QFrame):
    """The right side of the page.

    Signals: `use_wanted()`, `compare_wanted()`, `rename_wanted()`, `export_wanted()`, `copy_wanted()`,
    `delete_wanted()`; the notes' own are `notes.*`.
    """

    use_wanted = Signal()
    compare_wanted = Signal()
    rename_wanted = Signal()
    export_wanted = Signal()
    copy_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        self.setProperty("edge", "left")
        self.setAccessibleName("The chosen drummer")
        self._name = QLabel()
        self._name.setProperty("role", "title")
        self._name.setWordWrap(True)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._kind = QLabel()
        self._kind.setProperty("role", "muted")
        self.use = self._button("Use this drummer", "The Sequencer page asks this one from now on (Enter)")
        self.compare = self._button("Compare", _COMPARE_HELP)
        self.rename = self._button("Rename", "Another name in the list and in the file (F2)")
        self.export = self._button("Export …", "A copy, notes included, to a place of your choice")
        self.copy = self._button("Make a copy", "A copy of your own, to rename and to write notes on")
        self.delete = self._button("Delete", "Into the trash; it can be brought back at once (Del)")
        self.use.clicked.connect(self.use_wanted)
        self.compare.clicked.connect(self.compare_wanted)
        self.rename.clicked.connect(self.rename_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.copy.clicked.connect(self.copy_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.notes = Notes()
        self.about = QTextBrowser()
        self._facts: tuple[tuple[str, str], ...] = ()
        self._lay_out()
        enter_clicks(self)

    @staticmethod
    def _button(text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "small")
        button.setFixedHeight(28)
        button.setToolTip(tooltip)
        return button

    def _lay_out(self) -> None:
        self.use.setProperty("kind", "primary")
        self.use.setFixedHeight(34)
        self.compare.setFixedHeight(34)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        second.setSpacing(6)
        first.addWidget(self.use, 3)
        first.addWidget(self.compare, 2)
        for button in (self.rename, self.export, self.copy, self.delete):
            second.addWidget(button, 1)
        self.about.setFrameShape(QFrame.Shape.NoFrame)
        self.about.setOpenLinks(False)
        self.about.setAccessibleName("What is known of it")
        self.about.setProperty("kind", "bare")
        self.about.document().setDocumentMargin(0)
        caption = QLabel("NOTES")
        caption.setProperty("role", "caption")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 12)
        whole.setSpacing(8)
        whole.addWidget(self._name)
        whole.addWidget(self._kind)
        whole.addLayout(first)
        whole.addLayout(second)
        whole.addWidget(self.about, 1)
        whole.addWidget(caption)
        whole.addWidget(self.notes)

    def show_model(self, info: ModelInfo | None, chosen: int, used: Path | None) -> None:
        """Show `info`, one of `chosen` drummers that are chosen; the one at `used` is in use."""
        self._name.setText("No drummer" if info is None else info.name)
        self._kind.setText("" if info is None else _kind(info, used))
        usable = info is not None and info.problem is None
        own = info is not None and not info.shipped
        self.use.setEnabled(usable and info is not None and info.path != used)
        self.use.setText("In use" if info is not None and info.path == used else "Use this drummer")
        self.compare.setText(f"Compare {chosen}" if chosen > 1 else "Compare")
        # A single drummer is compared with the one in use.
        alone = chosen == 1 and (not usable or info is None or info.path == used)
        self.compare.setEnabled(chosen > 0 and not alone)
        self.compare.setToolTip(
            "Choose two or more drummers first, with Ctrl or Shift" if alone else _COMPARE_HELP
        )
        self.rename.setEnabled(usable and own)
        self.export.setEnabled(usable)
        self.copy.setVisible(not own)
        self.copy.setEnabled(usable)
        self.delete.setVisible(own)
        self._show_facts([] if info is None else _facts(info))
        self.notes.setVisible(usable)
        self.notes.show_notes(
            info.path if info is not None else None,
            info.notes if info is not None else "",
            usable and own,
        )

    def changeEvent(self, event: QEvent) -> None:
        """Write the facts in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_facts(self._facts)

    def _show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        self._facts = tuple(facts)
        muted = theme.current().text_muted
        rows = (
            f'<tr><td style="color: {muted}; font-size: 11px; padding: 2px 14px 3px 0">{escape(name)}</td>'
            f'<td style="padding: 2px 0 3px 0">{escape(value)}</td></tr>'
            for name, value in facts
        )
        self.about.setHtml(f"<table cellspacing=0>{''.join(rows)}</table>")


def _kind(info: ModelInfo, used: Path | None) -> str:
    words = ["came with the program" if info.shipped else "yours"]
    if info.path == used:
        words.append("in use")
    return " · ".join(words)


def _facts(info: ModelInfo) -> list[tuple[str, str]]:
    """What is known of a drummer, as names and values; of a file that cannot be used, why."""
    file = ("File", info.path.name)
    if info.problem is not None:
        return [("Problem", info.problem), file]
    found = [
        ("Learned from", info.trained_on or "not told"),
        ("On top of", info.base),
        ("Sequences", ", ".join(f"{count:,} {name}" for name, count in info.splits.items())),
        ("Licence", info.licence),
        ("Network", f"{info.network}, {info.encoding}"),
        ("Can be asked", _asked(info)),
        ("Trained for", f"{info.steps:,} steps" + (f", {info.date}" if info.date else "")),
        ("Perplexity", "" if info.perplexity is None else f"{info.perplexity:.2f} on what was held out"),
        ("Size", f"{info.size / 1e6:.2f} MB"),
        file,
        *_figures(info),
    ]
    return [(name, value) for name, value in found if value]


def _asked(info: ModelInfo) -> str:
    words = [f"{len(info.styles)} style{'s' if len(info.styles) > 1 else ''}"] if info.styles else []
    if 0 < len(info.styles) < 4:
        words = [f"style {', '.join(info.styles)}"]
    if info.fills:
        words.append("fills")
    return ", ".join(words)


def _figures(info: ModelInfo) -> list[tuple[str, str]]:
    """Perplexities by group, all first; after a heading that says what of."""
    groups = sorted(info.figures, key=lambda group: (group != "all", group))
    heading = [("By group", f"perplexity, {info.figures_of}" if info.figures_of else "perplexity")]
    return (heading if groups else []) + [(group, f"{info.figures[group]:.2f}") for group in groups]
