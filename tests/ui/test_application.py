"""The program as a process: it opens, works and ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.window import settle

from drumstudio import paths
from drumstudio.app.store import load_project, save_project
from drumstudio.domain.project import Project

# Opens the window on the files given, edits, saves over the first, and closes it as a user does.
_SESSION = """
import sys
from drumstudio.ui import application
from drumstudio.ui.main_window import MainWindow
from PySide6.QtCore import QTimer

begin = MainWindow.begin

def watched(self, files):
    assert "torch" not in sys.modules
    begin(self, files)
    self.poll = QTimer(self, interval=20)
    self.poll.timeout.connect(lambda: act(self))
    self.poll.start()

def act(self):
    if self.document.path is None or self.background.busy:
        return
    self.poll.stop()
    self.transport.tempo.change_by(5)
    self.files.save(self.close)

MainWindow.begin = watched
sys.exit(application.run_window(sys.argv[1:]))
"""


def test_the_program_opens_a_file_saves_it_and_ends(tmp_path: Path) -> None:
    settle()
    path = tmp_path / "song.drumstudio"
    save_project(Project(qpm=90.0), path)
    done = subprocess.run(
        [sys.executable, "-c", _SESSION, str(path)], capture_output=True, text=True, timeout=90, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert load_project(path).qpm == 95.0
    settings = json.loads((paths.user_config() / "settings.json").read_text())
    assert settings["last_project"] == str(path)
