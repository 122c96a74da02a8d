"""Drum maps as data files: which note means which drum on which kit.

A file is a JSON object: `format`, `format_version`, `name` (of the file, without its ending),
`label` for people, `ports` (words by which a port of this kit is known), `notes` (drum -> note
numbers, the one to send first), `pads` (note number -> the pad's own name), and what
:class:`DrumMap` says of `pedal`, `chokes`, `foot` and `hat_by_pedal`, all of which may be left
out.  Shipped files stand in `resources/maps`, the user's own beside the takes and models.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from drumstudio import paths
from drumstudio.domain.drums import DRUM_MAPS, GENERAL_MIDI, MAGENTA, ROLAND, Drum, DrumMap
from drumstudio.errors import DrumMapError

FORMAT, FORMAT_VERSION = "drumstudio-map", 1
SUFFIX = ".json"
MAX_BYTES = 64 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TD = re.compile(r"TD-?\d+|V-?Drums", re.IGNORECASE)
# How surely struck notes tell a kit: the share of strokes on notes that its map does not know, and the
# log odds that a pedal's stream speaks for a module that has one.
_UNKNOWN, _PEDAL_WEIGHT = 0.002, 3.0
_DRUMS = {drum.name.lower(): drum for drum in Drum}


@dataclass(frozen=True, slots=True)
class KitMap:
    """A drum map with what people and ports call things; `own` when the user saved it."""

    drum_map: DrumMap
    pads: dict[int, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    own: bool = False

    @property
    def name(self) -> str:
        """Name on the command line and of the file."""
        return self.drum_map.name

    @property
    def label(self) -> str:
        """Name for people."""
        return self.drum_map.label

    def pad(self, note: int) -> str:
        """What the pad that sends `note` is called."""
        drum = self.drum_map.drum_of(note)
        return self.pads.get(note) or (f"note {note}" if drum is None else drum.label)


@dataclass(frozen=True, slots=True)
class KitMaps:
    """All maps by name, the shipped ones first; `problems` are sentences about files that cannot be used."""

    maps: dict[str, KitMap]
    problems: tuple[str, ...] = ()

    def get(self, name: str) -> KitMap:
        """The map called `name`.  Raises DrumMapError, listing the maps there are."""
        if name not in self.maps:
            told = " ".join(("", *self.problems))
            raise DrumMapError(f"there is no drum map {name!r}; there are {', '.join(self.maps)}{told}")
        return self.maps[name]

    def for_port(self, port: str) -> KitMap:
        """The map whose words `port` holds, the user's own first; else Roland's for its modules, else
        General MIDI."""
        return self.named_by(port) or self.maps[GENERAL_MIDI.name]

    def named_by(self, port: str) -> KitMap | None:
        """The map that the name of `port` speaks for, None where it says nothing."""
        low = port.lower()
        for kit in sorted(self.maps.values(), key=lambda kit: not kit.own):
            if any(word.lower() in low for word in kit.ports):
                return kit
        return self.maps[ROLAND.name] if _TD.search(port) else None

    def kits(self) -> list[KitMap]:
        """The maps that may be a kit's: all but Magenta's."""
        return [kit for kit in self.maps.values() if kit.name != MAGENTA.name]

    def only_one(self, fits: Callable[[KitMap], bool]) -> KitMap | None:
        """The one kit that `fits`, None where none or several do; of two kits of which one reads everything
        that the other does, and more besides, the other counts."""
        fitting = [kit for kit in self.kits() if not kit.own and fits(kit)]
        tables = [set(kit.drum_map.table().items()) for kit in fitting]
        least = [
            kit for kit, own in zip(fitting, tables, strict=True) if not any(other < own for other in tables)
        ]
        return least[0] if len(least) == 1 else None


def load_maps() -> KitMaps:
    """Every shipped map and every map of the user's; a damaged one of theirs is told, not raised."""
    maps = {name: KitMap(drum_map) for name, drum_map in DRUM_MAPS.items()}
    problems: list[str] = []
    for folder, own in ((paths.shipped_maps(), False), (paths.user_maps(), True)):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            try:
                kit = read_map(path, own)
            except DrumMapError as error:
                problems.append(str(error))
                continue
            if own and kit.name in maps:
                problems.append(f"{path} has the name of a shipped map and is not used; rename it")
            else:
                maps[kit.name] = kit
    return KitMaps(maps, tuple(problems))


def find_map(name: str) -> DrumMap:
    """The drum map called `name`, shipped or the user's.  Raises DrumMapError."""
    return DRUM_MAPS[name] if name in DRUM_MAPS else load_maps().get(name).drum_map


def read_map(path: Path, own: bool = True) -> KitMap:
    """The map in a file.  Raises DrumMapError with what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        content = json.loads(data[:MAX_BYTES].decode("utf-8"))
    except OSError as error:
        raise DrumMapError(f"{path} cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise DrumMapError(f"{path} is not a drum map: it holds no JSON") from error
    try:
        return _parsed(content, path.stem, own)
    except _DamagedError as error:
        raise DrumMapError(f"{path} {error}; correct or delete it") from error


def from_json(content: Any) -> KitMap:
    """The map that :func:`to_json` described.  Raises DrumMapError."""
    name = content.get("name") if isinstance(content, dict) else None
    try:
        return _parsed(content, name if isinstance(name, str) else "", own=False)
    except _DamagedError as error:
        raise DrumMapError(f"the drum map {error}") from error


def save_map(kit: KitMap) -> Path:
    """Write one of the user's own maps, replacing it if it is there.  Raises DrumMapError."""
    if not _NAME.fullmatch(kit.name):
        raise DrumMapError(
            f"a map cannot be called {kit.name!r}; use up to 40 small letters, digits, - and _, as my-kit"
        )
    if (paths.shipped_maps() / f"{kit.name}{SUFFIX}").exists() or kit.name in DRUM_MAPS:
        raise DrumMapError(f"{kit.name} is a map that comes with the program; choose another name")
    path = paths.user_maps() / f"{kit.name}{SUFFIX}"
    try:
        paths.write_atomically(path, encode(kit))
    except OSError as error:
        raise DrumMapError(f"{path} cannot be written ({error.strerror or error})") from error
    return path


