"""What the form of the Training page says, what is wrong with it, and the plan that it makes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from drumstudio.app.training.data import DataPlan
from drumstudio.app.training.runs import SweepGrid, TrainingPlan
from drumstudio.ml.config import DRUM_RNN, GROOVE_MEMORY, KINDS, MAX_LAYERS, MAX_UNITS

DEVICES = ("auto", "cpu", "cuda", "mps")
MAX_CELLS = 30
# Letters of a proposed name; a model's has room for a few more.
_LONGEST = 54
_FIRST_LAYER, _LEAST_UNITS = 1, 8


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how boldly to train."""

    steps: int
    patience: int
    learning_rate: float


# A drummer that knows how to play needs small steps to learn how somebody plays; a new one needs large ones.
TUNING = Pace(steps=400, patience=100, learning_rate=0.0003)
SCRATCH = Pace(steps=2000, patience=300, learning_rate=0.0015)


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything the form holds.

    `base` is the model to fine-tune, None to begin from scratch; `dropout` in percent; `stops` whether to
    stop `patience` steps after validation was best; `name` "" where one is to be made up;
    `sweep_layers` and `sweep_units` as they were typed.
    """

    base: str | None = ""
    kind: str = GROOVE_MEMORY
    layers: int = 2
    units: int = 128
    dropout: int = 20
    drums: int = 9
    steps: int = TUNING.steps
    stops: bool = True
    patience: int = TUNING.patience
    learning_rate: float = TUNING.learning_rate
    batch: int = 64
    window: int = 128
    seed: int = 0
    device: str = "auto"
    name: str = ""
    sweep_layers: str = "1-3"
    sweep_units: str = "64, 128, 256"

    def with_base(self, base: str | None) -> Choices:
        """The same from another start; a pace that was left as proposed becomes what suits the new one."""
        old, new = (SCRATCH if each is None else TUNING for each in (self.base, base))
        changed = replace(self, base=base)
        for field in fields(Pace):
            if getattr(self, field.name) == getattr(old, field.name):
                changed = replace(changed, **{field.name: getattr(new, field.name)})
        return changed

    def kept(self) -> str:
        """What is remembered of it between starts."""
        return json.dumps(asdict(replace(self, name="")))


def choices_from(kept: str) -> Choices:
    """The choices that `kept` wrote; the proposed ones where they make no sense any more."""
    try:
        found: dict[str, Any] = json.loads(kept)
        choices = Choices(**found)
    except (ValueError, TypeError):
        return Choices()
    for field in fields(Choices):
        kind = type(getattr(Choices(), field.name))
        value = getattr(choices, field.name)
        if type(value) is not kind and not (field.name == "base" and value is None):
            return Choices()
    known = choices.kind in KINDS and choices.device in DEVICES and choices.drums in (1, 9)
    return choices if known else Choices()


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to train on: files and bars of each side of the split, and a name for all of it."""

    files: int = 0
    bars: int = 0
    held_out: int = 0
    name: str = ""
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """A model to fine-tune: its file, name, network (dropout in percent) and drums."""

    path: Path
    name: str
    kind: str
    layers: tuple[int, ...]
    dropout: int
    drums: int


def numbers(text: str) -> tuple[int, ...]:
    """The whole numbers that `text` lists, as "1-3" or "64, 128, 256"; ValueError where it lists none."""
    found: list[int] = []
    for word in text.replace("–", "-").replace(",", " ").split():
        first, dash, last = word.partition("-")
        low, high = int(first), int(last) if dash else int(first)
        if high - low > MAX_UNITS:
            raise ValueError("too many numbers")
        found += range(low, high + 1)
    if not found:
        raise ValueError("no numbers")
    return tuple(sorted(set(found)))


