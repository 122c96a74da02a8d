"""An e-kit that tests strike themselves: what the window records from, without a port."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from drumstudio.app.kit.ekit import KitState
from drumstudio.domain.cleaning import AS_USUAL, Cleaning
from drumstudio.domain.drums import ROLAND
from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.kit_maps import KitMap


class FakeKit:
    """A `Heard` that hears what `strike` and `send` say."""

    def __init__(self, name: str = "TD-11", state: InputState = InputState.READY) -> None:
        self.status = InputStatus(name, state)
        self.kit = KitMap(ROLAND)
        self.cleaning: Cleaning = AS_USUAL
        self.listeners: list[Callable[[Arrival], None]] = []

    @property
    def state(self) -> KitState:
        return KitState(self.status, self.kit)

    @property
    def latency(self) -> float:
        return self.cleaning.latency

    def lag(self, seconds: float) -> None:
        """Take so long from stroke to stamp."""
        self.cleaning = replace(self.cleaning, latency=seconds)

    def listen(self, heard: Callable[[Arrival], None]) -> Callable[[], None]:
        self.listeners.append(heard)
        return lambda: self.listeners.remove(heard)

    def send(self, *data: int, at: float | None = None) -> float:
        """Have a message arrive, now or `at` a moment of perf_counter; gives the moment."""
        moment = time.perf_counter() if at is None else at
        for heard in tuple(self.listeners):
            heard(Arrival(moment, bytes(data)))
        return moment

    def strike(self, note: int, velocity: int = 100, at: float | None = None) -> float:
        """Have a stroke arrive."""
        return self.send(0x99, note, velocity, at=at)

    def start(self) -> None:
        """The window starts its kit; there is nothing to start."""

    def close(self) -> None:
        """And closes it."""
