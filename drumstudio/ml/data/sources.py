"""Finding MIDI files and what is known of them: folders, info.csv, and telling file names.

`info.csv` is the Groove MIDI Dataset's: one row a file with `midi_filename` relative to the
table's own folder, and `style`, `bpm`, `beat_type`, `time_signature`, `drummer`, `split`.  It is
looked for in the folder of each file and in every folder above.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from drumstudio import paths
from drumstudio.errors import DatasetError, NoFilesError
from drumstudio.midi.maps import GROOVE_NAME

SUFFIX = ".drumdata"
_MIDI_SUFFIXES = {".mid", ".midi", ".smf", ".rmi", ".kar"}
_TABLE = "info.csv"
_MAX_TABLE = 64 << 20
_SPLIT_NAMES = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Info:
    """What is known of a file apart from its notes; "" and None where nothing is."""

    style: str = ""
    beat_type: str = ""
    drummer: str = ""
    split: str = ""
    meter: tuple[int, int] | None = None
    qpm: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: `path` as given or found, `name` its path within the table's or source's folder,
    `given` what was named to find it."""

    path: Path
    name: str
    info: Info
    given: str = ""


def find_sources(given: Iterable[str | Path], labels: Mapping[str, str] | None = None) -> list[Source]:
    """All MIDI files among files and folders, and data sets that are named, each once, by path.

    `labels` give the style of the files of what is named, where nothing else says it.

    A file that was named is taken whatever it is called; folders are searched with all below
    them, for what is called a MIDI file.  Data sets in folders are not taken: they may hold the
    same files again; nor are takes that were deleted.  Raises DatasetError where something named is not
    there, and NoFilesError where nothing is found.
    """
    tables = _Tables()
    found: dict[str, Source] = {}
    named = [Path(item) for item in given]
    for item in named:
        for path in _files(item):
            real = os.path.realpath(path)
            if real not in found:
                style = labels.get(str(item), "") if labels else ""
                found[real] = _labelled(tables.source(path, item), item, style)
    if not found:
        places = ", ".join(str(item) for item in named) or "nothing"
        raise NoFilesError(f"there are no MIDI files in {places}; name a folder that holds some")
    return sorted(found.values(), key=lambda source: str(source.path))


def source_of(path: Path) -> Source:
    """One file by itself, with what a table near it or its name tells."""
    return _Tables().source(path, path)


def _labelled(source: Source, given: Path, style: str) -> Source:
    """The source, found in what was `given`; of `style` where nothing says of which it is."""
    info = replace(source.info, style=style) if style and not source.info.style else source.info
    return replace(source, info=info, given=str(given))


def _files(item: Path) -> Iterable[Path]:
    try:
        if not item.is_dir():
            if not item.exists() and not item.is_symlink():
                raise DatasetError(f"{item} is not there; check the name")
            return [item]
    except (OSError, ValueError) as error:
        raise DatasetError(f"{item} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    # Links to folders are not followed, lest they lead round; a folder that cannot be read is a file that
    # cannot.
    closed: list[str] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(item, onerror=lambda error: closed.append(str(error.filename)))
        if not _deleted(folder)
        for name in names
        if name[name.rfind(".") :].lower() in _MIDI_SUFFIXES and not name.startswith(".")
    ]
    return [*found, *map(Path, closed)]


def _deleted(folder: str) -> bool:
    """Whether `folder` is that of deleted takes, or one in it."""
    own = str(paths.deleted_takes())
    found = os.path.abspath(folder)  # noqa: PTH100 - links keep the name they are found by
    return found == own or found.startswith(own + os.sep)


class _Tables:
    """The info.csv that counts for each folder, read once."""

    def __init__(self) -> None:
        self._nearest: dict[Path, tuple[Path, dict[str, Info]] | None] = {}

    def source(self, path: Path, given: Path) -> Source:
        """Source of the file at `path`, found in or as `given`."""
        folder = Path(os.path.abspath(path.parent))  # noqa: PTH100 - links keep the name they are found by
        table = self._table(folder)
        if table is not None:
            root, rows = table
            name = (folder / path.name).relative_to(root).as_posix()
            if name in rows:
                return Source(path, name, rows[name])
        name = path.relative_to(given).as_posix() if path != given else path.name
        return Source(path, name, info_of_name(path.stem))

    def _table(self, folder: Path) -> tuple[Path, dict[str, Info]] | None:
        if folder not in self._nearest:
            rows = _read_table(folder / _TABLE)
            if rows is not None:
                self._nearest[folder] = (folder, rows)
            else:
                self._nearest[folder] = None if folder.parent == folder else self._table(folder.parent)
        return self._nearest[folder]


def _read_table(path: Path) -> dict[str, Info] | None:
    """Rows of an info.csv by file name; None where there is no such table, or it is one of something else."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_TABLE:
            return None
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            rows = csv.DictReader(stream)
            if "midi_filename" not in (rows.fieldnames or ()):
                return None
            return {row["midi_filename"]: _info(row) for row in rows if row.get("midi_filename")}
    except (OSError, csv.Error):
        return None


def _info(row: dict[str, str | None]) -> Info:
    def text(name: str) -> str:
        return (row.get(name) or "").strip()

    return Info(
        text("style"),
        text("beat_type").lower(),
        text("drummer"),
        _SPLIT_NAMES.get(text("split").lower(), ""),
        _meter(*text("time_signature").replace("/", "-").partition("-")[::2]),
        _number(text("bpm")),
    )


def info_of_name(stem: str) -> Info:
    """What a name like `10_jazz-funk_116_fill_4-4` tells; nothing for other names."""
    match = GROOVE_NAME.match(stem)
    if match is None:
        return Info()
    _, style, tempo, beat_type, upper, lower = match.groups()
    return Info(style.replace("-", "/", 1), beat_type, meter=_meter(upper, lower), qpm=_number(tempo))


def _meter(upper: str, lower: str) -> tuple[int, int] | None:
    try:
        numerator, denominator = int(upper), int(lower)
    except ValueError:
        return None
    return (numerator, denominator) if 0 < numerator <= 255 and denominator in (1, 2, 4, 8, 16, 32) else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 1.0 <= number <= 1000.0 else None
