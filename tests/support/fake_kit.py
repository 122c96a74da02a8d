"""A kit on a cable that a test holds: the program's own EKit, with an input that plays what it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest

from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.ports import Port, PortList

TD11 = "TD-11:TD-11 MIDI 1"
PAD = "nanoPAD2:nanoPAD2 MIDI 1"


def ports(*names: str) -> PortList:
    """A list of inputs."""
    return PortList(inputs=tuple(Port(name, "alsa") for name in names))


class FakeInput:
    """Stands in for a MIDI input; ready as soon as its port is there."""

    def __init__(
        self,
        cable: Cable,
        name: str,
        there: Iterable[Port],
        arrived: Callable[[Arrival], None],
        changed: Callable[[InputStatus], None],
    ) -> None:
        self._name, self.arrived, self._changed = name, arrived, changed
        self._cable = cable
        self.status = self._missing()
        cable.input = self
        self.attend(there)

    def _missing(self) -> InputStatus:
        return InputStatus(self._name, InputState.MISSING, f"missing: {self._name}")

    def attend(self, there: Iterable[Port]) -> None:
        found = any(port.name == self._name for port in there)
        status = InputStatus(self._name, InputState.READY) if found else self._missing()
        if status != self.status:
            self.status = status
            self._changed(status)

    def close(self) -> None:
        if self._cable.input is self:
            self._cable.input = None


class Cable:
    """What a test plays into; `input` is the one that listens, None where none does."""

    def __init__(self) -> None:
        self.input: FakeInput | None = None

    def send(self, *data: int, at: float | None = None) -> None:
        """Send one message, stamped `at` or now."""
        assert self.input is not None, "nobody listens"
        self.input.arrived(Arrival(time.perf_counter() if at is None else at, bytes(data)))

    def hit(self, note: int, velocity: int = 100, at: float | None = None) -> None:
        """Strike a pad."""
        self.send(0x99, note, velocity, at=at)


def plug(monkeypatch: pytest.MonkeyPatch) -> Cable:
    """Have every EKit listen to a cable instead of a port."""
    cable = Cable()
    monkeypatch.setattr(
        "drumstudio.app.kit.ekit.MidiInput",
        lambda name, there, arrived, changed: FakeInput(cable, name, there, arrived, changed),
    )
    return cable
