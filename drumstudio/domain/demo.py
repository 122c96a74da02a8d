"""The beat in the grid at a first start."""

from __future__ import annotations

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import Grid

# One character a 16th: 9 is loud, 1 a ghost note, . a rest.
_ROWS: dict[Drum, str] = {
    Drum.CRASH: "8............... ................",
    Drum.OPEN_HAT: "................ ..............6.",
    Drum.CLOSED_HAT: "..5.7.5.7.5.7.5. 7.5.7.5.7.5.7...",
    Drum.SNARE: "....9..2.2..9... ....9..2.2..9..1",
    Drum.KICK: "9.....7.8.6..... 9.....7.8.6...5.",
}


def demo_pattern() -> Pattern:
    """Two bars of rock at 16ths, dynamics included."""
    hits = [
        Hit(step, drum, int(mark) * 13 + 8)
        for drum, row in _ROWS.items()
        for step, mark in enumerate(row.replace(" ", ""))
        if mark != "."
    ]
    return Pattern(Grid(), 2, tuple(hits))


def demo_project() -> Project:
    """The demo beat in slot A, three empty slots beside it, at 104 quarters a minute."""
    return Project(patterns=(demo_pattern(), Pattern(bars=2), Pattern(bars=2), Pattern(bars=2)), qpm=104.0)
