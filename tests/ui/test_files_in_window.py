"""Files in the window: start, save, open, import, export, drop, leave, recovery."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from support.smf import chunk, drums, smf, tempo, write
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio.app.recovery import find_recovered, recovery_folder
from drumstudio.app.store import load_project, save_project
from drumstudio.domain.demo import demo_pattern, demo_project
from drumstudio.domain.drums import GENERAL_MIDI, Drum
from drumstudio.domain.performance import strokes
from drumstudio.domain.project import Project
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ui.main_window import MainWindow

Button = QMessageBox.StandardButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)


def question(window: MainWindow) -> QMessageBox:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert box.parent() is window
    return box


def test_the_first_start_shows_a_beat_and_no_dialog(window: MainWindow) -> None:
    assert window.document.project == demo_project()
    assert not window.document.modified
    assert QApplication.activeModalWidget() is None
    assert not window.banner.text
    assert window.windowTitle() == "Untitled[*] — DrumStudio"


def test_saved_and_opened_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    settle()
    path = tmp_path / "song.drumstudio"
    with open_window(qtbot) as window:
        click_cell(window, 3, Drum.RIDE)
        assert window.isWindowModified()
        window.files.save_to(path)
        idle(qtbot, window)
        assert not window.isWindowModified()
        assert window.windowTitle().startswith("song.drumstudio")
        assert load_project(path) == window.document.project
    with open_window(qtbot) as window:
        assert window.document.path == path
        assert window.document.pattern.hit_at(3, Drum.RIDE)
        assert window.files.recent() == [str(path)]
        assert next(a.text() for a in window.bar.recent.actions()).startswith("&1 song.drumstudio")


def test_a_change_made_while_saving_stays_unsaved(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    click_cell(window, 3, Drum.RIDE)
    window.files.save_to(tmp_path / "song.drumstudio")
    click_cell(window, 4, Drum.RIDE)
    idle(qtbot, window)
    assert window.document.modified
    assert not load_project(tmp_path / "song.drumstudio").pattern.hit_at(4, Drum.RIDE)


def test_a_file_that_cannot_be_opened_is_one_sentence(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "bad.drumstudio").write_text("{")
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    for name in ("bad.drumstudio", "bad.mid"):
        window.files.open_path(tmp_path / name)
        idle(qtbot, window)
        assert name in window.banner.text
        assert window.document.project == demo_project()


def test_a_last_project_that_is_gone_gives_the_demo(qtbot: QtBot, tmp_path: Path) -> None:
    settle({"last_project": str(tmp_path / "gone.drumstudio"), "recent": [str(tmp_path / "gone.drumstudio")]})
    with open_window(qtbot) as window:
        assert window.document.project == demo_project()
        assert "gone.drumstudio cannot be read" in window.banner.text
        assert window.files.recent() == []


def test_midi_goes_into_a_new_pattern_and_offers_its_tempo(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "groove.mid"
    export_pattern(path, replace(demo_pattern(), bars=4), 133.0)
    click_cell(window, 3, Drum.RIDE)
    window.files.open_path(path)
    idle(qtbot, window)
    project = window.document.project
    assert (len(project.patterns), project.current) == (5, 4)
    assert project.pattern == replace(demo_pattern(), bars=4)
    assert project.qpm == 104.0
    assert "133.0" in window.banner.text
    press(next(b for b in window.banner.findChildren(QPushButton) if b.text() == "Use 133.0 BPM"))
    assert window.document.project.qpm == pytest.approx(133.0, abs=0.01)
    assert not window.banner.text


def dropped(window: MainWindow, path: Path) -> bool:
    """Drag a file over the window and let it go; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), action, data, Qt.MouseButton.LeftButton, keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        drop = QDropEvent(QPointF(300, 300), action, data, Qt.MouseButton.LeftButton, keys)
        QApplication.sendEvent(window, drop)
    return enter.isAccepted()


