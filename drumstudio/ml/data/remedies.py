"""How one file is to be read otherwise than it says: what a remedy may change, as JSON and as words.

Nothing here brings numpy, so that the window may use it from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any

from drumstudio.domain.timing import MAX_QPM, MIN_QPM
from drumstudio.errors import DatasetError

MOST_REPEATS = 64
_SHORTEST, _LONGEST = 0.125, 8.0  # factors of a tempo


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is done to a file before it is judged; nothing by default.

    `channel` (0-15) and `map` (a drum map's name) say where the drums are and what their notes mean.
    `factor` multiplies the tempo and what lies in a bar with it: at 0.5 two bars become one and nothing
    sounds otherwise.  `qpm` lays a grid of that tempo under the notes as they sound, from the first on,
    whatever tempos the file gives.  `meter` holds from the start to the end, and `steady` leaves changes
    of tempo out: neither moves a note.  `join` are files that follow this one, each from a bar line;
    `repeat` plays the file that often.  `track` takes one track (from 0), `apart` makes each track a
    performance of its own.  `salvage` takes a damaged file up to its damage, `unended` counts notes that
    nothing ends, and `pedal` has the hi-hat's pedal (CC 4) tell whether it was open; `accept` takes what
    looks like no drumming; `skip` leaves the file out.  `style` and `beat_type` ("beat" or "fill") say what
    it is.
    """

    channel: int | None = None
    map: str = ""
    factor: float = 1.0
    qpm: float | None = None
    meter: str = ""
    steady: bool = False
    join: tuple[str, ...] = ()
    repeat: int = 1
    track: int | None = None
    apart: bool = False
    salvage: bool = False
    unended: bool = False
    pedal: bool = False
    accept: bool = False
    skip: bool = False
    style: str = ""
    beat_type: str = ""

    def __post_init__(self) -> None:
        checks = (
            (self.channel is None or 0 <= self.channel <= 15, "a channel is 1 to 16"),
            (_SHORTEST <= self.factor <= _LONGEST, f"a factor is {_SHORTEST} to {_LONGEST:g}"),
            (
                self.qpm is None or MIN_QPM <= self.qpm <= MAX_QPM,
                f"a tempo is {MIN_QPM:g} to {MAX_QPM:g} quarters a minute",
            ),
            (not self.meter or meter_of(self.meter) is not None, "a meter is written as 7/8"),
            (1 <= self.repeat <= MOST_REPEATS, f"a file is repeated 1 to {MOST_REPEATS} times"),
            (self.track is None or self.track >= 0, "a track is counted from 1"),
            (self.beat_type in ("", "beat", "fill"), "a file is a beat or a fill"),
        )
        for holds, words in checks:
            if not holds:
                raise ValueError(words)

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self != Remedy()

    def with_(self, other: Remedy) -> Remedy:
        """This remedy and what `other` changes."""
        return replace(self, **other._changes())

    def without(self, other: Remedy) -> Remedy:
        """This remedy, less what `other` changes."""
        plain = Remedy()
        return replace(self, **{name: getattr(plain, name) for name in other._changes()})

    def to_json(self) -> dict[str, Any]:
        """What it changes, as plain JSON values; channel and track are counted from 1, as people do."""
        content = self._changes()
        for name in ("channel", "track"):
            if name in content:
                content[name] += 1
        if self.join:
            content["join"] = list(self.join)
        return content

    def specs(self) -> list[str]:
        """What it changes as the command line writes it, each as KIND or KIND:VALUE."""
        return [spec for name, value in self._changes().items() for spec in _SPECS[name](value)]

    def words(self) -> str:
        """What it changes, in words; "" for nothing."""
        said = {name: _SAID[name](value) for name, value in self._changes().items()}
        return ", ".join(said.values())

    def _changes(self) -> dict[str, Any]:
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def from_json(content: Any) -> Remedy:
    """The remedy of plain JSON values; raises ValueError where they are none."""
    if not isinstance(content, dict):
        raise ValueError("a remedy is not where it should be")
    kinds = {field.name: str(field.type) for field in fields(Remedy)}
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name not in kinds or type(value) not in _WRITTEN[kinds[name]]:
            raise ValueError(f"a remedy cannot hold {str(name)[:20]!r} as it is")
        found[name] = value
    if not all(isinstance(name, str) for name in found.get("join", ())):
        raise ValueError("files to join are not names")
    for name in ("channel", "track"):
        if name in found:
            found[name] -= 1
    if "join" in found:
        found["join"] = tuple(found["join"])
    return Remedy(**found)


_WRITTEN: Mapping[str, tuple[type, ...]] = {
    "int | None": (int,),
    "float | None": (int, float),
    "float": (int, float),
    "int": (int,),
    "str": (str,),
    "bool": (bool,),
    "tuple[str, ...]": (list,),
}


