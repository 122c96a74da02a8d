"""How long from the start of the process to the first frame of the window, and what it weighs.

    python benchmarks/window_start.py [--runs 5] [--json]

Prints the best and the median of several starts, each in a fresh home, the longest time the
window's thread was not answering in the three seconds after, and the memory then (drummer and
synth loaded).  Without a display it draws offscreen.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

_CHILD = """
import json, resource, sys, time
from PySide6.QtCore import QTimer
from drumstudio.ui import application
from drumstudio.ui.main_window import MainWindow

begin = MainWindow.begin
told = {}
beats = []

def measured(self, files):
    told["first_frame"] = time.time() - float(sys.argv[1])
    told["torch_before_frame"] = "torch" in sys.modules
    begin(self, files)
    self.beat = QTimer(self, interval=1)
    self.beat.timeout.connect(lambda: beats.append(time.perf_counter()))
    self.beat.start()
    QTimer.singleShot(3000, self, self.close)

MainWindow.begin = measured
status = application.run_window([])
gaps = [later - earlier for earlier, later in zip(beats, beats[1:])]
told["longest_gap_ms"] = max(gaps) * 1000
told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(told))
"""


def start() -> dict[str, float]:
    """One start in a fresh home; seconds to the first frame and the rest of the figures."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DRUMSTUDIO_HOME": home}
        if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(time.time())],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    runs = [start() for _ in range(args.runs)]
    frames = [run["first_frame"] for run in runs]
    result = {
        "first_frame_best_s": round(min(frames), 3),
        "first_frame_median_s": round(statistics.median(frames), 3),
        "torch_before_first_frame": any(run["torch_before_frame"] for run in runs),
        "longest_gap_ms": round(statistics.median(run["longest_gap_ms"] for run in runs), 1),
        "peak_memory_mb": round(max(run["peak_mb"] for run in runs), 1),
    }
    print(
        json.dumps(result) if args.json else "\n".join(f"{name}: {value}" for name, value in result.items())
    )


if __name__ == "__main__":
    main()
