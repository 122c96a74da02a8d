"""The engine as the rest of the program sees it: narrow calls that never wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.take import Arrival
from drumstudio.engine.clock import Clock, MonotonicClock
from drumstudio.engine.devices import SILENCE, Devices, OutputChoice
from drumstudio.engine.external_clock import CLOCK_MESSAGES, ClockState
from drumstudio.engine.null_output import NullOutput
from drumstudio.engine.outputs import Choke, Output, OutputStatus, Strike
from drumstudio.engine.performing import Performance
from drumstudio.engine.render import PartKind, ceil_tick
from drumstudio.engine.scheduler import EngineEvent, Scheduler
from drumstudio.engine.transport import Position, position_in
from drumstudio.midi.ports import PortList

__all__ = ["SILENCE", "ClockState", "Engine", "EngineEvent", "OutputChoice", "Position"]


class Engine:
    """Plays a project into an output.

    Every call may come from any thread and returns at once; what it asks for is done by the
    scheduler's thread (playing) or the devices' thread (opening outputs, looking for ports).
    Without `output` nothing sounds until `select_output`.  With `watch_ports` False the list
    of choices holds only the synth and silence, and no child process is started.
    """

    def __init__(
        self, clock: Clock | None = None, output: Output | None = None, watch_ports: bool = True
    ) -> None:
        self._clock = clock or MonotonicClock()
        self._callbacks: tuple[Callable[[EngineEvent], None], ...] = ()
        first = output or NullOutput()
        self._scheduler = Scheduler(self._clock, first, self._notify)
        self._devices = Devices(self._scheduler, first, self._notify, watch_ports)

    def start(self) -> None:
        """Start the threads."""
        self._scheduler.start()
        self._devices.start()

    def close(self) -> None:
        """Stop playing, silence and release the output, and join the threads."""
        self._scheduler.close()
        self._devices.close()

    def subscribe(self, callback: Callable[[EngineEvent], None]) -> None:
        """Have `callback` called, on the engine's threads, with everything that happens."""
        self._callbacks = (*self._callbacks, callback)

    def set_project(self, project: Project) -> None:
        """Play this from now on: pattern, tempo and lanes, within a step and without a hiccup."""
        self._scheduler.post(lambda s: s.transport.set_project(project))

    def audition(self, pattern: Pattern | None, step: int | None = 0) -> None:
        """Loop `pattern` from the next bar line, beginning at its `step`, or with None go back to the
        project's there.  A `step` of None goes on at the place of what is heard, if it has the same shape.

        When stopped, a pattern begins at once.  `stop` ends an audition too.
        """
        self._scheduler.post(lambda s: s.audition(pattern, step))

    def perform(self, performance: Performance | None) -> None:
        """Play a performance once, at its own tempo, in place of what plays; with None stop it."""
        self._scheduler.post(lambda s: s.perform(performance))

    def mark_played(self, passes: int, step: int, drum: Drum) -> None:
        """Somebody has struck what is about to be put into this cell: in the pass number `passes` it does not
        sound again."""
        self._scheduler.post(lambda s: s.mark_played(passes, step, drum))

    def set_click(self, on: bool) -> None:
        """Turn the metronome on or off."""
        self._scheduler.post(lambda s: s.transport.set_click(on))

    def set_clock(self, on: bool) -> None:
        """Send MIDI clock, start, stop, continue and song position to a MIDI output, or send none."""
        self._scheduler.post(lambda s: s.set_clock(on))

    def follow(self, source: str | None) -> None:
        """Play by the MIDI clock that the input called `source` brings, or with None by the project's tempo.

        START and CONTINUE of its machine start playing, STOP stops it, a song position moves it, and its
        tempo stands in for the project's, which stays what it was.  What comes in is told to `hear`.
        Where the clock is lost, playing goes on at the tempo it had.
        """
        self._scheduler.post(lambda s: s.follow(source))

    def hear(self, arrival: Arrival) -> None:
        """Take in a message of the input whose clock is followed, stamped in seconds of the engine's clock;
        all but clock is passed over."""
        if arrival.data[0] in CLOCK_MESSAGES:
            self._scheduler.post(lambda s: s.external.take(arrival))

    def set_count_in(self, bars: int) -> None:
        """Count `bars` bars in from the next start on."""
        self._scheduler.post(lambda s: setattr(s.transport, "count_in", max(0, bars)))

    def set_loop(self, on: bool) -> None:
        """Loop, or stop at the end of the pattern."""
        self._scheduler.post(lambda s: s.transport.set_loop(on))

    def set_passes(self, passes: int) -> None:
        """Play the pattern this often at the next start, when it does not loop."""
        self._scheduler.post(lambda s: setattr(s.transport, "passes", max(1, passes)))

    def play(self, step: int | None = None) -> None:
        """Start at `step`, by default where playing last started or `locate` was; when playing, go there."""
        self._scheduler.post(lambda s: s.play(step))

    def stop(self) -> None:
        """Stop; nothing that is scheduled sounds any more, what rings rings out."""
        self._scheduler.post(lambda s: s.transport.stop())

    def locate(self, step: int) -> None:
        """Go to `step`: at once when playing, at the next start otherwise."""
        self._scheduler.post(lambda s: s.transport.locate(step))

    def strike(self, drum: Drum, velocity: int) -> None:
        """Sound one drum at once."""
        self._scheduler.post(lambda s: s.strike(Strike(drum, velocity)))

    def choke(self, drum: Drum) -> None:
        """Grip a cymbal, where the output has the means."""
        self._scheduler.post(lambda s: s.strike(Choke(drum)))

    def panic(self) -> None:
        """Stop and silence everything."""
        self._scheduler.post(lambda s: s.panic())

    def set_level(self, level: float) -> None:
        """Set the master level, 0 to 1, of this output and those to come."""
        self._scheduler.post(lambda s: s.set_level(max(0.0, min(1.0, level))))

    def select_output(self, choice: OutputChoice) -> None:
        """Open `choice` and play into it as soon as it is there."""
        self._devices.select(choice)

    def set_soundfont(self, path: Path | None) -> None:
        """Use this soundfont (None: the shipped one) from now on; reopens the synth if it plays."""
        self._devices.set_soundfont(path)

    def rescan(self) -> None:
        """Look for ports and a synth now instead of at the next second."""
        self._devices.rescan()

    @property
    def external(self) -> ClockState | None:
        """How the clock that is followed is doing, None while none is."""
        return self._scheduler.external.state

    @property
    def playing(self) -> bool:
        """Whether it plays, counts in or auditions."""
        return self._scheduler.score is not None

    def position(self) -> Position | None:
        """What sounds at this moment, the output's latency allowed for; None when stopped."""
        return self.position_at(self._clock.now())

    def position_at(self, moment: float) -> Position | None:
        """What sounds, or did, at `moment` of the engine's clock; None when stopped.  The past is forgotten
        after a while."""
        score = self._scheduler.score
        return None if score is None else position_in(score, moment - self._scheduler.output.status.latency)

    def bar_line_after(self, moment: float) -> float | None:
        """When the first bar line after `moment`, or after the count-in, sounds; None when stopped."""
        score, latency = self._scheduler.score, self._scheduler.output.status.latency
        if score is None:
            return None
        tick = ceil_tick(score.tick_at(moment - latency))
        part = score.part_at(tick)
        line = part.end if part.kind is PartKind.COUNT_IN and part.end is not None else part.next_bar(tick)
        return score.due(line) + latency

    def began_at(self) -> float | None:
        """When the first step after the count-in sounds, or did, in seconds of the engine's clock; None when
        stopped.  To be asked when playing begins: the past is forgotten after a while."""
        score = self._scheduler.score
        if score is None:
            return None
        first = next((part for part in score.parts if part.kind is not PartKind.COUNT_IN), score.parts[0])
        return score.due(first.start) + self._scheduler.output.status.latency

    @property
    def status(self) -> OutputStatus:
        """How the output is doing."""
        return self._scheduler.output.status

    @property
    def choice(self) -> OutputChoice:
        """The output that was asked for last."""
        return self._devices.choice

    def choices(self) -> tuple[OutputChoice, ...]:
        """Outputs there are, and the chosen one if it is missing; a list kept by the devices' thread."""
        return self._devices.choices

    def ports(self) -> PortList | None:
        """The MIDI ports there are, inputs too; None before the first look or where none is taken."""
        return self._devices.ports

    def _notify(self, event: EngineEvent) -> None:
        for callback in self._callbacks:
            callback(event)
