"""The Training page in the real window: real trainings in processes of their own, by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from support.runs import run, sweep
from support.smf import beat, chunk, drums, meter, rock_file, smf, tempo, write
from support.window import LEFT, open_window, press, settle

from drumstudio.app.training.data import DataPlan, save_plan
from drumstudio.app.training.events import RunChanged, RunGone, TrainingNotice
from drumstudio.app.training.runs import RunState
from drumstudio.ml.config import DRUM_RNN
from drumstudio.ui.fields import ChoiceField, Field
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.training.choices import Choices
from drumstudio.ui.training.page import TrainingPage
from drumstudio.ui.training.rows import ready_words

# A child process imports torch, which takes its time where many tests run at once.
LONG = 120_000
TINY = Choices(
    base=None, kind=DRUM_RNN, layers=1, units=8, dropout=0, steps=6, stops=False, batch=4, window=16
)


def small_data(folder: Path) -> None:
    """A few short files to train on, kept as the user's plan."""
    for number in range(8):
        rock_file(folder / f"beat{number}.mid", 3 + number % 3)
    other = smf(chunk(tempo(0, 600_000), meter(0, 4, 2), drums(beat(6, step=240))))
    write(folder / "slow.mid", other)
    write(folder / "broken.mid", b"no MIDI")
    save_plan(DataPlan().with_source(folder))


def opened(qtbot: QtBot, window: MainWindow) -> TrainingPage:
    """The page in front, with the data judged."""
    press(window.pages.tabs["training"])
    page = window.training
    qtbot.waitUntil(lambda: page.material.judged and not window.background.busy, timeout=LONG)
    return page


def fill(page: TrainingPage, **changes: Any) -> None:
    """Have the form say something small."""
    page.controls.form.show_choices(replace(TINY, **changes))
    page.controls.form.changed.emit()


def state(page: TrainingPage) -> RunState | None:
    return None if page.front is None else page.front.state


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Iterator[TrainingPage]:
    small_data(tmp_path / "beats")
    settle()
    with open_window(qtbot) as window:
        yield opened(qtbot, window)


