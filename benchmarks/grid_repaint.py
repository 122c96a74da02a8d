"""Repaints a grid of 9 x 256 cells: kept picture and changed columns against painting all of it.

Prints median and worst milliseconds of a playhead step, a single edit and a full repaint, and
how many times faster each is than the naive full repaint.  Runs without a display.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from drumstudio.domain import edits
from drumstudio.domain.drums import GRID_ROWS, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.ui import theme
from drumstudio.ui.document import Document
from drumstudio.ui.grid.cells import CellPainter, HitLook
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.geometry import lay_out, lay_out_rows
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.view import GridView

WIDTH, HEIGHT, BARS, ROUNDS = 3700, 420, 16, 200


class NaiveGrid(QWidget):
    """Paints every cell and hit each time, as a first version would."""

    def __init__(self, pattern: Pattern) -> None:
        super().__init__()
        self._pattern = pattern
        self._columns = lay_out(pattern, WIDTH)
        self._cells = CellPainter(theme.current(), lay_out_rows(HEIGHT), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Everything anew."""
        columns, cells, palette = self._columns, self._cells, theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(palette.window))
        for step in range(columns.steps):
            ground = QColor(palette.cell_odd if columns.beat[step] % 2 else palette.cell_even)
            for row, drum in enumerate(GRID_ROWS):
                cell: QRectF = cells.cell(columns.x[step], columns.right[step], row)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ground)
                painter.drawRoundedRect(cell, 3, 3)
                if hit := self._pattern.hit_at(step, drum):
                    cells.draw_hit(painter, cell, HitLook(drum, hit.velocity))
        painter.end()


def dense_pattern() -> Pattern:
    """Sixteen bars with about a third of all cells struck."""
    chance = random.Random(1)
    hits = [
        Hit(step, drum, chance.randint(1, 127), chance.choice((0.0, 0.0, 0.2, -0.1)))
        for step in range(BARS * 16)
        for drum in Drum
        if chance.random() < 0.33
    ]
    return Pattern(bars=BARS, hits=tuple(hits), seam=128)


def timed(app: QApplication, work: Callable[[int], object]) -> dict[str, float]:
    """Milliseconds of `work` and of the painting it causes."""
    for index in range(20):
        work(index)
        app.processEvents()
    taken = []
    for index in range(ROUNDS):
        start = time.perf_counter()
        work(index)
        app.processEvents()
        taken.append((time.perf_counter() - start) * 1000)
    return {"median_ms": round(statistics.median(taken), 3), "max_ms": round(max(taken), 3)}


def main() -> None:
    """Measure and print."""
    app = QApplication([])
    theme.apply(app)
    document = Document(Project(patterns=(dense_pattern(),)))
    state = GridState(document)
    view = GridView(state, GridEditor(state))
    naive = NaiveGrid(document.pattern)
    for widget in (view, naive):
        widget.resize(WIDTH, HEIGHT)
        widget.show()
    app.processEvents()

    def edit(index: int) -> None:
        document.edit(edits.toggle(document.pattern, index % 256, Drum.RIDE), "Toggle")

    figures = {
        "naive full repaint": timed(app, lambda index: naive.update()),
        "full repaint": timed(app, lambda index: state.columns_changed.emit(None)),
        "edit of a cell": timed(app, edit),
        "playhead step": timed(app, lambda index: state.set_playhead(index % 256)),
    }
    base = figures["naive full repaint"]["median_ms"]
    for name, figure in figures.items():
        figure["times_faster_than_naive"] = round(base / figure["median_ms"], 1)
        print(json.dumps({"grid": "9 x 256", "what": name, **figure}))


if __name__ == "__main__":
    main()
