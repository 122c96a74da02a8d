"""The nine drums, and the note numbers that mean them on each device.

Three maps are kept apart on purpose: Roland's TD modules, General MIDI, and the default map of
Magenta's Drum RNN; the same number is a different drum in each (58 is a floor tom's rim on a
TD-11, a vibraslap in General MIDI and a crash in Magenta).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Drum(IntEnum):
    """A drum of the kit; the value is its bit in Drum RNN's events (class order of Drum RNN)."""

    KICK = 0
    SNARE = 1
    CLOSED_HAT = 2
    OPEN_HAT = 3
    LOW_TOM = 4
    MID_TOM = 5
    HIGH_TOM = 6
    CRASH = 7
    RIDE = 8

    @property
    def label(self) -> str:
        """Name for people, as "Closed hat"."""
        return self.name.replace("_", " ").capitalize()


DRUM_COUNT = len(Drum)
# Rows of the grid from the top down, as a drummer's notation stacks them.
GRID_ROWS: tuple[Drum, ...] = (
    Drum.CRASH, Drum.RIDE, Drum.OPEN_HAT, Drum.CLOSED_HAT,
    Drum.HIGH_TOM, Drum.MID_TOM, Drum.LOW_TOM, Drum.SNARE, Drum.KICK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrumMap:
    """Note numbers of each drum: `notes[drum]` lists all that mean it, the one to send first.

    `pedal` says that the device wants the hi-hat's pedal position (CC 4) before each of its
    strokes; `chokes` are the notes that polyphonic aftertouch silences; `foot` those of the foot
    on the hi-hat's pedal.  With `hat_by_pedal` the device sends one note for the hi-hat, and the
    pedal tells whether it was open.
    """

    name: str
    label: str
    notes: tuple[tuple[int, ...], ...]
    pedal: bool = False
    chokes: tuple[int, ...] = ()
    foot: tuple[int, ...] = ()
    hat_by_pedal: bool = False

    def __post_init__(self) -> None:
        if len(self.notes) != DRUM_COUNT or not all(self.notes):
            raise ValueError(f"map {self.name} must give notes for each of the {DRUM_COUNT} drums")
        flat = [note for notes in self.notes for note in notes]
        if len(set(flat)) != len(flat) or not all(0 <= note <= 127 for note in flat):
            raise ValueError(f"map {self.name} gives a note twice or outside 0-127")
        if not {*self.chokes, *self.foot} <= set(flat):
            raise ValueError(f"map {self.name} chokes or treads a note that it does not know")

    def drum_of(self, note: int) -> Drum | None:
        """Drum that `note` (0-127) means, or None where the map does not know it."""
        return self.table().get(note)

    def note_of(self, drum: Drum) -> int:
        """Note to send for `drum`."""
        return self.notes[drum][0]

    def chokes_of(self, drum: Drum) -> tuple[int, ...]:
        """Notes of `drum` that choke it, bow and edge; none where the device cannot."""
        return tuple(note for note in self.notes[drum] if note in self.chokes)

    def table(self) -> dict[int, Drum]:
        """Every known note number and its drum."""
        return {note: Drum(index) for index, notes in enumerate(self.notes) for note in notes}


ROLAND = DrumMap(
    "roland",
    "Roland TD",
    (
        (36,),
        (38, 40, 37),
        (42, 22, 44),
        (46, 26),
        (43, 58),
        (45, 47),
        (48, 50),
        (49, 55, 57, 52),
        (51, 59, 53),
    ),
    pedal=True,
    chokes=(49, 55, 57, 52, 51, 59),
    foot=(44,),
)
GENERAL_MIDI = DrumMap(
    "gm",
    "General MIDI",
    (
        (36, 35),
        (38, 40, 37, 39),
        (42, 44),
        (46,),
        (45, 41, 43),
        (48, 47),
        (50,),
        (49, 57, 55, 52),
        (51, 59, 53),
    ),
    foot=(44,),
)
MAGENTA = DrumMap(
    "magenta",
    "Magenta Drum RNN",
    (
        (36, 35),
        (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85),
        (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22),
        (46, 67, 72, 74, 79, 81, 26),
        (45, 29, 41, 43, 61, 64, 84),
        (48, 47, 60, 63, 77, 86, 87),
        (50, 30, 62, 76, 83),
        (49, 52, 55, 57, 58),
        (51, 53, 59, 82),
    ),
    foot=(44,),
)
DRUM_MAPS: dict[str, DrumMap] = {m.name: m for m in (ROLAND, GENERAL_MIDI, MAGENTA)}
