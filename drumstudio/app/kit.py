"""The e-kit: the MIDI input that was chosen, heard all the time and told to all who listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputStatus
from drumstudio.midi.kit_maps import KitMap


class Heard(Protocol):
    """Whatever recorders, monitors and followers listen to."""

    @property
    def status(self) -> InputStatus:
        """How the input is doing; its name is "" where none was chosen."""

    @property
    def kit(self) -> KitMap:
        """The map that its notes are read with."""

    def listen(self, heard: Callable[[Arrival], None]) -> Callable[[], None]:
        """Have `heard` called, on the input's thread, with all that arrives; call the result to end it."""
