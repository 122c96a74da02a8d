"""Repaints the chart of the Training page while a curve grows, beside earlier runs and levels.

    python benchmarks/training_chart.py [--pyqtgraph]

Prints best and median milliseconds of a repaint for five curves of 200, 2,000 and 20,000 points, and how
long the chart's modules take to import beyond what the window has imported by then.  With --pyqtgraph the
same curves are drawn by that library, where it is installed beside the program.  Runs without a display.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from math import exp
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from drumstudio.ui import theme
from drumstudio.ui.training.chart import Chart
from drumstudio.ui.training.curves import Curve, Level

WIDTH, HEIGHT, ROUNDS, CURVES = 920, 460, 40, 5
_IMPORT = "import time; began = time.perf_counter(); import {}; print(1e3 * (time.perf_counter() - began))"
Points = tuple[tuple[int, float], ...]


def falling(count: int, number: int) -> Points:
    """A ragged curve that falls from 510 to a few."""
    draw, floor = Random(number), 4.0 + number
    rate = 8.0 / count
    return tuple(
        (step, (floor + (510 - floor) * exp(-step * rate)) * (1 + draw.gauss(0, 0.02)))
        for step in range(1, count + 1)
    )


def timed(paint: Callable[[int], None]) -> dict[str, float]:
    """Best and median milliseconds of `paint`, which is told the round."""
    took = []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        paint(turn)
        took.append(1e3 * (time.perf_counter() - began))
    return {"best_ms": round(min(took), 1), "median_ms": round(statistics.median(took), 1)}


def own(count: int) -> dict[str, float]:
    """Repaints of our chart."""
    chart = Chart()
    chart.resize(WIDTH, HEIGHT)
    lines = [falling(count + ROUNDS, number) for number in range(CURVES)]
    levels = (Level("counting events", 17.8), Level("copying the last bar", 6.7))
    beside = [
        Curve(f"{n}", f"run {n}", line[:count], f"drum:{n}", dimmed=True) for n, line in enumerate(lines[1:])
    ]

    def paint(turn: int) -> None:
        chart.show_curves([Curve("live", "training", lines[0][: count + turn]), *beside], levels)
        chart.grab()

    return timed(paint)


def library(count: int) -> dict[str, float]:
    """Repaints of the same by pyqtgraph."""
    import numpy as np
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    plot.setLogMode(y=True)
    plot.resize(WIDTH, HEIGHT)
    lines = [np.array(falling(count + ROUNDS, number)) for number in range(CURVES)]
    drawn = [plot.plot(line[:count, 0], line[:count, 1], antialias=True) for line in lines]
    for each in drawn:
        each.setDownsampling(auto=True, method="peak")
    widget: QWidget = plot

    def paint(turn: int) -> None:
        drawn[0].setData(lines[0][: count + turn, 0], lines[0][: count + turn, 1])
        widget.grab()

    return timed(paint)


def importing(module: str) -> float:
    """Best milliseconds of five imports of `module`, beyond what the window has imported by then."""
    code = (
        "import numpy, PySide6.QtSvg, drumstudio.ui.fields, drumstudio.app.training.runs; "
        + _IMPORT.format(module)
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    return round(min(runs), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Repaints of the training chart.")
    parser.add_argument("--pyqtgraph", action="store_true", help="draw the same by pyqtgraph too")
    args = parser.parse_args()
    application = QApplication([])
    theme.apply(application)
    painters = {"chart": own} | ({"pyqtgraph": library} if args.pyqtgraph else {})
    modules = {"chart": "drumstudio.ui.training.chart"} | (
        {"pyqtgraph": "pyqtgraph"} if args.pyqtgraph else {}
    )
    for name, paint in painters.items():
        print(json.dumps({"what": name, "import_ms": importing(modules[name])}))
        for count in (200, 2_000, 20_000):
            print(json.dumps({"what": name, "points": count, "curves": CURVES, **paint(count)}))


if __name__ == "__main__":
    main()
