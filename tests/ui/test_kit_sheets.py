"""The e-kit's monitor, velocity curve and calibration, in the real window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.fake_kit import PAD, TD11, Cable, plug, ports
from support.window import LEFT, WAIT, open_window, press, settle

from drumstudio.app.kit import calibration as measuring
from drumstudio.domain.velocity import LINEAR, MAX_POINTS, VelocityCurve
from drumstudio.midi.words import Told
from drumstudio.ui.kit import calibration
from drumstudio.ui.kit.calibration import CalibrationSheet, Stage, off_beat
from drumstudio.ui.kit.curve import PRESETS, CurveEditor, CurveSheet, added, moved, removed
from drumstudio.ui.kit.monitor import COLUMNS, KEPT, Line, MonitorModel, MonitorSheet
from drumstudio.ui.kit.sheet import KitSheet
from drumstudio.ui.main_window import MainWindow

NOTE = Told("Note on", 10, "note 38", "Snare", "90")
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def cable(monkeypatch: pytest.MonkeyPatch) -> Cable:
    return plug(monkeypatch)


@pytest.fixture
def window(qtbot: QtBot, cable: Cable) -> Iterator[MainWindow]:
    settle({"kit_input": TD11}, model=False)
    with open_window(qtbot) as opened:
        opened.kit.attend(ports(TD11, PAD))
        qtbot.waitUntil(lambda: opened.transport.kit.light == "go", timeout=WAIT)
        yield opened


def only_sheet(qtbot: QtBot, window: MainWindow) -> KitSheet:
    (sheet,) = window.ekit.sheets
    qtbot.waitUntil(sheet.isActiveWindow, timeout=WAIT)
    return sheet


# -- monitor


@pytest.fixture
def monitor(qtbot: QtBot, window: MainWindow) -> MonitorSheet:
    window.ekit.open_monitor()
    sheet = only_sheet(qtbot, window)
    assert isinstance(sheet, MonitorSheet)
    return sheet


def shown(monitor: MonitorSheet) -> list[tuple[str, ...]]:
    return [MonitorModel.words(line) for line in monitor.model.lines]


def test_the_monitor_lists_what_comes_in(qtbot: QtBot, monitor: MonitorSheet, cable: Cable) -> None:
    for at, data in (
        (5.0, (0xB9, 4, 90)),
        (5.002, (0x99, 42, 80)),
        (5.1, (0x89, 42, 64)),
        (5.2, (0xF8,)),
        (5.25, (0xFA,)),
        (5.3, (0x99, 27, 33)),
    ):
        cable.send(*data, at=at)
    qtbot.waitUntil(lambda: len(monitor.model.lines) == 5, timeout=WAIT)
    assert shown(monitor) == [
        ("0.000", "Control", "10", "CC 4", "hi-hat pedal", "90"),
        ("0.002", "Note on", "10", "note 42", "Closed hi-hat → Closed hat", "80"),
        ("0.100", "Note off", "10", "note 42", "Closed hi-hat → Closed hat", "64"),
        ("0.250", "Start", "", "", "", ""),
        ("0.300", "Note on", "10", "note 27", "no drum", "33"),
    ]
    model = monitor.model
    for column, text in enumerate(COLUMNS):
        assert model.headerData(column, Qt.Orientation.Horizontal) == text
    assert model.data(model.index(1, 4)) == "Closed hi-hat → Closed hat"


def test_clock_ticks_are_shown_when_asked_for(qtbot: QtBot, monitor: MonitorSheet, cable: Cable) -> None:
    monitor.clock.setFocus()
    QTest.keyClick(monitor.clock, Qt.Key.Key_Return)
    assert monitor.clock.isChecked()
    cable.send(0xF8)
    qtbot.waitUntil(lambda: [each[1] for each in shown(monitor)] == ["Clock"], timeout=WAIT)


def test_a_paused_monitor_shows_afterwards_what_came(
    qtbot: QtBot, monitor: MonitorSheet, cable: Cable
) -> None:
    cable.hit(36)
    qtbot.waitUntil(lambda: len(monitor.model.lines) == 1, timeout=WAIT)
    monitor.pause.setFocus()
    QTest.keyClick(monitor.pause, Qt.Key.Key_Return)
    assert monitor.pause.text() == "Go on"
    cable.hit(38)
    qtbot.waitUntil(lambda: monitor.waiting == 1, timeout=WAIT)
    assert len(monitor.model.lines) == 1
    QTest.keyClick(monitor.pause, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(monitor.model.lines) == 2, timeout=WAIT)
    press(monitor.clear)
    assert monitor.model.lines == []


def test_the_monitor_keeps_a_bounded_number_of_messages(qtbot: QtBot, monitor: MonitorSheet) -> None:
    lines = [Line(float(index), NOTE) for index in range(KEPT + 250)]
    monitor.model.add(lines[: KEPT - 10])
    monitor.model.add(lines[KEPT - 10 : KEPT + 5])
    assert (len(monitor.model.lines), monitor.model.lines[0].seconds) == (KEPT, 5.0)
    monitor.model.add(lines[KEPT + 5 :])
    assert (monitor.model.rowCount(), monitor.model.lines[-1].seconds) == (KEPT, KEPT + 249.0)


def test_a_closed_monitor_listens_no_longer(qtbot: QtBot, window: MainWindow, monitor: MonitorSheet) -> None:
    before = window.kit.listeners
    with qtbot.waitSignal(monitor.finished, timeout=WAIT):
        QTest.keyClick(monitor, Qt.Key.Key_Escape)
    assert window.kit.listeners == before - 1
    assert window.ekit.sheets == ()


# -- velocity curve

curves = st.lists(st.tuples(st.integers(2, 126), st.integers(1, 127)), max_size=MAX_POINTS - 2).map(
    lambda points: VelocityCurve(
        tuple(
            zip(
                sorted({1, 127, *(x for x, _ in points)}),
                sorted([1, *(y for _, y in points), 127])[: len({1, 127, *(x for x, _ in points)})],
                strict=True,
            )
        )
    )
)


@given(curves, st.data(), st.integers(-200, 300), st.integers(-200, 300))
def test_a_point_goes_as_near_as_its_neighbours_allow(
    curve: VelocityCurve, data: st.DataObject, played: int, counts: int
) -> None:
    index = data.draw(st.integers(0, len(curve.points) - 1))
    made = moved(curve, index, played, counts)
    assert len(made.points) == len(curve.points)
    assert [p for i, p in enumerate(made.points) if i != index] == [
        p for i, p in enumerate(curve.points) if i != index
    ]


@given(curves, st.integers(1, 127))
def test_a_point_added_changes_little_and_can_be_taken_away(curve: VelocityCurve, played: int) -> None:
    made = added(curve, played)
    if made is None:
        assert len(curve.points) == MAX_POINTS or played in [x for x, _ in curve.points]
        return
    with_point, index = made
    assert with_point.points[index] == (played, curve(played))
    assert removed(with_point, index) == curve
    assert removed(curve, 0) == removed(curve, len(curve.points) - 1) == curve


@pytest.fixture
def curve(qtbot: QtBot, window: MainWindow) -> CurveSheet:
    window.ekit.open_curve()
    sheet = only_sheet(qtbot, window)
    assert isinstance(sheet, CurveSheet)
    return sheet


def at(editor: CurveEditor, played: int, counts: int) -> QPoint:
    return editor.place(played, counts).toPoint()


def test_a_point_is_added_dragged_and_taken_away_by_mouse(
    qtbot: QtBot, window: MainWindow, curve: CurveSheet, cable: Cable
) -> None:
    editor = curve.editor
    QTest.mousePress(editor, LEFT, pos=at(editor, 64, 64))
    QTest.mouseMove(editor, at(editor, 64, 64))
    QTest.mouseMove(editor, at(editor, 60, 90))
    QTest.mouseRelease(editor, LEFT, pos=at(editor, 60, 90))
    assert editor.curve == VelocityCurve(((1, 1), (60, 90), (127, 127)))
    qtbot.waitUntil(lambda: window.kit.curve == editor.curve, timeout=WAIT)
    assert window.kit.cleaning.curve == editor.curve
    cable.hit(38, 60)
    qtbot.waitUntil(lambda: editor.strokes == (60,), timeout=WAIT)
    assert curve.last.text() == "Snare: played 60, counts 90."
    QTest.mouseClick(editor, Qt.MouseButton.RightButton, pos=at(editor, 60, 90))
    assert editor.curve == LINEAR
    with qtbot.waitSignal(curve.finished, timeout=WAIT):
        curve.close()  # at once: what was drawn last is kept all the same
    assert window.kit.curve == LINEAR


def test_the_curve_is_drawn_by_keyboard(curve: CurveSheet) -> None:
    editor = curve.editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Plus)
    assert editor.curve.points == ((1, 1), (64, 64), (127, 127))
    QTest.keyClick(editor, Qt.Key.Key_Up, SHIFT)
    QTest.keyClick(editor, Qt.Key.Key_Left)
    assert editor.curve.points[1] == (63, 72)
    assert editor.accessibleDescription() == "Point 2 of 3: played 63 counts 72"
    QTest.keyClick(editor, Qt.Key.Key_PageUp)
    QTest.keyClick(editor, Qt.Key.Key_Down, SHIFT)
    assert editor.curve.points[2] == (127, 119)
    QTest.keyClick(editor, Qt.Key.Key_PageDown)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.curve.points == ((1, 1), (127, 119))


def test_a_preset_is_taken_and_each_input_has_its_own_curve(
    qtbot: QtBot, window: MainWindow, curve: CurveSheet
) -> None:
    press(curve.presets["Lift ghosts"])
    qtbot.waitUntil(lambda: window.kit.curve == PRESETS["Lift ghosts"], timeout=WAIT)
    window.transport.kit.picked.emit(PAD)
    qtbot.waitUntil(lambda: curve.editor.curve == LINEAR, timeout=WAIT)
    window.transport.kit.picked.emit(TD11)
    qtbot.waitUntil(lambda: curve.editor.curve == PRESETS["Lift ghosts"], timeout=WAIT)


# -- calibration


@pytest.fixture
def sounding(qtbot: QtBot, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window with a synth that plays into a file, at a fast tempo, and two bars to play to."""
    monkeypatch.setenv("DRUMSTUDIO_AUDIO_DRIVER", "file")
    for module in (measuring, calibration):
        monkeypatch.setattr(module, "BARS", 2)
    settle({"kit_input": TD11, "output": {"kind": "synth"}}, model=False)
    with open_window(qtbot) as opened:
        opened.document.apply(replace(opened.document.project, qpm=300.0), "Tempo")
        opened.kit.attend(ports(TD11, PAD))
        qtbot.waitUntil(lambda: opened.transport.kit.light == "go", timeout=WAIT)
        qtbot.waitUntil(lambda: opened.transport.output.light == "go", timeout=WAIT)
        yield opened


