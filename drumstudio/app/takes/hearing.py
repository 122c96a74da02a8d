"""One MIDI input by name, heard by all who ask: what the command line records from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from drumstudio.domain.cleaning import AS_USUAL, Cleaning
from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputStatus, MidiInput
from drumstudio.midi.kit_maps import KitMap, load_maps
from drumstudio.midi.ports import Port


class HeardPort:
    """A `Heard` around one port, with the map that its name speaks for.

    `changed` is called on the input's thread when the port comes or goes.
    """

    def __init__(
        self,
        name: str,
        ports: Iterable[Port],
        changed: Callable[[InputStatus], None] = lambda _status: None,
    ) -> None:
        self.kit: KitMap = load_maps().for_port(name)
        self.cleaning: Cleaning = AS_USUAL
        self._guard = threading.Lock()
        self._listeners: tuple[Callable[[Arrival], None], ...] = ()
        self._input = MidiInput(name, ports, self._take_in, changed)

    @property
    def status(self) -> InputStatus:
        """How the port is doing."""
        return self._input.status

    def listen(self, heard: Callable[[Arrival], None]) -> Callable[[], None]:
        """Have `heard` called, on the input's thread, with all that arrives; call the result to end it."""

        def once(arrival: Arrival) -> None:
            heard(arrival)

        with self._guard:
            self._listeners = (*self._listeners, once)

        def end() -> None:
            with self._guard:
                self._listeners = tuple(each for each in self._listeners if each is not once)

        return end

    def attend(self, ports: Iterable[Port]) -> None:
        """Take note of the ports there are; not to be called from two threads at once."""
        self._input.attend(ports)

    def close(self) -> None:
        """Let go of the port; everything that had arrived has been handed over."""
        self._input.close()

    def _take_in(self, arrival: Arrival) -> None:
        for heard in self._listeners:
            heard(arrival)
