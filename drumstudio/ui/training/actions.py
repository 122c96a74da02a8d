"""What can be done with a run or a drummer of the table, and what the window says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from drumstudio.app.training.runs import Run, RunState
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.training.rows import Row, ready_words
from drumstudio.ui.training.runs_panel import RunsPanel
from drumstudio.ui.training.service import Service


class RunActions(QObject):
    """The menu of a row and its entries; the banner for what trains in the background."""

    def __init__(self, desk: Desk, service: Service, runs: RunsPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._service, self._runs = desk, service, runs
        runs.table.menu_wanted.connect(self._open_menu)
        runs.use_wanted.connect(self.use)
        runs.discard_wanted.connect(self.discard)
        service.kept.connect(self._kept)
        service.noticed.connect(self._noticed)

    def menu(self, row: Row) -> QMenu:
        """What can be done with `row`."""
        menu = QMenu(self._runs.table)
        menu.setAccessibleName(row.name)
        self._add(menu, "Use this drummer", self.use, row.model is not None and not row.used)
        self._add(menu, "Show on the Models page", self._show_models, row.model is not None)
        menu.addSeparator()
        if (run := row.run) is not None:
            service, ident = self._service, run.ident
            beside = menu.addAction("Lay its curve beside")
            beside.setCheckable(True)
            beside.setChecked(self._runs.model.lies_beside(row.key))
            beside.setEnabled(row.overlay)
            beside.triggered.connect(partial(self._runs.model.beside_turned.emit, row.key))
            menu.addSeparator()
            self._add(menu, "Pause", partial(service.pause, ident), run.can_pause)
            again = "Train on" if run.state is RunState.STOPPED else "Try again"
            words = "Go on" if run.state is RunState.PAUSED else again
            self._add(menu, words, partial(service.go_on, ident), run.can_go_on)
            self._add(menu, "Stop and keep the best", partial(service.stop, ident), run.can_stop)
            menu.addSeparator()
            self._add(menu, "Discard\tDel", self.discard, run.state is not RunState.ELSEWHERE)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def use(self) -> None:
        """Let the drummer of the row in front play from now on."""
        row = self._runs.table.row
        if row is not None and row.model is not None and not row.used:
            self._desk.model_wanted.emit(row.model)

    def discard(self) -> None:
        """Put the run in front away; the banner brings it back."""
        row = self._runs.table.row
        if row is None or row.run is None or row.run.state is RunState.ELSEWHERE:
            return
        self._service.put_away(row.key)
        kept = " Its drummer stays on the Models page." if row.model is not None else ""
        undo = (("Undo", partial(self._bring_back, row.key)),)
        self._desk.told.emit(Message(f"The training {row.name} is discarded.{kept}", "note", undo))

    def _bring_back(self, key: str) -> None:
        self._service.bring_back(key)
        self._runs.table.choose(key)

    @staticmethod
    def _add(menu: QMenu, text: str, does: Callable[[], object], enabled: bool) -> None:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        action.triggered.connect(partial(_call, does))

    def _open_menu(self, point: QPoint) -> None:
        row = self._runs.table.row
        if row is not None:
            self.menu(row).popup(point)

    def _show_models(self) -> None:
        self._desk.page_wanted.emit("models")

    def _kept(self, run: Run) -> None:
        self._desk.models_changed.emit()
        if run.model is None:
            return
        choices = (
            ("Play with it", partial(self._desk.model_wanted.emit, run.model)),
            ("Compare", self._show_models),
        )
        self._desk.told.emit(Message(ready_words(run, run.plan.name), "note", choices))

    def _noticed(self, sentence: str, error: bool) -> None:
        self._desk.told.emit(Message(sentence, "error" if error else "note"))


def _call(does: Callable[[], object], *_: object) -> None:
    does()
