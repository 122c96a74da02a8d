"""What sounds when: a score of parts on one axis of ticks, and the pure function that reads it.

*Run ticks* count up from the start of playing, across loops, auditions and tempo changes, and
are whole numbers: a range of them can be handed over exactly once, whatever rounding does to
seconds.  A part plays one pattern over a stretch of them; tempos map them to seconds.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES, Stroke, strokes
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import PPQ, seconds_per_tick
from drumstudio.engine.outputs import Click, Event, Pulse, Song, Strike
from drumstudio.engine.performing import Performance

PULSE_TICKS = PPQ // 24  # of MIDI clock
SIXTEENTH = PPQ // 4  # what song positions count

# A pass of a part, a step and a drum: the same stroke before and after an edit.
Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tempo:
    """From run tick `tick` on, which sounds at `time` seconds, `qpm` quarters a minute."""

    time: float
    tick: int
    qpm: float

    def due(self, tick: int) -> float:
        """Time at which `tick` sounds."""
        return self.time + (tick - self.tick) * seconds_per_tick(self.qpm)

    def tick_at(self, time: float) -> float:
        """Run tick, with its fraction, that sounds at `time`."""
        return self.tick + (time - self.time) / seconds_per_tick(self.qpm)


class PartKind(StrEnum):
    """What a part is there for."""

    PROJECT = "project"
    AUDITION = "audition"
    COUNT_IN = "count-in"
    PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True)
class Part:
    """`pattern`, looping, over the run ticks from `start` up to `end` (None: for ever).

    Step 0 of the pass number `first_pass` lies at run tick `base`; later passes follow.  Where
    the part `begins` (rather than going on from a version of itself), hits pulled ahead of its
    first step sound at `start`.
    """

    pattern: Pattern
    start: int
    base: int
    end: int | None = None
    kind: PartKind = PartKind.PROJECT
    begins: bool = True
    first_pass: int = 0
    performance: Performance | None = None
    _passes: dict[tuple[tuple[Lane, ...], int | None], tuple[Stroke, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def pass_at(self, tick: int) -> int:
        """How many passes of this part lie wholly before run tick `tick`."""
        return max(0, (tick - self.base) // self.pattern.ticks)

    def next_bar(self, tick: int) -> int:
        """The first bar line at run tick `tick` or later."""
        bar = self.pattern.grid.ticks_per_bar
        return self.base - (self.base - tick) // bar * bar

    def pass_end(self, tick: int) -> int:
        """Run tick at which the pass that holds `tick` ends."""
        return self.base + (self.pass_at(tick) + 1) * self.pattern.ticks

    def strokes_of(self, lanes: tuple[Lane, ...], pass_index: int) -> tuple[Stroke, ...]:
        """Strokes of one pass, kept for the next call."""
        varies = any(hit.chance < 1.0 for hit in self.pattern.hits)
        key = (lanes, self.first_pass + pass_index if varies else None)
        if key not in self._passes:
            if len(self._passes) > 3:
                self._passes.clear()
            self._passes[key] = strokes(self.pattern, *key)
        return self._passes[key]


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that decides what sounds: parts and tempos in order, lanes, metronome.

    With `clock`, MIDI clock too; its followers are told their place at run tick `jump`, or at the
    first 16th from there on.
    """

    parts: tuple[Part, ...]
    tempos: tuple[Tempo, ...]
    lanes: tuple[Lane, ...] = ALL_LANES
    click: bool = False
    clock: bool = False
    jump: int = 0

    @property
    def end(self) -> int | None:
        """Run tick at which all is over, None in a loop."""
        return self.parts[-1].end

    @property
    def qpm(self) -> float:
        """The newest tempo, in quarters a minute."""
        return self.tempos[-1].qpm

    def due(self, tick: int) -> float:
        """Time at which run tick `tick` sounds."""
        tempo = next((t for t in reversed(self.tempos) if t.tick <= tick), self.tempos[0])
        return tempo.due(tick)

    def tick_at(self, time: float) -> float:
        """Run tick, with its fraction, that sounds at `time`."""
        tempo = next((t for t in reversed(self.tempos) if t.time <= time), self.tempos[0])
        return tempo.tick_at(time)

    def part_at(self, tick: float) -> Part:
        """The part that plays at run tick `tick`; the nearest one outside of all."""
        return next((part for part in reversed(self.parts) if part.start <= tick), self.parts[0])


