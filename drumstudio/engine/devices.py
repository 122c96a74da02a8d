"""The devices' thread: opens and closes outputs, and keeps the list of what there is.

Opening a synth or a port may take a second; it happens here, and the scheduler swaps a
finished output in.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from drumstudio.engine.midi_out import MidiOutput
from drumstudio.engine.null_output import NullOutput
from drumstudio.engine.output_options import AS_USUAL, OutputOptions
from drumstudio.engine.outputs import Output, OutputState, OutputStatus
from drumstudio.engine.scheduler import EngineEvent, Scheduler
from drumstudio.errors import DrumStudioError
from drumstudio.midi.kit_maps import find_map
from drumstudio.midi.ports import PortList, PortWatcher

SCAN = 1.0  # seconds between looks at ports and states


@dataclass(frozen=True, slots=True)
class OutputChoice:
    """An output to choose: `kind` is "synth", "midi" or "none", `name` a port's name, `options` how that is
    played."""

    kind: str
    name: str = ""
    label: str = ""
    options: OutputOptions = AS_USUAL


SYNTH = OutputChoice("synth", "", "DrumStudio kit")
SILENCE = OutputChoice("none", "", "No sound")


class Devices:
    """Owns the opening of outputs; `choice`, `choices` and `ports` may be read by any thread.

    `ports` is None until the first look is done.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        first: Output,
        notify: Callable[[EngineEvent], None],
        watch_ports: bool,
    ) -> None:
        self.choice = SILENCE
        self.choices: tuple[OutputChoice, ...] = (SYNTH, SILENCE)
        self._scheduler = scheduler
        self._output = first
        self._notify = notify
        self._watch_ports = watch_ports
        self._soundfont: Path | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._told: OutputStatus | None = None
        self._watcher: PortWatcher | None = None
        self.ports: PortList | None = None

    def start(self) -> None:
        """Start the thread."""
        if self._watch_ports:
            self._watcher = PortWatcher(lambda ports: self._jobs.put(lambda: self._take_ports(ports)))
        self._thread = threading.Thread(target=self._run, name="engine-devices", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Release the outputs and join the thread; the scheduler must be closed before."""
        self._jobs.put(None)
        if self._watcher is not None:
            self._watcher.close()
        if self._thread is None:
            self._run()
        else:
            self._thread.join(timeout)
            self._thread = None

    def select(self, choice: OutputChoice) -> None:
        """Open `choice` and hand it to the scheduler."""
        self.choice = choice
        self._jobs.put(lambda: self._open(choice))

    def set_soundfont(self, path: Path | None) -> None:
        """Use another soundfont; reopens the synth if it is the choice."""
        self._jobs.put(lambda: self._take_soundfont(path))

    def rescan(self) -> None:
        """Look at ports and states now, and try again what failed."""
        self._jobs.put(self._retry)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=SCAN)
            except queue.Empty:
                job = self._attend
            if job is None:
                break
            job()
            self._tell()
        # A swap that the scheduler did not get to leaves two.
        for output in {id(o): o for o in (self._output, self._scheduler.output)}.values():
            output.close()

    def _open(self, choice: OutputChoice) -> None:
        if choice is not self.choice:
            return
        try:
            output = self._opened(choice)
        except DrumStudioError as error:
            output = NullOutput(OutputStatus(choice.label, OutputState.FAILED, str(error)))
        self._output = output
        self._list()
        self._scheduler.post(lambda scheduler: self._swap(scheduler, output))

    def _swap(self, scheduler: Scheduler, output: Output) -> None:
        old = scheduler.use(output)
        self._jobs.put(old.close)

    def _opened(self, choice: OutputChoice) -> Output:
        if choice.kind == "synth":
            from drumstudio.engine.fluid import FluidOutput  # brings numpy: not before the window

            return FluidOutput(self._soundfont)
        if choice.kind == "midi":
            ports = self.ports.outputs if self.ports else ()
            options = choice.options
            drum_map = find_map(options.drum_map) if options.drum_map else None
            return MidiOutput(
                choice.name,
                ports,
                drum_map,
                options.click,
                curve=options.curve,
                gate=options.gate,
                pedal_by_velocity=options.pedal_by_velocity,
            )
        return NullOutput()

    def _attend(self) -> None:
        """Once a second: a sender process that died is started again."""
        output = self._output
        if isinstance(output, MidiOutput) and self.ports is not None and output.attend(self.ports.outputs):
            # Who follows the clock there knows nothing of what plays.
            self._scheduler.post(lambda scheduler: scheduler.transport.tell_place())

    def _take_ports(self, ports: PortList) -> None:
        self.ports = ports
        self._attend()
        self._list()
        self._notify(EngineEvent.PORTS)

    def _list(self) -> None:
        """Put the list of choices together, the chosen port among them even while it is missing."""
        chosen = self.choice
        midi = [
            chosen if port.name == chosen.name else OutputChoice("midi", port.name, port.label)
            for port in (self.ports.outputs if self.ports else ())
        ]
        if chosen.kind == "midi" and chosen.name not in [each.name for each in midi]:
            midi.append(replace(chosen, label=f"missing: {chosen.label or chosen.name}"))
        choices = (SYNTH, *midi, SILENCE)
        if choices != self.choices:
            self.choices = choices
            self._notify(EngineEvent.CHOICES)

    def _take_soundfont(self, path: Path | None) -> None:
        if path != self._soundfont:
            from drumstudio.engine.fluid import FluidOutput

            self._soundfont = path
            if isinstance(self._output, FluidOutput) and self._output.status.state is OutputState.READY:
                self._output.set_soundfont(path)
            elif self.choice.kind == "synth":
                self._open(self.choice)

    def _retry(self) -> None:
        if self._watcher is not None:
            self._watcher.rescan()
        if self._output.status.state is OutputState.FAILED:
            self._open(self.choice)

    def _tell(self) -> None:
        status = self._scheduler.output.status
        if status != self._told:
            self._told = status
            self._notify(EngineEvent.OUTPUT)
