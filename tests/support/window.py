"""The real window with a real engine and a tiny drummer, opened and closed as a user does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from drumstudio import paths
from drumstudio.domain.drums import Drum
from drumstudio.engine.facade import Engine
from drumstudio.settings import Settings
from drumstudio.ui import theme
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.main_window import MainWindow
from support.tiny_model import tiny_model

LEFT = Qt.MouseButton.LeftButton
WAIT = 20_000


def settle(settings: dict[str, Any] | None = None, model: bool = True) -> None:
    """Write settings for the next start: no sound, and the tiny model as the drummer."""
    values: dict[str, Any] = {"output": {"kind": "none", "name": "", "label": "No sound"}}
    if model:
        values["model"] = str(tiny_model(paths.user_models() / "tiny.safetensors"))
    path = paths.user_config() / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values | (settings or {})))


@contextmanager
def open_window(
    qtbot: QtBot,
    files: list[Path] | None = None,
    size: tuple[int, int] | None = (1280, 720),
    watch_ports: bool = False,
) -> Iterator[MainWindow]:
    """Open the window with `files` and wait until everything has been taken up."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if application.styleSheet() != theme.stylesheet(theme.DARK):
        # Costs a second or two: Qt dresses every widget anew.
        theme.apply(application)
    engine = Engine(watch_ports=watch_ports)
    engine.start()
    window = MainWindow(engine, Bridge(), Settings())
    if size is not None:
        window.resize(*size)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT)
    window.begin(files or [])
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)
    try:
        yield window
    finally:
        if window.document.path is not None:
            window.document.mark_saved(window.document.path)
        window.document.stack.setClean()
        window.close()
        qtbot.waitUntil(window.isHidden, timeout=WAIT)
        window.deleteLater()


def click_cell(window: MainWindow, step: int, drum: Drum) -> None:
    """Click a cell of the grid with the mouse."""
    view = window.grid.view
    QTest.mouseClick(view, LEFT, pos=view.cell_rect(step, drum).center())


def press(widget: QWidget) -> None:
    """Click a widget in its middle with the mouse."""
    assert widget.isVisible()
    QTest.mouseClick(widget, LEFT, pos=QPoint(widget.width() // 2, widget.height() // 2))
