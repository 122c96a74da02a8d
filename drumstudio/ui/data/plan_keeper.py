"""Holds the plan of training data and its history, keeps it on the disk, and has it judged."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from drumstudio.app.jobs import JobControl
from drumstudio.app.training.data import DataPlan, judge, load_plan, save_plan
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.data.plan_history import PlanHistory
from drumstudio.ui.data.totals import Judged, judged_of
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message


class PlanKeeper(QObject):
    """What the user trains on, as it stands.

    Signals: `plan_changed()`; `judged_changed()` when there is a new judgement; `judging_changed()` when
    judging begins, ends or is given up.
    """

    plan_changed = Signal()
    judged_changed = Signal()
    judging_changed = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.plan = DataPlan()
        self.history = PlanHistory()
        self.judged: Judged | None = None
        self.loaded = False
        self._control: JobControl | None = None
        self._wanted = False
        # On a thread of its own: nothing that the user saves or opens waits for thousands of files.
        bridge = Bridge(self)
        bridge.bug.connect(desk.bridge.bug)
        self._judges = Background(bridge, self)
        for own, shown in (
            (self._judges.started, desk.background.started),
            (self._judges.progressed, desk.background.progressed),
            (self._judges.finished, desk.background.finished),
            (self._judges.failed, desk.background.failed),
        ):
            own.connect(shown)
        desk.takes_changed.connect(self._takes_changed)
        desk.data_wanted.connect(self.want)

    @property
    def judging(self) -> bool:
        """Whether files are being judged."""
        return self._control is not None

    @property
    def behind(self) -> bool:
        """Whether the judgement is not of the plan as it stands, and none is on its way."""
        outdated = self.judged is None or self.judged.judgement.plan != self.plan
        return self._wanted and outdated and not self.judging

    def begin(self) -> None:
        """Read the plan that was kept."""
        self._desk.background.run(lambda _: load_plan(), self._take_up)

    def change(self, plan: DataPlan, words: str) -> None:
        """Make `plan` the one that counts, as a step called `words`."""
        if plan != self.plan:
            self.history.add(self.plan, plan, words)
            self._use(plan)

    def undo(self) -> None:
        """Take the last change back."""
        if (plan := self.history.undo()) is not None:
            self._use(plan)

    def redo(self) -> None:
        """Make the change that was taken back again."""
        if (plan := self.history.redo()) is not None:
            self._use(plan)

    def want(self) -> None:
        """Judge if that was not done yet; once asked for, every change is judged."""
        if not self._wanted:
            self._wanted = True
            if self.loaded:
                self.judge()

    def judge(self) -> None:
        """Judge every file of the plan, in the background."""
        self.cancel()
        plan, before = self.plan, self._desk.judgement

        def work(control: JobControl) -> Judged:
            def told(done: int, files: int) -> None:
                control.progress(done / max(1, files))

            return judged_of(judge(plan, told, control.cancelled, before))

        # Each answer is told from those to earlier questions by the list that holds its control.
        asked: list[JobControl] = []
        self._control = self._judges.run(
            work, partial(self._judged, asked), partial(self._failed, asked), "Judging files"
        )
        asked.append(self._control)
        self.judging_changed.emit()

    def cancel(self) -> None:
        """Judge no further; what was judged before stays."""
        if self._control is not None:
            self._control.cancel()
            self._control = None
            self.judging_changed.emit()

    def close(self) -> None:
        """Judge no further and end the thread."""
        self.cancel()
        self._judges.close()

    def _take_up(self, kept: tuple[DataPlan, str]) -> None:
        self.plan, problem = kept
        self.loaded = True
        if problem:
            self._desk.told.emit(Message(problem, "error"))
        self.plan_changed.emit()
        if self._wanted:
            self.judge()

    def _use(self, plan: DataPlan) -> None:
        self.plan = plan
        self.plan_changed.emit()
        self._desk.background.run(lambda _: save_plan(plan), _kept)
        self._wanted = True
        self.judge()

    def _takes_changed(self) -> None:
        if self._wanted and self.loaded:
            self.judge()

    def _judged(self, asked: list[JobControl], judged: Judged) -> None:
        if self._control not in asked:
            return
        self._control = None
        self.judged = judged
        self._desk.judgement = judged.judgement
        self.judging_changed.emit()
        self.judged_changed.emit()
        self._desk.data_changed.emit()

    def _failed(self, asked: list[JobControl], sentence: str) -> None:
        if self._control not in asked:
            return
        self._control = None
        self.judging_changed.emit()
        if sentence:
            self._desk.background.failed.emit(sentence)


def _kept(_result: None) -> None:
    """The plan is on the disk."""
