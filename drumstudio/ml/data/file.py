"""Saved data sets (.drumdata): a safetensors file, so that reading one can run no code.

Tensors: `events`, int16, all sequences one after the other, and `lengths`, int64.  Metadata: one
JSON text under `drumstudio-dataset` with `version`, `kit`, `map`, `quantise`, `sequences` and
`verdicts`.  Version 1 knew no feel: all its steps are straight.  With version 3 came what was found
in each file, and the remedies that would help.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save as tensors_to_bytes

from drumstudio.errors import DatasetError
from drumstudio.midi.feel import FEELS
from drumstudio.ml.data.cutting import AS_DRUM_RNN, QUANTISERS, STEPS_PER_QUARTER
from drumstudio.ml.data.remedies import from_json
from drumstudio.ml.data.sequences import MIN_BARS, SPLITS, Sequence
from drumstudio.ml.data.verdicts import Found, Offer, Verdict
from drumstudio.paths import write_atomically

VERSION = 3
_KEY = "drumstudio-dataset"
_NAMES = [field.name for field in fields(Sequence) if field.name != "events"]
_NAMES_1 = _NAMES[: _NAMES.index("piece") + 1]

# A bar of 255/1, the longest that a MIDI file can write, has 4080 16ths.
_LONGEST_BAR = 4096
_WRITTEN: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "int | None": (int, NoneType),
    "float | None": (int, float, NoneType),
}
_KINDS = {
    row: {one.name: _WRITTEN[str(one.type)] for one in fields(row) if str(one.type) in _WRITTEN}
    for row in (Sequence, Verdict, Found)
}
_Row = TypeVar("_Row", Sequence, Verdict, Found)

Parts = tuple[tuple[Sequence, ...], tuple[Verdict, ...], int, str, str]


def write(
    path: Path,
    sequences: tuple[Sequence, ...],
    verdicts: tuple[Verdict, ...],
    kit: int,
    drum_map: str,
    quantise: str,
) -> None:
    """Write a data set to `path`, whole or not at all.  Raises DatasetError."""
    content = {
        "version": VERSION,
        "kit": kit,
        "map": drum_map,
        "quantise": quantise,
        "sequences": [[getattr(sequence, name) for name in _NAMES] for sequence in sequences],
        "verdicts": [_written(verdict) for verdict in verdicts],
    }
    events = [sequence.events.astype(np.int16) for sequence in sequences]
    tensors: dict[str, NDArray[Any]] = {
        "events": np.concatenate(events) if events else np.zeros(0, dtype=np.int16),
        "lengths": np.array([len(one) for one in events], dtype=np.int64),
    }
    try:
        # A file's name may hold bytes that are no text; the surrogates that stand for them are escaped.
        write_atomically(path, tensors_to_bytes(tensors, {_KEY: json.dumps(content)}))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(
            f"{path} cannot be written ({reason}); choose another name or folder for the data set"
        ) from error


def _written(verdict: Verdict) -> dict[str, Any]:
    offers = [offer.as_json() for offer in verdict.remedies]
    return {**vars(verdict), "found": vars(verdict.found), "remedies": offers}


def read(path: Path) -> Parts:
    """Sequences, verdicts, kit, map and way to quantise of a saved data set.  Raises DatasetError."""
    try:
        tensors, text = _opened(path)
        return _decode(tensors, json.loads(text))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error
    except _ForeignError as error:
        raise DatasetError(f"{path} {error}") from error
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DatasetError(f"{path} is no data set, or is damaged; build it again from its files") from error


class _ForeignError(Exception):
    """What a well-formed file is instead of a data set of this version."""


def _opened(path: Path) -> tuple[dict[str, Any], str]:
    from safetensors import safe_open

    if not path.is_file():
        raise OSError(0, "it is not a file" if path.exists() else "it is not there")
    with safe_open(str(path), framework="np") as file:
        metadata = file.metadata() or {}
        if _KEY not in metadata:
            raise _ForeignError("is no data set; name a .drumdata file or a folder of MIDI files")
        return {name: file.get_tensor(name) for name in ("events", "lengths")}, metadata[_KEY]


def _decode(tensors: dict[str, Any], content: dict[str, Any]) -> Parts:
    if content["version"] > VERSION:
        raise _ForeignError("was written by a newer DrumStudio; update this one")
    events, lengths = tensors["events"], tensors["lengths"]
    kit, quantise = content["kit"], content.get("quantise", AS_DRUM_RNN)
    if (
        quantise not in QUANTISERS
        or kit not in (1, 9)
        or events.dtype != np.int16
        or lengths.dtype != np.int64
    ):
        raise ValueError("kit or events of a wrong kind")
    if (
        (lengths < MIN_BARS).any()
        or lengths.sum() != len(events)
        or len(lengths) != len(content["sequences"])
    ):
        raise ValueError("lengths that do not add up")
    if len(events) and (events.min() < 0 or events.max() >= 1 << kit):
        raise ValueError("events beyond the kit")
    names = _NAMES if content["version"] > 1 else _NAMES_1
    straight = {"steps_per_quarter": STEPS_PER_QUARTER[kit]}
    pieces = np.split(events, np.cumsum(lengths)[:-1]) if len(lengths) else []
    sequences = tuple(
        _sequence(straight | dict(zip(names, row, strict=True)), piece)
        for row, piece in zip(content["sequences"], pieces, strict=True)
    )
    verdicts = tuple(_verdict(row) for row in content["verdicts"])
    return sequences, verdicts, kit, str(content["map"]), quantise


def _sequence(row: dict[str, Any], events: Any) -> Sequence:
    if row["split"] not in SPLITS or not 0 < row["steps_per_bar"] <= _LONGEST_BAR:
        raise ValueError("a sequence of an unknown split, without bars or with endless ones")
    if row.get("feel", FEELS[0]) not in FEELS or row["steps_per_quarter"] not in (2, 3, 4):
        raise ValueError("a sequence of an unknown feel")
    return _checked(Sequence(events=events, **row))


def _verdict(row: dict[str, Any]) -> Verdict:
    found = Found(**{name: _tuples(value) for name, value in row.get("found", {}).items()})
    if not all(isinstance(one, str) for one in found.meters):
        raise ValueError("meters of a wrong kind")
    offers = tuple(
        Offer(str(one["file"]), str(one["kind"]), str(one["label"]), from_json(one["remedy"]))
        for one in row.get("remedies", ())
    )
    return _checked(Verdict(**{**row, "found": _checked(found), "remedies": offers}))


def _tuples(value: Any) -> Any:
    """JSON's lists as tuples; anything but numbers and texts in them is a ValueError."""
    if isinstance(value, list):
        return tuple(_tuples(one) for one in value)
    if not isinstance(value, int | float | str):
        raise ValueError("something found of a wrong kind")
    return value


def _checked(one: _Row) -> _Row:
    """`one` as it is, if its fields are of their kinds; else ValueError."""
    kinds = _KINDS[type(one)]
    if not all(type(getattr(one, name)) in allowed for name, allowed in kinds.items()):
        raise ValueError("a field of a wrong kind")
    return one
