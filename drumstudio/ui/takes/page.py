"""The Takes page: what was recorded, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.jobs import JobControl
from drumstudio.app.takes import edits as take_edits
from drumstudio.app.takes import store as takes
from drumstudio.app.takes.rows import TakeRow, TakeRows
from drumstudio.app.takes.store import KeptTake
from drumstudio.domain import edits
from drumstudio.domain.cleaning import Cleaning
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import PATTERN_NAMES
from drumstudio.ui.buttons import LabelButton
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import MIDI_SUFFIXES, Message
from drumstudio.ui.pages import SEQUENCER, Page
from drumstudio.ui.record_options import OptionFields
from drumstudio.ui.recording import Recording
from drumstudio.ui.takes.details import TakeDetails
from drumstudio.ui.takes.empty import NoTakes
from drumstudio.ui.takes.grid_form import GridWish
from drumstudio.ui.takes.hearing import TakeHearing
from drumstudio.ui.takes.rereading import Rereading
from drumstudio.ui.takes.shelf import TakeShelf
from drumstudio.ui.takes.take_list import TakeList


class TakesPage(Page):
    """Lists takes, and hears, renames, deletes, joins, reads and quantises the chosen ones."""

    name = "takes"
    title = "Takes"

    def __init__(self, desk: Desk, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._recording = recording
        self.shelf = TakeShelf(desk, self)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.record = LabelButton("record", "Record")
        self.options = OptionFields(recording.memory)
        self.midi = QPushButton("Take in MIDI …")
        self.list = TakeList()
        self.setFocusProxy(self.list)
        self.rename, self.join, self.delete = (QPushButton(text) for text in ("Rename", "Join", "Delete"))
        self._count = QLabel()
        self._count.setProperty("role", "hint")
        self.details = TakeDetails(desk.settings)
        self.empty = NoTakes()
        self.hearing = TakeHearing(desk, self)
        self.rereading = Rereading(desk, self)
        self._lay_out()
        self._connect()
        self._show_recording()
        self._chosen()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(14, 10, 14, 8)
        top.setSpacing(8)
        self.record.setMinimumHeight(44)
        self.record.setMinimumWidth(92)
        top.addWidget(self.record)
        top.addWidget(self.options)
        top.addStretch(1)
        self.midi.setToolTip("Make MIDI files takes, as if they had been recorded here")
        top.addWidget(self.midi)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(14, 6, 14, 10)
        bottom.setSpacing(6)
        for button, why in (
            (self.rename, "Give the take another name (F2)"),
            (self.join, "Make one take of those that are chosen, one after the other"),
            (self.delete, "Move the chosen takes to the trash (Del); Undo brings them back"),
        ):
            button.setProperty("kind", "small")
            button.setMinimumHeight(28)
            button.setToolTip(why)
            bottom.addWidget(button)
        bottom.addStretch(1)
        bottom.addWidget(self._count)
        for button in (self.record, self.midi):
            button.setAutoDefault(True)
        listed = QWidget()
        left = QVBoxLayout(listed)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(14, 0, 14, 0)
        inner.addWidget(self.list)
        left.addLayout(inner, 1)
        left.addLayout(bottom)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(listed, 1)
        row.addWidget(self.details)
        shown = QWidget()
        # Of a layout without a widget the first page would be a window of its own for a moment.
        self._stack = QStackedLayout(shown)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(shown, 1)

    def _connect(self) -> None:
        recording, details, listed = self._recording, self.details, self.list
        self.record.clicked.connect(recording.toggle)
        self.empty.record_asked.connect(recording.toggle)
        self.empty.kit_asked.connect(recording.choose_kit)
        recording.changed.connect(self._show_recording)
        recording.kept.connect(self._kept)
        for asked in (self.midi.clicked, self.empty.import_asked):
            asked.connect(self.ask_for_files)
        listed.chosen.connect(self._chosen)
        listed.play_asked.connect(self._play)
        listed.delete_asked.connect(self.delete_chosen)
        listed.takes.rename_asked.connect(self._rename)
        listed.menu_asked.connect(self._open_menu)
        self.rename.clicked.connect(listed.rename)
        self.join.clicked.connect(self._join)
        self.delete.clicked.connect(self.delete_chosen)
        details.play_asked.connect(self._play)
        details.train_asked.connect(partial(self.desk.page_wanted.emit, "data"))
        details.tempo_asked.connect(self._set_tempo)
        details.first_bar_asked.connect(self._set_first_bar)
        details.grid.wanted.connect(self._into_grid)
        details.cleaning.changed.connect(self._reclean)
        self.hearing.moved.connect(details.preview.show_playing)
        self.hearing.changed.connect(self._show_hearing)
        self.rereading.read.connect(self._reread)
        self.shelf.listed.connect(self._listed)
        self.desk.bridge.kit_event.connect(self._kit_changed)

    # -- as a page

    def begin(self) -> None:
        """Make takes of recordings that broke off, then list them all."""
        self.shelf.begin()

    def come_up(self) -> None:
        """Look whether other takes are there: the command line records too."""
        self._show_kit()
        self.shelf.reload()

    def dismiss(self) -> bool:
        """Esc ends what is heard."""
        return self.hearing.stop()

    # -- the list

    def _listed(self, rows: TakeRows, choose: list[Path]) -> None:
        self.list.show_rows(rows.rows, choose)
        self._stack.setCurrentIndex(1 if rows.rows else 0)
        count = len(rows.rows)
        self._count.setText(f"{count} take{'' if count == 1 else 's'}")

    def _chosen(self) -> None:
        rows = self.list.chosen_rows
        self.rename.setEnabled(len(rows) == 1)
        self.join.setEnabled(len(rows) > 1)
        self.delete.setEnabled(bool(rows))
        self.details.setEnabled(bool(rows))
        row = self._current()
        if row is not None and (self.details.row is not row):
            self._show(row)

    def _current(self) -> TakeRow | None:
        """The take that is meant where one is: the current one of those chosen."""
        rows = self.list.chosen_rows
        at = self.list.currentIndex()
        if at.isValid() and self.list.takes.rows[at.row()] in rows:
            return self.list.takes.rows[at.row()]
        return rows[0] if rows else None

    def _show(self, row: TakeRow) -> None:
        self.details.show_row(row)
        self._show_hearing()
        self.desk.background.run(partial(_suggest, row.kept), partial(self._suggested, row))

    def _suggested(self, row: TakeRow, qpm: float | None) -> None:
        if self.details.row is row:
            self.details.show_suggestion(qpm)

    def _open_menu(self, at: QPoint) -> None:
        rows = self.list.chosen_rows
        if not rows:
            return
        menu = QMenu(self.list)
        menu.setAccessibleName("What can be done with the take")
        for text, does, enabled in (
            ("Play or stop", self._play, True),
            ("Into the grid", self._into_grid, True),
            ("Rename", self.list.rename, len(rows) == 1),
            ("Join", self._join, len(rows) > 1),
            ("Delete", self.delete_chosen, True),
        ):
            action = menu.addAction(text)
            action.triggered.connect(does)
            action.setEnabled(enabled)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The menu key opens the menu of the chosen takes."""
        if event.key() == Qt.Key.Key_Menu:
            self._open_menu(self.list.mapToGlobal(QPoint(40, 40)))
        else:
            super().keyPressEvent(event)

    # -- what is done with takes as files

    def _rename(self, name: str, new: str) -> None:
        self.shelf.rename(name, new)

    def delete_chosen(self) -> None:
        """Move the chosen takes to the trash; the banner brings them back."""
        names = [row.name for row in self.list.chosen_rows]
        if names:
            self.hearing.stop()
            self.shelf.delete(names)

    def _join(self) -> None:
        rows = sorted(self.list.chosen_rows, key=lambda row: row.kept.take.recorded_at)
        self.shelf.join([row.name for row in rows])

    def ask_for_files(self) -> None:
        """Ask for MIDI files and make them takes."""
        dialog = QFileDialog(self, "Take in MIDI files", "", "MIDI files (*.mid *.midi)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._files_selected)
        dialog.open()

    def _files_selected(self, names: list[str]) -> None:
        self.shelf.take_in([Path(name) for name in names])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take MIDI files."""
        if _midi_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Make what was dropped takes."""
        self.shelf.take_in(_midi_files(event))
        event.acceptProposedAction()

    # -- hearing, and the ways on

    def _play(self) -> None:
        row = self._current()
        if row is not None:
            self.hearing.toggle(row)

    def _show_hearing(self) -> None:
        self.list.show_playing(self.hearing.path)
        row = self.details.row
        heard = row is not None and self.hearing.path == row.kept.path
        self.details.show_playing(heard)
        if not heard:
            self.details.preview.show_playing(None)

    def _into_grid(self) -> None:
        row = self._current()
        if row is not None:
            wish = self.details.grid.wish(row.kept.take.meter)
            self.desk.background.run(partial(_quantise, row.kept, wish), partial(self._put, row, wish))

    def _put(self, row: TakeRow, wish: GridWish, pattern: Pattern) -> None:
        document = self.desk.document
        project = document.project
        if wish.new and len(project.patterns) < len(PATTERN_NAMES):
            found = (*project.patterns, pattern)
            document.apply(replace(project, patterns=found, current=len(found) - 1), f"Take {row.name}")
        else:
            document.edit(pattern, f"Take {row.name}")
        self.hearing.stop()
        self.desk.page_wanted.emit(SEQUENCER)
        name, qpm = PATTERN_NAMES[document.project.current], row.kept.take.qpm
        words = [f"{row.name} is in pattern {name}, on a grid of {pattern.grid.label}."]
        choices: tuple[tuple[str, Callable[[], None]], ...] = ()
        if qpm != project.qpm:
            words.append(f"It was played at {qpm:g} BPM.")
            choices = ((f"Set {qpm:g} BPM", partial(self._take_tempo, qpm)),)
        self.desk.told.emit(Message(" ".join(words), choices=choices))

    def _take_tempo(self, qpm: float) -> None:
        document = self.desk.document
        document.apply(replace(document.project, qpm=qpm), "Tempo")

    # -- reading it otherwise

    def _reclean(self, cleaning: Cleaning) -> None:
        if self.details.row is not None:
            self.rereading.ask(self.details.row, "cleaning", lambda kept: takes.reread(kept, cleaning))

    def _set_tempo(self, qpm: float) -> None:
        if self.details.row is not None:
            self.rereading.ask(self.details.row, "tempo", lambda kept: take_edits.retimed(kept, qpm))

    def _set_first_bar(self) -> None:
        row = self.details.row
        if row is not None and row.found.hits:
            first = row.found.hits[0].seconds
            self.rereading.ask(row, "first bar", lambda kept: take_edits.starting_at(kept, first))

    def _reread(self, row: TakeRow) -> None:
        if self.hearing.path == row.kept.path:
            self.hearing.stop()
        shown = self.details.row
        self.shelf.replace(row)
        self.list.takes.replace_row(row)
        if shown is not None and shown.kept.path == row.kept.path:
            self._show(row)
        self.desk.takes_changed.emit()

    # -- the e-kit and recording

    def _kept(self, kept: KeptTake) -> None:
        self.shelf.choose = [kept.path]

    def _show_recording(self) -> None:
        active = self._recording.active
        self.record.setText("Stop" if active else "Record")
        self.record.show_icon("stop" if active else "record", "text" if active else "bad")
        self.options.setEnabled(not active)
        self._show_kit()

    def _kit_changed(self, _event: object) -> None:
        if self.isVisible() and self._stack.currentIndex() == 0:
            self._show_kit()

    def _show_kit(self) -> None:
        self.empty.show_kit(self.desk.kit.status.name, self._recording.key)


def _midi_files(event: QDropEvent) -> list[Path]:
    found = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in found if path.suffix.lower() in MIDI_SUFFIXES]


def _suggest(kept: KeptTake, _control: JobControl) -> float | None:
    """A tempo that is worth offering: another than the take's, and neither half nor double of it."""
    qpm = take_edits.suggested_qpm(kept)
    if qpm is None or any(abs(qpm / (kept.take.qpm * by) - 1) < 0.015 for by in (0.5, 1.0, 2.0)):
        return None
    return qpm


def _quantise(kept: KeptTake, wish: GridWish, _control: JobControl) -> Pattern:
    pattern = kept.pattern(wish.grid, wish.strength)
    return edits.set_bars(pattern, wish.bars) if pattern.bars > wish.bars else pattern
