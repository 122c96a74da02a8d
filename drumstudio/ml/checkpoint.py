"""Model files: safetensors that say in their own header what they are.

The header's metadata holds strings: `format`, `format_version`, `app_version`, `name`, and as JSON
`network`, `encoding` and `training`; `weights_sha256` is the digest of the weights, `notes`, where it
is there, what the user wrote about the model.  Files are written whole or not at all, and read
without ever running anything from them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from drumstudio import __version__
from drumstudio.errors import CheckpointError
from drumstudio.ml.config import NetworkConfig
from drumstudio.ml.encoding import Encoding
from drumstudio.paths import write_atomically

FORMAT = "drumstudio-model"
FORMAT_VERSION = 1
SUFFIX = ".safetensors"
# A model's header is a few thousand bytes; one that claims more than this is none, and is not read.
MAX_HEADER = 1 << 22

_KEYS = (
    "format",
    "format_version",
    "app_version",
    "name",
    "network",
    "encoding",
    "training",
    "weights_sha256",
    "notes",
)

Weights = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Origin:
    """A model that another was fine-tuned from, as its own header told it; `weights` is their digest."""

    name: str = ""
    weights: str = ""
    data: str = ""
    licence: str = ""
    fingerprint: str = ""
    splits: dict[str, int] = field(default_factory=dict)
    steps: int = 0
    validation_perplexity: float | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """How a model came to be.

    Perplexities are per step; `validation_perplexity` is None where nothing was held out.
    `data` names the data set with its licence, `fingerprint` is the digest of what was used of
    it, `splits` the number of sequences in each split, `styles` those that were trained on.
    `figures` holds the perplexities of groups of what `figures_of` names ("rock beats", "all"),
    `date` the day of the training as 2026-11-22.  `origins` are the models it was fine-tuned from, its base
    first, then the base of that; all else tells of the last training alone.
    """

    steps: int = 0
    perplexity: float | None = None
    validation_perplexity: float | None = None
    seed: int = 0
    batch: int = 64
    window: int = 0
    learning_rate: float = 0.0
    data: str = ""
    licence: str = ""
    fingerprint: str = ""
    splits: dict[str, int] = field(default_factory=dict)
    styles: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    figures_of: str = ""
    date: str = ""
    origins: tuple[Origin, ...] = ()

    @property
    def base(self) -> str:
        """Name of the model it was fine-tuned from, "" where it began from nothing."""
        return self.origins[0].name if self.origins else ""

    @property
    def licences(self) -> str:
        """The licences of all data that went in, also by way of what it was fine-tuned from."""
        each = (self.licence, *(origin.licence for origin in self.origins))
        return "; ".join(dict.fromkeys(licence for licence in each if licence))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model without its weights; `notes` are the user's own words about it."""

    name: str
    network: NetworkConfig
    encoding: Encoding
    training: Training
    app_version: str = __version__
    notes: str = ""


def save(path: Path, checkpoint: Checkpoint, weights: Weights) -> None:
    """Write `checkpoint` and `weights` to `path` whole or not at all; CheckpointError where it cannot."""
    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "app_version": checkpoint.app_version,
        "name": checkpoint.name,
        "network": json.dumps(checkpoint.network.to_json()),
        "encoding": json.dumps(asdict(checkpoint.encoding)),
        "training": json.dumps(asdict(checkpoint.training)),
        "weights_sha256": digest(weights),
    }
    if checkpoint.notes:
        metadata["notes"] = checkpoint.notes
    write_tensors(path, weights, metadata)


def relabel(path: Path, *, name: str | None = None, notes: str | None = None) -> None:
    """Write another name, other notes or both into the header of the model at `path`.

    Everything else stays, what later versions wrote there too, and the weights keep their digest.  A
    crash leaves the old file or the new one.  CheckpointError where the model cannot be used or written.
    """
    _, metadata, weights = _loaded(path)
    write_tensors(path, weights, _relabelled(metadata, name, notes))


def copy_model(source: Path, target: Path, *, name: str | None = None) -> None:
    """Write the model at `source`, whose weights must be right, to `target`, called `name` if given."""
    _, metadata, weights = _loaded(source)
    write_tensors(target, weights, _relabelled(metadata, name, None))


def _relabelled(metadata: dict[str, str], name: str | None, notes: str | None) -> dict[str, str]:
    labels = {"name": name, "notes": notes}
    wanted = metadata | {key: value for key, value in labels.items() if value is not None}
    # The library reads the metadata in any order; as `save` writes it, a copy has the same bytes.
    return {key: wanted[key] for key in (*_KEYS, *sorted(wanted.keys() - set(_KEYS))) if key in wanted}


def load(path: Path) -> tuple[Checkpoint, Weights]:
    """Model at `path` and its weights; CheckpointError where it is foreign, damaged or newer."""
    checkpoint, _, weights = _loaded(path)
    return checkpoint, weights


def _loaded(path: Path) -> tuple[Checkpoint, dict[str, str], Weights]:
    checkpoint, metadata = _described(path, read_metadata(path))
    weights = read_tensors(path)
    if digest(weights) != metadata.get("weights_sha256"):
        raise CheckpointError(f"{path} is damaged: its weights are not those that were written; copy it anew")
    return checkpoint, metadata, weights


def read_info(path: Path) -> Checkpoint:
    """What the header of the model at `path` says; the weights are not read."""
    return _described(path, read_metadata(path))[0]


