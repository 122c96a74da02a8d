"""The user's takes: kept as files, listed, renamed, deleted with a way back, recovered after a crash."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drumstudio import paths
from drumstudio.app.takes import journal
from drumstudio.domain.cleaning import AS_USUAL, Cleaning, Interpretation, interpreted, take_pattern, timed
from drumstudio.domain.drums import DrumMap
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import PPQ, Grid, Meter, clamp_qpm
from drumstudio.errors import DrumMapError, TakeError
from drumstudio.midi.kit_maps import from_json
from drumstudio.midi.take_file import MAX_BYTES, decode_json, encode_json, encode_midi

MIDI, JSON = ".mid", ".json"


@dataclass(frozen=True, slots=True)
class KeptTake:
    """A take and the path of its MIDI file; the JSON file stands beside it."""

    path: Path
    take: Take
    cleaning: Cleaning

    @property
    def name(self) -> str:
        """Name for people and on the command line."""
        return self.path.stem

    def read(self) -> Interpretation:
        """The take's strokes."""
        return interpreted(self.take.arrivals, self.take.drum_map, self.cleaning)

    def pattern(self, grid: Grid | None = None, strength: float = 0.0) -> Pattern:
        """The take on `grid`, or on that of its feel, which may be triplets or swung; `strength` 0 keeps the
        timing as offsets, 1 none of it."""
        from drumstudio.midi.feel import recognise_feel  # brings numpy: not before the window
        from drumstudio.midi.importer import choose_grid

        take = self.take
        notes = timed(self.read().hits, take.qpm)
        meter = take.meter.numerator, take.meter.denominator
        feel = recognise_feel([note.tick for note in notes], PPQ, take.qpm, meter)
        late = feel.offset_seconds * take.qpm / 60.0 * PPQ
        if grid is not None:
            return take_pattern(take, self.cleaning, grid, strength, late=late)
        grid, swing = choose_grid(meter, notes, feel)
        return take_pattern(take, self.cleaning, grid, strength, swing, late)


@dataclass(frozen=True, slots=True)
class TakeList:
    """Takes by name; `problems` are sentences about files that cannot be read."""

    takes: tuple[KeptTake, ...]
    problems: tuple[str, ...] = ()


def save_take(path: Path, take: Take, cleaning: Cleaning | None = None) -> KeptTake:
    """Write a take as the MIDI file `path` and the JSON file beside it.  Raises TakeError."""
    path = path if path.suffix.lower() in (MIDI, ".midi") else path.with_name(path.name + MIDI)
    kept = KeptTake(path, take, cleaning or AS_USUAL)
    try:
        paths.write_atomically(path.with_suffix(JSON), encode_json(take, kept.cleaning))
        paths.write_atomically(path, encode_midi(take, path.stem))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TakeError(f"{path} cannot be written ({reason}); choose another name or folder") from error
    return kept


def load_take(path: Path) -> KeptTake:
    """The take whose MIDI or JSON file is `path`.  Raises TakeError."""
    source = path.with_suffix(JSON)
    try:
        with source.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TakeError(f"{source} cannot be read ({reason})") from error
    return KeptTake(source.with_suffix(MIDI), *decode_json(data, str(source)))


def reread(kept: KeptTake, cleaning: Cleaning | None = None, drum_map: DrumMap | None = None) -> KeptTake:
    """Read a take with other settings or another map, and keep that; what arrived stays.

    Raises TakeError.
    """
    take = kept.take if drum_map is None else replace(kept.take, drum_map=drum_map)
    return save_take(kept.path, take, cleaning or kept.cleaning)


def list_takes(folder: Path | None = None) -> TakeList:
    """The takes of a folder, by default the user's own."""
    takes, problems = [], []
    for path in sorted((folder or paths.user_takes()).glob(f"*{JSON}"), key=lambda path: path.stem):
        try:
            takes.append(load_take(path))
        except TakeError as error:
            problems.append(str(error))
    return TakeList(tuple(takes), tuple(problems))


def find_take(name: str) -> KeptTake:
    """One of the user's takes by its name.  Raises TakeError."""
    path = _file(name)
    if not path.with_suffix(JSON).exists():
        raise TakeError(f"there is no take {name!r}; drumstudio takes lists them")
    return load_take(path)


def new_name(recorded_at: float, folder: Path | None = None) -> Path:
    """A free name for a take of that moment, in the user's folder."""
    folder = folder or paths.user_takes()
    return free_path(folder / f"Take {time.strftime('%Y-%m-%d %H.%M.%S', time.localtime(recorded_at))}{MIDI}")


