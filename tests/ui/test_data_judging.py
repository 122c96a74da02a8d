"""Judging, hearing and opening files from the Data page, and what else goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QLabel,
)
from pytestqt.qtbot import QtBot
from support.data_page import button, choose, click, idle, opened, some_files
from support.smf import rock_file
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.training.data import DataPlan, Judgement, load_plan, plan_file, save_plan
from drumstudio.errors import CancelledError
from drumstudio.ui.data import plan_keeper
from drumstudio.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return some_files(tmp_path / "loops")


class Slow:
    """A judge that takes as long as the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started, self.go = threading.Event(), threading.Event()
        self.judge = plan_keeper.judge
        monkeypatch.setattr(plan_keeper, "judge", self)

    def __call__(
        self,
        plan: DataPlan,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        before: Judgement | None,
    ) -> Judgement:
        self.started.set()
        while not self.go.wait(0.001):
            if cancelled():
                raise CancelledError("cancelled")
        return self.judge(plan, progress, cancelled, before)


def test_undo_of_the_project_is_another_one(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.slots.add.click()
    page = opened(qtbot, window, folder)
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.document.project.patterns) == 4
    assert len(page.keeper.plan.sources) == 2


def test_enter_opens_a_file_in_a_new_pattern_as_one_step(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "verse.mid")
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    idle(qtbot, window)
    assert window.pages.current == "sequencer"
    project = window.document.project
    assert (len(project.patterns), project.current, project.pattern.bars) == (5, 4, 8)
    assert window.document.stack.undoText() == "Import verse.mid"
    assert "verse.mid is in pattern E" in window.banner.text
    window.document.undo()
    assert len(window.document.project.patterns) == 4


def test_a_file_that_cannot_be_read_cannot_be_opened(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    choose(page, "text.mid")
    click(qtbot, window, page.details, "Open in the grid")
    assert "text.mid" in window.banner.text
    assert window.pages.current == "data"
    click(qtbot, window, page.details, "Play")
    assert page.hearing.heard == ""
    assert not window.playing.playing


def test_a_file_is_heard_without_touching_the_project(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    page = opened(qtbot, window, folder)
    before = window.document.project
    choose(page, "verse.mid")
    press(button(page.details, "Play"))
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
    assert page.hearing.heard == str(folder / "verse.mid")
    assert page.details.play.text() == "Stop"
    choose(page, "loop.mid")
    assert page.details.play.text() == "Play"
    choose(page, "verse.mid")
    press(button(page.details, "Stop"))
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    press(button(page.details, "Play"))
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
    window.dismiss()
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    assert page.details.play.text() == "Play"
    press(button(page.details, "Play"))
    qtbot.waitUntil(lambda: window.playing.playing and page.hearing._sounds, timeout=WAIT)
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.hearing.heard == "", timeout=WAIT)
    assert page.details.play.text() == "Play"
    assert window.document.project == before


def test_new_takes_are_judged_by_themselves(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.takes_changed.emit()
    idle(qtbot, window)
    assert window.desk.judgement is None  # nobody has looked yet
    page = opened(qtbot, window)
    assert page.empty.isVisible()
    rock_file(paths.user_takes() / "Take 1.mid", 6)
    with qtbot.waitSignal(window.desk.data_changed, timeout=WAIT):
        window.desk.takes_changed.emit()
    assert [row.cells[1] for row in page.model.shown] == ["6 bars"]
    assert "1 used" in [label.text() for label in page.sources.rows[0].findChildren(QLabel)]
    assert window.desk.judgement is not None
    assert window.desk.judgement.totals() == {"used": 1}


def test_other_pages_can_ask_for_the_judgement(qtbot: QtBot, folder: Path) -> None:
    settle()
    save_plan(DataPlan().with_source(folder))
    with open_window(qtbot) as window:
        assert window.desk.judgement is None
        with qtbot.waitSignal(window.desk.data_changed, timeout=WAIT):
            window.desk.data_wanted.emit()
        assert window.desk.judgement is not None
        assert window.desk.judgement.totals()["used"] == 3
        first = window.desk.judgement
        window.desk.data_wanted.emit()
        idle(qtbot, window)
        assert window.desk.judgement is first


def test_a_source_that_is_gone_is_said(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    page = opened(qtbot, window, folder, tmp_path / "gone")
    assert "gone is not there" in page.notice.text()
    assert page.model.count == 5
    rock_file(tmp_path / "gone" / "back.mid", 4)
    click(qtbot, window, page, "Judge again")
    assert not page.notice.isVisible()
    assert page.model.count == 6


def test_a_damaged_plan_costs_the_plan_alone(qtbot: QtBot) -> None:
    settle()
    plan_file().parent.mkdir(parents=True, exist_ok=True)
    plan_file().write_text("{")
    with open_window(qtbot) as window:
        assert "is damaged and starts afresh" in window.banner.text
        assert opened(qtbot, window).isEnabled()


def test_judging_is_cancelled_and_taken_up_again(
    qtbot: QtBot, window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(qtbot, window)
    slow = Slow(monkeypatch)
    page.add([folder])
    qtbot.waitUntil(slow.started.is_set, timeout=WAIT)
    assert page.keeper.judging
    assert page.count.text() == "Judging …"
    press(window.status._cancel)
    idle(qtbot, window)
    assert page.notice.text() == "Judging was stopped: the table shows what was judged before."
    assert not window.banner.text
    slow.go.set()
    click(qtbot, window, page, "Judge again")
    assert page.model.count == 5
    assert not page.notice.isVisible()


def test_nothing_waits_for_the_judging(
    qtbot: QtBot, window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(qtbot, window)
    slow = Slow(monkeypatch)
    page.add([folder])
    qtbot.waitUntil(slow.started.is_set, timeout=WAIT)
    window.files.save_to(folder / "song.drumstudio")
    qtbot.waitUntil((folder / "song.drumstudio").exists, timeout=WAIT)
    assert page.keeper.judging
    slow.go.set()
    idle(qtbot, window)
    assert page.model.count == 5


def test_a_change_while_judging_begins_anew(
    qtbot: QtBot, window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(qtbot, window)
    slow = Slow(monkeypatch)
    page.add([folder])
    qtbot.waitUntil(slow.started.is_set, timeout=WAIT)
    slow.started.clear()
    page.add([folder / "verse.mid"])
    qtbot.waitUntil(slow.started.is_set, timeout=WAIT)
    assert page.keeper.judging
    press(window.status._cancel)
    qtbot.waitUntil(lambda: not page.keeper.judging, timeout=WAIT)
    slow.go.set()
    page.add([folder / "loop.mid"])
    idle(qtbot, window)
    assert window.desk.judgement is not None
    assert window.desk.judgement.plan == page.keeper.plan
    assert not page.notice.isVisible()


def test_the_window_closes_while_files_are_judged(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    slow = Slow(monkeypatch)
    with open_window(qtbot) as window:
        press(window.pages.tabs["data"])
        window.data.add([folder])
        qtbot.waitUntil(slow.started.is_set, timeout=WAIT)
    assert load_plan()[0].sources[1].path == folder