def calibrate(qtbot: QtBot, window: MainWindow, cable: Cable, late: list[float]) -> CalibrationSheet:
    """Play to the click, once more where a busy machine made it stumble; the pattern plays before."""
    window.playing.toggle()
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
    window.ekit.open_calibration()
    sheet = only_sheet(qtbot, window)
    assert isinstance(sheet, CalibrationSheet)
    while sheet.found is None:
        sheet.start.setFocus()
        QTest.keyClick(sheet.start, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: sheet.began is not None, timeout=WAIT)
        assert sheet.began is not None
        for beat, each in enumerate(late, start=measuring.LEAD_BARS * measuring.BEATS):
            cable.hit(38, at=sheet.began + beat * 0.2 + each)
        qtbot.waitUntil(lambda: sheet.stage is Stage.DONE, timeout=WAIT)
        assert sheet.stumbled == (sheet.found is None)
    return sheet


def test_playing_to_the_click_tells_how_late_the_kit_is(
    qtbot: QtBot, sounding: MainWindow, cable: Cable
) -> None:
    sheet = calibrate(qtbot, sounding, cable, [0.010, 0.014, 0.012, 0.013, 0.011, 0.012, 0.016, 0.012])
    qtbot.waitUntil(lambda: not sounding.playing.playing, timeout=WAIT)
    assert sheet.found is not None
    assert sheet.found.latency == pytest.approx(0.012)
    assert sheet.outcome.text() == "8 strokes, in the middle 12 ms late, half of them within ±1 ms of that."
    assert sheet.start.text() == "Again"
    with qtbot.waitSignal(sheet.finished, timeout=WAIT):
        press(sheet.apply)
    assert sounding.kit.latency == pytest.approx(0.012)
    assert sounding.kit.cleaning.latency == pytest.approx(0.012)