def rename_take(old: str, new: str) -> Path:
    """Give one of the user's takes another name; gives its new path.  Raises TakeError."""
    source, target = find_take(old).path, _file(new)
    if target.exists() or target.with_suffix(JSON).exists():
        raise TakeError(f"there is a take {new!r} already; choose another name")
    _move(source, target)
    return target


def delete_take(name: str) -> Path:
    """Move one of the user's takes to the trash; gives its place there.  Raises TakeError."""
    source = _file(name)
    if not source.exists() and not source.with_suffix(JSON).exists():
        raise TakeError(f"there is no take {name!r}; drumstudio takes lists them")
    place = paths.deleted_takes() / f"{time.time_ns():020d}"
    _move(source, place / source.name)
    return place


def restore_take(place: Path | None = None) -> Path:
    """Bring back the take at `place` in the trash, or the one deleted last; gives its path.

    Raises TakeError.
    """
    places = sorted(paths.deleted_takes().glob("*"), reverse=True) if place is None else [place]
    for folder in places:
        for path in sorted(folder.glob("*")):
            source = path.with_suffix(MIDI)
            target = free_path(paths.user_takes() / source.name)
            _move(source, target)
            folder.rmdir()
            return target
    raise TakeError("there is no deleted take to bring back")


def recover_takes() -> list[str]:
    """Make takes of the recordings that broke off; gives a sentence about each."""
    told = []
    for unfinished in journal.find_unfinished():
        try:
            told.append(_recovered(unfinished))
        except (DrumMapError, KeyError, ValueError, TypeError, OverflowError):
            told.append(f"{unfinished.path} cannot be read; it is left where it is.")
        except TakeError as error:
            told.append(f"A recording that broke off cannot be saved: {error}.")
    return told


def _recovered(unfinished: journal.Unfinished) -> str:
    head = unfinished.head
    at = float(head["recorded_at"])
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    if not unfinished.arrivals:
        journal.discard(unfinished.path)
        return f"A recording of {when} broke off before anything was played."
    take = take_of(head, unfinished.arrivals)
    wanted = Path(head["out"]) if head.get("out") else new_name(at)
    if wanted.with_suffix(JSON).exists():
        try:
            done = load_take(wanted).take
        except TakeError:
            done = None
        if done is not None and done.recorded_at == at and wanted.exists():
            journal.discard(unfinished.path)
            return f"A recording of {when} was saved as {wanted} before the program ended."
    kept = save_take(free_path(wanted) if wanted.exists() else wanted, take)
    journal.discard(unfinished.path)
    return (
        f"A recording of {when} that broke off is recovered: {kept.path}, "
        f"{len(kept.read().hits)} hits, {take.length:.1f} s."
    )


def take_of(head: dict[str, Any], arrivals: tuple[Arrival, ...]) -> Take:
    """The take of a recording from the head of its journal and messages stamped in perf_counter.

    Where no origin was noted, the first stroke is it.  Raises KeyError, ValueError, TypeError and
    DrumMapError for a head that makes no sense.
    """
    numerator, denominator = head["meter"]
    origin = head.get("origin")
    if not isinstance(origin, int | float):
        struck = (each.seconds for each in arrivals if each.data[0] & 0xF0 == 0x90 and each.data[2])
        origin = next(struck, arrivals[0].seconds if arrivals else 0.0)
    return Take(
        tuple(Arrival(each.seconds - origin, each.data) for each in arrivals),
        from_json(head["map"]).drum_map,
        clamp_qpm(float(head["qpm"])),
        Meter(int(numerator), int(denominator)),
        int(head["bars"]),
        str(head["source"]),
        float(head["recorded_at"]),
    )


def _file(name: str) -> Path:
    """Path of the user's take called `name`, with or without its ending.  Raises TakeError."""
    stem = name[: -len(MIDI)] if name.lower().endswith(MIDI) else name
    if not stem.strip() or stem.startswith(".") or any(letter in stem for letter in '/\\\0:*?"<>|'):
        raise TakeError(f"a take cannot be called {name!r}")
    return paths.user_takes() / f"{stem}{MIDI}"


def free_path(path: Path) -> Path:
    """`path`, or the first name like it that no file has."""
    free, count = path, 1
    while free.exists() or free.with_suffix(JSON).exists():
        count += 1
        free = path.with_name(f"{path.stem} {count}{path.suffix}")
    return free


def _move(source: Path, target: Path) -> None:
    """Move both files of a take; a missing one is passed over.  Raises TakeError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (JSON, MIDI):
            if source.with_suffix(suffix).exists():
                source.with_suffix(suffix).rename(target.with_suffix(suffix))
    except OSError as error:
        raise TakeError(f"{source} cannot be moved ({error.strerror or error})") from error