def encode(kit: KitMap) -> bytes:
    """The bytes of a map's file."""
    return (json.dumps(to_json(kit), ensure_ascii=False, indent=1) + "\n").encode()


def to_json(kit: KitMap) -> dict[str, Any]:
    """A map as its file describes it."""
    drum_map = kit.drum_map
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": kit.name,
        "label": kit.label,
        "ports": list(kit.ports),
        "notes": {name: list(drum_map.notes[drum]) for name, drum in _DRUMS.items()},
        "pads": {str(note): name for note, name in kit.pads.items()},
        "pedal": drum_map.pedal,
        "chokes": list(drum_map.chokes),
        "foot": list(drum_map.foot),
        "hat_by_pedal": drum_map.hat_by_pedal,
    }


class _DamagedError(Exception):
    """What is wrong inside a file, in words."""


def _parsed(content: Any, stem: str, own: bool) -> KitMap:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _DamagedError("is not a drum map of this program")
    version = content.get("format_version")
    if not _number(version, 1):
        raise _DamagedError("does not say which version of the format it has")
    if version > FORMAT_VERSION:
        raise _DamagedError("was made by a newer version of this program")
    name, label = content.get("name"), content.get("label")
    if name != stem or not _NAME.fullmatch(stem):
        raise _DamagedError("must hold its own name: small letters, digits, - and _")
    if not isinstance(label, str) or not label.strip():
        raise _DamagedError('gives no "label"')
    flags = {key: content.get(key, False) for key in ("pedal", "hat_by_pedal")}
    if not all(isinstance(value, bool) for value in flags.values()):
        raise _DamagedError('gives "pedal" or "hat_by_pedal" neither as true nor as false')
    try:
        drum_map = DrumMap(
            stem,
            label.strip(),
            _notes(content.get("notes")),
            flags["pedal"],
            _numbers(content.get("chokes", []), "chokes"),
            _numbers(content.get("foot", []), "foot"),
            flags["hat_by_pedal"],
        )
    except ValueError as error:
        raise _DamagedError(f"cannot be used: {error}") from error
    ports = content.get("ports", [])
    if not isinstance(ports, list) or not all(isinstance(word, str) and word.strip() for word in ports):
        raise _DamagedError('gives "ports" that are not words')
    return KitMap(drum_map, _pads(content.get("pads", {})), tuple(ports), own)


def _notes(found: Any) -> tuple[tuple[int, ...], ...]:
    if not isinstance(found, dict) or set(found) != set(_DRUMS):
        raise _DamagedError(f'must give "notes" for each of {", ".join(_DRUMS)}')
    return tuple(_numbers(found[name], name) for name in _DRUMS)


def _numbers(found: Any, name: str) -> tuple[int, ...]:
    if not isinstance(found, list) or not all(_number(note, 0) for note in found):
        raise _DamagedError(f'gives "{name}" that are not note numbers')
    return tuple(found)


def _pads(found: Any) -> dict[int, str]:
    known = isinstance(found, dict) and all(
        re.fullmatch(r"\d{1,3}", note) and isinstance(name, str) for note, name in found.items()
    )
    if not known:
        raise _DamagedError('gives "pads" that are not names of note numbers')
    return {int(note): name for note, name in found.items()}


def _number(value: Any, least: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


@dataclass(frozen=True, slots=True)
class Recognition:
    """The kit that notes speak for; `certain` when no other explains them as well; `unknown` lists the
    notes that even the best does not know."""

    kit: KitMap
    certain: bool
    unknown: tuple[int, ...]


def recognise_kit(notes: Iterable[int], maps: KitMaps, pedal_moves: bool = False) -> Recognition | None:
    """The kit whose map explains the struck `notes` best, None without any.

    Each map is taken as sending each of its notes equally often: the smallest map that knows all
    of them wins.  `pedal_moves` tells that CC 4 came too.  Magenta's map, which is no kit's, is
    left out.
    """
    struck = sorted(set(notes))
    if not struck:
        return None

    def evidence(kit: KitMap) -> float:
        known = kit.drum_map.table()
        chance = math.log((1 - _UNKNOWN) / len(known))
        odds = sum(chance if note in known else math.log(_UNKNOWN / 128) for note in struck)
        return odds + (_PEDAL_WEIGHT if pedal_moves and kit.drum_map.pedal else 0.0)

    ranked = sorted(maps.kits(), key=evidence, reverse=True)
    best = ranked[0]
    table = best.drum_map.table()
    meant = {note: table.get(note) for note in struck}
    # A map that reads the very same drums out of these notes is no rival.
    rivals = [kit for kit in ranked[1:] if any(kit.drum_map.drum_of(n) is not d for n, d in meant.items())]
    certain = not rivals or evidence(best) - evidence(rivals[0]) > 1.0
    return Recognition(best, certain, tuple(note for note in struck if note not in table))


def told_apart(notes: Iterable[int], maps: KitMaps, pedal_moves: bool = False) -> KitMap | None:
    """The one shipped kit that knows all of the struck `notes`, None while none or several do.

    Where the pedal moves (CC 4), only modules that have one count.
    """
    struck = set(notes)
    return maps.only_one(
        lambda kit: struck <= kit.drum_map.table().keys() and (kit.drum_map.pedal or not pedal_moves)
    )
