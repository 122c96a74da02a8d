"""The Takes page in the real window, by mouse and keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from support.struck_kit import FakeKit
from support.window import LEFT, WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.takes.journal import Journal
from drumstudio.app.takes.store import list_takes, load_take, save_take
from drumstudio.domain.cleaning import AS_USUAL, Cleaning, Reason
from drumstudio.domain.drums import ROLAND, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import Grid
from drumstudio.midi.files import export_pattern
from drumstudio.midi.inputs import InputState
from drumstudio.midi.kit_maps import KitMap, to_json
from drumstudio.ui.fields import Field
from drumstudio.ui.main_window import MainWindow

KICK, SNARE, HAT, FOOT, TOM = 36, 38, 42, 44, 45
SHIFT = Qt.KeyboardModifier.ShiftModifier


def strokes(*struck: tuple[float, int, int]) -> tuple[Arrival, ...]:
    return tuple(Arrival(at, bytes((0x99, note, velocity))) for at, note, velocity in sorted(struck))


# A bar at 120, its third kick with the crosstalk of a tom, its last hat with a foot, and a bounce.
BAR = strokes(
    (0.01, KICK, 110), (0.51, SNARE, 100), (1.01, KICK, 105), (1.014, TOM, 8), (1.51, SNARE, 99),
    (1.53, SNARE, 20), (1.76, HAT, 80), (1.78, FOOT, 40),
)  # fmt: skip


def keep(name: str, at: float = 1000.0, **more: object) -> Path:
    take = replace(Take(BAR, ROLAND, 120.0, bars=1, source="TD-11", recorded_at=at), **more)
    return save_take(paths.user_takes() / f"{name}.mid", take).path


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.background.busy, timeout=WAIT)


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Callable[[], MainWindow]]:
    """Opens the window at its Takes page, with the takes that are there."""
    settle(model=False)
    held = []

    def open_it() -> MainWindow:
        manager = open_window(qtbot)
        window = manager.__enter__()
        held.append(manager)
        window.desk.kit = FakeKit()  # type: ignore[assignment]
        window.document.load(Project((Pattern(),), qpm=120.0))
        press(window.pages.tabs["takes"])
        idle(qtbot, window)
        return window

    yield open_it
    for manager in held:
        manager.__exit__(None, None, None)


def names(window: MainWindow) -> list[str]:
    return [row.name for row in window.takes.list.takes.rows]


def click_row(window: MainWindow, row: int, modifier: Qt.KeyboardModifier | None = None) -> None:
    view = window.takes.list
    at = view.visualRect(view.takes.index(row)).center() - QPoint(100, 0)
    QTest.mouseClick(view.viewport(), LEFT, modifier or Qt.KeyboardModifier.NoModifier, at)


def banner_button(window: MainWindow, text: str) -> QPushButton:
    return next(button for button in window.banner.findChildren(QPushButton) if button.text() == text)


def test_without_takes_the_page_teaches_the_way_to_one(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    window = opened()
    empty = window.takes.empty
    assert empty.isVisible()
    assert "With TD-11, press Record (R) and play." in empty.text.text()
    window.desk.kit = FakeKit("", InputState.MISSING)  # type: ignore[assignment]
    window.takes.come_up()
    assert "Plug your e-kit in, choose it and press Record (R)." in empty.text.text()
    assert empty.kit.isVisible()
    idle(qtbot, window)
    window.desk.kit = FakeKit()  # type: ignore[assignment]
    window.takes.come_up()
    press(empty.record)
    qtbot.waitUntil(lambda: bool(window.desk.kit.listeners), timeout=WAIT)  # type: ignore[attr-defined]
    window.desk.kit.strike(SNARE)  # type: ignore[attr-defined]
    QTest.keyClick(window.takes, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(names(window)) == 1, timeout=WAIT)
    assert not empty.isVisible()
    assert window.takes.details.row is not None


def test_the_list_says_everything_of_a_take(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("old", 1000.0)
    keep("new", time.mktime((2026, 11, 27, 18, 42, 0, 0, 0, -1)), qpm=93.5)
    window = opened()
    assert names(window) == ["new", "old"]
    index = window.takes.list.takes.index(0)
    said = window.takes.list.takes.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert said == "new, 27 Nov 18:42 · 0:01 · 93.5 BPM · 1 bar · 5 hits · Roland TD · TD-11"


def test_a_take_is_renamed_in_place_but_not_over_another(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    keep("one", 2000.0)
    keep("two")
    window = opened()
    for name, expected in (("Verse", ["Verse", "two"]), ("two", ["Verse", "two"])):
        click_row(window, 0)
        QTest.keyClick(window.takes.list, Qt.Key.Key_F2)
        (editor,) = [each for each in window.takes.list.findChildren(QLineEdit) if each.isVisible()]
        editor.selectAll()
        QTest.keyClicks(editor, name)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda want=expected: names(window) == want, timeout=WAIT)  # type: ignore[misc]
        idle(qtbot, window)
    qtbot.waitUntil(lambda: "There is a take 'two' already" in window.banner.text, timeout=WAIT)
    assert [kept.name for kept in list_takes().takes] == ["Verse", "two"]
    row = window.takes.details.row
    assert row is not None
    assert row.name == "Verse"


def test_takes_are_deleted_together_and_come_back(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    for number, name in enumerate(("c", "b", "a")):
        keep(name, 1000.0 + number)
    window = opened()
    click_row(window, 0)
    click_row(window, 1, SHIFT)
    assert not window.takes.rename.isEnabled()
    QTest.keyClick(window.takes.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(window) == ["c"], timeout=WAIT)
    assert window.banner.text == "2 takes are in the trash."
    row = window.takes.details.row
    assert row is not None
    assert row.name == "c"
    press(banner_button(window, "Undo"))
    qtbot.waitUntil(lambda: names(window) == ["a", "b", "c"], timeout=WAIT)
    assert [row.name for row in window.takes.list.chosen_rows] == ["a", "b"]


def test_several_takes_become_one(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("first", 1000.0)
    keep("second", 2000.0)
    window = opened()
    QTest.keyClick(window.takes.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(window.takes.join)
    qtbot.waitUntil(lambda: len(names(window)) == 3, timeout=WAIT)
    joined = load_take(paths.user_takes() / "first + 1 more.mid")
    assert joined.take.bars == 2
    kicks = [round(hit.seconds, 2) for hit in joined.read().hits if hit.drum is Drum.KICK]
    assert kicks == [0.01, 1.01, 2.01, 3.01]
    keep("other tempo", 3000.0, qpm=99.0)
    window.desk.takes_changed.emit()
    qtbot.waitUntil(lambda: len(names(window)) == 4, timeout=WAIT)
    window.takes.list.selectAll()
    press(window.takes.join)
    qtbot.waitUntil(lambda: "have different tempos, 120 and 99" in window.banner.text, timeout=WAIT)


def test_a_take_is_heard_as_it_was_played_and_space_ends_it(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    keep("one")
    window = opened()
    click_row(window, 0)
    QTest.keyClick(window.takes.list, Qt.Key.Key_Return)
    details = window.takes.details
    qtbot.waitUntil(lambda: window.playing.performing, timeout=WAIT)
    assert details.play.text() == "Stop"
    QTest.keyClick(window.takes.list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    assert details.play.text() == "Play"
    press(details.play)
    qtbot.waitUntil(lambda: window.playing.performing, timeout=WAIT)
    # It ends by itself.
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    assert window.takes.hearing.path is None
    assert details.play.text() == "Play"
    press(details.play)
    qtbot.waitUntil(lambda: window.playing.performing, timeout=WAIT)
    QTest.keyClick(window.takes.list, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)


def test_a_take_that_is_heard_gives_way_to_a_recording(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    keep("one")
    window = opened()
    window.transport.click.set_on(True)
    press(window.takes.details.play)
    qtbot.waitUntil(lambda: window.playing.performing, timeout=WAIT)
    press(window.takes.record)
    qtbot.waitUntil(lambda: window.recording.origin is not None, timeout=WAIT)
    assert not window.playing.performing
    assert window.takes.hearing.path is None
    window.desk.kit.strike(SNARE)  # type: ignore[attr-defined]
    press(window.takes.record)
    qtbot.waitUntil(lambda: len(names(window)) == 2, timeout=WAIT)


@pytest.mark.parametrize(("strength", "loose"), [(0, True), (100, False)])
def test_a_take_goes_into_the_grid_as_one_step(
    qtbot: QtBot, opened: Callable[[], MainWindow], strength: int, loose: bool
) -> None:
    keep("one", qpm=100.0)
    window = opened()
    before = window.document.project
    form = window.takes.details.grid
    form.strength.setFocus()
    QTest.keyClick(form.strength, Qt.Key.Key_Home if strength == 0 else Qt.Key.Key_End)
    press(form.go)
    qtbot.waitUntil(lambda: window.pages.current == "sequencer", timeout=WAIT)
    project = window.document.project
    assert (len(project.patterns), project.current) == (2, 1)
    assert any(hit.offset for hit in project.pattern.hits) is loose
    assert "one is in pattern B, on a grid of 1/16" in window.banner.text
    press(banner_button(window, "Set 100 BPM"))
    assert window.document.project.qpm == 100.0
    window.document.undo()
    window.document.undo()
    assert window.document.project == before


def test_over_the_pattern_on_screen_in_triplets_and_only_so_many_bars(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    long = tuple(Arrival(each.seconds + bar * 2.0, each.data) for bar in range(4) for each in BAR)
    keep("four", arrivals=long, bars=4)
    window = opened()
    window.document.edit(Pattern(hits=(Hit(0, Drum.RIDE),)), "Draw")
    form = window.takes.details.grid
    form.grid.picked.emit("Triplets 1/8T")
    form.target.picked.emit("Over the pattern on screen")
    form.bars.open_entry("2")
    QTest.keyClick(form.bars.findChild(QLineEdit), Qt.Key.Key_Return)
    press(form.go)
    qtbot.waitUntil(lambda: window.pages.current == "sequencer", timeout=WAIT)
    pattern = window.document.pattern
    assert (pattern.bars, pattern.grid) == (2, Grid(steps_per_quarter=3))
    assert len(window.document.project.patterns) == 1
    window.document.undo()
    assert window.document.pattern.hits == (Hit(0, Drum.RIDE),)


def cleaning_of(name: str) -> Cleaning:
    return load_take(paths.user_takes() / f"{name}.mid").cleaning


def test_what_was_put_aside_is_counted_drawn_listed_and_can_be_had_back(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    path = keep("one")
    raw = load_take(path).take.arrivals
    window = opened()
    details = window.takes.details
    panel = details.cleaning
    assert {reason: panel._counts[reason].text() for reason in Reason} == dict.fromkeys(Reason, "1 put aside")
    listed = [details.asides.item(row).text() for row in range(details.asides.count())]
    assert listed == [
        "bar 1, 1.01 s: Mid tom 8, crosstalk, 4 ms from Kick 105",
        "bar 1, 1.53 s: Snare 20, double trigger, 20 ms from Snare 99",
        "bar 1, 1.78 s: Closed hat 40, pedal chick, 20 ms from Closed hat 80",
    ]
    switch = panel.switches[Reason.DOUBLE]
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cleaning_of("one").rules[Drum.SNARE].double_window == 0.0, timeout=WAIT)
    idle(qtbot, window)
    assert panel._counts[Reason.DOUBLE].text() == "none"
    assert details.asides.count() == 2
    press(panel.raw)
    qtbot.waitUntil(lambda: cleaning_of("one").chick_window == 0.0, timeout=WAIT)
    idle(qtbot, window)
    assert not details.asides.isVisible()
    press(panel.undo)
    qtbot.waitUntil(lambda: cleaning_of("one").chick_window > 0.0, timeout=WAIT)
    idle(qtbot, window)
    QTest.keyClick(switch, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cleaning_of("one") == AS_USUAL, timeout=WAIT)
    assert load_take(path).take.arrivals == raw


def test_a_window_and_a_latency_are_typed(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("one")
    window = opened()
    panel = window.takes.details.cleaning
    for number, text in ((panel.numbers[1, "double_window"], "5 ms"), (panel.latency, "12")):
        number.setFocus()
        number.open_entry()
        entry = number.findChild(QLineEdit)
        assert entry is not None
        entry.setText(text)
        QTest.keyClick(entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cleaning_of("one").latency == 0.012, timeout=WAIT)
    idle(qtbot, window)
    kept = load_take(paths.user_takes() / "one.mid")
    assert kept.cleaning.rules[Drum.SNARE].double_window == 0.005
    assert round(kept.read().hits[0].seconds, 3) == -0.002
    assert len([hit for hit in kept.read().hits if hit.drum is Drum.SNARE]) == 3
    press(panel.usual)
    qtbot.waitUntil(lambda: cleaning_of("one") == replace(AS_USUAL, latency=0.012), timeout=WAIT)


def test_a_stroke_says_what_it_is(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("one")
    window = opened()
    preview = window.takes.details.preview
    words = {preview.words_at(QPoint(x, 60)) for x in range(preview.width())}
    assert "Kick, velocity 110, bar 1, 0.01 s" in words
    assert "bar 1, 1.01 s: Mid tom 8, crosstalk, 4 ms from Kick 105" in words


def free_playing(qpm: float) -> tuple[Arrival, ...]:
    beat = 60.0 / qpm
    struck = [(index * beat / 2, HAT, 70) for index in range(64)]
    struck += [(index * beat, SNARE if index % 2 else KICK, 100) for index in range(32)]
    return strokes(*struck)


def test_a_take_without_click_is_offered_its_tempo_and_keeps_its_stamps(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    path = keep("free", arrivals=free_playing(97.0), bars=0)
    raw = load_take(path).take.arrivals
    window = opened()
    details = window.takes.details
    qtbot.waitUntil(details.suggestion.isVisible, timeout=WAIT)
    assert details.suggestion.text() == "Set 97 BPM"
    press(details.suggestion)
    qtbot.waitUntil(lambda: load_take(path).take.qpm == 97.0, timeout=WAIT)
    idle(qtbot, window)
    assert load_take(path).take.arrivals == raw
    assert not details.suggestion.isVisible()
    assert "8 bars" in details._figures.text()


def test_bar_1_is_put_where_the_playing_begins(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    path = keep("late", arrivals=strokes((1.25, KICK, 90), (1.75, SNARE, 90)), bars=0)
    window = opened()
    press(window.takes.details.first_bar)
    qtbot.waitUntil(lambda: load_take(path).take.arrivals[0].seconds == 0.0, timeout=WAIT)
    idle(qtbot, window)
    assert [each.seconds for each in load_take(path).take.arrivals] == [0.0, 0.5]
    assert not window.takes.details.first_bar.isEnabled()


def drop(window: MainWindow, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), action, data, LEFT, none)
    QApplication.sendEvent(window.takes, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window.takes, QDropEvent(QPointF(300, 300), action, data, LEFT, none))


def test_midi_files_that_are_dropped_become_takes(
    qtbot: QtBot, opened: Callable[[], MainWindow], tmp_path: Path
) -> None:
    hits = (Hit(0, Drum.KICK, 90), Hit(4, Drum.SNARE, 80), Hit(8, Drum.KICK, 70))
    export_pattern(tmp_path / "beat.mid", Pattern(hits=hits), 90.0, ROLAND)
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    window = opened()
    drop(window, tmp_path / "broken.mid", tmp_path / "beat.mid")
    qtbot.waitUntil(lambda: names(window) == ["beat"], timeout=WAIT)
    qtbot.waitUntil(lambda: "broken.mid" in window.banner.text, timeout=WAIT)
    kept = list_takes().takes[0]
    assert (round(kept.take.qpm, 3), kept.take.source) == (90.0, "beat.mid")
    assert kept.pattern(strength=1.0).hits == hits


def test_a_recording_that_broke_off_is_offered_at_the_start(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    opening = {"recorded_at": 1000.0, "source": "TD-11", "qpm": 120.0, "meter": [4, 4], "bars": 0}
    journal = Journal({**opening, "map": to_json(KitMap(ROLAND)), "out": None})
    journal.add(Arrival(50.0, bytes((0x99, SNARE, 77))))
    journal.close()
    window = opened()
    assert "that broke off is recovered" in window.banner.text
    assert len(names(window)) == 1
    window.pages.show_page("sequencer")
    press(banner_button(window, "Show the takes"))
    assert window.pages.current == "takes"


def test_a_damaged_take_is_told_and_hides_no_other(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("one")
    keep("two").with_suffix(".json").write_text("{")
    window = opened()
    assert names(window) == ["one"]
    assert "two.json is no take" in window.banner.text


def test_the_menu_and_the_way_to_training(qtbot: QtBot, opened: Callable[[], MainWindow]) -> None:
    keep("one")
    window = opened()
    click_row(window, 0)
    window.takes.list.customContextMenuRequested.emit(QPoint(20, 20))
    (menu,) = [menu for menu in window.takes.list.findChildren(QMenu) if menu.isVisible()]
    assert [action.text() for action in menu.actions()] == [
        "Play or stop", "Into the grid", "Rename", "Join", "Delete",
    ]  # fmt: skip
    menu.close()
    press(window.takes.details.train)
    assert window.pages.current == "data"


def test_every_control_has_a_name_and_space_plays_from_each(
    qtbot: QtBot, opened: Callable[[], MainWindow]
) -> None:
    keep("one")
    window = opened()
    page = window.takes
    tried = 0
    for widget in page.findChildren(QWidget):
        tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not (tab and widget.isVisible() and widget.isEnabled()):
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or len(text) > 2, widget
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(widget, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
        tried += 1
    assert tried > 40
    assert cleaning_of("one") == AS_USUAL


@pytest.mark.parametrize("size", [(1240, 640), (1280, 720), (1920, 1080)])
def test_nothing_is_clipped(qtbot: QtBot, opened: Callable[[], MainWindow], size: tuple[int, int]) -> None:
    keep("A take with a name that goes on and on, as names do that were typed late in the evening")
    keep("free", 2000.0, arrivals=free_playing(97.0), bars=0, qpm=133.0)
    window = opened()
    window.resize(*size)
    details = window.takes.details
    qtbot.waitUntil(details.suggestion.isVisible, timeout=WAIT)
    QApplication.processEvents()
    page = window.takes
    for widget in page.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if not details.isAncestorOf(widget):  # which scrolls
            corner = widget.mapTo(page, QPoint(0, 0))
            inside = page.rect().contains(widget.rect().translated(corner))
            assert inside or page.list.isAncestorOf(widget), widget
        if isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
            assert widget.sizeHint().width() <= widget.width(), widget.text()
        if isinstance(widget, QPushButton) and widget.text():
            assert widget.fontMetrics().horizontalAdvance(widget.text()) < widget.width(), widget.text()
        if isinstance(widget, Field):
            assert widget.fits(), widget.text
