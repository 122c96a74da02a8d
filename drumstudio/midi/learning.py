"""Learning a kit pad by pad: what to ask for, and the map that the answers make."""

from __future__ import annotations

from dataclasses import dataclass

from drumstudio.domain.drums import GENERAL_MIDI, Drum, DrumMap
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
    like = _likeness(answers, maps)
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


def _likeness(answers: dict[Pad, int], maps: KitMaps) -> KitMap | None:
    """The smallest shipped kit map by which every answer is the drum that was asked for."""
    fitting = [
        kit
        for kit in maps.maps.values()
        if not kit.own
        and kit.name != "magenta"
        and all(kit.drum_map.drum_of(note) is pad.drum for pad, note in answers.items())
    ]
    return min(fitting, key=lambda kit: len(kit.drum_map.table()), default=None) if answers else None


def _unused(drum: Drum, taken: set[int]) -> int:
    """A note for a drum that the kit does not have: General MIDI's, else the highest free one."""
    wanted = (*GENERAL_MIDI.notes[drum], *range(127, -1, -1))
    unused: int = next(note for note in wanted if note not in taken)
    return unused
