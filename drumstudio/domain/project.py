"""The document a user edits: patterns, tempo and the state of the nine lanes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumstudio.domain.candidate import Candidate
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.timing import MAX_QPM, MIN_QPM

MAX_KEPT = 200
PATTERN_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: silenced, heard alone, or closed to the drummer."""

    muted: bool = False
    soloed: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """Everything a project file holds.

    `patterns` are the slots A, B, C ...; `current` indexes the one on screen and playing; `qpm`
    is the tempo in quarters a minute; `lanes[drum]` the state of each row; `kept` are the
    continuations put aside for later, each of them once; `dials` what is asked of the drummer.
    """

    patterns: tuple[Pattern, ...] = (Pattern(),)
    current: int = 0
    qpm: float = 120.0
    lanes: tuple[Lane, ...] = (Lane(),) * DRUM_COUNT
    kept: tuple[Candidate, ...] = ()
    dials: Dials = MIDDLE

    def __post_init__(self) -> None:
        if not 1 <= len(self.patterns) <= len(PATTERN_NAMES):
            raise ValueError(f"a project has 1 to {len(PATTERN_NAMES)} patterns, not {len(self.patterns)}")
        if not 0 <= self.current < len(self.patterns):
            raise ValueError(f"there is no pattern {self.current}")
        if not MIN_QPM <= self.qpm <= MAX_QPM:
            raise ValueError(f"a tempo is {MIN_QPM:g} to {MAX_QPM:g}, not {self.qpm}")
        if len(self.lanes) != DRUM_COUNT:
            raise ValueError(f"a project has {DRUM_COUNT} lanes, not {len(self.lanes)}")
        if len(self.kept) > MAX_KEPT:
            raise ValueError(f"a project keeps at most {MAX_KEPT} continuations, not {len(self.kept)}")
        if any(one in self.kept[:at] for at, one in enumerate(self.kept)):
            raise ValueError("a continuation is kept twice")

    @property
    def pattern(self) -> Pattern:
        """The pattern on screen."""
        return self.patterns[self.current]

    def with_pattern(self, pattern: Pattern) -> Project:
        """The project with the current pattern replaced."""
        patterns = (*self.patterns[: self.current], pattern, *self.patterns[self.current + 1 :])
        return replace(self, patterns=patterns)

    def with_lane(self, drum: Drum, lane: Lane) -> Project:
        """The project with the lane of `drum` replaced."""
        return replace(self, lanes=(*self.lanes[:drum], lane, *self.lanes[drum + 1 :]))

    def with_kept(self, candidate: Candidate, kept: bool) -> Project:
        """The project with `candidate` put aside for later, or let go.  Raises ValueError when full."""
        others = tuple(one for one in self.kept if one != candidate)
        if not kept:
            return replace(self, kept=others)
        return self if candidate in self.kept else replace(self, kept=(*others, candidate))

    def audible(self, drum: Drum) -> bool:
        """Whether `drum` sounds: a solo anywhere silences every lane without one."""
        return audible(self.lanes, drum)


def audible(lanes: tuple[Lane, ...], drum: Drum) -> bool:
    """Whether `drum` sounds given the lanes' mutes and solos; a mute wins over its own solo."""
    if lanes[drum].muted:
        return False
    return lanes[drum].soloed or not any(lane.soloed for lane in lanes)