def meter_of(text: str) -> tuple[int, int] | None:
    """Numerator and denominator of a meter as 7/8; None for what is none."""
    upper, _, lower = text.partition("/")
    if not (upper.isascii() and upper.isdigit() and lower.isascii() and lower.isdigit()):
        return None
    meter = int(upper), int(lower)
    return meter if 0 < meter[0] <= 255 and meter[1] in (1, 2, 4, 8, 16, 32) else None


def _tempo(text: str) -> Remedy:
    named = {"half": 0.5, "halve": 0.5, "double": 2.0}
    return Remedy(factor=named[text] if text in named else float(text))


def _tracks(text: str) -> Remedy:
    return Remedy(apart=True) if text == "apart" else Remedy(track=int(text) - 1)


_SAID: Mapping[str, Callable[[Any], str]] = {
    "channel": lambda value: f"channel {value + 1}",
    "map": lambda value: f"map {value}",
    "factor": lambda value: f"tempo times {value:g}",
    "qpm": lambda value: f"tempo {value:g}",
    "meter": lambda value: f"all in {value}",
    "steady": lambda _: "one tempo",
    "join": lambda value: f"joined with {', '.join(PurePath(name).name for name in value)}",
    "repeat": lambda value: f"played {value} times",
    "track": lambda value: f"track {value + 1} alone",
    "apart": lambda _: "its tracks apart",
    "salvage": lambda _: "up to its damage",
    "unended": lambda _: "notes that nothing ends counted",
    "pedal": lambda _: "hi-hat opened by its pedal",
    "accept": lambda _: "taken for drums",
    "skip": lambda _: "left out",
    "style": lambda value: f"called {value}",
    "beat_type": lambda value: f"called a {value}",
}

_SPECS: Mapping[str, Callable[[Any], list[str]]] = {
    "channel": lambda value: [f"channel:{value + 1}"],
    "map": lambda value: [f"map:{value}"],
    "factor": lambda value: [f"tempo:{value:g}"],
    "qpm": lambda value: [f"qpm:{value:g}"],
    "meter": lambda value: [f"meter:{value}"],
    "steady": lambda _: ["steady"],
    "join": lambda value: [f"join:{name}" for name in value],
    "repeat": lambda value: [f"repeat:{value}"],
    "track": lambda value: [f"tracks:{value + 1}"],
    "apart": lambda _: ["tracks:apart"],
    "salvage": lambda _: ["salvage"],
    "unended": lambda _: ["unended"],
    "pedal": lambda _: ["pedal"],
    "accept": lambda _: ["accept"],
    "skip": lambda _: ["skip"],
    "style": lambda value: [f"style:{value}"],
    "beat_type": lambda value: [f"type:{value}"],
}

# Kind on the command line -> what its value, "" where there is none, makes.
_KINDS: Mapping[str, Callable[[str], Remedy]] = {
    "channel": lambda text: Remedy(channel=int(text) - 1),
    "map": lambda text: Remedy(map=text),
    "tempo": _tempo,
    "qpm": lambda text: Remedy(qpm=float(text)),
    "meter": lambda text: Remedy(meter=text),
    "join": lambda text: Remedy(join=(text,)),
    "repeat": lambda text: Remedy(repeat=int(text)),
    "tracks": _tracks,
    "style": lambda text: Remedy(style=text),
    "type": lambda text: Remedy(beat_type=text),
}
_FLAGS: Mapping[str, Remedy] = {
    "steady": Remedy(steady=True),
    "salvage": Remedy(salvage=True),
    "unended": Remedy(unended=True),
    "pedal": Remedy(pedal=True),
    "accept": Remedy(accept=True),
    "skip": Remedy(skip=True),
}
KINDS = (*_KINDS, *_FLAGS)


def parse(words: str) -> Remedy:
    """The remedy of KIND[:VALUE], as `channel:3`, `tempo:half` or `steady`.  Raises DatasetError."""
    kind, _, value = words.partition(":")
    if kind in _FLAGS and not value:
        return _FLAGS[kind]
    if kind not in _KINDS:
        raise DatasetError(f"there is no remedy {words!r}; choose one of {', '.join(KINDS)}")
    if not value:
        raise DatasetError(f"the remedy {kind} needs a value, as {kind}:{_EXAMPLES[kind]}")
    try:
        return _KINDS[kind](value)
    except ValueError as error:
        # What a conversion says of a text is nothing for people; a remedy's own words are.
        own = "" if "literal" in str(error) or "convert" in str(error) else f": {error}"
        raise DatasetError(
            f"the remedy {kind} cannot be {value!r}{own or f'; write it as {kind}:{_EXAMPLES[kind]}'}"
        ) from error


_EXAMPLES = {
    "channel": "3",
    "map": "roland",
    "tempo": "half",
    "qpm": "96",
    "meter": "7/8",
    "join": "next.mid",
    "repeat": "4",
    "tracks": "apart",
    "style": "rock",
    "type": "beat",
}
