"""The loads under which sound and MIDI are measured, and the table of what came out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from drumstudio.app.drummer.generation import Generation, GenerationDone, GenerationEvent, GenerationRequest
from drumstudio.domain.demo import demo_project
from drumstudio.ml.catalogue import default_model
from drumstudio.ui import theme
from drumstudio.ui.document import Document
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.view import GridView

IDLE, APP, BUSY = "idle", "generating, repainting", "the same, all cores busy"
STATES = (IDLE, APP, BUSY)
FRAME_MS = 16


@contextmanager
def all_cores() -> Iterator[None]:
    """Keep every core busy with a process that never waits."""
    spin = "while True: sum(range(100000))"
    others = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def beside_the_app(work: Callable[[], None]) -> int:
    """Run `work` on a thread while this one repaints a whole grid 60 times a second and the
    drummer's thread writes 4 x 16 bars without pause, as in the program; how often it answered."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply(application)
    project = demo_project()
    state = GridState(Document(project))
    view = GridView(state, GridEditor(state))
    view.resize(1200, 420)
    view.show()
    repaint = QTimer(interval=FRAME_MS)
    repaint.timeout.connect(lambda: state.columns_changed.emit(None))
    answers = 0
    warm = threading.Event()

    def request() -> None:
        model = default_model().path
        generation.submit(GenerationRequest(answers, project.pattern, model, bars=16, seed=answers))

    def hear(event: GenerationEvent) -> None:
        nonlocal answers
        if isinstance(event, GenerationDone):
            answers += 1
            warm.set()
            request()

    generation = Generation(hear)
    request()
    warm.wait(60)  # the model is loaded once, before anybody plays

    def run() -> None:
        work()
        over.set()

    over = threading.Event()
    worker = threading.Thread(target=run)
    look = QTimer(interval=50)
    look.timeout.connect(lambda: application.quit() if over.is_set() else None)
    repaint.start()
    look.start()
    worker.start()
    application.exec()
    worker.join()
    repaint.stop()
    generation.close()
    view.close()
    return answers


def under(state: str, work: Callable[[], None]) -> None:
    """Run `work` under the load named `state`."""
    if state == IDLE:
        work()
    elif state == APP:
        beside_the_app(work)
    else:
        with all_cores():
            beside_the_app(work)


def figures(milliseconds: list[float]) -> dict[str, float]:
    """p50, p99 and the maximum, and how many there are."""
    ordered = sorted(milliseconds)
    at = {"p50": len(ordered) // 2, "p99": len(ordered) * 99 // 100, "max": len(ordered) - 1}
    return {name: round(ordered[index], 3) for name, index in at.items()} | {"count": len(ordered)}


def print_table(title: str, rows: dict[str, dict[str, float]]) -> None:
    """One row a state: p50, p99, max in milliseconds."""
    print(f"{title:44} {'p50':>8} {'p99':>8} {'max':>8}  ms")
    for name, row in rows.items():
        values = " ".join(f"{row[key]:8.3f}" for key in ("p50", "p99", "max"))
        print(f"  {name:42} {values}  ({row['count']:g})")
