"""The window as a whole: keys wherever the focus is, transport, slots, what fits, what has a name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from support.window import LEFT, WAIT, open_window, press, settle

from drumstudio.domain.timing import Grid, Meter
from drumstudio.engine.facade import Position
from drumstudio.engine.outputs import OutputState, OutputStatus
from drumstudio.ui import theme
from drumstudio.ui.application import BugReporter
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.fields import Field
from drumstudio.ui.help_sheet import HelpSheet
from drumstudio.ui.main_window import MainWindow

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


def focusable(window: MainWindow) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
    ]


def wheel(widget: QWidget, notches: int) -> None:
    at = QPointF(widget.rect().center())
    everywhere = QPointF(widget.mapToGlobal(at))
    angle = QPoint(0, 120 * notches)
    phase = Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(
        widget, QWheelEvent(at, everywhere, QPoint(), angle, Qt.MouseButton.NoButton, NONE, phase, False)
    )


def test_space_plays_wherever_the_focus_is_except_in_text(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.button)
    qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
    tried = focusable(window)
    assert len(tried) > 25
    for widget in tried:
        widget.setFocus()
        before = window.document.project
        QTest.keyClick(widget, Qt.Key.Key_Space)
        if isinstance(widget, QLineEdit):
            assert not window.playing.playing
            continue
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(widget, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
        assert window.document.project == before


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    window.slots.add.setFocus()
    QTest.keyClick(window.slots.add, Qt.Key.Key_Return)
    assert len(window.document.project.patterns) == 5
    window.drummer.button.setFocus()
    QTest.keyClick(window.drummer.button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
    third = window.drummer.cards.cards[2]
    third.insert.setFocus()
    QTest.keyClick(third.insert, Qt.Key.Key_Return)
    assert third.candidate is not None
    assert window.document.stack.undoText() == f"Insert {third.candidate.name}"


def test_every_control_has_a_name(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.button)
    qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
    for widget in focusable(window):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or len(text) > 2, widget


@pytest.mark.parametrize("size", [(1240, 640), (1280, 720), (1920, 1080)])
def test_nothing_is_clipped(qtbot: QtBot, size: tuple[int, int]) -> None:
    settle()
    with open_window(qtbot, size=size) as window:
        press(window.drummer.button)
        qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
        QApplication.processEvents()  # labels that changed are laid out anew
        assert (window.width(), window.height()) == size
        whole = window.centralWidget().rect()
        for widget in window.findChildren(QWidget):
            if not widget.isVisible() or window.drummer.cards.isAncestorOf(widget):
                continue
            if window.centralWidget().isAncestorOf(widget):
                corner = widget.mapTo(window.centralWidget(), QPoint(0, 0))
                assert whole.contains(widget.rect().translated(corner)), widget
            if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
                assert widget.sizeHint().width() <= widget.width(), widget.text()
            if isinstance(widget, QPushButton) and widget.text():
                room = widget.fontMetrics().horizontalAdvance(widget.text())
                assert room < widget.width(), widget.text()
            if isinstance(widget, Field):
                assert widget.fits(), widget.text
        for card in window.drummer.cards.cards:
            assert card.sizeHint().width() <= card.width()


def test_the_transport_plays_and_shows_the_position(qtbot: QtBot, window: MainWindow) -> None:
    press(window.transport.play)
    qtbot.waitUntil(lambda: window.transport.position.text not in ("", "1.1.1"), timeout=WAIT)
    assert window.transport.play.accessibleName() == "Stop"
    assert window.grid.state.playhead is not None
    press(window.transport.play)
    qtbot.waitUntil(lambda: window.transport.play.accessibleName() == "Play", timeout=WAIT)
    assert window.transport.position.text == "1.1.1"
    assert window.grid.state.playhead is None


def test_a_count_in_counts_beats_down(window: MainWindow) -> None:
    show, position = window.transport.show_position, window.transport.position
    for step, text in ((-16.0, "-4"), (-12.1, "-4"), (-4.0, "-1"), (-0.2, "-1")):
        show(Position(step, counting_in=True), Grid())
        assert position.text == text
    show(Position(18.5), Grid())
    assert position.text == "2.1.3"


def test_tempo_by_drag_wheel_key_and_typing(window: MainWindow) -> None:
    tempo = window.transport.tempo
    centre = tempo.rect().center()
    QTest.mousePress(tempo, LEFT, pos=centre)
    QTest.mouseMove(tempo, centre - QPoint(0, 15))
    QTest.mouseMove(tempo, centre - QPoint(0, 30))
    QTest.mouseRelease(tempo, LEFT, pos=centre - QPoint(0, 30))
    assert window.document.project.qpm == 114.0
    assert window.document.stack.count() == 1
    wheel(tempo, 1)
    assert window.document.project.qpm == 115.0
    window.menus.actions["tempo_down"].trigger()
    assert window.document.project.qpm == 114.0
    QTest.mouseClick(tempo, LEFT, pos=centre)
    entry = tempo.findChild(QLineEdit)
    assert isinstance(entry, QLineEdit)
    QTest.keyClicks(entry, "93,5")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert window.document.project.qpm == 93.5
    assert tempo.text == "93.5"


@pytest.mark.parametrize(("typed", "qpm"), [("9999", 400.0), ("1", 20.0), ("nan", 104.0), ("fast", 104.0)])
def test_typed_tempos_stay_in_range(window: MainWindow, typed: str, qpm: float) -> None:
    tempo = window.transport.tempo
    tempo.open_entry()
    entry = tempo.findChild(QLineEdit)
    assert isinstance(entry, QLineEdit)
    entry.setText(typed)
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert window.document.project.qpm == qpm


def test_escape_leaves_the_typed_tempo_alone(window: MainWindow) -> None:
    tempo = window.transport.tempo
    tempo.setFocus()
    QTest.keyClick(tempo, Qt.Key.Key_9)
    entry = tempo.findChild(QLineEdit)
    assert isinstance(entry, QLineEdit)
    assert entry.text() == "9"
    QTest.keyClick(entry, Qt.Key.Key_Escape)
    assert window.document.project.qpm == 104.0
    assert not entry.isVisible()
    assert tempo.hasFocus()


def test_taps_set_the_tempo_as_one_step(window: MainWindow) -> None:
    for _ in range(3):
        QTest.keyClick(window.grid.view, Qt.Key.Key_T)
    assert window.document.project.qpm == 400.0  # as fast as a machine taps
    assert window.document.stack.count() == 1


def test_meter_and_grid_are_chosen(window: MainWindow) -> None:
    window.transport.meter.picked.emit(Meter(12, 8))
    assert window.document.pattern.grid == Grid(Meter(12, 8), 4)
    assert window.transport.meter.text == "12/8"
    window.transport.grid.picked.emit(6)
    assert window.document.pattern.grid == Grid(Meter(12, 8), 6)
    assert not window.transport.swing.isEnabled()
    window.transport.grid.picked.emit(1)
    window.transport.meter.picked.emit(Meter(7, 8))  # has no quarters
    assert window.document.pattern.grid == Grid(Meter(7, 8), 4)
    assert [label for label, _ in window.transport.grid.options] == ["1/8", "1/16", "1/32", "1/16T", "1/32T"]


def test_swing_is_one_step_a_drag(window: MainWindow) -> None:
    wheel(window.transport.swing, 4)
    assert window.document.pattern.swing == pytest.approx(0.51)
    assert window.transport.swing.text == "51%"


def test_loop_click_and_count_in_are_remembered(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        press(window.transport.loop)
        press(window.transport.click)
        window.transport.count_in.picked.emit(2)
        window.transport.level.setValue(33)
        QTest.keyClick(window.grid.view, Qt.Key.Key_K)
        assert not window.transport.click.on
        QTest.keyClick(window.grid.view, Qt.Key.Key_K)
    with open_window(qtbot) as window:
        assert not window.playing.loop
        assert window.transport.click.on
        assert window.transport.count_in.text == "2 bars"
        assert window.transport.level.value() == 33


def test_slots_are_shown_added_and_removed(window: MainWindow) -> None:
    slots = window.slots
    press(slots._buttons[1])
    assert window.document.project.current == 1
    assert [b.isChecked() for b in slots._buttons] == [False, True, False, False]
    press(slots.add)
    assert len(window.document.project.patterns) == 5
    assert window.document.project.current == 4
    slots.remove()
    assert len(slots._buttons) == 4
    press(slots._buttons[0])
    slots.duplicate()
    assert window.document.project.patterns[0] == window.document.project.patterns[4]
    slots.clear()
    assert window.document.pattern.hits == ()


def test_the_length_is_changed_and_doubled(window: MainWindow) -> None:
    slots, before = window.slots, window.document.pattern
    slots.double()
    doubled = window.document.pattern
    assert doubled.bars == 4
    assert doubled.events() == before.events() * 2
    press(slots.more)
    assert window.document.pattern.bars == 5
    for _ in range(9):
        slots.change_bars(-1)
    assert window.document.pattern.bars == 1
    assert not slots.fewer.isEnabled()


def test_the_sheet_of_keys_opens_and_closes_with_f1(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window.grid.view, Qt.Key.Key_F1)
    sheet = window.findChild(HelpSheet)
    assert isinstance(sheet, HelpSheet)
    assert sheet.isVisible()
    assert not sheet.isModal()
    QTest.keyClick(sheet, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.findChild(HelpSheet) is None, timeout=WAIT)


def test_themes_change_while_open(window: MainWindow) -> None:
    dark = window.grab().toImage().pixelColor(5, 60).lightness()
    window.set_theme("light")
    assert window.grab().toImage().pixelColor(5, 60).lightness() > dark + 100
    window.set_theme("dark")
    assert theme.current().dark


def test_every_menu_has_entries_that_can_be_used(window: MainWindow) -> None:
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles == ["File", "Edit", "Pattern", "Drummer", "MIDI", "View", "Help"]
    for top in window.menuBar().actions():
        menu = top.menu()
        assert menu is not None
        assert menu.actions()  # type: ignore[attr-defined]


def test_a_missing_output_is_said_with_a_way_out(window: MainWindow) -> None:
    failed = OutputStatus("Built-in synth", OutputState.FAILED, "FluidSynth is missing; install it")
    window.status.show_output(failed)
    window.playing.output_failed.emit(failed.message)
    assert window.banner.text == "FluidSynth is missing; install it"
    assert [b.text() for b in window.banner.findChildren(QPushButton) if b.text()] == [
        "Try again",
        "Go on without sound",
    ]


def test_a_question_comes_back_after_what_came_over_it(window: MainWindow) -> None:
    answers: list[str] = []
    banner = window.banner
    banner.show_message("Restore it?", choices=[("Restore", lambda: answers.append("yes"))])
    banner.show_message("One thing.")
    banner.show_message("Another thing.")
    assert banner.text == "Another thing."
    banner.close_message()
    assert banner.text == "Restore it?"
    QApplication.processEvents()  # new buttons are shown with the next layout
    (button,) = [b for b in banner.findChildren(QPushButton) if b.isVisible() and b.text()]
    press(button)
    assert (answers, banner.text) == (["yes"], "")


def test_a_bug_becomes_one_dialog(qtbot: QtBot, window: MainWindow, caplog: pytest.LogCaptureFixture) -> None:
    bridge = Bridge()
    reporter = BugReporter(bridge)
    for _ in range(2):
        reporter._hook(ZeroDivisionError, ZeroDivisionError("oops"), None)
    boxes = [w for w in QApplication.topLevelWidgets() if w.windowTitle() == "A bug in DrumStudio"]
    shown = [box for box in boxes if box.isVisible()] or [QApplication.activeModalWidget()]
    assert len(shown) == 1
    assert shown[0] is not None
    assert "oops" in shown[0].informativeText()  # type: ignore[attr-defined]
    shown[0].close()


def test_the_window_is_shown_before_torch_is_imported() -> None:
    code = (
        "import sys\n"
        "from drumstudio.ui import application, main_window\n"
        "import drumstudio.app.drummer.generation\n"
        "print('torch' in sys.modules, 'symusic' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split()[0] == "False"


def test_soundfonts_are_chosen_where_the_output_is(window: MainWindow, tmp_path: Path) -> None:
    window.playing.set_soundfont(tmp_path / "Jazz Kit.sf2")
    menu = window.transport.output.menu()
    (submenu,) = [m for m in menu.findChildren(QMenu) if m.title() == "Soundfont"]
    entries = {action.text(): action for action in submenu.actions()}
    assert entries["Jazz Kit.sf2"].isChecked()
    entries["DrumStudio kit"].trigger()
    assert window.playing.soundfont is None


def test_sliders_are_named_after_what_they_say(window: MainWindow) -> None:
    names = {slider.accessibleName() for slider in window.findChildren(QAbstractSlider) if slider.isVisible()}
    assert {"Length", "Stick to groove", "Wildness", "Fills", "Feel", "Master level"} <= names
    assert window.drummer.dials.length.slider.accessibleDescription() == "2 bars"


def test_a_failed_output_offers_the_way_out(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        window.playing.output_failed.emit("no sound device could be opened")
        assert window.banner.text == "No sound device could be opened"
        out = next(b for b in window.banner.findChildren(QPushButton) if b.text() == "Go on without sound")
        press(out)
        assert not window.banner.text
        assert window.playing._engine.choice.kind == "none"
