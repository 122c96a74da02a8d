"""The e-kit: the MIDI input that was chosen, heard all the time and told to all who listen."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from drumstudio.app.kit.memory import MAX_LATENCY, Origin, remember, remembered
from drumstudio.domain.cleaning import AS_USUAL, PEDAL, RAW, Cleaning, interpreted
from drumstudio.domain.drums import GENERAL_MIDI, Drum
from drumstudio.domain.take import Arrival
from drumstudio.domain.velocity import VelocityCurve
from drumstudio.midi.inputs import InputState, InputStatus, MidiInput
from drumstudio.midi.kit_maps import KitMap, KitMaps, load_maps, told_apart
from drumstudio.midi.ports import Port, PortList
from drumstudio.settings import Settings

LOOK = 1.0  # seconds after which a listener that died is started again
NO_KIT = InputStatus("", InputState.MISSING, "No e-kit is chosen.")
NO_MAP = KitMap(GENERAL_MIDI)
_INPUT = "kit_input"


class Heard(Protocol):
    """Whatever recorders, monitors and followers listen to."""

    @property
    def status(self) -> InputStatus:
        """How the input is doing; its name is "" where none was chosen."""

    @property
    def kit(self) -> KitMap:
        """The map that its notes are read with."""

    @property
    def cleaning(self) -> Cleaning:
        """How its strokes are read: with the latency and velocity curve that were set for it."""

    def listen(self, heard: Callable[[Arrival], None]) -> Callable[[], None]:
        """Have `heard` called, on the input's thread, with all that arrives; call the result to end it."""


@dataclass(frozen=True, slots=True)
class KitState:
    """What is chosen and how it is doing, the map in force and why, and the inputs there are."""

    status: InputStatus = NO_KIT
    kit: KitMap = NO_MAP
    origin: Origin = Origin.DEFAULT
    inputs: tuple[Port, ...] = ()
    maps: KitMaps | None = None  # not known before they are read


@dataclass(frozen=True, slots=True)
class KitStroke:
    """A stroke on the kit: the moment (perf_counter) of its stamp, its note, how hard it was `played` and how
    hard that counts (1-127 both), and its drum, None where the map has none for the note."""

    seconds: float
    note: int
    played: int
    velocity: int
    drum: Drum | None


KitEvent = KitState | KitStroke


