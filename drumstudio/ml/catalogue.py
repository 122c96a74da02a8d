"""The drummers that are installed: those that came with the program, and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drumstudio import paths
from drumstudio.errors import CheckpointError
from drumstudio.ml.checkpoint import SUFFIX, read_info
from drumstudio.ml.feel.file import FILE as FEEL_FILE

# The one the window begins with.
_DEFAULT = "groove_drummer" + SUFFIX
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model file, by its header alone.

    `trained_on` says with what, `base` on top of which other drummer, and `date` when; `licence` is that
    of all data that went in.  `perplexity` is that of its validation split, `figures` those of groups of
    what `figures_of` names; `splits` how many sequences there were to learn from and to be measured on;
    `size` in bytes.  `styles` and `fills` say what it can be asked for, `notes` what its owner wrote
    about it.  A file that cannot be used has its `problem` in words and its file's name as name.
    """

    path: Path
    name: str
    shipped: bool
    network: str = ""
    kind: str = ""
    encoding: str = ""
    trained_on: str = ""
    licence: str = ""
    steps: int = 0
    perplexity: float | None = None
    figures: dict[str, float] = field(default_factory=dict)
    figures_of: str = ""
    date: str = ""
    size: int = 0
    styles: tuple[str, ...] = ()
    fills: bool = False
    problem: str | None = None
    notes: str = ""
    base: str = ""
    splits: dict[str, int] = field(default_factory=dict)


def tidy(name: str) -> str:
    """`name` on one line, without what cannot be printed, of at most 60 letters."""
    kept = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(kept.split())[:_MAX_NAME].strip()


def describe(path: Path, shipped: bool = False) -> ModelInfo:
    """What the header of the file at `path` says; a file that cannot be used has a `problem`."""
    try:
        found = read_info(path)
    except CheckpointError as error:
        return ModelInfo(path, tidy(path.stem), shipped, problem=str(error))
    training = found.training
    return ModelInfo(
        path=path,
        name=tidy(found.name) or path.stem,
        shipped=shipped,
        network=found.network.label,
        kind=found.network.kind,
        encoding="nine drums" if found.encoding.drums > 1 else "one drum",
        trained_on=training.data,
        licence=training.licences,
        steps=training.steps,
        perplexity=training.validation_perplexity,
        figures=training.figures,
        figures_of=training.figures_of,
        date=training.date,
        size=path.stat().st_size,
        styles=found.network.styles,
        fills=found.network.fills,
        notes=found.notes,
        base=training.base,
        splits={str(name): count for name, count in training.splits.items() if isinstance(count, int)},
    )


def list_models() -> list[ModelInfo]:
    """Shipped drummers, the default first, then the user's by file name; damaged ones too."""
    files = [path for path in paths.shipped_models().glob("*" + SUFFIX) if path.name != FEEL_FILE]
    shipped = sorted(files, key=lambda path: (path.name != _DEFAULT, path.name))
    own = sorted(paths.user_models().glob("*" + SUFFIX))
    return [describe(path, True) for path in shipped] + [describe(path) for path in own]


def in_use(models: Sequence[ModelInfo], wanted: str) -> ModelInfo | None:
    """Of `models` the one at the path `wanted`, else the first that can be used."""
    usable = [model for model in models if model.problem is None]
    return next((model for model in usable if str(model.path) == wanted), usable[0] if usable else None)


def default_model() -> ModelInfo:
    """The first model that can be used; CheckpointError where there is none."""
    model = in_use(list_models(), "")
    if model is not None:
        return model
    raise CheckpointError(f"no drummer is installed; train one, or put a model into {paths.user_models()}")


def find_model(wanted: str | None) -> Path:
    """Path of the model that `wanted` means: a file, or the name or file name of an installed one.

    None means the default; CheckpointError where nothing fits.
    """
    if wanted is None:
        return default_model().path
    path = Path(wanted)
    if path.suffix == SUFFIX and path.is_file():
        return path
    for model in list_models():
        if wanted in (model.name, model.path.name, model.path.stem):
            return model.path
    if path.is_file():
        return path
    raise CheckpointError(f"there is no model {wanted!r}; `drumstudio models` lists those there are")