@dataclass(frozen=True, slots=True)
class Sounding:
    """`event` at run tick `tick`; `key` tells strokes apart across edits, None for all else."""

    tick: int
    event: Event
    key: Key | None = None


def events_between(score: Score, start: int, end: int) -> list[Sounding]:
    """Everything that sounds at run ticks from `start` up to, not including, `end`, in order."""
    found: list[Sounding] = []
    if score.clock:
        found += [told for told in (_told(score),) if start <= told.tick < end]
    for part in score.parts:
        first = max(start, part.start)
        last = end if part.end is None else min(end, part.end)
        if first >= last:
            continue
        if score.clock:
            found += _pulses(part, first, last)
        if score.click or part.kind is PartKind.COUNT_IN:
            found += _clicks(part, first, last)
        if part.performance is not None:
            found += _performed(part, part.performance, first, last)
        elif part.kind is not PartKind.COUNT_IN:
            found += _strokes(part, score.lanes, first, last)
    found.sort(key=_order)
    return found


def _order(sounding: Sounding) -> tuple[int, int]:
    return sounding.tick, -1 if sounding.key is None else sounding.key[2]


def _told(score: Score) -> Sounding:
    """The place that followers of the clock are told."""
    tick = score.jump
    while True:
        part = score.part_at(tick)
        place = (tick - part.base) % part.pattern.ticks
        wait = min(-place % SIXTEENTH, part.pattern.ticks - place)
        if part.end is None or tick + wait < part.end or tick >= part.end:
            return Sounding(tick + wait, Song((place + wait) % part.pattern.ticks // SIXTEENTH))
        tick = part.end


def _pulses(part: Part, first: int, last: int) -> Iterator[Sounding]:
    """Ticks of MIDI clock, counted from the part's own start."""
    for tick in range(first + (part.base - first) % PULSE_TICKS, last, PULSE_TICKS):
        yield Sounding(tick, Pulse())


def _clicks(part: Part, first: int, last: int) -> Iterator[Sounding]:
    """Clicks on the beats of the part's bars; beats start anew at each bar line."""
    meter = part.pattern.grid.meter
    beat = int(meter.beat_quarters * PPQ)
    bar = part.pattern.grid.ticks_per_bar
    line = part.base + (first - part.base) // bar * bar
    while line < last:
        for tick in range(line, line + bar, beat):
            if first <= tick < last:
                yield Sounding(tick, Click(tick == line))
        line += bar


def _strokes(part: Part, lanes: tuple[Lane, ...], first: int, last: int) -> Iterator[Sounding]:
    """Strokes of every pass that reaches into the range; the next pass too, for its early hits."""
    grid = part.pattern.grid
    reach = grid.ticks_per_step if part.begins and first == part.start else 0
    for index in range(part.pass_at(first), part.pass_at(last - 1) + 2):
        base = part.base + index * part.pattern.ticks
        found = part.strokes_of(lanes, index)
        for stroke in found[bisect_left(found, first - reach - base, key=lambda s: s.tick) :]:
            tick, step_tick = base + stroke.tick, base + stroke.step * grid.ticks_per_step
            if tick >= last:
                break
            if tick < first:
                if step_tick < part.start:
                    continue
                tick = part.start
            if part.end is None or step_tick < part.end:
                key = (base, stroke.step, int(stroke.drum))
                yield Sounding(tick, Strike(stroke.drum, stroke.velocity), key)


def _performed(part: Part, performance: Performance, first: int, last: int) -> Iterator[Sounding]:
    for number, tick, event in performance.between(first - part.base, last - part.base):
        yield Sounding(part.base + tick, event, (part.base, number, int(event.drum)))


def ceil_tick(tick: float) -> int:
    """The first whole tick not before `tick`."""
    return math.ceil(tick)
