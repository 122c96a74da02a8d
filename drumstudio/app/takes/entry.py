"""Real-time entry: strokes go into the pattern that plays, as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drumstudio.domain import edits
from drumstudio.domain.cleaning import PEDAL, Cleaning, PlayedHit, interpreted
from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.take import Arrival, settle

RECALL = 0.5  # seconds that strokes are looked back at: the cause of an echo may come after it


class Place(Protocol):
    """Where playing is, as the engine tells it."""

    @property
    def step(self) -> float:
        """The step with its fraction, in a count-in below 0."""

    @property
    def passes(self) -> int:
        """How often the pattern has been gone through."""

    @property
    def counting_in(self) -> bool:
        """Whether the count-in sounds."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of the pattern in the pass number `passes`; `played` are the cells that were struck."""

    passes: int
    pattern: Pattern
    played: tuple[tuple[int, Drum], ...] = ()


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A stroke that is in the pattern, and what it took the place of; no `hit` where a louder one stood."""

    passes: int
    cell: tuple[int, Drum]
    hit: Hit | None = None
    before: Hit | None = None


class Entry:
    """Puts what is played into a pattern that goes round.

    Strokes are read with `drum_map` and `cleaning`, so that echoes stay out: one that is known for an
    echo only afterwards is taken back.  `strength` 0 keeps the timing as offsets, 1 none of it.  The
    louder of two strokes on one cell in one pass stays.  With `replaces` what the pattern held goes as
    it is passed.
    """

    def __init__(
        self, drum_map: DrumMap, cleaning: Cleaning, strength: float = 0.0, replaces: bool = False
    ) -> None:
        self._drum_map, self._cleaning = drum_map, cleaning
        self._strength, self._replaces = strength, replaces
        self._recent: list[Arrival] = []
        self._first = 0  # number of the first of them among all
        self._entered: dict[int, _Stroke] = {}
        self._fresh: dict[tuple[int, int, Drum], Hit] = {}
        self._cleared: int | None = None
        self._steps = 0

    def strike(
        self, arrival: Arrival, pattern: Pattern, place_at: Callable[[float], Place | None]
    ) -> list[Entered]:
        """Take in what arrived; `place_at` tells where in the pattern a moment (perf_counter) falls, None
        where nothing plays.  Gives the changes in the order in which they are to be made."""
        self._remember(arrival)
        if arrival.data[0] & 0xF0 != 0x90 or not arrival.data[2]:
            return []
        hits = interpreted(self._recent, self._drum_map, self._cleaning).hits
        found = {self._first + hit.index: hit for hit in hits}
        changes = []
        for number in [number for number in self._entered if number >= self._first and number not in found]:
            pattern, change = self._take_back(self._entered.pop(number), pattern)
            changes += change
        for number, hit in found.items():
            if number not in self._entered and (place := place_at(hit.seconds)) is not None:
                pattern, change = self._put(number, hit, place, pattern)
                changes += change
        return changes

    def pass_on(self, pattern: Pattern, place: Place, ahead: float = 0.0) -> list[Entered]:
        """Playing has come to `place`: where the entry replaces, what the pattern held up to `ahead` steps
        beyond goes."""
        if not self._replaces or place.counting_in:
            return []
        steps = pattern.steps
        now = place.passes * steps + place.step
        reached = int(now + ahead)
        cleared = self._cleared
        if cleared is None or not now - steps <= cleared <= reached + 1 or steps != self._steps:
            # It begins here, or somebody went elsewhere in the pattern, or to another.
            cleared, self._steps = round(now) - 1, steps
        changes = []
        for passes in range((cleared + 1) // steps, reached // steps + 1):
            first, last = max(0, cleared + 1 - passes * steps), min(steps, reached + 1 - passes * steps)
            gone = [
                (hit.step, hit.drum)
                for hit in pattern.hits_between(first, last)
                if self._fresh.get((passes, hit.step, hit.drum)) != hit
            ]
            if gone:
                pattern = edits.erase(pattern, gone)
                changes.append(Entered(passes, pattern))
        self._cleared = max(cleared, reached)
        self._fresh = {key: hit for key, hit in self._fresh.items() if key[0] >= place.passes - 1}
        return changes

    def _remember(self, arrival: Arrival) -> None:
        self._recent.append(arrival)
        old = 0
        while self._recent[old].seconds < arrival.seconds - RECALL:
            old += 1
        pedal = next((each for each in reversed(self._recent[:old]) if _is_pedal(each)), None)
        if pedal is not None and old > 1:
            # The pedal stays where it was put: its last message is kept in place of all that is forgotten.
            self._recent[:old] = [pedal]
            self._first += old - 1
        elif pedal is None:
            del self._recent[:old]
            self._first += old
        self._entered = {number: each for number, each in self._entered.items() if number >= self._first}

    def _put(
        self, number: int, hit: PlayedHit, place: Place, pattern: Pattern
    ) -> tuple[Pattern, list[Entered]]:
        size = pattern.grid.ticks_per_step
        step, offset = settle(place.step * size, pattern.grid, pattern.swing)
        if step < 0:
            return pattern, []
        passes = place.passes + step // pattern.steps
        step %= pattern.steps
        cell, key = (step, hit.drum), (passes, step, hit.drum)
        struck = Hit(step, hit.drum, hit.velocity, max(-0.5, min(0.499, offset * (1.0 - self._strength))))
        before = pattern.hit_at(*cell)
        if before is not None and self._fresh.get(key) == before and before.velocity >= struck.velocity:
            self._entered[number] = _Stroke(passes, cell)
            return pattern, []
        pattern = edits.place(pattern, [struck])
        # The pattern holds offsets to whole ticks.
        kept = pattern.hit_at(*cell)
        self._entered[number] = _Stroke(passes, cell, kept, before)
        self._fresh[key] = struck if kept is None else kept
        return pattern, [Entered(passes, pattern, (cell,))]

    def _take_back(self, stroke: _Stroke, pattern: Pattern) -> tuple[Pattern, list[Entered]]:
        if stroke.hit is None or pattern.hit_at(*stroke.cell) != stroke.hit:
            return pattern, []
        self._fresh.pop((stroke.passes, *stroke.cell), None)
        if stroke.before is None:
            pattern = edits.erase(pattern, [stroke.cell])
        else:
            pattern = edits.place(pattern, [stroke.before])
        return pattern, [Entered(stroke.passes, pattern)]


def _is_pedal(arrival: Arrival) -> bool:
    return arrival.data[0] & 0xF0 == 0xB0 and arrival.data[1] == PEDAL
