"""Strokes read from what an e-kit sent: what is a stroke, what only an echo of one.

A pad may fire twice for one stroke (a double trigger), a hard stroke may shake another pad (crosstalk),
and a foot that closes the hi-hat under a stroke sends a note of its own (a chick).  Each is
told by a window of time and, for the first two, by how soft it is beside its cause; both are set
for each pad, since real drags and ghost notes must survive.  What is put aside is kept and
named, and nothing of the recording is changed.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.take import Arrival, Take, TimedNote, quantise
from drumstudio.domain.timing import PPQ, Grid
from drumstudio.domain.velocity import LINEAR, VelocityCurve

PEDAL = 4  # controller of the hi-hat's pedal
FEW = 8  # strokes that a latency is measured from at least
HALF_OPEN = 64  # pedal position below which a hi-hat with one note counts as open
CHOKE_PRESSURE = 64  # aftertouch from which on a hand grips the cymbal
LONGEST_WINDOW = 0.2  # seconds
CHOKE_GAP = 0.100  # seconds within which bow and edge report the same grip


@dataclass(frozen=True, slots=True)
class PadRules:
    """When a stroke on a pad is no stroke; windows in seconds, ratios of velocities.

    Within `double_window` after a stroke of the same pad, softer than `double_ratio` of it; within
    `crosstalk_window` of a stroke on another pad, softer than `crosstalk_ratio` of that.  A
    window of 0 turns a rule off.
    """

    double_window: float = 0.030
    double_ratio: float = 0.45
    crosstalk_window: float = 0.010
    crosstalk_ratio: float = 0.15

    def __post_init__(self) -> None:
        if not all(0.0 <= w <= LONGEST_WINDOW for w in (self.double_window, self.crosstalk_window)):
            raise ValueError(f"a window is 0 to {LONGEST_WINDOW} seconds")
        if not (0.0 <= self.double_ratio <= 1.0 and 0.0 <= self.crosstalk_ratio <= 1.0):
            raise ValueError("a ratio is 0 to 1")


_TOM = PadRules(crosstalk_ratio=0.25)  # toms hang on one rack with all the rest
_HAT = PadRules(double_window=0.020, crosstalk_window=0.008, crosstalk_ratio=0.10)
DEFAULT_RULES: tuple[PadRules, ...] = (
    PadRules(double_window=0.040, double_ratio=0.6),  # a beater bounces
    PadRules(double_window=0.025, crosstalk_ratio=0.12),  # ghost notes and drags are soft and close
    _HAT,
    _HAT,
    _TOM,
    _TOM,
    _TOM,
    PadRules(),
    PadRules(),
)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How to read a take.

    `latency` is what kit and computer take from stroke to stamp, in seconds; `rules[drum]` hold
    for a drum's pads except those of `pads` (note, rules); within `chick_window` seconds of a
    stroke on the hi-hat its foot is no stroke of its own.
    """

    latency: float = 0.0
    curve: VelocityCurve = LINEAR
    rules: tuple[PadRules, ...] = DEFAULT_RULES
    pads: tuple[tuple[int, PadRules], ...] = ()
    chick_window: float = 0.040

    def rules_of(self, note: int, drum: Drum) -> PadRules:
        """Rules of the pad that sends `note`."""
        return dict(self.pads).get(note, self.rules[drum])


AS_USUAL = Cleaning()
_NO_RULES = PadRules(0.0, 0.0, 0.0, 0.0)
RAW = Cleaning(rules=(_NO_RULES,) * len(DEFAULT_RULES), chick_window=0.0)


@dataclass(frozen=True, slots=True, order=True)
class PlayedHit:
    """A stroke at `seconds` from the first bar line; `index` is its note-on among the arrivals."""

    seconds: float
    index: int
    drum: Drum
    note: int
    velocity: int


class Reason(StrEnum):
    """Why a stroke is put aside."""

    DOUBLE = "double trigger"
    CROSSTALK = "crosstalk"
    CHICK = "pedal chick"


@dataclass(frozen=True, slots=True)
class Aside:
    """A stroke that is none, and the stroke it belongs to."""

    hit: PlayedHit
    reason: Reason
    cause: PlayedHit


