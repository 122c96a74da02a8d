"""Trainings as the window shows them and as their folders keep them: plans, states, figures.

Plain values without torch or numpy.  A folder `training/<ident>/` of the user's data holds
`plan.json` and `data.drumdata` (what to do, and with what), `state.json` (how it stands), `about.json`
(levels and counts), `reports.jsonl`, `model.safetensors` and `model.resume`; a sweep has its models in
`cells/`.  Whoever looks after a run holds `owner.lock`, the process that trains it `train.lock`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from drumstudio.app.training.halving import planned_steps
from drumstudio.ml.config import DRUM_RNN
from drumstudio.ml.training.reports import Report


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What to train, and how.

    `kind` is a network of :data:`drumstudio.ml.config.KINDS`, `layers` the units of each of its layers,
    `attention` the steps that plain Drum RNN looks back on (0: none), `dropout` the share left out after
    each layer (None: as in the base), `drums` 9 or 1.  With a `base`, the file of a model, its weights are
    trained on: network, drums and what can be asked for are those of the base, but for `dropout`.

    `steps` is the number of batches; with `patience` above 0 the training ends earlier, after so many
    steps without a better validation.  `device` is auto, cpu, cuda or mps.  `anchor` pulls a
    fine-tuning towards its base.  `report_every` 0 lets the size of the data decide.
    With a `grid`, every shape of it is trained and `layers` says nothing.
    """

    name: str
    kind: str = DRUM_RNN
    layers: tuple[int, ...] = (64, 64)
    attention: int = 0
    dropout: float | None = None
    drums: int = 9
    base: Path | None = None
    steps: int = 1000
    patience: int = 500
    learning_rate: float = 0.0015
    decay: bool = False
    batch: int = 64
    window: int = 128
    seed: int = 0
    device: str = "auto"
    anchor: float = 0.0
    clip: float = 3.0
    report_every: int = 0
    place: bool = True
    controls: bool = True
    data_name: str = ""
    licence: str = ""
    date: str = ""
    grid: SweepGrid | None = None

    @property
    def all_steps(self) -> int:
        """Steps in all: those of every shape of a sweep together, unless some get flat or fail."""
        if self.grid is None:
            return self.steps
        return planned_steps(self.steps, len(set(self.grid.layers)) * len(set(self.grid.units)))


@dataclass(frozen=True, slots=True)
class SweepGrid:
    """The shapes that a sweep tries: every number of `layers` with every number of `units`."""

    layers: tuple[int, ...] = (1, 2, 3)
    units: tuple[int, ...] = (64, 128, 256)


class RunState(Enum):
    """How a run stands; the values are what its folder says."""

    WAITING = "waiting"  # for the run before it, or for its process to start
    TRAINING = "training"
    PAUSING = "pausing"  # asked to pause, still saving
    PAUSED = "paused"
    STOPPING = "stopping"  # asked to stop and keep the best, still saving
    DONE = "done"  # all steps, or nothing got better; its model is kept
    STOPPED = "stopped"  # by the user; its best model is kept
    FAILED = "failed"  # `message` says why; `go_on` tries again from what was saved last
    ELSEWHERE = "elsewhere"  # another window looks after it


class CellState(Enum):
    """How a cell of a sweep stands."""

    WAITING = "waiting"
    TRAINING = "training"
    DROPPED = "dropped"  # hopeless beside the others at the same step
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Cell:
    """A shape of a sweep: `layers` of `units`, with its curve so far.

    `perplexity` is the best on validation (None before the first report), `seconds` what its training
    took, `message` why it was dropped or failed.
    """

    layers: int
    units: int
    state: CellState = CellState.WAITING
    step: int = 0
    perplexity: float | None = None
    seconds: float = 0.0
    message: str = ""
    reports: tuple[Report, ...] = ()


def best_cell(cells: Iterable[Cell]) -> Cell | None:
    """The cell with the lowest perplexity among those whose models are kept."""
    kept = [cell for cell in cells if cell.perplexity is not None and cell.state is not CellState.DROPPED]
    return min(kept, key=lambda cell: cell.perplexity or 0.0, default=None)


@dataclass(frozen=True, slots=True)
class Levels:
    """Validation perplexity of what needs no network: counting events, and copying the last bar.

    None where nothing is held out, or until it is measured.
    """

    counting: float | None = None
    copying: float | None = None


@dataclass(frozen=True, slots=True)
class DataCounts:
    """What a run learns from: sequences and steps to train on, and held out for validation."""

    train: int = 0
    validation: int = 0
    train_steps: int = 0
    validation_steps: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A training at one moment; a new one is made at every change.

    `step` of `steps`; `reports` is the curve so far, of a sweep that of its best cell; `best` the
    report of the model that is kept; `seconds_left` is None until it can be told; `model` is the file
    in the user's models once it is kept.  `message` is a sentence for people: why it failed, what was
    recovered.  `started` and `ended` are seconds since the epoch (None: not yet), `seconds` what
    was spent on training.  `device` is where it trains, "" before it began.
    """

    ident: str
    plan: TrainingPlan
    state: RunState = RunState.WAITING
    step: int = 0
    steps: int = 0
    reports: tuple[Report, ...] = ()
    levels: Levels = Levels()
    counts: DataCounts = DataCounts()
    steps_per_second: float | None = None
    seconds_left: float | None = None
    best: Report | None = None
    model: Path | None = None
    message: str = ""
    device: str = ""
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    cells: tuple[Cell, ...] = field(default=())

    @property
    def active(self) -> bool:
        """Whether it trains, or is about to save what it trained."""
        return self.state in (RunState.TRAINING, RunState.PAUSING, RunState.STOPPING)

    @property
    def can_pause(self) -> bool:
        """Whether `pause` does anything."""
        return self.state in (RunState.TRAINING, RunState.WAITING)

    @property
    def can_go_on(self) -> bool:
        """Whether `go_on` does anything."""
        return self.state in (RunState.PAUSED, RunState.FAILED, RunState.STOPPED)

    @property
    def can_stop(self) -> bool:
        """Whether `stop` does anything."""
        return self.state in (RunState.TRAINING, RunState.WAITING, RunState.PAUSED, RunState.FAILED)


# Perplexities of the user's earlier Drum RNN, by step.
EARLIER_CURVE = ((1, 510.0), (11, 182.0), (21, 59.0), (31, 28.0), (91, 13.0))
