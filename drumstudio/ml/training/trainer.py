"""Training: batches in, reports out, the best model on disk at every moment."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from drumstudio.errors import CheckpointError, DrumStudioError
from drumstudio.ml import checkpoint as files
from drumstudio.ml.checkpoint import Checkpoint, Weights
from drumstudio.ml.training.adam import Adam
from drumstudio.ml.training.devices import device_called
from drumstudio.ml.training.metrics import Score, evaluate, score_batch
from drumstudio.ml.training.model import Network, build
from drumstudio.ml.training.reports import Outcome, Report, Settings, is_better, report_of, state_path
from drumstudio.ml.training.windows import IGNORED, Track, Windows

__all__ = [
    "Outcome",
    "Report",
    "Settings",
    "Trainer",
    "load_model",
    "state_path",
    "use_threads",
    "weights_of",
]

STATE_FORMAT = "drumstudio-training"
STATE_VERSION = 1
_WARM_UP = 50


def use_threads(count: int) -> None:
    """Let torch work on `count` processor cores; the same training needs the same number."""
    torch.set_num_threads(count)


class Trainer:
    """Trains one network on `train`, keeps at `path` the one best on `validation`.

    `model` says what network to make, and tells the checkpoint about the data.  `state_path(path)`
    holds the training's own state, from which `resume` goes on as if it had never stopped.

    With the weights of a `base` it is a fine-tuning: it begins from them, its first report is theirs,
    at step 0, and what is kept is never worse on `validation` than they are.
    """

    def __init__(
        self,
        path: Path,
        model: Checkpoint,
        settings: Settings,
        train: Sequence[Track],
        validation: Sequence[Track],
        device: str = "cpu",
        base: Weights | None = None,
    ) -> None:
        network, encoding = model.network, model.encoding
        self._path, self._settings = path, settings
        self._name, self._described = model.name, model.training
        self._validation = validation
        torch.manual_seed(settings.seed)
        self.model = build(network, encoding)
        self._base = None if base is None else files.digest(base)
        if base is not None:
            take_weights(self.model, base, "the model to fine-tune")
        self.model.to(device_called(device))
        self._anchors = (
            [value.detach().clone() for value in self.model.parameters()] if settings.anchor else []
        )
        self._optimizer = Adam(self.model.parameters(), settings.learning_rate)
        self._windows = Windows(train, network, encoding, settings.window, settings.seed)
        self._step = 0
        self._best: Report | None = None
        self._last: Report | None = None
        self._seconds, self._timed = 0.0, 0

    @property
    def last(self) -> Report | None:
        """The newest report, also after `resume`: whoever keeps them may have missed it."""
        return self._last

    @property
    def best(self) -> Report | None:
        """The report of the model that is kept."""
        return self._best

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
            best, last = json.loads(metadata["best"]), json.loads(metadata.get("last", "null"))
            self._best = report_of(best) if best else None
            self._last = report_of(last) if last else None
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
        if self._base is not None and self._best is None and not self._step:
            self._report(self._score_base(), on_report)
        while self._step < self._settings.steps:
            # Asked here and not after the report: a training that was killed as it ended must not go on.
            if self._step and self._due() and self._exhausted():
                reason = "early"
                break
            if stopped is not None and stopped():
                reason = "stopped"
                break
            logits, target = self._advance()
            if on_step is not None:
                on_step(self._step)
            if self._due():
                self._report(score_batch(logits, target), on_report)
        self._save_state()
        if not self._path.is_file() or self._best is None:
            self._save_model(self._best)
        return Outcome(self._step, self._best, reason)

    def _advance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One training step; gives its logits and targets."""
        began = time.perf_counter()
        self._step += 1
        # Dropout draws from torch's own generator: set by seed and step, as the batch is.
        torch.manual_seed(int(np.random.SeedSequence((self._settings.seed, self._step)).generate_state(1)[0]))
        self._optimizer.rate = self._rate()
        logits, target = self._predict(self._step)
        loss = functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
        if self._settings.anchor:
            loss = loss + self._settings.anchor * self._distance()
        self._optimizer.forget_gradients()
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

    def _predict(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What the network makes of batch `number`, (batch, steps, classes), and the targets."""
        batch = self._windows.batch(number, self._settings.batch)
        before, place, target = (
            torch.from_numpy(part).to(self.model.device) for part in (batch.before, batch.place, batch.target)
        )
        logits, _ = self.model(before, place)
        return logits, target

    def _distance(self) -> torch.Tensor:
        """Squared distance from where the weights began."""
        pairs = zip(self.model.parameters(), self._anchors, strict=True)
        return torch.stack([(value - began).square().sum() for value, began in pairs]).sum()

    def _score_base(self) -> Score:
        """Score of the untouched base on the first batch, dropout off."""
        self.model.eval()
        with torch.no_grad():
            score = score_batch(*self._predict(1))
        self.model.train()
        return score

    def _rate(self) -> float:
        settings = self._settings
        if not settings.decay:
            return settings.learning_rate
        share = (self._step - 1) / settings.steps
        return settings.learning_rate * min(1.0, self._step / _WARM_UP) * (1 + math.cos(math.pi * share)) / 2

    def _due(self) -> bool:
        every = self._settings.report_every
        return self._step == self._settings.steps or (self._step - 1) % every == 0

    def _report(self, score: Score, on_report: Callable[[Report], None] | None) -> None:
        """Measure, keep the model if it is the best so far, and tell."""
        held_out = evaluate(self.model, self._validation) if self._validation else None
        report = Report(
            step=self._step,
            perplexity=score.perplexity,
            validation_perplexity=held_out.perplexity if held_out else None,
            accuracy=score.accuracy,
            event_accuracy=score.event_accuracy,
            silence_accuracy=score.silence_accuracy,
            validation_accuracy=held_out.accuracy if held_out else None,
            steps_per_second=self._timed / self._seconds if self._timed else 0.0,
            device=self.model.device.type,
        )
        self._seconds, self._timed = 0.0, 0
        if self._best is None or is_better(report, self._best):
            self._best = report
            self._save_model(report)
        self._last = report
        self._save_state()
        if on_report is not None:
            on_report(report)

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
            "last": json.dumps(asdict(self._last) if self._last else None),
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
        # What earlier versions knew nothing of is left out, so that their trainings go on.
        if not fixed["anchor"]:
            del fixed["anchor"]
        return json.dumps(
            {
                "network": self.model.config.to_json(),
                "encoding": asdict(self.model.encoding),
                "data": self._described.fingerprint,
                "settings": fixed,
                **({} if self._base is None else {"base": self._base}),
            }
        )


def weights_of(model: Network) -> files.Weights:
    """The weights of `model` as arrays."""
    return {name: value.detach().cpu().numpy().copy() for name, value in model.state_dict().items()}


def take_weights(model: Network, weights: files.Weights, name: str) -> None:
    """Put `weights` of the file called `name` into `model`; CheckpointError where they do not fit."""
    try:
        model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    except RuntimeError as error:
        raise CheckpointError(
            f"{name} is damaged: its weights do not fit its description; copy it anew"
        ) from error


def load_model(path: Path) -> tuple[Checkpoint, Network]:
    """The model at `path`, ready to score; CheckpointError where it cannot be used."""
    checkpoint, weights = files.load(path)
    model = build(checkpoint.network, checkpoint.encoding)
    take_weights(model, weights, str(path))
    return checkpoint, model.eval()
