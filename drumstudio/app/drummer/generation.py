"""The drummer's thread: one worker that loads models and continues patterns, newest request first.

Torch is first imported in this thread, never before `warm_up` or `submit`.  Requests land in a
slot of one: a newer one replaces and cancels what was there.  Listeners are called in the worker
thread and must only hand the event on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from drumstudio.app.drummer.answering import answers_of
from drumstudio.app.drummer.asking import Task, prepare
from drumstudio.app.drummer.candidates import candidates_of, continuation
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane
from drumstudio.errors import CancelledError, DrumStudioError
from drumstudio.log import LOGGER

if TYPE_CHECKING:
    from drumstudio.ml.playing.sampler import Sampler

# Partial continuations reach the window at most this often, in seconds.
PROGRESS_EVERY = 0.04


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to play and how; `revision` comes back with every event that answers it.

    `source` is the pattern on screen.  To continue it (after the seam, or its end), `bars` is the
    length wanted; to complete or dress it, `span` the bars to write, from the first to before the
    second, None for all.  `seed` is any integer from 0, `qpm` the tempo to play for.
    """

    revision: int
    source: Pattern
    model: Path
    bars: int = 2
    candidates: int = 4
    dials: Dials = MIDDLE
    seed: int = 0
    lanes: tuple[Lane, ...] = ALL_LANES
    mode: Mode = Mode.CONTINUE
    span: tuple[int, int] | None = None
    qpm: float = 120.0


@dataclass(frozen=True, slots=True)
class GenerationProgress:
    """`step` of `steps` are made; `partial` holds each candidate as far as it is, which will
    be `length` steps of its own grid long.
    """

    revision: int
    step: int
    steps: int
    length: int
    partial: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class GenerationDone:
    """All candidates, the closest to the primer first; `seconds` without the loading of the model."""

    revision: int
    candidates: tuple[Candidate, ...]
    steps: int
    seconds: float


@dataclass(frozen=True, slots=True)
class GenerationFailed:
    """Nothing came of it; `message` is a sentence, empty where the user cancelled."""

    revision: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class DrummerReady:
    """The model is loaded and the next request starts at once."""

    model: Path


@dataclass(frozen=True, slots=True)
class DrummerFailed:
    """The model cannot be loaded; `message` is a sentence."""

    model: Path
    message: str


GenerationEvent = GenerationProgress | GenerationDone | GenerationFailed | DrummerReady | DrummerFailed
Listener = Callable[[GenerationEvent], None]


class Generation:
    """Owner of the drummer's thread."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._condition = threading.Condition()
        self._waiting: GenerationRequest | Path | None = None
        self._cancel = threading.Event()
        self._closing = False
        self._loaded: tuple[Path, Sampler] | None = None
        self._thread = threading.Thread(target=self._run, name="drummer", daemon=True)
        self._thread.start()

    def warm_up(self, model: Path) -> None:
        """Load `model` ahead of the first request; gives way to any request."""
        with self._condition:
            if self._waiting is None:
                self._waiting = model
                self._condition.notify()

    def submit(self, request: GenerationRequest) -> None:
        """Continue `request.source`; cancels and replaces whatever was under way."""
        with self._condition:
            self._cancel.set()
            self._cancel = threading.Event()
            dropped, self._waiting = self._waiting, request
            self._condition.notify()
        if isinstance(dropped, GenerationRequest):
            self._listener(GenerationFailed(dropped.revision))

    def cancel(self) -> None:
        """Give up what is under way or waiting; its event follows."""
        with self._condition:
            self._cancel.set()

    def close(self, timeout: float = 5.0) -> bool:
        """End the thread; whether it ended within `timeout` seconds."""
        with self._condition:
            self._closing = True
            self._cancel.set()
            self._condition.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        # Not made nice: a nice thread that is kept from its core while it holds the interpreter keeps
        # the scheduler from handing strokes over, for 0.9 s where every core was busy.
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._waiting is not None)
                if self._closing:
                    return
                work, self._waiting = self._waiting, None
                cancel = self._cancel
            if isinstance(work, GenerationRequest):
                self._answer(work, cancel)
            elif work is not None:
                self._load_ahead(work)

    def _load_ahead(self, model: Path) -> None:
        try:
            self._sampler(model)
        except DrumStudioError as error:
            self._listener(DrummerFailed(model, str(error)))
        except Exception as bug:
            self._report(bug)
            self._listener(DrummerFailed(model, f"{model.name} cannot be loaded; this is a bug"))

    def _answer(self, request: GenerationRequest, cancel: threading.Event) -> None:
        try:
            event = self._generate(request, cancel)
        except CancelledError:
            event = GenerationFailed(request.revision)
        except DrumStudioError as error:
            event = GenerationFailed(request.revision, str(error))
        except Exception as bug:
            # The thread must live on and the window must not wait for ever; the hook of uncaught
            # exceptions hears of it all the same.
            self._report(bug)
            event = GenerationFailed(request.revision, "The drummer stumbled; this is a bug")
        self._listener(event)

    def _generate(
        self, request: GenerationRequest, cancel: threading.Event
    ) -> GenerationDone | GenerationFailed:
        task = prepare(
            request.source,
            request.lanes,
            request.bars,
            dials=request.dials,
            mode=request.mode,
            span=request.span,
        )
        sampler = self._sampler(request.model)
        started = time.perf_counter()
        answers = answers_of(
            sampler,
            task,
            request.dials,
            count=request.candidates,
            seed=request.seed,
            on_step=_Progress(request, task, self._listener),
            cancelled=cancel.is_set,
        )
        if cancel.is_set():
            return GenerationFailed(request.revision)
        seconds = time.perf_counter() - started
        found = candidates_of(
            task,
            answers,
            seed=request.seed,
            dials=request.dials,
            model=request.model.stem,
            qpm=request.qpm,
        )
        LOGGER.debug("%d x %d steps in %.3f s", request.candidates, task.steps, seconds)
        return GenerationDone(request.revision, found, task.steps, seconds)

    def _sampler(self, model: Path) -> Sampler:
        if self._loaded is None or self._loaded[0] != model:
            from drumstudio.ml.playing.sampler import load_sampler

            self._loaded = model, load_sampler(model)
            self._listener(DrummerReady(model))
        return self._loaded[1]

    @staticmethod
    def _report(bug: Exception) -> None:
        threading.excepthook(
            threading.ExceptHookArgs((type(bug), bug, bug.__traceback__, threading.current_thread()))
        )


class _Progress:
    """Collects the sampler's steps and tells of them, not too often."""

    def __init__(self, request: GenerationRequest, task: Task, listener: Listener) -> None:
        self._request, self._task, self._listener = request, task, listener
        self._events: list[list[int]] = [[] for _ in range(request.candidates)]
        self._next = time.perf_counter() + PROGRESS_EVERY

    def __call__(self, step: int, events: npt.NDArray[Any]) -> None:
        """Take the events (candidates,) of `step`, counted from 0."""
        for made, event in zip(self._events, events.tolist(), strict=True):
            made.append(event)
        if step >= self._task.written:
            return
        now = time.perf_counter()
        if now >= self._next or step + 1 == self._task.written:
            task, request = self._task, self._request
            partial = tuple(
                continuation(task, made, qpm=request.qpm, dials=request.dials, seed=request.seed + index)
                for index, made in enumerate(self._events)
            )
            self._listener(GenerationProgress(request.revision, step + 1, task.written, task.length, partial))
            # A long primer makes telling dear: most of the time belongs to the work itself.
            done = time.perf_counter()
            self._next = done + max(PROGRESS_EVERY, 4 * (done - now))
