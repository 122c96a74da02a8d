"""Several drummers side by side: the same primer, seed and dials, and how musical each goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from drumstudio.app.drummer.answering import answers_of
from drumstudio.app.drummer.asking import Task
from drumstudio.app.drummer.candidates import candidates_of, joined
from drumstudio.app.drummer.measuring import measured
from drumstudio.domain.candidate import Candidate
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.edits import set_bars
from drumstudio.domain.pattern import Pattern
from drumstudio.errors import CancelledError, DrumStudioError, UsageError

if TYPE_CHECKING:
    from drumstudio.ml.encoding import Events
    from drumstudio.ml.musicality import Measures
    from drumstudio.ml.playing.player import OnStep
    from drumstudio.ml.playing.sampler import Sampler

Told = Callable[[float], None]


class Play(Protocol):
    """Has a drummer answer a task: events (outputs, steps)."""

    def __call__(self, sampler: Sampler, task: Task, on_step: OnStep, /) -> Events:
        """The answers; `on_step` hears of every step and may raise CancelledError."""
        ...


@dataclass(frozen=True, slots=True)
class Range:
    """What people do: the middle, and what a tenth of them stays below and above where that is known."""

    middle: float
    low: float | None = None
    high: float | None = None


# Rock beats of the Groove MIDI Dataset, by the definitions of `drumstudio.ml.musicality`.
PEOPLE: dict[str, Range] = {
    "adjacent_jaccard": Range(0.57, 0.17, 0.90),
    "primer_jaccard": Range(0.52),
    "groove_similarity": Range(0.84),
    "adjacent_groove_similarity": Range(0.88, 0.63, 1.0),
    "fill_bars": Range(0.16),
    "tom_bars": Range(0.39),
    "crash_bars": Range(0.23),
    "crashes_on_one": Range(0.28),
    "hits_a_bar": Range(17.0, 10.0, 25.0),
    "syncopation": Range(9.0),
    "repeated_steps": Range(0.56),
    "primer_copies": Range(0.07),
    "new_hits": Range(1.1),
}
# What a table shows of all measures, in this order.
ROWS = (
    "adjacent_jaccard",
    "primer_jaccard",
    "groove_similarity",
    "adjacent_groove_similarity",
    "fill_bars",
    "tom_bars",
    "crash_bars",
    "crashes_on_one",
    "hits_a_bar",
    "syncopation",
    "perplexity",
)


@dataclass(frozen=True, slots=True)
class Played:
    """What the model in the file `model`, called `name`, made of the primer.

    `candidates` are its continuations in the order of their seeds, `wholes` the same after the primer,
    `each` their measures and `mean` the mean of those, None where it cannot play; then `problem` says why.
    `primer_perplexity` is how well it foresees the primer, None on grids that it does not know.
    """

    model: Path
    name: str
    candidates: tuple[Candidate, ...] = ()
    wholes: tuple[Pattern, ...] = ()
    each: tuple[Measures, ...] = ()
    mean: Measures | None = None
    primer_perplexity: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models on one primer; `primer` are the measures of its own whole bars, None where it has no hit."""

    primer: Measures | None
    played: tuple[Played, ...]


def with_dials(
    dials: Dials = MIDDLE, *, count: int = 1, seed: int = 0, cancelled: Callable[[], bool] | None = None
) -> Play:
    """Have `count` answers played as the `dials` ask, from `seed` on."""

    def play(sampler: Sampler, task: Task, on_step: OnStep, /) -> Events:
        return answers_of(sampler, task, dials, count=count, seed=seed, on_step=on_step, cancelled=cancelled)

    return play


def compare(
    task: Task,
    models: Sequence[Path],
    play: Play,
    *,
    seed: int = 0,
    dials: Dials = MIDDLE,
    qpm: float = 120.0,
    bars: int | None = None,
    told: Told | None = None,
) -> Comparison:
    """Have each of `models` continue `task`, and measure what comes.

    `seed` and `dials` are those of `play`; `bars` cuts continuations to so many.  `told` hears which
    share is done and may raise CancelledError.  A model that cannot be used is named with its problem
    and keeps no other from playing.
    """
    tell = told or _nobody
    tell(0.0)
    made = []
    for place, model in enumerate(models):
        step = partial(_step, tell, task.steps, place, len(models))
        try:
            made.append(_played(task, model, play, step, seed=seed, dials=dials, qpm=qpm, bars=bars))
        except (CancelledError, UsageError):
            raise
        except DrumStudioError as error:
            made.append(Played(model, name_of(model), problem=str(error)))
        tell((place + 1) / len(models))
    return Comparison(_primer_measures(task), tuple(made))


def name_of(model: Path) -> str:
    """What the model calls itself; its file's name where it cannot say."""
    from drumstudio.ml.catalogue import describe

    return describe(model).name


def _played(
    task: Task,
    model: Path,
    play: Play,
    on_step: OnStep,
    *,
    seed: int,
    dials: Dials,
    qpm: float,
    bars: int | None,
) -> Played:
    from drumstudio.ml.catalogue import tidy
    from drumstudio.ml.playing.sampler import load_sampler

    sampler = load_sampler(model)
    answers = play(sampler, task, on_step)
    found = candidates_of(task, answers, seed=seed, dials=dials, model=model.stem, qpm=qpm)
    candidates = tuple(sorted(found, key=lambda candidate: candidate.index))
    parts = (one.pattern if bars is None else set_bars(one.pattern, bars) for one in candidates)
    wholes = tuple(joined(task, part) for part in parts)
    each = tuple(measured(whole, sampler=sampler) for whole in wholes)
    primer = _primer_of(task)
    return Played(
        model,
        tidy(sampler.checkpoint.name) or model.stem,
        candidates,
        wholes,
        each,
        mean_of(each),
        None if primer is None else measured(primer, sampler=sampler).perplexity,
    )


def mean_of(each: Sequence[Measures]) -> Measures:
    """The mean of every measure over those that have it; None where none has."""
    from drumstudio.ml.musicality import Measures

    means: dict[str, Any] = {"bars": each[0].bars, "primer_bars": each[0].primer_bars}
    for part in fields(Measures):
        values = [value for one in each if (value := getattr(one, part.name)) is not None]
        if part.name not in means:
            means[part.name] = sum(values) / len(values) if values else None
    return Measures(**means)


def _primer_measures(task: Task) -> Measures | None:
    primer = _primer_of(task)
    return None if primer is None else measured(primer)


def _primer_of(task: Task) -> Pattern | None:
    """The whole bars of what is continued, or the begun one where there is no other; None without hits."""
    bars = max(1, task.start // task.source.grid.steps_per_bar)
    end = min(task.start, bars * task.source.grid.steps_per_bar)
    hits = tuple(task.source.hits_between(0, end))
    return Pattern(task.source.grid, bars, hits, task.source.swing) if hits else None


def _step(tell: Told, steps: int, place: int, models: int, step: int, _events: Any) -> None:
    tell((place + (step + 1) / steps) / models)


def _nobody(_share: float) -> None:
    """Nobody listens."""
