"""Training: batches in, reports out, the best model on disk at every moment."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from drumstudio.errors import CheckpointError, DrumStudioError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Checkpoint
from drumstudio.ml.metrics import Score, evaluate, score_batch
from drumstudio.ml.model import Network, build
from drumstudio.ml.windows import IGNORED, Track, Windows

STATE_FORMAT = "drumstudio-training"
STATE_VERSION = 1
_WARM_UP = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    `steps` batches of `batch` windows of `window` steps; a report at step 1 and every
    `report_every` after it; `patience` steps without a better validation end the training (0:
    never); with `decay` the learning rate falls to nothing along a cosine over `steps`, after a
    short warm-up; gradients are clipped at the norm `clip`.
    """

    steps: int = 1000
    batch: int = 64
    window: int = 128
    learning_rate: float = 0.0015
    decay: bool = False
    clip: float = 3.0
    report_every: int = 10
    patience: int = 500
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What training says of itself at a step.

    Perplexity and accuracies are those of the step's own batch (dropout on), the validation's are
    over the whole validation split (dropout off; None where nothing is held out).
    `steps_per_second` counts training steps alone, since the report before.
    """

    step: int
    perplexity: float
    validation_perplexity: float | None
    accuracy: float
    event_accuracy: float | None
    silence_accuracy: float | None
    validation_accuracy: float | None
    steps_per_second: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended: at `step`, the best report so far, and why ("done", "early", "stopped")."""

    step: int
    best: Report | None
    reason: str


def _report_of(told: dict[str, Any]) -> Report:
    """The report that a state tells of; TypeError or ValueError where it cannot be one."""
    report = Report(**told)
    if not all(isinstance(value, (int, float, type(None))) for value in told.values()):
        raise ValueError("a figure is not a number")
    return report


def state_path(model: Path) -> Path:
    """Where the training of `model` keeps what resuming it needs."""
    return model.with_suffix(".resume")


def use_threads(count: int) -> None:
    """Let torch work on `count` processor cores; the same training needs the same number."""
    torch.set_num_threads(count)


def _device(name: str) -> torch.device:
    """The device called `name`, cpu or cuda; DrumStudioError where it is not there."""
    if name == "cuda" and not torch.cuda.is_available():
        raise DrumStudioError(
            "there is no CUDA device, or PyTorch is its CPU build; "
            "train with --device cpu, or set up with ./run --cuda"
        )
    return torch.device(name)


