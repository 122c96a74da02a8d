"""Which devices can train: looked up in a process of its own, as only torch knows."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, Signal

from drumstudio.ui.training.choices import DEVICES

_LOOK = "from drumstudio.ml.training.devices import present; print(*present())"


class DeviceFinder(QObject):
    """Looks once.  Signal: `found(tuple)` with the names of the devices that are there."""

    found = Signal(tuple)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] | None = None
        self._process: QProcess | None = None

    def look(self) -> None:
        """Begin to look, unless that was done."""
        if self._process is not None:
            return
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.start(sys.executable, ["-c", _LOOK])

    def close(self) -> None:
        """Look no longer."""
        if self._process is not None and self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.finished.disconnect(self._finished)
            self._process.kill()
            self._process.waitForFinished(1000)

    def _finished(self) -> None:
        assert self._process is not None
        words = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace").split()
        self.names = tuple(name for name in DEVICES if name in words) or ("cpu",)
        self.found.emit(self.names)
