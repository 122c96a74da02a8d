"""Work off the window's thread: files, imports, exports; one after the other, in the order asked.

Listeners are called in the worker thread and must only hand the event on.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drumstudio.errors import CancelledError, DrumStudioError


class JobControl:
    """What running work may use: tell how far it is, and ask whether to stop."""

    def __init__(self, told: Callable[[float], None]) -> None:
        self._told = told
        self._cancelled = threading.Event()

    def progress(self, share: float) -> None:
        """Tell that `share` (0 to 1) is done; raises CancelledError where the user gave up."""
        if self.cancelled():
            raise CancelledError("cancelled")
        self._told(share)

    def cancelled(self) -> bool:
        """Whether the user gave up."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._cancelled.set()


Work = Callable[[JobControl], Any]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """Job `number` is `share` (0 to 1) done."""

    number: int
    share: float


@dataclass(frozen=True, slots=True)
class JobDone:
    """Job `number` gave `result`."""

    number: int
    result: Any


@dataclass(frozen=True, slots=True)
class JobFailed:
    """Job `number` failed; `message` is a sentence, empty where the user cancelled.

    `bug` holds the exception when it is none that a user can mend.
    """

    number: int
    message: str
    bug: Exception | None = None


JobEvent = JobProgress | JobDone | JobFailed


class Jobs:
    """One worker thread and its queue."""

    def __init__(self, listener: Callable[[JobEvent], None]) -> None:
        self._listener = listener
        self._queue: queue.SimpleQueue[tuple[int, Work, JobControl] | None] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> tuple[int, JobControl]:
        """Queue `work`; its number, with which its events come, and the control to cancel it."""
        number = next(self._numbers)
        control = JobControl(lambda share: self._listener(JobProgress(number, share)))
        self._queue.put((number, work, control))
        return number, control

    def close(self, timeout: float = 10.0) -> bool:
        """Finish what is queued and end the thread; whether it ended within `timeout` seconds."""
        self._queue.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            number, work, control = entry
            self._listener(self._outcome(number, work, control))

    @staticmethod
    def _outcome(number: int, work: Work, control: JobControl) -> JobDone | JobFailed:
        if control.cancelled():
            return JobFailed(number, "")
        try:
            return JobDone(number, work(control))
        except CancelledError:
            return JobFailed(number, "")
        except DrumStudioError as error:
            return JobFailed(number, str(error))
        except Exception as bug:
            # Handed over, not swallowed: the window's hook logs it and shows it as a bug.
            return JobFailed(number, "", bug)
