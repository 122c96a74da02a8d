"""A MIDI port as an output: maps drums to notes and feeds the sender process.

Where the map says so, the hi-hat's pedal (CC 4) is set before each of its strokes, and polyphonic
aftertouch on bow and edge chokes a cymbal.  Nothing that comes in is ever sent: a module with Local
Control on would sound twice.
The port is known by its name.  While it is not there the output is `MISSING` and stays; when
it returns, it is taken up again.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from drumstudio.domain.drums import Drum, DrumMap
from drumstudio.domain.performance import pedal_before
from drumstudio.domain.velocity import LINEAR, VelocityCurve
from drumstudio.engine.midi_frames import (
    CANCEL,
    CONTROL,
    HALT,
    NOTE,
    PANIC,
    PULSE,
    SONG,
    TOUCH,
    Frame,
    pack,
)
from drumstudio.engine.output_options import GATE
from drumstudio.engine.outputs import (
    Choke,
    Click,
    Event,
    Halt,
    OutputState,
    OutputStatus,
    Pulse,
    Song,
    Strike,
)
from drumstudio.midi.child import end_child, start_child
from drumstudio.midi.ports import Port, is_electronic_kit, map_for

SENDER_MODULE = "drumstudio.engine.midi_sender"
DRUM_CHANNEL = 9
# General MIDI's high and low wood block, as a metronome.
CLICK_ACCENT, CLICK = 76, 77
CLICK_VELOCITY = 100
PEDAL = 4  # controller of the hi-hat's pedal
GRIP = 0.010  # seconds that a hand holds a choked cymbal
SONG_END = 1 << 14  # song positions are 14 bits
FIGURES = 10_000  # notes whose lateness is kept
REPORTS_A_FIGURE = 64  # notes between new figures in the status


class MidiOutput:
    """Sends to the port named `name`.

    `drum_map` None takes Roland's map for a Roland module and General MIDI otherwise; `click`
    None sends the metronome to anything but a Roland module, where it would sound a pad.
    Strokes go through `curve` and end after `gate` seconds; `pedal_by_velocity` opens the hi-hat's pedal
    the wider the harder, rather than always; `latency` is what the device takes from note to sound, in
    seconds.
    """

    def __init__(
        self,
        name: str,
        ports: Iterable[Port],
        drum_map: DrumMap | None = None,
        click: bool | None = None,
        channel: int = DRUM_CHANNEL,
        curve: VelocityCurve = LINEAR,
        latency: float = 0.0,
        gate: float = GATE,
        pedal_by_velocity: bool = True,
    ) -> None:
        self.name = name
        self.curve = curve
        self.latency = latency
        self.drum_map = drum_map or map_for(name)
        self.sends_click = not is_electronic_kit(name) if click is None else click
        self.lateness: deque[float] = deque(maxlen=FIGURES)
        self._channel = channel
        self._gate = gate
        self._pedal_by_velocity = pedal_by_velocity
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._status = self._missing()
        self.attend(ports)

    @property
    def status(self) -> OutputStatus:
        """How the output is doing; `detail` names the map, and the lateness once there is one."""
        return self._status

    def attend(self, ports: Iterable[Port]) -> bool:
        """Take note of the ports there are: let go of a vanished one, take up one that is back; True for
        the latter.

        Not for the scheduler's thread: it may take a moment.
        """
        port = next((port for port in ports if port.name == self.name), None)
        if self._child is not None and (port is None or self._child.poll() is not None):
            self._end()
        if port is None:
            self._status = self._missing()
        elif self._child is None:
            self._begin(port)
            return True
        return False

    def schedule(self, event: Event, due: float) -> None:
        """Send `event` at `due`; at once when that is past."""
        if isinstance(event, Strike):
            self._strike(event, due)
        elif isinstance(event, Click):
            if self.sends_click:
                note = CLICK_ACCENT if event.accent else CLICK
                self._order(Frame(NOTE, self._channel, note, CLICK_VELOCITY, due))
        elif isinstance(event, Choke):
            self._choke((event.drum,), due)
        elif isinstance(event, Pulse):
            self._order(Frame(PULSE, time=due))
        elif isinstance(event, Song):
            high, low = divmod(event.position % SONG_END, 128)
            self._order(Frame(SONG, 0, low, high, due))
        elif isinstance(event, Halt):
            self._order(Frame(HALT, time=due))

    def cancel(self, after: float) -> None:
        """Forget every note due at `after` or later; note-offs of what sounds still follow."""
        self._order(Frame(CANCEL, time=after))

    def panic(self) -> None:
        """Forget everything and send note-offs, all notes off and all sound off; cymbals are choked."""
        self._order(Frame(PANIC, self._channel))
        self._choke(tuple(Drum), time.perf_counter())

    def set_level(self, level: float) -> None:
        """A MIDI port has no level: its own device sets it."""

    def close(self) -> None:
        """Send note-offs and let go of the port."""
        self._end()

    def _strike(self, event: Strike, due: float) -> None:
        velocity = self.curve(event.velocity)
        force = velocity if self._pedal_by_velocity else 127
        pedal = pedal_before(event.drum, force) if self.drum_map.pedal else None
        if pedal is not None:
            self._order(Frame(CONTROL, self._channel, PEDAL, pedal, due))
        self._order(Frame(NOTE, self._channel, self.drum_map.note_of(event.drum), velocity, due))

    def _choke(self, drums: tuple[Drum, ...], due: float) -> None:
        notes = [note for drum in drums for note in self.drum_map.chokes_of(drum)]
        for pressure, moment in ((127, due), (0, due + GRIP)):
            for note in notes:
                self._order(Frame(TOUCH, self._channel, note, pressure, moment))

    def _missing(self) -> OutputStatus:
        message = f"missing: {self.name}; it is taken up again when it is plugged in."
        return OutputStatus(self.name, OutputState.MISSING, message)

    def _begin(self, port: Port) -> None:
        self._status = OutputStatus(self.name, OutputState.STARTING)
        child = start_child(SENDER_MODULE, port.api, port.name, str(self._channel), str(self._gate))
        if child.stdin is not None and os.name == "posix":
            os.set_blocking(child.stdin.fileno(), False)
        self._closing = False
        self._child = child
        self._thread = threading.Thread(target=self._read, args=(child,), name="midi-sender", daemon=True)
        self._thread.start()

    def _end(self) -> None:
        child, self._child, self._closing = self._child, None, True
        if child is None:
            return
        end_child(child)
        if self._thread is not None:
            self._thread.join(2.0)

    def _order(self, frame: Frame) -> None:
        child = self._child
        if child is None or child.stdin is None:
            return
        try:
            child.stdin.write(pack(frame))
        except (OSError, ValueError):
            # The sender ended, or does not read any more; the next look at the ports restarts it.
            self._status = OutputStatus(
                self.name, OutputState.FAILED, f"{self.name} does not answer; plug it in again."
            )

    def _show_lateness(self) -> None:
        figures = sorted(self.lateness)
        p99 = figures[len(figures) * 99 // 100] * 1000
        if self._status.state is OutputState.READY:
            self._status = replace(self._status, detail=f"{self.drum_map.label}, p99 {p99:.1f} ms late")

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        """Take in what the sender reports, until it ends."""
        reports = 0
        if child.stdout is None:
            return
        for line in child.stdout:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "ready":
                self._status = OutputStatus(
                    self.name, OutputState.READY, detail=self.drum_map.label, latency=self.latency
                )
            elif word == "late":
                self.lateness.append(float(rest.split()[0]))
                reports += 1
                if reports % REPORTS_A_FIGURE == 0:
                    self._show_lateness()
        if not self._closing:
            self._status = self._missing()
