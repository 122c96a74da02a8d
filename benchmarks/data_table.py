"""The table of judged training files with thousands of rows: shown, sorted, searched, scrolled.

    python benchmarks/data_table.py [--files 10000] [--folder GROOVE]

Prints median and worst milliseconds that the window's thread needs for each, painting included; the
words and sort keys of rows are made off that thread, and are measured apart.  With a folder also
seconds to judge it and, with one remedy taken, to judge it again.  Runs without a display.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from drumstudio.app.training.data import DataPlan, judge
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.verdicts import Found, Verdict
from drumstudio.ui import theme
from drumstudio.ui.data.file_model import COLUMNS, FileModel
from drumstudio.ui.data.file_rows import FileRow, natural
from drumstudio.ui.data.file_table import FileTable

WIDTH, HEIGHT, ROUNDS = 900, 500, 20
ORDERS = (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)


def made_up(count: int) -> list[FileRow]:
    """Rows as a large folder gives them: every third file too short."""
    found = Found(bars=24, meters=("4/4",), qpms=(118.0,), drums=(("kick", 96), ("snare", 88)))
    rows = []
    for at in range(count):
        used = at % 3 > 0
        name = f"drummer{at % 10}/session{at % 7}/{at}_rock_118_beat_4-4.mid"
        kind, reason = ("used", "24 bars of 4/4 at 118") if used else ("short", "1 bar of 4/4")
        verdict = Verdict(f"/music/{name}", used, kind, reason, bars=at % 64, style="rock", found=found)
        rows.append(FileRow(name, verdict, None))
    return sorted(rows, key=lambda row: natural(row.name))


def timed(app: QApplication, work: Callable[[int], object]) -> dict[str, float]:
    """Milliseconds of `work` and of the painting it causes."""
    taken = []
    for index in range(ROUNDS):
        start = time.perf_counter()
        work(index)
        app.processEvents()
        taken.append((time.perf_counter() - start) * 1000)
    return {"median_ms": round(statistics.median(taken), 2), "max_ms": round(max(taken), 2)}


def judging(folder: Path) -> dict[str, float]:
    """Seconds to judge a folder, and again with a remedy for one of its files."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["DRUMSTUDIO_HOME"] = home
        plan = DataPlan().with_source(folder)
        start = time.perf_counter()
        first = judge(plan)
        whole = time.perf_counter() - start
        start = time.perf_counter()
        judge(plan.with_remedy(first.verdicts[0].file, Remedy(skip=True)), before=first)
        again = time.perf_counter() - start
    return {"files": len(first.verdicts), "first_s": round(whole, 2), "again_s": round(again, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    app = QApplication([])
    theme.apply(app)
    model = FileModel()
    table = FileTable(model)
    table.resize(WIDTH, HEIGHT)
    table.show()
    app.processEvents()
    start = time.perf_counter()
    rows = made_up(args.files)
    for row in rows:
        row.prepare()
    prepared = {"median_ms": round((time.perf_counter() - start) * 1000, 2)}
    bar = table.verticalScrollBar()
    figures = {
        "rows, their words and keys, off the window's thread": prepared,
        "show": timed(app, lambda _: model.set_rows(rows)),
        "sort": timed(app, lambda at: model.sort(at % len(COLUMNS), ORDERS[at // 5 % 2])),
        "search": timed(app, lambda at: model.narrow(text=f"{at}")),
        "scroll a page": timed(app, lambda at: bar.setValue(at * 16)),
    }
    for name, figure in figures.items():
        print(json.dumps({"files": args.files, "what": name, **figure}))
    if args.folder:
        print(json.dumps({"what": "judging", **judging(args.folder)}))


if __name__ == "__main__":
    main()
