"""The scheduler: wakes every few milliseconds and hands what is due soon to the output.

Other threads post commands (functions of the transport) and never wait.  At each wake all
commands waiting are carried out together at one cut; then everything up to the lookahead is
handed over.  Every stroke goes out exactly once: what an edit or a new swing moves across the
cut is neither played twice nor lost.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.engine.clock import Clock
from drumstudio.engine.external_clock import ClockState, ExternalClock
from drumstudio.engine.outputs import Event, Halt, Output
from drumstudio.engine.performing import Performance
from drumstudio.engine.render import Key, PartKind, Score, Tempo, ceil_tick, events_between
from drumstudio.engine.transport import Transport
from drumstudio.midi.ports import same_device

# Seconds rendered ahead of the clock.  What is handed over can be taken back, so a change is as quick
# with a long one; with every core busy this thread has been seen to wait for 0.1 s and more.
LOOKAHEAD = 0.250
WAKE = 0.025  # seconds between wakes while playing
MARGIN = 0.010  # a change takes effect this much ahead, so that no output is asked for the past
LEAD = 0.030  # from pressing play to the first stroke
STALL = 0.300  # later than this (a laptop slept), playing goes on from where it was
REACH = 960  # ticks that an edit of swing or offset can move a stroke, with room to spare
KEPT = 2.0  # seconds that the past stays known, for drawing with the output's latency


class EngineEvent(StrEnum):
    """What a subscriber is told: playing began or ended; output, choices, ports, audition or the clock that
    comes in changed."""

    PLAYING = "playing"
    STOPPED = "stopped"
    OUTPUT = "output"
    CHOICES = "choices"
    PORTS = "ports"
    AUDITION = "audition"
    EXTERNAL = "external"


Command = Callable[["Scheduler"], None]


class Scheduler:
    """Owns transport and output; everything but `post` and `score` belongs to its thread."""

    def __init__(self, clock: Clock, output: Output, notify: Callable[[EngineEvent], None]) -> None:
        self.transport = Transport()
        self.output = output
        self.clock = clock
        self.external = ExternalClock(self.transport, lambda: self.output.status.latency)
        self.score: Score | None = None  # what plays, for any thread to read
        self._notify = notify
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._rendered = 0
        self._sent: deque[tuple[int, Key]] = deque()
        self._skip: frozenset[Key] = frozenset()
        self._auditioning = False
        self._external: ClockState | None = None  # what was told of it
        self._sends_clock = False
        self._level = 1.0
        self._thread: threading.Thread | None = None

    def post(self, command: Command) -> None:
        """Have `command` carried out at the next wake, which is now; never waits."""
        self._commands.put(command)

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="engine-scheduler", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """Carry out what was posted, stop, and join the thread."""
        self._commands.put(None)
        if self._thread is not None:
            self._thread.join(timeout)
            self._thread = None

    def _run(self) -> None:
        while self.wake(WAKE if self.transport.score is not None or self.external.waiting else None):
            pass

    def wake(self, timeout: float | None = 0.0) -> bool:
        """Wait up to `timeout` seconds (None: for ever) for commands, then do all that is due; False
        once closed."""
        commands: list[Command] = []
        going = True
        try:
            waiting = self._commands.get(timeout=timeout) if timeout != 0.0 else self._commands.get_nowait()
            while True:
                if waiting is None:
                    going = False
                else:
                    commands.append(waiting)
                waiting = self._commands.get_nowait()
        except queue.Empty:
            pass
        self._step(commands)
        if not going and self.transport.score is not None:
            self._step([lambda scheduler: scheduler.transport.stop()])
        return going

    def play(self, step: int | None) -> None:
        """Start, or go to `step`; beside a machine whose clock is followed and runs, start where it is."""
        time = self.clock.now() + LEAD
        if self.transport.score is not None or not self.external.join(time):
            self.transport.play(time, step)

    def follow(self, source: str | None) -> None:
        """Follow the clock of the input called `source`, or with None none."""
        self.external.follow(source)
        self._agree()

    def set_clock(self, on: bool) -> None:
        """Send MIDI clock, but never to the device whose clock is followed."""
        self._sends_clock = on
        self._agree()

    def _agree(self) -> None:
        source = self.external.state.source if self.external.state is not None else ""
        self.transport.set_clock(self._sends_clock and not same_device(source, self.output.status.name))

    def strike(self, event: Event) -> None:
        """Sound `event` at once."""
        self.output.schedule(event, self.clock.now())

    def audition(self, pattern: Pattern | None, step: int | None = 0) -> None:
        """Audition `pattern` from the next bar line, beginning at its `step`, or go back."""
        self.transport.audition(pattern, self.clock.now() + LEAD, step)

    def perform(self, performance: Performance | None) -> None:
        """Play `performance`, or with None stop the one that plays."""
        if performance is not None:
            self.transport.perform(performance, self.clock.now() + LEAD)
        elif self.transport.performing:
            self.transport.stop()

    def mark_played(self, passes: int, step: int, drum: Drum) -> None:
        """What is put into this cell of the pattern sounds from the pass after number `passes` on: somebody
        has struck it just now."""
        score = self.transport.score
        if score is not None:
            part = score.part_at(self.transport.cut)
            base = part.base + (passes - part.first_pass) * part.pattern.ticks
            # Left of all that is sent ahead, where no cut takes it back.
            self._sent.appendleft((self.transport.cut - 1, (base, step, int(drum))))

    def panic(self) -> None:
        """Stop and silence everything."""
        self.transport.stop()
        self.output.panic()

    def set_level(self, level: float) -> None:
        """Set the master level, also of outputs to come."""
        self._level = level
        self.output.set_level(level)

    def use(self, output: Output) -> Output:
        """Play into `output` from the cut on; gives the old one, silenced, for closing."""
        old, self.output = self.output, output
        old.panic()
        output.set_level(self._level)
        self._agree()
        if self.transport.score is not None:
            # Nothing has gone to the new output: all that lies ahead is rendered again.
            self._rendered = self.transport.cut
            self.transport.tell_place()
        return old

    def _step(self, commands: list[Command]) -> None:
        before = self.transport.score
        if commands or self.external.waiting:
            self._place_cut(before)
            for command in commands:
                command(self)
            self.external.attend(self.clock.now())
            if self.transport.score is not before:
                self._take_over(before, self.transport.score)
        score = self.transport.score
        if score is not None:
            self._render(score)
            self._finish(self.clock.now())
        self.score = self.transport.score
        self._tell(before)

    def _place_cut(self, score: Score | None) -> None:
        if score is not None:
            ahead = ceil_tick(score.tick_at(self.clock.now() + MARGIN))
            self.transport.cut = max(min(self._rendered, ahead), score.parts[0].start)

    def _take_over(self, old: Score | None, new: Score | None) -> None:
        """Make what the output holds agree with the changed score."""
        if new is None:
            self.output.cancel(0.0)
            self._halt(old)
            self._sent.clear()
            self._skip = frozenset()
        elif old is None:
            self._rendered = new.parts[0].start
        else:
            self._recut(old, new, self.transport.cut)

    def _recut(self, old: Score, new: Score, cut: int) -> None:
        due = new.due(cut)
        self.output.cancel(due)
        self._rendered = cut
        withdrawn: set[Key | None] = set()
        while self._sent and self._sent[-1][0] >= cut:
            withdrawn.add(self._sent.pop()[1])
        played = {key for _, key in self._sent}
        # What an edit before this one had moved up to its cut may lie behind this one in both scores.
        pending = {s.key for s in events_between(old, cut, cut + REACH)} - self._skip - {None} | withdrawn
        for sounding in events_between(new, cut - REACH, cut):
            key = sounding.key
            if key is not None and key in pending and key not in played:
                # The edit moved it from ahead of the cut to behind it: now, rather than never.
                self.output.schedule(sounding.event, due)
                self._sent.append((cut, key))
                played.add(key)
        self._skip = frozenset(played)

    def _render(self, score: Score) -> None:
        now = self.clock.now()
        if score.due(self._rendered) < now - STALL:
            tempo = Tempo(now + MARGIN, self._rendered, score.tempos[-1].qpm)
            score = self.transport.score = replace(score, tempos=(*score.tempos, tempo))
        end = ceil_tick(score.tick_at(now + LOOKAHEAD))
        if end <= self._rendered:
            return
        for sounding in events_between(score, self._rendered, end):
            if sounding.key is None:
                self.output.schedule(sounding.event, score.due(sounding.tick))
            elif sounding.key not in self._skip:
                self.output.schedule(sounding.event, score.due(sounding.tick))
                self._sent.append((sounding.tick, sounding.key))
        self._rendered = end
        while self._sent and self._sent[0][0] < end - 2 * REACH:
            self._sent.popleft()
        self.transport.forget_before(now - KEPT)

    def _finish(self, now: float) -> None:
        """Stop where a score that does not loop is over."""
        score = self.transport.score
        if score is not None and score.end is not None and now >= score.due(score.end):
            self.transport.stop()
            self._halt(score)
            self._sent.clear()
            self._skip = frozenset()

    def _halt(self, score: Score | None) -> None:
        """Stop who followed the clock of a score that is over."""
        if score is not None and score.clock:
            self.output.schedule(Halt(), self.clock.now())

    def _tell(self, before: Score | None) -> None:
        score = self.transport.score
        if self.external.state != self._external:
            self._external = self.external.state
            self._notify(EngineEvent.EXTERNAL)
        if (score is None) != (before is None):
            self._notify(EngineEvent.STOPPED if score is None else EngineEvent.PLAYING)
        auditioning = False
        if score is not None:
            part = score.part_at(score.tick_at(self.clock.now()))
            auditioning = part.kind is PartKind.AUDITION
        if auditioning != self._auditioning:
            self._auditioning = auditioning
            self._notify(EngineEvent.AUDITION)
