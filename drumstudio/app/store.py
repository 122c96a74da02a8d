"""Project files: versioned JSON, migrated step by step, written atomically.

A file is `{"format": "drumstudio-project", "format_version": n, "app_version": "...",
"project": {...}}`.  Hits stand as `[step, drum, velocity, ticks, chance]`, the offset in whole
ticks of 480 to the quarter, so that a project comes back exactly as it was.  Version 2 has the
dials, for the project and each kept continuation, and what is locked and marked in a pattern.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drumstudio import __version__
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import MAX_WILDNESS, MIDDLE, Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane, Project
from drumstudio.domain.timing import Grid, Meter
from drumstudio.errors import ProjectError
from drumstudio.paths import write_atomically

FORMAT = "drumstudio-project"
FORMAT_VERSION = 2
SUFFIX = ".drumstudio"
# A project of an hour of dense playing has about 2 MB; whatever is larger is something else.
MAX_BYTES = 64 * 1024 * 1024

Json = dict[str, Any]
Migration = Callable[[Json], Json]


def _from_version_1(whole: Json) -> Json:
    """Dials, locks and fill marks came with version 2; a continuation had a temperature alone."""
    project = whole["project"]
    middle = dials_to_json(MIDDLE)

    def pattern(old: Json) -> Json:
        return {**old, "locked_bars": [], "locked_cells": [], "fill_bars": []}

    def candidate(old: Json) -> Json:
        made = {name: value for name, value in old.items() if name != "temperature"}
        wildness = min(MAX_WILDNESS, max(0.0, float(old["temperature"])))
        # Nothing but the temperature was asked for: no fills, no crash.
        dials = {**middle, "wildness": wildness, "fills": 0, "crash": False}
        return {**made, "pattern": pattern(old["pattern"]), "dials": dials, "mode": Mode.CONTINUE.value}

    return {
        **whole,
        "project": {
            **project,
            "patterns": [pattern(old) for old in project["patterns"]],
            "kept": [candidate(old) for old in project["kept"]],
            "dials": middle,
        },
    }


# Version n -> pure function from a whole file of version n to one of version n + 1.
MIGRATIONS: Mapping[int, Migration] = {1: _from_version_1}

_DRUMS = {drum.name.lower(): drum for drum in Drum}


class _DamagedError(ValueError):
    """What is wrong inside a file, in words; becomes a ProjectError that names the file."""


def save_project(project: Project, path: Path) -> None:
    """Write `project` to `path`, all of it or nothing.  Raises ProjectError."""
    try:
        write_atomically(path, encode(project))
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written ({error.strerror or error}); save it under another name or elsewhere"
        ) from error


def load_project(path: Path) -> Project:
    """Read a project file of this or any earlier version.  Raises ProjectError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise ProjectError(f"{path} cannot be read ({reason})") from error
    return decode(data, str(path))


