"""The takes as files: listed, renamed, deleted with a way back, joined, taken in from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from drumstudio.app.jobs import JobControl
from drumstudio.app.takes import edits as take_edits
from drumstudio.app.takes import store as takes
from drumstudio.app.takes.rows import TakeRow, TakeRows, list_rows
from drumstudio.errors import DrumStudioError
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message


class TakeShelf(QObject):
    """Keeps the list of takes as the files are; everything that touches them runs as a job.

    `choose` are the takes to be chosen when they are listed next.  Signal: `listed(TakeRows, paths to
    choose)` when the list is another, or is to be chosen from.
    """

    listed = Signal(object, object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rows: TakeRows | None = None
        self._listing = self._again = False
        self._told_problems: tuple[str, ...] = ()
        self.choose: list[Path] = []
        desk.takes_changed.connect(self.reload)

    def begin(self) -> None:
        """Make takes of recordings that broke off, then list all."""
        self._desk.background.run(_recover, self._recovered)

    def _recovered(self, sentences: list[str]) -> None:
        if not sentences:
            self.reload()
            return
        show = (("Show the takes", partial(self._desk.page_wanted.emit, "takes")),)
        self._desk.told.emit(Message(" ".join(sentences), choices=show))
        self._desk.takes_changed.emit()

    def reload(self) -> None:
        """List the takes anew."""
        if self._listing:
            self._again = True
            return
        self._listing = True
        known = self._rows or TakeRows()
        self._desk.background.run(partial(_list, known), self._are_listed, self._not_listed)

    def _are_listed(self, rows: TakeRows) -> None:
        self._listing = False
        if self._again:
            self._again = False
            self.reload()
            return
        if rows != self._rows or self.choose:
            self._rows = rows
            chosen, self.choose = self.choose, []
            self.listed.emit(rows, chosen)
        if rows.problems != self._told_problems:
            self._told_problems = rows.problems
            if rows.problems:
                self._fail(". ".join(rows.problems))

    def _not_listed(self, sentence: str) -> None:
        self._listing = False
        self._fail(sentence)

    def replace(self, row: TakeRow) -> None:
        """A take is read otherwise now."""
        if self._rows is not None:
            rows = (row if old.kept.path == row.kept.path else old for old in self._rows.rows)
            self._rows = replace(self._rows, rows=tuple(rows))

    def rename(self, name: str, new: str) -> None:
        """Give a take another name."""
        self._run(lambda: [takes.rename_take(name, new)])

    def delete(self, names: Sequence[str]) -> None:
        """Move takes to the trash; the banner brings them back."""
        places: list[Path] = []

        def work() -> list[Path]:
            places.extend(takes.delete_take(name) for name in names)
            return []

        def tell() -> None:
            what = f"{names[0]} is" if len(names) == 1 else f"{len(names)} takes are"
            undo = (("Undo", partial(self.restore, places)),)
            self._desk.told.emit(Message(f"{what} in the trash.", choices=undo))

        self._run(work, tell)

    def restore(self, places: Sequence[Path]) -> None:
        """Bring takes back from their places in the trash."""
        self._run(lambda: [takes.restore_take(place) for place in places])

    def join(self, names: Sequence[str]) -> None:
        """Make one take of several, one after the other."""
        self._run(lambda: [take_edits.join_takes(names).path])

    def take_in(self, files: Sequence[Path]) -> None:
        """Make MIDI files takes; one that cannot be one is told and hinders no other."""
        problems: list[str] = []

        def work() -> list[Path]:
            found = []
            for path in files:
                try:
                    found.append(take_edits.import_take(path).path)
                except DrumStudioError as error:
                    problems.append(str(error))
            return found

        def tell() -> None:
            if problems:
                self._fail(". ".join(problems))

        self._run(work, tell)

    def _run(self, work: Callable[[], list[Path]], then: Callable[[], None] = lambda: None) -> None:
        """Do `work` with the files, then list them with those chosen whose paths it gave."""

        def done(paths: list[Path]) -> None:
            self.choose = paths
            self._desk.takes_changed.emit()
            then()

        self._desk.background.run(lambda _control: work(), done, self._failed)

    def _failed(self, sentence: str) -> None:
        self._fail(sentence)
        self._desk.takes_changed.emit()

    def _fail(self, sentence: str) -> None:
        if sentence:
            text = sentence[:1].upper() + sentence[1:]
            self._desk.told.emit(Message(text if text.endswith(".") else f"{text}.", "error"))


def _recover(_control: JobControl) -> list[str]:
    return takes.recover_takes()


def _list(known: TakeRows, _control: JobControl) -> TakeRows:
    return list_rows(known)
