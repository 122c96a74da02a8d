"""Pictures of the running program, for the README and to look at.

    python scripts/screenshots.py [--out docs/images] [--all]

Drives the real window as a user does, offscreen and with the shipped drummer, in a home of its
own.  Without `--all` only the README's are made: the sequencer, and an evening with takes, data, a training
and drummers side by side; with it every state of the sequencer at 1280 x 720 and 1920 x 1080, dark and
light.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("DRUMSTUDIO_AUDIO_DRIVER", "file")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from drumstudio.app.store import save_project
from drumstudio.app.takes.edits import import_take
from drumstudio.domain.demo import demo_project
from drumstudio.engine.facade import Engine
from drumstudio.engine.outputs import OutputState
from drumstudio.ml.catalogue import list_models
from drumstudio.ml.config import DRUM_RNN
from drumstudio.settings import Settings
from drumstudio.ui import theme
from drumstudio.ui.application import make_application
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.candidate_card import Hearing
from drumstudio.ui.main_window import MainWindow

SEED = "1967"
SIZES = {"1280x720": (1280, 720), "1920x1080": (1920, 1080)}


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window work until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the window did not get there in time")
        QApplication.processEvents()
        time.sleep(0.002)


def click(widget: QWidget) -> None:
    """Click a widget in its middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


class Studio:
    """A window, and a folder that its pictures go to."""

    def __init__(self, size: tuple[int, int], look: str, folder: Path, name: str = "") -> None:
        self._folder, self._name = folder, name
        application = make_application()
        theme.apply(application, look)
        self._engine = Engine(watch_ports=False)
        self._engine.start()
        self.window = MainWindow(self._engine, Bridge(), Settings())
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        self.window.begin([])
        until(lambda: not self.window.background.busy and self._engine.status.state is OutputState.READY)

    def take(self, state: str) -> None:
        """Save a picture of the window as it is."""
        QApplication.processEvents()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{state}{self._name}.png"
        self.window.grab().save(str(path))
        print(path)

    def play(self) -> None:
        """Play into the second bar."""
        click(self.window.transport.play)
        until(lambda: self.window.transport.position.text.startswith("2.2"))

    def stop(self) -> None:
        """Stop."""
        click(self.window.transport.play)
        until(lambda: not self.window.playing.playing)

    def continue_(self, until_step: int | None = None) -> None:
        """Press Continue and wait for the cards, or for the first progress."""
        panel = self.window.drummer
        panel.dials.seed.setText(SEED)
        click(panel.button)
        if until_step is None:
            until(lambda: panel.cards.ready == len(panel.cards.cards) > 0)
        else:
            until(lambda: panel.progress.value() >= until_step > 0)

    def cancel(self) -> None:
        """Give up what is being made."""
        self.window.drumming.cancel()
        until(lambda: not self.window.drummer.generating)

    def audition(self) -> None:
        """Hear the second card until its second bar."""
        card = self.window.drummer.cards.cards[1]
        click(card.audition)
        until(lambda: card.hearing is Hearing.PLAYING)
        until(lambda: self.window.transport.position.text.startswith("3.3"))

    def close(self) -> None:
        """Close the window without a question."""
        self.window.document.stack.setClean()
        self.window.close()
        until(self.window.isHidden)


def readme_picture(folder: Path) -> None:
    """The one picture of the README: a continuation is auditioned."""
    studio = Studio((1440, 900), "dark", folder)
    studio.window.drummer.dials.fills.slider.setValue(2)
    studio.continue_()
    studio.audition()
    studio.take("sequencer")
    studio.close()


def lessons(folder: Path) -> list[Path]:
    """Ten beats to learn from, which the shipped drummer makes of the demo's: the project ships no others."""
    primer = folder / "demo.mid"
    run = (sys.executable, "-m", "drumstudio")
    save_project(demo_project(), folder / "demo.drumstudio")
    subprocess.run([*run, "export", str(folder / "demo.drumstudio"), "--out", str(primer)], check=True)
    words = ("generate", "--primer", str(primer), "--bars", "14", "--outputs", "10", "--seed", SEED)
    subprocess.run([*run, *words, "--with-primer", "--out", str(folder / "beats")], check=True)
    return sorted((folder / "beats").glob("*.mid"))


def evening_pictures(folder: Path) -> None:
    """The other pages: takes, what is learned from them, a training, and two drummers side by side."""
    with tempfile.TemporaryDirectory() as made:
        for number, beat in enumerate(lessons(Path(made)), 1):
            import_take(beat.rename(beat.with_name(f"Evening {number:02}.mid")))
    studio = Studio((1440, 900), "dark", folder)
    window = studio.window
    window.pages.show_page("takes")
    until(lambda: window.takes.list.takes.rowCount() == 10)
    QTest.keyClick(window.takes.list, Qt.Key.Key_Down)
    until(lambda: window.takes.details.row is not None and not window.background.busy)
    studio.take("takes")
    window.pages.show_page("data")
    until(lambda: window.desk.judgement is not None and not window.background.busy)
    studio.take("data")
    window.pages.show_page("training")
    page = window.training
    form = page.controls.form
    until(lambda: page.material.judged and form.choices.base is not None)
    fresh = form.choices.with_base(None)
    form.show_choices(replace(fresh, kind=DRUM_RNN, layers=2, units=64, dropout=0, steps=120, patience=100))
    form.changed.emit()
    until(page.controls.primary.isEnabled)
    click(page.controls.primary)
    until(lambda: page.front is not None and page.front.step >= 91, 300)
    studio.take("training")
    until(lambda: page.front is not None and not page.front.active, 300)
    window.banner.close_message()
    window.pages.show_page("models")
    window.models.compare([info for info in list_models() if info.problem is None][:3])
    until(lambda: window.models.comparison.found is not None)
    studio.take("compare")
    studio.close()


def every_picture(folder: Path) -> None:
    """Each state in both sizes, and the light theme."""
    for label, size in SIZES.items():
        studio = Studio(size, "dark", folder, f"-{label}")
        studio.take("demo")
        studio.play()
        studio.take("playing")
        studio.stop()
        studio.window.drummer.dials.length.slider.setValue(8)
        studio.continue_(until_step=1)
        studio.take("generating")
        studio.cancel()
        studio.window.drummer.dials.length.slider.setValue(2)
        studio.continue_()
        studio.take("candidates")
        studio.audition()
        studio.take("auditioning")
        studio.window.drummer.cards.insert_chosen()
        studio.take("inserted")
        studio.stop()
        studio.window.document.stack.setClean()
        studio.window.files.new()
        studio.take("empty")
        studio.window.show_help()
        QApplication.processEvents()
        sheet = studio.window.help_sheet
        if sheet is not None:
            sheet.grab().save(str(folder / f"keys-{label}.png"))
        studio.close()
    studio = Studio((1280, 720), "light", folder, "-light")
    studio.continue_()
    studio.audition()
    studio.take("auditioning")
    studio.close()


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--all", action="store_true", help="every state, sizes and themes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["DRUMSTUDIO_HOME"] = home
        os.environ.setdefault("DRUMSTUDIO_AUDIO_FILE", str(Path(home, "sound.raw")))
        if args.all:
            every_picture(args.out)
        else:
            readme_picture(args.out)
            evening_pictures(args.out)


if __name__ == "__main__":
    main()
