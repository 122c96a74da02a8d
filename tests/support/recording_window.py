"""A program of its own: the window, recording from a kit that strikes `COUNT` times and then is silent.

Says "recording" once it does, and "silent" a second after the last stroke; then it goes on until it is
killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from PySide6.QtCore import QObject, Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from drumstudio.engine.facade import Engine  # noqa: E402
from drumstudio.settings import Settings  # noqa: E402
from drumstudio.ui import theme  # noqa: E402
from drumstudio.ui.application import make_application  # noqa: E402
from drumstudio.ui.bridge import Bridge  # noqa: E402
from drumstudio.ui.main_window import MainWindow  # noqa: E402
from support.struck_kit import FakeKit  # noqa: E402

COUNT = 40
_SAFE = 1000  # milliseconds after which nothing of a stroke may be lost


class Drummer(QObject):
    """Strikes whenever its timer says so, once the window listens."""

    def __init__(self, window: MainWindow, kit: FakeKit) -> None:
        super().__init__(window)
        self._kit, self._struck = kit, 0
        self._timer = QTimer(self)
        self._timer.setInterval(10)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        if not self._kit.listeners:
            return
        if not self._struck:
            print("recording", flush=True)
        self._struck += 1
        self._kit.strike(38, self._struck)
        if self._struck == COUNT:
            self._timer.stop()
            QTimer.singleShot(_SAFE, self._be_silent)

    def _be_silent(self) -> None:
        print("silent", flush=True)


def main() -> None:
    application = make_application()
    theme.apply(application)
    engine = Engine(watch_ports=False)
    engine.start()
    window = MainWindow(engine, Bridge(), Settings())
    window.show()
    window.begin([])
    kit = FakeKit()
    window.desk.kit = kit  # type: ignore[assignment]
    QTest.mouseClick(window.transport.record, Qt.MouseButton.LeftButton)
    Drummer(window, kit)
    application.exec()


if __name__ == "__main__":
    main()