def encode(project: Project) -> bytes:
    """The bytes of a project file."""
    whole = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "app_version": __version__,
        "project": project_to_json(project),
    }
    return (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def decode(data: bytes, name: str) -> Project:
    """The project in the bytes of a file called `name`.  Raises ProjectError."""
    if len(data) > MAX_BYTES:
        raise ProjectError(f"{name} is not a DrumStudio project: it is larger than any project can be")
    try:
        whole = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{name} is not a DrumStudio project, or it is damaged") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ProjectError(f"{name} is not a DrumStudio project")
    whole = migrated(whole, name)
    try:
        return project_from_json(whole["project"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
        raise ProjectError(f"{name} is damaged: {reason}") from error


def migrated(
    whole: Json, name: str, migrations: Mapping[int, Migration] = MIGRATIONS, target: int = FORMAT_VERSION
) -> Json:
    """A file of any earlier version as one of version `target`; a newer one is refused."""
    version = whole.get("format_version")
    if type(version) is not int or version < 1:
        raise ProjectError(f"{name} is damaged: it does not say which version of the format it has")
    if version > target:
        app = str(whole.get("app_version", ""))[:20]
        raise ProjectError(
            f"{name} was made by a newer DrumStudio{f' ({app})' if app else ''}; update this one to open it"
        )
    for step in range(version, target):
        try:
            whole = {**migrations[step](whole), "format_version": step + 1}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProjectError(f"{name} is damaged: its version {step} content cannot be read") from error
    return whole


def project_to_json(project: Project) -> Json:
    """`project` as plain JSON values."""
    return {
        "qpm": project.qpm,
        "current": project.current,
        "lanes": {
            drum.name.lower(): {
                "muted": project.lanes[drum].muted,
                "soloed": project.lanes[drum].soloed,
                "locked": project.lanes[drum].locked,
            }
            for drum in Drum
        },
        "patterns": [_pattern_to_json(pattern) for pattern in project.patterns],
        "kept": [_candidate_to_json(candidate) for candidate in project.kept],
        "dials": dials_to_json(project.dials),
    }


def project_from_json(value: object) -> Project:
    """The project of plain JSON values; raises KeyError, TypeError or ValueError where they are not one."""
    table = _table(value, "the project")
    lanes = _table(table["lanes"], "the list of lanes")
    return Project(
        patterns=tuple(_pattern_from_json(entry) for entry in _list(table["patterns"], "patterns")),
        current=_whole(table["current"], "current"),
        qpm=_number(table["qpm"], "qpm"),
        lanes=tuple(_lane_from_json(lanes[drum.name.lower()]) for drum in Drum),
        kept=tuple(_candidate_from_json(entry) for entry in _list(table["kept"], "kept")),
        dials=dials_from_json(table["dials"]),
    )


def _pattern_to_json(pattern: Pattern) -> Json:
    size = pattern.grid.ticks_per_step
    return {
        "meter": [pattern.grid.meter.numerator, pattern.grid.meter.denominator],
        "steps_per_quarter": pattern.grid.steps_per_quarter,
        "bars": pattern.bars,
        "swing": pattern.swing,
        "seam": pattern.seam,
        "hits": [
            [hit.step, hit.drum.name.lower(), hit.velocity, round(hit.offset * size), hit.chance]
            for hit in pattern.hits
        ],
        "locked_bars": sorted(pattern.locked_bars),
        "locked_cells": [[step, Drum(drum).name.lower()] for step, drum in sorted(pattern.locked_cells)],
        "fill_bars": sorted(pattern.fill_bars),
    }


def _pattern_from_json(value: object) -> Pattern:
    table = _table(value, "a pattern")
    numerator, denominator = _list(table["meter"], "meter", 2)
    meter = Meter(_whole(numerator, "meter"), _whole(denominator, "meter"))
    grid = Grid(meter, _whole(table["steps_per_quarter"], "steps_per_quarter"))
    seam = table["seam"]
    return Pattern(
        grid=grid,
        bars=_whole(table["bars"], "bars"),
        hits=tuple(_hit_from_json(entry, grid) for entry in _list(table["hits"], "hits")),
        swing=_number(table["swing"], "swing"),
        seam=None if seam is None else _whole(seam, "seam"),
        locked_bars=_bars_from_json(table["locked_bars"], "locked bars"),
        locked_cells=frozenset(
            _cell_from_json(cell) for cell in _list(table["locked_cells"], "locked cells")
        ),
        fill_bars=_bars_from_json(table["fill_bars"], "bars with fills"),
    )


def _hit_from_json(value: object, grid: Grid) -> Hit:
    step, name, velocity, ticks, chance = _list(value, "a hit", 5)
    return Hit(
        _whole(step, "step"),
        _drum(name),
        _whole(velocity, "velocity"),
        _whole(ticks, "offset") / grid.ticks_per_step,
        _number(chance, "chance"),
    )


def _cell_from_json(value: object) -> tuple[int, int]:
    step, name = _list(value, "a locked cell", 2)
    return _whole(step, "step"), int(_drum(name))


def _bars_from_json(value: object, what: str) -> frozenset[int]:
    return frozenset(_whole(bar, what) for bar in _list(value, what))


def dials_to_json(dials: Dials) -> Json:
    """`dials` as plain JSON values."""
    return asdict(dials)


def dials_from_json(value: object) -> Dials:
    """The dials of plain JSON values; raises KeyError, TypeError or ValueError where they are not some."""
    table = _table(value, "the dials")
    return Dials(
        stick=_number(table["stick"], "stick"),
        wildness=_number(table["wildness"], "wildness"),
        fills=_whole(table["fills"], "fills"),
        crash=_flag(table["crash"], "crash"),
        busyness=_number(table["busyness"], "busyness"),
        style=_text(table["style"], "style"),
        feel=_number(table["feel"], "feel"),
    )


def _candidate_to_json(candidate: Candidate) -> Json:
    return {
        "pattern": _pattern_to_json(candidate.pattern),
        "start": candidate.start,
        "steps": candidate.steps,
        "seed": candidate.seed,
        "index": candidate.index,
        "groove": candidate.groove,
        "name": candidate.name,
        "dials": dials_to_json(candidate.dials),
        "model": candidate.model,
        "mode": candidate.mode.value,
    }


def _candidate_from_json(value: object) -> Candidate:
    table = _table(value, "a kept continuation")
    return Candidate(
        pattern=_pattern_from_json(table["pattern"]),
        start=_whole(table["start"], "start"),
        steps=_whole(table["steps"], "steps"),
        seed=_whole(table["seed"], "seed"),
        index=_whole(table["index"], "index"),
        groove=_number(table["groove"], "groove"),
        name=_text(table["name"], "name"),
        dials=dials_from_json(table["dials"]),
        model=_text(table["model"], "model"),
        mode=Mode(_text(table["mode"], "mode")),
    )


def _lane_from_json(value: object) -> Lane:
    table = _table(value, "a lane")
    return Lane(*(_flag(table[key], key) for key in ("muted", "soloed", "locked")))


def _drum(value: object) -> Drum:
    if not isinstance(value, str) or value not in _DRUMS:
        raise _DamagedError(f"there is no drum {str(value)[:20]!r}")
    return _DRUMS[value]


def _flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise _DamagedError(f"{what} is neither on nor off")
    return value


def _table(value: object, what: str) -> Json:
    if not isinstance(value, dict):
        raise _DamagedError(f"{what} is not where it should be")
    return value


def _list(value: object, what: str, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise _DamagedError(f"{what} cannot be read")
    return value


def _whole(value: object, what: str) -> int:
    if type(value) is not int:
        raise _DamagedError(f"{what} is not a whole number")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise _DamagedError(f"{what} is not text")
    return value


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _DamagedError(f"{what} is not a number")
    return float(value)