def test_too_few_strokes_are_told_and_nothing_can_be_applied(
    qtbot: QtBot, sounding: MainWindow, cable: Cable
) -> None:
    sheet = calibrate(qtbot, sounding, cable, [0.01] * 3)
    assert sheet.outcome.text() == "3 strokes came; 5 more are needed. Play it again."
    assert not sheet.apply.isEnabled()
    assert sheet.start.isEnabled()


def test_a_calibration_that_is_left_stops_the_click(qtbot: QtBot, sounding: MainWindow, cable: Cable) -> None:
    sounding.ekit.open_calibration()
    sheet = only_sheet(qtbot, sounding)
    assert isinstance(sheet, CalibrationSheet)
    press(sheet.start)
    qtbot.waitUntil(lambda: sounding.playing.playing, timeout=WAIT)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not sounding.playing.playing, timeout=WAIT)
    assert sounding.kit.latency == 0.0


def test_without_sound_or_kit_there_is_nothing_to_calibrate_with(qtbot: QtBot, window: MainWindow) -> None:
    window.ekit.open_calibration()
    sheet = only_sheet(qtbot, window)
    assert isinstance(sheet, CalibrationSheet)
    assert sheet.note.text() == "There is no sound to play to: choose an output first."
    assert not sheet.start.isEnabled()


def test_a_click_that_stumbles_gives_no_figure(qtbot: QtBot, sounding: MainWindow, cable: Cable) -> None:
    sounding.ekit.open_calibration()
    sheet = only_sheet(qtbot, sounding)
    assert isinstance(sheet, CalibrationSheet)
    press(sheet.start)
    qtbot.waitUntil(lambda: sheet.began is not None, timeout=WAIT)
    sounding.document.apply(replace(sounding.document.project, qpm=211.0), "Tempo")
    qtbot.waitUntil(lambda: sheet.stumbled, timeout=WAIT)
    assert sheet.outcome.text().startswith("The click stumbled")
    assert not sheet.apply.isEnabled()
    assert sheet.start.isEnabled()
    qtbot.waitUntil(lambda: not sounding.playing.playing, timeout=WAIT)


@given(st.integers(0, 9), st.floats(-0.1, 0.1), st.floats(60.0, 240.0))
def test_how_far_a_moment_is_from_a_bar_line(bars: int, off: float, qpm: float) -> None:
    assert off_beat(bars * 240.0 / qpm + off, qpm) == pytest.approx(abs(off), abs=1e-9)
