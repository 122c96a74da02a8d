"""The output that plays nothing, for machines without sound and for tests."""

from __future__ import annotations

from drumstudio.engine.outputs import Event, OutputState, OutputStatus


class NullOutput:
    """Takes everything, sounds nothing; shows `status` as given."""

    def __init__(self, status: OutputStatus | None = None) -> None:
        self._status = status or OutputStatus("No sound", OutputState.READY)

    @property
    def status(self) -> OutputStatus:
        """How the output is doing."""
        return self._status

    def schedule(self, event: Event, due: float) -> None:
        """Nothing sounds."""

    def cancel(self, after: float) -> None:
        """Nothing is held."""

    def panic(self) -> None:
        """Nothing sounds."""

    def set_level(self, level: float) -> None:
        """There is no level."""

    def close(self) -> None:
        """Nothing is held."""