class EKit:
    """Hears the input that `choose` names, or the last one, from `start` to `close`.

    Calls may come from any thread and never wait; what takes time is done by a thread of its own.
    `told` is called with each change and each stroke, on that thread or the input's.  An input
    that is gone stays chosen and is taken up again when `attend` is told of it.  Nothing that
    arrives is ever sent on, except that `sound`, where it is set, is called with each stroke.
    """

    def __init__(self, settings: Settings, told: Callable[[KitEvent], None] = lambda _event: None) -> None:
        self.sound: Callable[[Drum, int], None] | None = None
        self._settings = settings
        self._told = told
        self._name = settings.get(_INPUT, "")
        self._memory = remembered(settings, self._name)
        self._state = KitState(replace(NO_KIT, name=self._name))
        self._maps: KitMaps | None = None
        self._ports = PortList()
        self._input: MidiInput | None = None
        self._listeners: tuple[Callable[[Arrival], None], ...] = ()
        self._guard = threading.Lock()  # of listeners and memory, which several threads change
        self._pedal = Arrival(0.0, bytes((0xB0, PEDAL, 127)))
        self._pedals = 0
        self._struck: frozenset[int] = frozenset()
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    # -- for any thread

    @property
    def state(self) -> KitState:
        """Everything there is to show."""
        return self._state

    @property
    def status(self) -> InputStatus:
        """How the input is doing; its name is "" where none was chosen."""
        return self._state.status

    @property
    def kit(self) -> KitMap:
        """The map that its notes are read with."""
        return self._state.kit

    @property
    def was_chosen(self) -> bool:
        """Whether the user ever said which input it is, or that there is none."""
        return self._settings.get(_INPUT) is not None

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def curve(self) -> VelocityCurve:
        """How hard its strokes count."""
        return self._memory.curve

    @property
    def latency(self) -> float:
        """Seconds that kit and computer take from stroke to stamp, as calibrated."""
        return self._memory.latency

    @property
    def cleaning(self) -> Cleaning:
        """How its strokes are read: with the latency and velocity curve that were set for it."""
        return replace(AS_USUAL, latency=self.latency, curve=self.curve)

    def listen(self, heard: Callable[[Arrival], None]) -> Callable[[], None]:
        """Have `heard` called, on the input's thread, with all that arrives; call the result to end it.

        All means clock and pedal too; only active sensing and system exclusive messages are left out.
        """
        with self._guard:
            self._listeners = (*self._listeners, heard)

        def end() -> None:
            with self._guard:
                self._listeners = tuple(each for each in self._listeners if each is not heard)

        return end

    def start(self) -> None:
        """Start the thread, which reads the maps and takes up the input."""
        self._jobs.put(self._read_maps)
        self._jobs.put(self._take_up)
        self._thread = threading.Thread(target=self._run, name="e-kit", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Let go of the input and join the thread."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(timeout)
            self._thread = None

    def attend(self, ports: PortList) -> None:
        """Take note of the ports there are."""
        self._jobs.put(lambda: self._take_ports(ports))

    def choose(self, name: str) -> None:
        """Hear the input called `name` from now on, at the next start too; "" hears none."""
        self._settings.set(_INPUT, name)
        self._jobs.put(lambda: self._take_up(name))

    def use_map(self, name: str) -> None:
        """Read this input's notes with map `name` from now on; "" takes the one that its name or strokes
        speak for."""
        self._jobs.put(lambda: self._take_map(name))

    def reload_maps(self) -> None:
        """Read the map files anew: one was saved."""
        self._jobs.put(self._read_maps)

    def set_curve(self, curve: VelocityCurve) -> None:
        """Let this input's strokes count by `curve`."""
        self._remember(curve=curve)

    def set_latency(self, seconds: float) -> None:
        """Take `seconds` from stroke to stamp off this input's strokes."""
        self._remember(latency=max(-MAX_LATENCY, min(MAX_LATENCY, seconds)))

    def _remember(self, **changes: Any) -> None:
        with self._guard:
            memory = self._memory = replace(self._memory, **changes)
            remember(self._settings, self._name, memory)

    # -- on the thread of its own

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=LOOK)
            except queue.Empty:
                job = self._look
            if job is None:
                break
            job()
        if self._input is not None:
            self._input.close()

    def _look(self) -> None:
        if self._input is not None:
            self._input.attend(self._ports.inputs)

    def _take_ports(self, ports: PortList) -> None:
        self._ports = ports
        self._look()
        self._become(inputs=ports.inputs)

    def _take_up(self, name: str | None = None) -> None:
        if name is not None:
            if name == self._name:
                return
            with self._guard:
                self._name, self._memory = name, remembered(self._settings, name)
        if self._input is not None:
            self._input.close()
        self._input = None
        self._pedals, self._struck = 0, frozenset()
        if self._name:
            self._input = MidiInput(self._name, self._ports.inputs, self._arrived, self._changed)
        self._find_map()

    def _changed(self, status: InputStatus) -> None:
        if status.name == self._name:
            self._jobs.put(self._show)

    def _show(self) -> None:
        self._become()

    def _become(self, **changes: Any) -> None:
        """Tell of what has changed, the input's state among it."""
        status = self._input.status if self._input else NO_KIT
        state = replace(self._state, status=status, **changes)
        if state != self._state:
            self._state = state
            self._told(state)

    # -- maps

    def _read_maps(self) -> None:
        self._maps = load_maps()
        self._find_map()

    def _find_map(self) -> None:
        """Put the map in force: the one remembered, or the one that the name or the strokes speak for."""
        if self._maps is None:
            return
        remembered = self._maps.maps.get(self._memory.map)
        if remembered is not None:
            kit, origin = remembered, self._memory.origin
        elif named := self._maps.named_by(self._name) if self._name else None:
            kit, origin = named, Origin.NAME
        elif struck := told_apart(self._struck, self._maps, self._pedals > 1):
            kit, origin = struck, Origin.STRUCK
            self._remember(map=kit.name, origin=origin)
        else:
            kit, origin = self._maps.for_port(self._name), Origin.DEFAULT
        self._become(kit=kit, origin=origin, maps=self._maps)

    def _take_map(self, name: str) -> None:
        self._remember(map=name, origin=Origin.CHOSEN if name else Origin.DEFAULT)
        self._find_map()

    # -- on the input's thread

    def _arrived(self, arrival: Arrival) -> None:
        for heard in self._listeners:
            heard(arrival)
        kind = arrival.data[0] & 0xF0
        if kind == 0xB0 and arrival.data[1] == PEDAL:
            self._pedal = arrival
            self._pedals += 1
        elif kind == 0x90 and arrival.data[2]:
            self._stroke(arrival)

    def _stroke(self, arrival: Arrival) -> None:
        stroke = read_stroke(arrival, self._pedal, self._state.kit, self.curve)
        if self.sound is not None and stroke.drum is not None:
            self.sound(stroke.drum, stroke.velocity)
        self._told(stroke)
        if stroke.note not in self._struck:
            self._struck |= {stroke.note}
            if self._state.origin is Origin.DEFAULT:
                self._jobs.put(self._find_map)


def read_stroke(arrival: Arrival, pedal: Arrival, kit: KitMap, curve: VelocityCurve) -> KitStroke:
    """The stroke that a note-on is, after the last movement of the hi-hat's `pedal`."""
    _, note, played = arrival.data
    before = Arrival(arrival.seconds, pedal.data)
    hits = interpreted((before, arrival), kit.drum_map, replace(RAW, curve=curve)).hits
    if hits:
        return KitStroke(arrival.seconds, note, played, hits[0].velocity, hits[0].drum)
    return KitStroke(arrival.seconds, note, played, curve(played), None)
