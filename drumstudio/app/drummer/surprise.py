"""What surprises the drummer in a pattern, on the pattern's own grid, and the thread that looks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

from drumstudio.app.drummer.asking import model_grid_of
from drumstudio.domain import edits
from drumstudio.domain.counting import place_words
from drumstudio.domain.drums import Drum
from drumstudio.domain.edits import Cell
from drumstudio.domain.pattern import Pattern
from drumstudio.errors import CancelledError, DrumStudioError

if TYPE_CHECKING:
    from drumstudio.ml.playing.sampler import Sampler


@dataclass(frozen=True, slots=True)
class Surprise:
    """-log of the drummer's probability of each cell of a pattern, in nats.

    `hits` are the struck cells, `silences` those that are not, as far as they stand on a step
    that the drummer knows: between its steps it expects nothing.
    """

    hits: dict[Cell, float]
    silences: dict[Cell, float]

    def cells(self) -> Iterator[tuple[Cell, bool, float]]:
        """Every cell with whether it is struck and its nats, by step and drum."""
        listed = [(cell, True, nats) for cell, nats in self.hits.items()]
        listed += [(cell, False, nats) for cell, nats in self.silences.items()]
        return iter(sorted(listed))


def surprise_of(sampler: Sampler, pattern: Pattern, cancelled: Callable[[], bool] | None = None) -> Surprise:
    """What of `pattern` surprises the drummer, on the pattern's grid.

    A grid that the drummer does not know is mapped onto the one of its kind, 16ths or triplets of
    8ths, where each hit goes to its nearest step.  Raises DrumStudioError where the drummer cannot
    play the meter or does not tell nine drums apart.
    """
    from drumstudio.ml.surprise import surprise

    own, grid = pattern.grid, model_grid_of(pattern.grid)
    heard = edits.set_grid(pattern, grid)
    table = surprise(sampler, heard.events(), grid.steps_per_bar, grid.steps_per_quarter, cancelled).tolist()
    hits: dict[Cell, float] = {}
    for hit in pattern.hits:
        moved = edits.regridded(hit, own, grid) if grid != own else hit
        hits[hit.step, hit.drum] = table[moved.step][hit.drum] if moved is not None else 0.0
    silences: dict[Cell, float] = {}
    events = heard.events()
    for step in range(pattern.steps):
        there, beside = divmod(step * own.ticks_per_step, grid.ticks_per_step)
        if not beside:
            for drum in Drum:
                if (step, drum) not in hits and not events[there] >> drum & 1:
                    silences[step, drum] = table[there][drum]
    return Surprise(hits, silences)


def most_surprising(cells: Mapping[Cell, float], count: int = 10) -> list[tuple[Cell, float]]:
    """The `count` cells of most nats, the most surprising first."""
    return sorted(cells.items(), key=lambda entry: (-entry[1], entry[0]))[:count]


def cell_words(pattern: Pattern, step: int, drum: Drum, struck: bool, nats: float) -> str:
    """A cell and how little it was expected: "bar 3 beat 2 and: crash, 7.1 nats, 0.083%"."""
    what = drum.label.lower() if struck else f"{drum.label.lower()} left out"
    return f"{place_words(pattern.grid, step)}: {what}, {nats_words(nats)}"


def nats_words(nats: float) -> str:
    """Nats, and the probability that they mean: "7.1 nats, 0.083%"."""
    percent = 100 * exp(-nats)
    if percent < 0.01:
        return f"{nats:.1f} nats, under 0.01%"
    return f"{nats:.1f} nats, {percent:.2g}%" if percent < 10 else f"{nats:.1f} nats, {percent:.0f}%"


@dataclass(frozen=True, slots=True)
class SurpriseRequest:
    """What of `pattern` surprises the drummer in the file `model`?"""

    revision: int
    pattern: Pattern
    model: Path


@dataclass(frozen=True, slots=True)
class SurpriseDone:
    """The answer to the request of this revision."""

    revision: int
    surprise: Surprise


@dataclass(frozen=True, slots=True)
class SurpriseFailed:
    """The request of this revision cannot be answered; `message` is a sentence."""

    revision: int
    message: str


SurpriseEvent = SurpriseDone | SurpriseFailed


class Surprising:
    """One thread that looks for surprises; a newer request takes the place of an older one.

    `listener` is called in that thread with a SurpriseEvent for each request that was not
    overtaken, and must only hand it on.  The thread starts with the first request.
    """

    def __init__(self, listener: Callable[[SurpriseEvent], None]) -> None:
        self._listener = listener
        self._condition = threading.Condition()
        self._waiting: SurpriseRequest | None = None
        self._closing = False
        self._overtaken = threading.Event()
        self._loaded: tuple[Path, Sampler] | None = None
        self._thread: threading.Thread | None = None

    def ask(self, request: SurpriseRequest) -> None:
        """Answer `request` and none before it."""
        with self._condition:
            self._overtaken.set()
            self._overtaken = threading.Event()
            self._waiting = request
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="surprise", daemon=True)
                self._thread.start()
            self._condition.notify()

    def cancel(self) -> None:
        """Answer nothing that was asked so far."""
        with self._condition:
            self._overtaken.set()
            self._waiting = None

    def close(self, timeout: float = 5.0) -> bool:
        """End the thread; whether it ended within `timeout` seconds."""
        with self._condition:
            self._closing = True
            self._overtaken.set()
            self._condition.notify()
            thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._waiting is not None)
                if self._closing:
                    return
                request, self._waiting = self._waiting, None
                overtaken = self._overtaken
            if request is not None:
                self._answer(request, overtaken)

    def _answer(self, request: SurpriseRequest, overtaken: threading.Event) -> None:
        event: SurpriseEvent
        try:
            found = surprise_of(self._sampler(request.model), request.pattern, overtaken.is_set)
            event = SurpriseDone(request.revision, found)
        except CancelledError:
            return
        except DrumStudioError as error:
            event = SurpriseFailed(request.revision, str(error))
        except Exception as bug:
            # The thread must live on; the hook of uncaught exceptions hears of it all the same.
            threading.excepthook(
                threading.ExceptHookArgs((type(bug), bug, bug.__traceback__, threading.current_thread()))
            )
            event = SurpriseFailed(request.revision, "The drummer stumbled over this beat; this is a bug")
        if not overtaken.is_set():
            self._listener(event)

    def _sampler(self, model: Path) -> Sampler:
        if self._loaded is None or self._loaded[0] != model:
            from drumstudio.ml.playing.sampler import load_sampler

            self._loaded = model, load_sampler(model)
        return self._loaded[1]