def problems(
    choices: Choices, material: Material, start: Start | None, devices: Collection[str] | None
) -> dict[str, str]:
    """What keeps the form from being trained: the field it is about, and a sentence with the way out.

    `devices` are those that were found, None where nobody has looked yet.
    """
    found: dict[str, str] = {}
    if not material.judged:
        found["data"] = "The training data is being read; this takes a moment."
    elif not material.files:
        found["data"] = "Nothing to train on yet: record takes, or add files on the Data page."
    elif choices.stops and not material.held_out:
        found["patience"] = (
            "No file is held out, so nobody can tell when to stop: add files, or turn this off."
        )
    if choices.base is not None and start is None:
        found["base"] = "This model is no longer there: choose another, or start from scratch."
    if start is not None and start.drums != choices.drums:
        found["drums"] = f"{start.name} plays {drum_words(start.drums)}: choose that, or start from scratch."
    if choices.stops and choices.patience >= choices.steps and "patience" not in found:
        found["patience"] = (
            f"{choices.steps:,} steps end before {choices.patience:,} could pass in vain: "
            "train longer, or lower one of them."
        )
    if devices is not None and choices.device not in (*devices, "auto"):
        there = " and ".join(device_words(each) for each in devices)
        found["device"] = f"{device_words(choices.device)} is not there; this computer has {there}."
    return found


def sweep_problem(choices: Choices) -> str:
    """What is wrong with the shapes to try, "" where nothing is."""
    try:
        layers, units = numbers(choices.sweep_layers), numbers(choices.sweep_units)
    except ValueError:
        return "Write numbers, as 1-3 or 64, 128, 256."
    if layers[0] < _FIRST_LAYER or layers[-1] > MAX_LAYERS:
        return f"A network has 1 to {MAX_LAYERS} layers."
    if units[0] < _LEAST_UNITS or units[-1] > MAX_UNITS:
        return f"A layer has {_LEAST_UNITS} to {MAX_UNITS:,} units."
    if len(layers) * len(units) > MAX_CELLS:
        return f"That is {len(layers) * len(units)} trainings; {MAX_CELLS} are enough for one sweep."
    return ""


def cells(choices: Choices) -> int:
    """How many trainings the sweep takes."""
    return len(numbers(choices.sweep_layers)) * len(numbers(choices.sweep_units))


def plan_for(choices: Choices, material: Material, start: Start | None, name: str) -> TrainingPlan:
    """The plan that `choices` without problems make."""
    return TrainingPlan(
        name=name,
        kind=choices.kind,
        layers=(choices.units,) * choices.layers,
        dropout=choices.dropout / 100,
        drums=choices.drums,
        base=None if start is None else start.path,
        steps=choices.steps,
        patience=choices.patience if choices.stops else 0,
        learning_rate=choices.learning_rate,
        decay=True,
        batch=choices.batch,
        window=choices.window,
        seed=choices.seed,
        device=choices.device,
        data_name=material.name,
    )


def sweep_for(choices: Choices, material: Material, name: str) -> TrainingPlan:
    """The plan of a sweep: every shape begins from scratch, at the pace that suits a new network."""
    scratch = choices.with_base(None)
    plan = plan_for(scratch, material, None, name)
    grid = SweepGrid(numbers(choices.sweep_layers), numbers(choices.sweep_units))
    return replace(plan, grid=grid)


def proposed_name(
    choices: Choices, material: Material, start: Start | None, taken: Collection[str], sweep: bool = False
) -> str:
    """A name that tells what is trained on what, unlike all that are `taken`."""
    data = material.name or "my takes"
    if sweep:
        name = f"Sweep on {data}"
    elif start is not None:
        name = f"{start.name} + {data}"
    else:
        name = f"{data} {choices.layers} × {choices.units}"
    if len(name) > _LONGEST:
        name = name[: _LONGEST - 1].rstrip() + "…"
    known = {each.casefold() for each in taken}
    number, candidate = 2, name
    while candidate.casefold() in known:
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def data_name(plan: DataPlan, takes: bool) -> str:
    """A name for all that `plan` trains on; `takes` says whether any of the user's recordings is used."""
    sources = [source.name for source in plan.sources if source.enabled and (takes or not source.is_takes)]
    words = " + ".join(sources[:2]) + (f" + {len(sources) - 2} more" if len(sources) > 2 else "")
    chosen = [", ".join(plan.styles), "beats" if plan.beats_only else "", "fills" if plan.fills_only else ""]
    return " · ".join(word for word in (words, *chosen) if word)


def drum_words(drums: int) -> str:
    """The encoding, for people."""
    return "one drum" if drums == 1 else "nine drums"


def device_words(device: str) -> str:
    """A device, for people."""
    words = {"auto": "Automatic", "cpu": "Processor", "cuda": "CUDA", "mps": "Apple GPU"}
    return words[device]


def kind_words(kind: str) -> str:
    """A kind of network, for people."""
    return {DRUM_RNN: "Drum RNN", GROOVE_MEMORY: "Groove memory"}[kind]