@dataclass(frozen=True, slots=True)
class Grip:
    """A cymbal gripped at `seconds`."""

    seconds: float
    drum: Drum


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A take as strokes: `hits` that count, those put `aside`, chokes, and notes no drum answers to."""

    hits: tuple[PlayedHit, ...]
    aside: tuple[Aside, ...]
    grips: tuple[Grip, ...]
    unmapped: dict[int, int]


def interpreted(arrivals: Iterable[Arrival], drum_map: DrumMap, cleaning: Cleaning) -> Interpretation:
    """Read the strokes of `arrivals`, which are in order of time."""
    struck, grips, unmapped = _read(arrivals, drum_map, cleaning)
    aside: list[Aside] = []
    rules = {hit.note: cleaning.rules_of(hit.note, hit.drum) for hit in struck}

    def double(hit: PlayedHit, cause: PlayedHit) -> bool:
        rule = rules[hit.note]
        after = hit.index > cause.index and hit.seconds - cause.seconds <= rule.double_window
        return (
            rule.double_window > 0.0
            and after
            and hit.note == cause.note
            and hit.velocity < rule.double_ratio * cause.velocity
        )

    def crosstalk(hit: PlayedHit, cause: PlayedHit) -> bool:
        rule = rules[hit.note]
        near = abs(hit.seconds - cause.seconds) <= rule.crosstalk_window
        return (
            rule.crosstalk_window > 0.0
            and near
            and hit.note != cause.note
            and hit.velocity < rule.crosstalk_ratio * cause.velocity
        )

    def chick(hit: PlayedHit, cause: PlayedHit) -> bool:
        hat = cause.drum in (Drum.CLOSED_HAT, Drum.OPEN_HAT) and cause.note not in drum_map.foot
        near = abs(hit.seconds - cause.seconds) <= cleaning.chick_window
        return hit.note in drum_map.foot and hat and cleaning.chick_window > 0.0 and near

    for reason, echoes in ((Reason.DOUBLE, double), (Reason.CROSSTALK, crosstalk), (Reason.CHICK, chick)):
        struck = _without(struck, aside, reason, echoes)
    aside.sort(key=lambda each: each.hit)
    return Interpretation(tuple(struck), tuple(aside), tuple(grips), dict(unmapped))


def take_pattern(
    take: Take,
    cleaning: Cleaning,
    grid: Grid,
    strength: float = 0.0,
    swing: float = 0.5,
    late: float = 0.0,
) -> Pattern:
    """The take's strokes on `grid`, straight or triplets, as long as it was asked to be.

    `strength` 0 keeps their timing as offsets, 1 puts them on their steps; `swing` and `late` are as
    in :func:`drumstudio.domain.take.quantise`.
    """
    hits = interpreted(take.arrivals, take.drum_map, cleaning).hits
    return quantise(timed(hits, take.qpm), grid, take.bars or None, strength, swing, late)


def latency_of(hits: Iterable[PlayedHit], qpm: float) -> float | None:
    """What kit and computer take, in seconds, from strokes that were meant to fall on the quarters of a
    click: the median of how late they are.  None for fewer than eight strokes."""
    late = lateness(hits, qpm)
    return median(late) if len(late) >= FEW else None


def lateness(hits: Iterable[PlayedHit], qpm: float) -> list[float]:
    """How late each hit is after the nearest quarter, in seconds; early ones are negative."""
    quarter = 60.0 / qpm
    return [hit.seconds - quarter * round(hit.seconds / quarter) for hit in hits]


def timed(hits: Iterable[PlayedHit], qpm: float) -> list[TimedNote]:
    """The hits in ticks at `qpm` quarters a minute."""
    per_second = qpm * PPQ / 60.0
    return [TimedNote(hit.seconds * per_second, hit.drum, hit.velocity) for hit in hits]


def _read(
    arrivals: Iterable[Arrival], drum_map: DrumMap, cleaning: Cleaning
) -> tuple[list[PlayedHit], list[Grip], Counter[int]]:
    """Every stroke and grip, by time, and how often each note without a drum came.

    A note-on of velocity 0 is a note-off.
    """
    table = drum_map.table()
    hits: list[PlayedHit] = []
    grips: list[Grip] = []
    unmapped: Counter[int] = Counter()
    pedal = 127
    for index, (stamp, data) in enumerate(arrivals):
        kind, first, second = data[0] & 0xF0, *(*data[1:], 0, 0)[:2]
        seconds = stamp - cleaning.latency
        if kind == 0xB0 and first == PEDAL:
            pedal = second
        elif kind == 0xA0 and table.get(first) in (Drum.CRASH, Drum.RIDE) and second >= CHOKE_PRESSURE:
            if not any(
                grip.drum is table[first] and seconds - grip.seconds <= CHOKE_GAP for grip in grips[-4:]
            ):
                grips.append(Grip(seconds, table[first]))
        elif kind == 0x90 and second and first not in table:
            unmapped[first] += 1
        elif kind == 0x90 and second:
            drum = table[first]
            if (
                drum_map.hat_by_pedal
                and drum in (Drum.CLOSED_HAT, Drum.OPEN_HAT)
                and first not in drum_map.foot
            ):
                drum = Drum.OPEN_HAT if pedal < HALF_OPEN else Drum.CLOSED_HAT
            hits.append(PlayedHit(seconds, index, drum, first, cleaning.curve(second)))
    return sorted(hits), grips, unmapped


def _without(
    hits: list[PlayedHit],
    aside: list[Aside],
    reason: Reason,
    echoes: Callable[[PlayedHit, PlayedHit], bool],
) -> list[PlayedHit]:
    """The hits that echo no other near them; the rest go aside with the loudest they may belong to."""
    kept: list[PlayedHit] = []
    first = 0
    for hit in hits:
        while hits[first].seconds < hit.seconds - LONGEST_WINDOW:
            first += 1
        causes = []
        for other in itertools.islice(hits, first, None):
            if other.seconds > hit.seconds + LONGEST_WINDOW:
                break
            if echoes(hit, other):
                causes.append(other)
        if causes:
            aside.append(Aside(hit, reason, max(causes, key=lambda cause: cause.velocity)))
        else:
            kept.append(hit)
    return kept