def main_window(page: TrainingPage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def tell(page: TrainingPage, *runs: Any) -> None:
    """Have the page hear of runs as its service tells of them."""
    for each in runs:
        page.desk.bridge.training_event.emit(RunChanged(each))


# -- real trainings


def test_a_drummer_is_trained_and_taken_up_by_clicks(qtbot: QtBot, page: TrainingPage) -> None:
    window = main_window(page)
    assert page.material.files + page.material.held_out >= 8
    fill(page)
    press(page.controls.primary)
    qtbot.waitUntil(lambda: state(page) is RunState.DONE, timeout=LONG)
    front = page.front
    assert front is not None
    assert front.model is not None
    assert front.model.is_file()
    assert front.plan.data_name == "beats"
    assert [curve.label for curve in page.chart.chart.curves][:2] == ["training", "validation"]
    assert page.chart.progress.text() == "done, best at step 6"
    qtbot.waitUntil(lambda: "is ready: validation" in window.banner.text, timeout=LONG)
    play = next(each for each in window.banner.findChildren(QPushButton) if each.text() == "Play with it")
    press(play)
    qtbot.waitUntil(lambda: page.runs.model.rows[0].used, timeout=LONG)
    assert page.desk.settings.get("model", "") == str(front.model)
    assert not list(page_cache().glob("*"))


def page_cache() -> Path:
    from drumstudio import paths

    return paths.user_cache() / "training"


def test_a_training_is_paused_goes_on_and_is_stopped(qtbot: QtBot, page: TrainingPage) -> None:
    controls = page.controls
    fill(page, steps=200_000)
    press(controls.primary)
    qtbot.waitUntil(lambda: page.front is not None and page.front.step > 0, timeout=LONG)
    assert controls.primary.text() == "Pause training"
    assert " of 200,000" in page.chart.progress.text()
    press(controls.primary)
    qtbot.waitUntil(lambda: state(page) is RunState.PAUSED, timeout=LONG)
    front = page.front
    assert front is not None
    paused_at = front.step
    assert controls.primary.text() == "Go on"
    controls.primary.setFocus()
    QTest.keyClick(controls.primary, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.front is not None and page.front.step > paused_at, timeout=LONG)
    press(controls.stop)
    qtbot.waitUntil(lambda: state(page) is RunState.STOPPED, timeout=LONG)
    front = page.front
    assert front is not None
    assert front.model is not None
    assert controls.primary.text() == "Train"


def test_a_sweep_is_started_by_keys_and_fills_its_map(qtbot: QtBot, page: TrainingPage) -> None:
    controls = page.controls
    fill(page, steps=4)
    controls.open_sweep.setFocus()
    QTest.keyClick(controls.open_sweep, Qt.Key.Key_Return)
    assert controls.sweep.layers.hasFocus()
    QTest.keyClicks(controls.sweep.layers, "1")
    controls.sweep.units.selectAll()
    QTest.keyClicks(controls.sweep.units, "8, 16")
    assert controls.sweep.note.text().startswith("2 networks")
    QTest.keyClick(controls.sweep.units, Qt.Key.Key_Return)
    assert not controls.sweep.isVisible()
    qtbot.waitUntil(lambda: state(page) is RunState.DONE, timeout=LONG)
    front = page.front
    assert front is not None
    assert [(cell.layers, cell.units) for cell in front.cells] == [(1, 8), (1, 16)]
    assert all(cell.perplexity for cell in front.cells)
    assert page.chart.sweep.isVisible()
    QTest.mouseClick(page.chart.sweep.map, LEFT, pos=page.chart.sweep.map.cell_rect(1, 16).center().toPoint())
    assert page.chart.chart.curves[0].label == "training 1 × 16"


def test_a_training_goes_on_after_the_window_was_closed(qtbot: QtBot, tmp_path: Path) -> None:
    small_data(tmp_path / "beats")
    settle()
    with open_window(qtbot) as window:
        page = opened(qtbot, window)
        fill(page, steps=200_000)
        press(page.controls.primary)
        qtbot.waitUntil(lambda: page.front is not None and page.front.step > 0, timeout=LONG)
        front = page.front
        assert front is not None
    with open_window(qtbot) as window:
        qtbot.waitUntil(
            lambda: f"training of {front.plan.name} goes on from step" in window.banner.text, timeout=LONG
        )
        page = window.training
        qtbot.waitUntil(
            lambda: page.service.active is not None and page.service.active.step > 0, timeout=LONG
        )
        assert window.status.findChild(QLabel) is not None
        qtbot.waitUntil(lambda: "Training in the background: step" in hint(window), timeout=LONG)
        press(window.pages.tabs["training"])
        assert hint(window) == ""
        page.runs.table.choose(front.ident)
        press(page.controls.stop)
        qtbot.waitUntil(lambda: state(page) is RunState.STOPPED, timeout=LONG)


def hint(window: MainWindow) -> str:
    return next(each.text() for each in window.status.findChildren(QLabel) if each.accessibleName() == "Hint")


# -- what is shown


def test_the_data_is_summed_up_with_its_reasons(qtbot: QtBot, page: TrainingPage) -> None:
    texts = [label.text() for label in page.controls.summary.findChildren(QLabel)]
    assert "Not readable" in texts
    assert page.controls.summary.name.text().startswith("beats: ")
    press(page.controls.summary.look)
    assert main_window(page).pages.current == "data"


def test_with_nothing_to_train_on_it_says_where_to_begin(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        page = opened(qtbot, window)
        assert not page.controls.primary.isEnabled()
        assert "record takes" in page.controls.primary.toolTip()
        assert page.controls.summary.name.text().startswith("Nothing to train on yet.")
        assert page.chart.chart.accessibleDescription().startswith("Nothing trained yet Press Train")


def test_runs_and_drummers_stand_in_one_table(qtbot: QtBot, page: TrainingPage) -> None:
    tell(page, run("a", RunState.TRAINING, 12), run("b", RunState.FAILED, message="it went astray"))
    model = page.runs.model
    qtbot.waitUntil(lambda: len(model.rows) > 2 and model.rows[0].run is not None)
    cells = {row.key: row.cells for row in model.rows}
    assert cells["a"][1:] == ("rock beats", "2 × 128", "59.0", "70.7", "1 m 05 s", "running 28 %")
    assert cells["b"][-1] == "failed"
    star = [row.name for row in model.rows if row.used]
    assert star == ["Tiny"]
    page.runs.table.choose("b")
    assert page.chart.trouble.text() == "It went astray"
    assert "It went astray." in model.data(model.index(model.place("b"), 1), Qt.ItemDataRole.ToolTipRole)
    assert page.controls.primary.text() == "Train next"


def test_earlier_runs_are_laid_beside(qtbot: QtBot, page: TrainingPage) -> None:
    tell(page, run("a"), run("b", name="yesterday"))
    qtbot.waitUntil(lambda: page.runs.model.place("b") >= 0)
    table = page.runs.table
    table.choose("a")
    assert "yesterday" in [curve.label for curve in page.chart.chart.curves]
    box = table.visualRect(page.runs.model.index(page.runs.model.place("b"), 8))
    QTest.mouseClick(table.viewport(), LEFT, pos=box.center())
    assert "yesterday" not in [curve.label for curve in page.chart.chart.curves]
    assert page.front is not None
    assert page.front.ident == "a"
    QTest.mouseClick(table.viewport(), LEFT, pos=box.center())
    assert "yesterday" in [curve.label for curve in page.chart.chart.curves]


def test_the_earlier_attempt_can_be_taken_away(qtbot: QtBot, page: TrainingPage) -> None:
    tell(page, run("a"))
    qtbot.waitUntil(lambda: page.runs.model.place("a") >= 0)
    page.runs.table.choose("a")
    labels = [curve.label for curve in page.chart.chart.curves]
    assert "your earlier attempt" in labels
    press(page.chart.reference)
    assert [curve.label for curve in page.chart.chart.curves] == ["training", "validation"]


def test_a_fine_tuning_is_measured_by_where_it_began(qtbot: QtBot, page: TrainingPage) -> None:
    window = main_window(page)
    tuned = run("a", model=None)
    before = replace(tuned.reports[0], step=0, validation_perplexity=5.5)
    tuned = replace(
        tuned, plan=replace(tuned.plan, base=Path("/models/a.safetensors")), reports=(before, *tuned.reports)
    )
    tell(page, tuned)
    qtbot.waitUntil(lambda: page.runs.model.place("a") >= 0)
    page.runs.table.choose("a")
    assert [curve.label for curve in page.chart.chart.curves] == ["training", "validation"]
    press(page.chart.reference)
    assert [curve.label for curve in page.chart.chart.curves][2:] == ["your earlier attempt"]
    told = ready_words(tuned, "Mine")
    assert told.startswith("Mine is ready: validation 18.1 (before the fine-tuning 5.5, copying the last bar")
    assert "reaches 6.7: train longer" in told
    best = replace(tuned.reports[-1], validation_perplexity=4.9)
    told = ready_words(replace(tuned, best=best), "Mine")
    assert told == "Mine is ready: validation 4.9 (before the fine-tuning 5.5, copying the last bar 6.7)."
    assert ready_words(replace(tuned, best=None), "Mine") == "Mine is ready."
    assert not window.banner.text


def test_a_discarded_run_comes_back_by_undo(qtbot: QtBot, page: TrainingPage) -> None:
    window = main_window(page)
    tell(page, run("a"), run("b"))
    qtbot.waitUntil(lambda: page.runs.model.place("b") >= 0)
    page.runs.table.choose("a")
    page.runs.table.setFocus()
    QTest.keyClick(page.runs.table, Qt.Key.Key_Delete)
    assert page.runs.model.place("a") == -1
    assert "is discarded" in window.banner.text
    undo = next(each for each in window.banner.findChildren(QPushButton) if each.text() == "Undo")
    press(undo)
    assert page.runs.model.place("a") >= 0
    assert page.front is not None
    page.desk.bridge.training_event.emit(RunGone("b"))
    qtbot.waitUntil(lambda: page.runs.model.place("b") == -1)


def test_the_menu_of_a_row_offers_what_fits(qtbot: QtBot, page: TrainingPage) -> None:
    tell(page, run("a", RunState.PAUSED), run("b", RunState.STOPPED))
    qtbot.waitUntil(lambda: page.runs.model.place("b") >= 0)

    def offered(key: str) -> dict[str, bool]:
        row = page.runs.model.rows[page.runs.model.place(key)]
        return {each.text(): each.isEnabled() for each in page.doing.menu(row).actions() if each.text()}

    assert offered("a")["Go on"]
    assert offered("b")["Train on"]
    assert not offered("b")["Pause"]
    page.runs.table.choose("a")
    page.runs.table.setFocus()
    QTest.keyClick(page.runs.table, Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


def test_many_changes_at_once_are_shown_once(qtbot: QtBot, page: TrainingPage) -> None:
    shown = []
    page.service.changed.connect(lambda: shown.append(page.service.runs[0].step))
    for step in range(1, 400):
        tell(page, run("a", RunState.TRAINING, step=step))
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [399]


def test_notices_come_as_messages(qtbot: QtBot, page: TrainingPage) -> None:
    window = main_window(page)
    page.desk.bridge.training_event.emit(TrainingNotice("The training of X goes on from step 30."))
    assert window.banner.text == "The training of X goes on from step 30."
    assert window.banner.property("kind") == "note"
    page.desk.bridge.training_event.emit(TrainingNotice("The disk is full.", error=True))
    assert window.banner.property("kind") == "error"


def test_escape_puts_the_sweep_away(page: TrainingPage) -> None:
    press(page.controls.open_sweep)
    assert page.controls.sweep.isVisible()
    QTest.keyClick(page.controls.sweep.layers, Qt.Key.Key_Escape)
    assert not page.controls.sweep.isVisible()
    assert page.controls.open_sweep.hasFocus()


def test_the_form_is_remembered(qtbot: QtBot, page: TrainingPage) -> None:
    units = page.controls.form.fields["steps"]
    fill(page, steps=1234)
    assert units.text == "1,234"
    assert '"steps": 1234' in page.desk.settings.get("training.form", "")


def focusable(page: TrainingPage) -> list[QWidget]:
    return [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
    ]


def everything(qtbot: QtBot, page: TrainingPage) -> None:
    """Have all there is on screen: a sweep, runs, what is advanced."""
    tell(page, sweep(), run("a"), run("b", RunState.PAUSED))
    qtbot.waitUntil(lambda: page.runs.model.place("b") >= 0)
    page.runs.table.choose("sweep")
    page.controls.form.more.setChecked(True)
    QApplication.processEvents()


def test_space_plays_wherever_the_focus_is_except_in_text(qtbot: QtBot, page: TrainingPage) -> None:
    window = main_window(page)
    everything(qtbot, page)
    tried = focusable(page)
    assert len(tried) > 15
    for widget in tried:
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        if isinstance(widget, QLineEdit):
            assert not window.playing.playing
            continue
        qtbot.waitUntil(lambda: window.playing.playing, timeout=LONG)
        QTest.keyClick(widget, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=LONG)


def test_every_control_has_a_name(qtbot: QtBot, page: TrainingPage) -> None:
    everything(qtbot, page)
    for widget in focusable(page):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or len(text) > 2, widget


@pytest.mark.parametrize("size", [(1220, 640), (1280, 720), (1440, 900)])
def test_nothing_is_clipped(qtbot: QtBot, tmp_path: Path, size: tuple[int, int]) -> None:
    small_data(tmp_path / "beats")
    settle()
    with open_window(qtbot, size=size) as window:
        page = opened(qtbot, window)
        everything(qtbot, page)
        whole = window.centralWidget().rect()
        form = page.controls.form
        for widget in page.findChildren(QWidget):
            if not widget.isVisible():
                continue
            scrolled = page.controls.summary.parentWidget().isAncestorOf(widget)
            inside = page.runs.table.isAncestorOf(widget) or page.chart.sweep.table.isAncestorOf(widget)
            if not scrolled and not inside:
                corner = widget.mapTo(window.centralWidget(), QPoint(0, 0))
                assert whole.contains(widget.rect().translated(corner)), widget
            if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
                assert widget.sizeHint().width() <= widget.width(), widget.text()
            if isinstance(widget, QPushButton) and widget.text():
                room = widget.fontMetrics().horizontalAdvance(widget.text().replace("&&", "&"))
                assert room < widget.width(), widget.text()
            if isinstance(widget, Field):
                assert widget.fits(), (widget.text, form)


def test_a_base_that_is_gone_says_so_in_place(qtbot: QtBot, page: TrainingPage) -> None:
    fill(page, base="/nowhere.safetensors")
    assert page.controls.form.errors["base"].isVisible()
    assert not page.controls.primary.isEnabled()
    base = page.controls.form.fields["base"]
    assert isinstance(base, ChoiceField)
    base.picked.emit(None)
    assert not page.controls.form.errors["base"].isVisible()
    assert page.controls.primary.isEnabled()
