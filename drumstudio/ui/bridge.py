"""Where other threads enter the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from drumstudio.app.jobs import JobControl, JobDone, JobEvent, JobFailed, JobProgress, Jobs, Work


class Bridge(QObject):
    """Signals that threads emit: `engine_event(EngineEvent)`, `generation_event(GenerationEvent)`,
    `surprise_event(SurpriseEvent)`, `job_event(JobEvent)`, `kit_event(KitEvent)`,
    `recording_event(Arrival)` while something is recorded, `training_event(TrainingEvent)`,
    `quick_event(JobEvent)` and `bug(kind, value, traceback)`.

    It lives in the window's thread, so slots that are bound methods of QObjects there run there.
    """

    engine_event = Signal(object)
    generation_event = Signal(object)
    surprise_event = Signal(object)
    job_event = Signal(object)
    kit_event = Signal(object)
    recording_event = Signal(object)
    training_event = Signal(object)
    quick_event = Signal(object)
    bug = Signal(object, object, object)


class Background(QObject):
    """Runs work on the jobs' thread and brings what comes of it back to the window's.

    Signals: `started(label, control)` and `progressed(share)` for work that has a label,
    `finished()` when the last labelled work is over, `failed(sentence)` for errors that nobody
    took.
    """

    started = Signal(str, object)
    progressed = Signal(float)
    finished = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None, *, quick: bool = False) -> None:
        """With `quick` on a thread of its own, for what must not wait behind long work."""
        super().__init__(parent)
        self._bridge = bridge
        event = bridge.quick_event if quick else bridge.job_event
        self._jobs = Jobs(event.emit)
        self._running: dict[int, tuple[str, Callable[[Any], None], Callable[[str], None] | None]] = {}
        event.connect(self._on_event)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._running)

    def run(
        self,
        work: Work,
        then: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
        label: str = "",
    ) -> JobControl:
        """Do `work` elsewhere, then call `then(result)` here, or `failed(sentence)`.

        A `label` shows the work with its progress and a Cancel to the user.  The sentence is
        empty where the user cancelled.
        """
        number, control = self._jobs.submit(work)
        self._running[number] = (label, then, failed)
        if label:
            self.started.emit(label, control)
        return control

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        self._jobs.close()

    def _on_event(self, event: JobEvent) -> None:
        label, then, failed = self._running[event.number]
        if isinstance(event, JobProgress):
            if label:
                self.progressed.emit(event.share)
            return
        del self._running[event.number]
        if label:
            self.finished.emit()
        if isinstance(event, JobDone):
            then(event.result)
            return
        self._failed(event, failed)

    def _failed(self, event: JobFailed, failed: Callable[[str], None] | None) -> None:
        if event.bug is not None:
            self._bridge.bug.emit(type(event.bug), event.bug, event.bug.__traceback__)
        if failed is not None:
            failed(event.message)
        elif event.message:
            self.failed.emit(event.message)
