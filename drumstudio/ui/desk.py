"""What every page of the window works with, and what pages tell each other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from drumstudio.app.kit.ekit import EKit
from drumstudio.app.training.data import Judgement
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.document import Document
from drumstudio.ui.playing import Playing


class Desk(QObject):
    """The parts of the window that pages share.

    Signals: `told(Message)` for the banner; `hinted(str)` for the status bar; `page_wanted(name)` to
    bring a page to the front; `takes_changed()`, `data_changed()` and `models_changed()` when takes,
    training data or model files are no longer what they were; `model_wanted(Path)` to play with that
    drummer from now on, `model_changed(Path | None)` when it is the one that plays;
    `pattern_found(Path, Imported)` takes what was read from a file into the project.

    `judgement` is the newest on the training data, None before the first; the Data page sets it and
    then tells `data_changed()`, and judges where it has not yet when asked by `data_wanted()`.
    """

    told = Signal(object)
    hinted = Signal(str)
    page_wanted = Signal(str)
    takes_changed = Signal()
    data_changed = Signal()
    models_changed = Signal()
    model_wanted = Signal(object)
    model_changed = Signal(object)
    data_wanted = Signal()
    pattern_found = Signal(object, object)

    def __init__(
        self,
        document: Document,
        playing: Playing,
        background: Background,
        bridge: Bridge,
        settings: Settings,
        kit: EKit,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.playing = document, playing
        self.background, self.bridge, self.settings = background, bridge, settings
        self.kit = kit
        self.judgement: Judgement | None = None
