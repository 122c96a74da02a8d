"""The Data page: which files there are to learn from, what was found in each, and what would help."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app import store
from drumstudio.app.training.data import DataSource
from drumstudio.ui.data.choices import Choices
from drumstudio.ui.data.details import Details
from drumstudio.ui.data.file_hearing import FileHearing
from drumstudio.ui.data.file_model import FileModel
from drumstudio.ui.data.file_rows import FileRow
from drumstudio.ui.data.file_table import FileTable
from drumstudio.ui.data.offers import Way, without_remedies
from drumstudio.ui.data.plan_keeper import PlanKeeper
from drumstudio.ui.data.source_dialogs import SourceDialogs
from drumstudio.ui.data.source_list import SourceList
from drumstudio.ui.data.totals import Totals
from drumstudio.ui.desk import Desk
from drumstudio.ui.pages import Page

_LEFT = 336  # pixels
_EMPTY = (
    "Drop MIDI files or folders anywhere on this page, or add them at the left. Your own takes are used "
    "by themselves as soon as you record some.\n\nEvery file gets a verdict: what was found in it, whether "
    "it is used, why not, and what to do about it."
)
_NO_FILES = "There are no MIDI files in these sources. Add a folder that holds some, or record a take."
_TABLE, _NOTHING = 0, 1


class DataPage(Page):
    """Training data: sources, verdicts, remedies."""

    name = "data"
    title = "Data"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.keeper = PlanKeeper(desk, self)
        self.hearing = FileHearing(desk, self)
        self.sources, self.choices, self.totals = SourceList(), Choices(), Totals()
        self.model = FileModel(self)
        self.table = FileTable(self.model)
        self.details = Details()
        self.search = QLineEdit()
        self.count = QLabel()
        self.undo = _button("Undo")
        self.redo = _button("Redo")
        self.again = _button("Judge again")
        self.again.setToolTip("Read files that have changed, and judge them again")
        self.notice = QLabel()
        self.empty = QLabel(_EMPTY)
        self._kind = ""
        self._dialogs = SourceDialogs(desk.settings, self)
        self._overlay = QLabel("Drop them here to learn from them", self)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._show_plan()
        self._show_state()

    # -- layout

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 10)
        row.setSpacing(12)
        row.addWidget(self._left())
        row.addLayout(self._right(), 1)
        self._overlay.setObjectName("overlay")
        self._overlay.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._overlay.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._overlay.hide()

    def _left(self) -> QWidget:
        self.add_folder, self.add_files = _button("Add folder …"), _button("Add files …")
        head = QHBoxLayout()
        title = QLabel("Sources")
        title.setProperty("role", "title")
        hint = QLabel("drop files or folders here")
        hint.setProperty("role", "muted")
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(hint)
        adds = QHBoxLayout()
        adds.setSpacing(6)
        adds.addWidget(self.add_folder)
        adds.addWidget(self.add_files)
        upper, lower = _pane(), _pane()
        column = QVBoxLayout(upper)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.sources, 1)
        column.addLayout(adds)
        column.addWidget(self.choices)
        column = QVBoxLayout(lower)
        column.setContentsMargins(12, 8, 12, 10)
        column.addWidget(self.totals)
        inside = QWidget()
        inside.setObjectName("cards")
        both = QVBoxLayout(inside)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(10)
        both.addWidget(upper, 1)
        both.addWidget(lower)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(_LEFT)
        scroll.setWidget(inside)
        return scroll

    def _right(self) -> QVBoxLayout:
        self.search.setPlaceholderText("Find files by name, style or verdict")
        self.search.setAccessibleName("Find files")
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        self.search.setMaximumWidth(340)
        self.count.setProperty("role", "muted")
        self.notice.setProperty("role", "muted")
        self.notice.setWordWrap(True)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.count)
        bar.addStretch(1)
        for button in (self.again, self.undo, self.redo):
            bar.addWidget(button)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "hint")
        self.empty.setContentsMargins(90, 0, 90, 60)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addWidget(self.details)
        self.stack = QStackedWidget()
        self.stack.addWidget(full)
        self.stack.addWidget(self.empty)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(bar)
        right.addWidget(self.notice)
        right.addWidget(self.stack, 1)
        return right

    def _connect(self) -> None:
        keeper, details = self.keeper, self.details
        keeper.plan_changed.connect(self._show_plan)
        keeper.judged_changed.connect(self._show_judged)
        keeper.judging_changed.connect(self._show_state)
        self.sources.changed.connect(self._source_changed)
        self.sources.removed.connect(self._source_removed)
        self.choices.changed.connect(keeper.change)
        self.totals.kind_picked.connect(self._kind_picked)
        self.search.textChanged.connect(self._searched)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._open)
        self.table.menu_wanted.connect(self._open_menu)
        details.way_taken.connect(self._take_way)
        details.undo_wanted.connect(self._undo_remedies)
        details.play_wanted.connect(self._play)
        details.open_wanted.connect(self._open)
        details.focus_lost.connect(self.table.setFocus)
        self.hearing.heard_changed.connect(details.show_heard)
        self.undo.clicked.connect(keeper.undo)
        self.redo.clicked.connect(keeper.redo)
        self.again.clicked.connect(keeper.judge)
        self.add_folder.clicked.connect(self._dialogs.ask_folder)
        self.add_files.clicked.connect(self._dialogs.ask_files)
        self._dialogs.chosen.connect(self.add)

    # -- the page among others

    def begin(self) -> None:
        """Read the plan that was kept; files are judged once somebody looks."""
        self.keeper.begin()

    def come_up(self) -> None:
        """Judge what was not judged yet."""
        self.keeper.want()
        if self.model.shown:
            self.table.setFocus()
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)

    def dismiss(self) -> bool:
        """Stop what is heard, else show all files again; judging is cancelled where its progress is."""
        if self.hearing.stop():
            return True
        if self._kind or self.search.text():
            self.totals.show_all()
            self._kind_picked("")
            self.search.clear()
            return True
        return False

    def close_down(self) -> None:
        """End the judging."""
        self.keeper.close()

    # -- what is shown

    def _show_plan(self) -> None:
        keeper, judged = self.keeper, self.keeper.judged
        self.setEnabled(keeper.loaded)
        self.sources.show_sources(keeper.plan.sources, judged.counts if judged else {})
        self.choices.show_plan(keeper.plan, judged.styles if judged else (), judged.meters if judged else ())
        for button, does, words in (
            (self.undo, "Undo", keeper.history.undo_words),
            (self.redo, "Redo", keeper.history.redo_words),
        ):
            button.setEnabled(bool(words))
            told = f"{does}: {words}" if words else f"Nothing to {does.lower()} here"
            button.setToolTip(told)
            button.setAccessibleName(told)
        self._chosen()

    def _show_judged(self) -> None:
        judged = self.keeper.judged
        if judged is None:
            return
        first = not self.model.count
        self.totals.show_judged(judged)
        self.model.set_rows(judged.rows)
        self._show_plan()
        self._show_state()
        if first and self.isVisible() and self.model.shown:
            self.table.selectRow(0)

    def _show_state(self) -> None:
        keeper = self.keeper
        judged, several = keeper.judged, len(keeper.plan.sources) > 1
        words = list(judged.judgement.problems) if judged else []
        if keeper.behind:
            words.append("Judging was stopped: the table shows what was judged before.")
        self.notice.setText(" ".join(f"{word.rstrip('.')}." for word in words))
        self.notice.setVisible(bool(words))
        self.again.setEnabled(not keeper.judging)
        nothing = not self.model.count and not keeper.judging
        self.empty.setText(_NO_FILES if several and judged else _EMPTY)
        self.stack.setCurrentIndex(_NOTHING if nothing and (judged or not several) else _TABLE)
        self._show_count()

    def _show_count(self) -> None:
        shown, count = len(self.model.shown), self.model.count
        if not count:
            self.count.setText("Judging …" if self.keeper.judging else "")
        elif shown == count:
            self.count.setText(f"{count:,} file{'' if count == 1 else 's'}")
        else:
            self.count.setText(f"{shown:,} of {count:,} files")

    def _searched(self, text: str) -> None:
        self.model.narrow(text=text)
        self._show_count()

    def _kind_picked(self, kind: str) -> None:
        self._kind = kind
        self.model.narrow(kinds=(kind,) if kind else ())
        self._show_count()

    def _chosen(self) -> None:
        self.details.show_rows(self.table.rows(), self.keeper.plan)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Let Tab go through what there is now as the eye does."""
        choices = self.choices
        order = [
            *self.sources.tab_order(),
            *(self.add_folder, self.add_files, choices.styles, choices.meters, choices.types, choices.kit),
            *self.totals.tab_order(),
            *(self.search, self.again, self.undo, self.redo, self.table),
            *self.details.tab_order(),
        ]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    # -- sources

    def add(self, paths: list[Path]) -> None:
        """Learn from these files and folders too."""
        plan = self.keeper.plan
        for path in paths:
            plan = plan.with_source(path)
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} sources"
        self.keeper.change(plan, f"Add {name}")

    def _source_changed(self, source: DataSource) -> None:
        before = next(one for one in self.keeper.plan.sources if one.path == source.path)
        words = "Style of" if before.style != source.style else "Use" if source.enabled else "Leave out"
        self.keeper.change(self.keeper.plan.changed(source), f"{words} {source.name}")

    def _source_removed(self, path: Path) -> None:
        self.keeper.change(self.keeper.plan.without_source(path), f"Remove {path.name}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take whatever files and folders there are, projects aside: those the window opens."""
        if _droppable(event.mimeData().urls()):
            self._overlay.setGeometry(self.rect())
            self._overlay.raise_()
            self._overlay.show()
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away again."""
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Make sources of what was dropped."""
        self._overlay.hide()
        self.add(_droppable(event.mimeData().urls()))
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlay over all of it."""
        super().resizeEvent(event)
        self._overlay.setGeometry(self.rect())

    # -- files

    def _open(self, row: FileRow) -> None:
        self.hearing.open(self.keeper.plan, row.path)

    def _play(self, row: FileRow) -> None:
        self.hearing.toggle(self.keeper.plan, row.path)

    def _open_menu(self, place: QPoint) -> None:
        if self.details.rows:
            self.details.menu().popup(place)

    def _take_way(self, way: Way) -> None:
        files = {offer.file for offer in way.offers}
        self.model.hold({row.path for row in self.details.rows} | files)
        first = Path(way.offers[0].file).name
        where = first if way.files == 1 else f"{way.files:,} files"
        self.keeper.change(way.taken(self.keeper.plan), f"{way.words}: {where}")

    def _undo_remedies(self, files: tuple[str, ...]) -> None:
        self.model.hold({row.path for row in self.details.rows})
        where = Path(files[0]).name if len(files) == 1 else f"{len(files)} files"
        self.keeper.change(without_remedies(self.keeper.plan, files), f"Undo the remedy: {where}")


def _droppable(urls: list[QUrl]) -> list[Path]:
    found = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in found if path.suffix.lower() != store.SUFFIX]


def _button(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("kind", "small")
    button.setAutoDefault(True)
    button.setFixedHeight(28)
    return button


def _pane() -> QFrame:
    pane = QFrame()
    pane.setProperty("pane", True)
    return pane
