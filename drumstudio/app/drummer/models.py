"""The user's own drummers: renamed, noted about, deleted with a way back, exported and imported.

A model's name and notes stand in its header; its file keeps the name it was made with, since
projects remember by it which drummer played what they keep.  Nothing is ever run from a file.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from drumstudio import paths
from drumstudio.errors import CheckpointError
from drumstudio.ml import checkpoint
from drumstudio.ml.catalogue import ModelInfo, describe, list_models, tidy
from drumstudio.ml.checkpoint import SUFFIX

MAX_NOTES = 4000
# The largest network that can be described takes less than this.
MAX_BYTES = 2 << 30
_TRASH = "trash"


def rename_model(path: Path, name: str) -> str:
    """Call the user's model at `path` otherwise; gives the name as it was taken.

    Raises CheckpointError where it is shipped or damaged, or the name is empty or another's.
    """
    info = _own(path, "renamed")
    wanted = tidy(name)
    if not wanted:
        raise CheckpointError("a drummer needs a name; type one")
    if any(wanted.casefold() == other.name.casefold() for other in list_models() if other.path != path):
        raise CheckpointError(f"there is a drummer {wanted} already; choose another name")
    if wanted != info.name:
        checkpoint.relabel(path, name=wanted)
    return wanted


def set_notes(path: Path, notes: str) -> None:
    """Write `notes` into the user's model at `path`, where they stay when it is exported.

    Raises CheckpointError where it is shipped or damaged, or the notes are too long.
    """
    info = _own(path, "given notes")
    if len(notes) > MAX_NOTES:
        raise CheckpointError(f"notes are at most {MAX_NOTES} letters, not {len(notes)}; shorten them")
    if notes != info.notes:
        checkpoint.relabel(path, notes=notes)


def delete_model(path: Path) -> Path:
    """Move the user's model at `path`, damaged or not, to the trash; gives its place there.

    Raises CheckpointError where it is shipped or gone.
    """
    _own(path, "deleted", damaged=True)
    if not path.is_file():
        raise CheckpointError(f"there is no model at {path} any more; it was deleted or moved")
    trashed = paths.user_models() / _TRASH / f"{time.time_ns():020d}" / path.name
    _move(path, trashed)
    return trashed


def restore_model(trashed: Path) -> Path:
    """Bring back what :func:`delete_model` moved to `trashed`; gives its path.  Raises CheckpointError."""
    target = free_path(trashed.stem)
    _move(trashed, target)
    with contextlib.suppress(OSError):
        trashed.parent.rmdir()
    return target


def export_model(path: Path, target: Path) -> Path:
    """Write a copy of the model at `path`, name and notes included, to `target`; gives its path.

    Raises CheckpointError where the model is damaged or the copy cannot be written.
    """
    if target.suffix.lower() != SUFFIX:
        target = target.with_name(target.name + SUFFIX)
    if paths.is_same_file(path, target):
        raise CheckpointError(f"{target} is the drummer itself; choose another name or folder")
    checkpoint.copy_model(path, target)
    return target


def import_model(source: Path) -> Path:
    """Copy the model at `source` among the user's own; gives its path there.

    Where another drummer is called the same, the copy gets a number.  Raises CheckpointError where the
    file is foreign, damaged or newer, or where the user has this very model already.
    """
    name = _checked(source)
    models = list_models()
    twin = find_twin(source, models)
    if twin is not None:
        raise CheckpointError(f"{source.name} is here already, as {twin.name}; nothing was copied")
    target = free_path(name)
    checkpoint.copy_model(source, target, name=_free_name(name, models))
    return target


def find_twin(source: Path, models: list[ModelInfo] | None = None) -> ModelInfo | None:
    """The user's own drummer, of `models`, that is the very model at `source`; None without one."""
    among = list_models() if models is None else models
    return next((one for one in among if not one.shipped and _same(one, source)), None)


def free_path(name: str) -> Path:
    """A path among the user's models for a drummer called `name` that no file has."""
    letters = "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in name)
    stem = letters.strip("._")[:60] or "drummer"
    free, count = paths.user_models() / f"{stem}{SUFFIX}", 1
    while free.exists() or free.is_symlink():
        count += 1
        free = free.with_name(f"{stem}_{count}{SUFFIX}")
    return free


def _checked(source: Path) -> str:
    """Name of the model at `source`, which is found to be whole and playable; CheckpointError otherwise."""
    import numpy as np

    from drumstudio.ml.playing.sampler import Sampler

    try:
        size = source.stat().st_size if source.is_file() else 0
    except OSError as error:
        raise CheckpointError(f"{source} cannot be read: {error.strerror or error}") from error
    if size > MAX_BYTES:
        raise CheckpointError(f"{source} is larger than any model of DrumStudio; choose another file")
    found, weights = checkpoint.load(source)
    try:
        Sampler(found, weights)
    except CheckpointError as error:
        raise CheckpointError(f"{source}: {error}") from error
    if not all(np.isfinite(values).all() for values in weights.values()):
        raise CheckpointError(f"{source} cannot play: some of its weights are no numbers; train it anew")
    return tidy(found.name) or tidy(source.stem) or "Drummer"


def _same(one: ModelInfo, source: Path) -> bool:
    """Whether the installed model `one` is that at `source`: weights, and what its owner wrote."""
    if one.problem is not None:
        return False
    ours, theirs = checkpoint.read_metadata(one.path), checkpoint.read_metadata(source)
    keys = ("weights_sha256", "name", "notes")
    return all(ours.get(key) == theirs.get(key) for key in keys)


def _free_name(name: str, models: list[ModelInfo]) -> str:
    taken = {one.name.casefold() for one in models}
    free, count = name, 1
    while free.casefold() in taken:
        count += 1
        free = f"{name} {count}"
    return free


def _own(path: Path, what: str, damaged: bool = False) -> ModelInfo:
    """The user's model at `path`; CheckpointError where it is not theirs to be `what`, or not usable."""
    shipped = path.resolve().parent == paths.shipped_models().resolve()
    info = describe(path, shipped)
    if shipped:
        raise CheckpointError(f"{info.name} came with the program and cannot be {what}; make a copy of it")
    if path.parent.resolve() != paths.user_models().resolve():
        raise CheckpointError(f"{path} is not among your drummers; import it first")
    if info.problem is not None and not damaged:
        raise CheckpointError(info.problem)
    return info


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    except OSError as error:
        raise CheckpointError(f"{source} cannot be moved ({error.strerror or error})") from error
