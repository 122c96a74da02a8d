"""Learning a kit pad by pad: what to ask for, and the map that the answers make."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumstudio.domain.drums import GENERAL_MIDI, Drum, DrumMap
from drumstudio.errors import DrumMapError
from drumstudio.midi.kit_maps import KitMap, KitMaps


@dataclass(frozen=True, slots=True)
class Pad:
    """A place to hit: its `name`, the drum it is, whether a foot plays it, whether every kit has it."""

    name: str
    drum: Drum
    foot: bool = False
    main: bool = False


PADS: tuple[Pad, ...] = (
    Pad("Kick", Drum.KICK, main=True),
    Pad("Snare", Drum.SNARE, main=True),
    Pad("Snare rim", Drum.SNARE),
    Pad("Cross stick", Drum.SNARE),
    Pad("Closed hi-hat", Drum.CLOSED_HAT, main=True),
    Pad("Closed hi-hat edge", Drum.CLOSED_HAT),
    Pad("Hi-hat pedal", Drum.CLOSED_HAT, foot=True),
    Pad("Open hi-hat", Drum.OPEN_HAT, main=True),
    Pad("Open hi-hat edge", Drum.OPEN_HAT),
    Pad("High tom", Drum.HIGH_TOM, main=True),
    Pad("High tom rim", Drum.HIGH_TOM),
    Pad("Mid tom", Drum.MID_TOM, main=True),
    Pad("Mid tom rim", Drum.MID_TOM),
    Pad("Low tom", Drum.LOW_TOM, main=True),
    Pad("Low tom rim", Drum.LOW_TOM),
    Pad("Crash", Drum.CRASH, main=True),
    Pad("Crash edge", Drum.CRASH),
    Pad("Crash 2", Drum.CRASH),
    Pad("Crash 2 edge", Drum.CRASH),
    Pad("Ride", Drum.RIDE, main=True),
    Pad("Ride edge", Drum.RIDE),
    Pad("Ride bell", Drum.RIDE),
)
MAIN_PADS: tuple[Pad, ...] = tuple(pad for pad in PADS if pad.main)


@dataclass(frozen=True, slots=True)
class Learned:
    """The map that answers make; `like` is a known kit that answers the same, `clashes` sentences about
    notes that two pads share."""

    kit: KitMap
    like: KitMap | None
    clashes: tuple[str, ...]


def learned_map(name: str, label: str, port: str, answers: dict[Pad, int], maps: KitMaps) -> Learned:
    """Map `name` from the note that each pad answered with.

    Where a known kit gives all the same answers, what it knows of pads that were not asked is
    taken over; a drum without any answer gets a note that no other has.
    """
    owners: dict[int, Pad] = {}
    clashes: list[str] = []
    hat_by_pedal = False
    for pad, note in answers.items():
        first = owners.setdefault(note, pad)
        if {first.drum, pad.drum} == {Drum.CLOSED_HAT, Drum.OPEN_HAT}:
            hat_by_pedal = True
        elif first.drum is not pad.drum:
            clashes.append(f"{pad.name} sends note {note} as {first.name} does and counts as that.")
    like = _likeness(answers, maps, port)
    notes = [[note for note, pad in owners.items() if pad.drum is drum] for drum in Drum]
    free = like.drum_map.table() if like else {}
    for note, drum in free.items():
        if note not in owners:
            notes[drum].append(note)
    for drum in Drum:
        if not notes[drum]:
            notes[drum].append(_unused(drum, {note for known in notes for note in known}))
    table = {note for known in notes for note in known}
    feet = {note for note, pad in owners.items() if pad.foot}
    drum_map = DrumMap(
        name,
        label,
        tuple(tuple(known) for known in notes),
        pedal=like is not None and like.drum_map.pedal,
        chokes=tuple(note for note in like.drum_map.chokes if note in table) if like else (),
        foot=tuple(sorted(feet | ({*like.drum_map.foot} & table if like else set()))),
        hat_by_pedal=hat_by_pedal,
    )
    pads = {**(like.pads if like else {}), **{note: pad.name for note, pad in owners.items()}}
    own = KitMap(drum_map, {note: pads[note] for note in sorted(pads) if note in table}, (port,), own=True)
    return Learned(own, like, tuple(clashes))


def with_note(kit: KitMap, note: int, drum: Drum, port: str, maps: KitMaps) -> KitMap:
    """The user's own map that reads as `kit` does and takes `note`, which it did not know, for `drum`.

    A shipped map is left as it is: the new one is called after it, by a name that no map has.
    """
    known = kit.drum_map
    notes = tuple((*each, note) if index == drum else each for index, each in enumerate(known.notes))
    name, label = known.name, known.label
    if not kit.own:
        labels = (f"My {known.label}{number}" for number in ("", *(f" {n}" for n in range(2, 1000))))
        label = next(each for each in labels if own_map_name(each, maps) not in maps.maps)
        name = own_map_name(label, maps)
    drum_map = replace(known, name=name, label=label, notes=notes)
    pads = {**kit.pads, note: f"{drum.label} (note {note})"}
    return KitMap(drum_map, pads, kit.ports if kit.own else (port,), own=True)


def own_map_name(label: str, taken: KitMaps) -> str:
    """A name of a map's file for what people call `label`, one that no shipped map has.

    Raises DrumMapError where no letter or digit is left of it.
    """
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in label.lower()).split()
    name = "-".join(words)[:36].strip("-")
    if not name:
        raise DrumMapError("a map needs a name of letters or digits")
    known = taken.maps.get(name)
    return f"{name}-own" if known is not None and not known.own else name


def answers_so(kit: KitMap, answers: dict[Pad, int]) -> bool:
    """Whether, by the map of `kit`, every note is the drum that was asked for."""
    return all(kit.drum_map.drum_of(note) is pad.drum for pad, note in answers.items())


def likely_kit(answers: dict[Pad, int], maps: KitMaps) -> KitMap | None:
    """The one shipped kit that answers so; None while none or several do."""
    return maps.only_one(lambda kit: answers_so(kit, answers)) if answers else None


def _likeness(answers: dict[Pad, int], maps: KitMaps, port: str) -> KitMap | None:
    """The shipped kit map by which every answer is the drum that was asked for: the one that the port's name
    speaks for, else the smallest."""
    named = maps.named_by(port)
    if answers and named is not None and not named.own and answers_so(named, answers):
        return named
    fitting = [kit for kit in maps.kits() if not kit.own and answers_so(kit, answers)]
    return min(fitting, key=lambda kit: len(kit.drum_map.table()), default=None) if answers else None


def _unused(drum: Drum, taken: set[int]) -> int:
    """A note for a drum that the kit does not have: General MIDI's, else the highest free one."""
    wanted = (*GENERAL_MIDI.notes[drum], *range(127, -1, -1))
    unused: int = next(note for note in wanted if note not in taken)
    return unused
