"""Where the window's parts are made and put together: the composition root."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from drumstudio import log
from drumstudio.engine.facade import Engine
from drumstudio.log import LOGGER
from drumstudio.settings import Settings
from drumstudio.ui import theme
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.icons import window_icon
from drumstudio.ui.main_window import MainWindow


class BugReporter(QObject):
    """The one place where bugs arrive: each is logged, and the first shown in one dialog."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self._shown = False
        bridge.bug.connect(self._show)

    def install(self) -> None:
        """Hear of every exception that nobody caught, in whatever thread."""
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    @staticmethod
    def uninstall() -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _hook(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        self._bridge.bug.emit(kind, value, trace)

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._bridge.bug.emit(args.exc_type, args.exc_value, args.exc_traceback)

    def _show(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        LOGGER.error("uncaught: %s", "".join(traceback.format_exception(kind, value, trace)))
        if self._shown:
            return
        self._shown = True
        box = QMessageBox(QApplication.activeWindow())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("A bug in DrumStudio")
        box.setText(
            "Something went wrong inside DrumStudio. Your beat is still here: save it, then start again."
        )
        box.setInformativeText(f"{kind.__name__}: {value}")
        box.setDetailedText("".join(traceback.format_exception(kind, value, trace)))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._closed)
        box.open()

    def _closed(self) -> None:
        self._shown = False


def make_application() -> QApplication:
    """The Qt application, named."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["drumstudio"])
    application.setApplicationName("DrumStudio")
    application.setApplicationDisplayName("DrumStudio")
    application.setDesktopFileName("drumstudio")
    application.setWindowIcon(window_icon())
    return application


def run_window(words: Sequence[str], debug: bool = False) -> int:
    """Show the window with the files named by `words`; the exit status once it is closed."""
    log.configure(debug)
    # Qt waits in C, where Python's own handler never runs: Ctrl+C ends the program, and what was
    # unsaved is offered at the next start.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = make_application()
    settings = Settings()
    theme.apply(application, settings.get("theme", "dark"))
    bridge = Bridge()
    BugReporter(bridge).install()
    engine = Engine()
    engine.start()
    window = MainWindow(engine, bridge, settings)
    files = [Path(word) for word in words]
    # Files, outputs and models wait until the window is on the screen.
    window.painted.connect(lambda: QTimer.singleShot(0, window, lambda: window.begin(files)))
    # Qt itself quits only when a window closes that is still to be seen.
    window.closed.connect(application.quit)
    window.show()
    status = application.exec()
    BugReporter.uninstall()
    return status
