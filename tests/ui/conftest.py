"""What the window's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from drumstudio.domain.project import Project
from drumstudio.ui.document import Document
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.shortcuts import Keymap

GridOpener = Callable[..., GridPanel]


@pytest.fixture
def open_grid(qtbot: QtBot) -> Iterator[GridOpener]:
    """Show a grid panel of a project, and hold it until the test's widgets are closed.

    A panel that only a test's own variable held would be garbage once the test returns, and the
    collector might take it while Qt still paints it.
    """
    held: list[GridPanel] = []

    def open_one(
        project: Project, width: int = 1060, height: int = 620, keymap: Keymap | None = None
    ) -> GridPanel:
        panel = GridPanel(Document(project), keymap)
        held.append(panel)
        qtbot.addWidget(panel)
        panel.resize(width, height)
        with qtbot.waitExposed(panel):
            panel.show()
        return panel

    yield open_one
    held.clear()