def test_files_are_dropped_on_the_window(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "song.drumstudio"
    save_project(replace(demo_project(), qpm=77.0), path)
    (tmp_path / "notes.txt").touch()
    assert not dropped(window, tmp_path / "notes.txt")
    assert dropped(window, path)
    qtbot.waitUntil(lambda: window.document.project.qpm == 77.0, timeout=WAIT)
    assert window.document.path == path


def test_a_dropped_shuffle_stands_in_triplets_and_plays_as_it_was_played(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    late = (0, 6, -9, 12, -4, 7)
    rides = [(beat * 480 + at, 51) for beat in range(16) for at in (0, 320)]
    backbeat = [(beat * 480, 38 if beat % 2 else 36) for beat in range(16)]
    notes = [
        (tick + late[index % 6] * (tick > 0), note) for index, (tick, note) in enumerate(rides + backbeat)
    ]
    path = write(tmp_path / "shuffle.mid", smf(chunk(tempo(0, 500_000), drums(notes))))
    assert dropped(window, path)
    idle(qtbot, window)
    pattern = window.document.pattern
    assert (pattern.grid.label, pattern.bars, pattern.swing) == ("1/8T", 4, 0.5)
    assert "It is felt in triplets and stands on a grid of 1/8T." in window.banner.text
    assert window.grid.state.columns.steps == 48
    assert window.grid.state.cell_words(2, Drum.RIDE).startswith("Ride, bar 1 beat 1 let, velocity 100")
    assert sorted((s.tick, s.drum) for s in strokes(pattern)) == sorted(
        (tick, GENERAL_MIDI.drum_of(note)) for tick, note in notes
    )


def test_a_swung_file_sets_the_swing(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    hats = [(beat * 480 + at, 42) for beat in range(16) for at in (0, 139, 240, 379)]
    path = write(tmp_path / "swung.mid", smf(chunk(drums(hats))))
    window.files.open_path(path)
    idle(qtbot, window)
    assert (window.document.pattern.grid.label, window.document.pattern.swing) == ("1/16", 0.58)
    assert window.transport.swing.value == pytest.approx(58)
    assert "It swings 58%, and so does the pattern." in window.banner.text


def test_what_is_exported_is_what_the_grid_shows(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    click_cell(window, 3, Drum.RIDE)
    window.files.export_midi_to(tmp_path / "o.mid")
    idle(qtbot, window)
    assert import_pattern(tmp_path / "o.mid").pattern == window.document.pattern
    assert "o.mid is written" in window.banner.text


def test_sound_is_exported_with_progress(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    shares: list[float] = []
    window.background.progressed.connect(shares.append)
    window.files.export_wav_to(tmp_path / "o.wav")
    assert window.status._cancel.isVisible()
    idle(qtbot, window)
    sound, rate = soundfile.read(tmp_path / "o.wav")
    assert len(sound) / rate >= 2 * 4 * 60 / 104
    assert abs(sound).max() > 0.1
    assert shares == sorted(shares)
    assert not window.status._cancel.isVisible()


def test_an_export_can_be_cancelled(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.document.edit(replace(demo_pattern(), bars=200), "Long")
    window.files.export_wav_to(tmp_path / "o.wav")
    press(window.status._cancel)
    idle(qtbot, window)
    assert list(tmp_path.iterdir()) == []
    assert not window.banner.text


def test_unsaved_changes_are_asked_about(qtbot: QtBot, window: MainWindow) -> None:
    click_cell(window, 3, Drum.RIDE)
    window.close()
    assert window.isVisible()
    press(question(window).button(Button.Cancel))
    assert window.isVisible()
    assert window.document.pattern.hit_at(3, Drum.RIDE)
    window.files.new()
    press(question(window).button(Button.Discard))
    assert window.document.pattern.hits == ()
    assert not window.document.modified


def test_saving_from_the_question_saves_then_closes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "song.drumstudio"
    window.files.save_to(path)
    idle(qtbot, window)
    click_cell(window, 3, Drum.RIDE)
    window.close()
    press(question(window).button(Button.Save))
    qtbot.waitUntil(window.isHidden, timeout=WAIT)
    assert load_project(path).pattern.hit_at(3, Drum.RIDE)


def test_a_recovery_copy_is_kept_while_unsaved_and_gone_when_saved(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    click_cell(window, 3, Drum.RIDE)
    window.files.autosave.write()
    idle(qtbot, window)
    assert len(list(recovery_folder().glob("*.recovery"))) == 1
    assert window.document.modified
    assert window.status._saving.text().startswith("Unsaved changes · autosaved")
    window.files.save_to(tmp_path / "song.drumstudio")
    idle(qtbot, window)
    assert list(recovery_folder().glob("*.recovery")) == []
    assert window.status._saving.text() == "Saved"


_CRASH = """
import os
from dataclasses import replace
from drumstudio.app.recovery import RecoveryCopy
from drumstudio.domain.demo import demo_project
RecoveryCopy().write(replace(demo_project(), qpm=66.0), None)
os._exit(0)
"""


@pytest.mark.parametrize("wanted", ["Restore", "Discard"])
def test_what_a_crash_left_is_offered_without_a_dialog(qtbot: QtBot, wanted: str) -> None:
    settle()
    subprocess.run([sys.executable, "-c", _CRASH], check=True, timeout=60)
    with open_window(qtbot) as window:
        assert "did not close well" in window.banner.text
        assert QApplication.activeModalWidget() is None
        press(next(b for b in window.banner.findChildren(QPushButton) if b.text() == wanted))
        idle(qtbot, window)
        restored = wanted == "Restore"
        assert (window.document.project.qpm == 66.0) is restored
        assert window.document.modified is restored
        assert find_recovered() == []
        assert len(list(recovery_folder().glob("*.recovery"))) == restored
    assert list(recovery_folder().glob("*.recovery")) == []


def test_a_new_project_is_empty_and_the_demo_can_be_opened(window: MainWindow) -> None:
    window.files.new()
    assert all(not pattern.hits for pattern in window.document.project.patterns)
    assert window.status._hint.text().startswith("Click cells to place hits")
    window.files.demo()
    assert window.document.project == demo_project()


def test_the_window_keeps_its_place(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot, size=(1300, 777)) as window:
        assert window.height() == 777
    with open_window(qtbot, size=None) as window:
        # The screen without a display is narrower than the window, so only the height tells.
        assert abs(window.height() - 777) < 10


def test_a_project_named_on_the_command_line_is_opened(qtbot: QtBot, tmp_path: Path) -> None:
    settle()
    save_project(Project(qpm=88.0), tmp_path / "a.drumstudio")
    with open_window(qtbot, [tmp_path / "a.drumstudio"]) as window:
        assert window.document.project == Project(qpm=88.0)