class Trainer:
    """Trains one network on `train`, keeps at `path` the one best on `validation`.

    `model` says what network to make, and tells the checkpoint about the data.  `state_path(path)`
    holds the training's own state, from which `resume` goes on as if it had never stopped.
    """

    def __init__(
        self,
        path: Path,
        model: Checkpoint,
        settings: Settings,
        train: Sequence[Track],
        validation: Sequence[Track],
        device: str = "cpu",
    ) -> None:
        network, encoding = model.network, model.encoding
        self._path, self._settings = path, settings
        self._name, self._described = model.name, model.training
        self._validation = validation
        torch.manual_seed(settings.seed)
        self.model = build(network, encoding).to(_device(device))
        self._optimizer = torch.optim.Adam(self.model.parameters(), lr=settings.learning_rate)
        self._windows = Windows(train, network, encoding, settings.window, settings.seed)
        self._step = 0
        self._best: Report | None = None
        self._seconds, self._timed = 0.0, 0

    def resume(self) -> int:
        """Take up the training that was stopped; gives its step.  CheckpointError where it cannot."""
        path = state_path(self._path)
        if not path.is_file():
            raise CheckpointError(f"there is no training to resume at {path}; train without --resume")
        metadata = files.read_metadata(path)
        if metadata.get("format") != STATE_FORMAT:
            raise CheckpointError(f"{path} is not a stopped training; train without --resume")
        files.check_version(path, metadata, STATE_VERSION)
        if metadata.get("fixed") != self._fixed():
            raise CheckpointError(
                f"{path} was trained on other data or with other settings; give the same or train anew"
            )
        tensors = files.read_tensors(path)
        if files.digest(tensors) != metadata.get("weights_sha256"):
            raise CheckpointError(f"{path} is damaged; train without --resume")
        try:
            best = json.loads(metadata["best"])
            self._best = _report_of(best) if best else None
            self._step = int(metadata["step"])
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{path} is damaged; train without --resume") from error
        self._restore({name: torch.from_numpy(value) for name, value in tensors.items()})
        return self._step

    def run(
        self,
        on_report: Callable[[Report], None] | None = None,
        stopped: Callable[[], bool] | None = None,
        on_step: Callable[[int], None] | None = None,
    ) -> Outcome:
        """Train until the steps are done, nothing gets better, or `stopped` says so; then save."""
        reason = "done"
        self.model.train()
        while self._step < self._settings.steps:
            if stopped is not None and stopped():
                reason = "stopped"
                break
            logits, target = self._advance()
            if on_step is not None:
                on_step(self._step)
            if self._due():
                report = self._report(score_batch(logits, target))
                if on_report is not None:
                    on_report(report)
                if self._exhausted():
                    reason = "early"
                    break
        self._save_state()
        if not self._path.is_file() or self._best is None:
            self._save_model(self._best)
        return Outcome(self._step, self._best, reason)

    def _advance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One training step; gives its logits and targets."""
        began = time.perf_counter()
        self._step += 1
        batch = self._windows.batch(self._step, self._settings.batch)
        # Dropout draws from torch's own generator: set by seed and step, as the batch is.
        torch.manual_seed(int(np.random.SeedSequence((self._settings.seed, self._step)).generate_state(1)[0]))
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        before, place, target = (
            torch.from_numpy(part).to(self.model.device) for part in (batch.before, batch.place, batch.target)
        )
        logits, _ = self.model(before, place)
        loss = functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self._settings.clip)
        if not math.isfinite(float(norm)):
            raise DrumStudioError(
                f"training went astray at step {self._step}; try a smaller --learning-rate than "
                f"{self._settings.learning_rate:g}"
            )
        self._optimizer.step()
        self._seconds += time.perf_counter() - began
        self._timed += 1
        return logits.detach(), target

    def _rate(self) -> float:
        settings = self._settings
        if not settings.decay:
            return settings.learning_rate
        share = (self._step - 1) / settings.steps
        return settings.learning_rate * min(1.0, self._step / _WARM_UP) * (1 + math.cos(math.pi * share)) / 2

    def _due(self) -> bool:
        every = self._settings.report_every
        return self._step == self._settings.steps or (self._step - 1) % every == 0

    def _report(self, score: Score) -> Report:
        """Measure, and keep the model if it is the best so far."""
        held_out = evaluate(self.model, self._validation) if self._validation else None
        report = Report(
            step=self._step,
            perplexity=score.perplexity,
            validation_perplexity=held_out.perplexity if held_out else None,
            accuracy=score.accuracy,
            event_accuracy=score.event_accuracy,
            silence_accuracy=score.silence_accuracy,
            validation_accuracy=held_out.accuracy if held_out else None,
            steps_per_second=self._timed / self._seconds,
        )
        self._seconds, self._timed = 0.0, 0
        if self._better(report):
            self._best = report
            self._save_model(report)
        self._save_state()
        return report

    def _better(self, report: Report) -> bool:
        """Whether to keep this model; without a validation split the newest is kept."""
        if self._best is None or report.validation_perplexity is None:
            return True
        best = self._best.validation_perplexity
        return best is None or report.validation_perplexity < best

    def _exhausted(self) -> bool:
        patience, best = self._settings.patience, self._best
        if not patience or best is None or best.validation_perplexity is None:
            return False
        return self._step - best.step >= patience

    def _save_model(self, report: Report | None) -> None:
        training = replace(
            self._described,
            steps=self._step,
            perplexity=report.perplexity if report else None,
            validation_perplexity=report.validation_perplexity if report else None,
            seed=self._settings.seed,
            batch=self._settings.batch,
            window=self._settings.window,
            learning_rate=self._settings.learning_rate,
        )
        checkpoint = Checkpoint(self._name, self.model.config, self.model.encoding, training)
        files.save(self._path, checkpoint, weights_of(self.model))

    def _save_state(self) -> None:
        tensors: dict[str, Any] = {}
        for name, value in self.model.named_parameters():
            tensors[f"model.{name}"] = value.detach().cpu().numpy()
            for part, kept in self._optimizer.state.get(value, {}).items():
                tensors[f"adam.{part}.{name}"] = kept.detach().cpu().numpy()
        metadata = {
            "format": STATE_FORMAT,
            "format_version": str(STATE_VERSION),
            "step": str(self._step),
            "best": json.dumps(asdict(self._best) if self._best else None),
            "fixed": self._fixed(),
            "weights_sha256": files.digest(tensors),
        }
        files.write_tensors(state_path(self._path), tensors, metadata)

    def _restore(self, tensors: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                value.copy_(tensors[f"model.{name}"])
                if f"adam.step.{name}" in tensors:
                    self._optimizer.state[value] = {
                        "step": tensors[f"adam.step.{name}"],
                        "exp_avg": tensors[f"adam.exp_avg.{name}"].to(value.device),
                        "exp_avg_sq": tensors[f"adam.exp_avg_sq.{name}"].to(value.device),
                    }

    def _fixed(self) -> str:
        """What must be the same for a resumed training to be the same training."""
        fixed = asdict(self._settings)
        for free in (
            ("report_every", "patience") if self._settings.decay else ("report_every", "patience", "steps")
        ):
            del fixed[free]
        return json.dumps(
            {
                "network": self.model.config.to_json(),
                "encoding": asdict(self.model.encoding),
                "data": self._described.fingerprint,
                "settings": fixed,
            }
        )


def weights_of(model: Network) -> files.Weights:
    """The weights of `model` as arrays."""
    return {name: value.detach().cpu().numpy().copy() for name, value in model.state_dict().items()}


def load_model(path: Path) -> tuple[Checkpoint, Network]:
    """The model at `path`, ready to score; CheckpointError where it cannot be used."""
    checkpoint, weights = files.load(path)
    model = build(checkpoint.network, checkpoint.encoding)
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    except RuntimeError as error:
        raise CheckpointError(
            f"{path} is damaged: its weights do not fit its description; copy it anew"
        ) from error
    return checkpoint, model.eval()
