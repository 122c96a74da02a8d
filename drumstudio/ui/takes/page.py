"""The Takes page."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from drumstudio.ui.desk import Desk
from drumstudio.ui.pages import Page
from drumstudio.ui.recording import Recording


class TakesPage(Page):
    """Recorded takes."""

    name = "takes"
    title = "Takes"

    def __init__(self, desk: Desk, recording: Recording, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._recording = recording
