"""The transport: what play, stop, edits and auditions do to the score.

Only the scheduler's thread touches it.  A change takes effect at the *cut*, a run tick a few
milliseconds ahead: what is due before it has gone out and stays, what is due from it on is
rendered anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumstudio.domain.pattern import Pattern
from drumstudio.domain.performance import ALL_LANES
from drumstudio.domain.project import Lane, Project
from drumstudio.engine.performing import Performance
from drumstudio.engine.render import Part, PartKind, Score, Tempo


@dataclass(frozen=True, slots=True)
class Position:
    """Where playing is: `step` with its fraction, in the pattern that sounds.

    While counting in it is below 0: the steps that are still to go.  `passes` is how often the pattern has
    been gone through since it began.  While `performing` it counts the grid of what is performed.
    """

    step: float
    auditioning: bool = False
    counting_in: bool = False
    passes: int = 0
    performing: bool = False


def position_in(score: Score, time: float) -> Position:
    """What sounds at `time`."""
    tick = max(score.tick_at(time), score.parts[0].start)
    part = score.part_at(tick)
    size = part.pattern.grid.ticks_per_step
    if part.kind is PartKind.COUNT_IN:
        return Position((tick - (part.end or 0)) / size, counting_in=True)
    if part.end is not None:
        tick = min(tick, part.end)
    if part.kind is PartKind.PERFORMANCE:
        return Position((tick - part.base) / size, performing=True)
    passes, within = divmod(tick - part.base, part.pattern.ticks)
    auditioning = part.kind is PartKind.AUDITION
    return Position(within / size, auditioning, passes=part.first_pass + int(passes))


class Transport:
    """State machine of playing.

    Attributes: `project`, `loop`, `passes` (how often to play what does not loop), `click`,
    `clock` (MIDI clock for followers), `count_in` (bars) and `step` (where play starts) hold also
    when stopped; `score` is None then; `cut` is the run tick at which changes take effect.  `external`
    is the tempo of a clock that is followed, in place of the project's, or None.  `starts` counts how
    often playing began: run ticks count anew from each.
    """

    def __init__(self) -> None:
        self.project = Project()
        self.loop = True
        self.passes = 1
        self.click = False
        self.clock = False
        self.external: float | None = None
        self.count_in = 0
        self.step = 0
        self.score: Score | None = None
        self.starts = 0
        self.cut = 0

    @property
    def qpm(self) -> float:
        """Tempo to play at: the project's, or that of the clock that is followed."""
        return self.project.qpm if self.external is None else self.external

    def play(self, time: float, step: int | None = None) -> None:
        """Start at `step` (default: where `locate` last was) so that it sounds at `time`, after
        the count-in; when playing, go to `step`."""
        if self.score is not None:
            if step is not None:
                self.locate(step)
            return
        if step is not None:
            self.step = step
        pattern = self.project.pattern
        ahead = self.count_in * pattern.grid.ticks_per_bar
        part = self._project_part(ahead, self.step)
        parts: tuple[Part, ...] = (part,)
        if ahead:
            parts = (Part(pattern, 0, 0, ahead, PartKind.COUNT_IN), part)
        self._start(time, parts)

    def stop(self) -> None:
        """Stop; an audition is over with it."""
        self.score = None

    def locate(self, step: int) -> None:
        """Go to `step` of what plays, at once; when stopped, start there next time."""
        self.step = max(0, step)
        if self.score is None:
            return
        old = self._current(self.score)
        if old.kind is PartKind.AUDITION:
            phase = step % old.pattern.steps * old.pattern.grid.ticks_per_step
            new = Part(old.pattern, self.cut, self.cut - phase, kind=PartKind.AUDITION)
        elif old.performance is not None:
            new = _performance_part(old.performance, self.cut, step)
        else:
            new = self._project_part(self.cut, step)
        self._replace_from(self.score, self.cut, new)
        self.tell_place()

    def set_project(self, project: Project) -> None:
        """Take over pattern, tempo and lanes; the place in the pattern is kept as far as there is one."""
        old, self.project = self.project, project
        if self.score is None or old is project or self.performing:
            return
        if self.external is None and project.qpm != self.score.qpm:
            self.set_tempo(project.qpm)
        if project.lanes != self.score.lanes:
            self.score = replace(self.score, lanes=project.lanes)
        if project.pattern != old.pattern:
            self._set_pattern(self.score, project.pattern)

    def start_at(self, time: float, tick: int) -> None:
        """Start so that tick `tick` of the project's pattern, looped, sounds at `time`; no count-in."""
        self._start(time, (self._part_from(0, tick),))

    def go_to(self, tick: int) -> None:
        """Be at tick `tick` of the project's pattern, looped, at the cut; an audition or a
        performance is over with it."""
        if self.score is not None:
            part = self._part_from(self.cut, tick)
            self._change_over(self.score, part, self.qpm, self.project.lanes)
            self.tell_place()

    def set_tempo(self, qpm: float) -> None:
        """Go on at `qpm` from the cut."""
        if self.score is not None:
            self.score = self._retimed(self.score, qpm)

    def set_external(self, qpm: float | None) -> None:
        """Take the tempo of a clock in place of the project's, or with None the project's again."""
        self.external = qpm
        if self.score is not None and not self.performing and self.score.qpm != self.qpm:
            self.set_tempo(self.qpm)

    def set_loop(self, on: bool) -> None:
        """Loop, or stop at the end of the pass that plays; auditions loop always."""
        changed, self.loop = on != self.loop, on
        if self.score is None or not changed:
            return
        last = self.score.parts[-1]
        if last.kind is PartKind.PROJECT:
            end = None if on else last.pass_end(max(self.cut, last.start))
            self.score = replace(self.score, parts=(*self.score.parts[:-1], replace(last, end=end)))

    def set_click(self, on: bool) -> None:
        """Turn the metronome on or off."""
        self.click = on
        if self.score is not None:
            self.score = replace(self.score, click=on)

    def set_clock(self, on: bool) -> None:
        """Turn MIDI clock on or off."""
        changed, self.clock = on != self.clock, on
        if self.score is not None and changed:
            self.score = replace(self.score, clock=on)
            self.tell_place()

    def tell_place(self) -> None:
        """Tell followers of the clock where playing is: they are new, or it went elsewhere."""
        if self.score is not None and self.score.clock:
            current = self._current(self.score)
            counting = current.kind is PartKind.COUNT_IN
            jump = current.end if counting and current.end is not None else self.cut
            self.score = replace(self.score, jump=jump)

    def audition(self, pattern: Pattern | None, time: float, step: int | None = 0) -> None:
        """From the next bar line loop `pattern` from its `step`, or with None go back to the project's.

        A `step` of None goes on at the place in it where a pattern of the same shape is heard.

        Going back to a pattern of the same shape keeps the place in it (what was auditioned has
        perhaps just been inserted); any other starts at its beginning.  When stopped, a pattern
        starts at `time`.
        """
        if self.score is None:
            if pattern is not None:
                self._start(time, (_audition_part(pattern, 0, step or 0),))
            return
        current = self._current(self.score)
        if current.performance is not None:
            if pattern is not None:
                part = _audition_part(pattern, self.cut, step or 0)
                self._change_over(self.score, part, self.qpm, self.project.lanes)
            return
        if pattern is None and current.kind is not PartKind.AUDITION:
            # The audition asked for has not begun: what plays simply goes on.
            line = current.end if current.kind is PartKind.COUNT_IN else None
            goes_on = () if line is None else (self._project_part(line, self.step),)
            self._go_on(self.score, current, goes_on)
            return
        line = current.next_bar(self.cut)
        if current.kind is PartKind.COUNT_IN and current.end is not None:
            line = current.end
        if pattern is None:
            self._replace_from(
                self.score, line, self._project_part(line, _place(current, line, self.project.pattern))
            )
            return
        at = _place(current, line, pattern) if step is None else step
        self._replace_from(self.score, line, _audition_part(pattern, line, at))

    @property
    def performing(self) -> bool:
        """Whether a performance plays at the cut."""
        return self.score is not None and self._current(self.score).performance is not None

    def perform(self, performance: Performance, time: float) -> None:
        """Play a performance once, in place of what plays; when stopped, so that it begins at `time`."""
        if self.score is None:
            tempos = (Tempo(time, 0, performance.qpm),)
            self.score = Score((_performance_part(performance, 0),), tempos, ALL_LANES, self.click)
            self.starts += 1
            self.cut = 0
        else:
            part = _performance_part(performance, self.cut)
            self._change_over(self.score, part, performance.qpm, ALL_LANES)

    def forget_before(self, time: float) -> None:
        """Drop parts and tempos that were over by `time`."""
        score = self.score
        if score is None:
            return
        tick = score.tick_at(time)
        parts = tuple(p for p in score.parts if p.end is None or p.end >= tick) or score.parts[-1:]
        tempos = score.tempos
        while len(tempos) > 1 and tempos[1].tick < tick:
            tempos = tempos[1:]
        if len(parts) != len(score.parts) or len(tempos) != len(score.tempos):
            self.score = replace(score, parts=parts, tempos=tempos)

    def _start(self, time: float, parts: tuple[Part, ...]) -> None:
        tempo = Tempo(time, 0, self.qpm)
        first = next(part for part in parts if part.kind is not PartKind.COUNT_IN)
        self.score = Score(parts, (tempo,), self.project.lanes, self.click, self.clock, first.start)
        self.starts += 1
        self.cut = 0

    def _current(self, score: Score) -> Part:
        """The part that plays at the cut."""
        return score.part_at(self.cut)

    def _project_part(self, start: int, step: int) -> Part:
        """The project's pattern from run tick `start` on, beginning at `step`."""
        return self._part_from(start, step * self.project.pattern.grid.ticks_per_step)

    def _part_from(self, start: int, tick: int) -> Part:
        """The project's pattern from run tick `start` on, beginning at its `tick`."""
        pattern = self.project.pattern
        base = start - tick % pattern.ticks
        return Part(pattern, start, base, None if self.loop else base + self.passes * pattern.ticks)

    def _replace_from(self, score: Score, tick: int, part: Part) -> None:
        """Let `part` take over at run tick `tick`, in place of everything from there on."""
        kept = tuple(replace(p, end=tick) if p.end is None or p.end > tick else p for p in score.parts)
        kept = tuple(p for p in kept if p.start < tick)
        self.score = replace(score, parts=(*kept, part))

    def _change_over(self, score: Score, part: Part, qpm: float, lanes: tuple[Lane, ...]) -> None:
        """Let `part` take over at the cut, at `qpm`."""
        self._replace_from(replace(self._retimed(score, qpm), lanes=lanes), self.cut, part)

    def _retimed(self, score: Score, qpm: float) -> Score:
        """`score` with `qpm` from the cut on."""
        kept = tuple(t for t in score.tempos if t.tick < self.cut)
        return replace(score, tempos=(*kept, Tempo(score.due(self.cut), self.cut, qpm)))

    def _go_on(self, score: Score, current: Part, rest: tuple[Part, ...]) -> None:
        """Take back what was to follow `current`."""
        before = score.parts[: score.parts.index(current)]
        if current.kind is PartKind.PROJECT:
            current = replace(current, end=None if self.loop else current.pass_end(self.cut))
        self.score = replace(score, parts=(*before, current, *rest))

    def _set_pattern(self, score: Score, pattern: Pattern) -> None:
        """Swap the project's pattern in the parts that play at the cut or later."""
        parts: list[Part] = []
        for part in score.parts:
            over = part.end is not None and part.end <= self.cut
            if over or part.kind is not PartKind.PROJECT:
                parts.append(part)
            elif part.start >= self.cut:
                parts.append(self._reshaped(part, part.start, pattern, begins=part.begins))
            elif part.pattern.ticks == pattern.ticks and part.pattern.grid.meter == pattern.grid.meter:
                parts.append(replace(part, pattern=pattern))
            else:
                parts.append(replace(part, end=self.cut))
                parts.append(self._reshaped(part, self.cut, pattern, begins=False))
        self.score = replace(score, parts=tuple(parts))

    def _reshaped(self, part: Part, start: int, pattern: Pattern, begins: bool) -> Part:
        """`part` from run tick `start` on with `pattern`: in the same bar, at the same place of
        the bar, as far as the new shape has them."""
        old_bar, new_bar = part.pattern.grid.ticks_per_bar, pattern.grid.ticks_per_bar
        passed, within = divmod(start - part.base, part.pattern.ticks)
        bar, inside = divmod(within, old_bar)
        base = start - (bar % pattern.bars * new_bar + inside % new_bar)
        end = part.end
        if end is not None and part is (self.score.parts[-1] if self.score else None):
            end = base + pattern.ticks
        return Part(pattern, start, base, end, part.kind, begins, part.first_pass + passed)


def _place(heard: Part, tick: int, pattern: Pattern) -> int:
    """Step of `pattern` at run tick `tick`, were it played in the place of `heard`; 0 where it has another
    shape."""
    same = pattern.grid == heard.pattern.grid and pattern.bars == heard.pattern.bars
    return (tick - heard.base) % pattern.ticks // pattern.grid.ticks_per_step if same else 0


def _audition_part(pattern: Pattern, start: int, step: int) -> Part:
    """`pattern` from run tick `start` on, beginning at `step`."""
    base = start - step % pattern.steps * pattern.grid.ticks_per_step
    return Part(pattern, start, base, kind=PartKind.AUDITION)


def _performance_part(performance: Performance, start: int, step: int = 0) -> Part:
    """A performance from run tick `start` on, beginning at `step` of its grid."""
    base = start - step * performance.grid.ticks_per_step
    end = max(start, base + performance.end)
    counted = Pattern(performance.grid, 1)
    return Part(counted, start, base, end, PartKind.PERFORMANCE, performance=performance)
