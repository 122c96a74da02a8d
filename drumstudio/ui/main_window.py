"""The window: puts the panels together and the menus over them."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from drumstudio import __version__, paths
from drumstudio.app import store
from drumstudio.app.kit.ekit import EKit
from drumstudio.domain.project import Project
from drumstudio.engine.facade import Engine
from drumstudio.settings import Settings
from drumstudio.ui import theme
from drumstudio.ui.banner import Banner
from drumstudio.ui.bridge import Background, Bridge
from drumstudio.ui.clock_menu import ClockMenu
from drumstudio.ui.data.page import DataPage
from drumstudio.ui.desk import Desk
from drumstudio.ui.document import Document
from drumstudio.ui.drummer_panel import DrummerPanel
from drumstudio.ui.drumming import Drumming
from drumstudio.ui.file_actions import MIDI_SUFFIXES, FileActions, Message
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.help_sheet import HelpSheet
from drumstudio.ui.history import HistoryList
from drumstudio.ui.humanise_strip import Humanising
from drumstudio.ui.kit.actions import KitActions
from drumstudio.ui.layouts import enter_clicks
from drumstudio.ui.main_menus import MainMenus
from drumstudio.ui.manual import ManualWindow
from drumstudio.ui.menus import Menus
from drumstudio.ui.models.page import ModelsPage
from drumstudio.ui.output_menu import OutputMenu
from drumstudio.ui.pages import SEQUENCER, Pages
from drumstudio.ui.pattern_slots import PatternSlots
from drumstudio.ui.playing import Playing
from drumstudio.ui.recording import Recording
from drumstudio.ui.sheet import shell_sheet
from drumstudio.ui.shortcuts import Keymap
from drumstudio.ui.sound_menu import SoundMenu
from drumstudio.ui.status_bar import StatusBar
from drumstudio.ui.surprise_view import SurpriseView
from drumstudio.ui.takes.page import TakesPage
from drumstudio.ui.training.page import TrainingPage
from drumstudio.ui.transport_bar import TransportBar


class MainWindow(QMainWindow):
    """Everything a user sees.

    Signals: `painted()` once, after the first frame is on the screen; `closed()` when every
    thread has ended and the program may.
    """

    painted = Signal()
    closed = Signal()

    def __init__(self, engine: Engine, bridge: Bridge, settings: Settings) -> None:
        super().__init__()
        self._engine, self.settings = engine, settings
        self._was_painted = False
        self._closing = False
        self._drummer_shown = True
        self.help_sheet: HelpSheet | None = None
        self.history: HistoryList | None = None
        self.manual: ManualWindow | None = None
        self.document = Document(Project(), parent=self)
        self.keymap = Keymap(settings, self)
        self.background = Background(bridge, self)
        self.transport = TransportBar(self.document)
        self.banner = Banner()
        self.slots = PatternSlots(self.document)
        self.grid = GridPanel(self.document, self.keymap)
        self.drummer = DrummerPanel(settings)
        self.status = StatusBar()
        self.playing = Playing(engine, bridge, self.document, self.transport, self.status, settings, self)
        self.drumming = Drumming(
            bridge, self.background, self.document, self.playing, self.drummer, self.grid, settings, self
        )
        self.surprise = SurpriseView(bridge, self.grid, self)
        self.humanising = Humanising(self.document, self.grid, self.background, settings, self)
        self.files = FileActions(self.document, self.background, settings, self)
        self.kit = EKit(settings, bridge.kit_event.emit)
        self.desk = Desk(self.document, self.playing, self.background, bridge, settings, self.kit, self)
        self.recording = Recording(self.desk, self.transport, self)
        self.takes, self.data = TakesPage(self.desk, self.recording), DataPage(self.desk)
        self.training, self.models = TrainingPage(self.desk), ModelsPage(self.desk)
        self.ekit = KitActions(self.desk, engine, self.transport, self.grid, self.banner, self.keymap, self)
        self.clocks = ClockMenu(self.desk, engine, self.transport, self)
        self.outputs = OutputMenu(engine, self.playing, self.kit, self)
        self.menus = Menus(self.menuBar(), self.keymap, self.grid)
        self.sounds = SoundMenu(self.menus, self.playing, self.background, self)
        self._lay_out()
        self.bar = MainMenus(self, self)
        self._connect()
        enter_clicks(self)
        self._dress()
        self._restore_layout()

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        self.setMinimumSize(1240, 640)
        sequencer = QWidget()
        column = QVBoxLayout(sequencer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.slots.add_tool(self.surprise.legend)
        column.addWidget(self.humanising.strip)
        column.addWidget(self.grid, 1)
        column.addSpacing(6)
        self.drummer.setProperty("edge", "left")
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.pages = Pages(sequencer, self.slots)
        for page in (self.takes, self.data, self.training, self.models):
            self.pages.add(page)
        middle.addWidget(self.pages, 1)
        middle.addWidget(self.drummer)
        centre = QWidget()
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.transport)
        whole.addWidget(self.recording.strip)
        whole.addWidget(self.banner)
        whole.addLayout(middle, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(centre)
        self.grid.setFocus()

    def _connect(self) -> None:
        document, files, status = self.document, self.files, self.status
        document.path_changed.connect(self._show_title)
        document.modified_changed.connect(self.setWindowModified)
        document.loaded.connect(self._show_title)
        files.told.connect(self.tell)
        files.autosave.saved_state.connect(status.show_saving)
        self.drumming.told.connect(self.tell)
        self.drumming.hinted.connect(status.show_hint)
        self.drumming.model_changed.connect(self.surprise.set_model)
        self.drumming.model_changed.connect(self.desk.model_changed)
        self.surprise.told.connect(self.tell)
        self.humanising.told.connect(self.tell)
        self.grid.humanise_requested.connect(self.humanising.begin)
        self.playing.output_failed.connect(self._output_failed)
        self.background.failed.connect(self._job_failed)
        self.background.started.connect(status.show_work)
        self.background.progressed.connect(status.show_share)
        self.background.finished.connect(status.hide_work)
        self.transport.output.more = self.sounds.add_to_output
        self.grid.strike_requested.connect(self.playing.strike)
        self.grid.locate_requested.connect(self._engine.locate)
        self.desk.told.connect(self.tell)
        self.ekit.told.connect(self.tell)
        self.ekit.hinted.connect(status.show_hint)
        self.desk.hinted.connect(status.show_hint)
        self.desk.page_wanted.connect(self.pages.show_page)
        self.desk.models_changed.connect(self.drumming.look_for_models)
        self.desk.model_wanted.connect(self.drumming.use_model)
        self.desk.pattern_found.connect(self.files.take_in)
        self.pages.changed.connect(self._page_changed)
        self.keymap.changed.connect(self._show_keys)
        self._show_keys()
        self._show_title()

    # -- what is on screen

    def tell(self, message: Message) -> None:
        """Show a sentence where the eye is."""
        self.banner.show_message(message.text, message.kind, message.choices)

    def _job_failed(self, sentence: str) -> None:
        self.tell(Message(sentence, "error"))

    def _output_failed(self, sentence: str) -> None:
        choices = (("Try again", self.playing.rescan), ("Go on without sound", self.playing.be_silent))
        self.tell(Message(sentence[:1].upper() + sentence[1:], "error", choices))

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.name()}[*] — DrumStudio")
        self.setWindowModified(self.document.modified)

    def set_theme(self, name: str) -> None:
        """Dress everything in theme `name`, at the next start too."""
        self.settings.set("theme", name)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, name)
        self._dress()

    def _dress(self) -> None:
        self.setStyleSheet(shell_sheet(theme.current()))
        for sheet in (self.help_sheet, self.history, self.manual, *self.ekit.sheets):
            if sheet is not None:
                sheet.setStyleSheet(shell_sheet(theme.current()))
        for widget in self.findChildren(QWidget):
            widget.update()

    def show_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def set_drummer_shown(self, shown: bool) -> None:
        """Show the drummer's panel beside the sequencer, or not."""
        self._drummer_shown = shown
        self.drummer.setVisible(shown and self.pages.current == SEQUENCER)

    def _page_changed(self, name: str) -> None:
        self.drummer.setVisible(self._drummer_shown and name == SEQUENCER)
        if name == SEQUENCER:
            self.grid.setFocus()

    def dismiss(self) -> None:
        """What Esc does: the nearest thing that can be cancelled or dismissed."""
        page = self.pages.page
        if page is not None:
            if not page.dismiss():
                self.banner.close_message()
            return
        if not (self.humanising.cancel() or self.drumming.dismiss() or self.grid.run("dismiss")):
            self.banner.close_message()
            self.grid.setFocus()

    def show_help(self) -> None:
        """Open the sheet of keys, or close it."""
        if self.help_sheet is not None:
            self.help_sheet.close()
            return
        self.help_sheet = HelpSheet(self.keymap, self)
        self.help_sheet.destroyed.connect(self._help_closed)
        self.help_sheet.show()

    def _help_closed(self) -> None:
        self.help_sheet = None

    def show_history(self) -> None:
        """Open the list of what was done, or close it."""
        if self.history is not None:
            self.history.close()
            return
        self.history = HistoryList(self.document.stack, self.keymap, self)
        self.history.destroyed.connect(self._history_closed)
        self.history.show()

    def _history_closed(self) -> None:
        self.history = None

    def _show_keys(self) -> None:
        label = self.keymap.label
        self.drummer.show_keys(label("continue"), label("complete"), label("dress"))
        self.surprise.legend.show_keys(label("surprise"))
        keys = (label(name) for name in ("play", "loop", "to_start", "tap_tempo", "record"))
        self.transport.show_keys(*keys)

    def show_manual(self) -> None:
        """Open the manual, or close it."""
        if self.manual is not None:
            self.manual.close()
            return
        self.manual = ManualWindow(self)
        self.manual.destroyed.connect(self._manual_closed)
        self.manual.show()

    def _manual_closed(self) -> None:
        self.manual = None

    def show_about(self) -> None:
        """Say what this is."""
        self.tell(
            Message(f"DrumStudio {__version__}: a step-grid drum machine with a trained drummer inside. MIT.")
        )

    # -- files and folders

    def export_wav(self) -> None:
        """Write what is played as a WAV file."""
        self.files.export_wav(self.playing.soundfont)

    def open_models(self) -> None:
        """Show the folder of the user's own models."""
        folder = paths.user_models()
        self.background.run(
            lambda _: folder.mkdir(parents=True, exist_ok=True), partial(_show_folder, folder)
        )

    # -- beginning and end

    def begin(self, files: list[Path]) -> None:
        """Take up files, outputs and models; called once the window stands."""
        self.files.start(files)
        self.playing.open_outputs()
        self.kit.start()
        self.sounds.look()
        self.clocks.begin()
        self.drumming.look_for_models()
        for page in self.pages.all():
            page.begin()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell of the first frame."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def _restore_layout(self) -> None:
        kept = self.settings.get("window", "")
        if not kept or not self.restoreGeometry(QByteArray(base64.b64decode(kept))):
            screen = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1440, screen.width()), min(900, screen.height()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes; then end every thread."""
        if self._closing:
            event.accept()
            return
        event.ignore()
        self.files.leave(self._close_now)

    def _close_now(self) -> None:
        self.settings.set("window", base64.b64encode(self.saveGeometry().data()).decode())
        # Threads may take a moment to end; the user need not watch.
        self.hide()
        self.playing.remember()
        self._engine.stop()
        self.recording.close()
        for page in self.pages.all():
            page.close_down()
        self.drumming.close()
        self.surprise.close()
        self.files.close()
        self.background.close()
        self.clocks.close()
        self.ekit.close()
        self.kit.close()
        self._engine.close()
        self._closing = True
        self.close()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take projects and MIDI files."""
        if _droppable(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        for path in _droppable(event.mimeData().urls()):
            self.files.open_path(path)
        event.acceptProposedAction()


def _droppable(urls: list[QUrl]) -> list[Path]:
    found = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [path for path in found if path.suffix.lower() in (store.SUFFIX, *MIDI_SUFFIXES)]


def _show_folder(folder: Path, _result: object) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