def _described(path: Path, metadata: dict[str, str]) -> tuple[Checkpoint, dict[str, str]]:
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path} is not a model of DrumStudio; choose a file that `train` wrote")
    check_version(path, metadata, FORMAT_VERSION)
    try:
        network = NetworkConfig.from_json(json.loads(metadata["network"]))
        encoding = json.loads(metadata["encoding"])
        known = {one.name for one in fields(Training)}
        training = {name: value for name, value in json.loads(metadata["training"]).items() if name in known}
        training["styles"] = tuple(str(style) for style in training.get("styles", ()))
        training["origins"] = tuple(_origin(each) for each in training.get("origins", ()))
        checkpoint = Checkpoint(
            name=metadata["name"],
            network=network,
            encoding=Encoding(int(encoding["drums"]), int(encoding["steps_per_quarter"])),
            training=_checked(Training(**training)),
            app_version=metadata.get("app_version", ""),
            notes=metadata.get("notes", ""),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is damaged: its description cannot be read ({error}); copy it anew"
        ) from error
    return checkpoint, metadata


def _origin(told: dict[str, Any]) -> Origin:
    """The origin that `told` describes; ValueError or AttributeError where it cannot be one."""
    known = {one.name for one in fields(Origin)}
    origin = Origin(**{name: value for name, value in told.items() if name in known})
    words = (origin.name, origin.weights, origin.data, origin.licence, origin.fingerprint)
    if not all(isinstance(word, str) for word in words) or not isinstance(origin.splits, dict):
        raise ValueError("what it was fine-tuned from is not described")
    if not isinstance(origin.validation_perplexity, (int, float, type(None))):
        raise ValueError("a perplexity is not a number")
    return origin


def _checked(training: Training) -> Training:
    """`training` as it is, if what people are shown of it has the right types; else ValueError."""
    for name in ("perplexity", "validation_perplexity"):
        if not isinstance(getattr(training, name), (int, float, type(None))):
            raise ValueError(f"{name} is not a number")
    if not isinstance(training.steps, int) or not isinstance(training.splits, dict):
        raise ValueError("training is not described")
    figures = training.figures
    if not isinstance(figures, dict) or not all(isinstance(one, (int, float)) for one in figures.values()):
        raise ValueError("figures are not numbers")
    if not isinstance(training.figures_of, str) or not isinstance(training.date, str):
        raise ValueError("training is not described in words")
    return training


def check_version(path: Path, metadata: dict[str, str], newest: int) -> None:
    """CheckpointError where the file's format version is not one that this program reads."""
    version = metadata.get("format_version", "")
    if not version.isdecimal() or int(version[:9]) < 1:
        raise CheckpointError(f"{path} is damaged: it has no format version; copy it anew")
    if int(version[:9]) > newest:
        raise CheckpointError(
            f"{path} was written by a newer DrumStudio (format {version[:9]}; this one reads {newest}); "
            "update the program"
        )


def digest(weights: Weights) -> str:
    """SHA-256 of names, shapes and values, in the order of the names."""
    total = hashlib.sha256()
    for name in sorted(weights):
        total.update(f"{name} {weights[name].shape} {weights[name].dtype}\n".encode())
        total.update(weights[name].tobytes())
    return total.hexdigest()


def write_tensors(path: Path, tensors: dict[str, npt.NDArray[Any]], metadata: dict[str, str]) -> None:
    """Write a safetensors file: the same bytes for the same content, whole or not at all.

    The library's own writer orders the metadata at random, so the header is put together here
    (format: 8 bytes of header length, the header as JSON, the tensors one after the other).
    """
    header: dict[str, Any] = {"__metadata__": metadata}
    body = []
    offset = 0
    for name in sorted(tensors):
        value = tensors[name]
        kind = {"float16": "F16", "float32": "F32", "int64": "I64"}[value.dtype.name]
        header[name] = {
            "dtype": kind,
            "shape": list(value.shape),
            "data_offsets": [offset, offset + value.nbytes],
        }
        offset += value.nbytes
        body.append(value.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    try:
        write_atomically(path, b"".join([len(text).to_bytes(8, "little"), text, *body]))
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written: {error.strerror or error}") from error


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file; empty where it has none."""
    with _opened(path) as file:
        return dict(file.metadata() or {})


def read_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """All tensors of a safetensors file."""
    with _opened(path) as file:
        try:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(f"{path} is damaged ({error}); copy it anew") from error


def _opened(path: Path) -> Any:
    if not path.is_file():
        raise CheckpointError(f"there is no model at {path}; `drumstudio models` lists those there are")
    try:
        _look_first(path)
        return safe_open(path, framework="numpy")
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a model, or is damaged ({error}); choose another") from error
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}") from error


def _look_first(path: Path) -> None:
    """CheckpointError for what is no safetensors file by its first bytes, with the reason; OSError."""
    with path.open("rb") as file:
        begins = file.read(8)
    length = int.from_bytes(begins, "little")
    if length <= MAX_HEADER:
        return
    if begins[:2] == b"PK" or (begins[:1] == b"\x80" and begins[1] <= 5):
        raise CheckpointError(
            f"{path} is a pickle, which may hold a program: it is not opened; choose a {SUFFIX} file"
        )
    raise CheckpointError(
        f"{path} is not a model, or is damaged: no {SUFFIX} file begins like this; choose another"
    )
