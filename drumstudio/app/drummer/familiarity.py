"""How well drummers know somebody: how well each foresees what is played on takes of theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from drumstudio.app.drummer.asking import model_grid_of
from drumstudio.app.drummer.comparing import Told, name_of
from drumstudio.domain import edits
from drumstudio.domain.pattern import Pattern
from drumstudio.errors import CancelledError, DrumStudioError

if TYPE_CHECKING:
    from drumstudio.ml.playing.sampler import Sampler

# How often progress is told of, in steps.
_EVERY = 32


@dataclass(frozen=True, slots=True)
class Knowing:
    """How well the model in the file `model` foresees the takes.

    `perplexity` is that of a step, None where the model cannot listen; then `problem` says why.  `bars` is
    the surprise of each bar of all takes, one after the other: mean nats of its steps.
    """

    model: Path
    name: str
    perplexity: float | None = None
    bars: tuple[float, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Models on the same takes, of so many `bars` and scored `steps`.

    `counting` is the perplexity of counting what was played so far, `copying` that of copying the bar
    before as far as that was right so far.
    """

    takes: tuple[str, ...]
    models: tuple[Knowing, ...]
    counting: float
    copying: float
    bars: int
    steps: int


@dataclass(frozen=True, slots=True)
class _Heard:
    """A take on the drummer's own grid."""

    events: tuple[int, ...]
    per_bar: int
    per_quarter: int


def familiarity(
    takes: Sequence[tuple[str, Pattern]],
    models: Sequence[Path],
    told: Told | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Familiarity:
    """How well each of `models` knows `takes`, each a name and what was played.

    `told` hears which share is done; `cancelled` is asked at every step, CancelledError follows.
    Raises DrumStudioError where there is no take with two steps to hear, or one in a meter that no
    drummer plays.
    """
    from drumstudio.ml.encoding import Encoding
    from drumstudio.ml.habits import copying_losses, counting_losses

    heard = [(name, _heard(pattern)) for name, pattern in takes if pattern.hits]
    if not heard:
        raise DrumStudioError("there is nothing on these takes to hear; choose one with hits")
    classes = Encoding().classes
    each = [take for _, take in heard]
    watch = _Watch(told, cancelled, len(models) * sum(len(take.events) for take in each))
    knowing = tuple(_knowing(model, each, watch) for model in models)
    counting = np.concatenate([counting_losses(take.events, classes) for take in each])
    copying = np.concatenate([copying_losses(take.events, classes, take.per_bar) for take in each])
    return Familiarity(
        tuple(name for name, _ in heard),
        knowing,
        _perplexity(counting),
        _perplexity(copying),
        sum(len(take.events) // take.per_bar for take in each),
        int((~np.isnan(counting)).sum()),
    )


def _heard(pattern: Pattern) -> _Heard:
    grid = model_grid_of(pattern.grid)
    mapped = edits.set_grid(pattern, grid)
    return _Heard(mapped.events(), grid.steps_per_bar, grid.steps_per_quarter)


def _knowing(model: Path, takes: Sequence[_Heard], watch: _Watch) -> Knowing:
    from drumstudio.ml.playing.sampler import load_sampler

    try:
        sampler = load_sampler(model)
        losses = [_losses(sampler, take, watch) for take in takes]
    except CancelledError:
        raise
    except DrumStudioError as error:
        watch.pass_over(sum(len(take.events) for take in takes))
        return Knowing(model, name_of(model), problem=str(error))
    bars = [
        float(np.nanmean(bar))
        for take, nats in zip(takes, losses, strict=True)
        for bar in nats.reshape(-1, take.per_bar)
        if not np.isnan(bar).all()
    ]
    return Knowing(model, name_of(model), _perplexity(np.concatenate(losses)), tuple(bars))


def _losses(sampler: Sampler, take: _Heard, watch: _Watch) -> npt.NDArray[np.float64]:
    from drumstudio.ml.playing.likelihood import event_losses

    found = event_losses(sampler, take.events, take.per_bar, take.per_quarter, watch.look)
    if found is None:
        raise DrumStudioError(
            f"{sampler.checkpoint.name} knows only whether something is struck; "
            "choose a drummer of nine drums"
        )
    return found


def _perplexity(nats: npt.NDArray[np.float64]) -> float:
    return exp(min(float(np.nanmean(nats)), 700.0))


class _Watch:
    """Counts steps, tells how far they are, and looks whether the user gave up."""

    def __init__(self, told: Told | None, cancelled: Callable[[], bool] | None, steps: int) -> None:
        self._told, self._cancelled, self._steps = told, cancelled, steps
        self._done = 0

    def look(self) -> bool:
        """Another step comes; whether the user gave up."""
        self._done += 1
        if self._told is not None and self._done % _EVERY == 0:
            self._told(min(1.0, self._done / self._steps))
        return self._cancelled is not None and self._cancelled()

    def pass_over(self, steps: int) -> None:
        """So many steps will not come."""
        self._done += steps
