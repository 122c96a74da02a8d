"""What the program weighs: the window after its start, playing, after generating; and a data set build.

    python benchmarks/memory.py [--data SRC] [--json]

The window runs in a process of its own, without a display where there is none, and plays into a
file; figures are resident megabytes.  With `--data` the peak of building a data set from SRC too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_WINDOW = """
import json, sys
from PySide6.QtCore import QTimer
from drumstudio.ui import application
from drumstudio.ui.main_window import MainWindow

begin, told = MainWindow.begin, {}

def resident():
    with open("/proc/self/status") as lines:
        return next(round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmRSS"))

def take(name, then=None):
    told[name] = resident()
    if then:
        then()

def measured(self, files):
    begin(self, files)
    QTimer.singleShot(4000, self, lambda: take("started", lambda: self.playing.toggle()))
    QTimer.singleShot(8000, self, lambda: take("playing", self.drummer.button.click))
    QTimer.singleShot(12000, self, lambda: take("generated", self.close))

MainWindow.begin = measured
application.run_window([])
print(json.dumps(told))
"""
_BUILD = """
import json, resource, sys
from drumstudio.ml.data.dataset import build
build([sys.argv[1]])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"data_set_build_peak": round(peak / 1024, 1)}))
"""


def _told(script: str, *words: str, home: str) -> dict[str, float]:
    """The figures that `script` prints, run in a process of its own."""
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "DRUMSTUDIO_HOME": home,
        "DRUMSTUDIO_AUDIO_DRIVER": "file",
        "DRUMSTUDIO_AUDIO_FILE": str(Path(home) / "tape.wav"),
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder or file to build a data set from")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found = _told(_WINDOW, home=home)
        if args.data:
            found |= _told(_BUILD, args.data, home=home)
    if args.json:
        print(json.dumps(found))
        return
    for name, megabytes in found.items():
        print(f"{name:22} {megabytes:8.1f} MB")


if __name__ == "__main__":
    main()
