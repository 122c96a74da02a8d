"""Recording in the real window: takes and real-time entry, from a kit that the test strikes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot
from support.struck_kit import FakeKit
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.takes.journal import journals_folder
from drumstudio.app.takes.store import list_takes
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.record_options import RecordMode

KICK, SNARE, HAT = 36, 38, 42
FAST = 240.0  # a bar a second


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle(model=False)
    with open_window(qtbot) as opened:
        plug_in(opened, FakeKit())
        opened.document.load(Project((Pattern(),), qpm=FAST))
        yield opened


def plug_in(window: MainWindow, kit: FakeKit) -> FakeKit:
    window.desk.kit = kit  # type: ignore[assignment]
    return kit


def kit_of(window: MainWindow) -> FakeKit:
    kit = window.desk.kit
    assert isinstance(kit, FakeKit)
    return kit


def start(qtbot: QtBot, window: MainWindow, mode: RecordMode = RecordMode.FREE) -> FakeKit:
    """Press the record button in `mode`, and wait until the kit is listened to."""
    window.recording.memory.set_mode(mode)
    press(window.transport.record)
    kit = kit_of(window)
    qtbot.waitUntil(lambda: bool(kit.listeners), timeout=WAIT)
    return kit


def stop(qtbot: QtBot, window: MainWindow) -> None:
    """Press it again, and wait until what was played is kept."""
    press(window.transport.record)
    wait_kept(qtbot, window)


def wait_kept(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.recording.active and not window.recording.busy, timeout=WAIT)


def choices(window: MainWindow) -> list[str]:
    return [button.text() for button in window.banner.findChildren(QPushButton) if button.text()]


def test_without_an_e_kit_it_says_so_with_the_way_out(qtbot: QtBot, window: MainWindow) -> None:
    plug_in(window, FakeKit("", InputState.MISSING))
    press(window.transport.record)
    assert window.banner.text == "There is no e-kit to record from: plug one in and choose it."
    assert "Choose an e-kit" in choices(window)
    assert not window.recording.active
    plug_in(window, FakeKit("TD-17", InputState.MISSING))
    QTest.keyClick(window.grid, Qt.Key.Key_R)
    assert window.banner.text.startswith("TD-17 is not there: plug it in")


def test_a_take_without_click_begins_with_the_first_stroke(qtbot: QtBot, window: MainWindow) -> None:
    kit = start(qtbot, window)
    assert window.transport.record.accessibleName() == "Stop recording"
    assert window.recording.strip.isVisible()
    assert not window.playing.playing
    at = time.perf_counter()
    kit.send(0xB9, 4, 90, at=at)
    kit.strike(KICK, 99, at=at + 0.1)
    kit.send(0x99, KICK, 0, at=at + 0.15)
    kit.strike(3, 50, at=at + 0.2)
    kit.send(0xA9, 49, 127, at=at + 0.3)
    qtbot.waitUntil(lambda: "2 hits" in window.recording.strip.words, timeout=WAIT)
    assert "from TD-11" in window.recording.strip.words
    assert "safe on disk" in window.recording.strip.words
    stop(qtbot, window)
    assert not window.recording.strip.isVisible()
    assert window.transport.record.accessibleName() == "Record"
    (kept,) = list_takes().takes
    take = kept.take
    assert (take.source, take.qpm, take.bars, take.drum_map.name) == ("TD-11", FAST, 0, "roland")
    assert [(round(each.seconds, 3), each.data.hex()) for each in take.arrivals] == [
        (-0.1, "b9045a"), (0.0, "992463"), (0.05, "992400"), (0.1, "990332"), (0.2, "a9317f"),
    ]  # fmt: skip
    assert kept.path.exists()
    assert window.banner.text == f"{kept.name} is kept."
    assert list(journals_folder().glob("*.journal")) == []
    assert kit.listeners == []


def test_a_kit_that_goes_away_is_told_and_what_came_stays(qtbot: QtBot, window: MainWindow) -> None:
    kit = start(qtbot, window)
    kit.strike(KICK)
    kit.status = InputStatus("TD-11", InputState.MISSING)
    strip = window.recording.strip
    qtbot.waitUntil(lambda: "TD-11 is gone; plug it in, and it goes on" in strip.words, timeout=WAIT)
    kit.status = InputStatus("TD-11", InputState.READY)
    qtbot.waitUntil(lambda: "from TD-11" in strip.words, timeout=WAIT)
    kit.strike(SNARE)
    stop(qtbot, window)
    assert len(list_takes().takes[0].read().hits) == 2


def test_nothing_played_is_no_take_and_says_so(qtbot: QtBot, window: MainWindow) -> None:
    kit = start(qtbot, window)
    kit.send(0xB9, 4, 90)
    stop(qtbot, window)
    assert window.banner.text.startswith("TD-11 played nothing, so there is no take")
    assert list_takes().takes == ()


def test_r_records_and_space_stops_without_playing(qtbot: QtBot, window: MainWindow) -> None:
    window.recording.memory.set_mode(RecordMode.FREE)
    QTest.keyClick(window.grid, Qt.Key.Key_R)
    kit = kit_of(window)
    qtbot.waitUntil(lambda: bool(kit.listeners), timeout=WAIT)
    kit.strike(SNARE)
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    wait_kept(qtbot, window)
    assert len(list_takes().takes) == 1
    QApplication.processEvents()
    assert not window.playing.playing


def test_count_in_and_click_lead_to_bar_1_and_some_bars_end_by_themselves(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.document.edit(Pattern(hits=(Hit(0, Drum.CRASH),)), "Draw")
    window.transport.click.toggled.emit(True)
    window.transport.click.set_on(True)
    window.transport.count_in.picked.emit(1)
    window.recording.memory.set_bars(2)
    kit = start(qtbot, window, RecordMode.BARS)
    qtbot.waitUntil(lambda: window.recording.origin is not None, timeout=WAIT)
    origin = window.recording.origin
    assert origin is not None
    assert "waiting for bar 1" in window.recording.strip.words
    kit.strike(HAT, 30, at=origin - 0.25)
    kit.strike(KICK, 90, at=origin)
    kit.strike(SNARE, 91, at=origin + 1.75)
    qtbot.waitUntil(lambda: "bar 2 of 2" in window.recording.strip.words, timeout=WAIT)
    wait_kept(qtbot, window)
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    (kept,) = list_takes().takes
    assert kept.take.bars == 2
    assert [(round(each.seconds, 3), each.data[1]) for each in kept.take.arrivals] == [
        (-0.25, HAT), (0.0, KICK), (1.75, SNARE),
    ]  # fmt: skip
    assert {(hit.step, hit.drum) for hit in kept.pattern(strength=1.0).hits} == {
        (0, Drum.KICK), (28, Drum.SNARE),
    }  # fmt: skip
    # The pattern was not heard, and is as it was; the engine has it again.
    assert window.document.pattern.hits == (Hit(0, Drum.CRASH),)
    press(window.transport.play)
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)


def test_a_recording_begun_while_it_plays_begins_at_the_next_bar_line(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.playing.set_loop(False)
    press(window.transport.play)
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
    kit = start(qtbot, window)
    qtbot.waitUntil(lambda: window.recording.origin is not None, timeout=WAIT)
    origin = window.recording.origin
    assert origin is not None
    kit.strike(KICK, at=origin + 1.0)
    place = window.playing.place_at(origin)
    assert place is not None
    assert min(place.step, 16 - place.step) < 0.05
    # It would have ended with the pattern, were nothing recorded.
    qtbot.waitUntil(lambda: "bar 3" in window.recording.strip.words, timeout=WAIT)
    stop(qtbot, window)
    assert round(list_takes().takes[0].take.arrivals[0].seconds, 3) == 1.0
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)


def place_of(window: MainWindow, step: float, passes: int) -> float:
    """The moment at which `step` sounds in the pass number `passes`."""
    origin = window.recording.origin
    assert origin is not None
    return origin + (passes * 16 + step) * 60.0 / FAST / 4


def overdub(qtbot: QtBot, window: MainWindow, mode: RecordMode) -> FakeKit:
    window.playing.set_loop(False)
    kit = start(qtbot, window, mode)
    qtbot.waitUntil(lambda: window.recording.origin is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: position(window) is not None, timeout=WAIT)
    return kit


def position(window: MainWindow) -> float | None:
    place = window.playing.place_at(time.perf_counter())
    return None if place is None or place.counting_in else place.passes * 16 + place.step


def wait_for_step(qtbot: QtBot, window: MainWindow, step: float) -> None:
    qtbot.waitUntil(lambda: (position(window) or 0.0) >= step, timeout=WAIT)


def test_strokes_go_into_the_pattern_that_plays_each_pass_one_step_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    old = Hit(12, Drum.CRASH)
    window.document.edit(Pattern(hits=(old,)), "Draw")
    kit = overdub(qtbot, window, RecordMode.OVERDUB)
    wait_for_step(qtbot, window, 5)
    kit.strike(SNARE, 70, at=place_of(window, 4.25, 0))
    qtbot.waitUntil(lambda: len(window.document.pattern.hits) == 2, timeout=WAIT)
    kit.strike(KICK, 99, at=place_of(window, 5, 0))
    wait_for_step(qtbot, window, 17)
    kit.strike(SNARE, 50, at=place_of(window, 16.0, 0))
    qtbot.waitUntil(lambda: len(window.document.pattern.hits) == 4, timeout=WAIT)
    snare = window.document.pattern.hit_at(4, Drum.SNARE)
    assert snare is not None
    assert abs(snare.offset - 0.25) < 0.02
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    wait_kept(qtbot, window)
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
    assert {(hit.step, hit.drum) for hit in window.document.pattern.hits} == {
        (0, Drum.SNARE), (4, Drum.SNARE), (5, Drum.KICK), (12, Drum.CRASH),
    }  # fmt: skip
    window.document.undo()
    assert {(hit.step, hit.drum) for hit in window.document.pattern.hits} == {
        (4, Drum.SNARE), (5, Drum.KICK), (12, Drum.CRASH),
    }  # fmt: skip
    window.document.undo()
    assert window.document.pattern.hits == (old,)
    # All of it is a take as well.
    (kept,) = list_takes().takes
    assert [hit.velocity for hit in kept.read().hits] == [70, 99, 50]


def test_quantise_strength_and_latency_count_for_what_goes_into_the_pattern(
    qtbot: QtBot, window: MainWindow
) -> None:
    kit_of(window).lag(0.02)
    window.recording.memory.set_strength(100)
    kit = overdub(qtbot, window, RecordMode.OVERDUB)
    wait_for_step(qtbot, window, 7)
    kit.strike(SNARE, at=place_of(window, 6.2, 0) + 0.02)
    qtbot.waitUntil(lambda: bool(window.document.pattern.hits), timeout=WAIT)
    assert window.document.pattern.hits == (Hit(6, Drum.SNARE, 100),)


def test_replacing_leaves_only_what_was_played(qtbot: QtBot, window: MainWindow) -> None:
    window.document.edit(Pattern(hits=tuple(Hit(step, Drum.CLOSED_HAT, 50) for step in range(16))), "Draw")
    kit = overdub(qtbot, window, RecordMode.REPLACE)
    wait_for_step(qtbot, window, 9)
    kit.strike(SNARE, 111, at=place_of(window, 8, 0))
    wait_for_step(qtbot, window, 16)
    press(window.transport.record)
    wait_kept(qtbot, window)
    assert (8, Drum.SNARE) in {(hit.step, hit.drum) for hit in window.document.pattern.hits}
    assert not [hit for hit in window.document.pattern.hits if hit.drum is Drum.CLOSED_HAT and hit.step > 2]
    # Punched out of, the loop goes on.
    assert window.playing.playing
    window.document.undo()
    if len(window.document.pattern.hits) != 16:
        window.document.undo()  # what the second pass had begun to replace
    assert len(window.document.pattern.hits) == 16


def test_a_window_that_closes_keeps_what_is_being_recorded(qtbot: QtBot) -> None:
    settle(model=False)
    with open_window(qtbot) as window:
        plug_in(window, FakeKit())
        start(qtbot, window).strike(SNARE, 88)
    (kept,) = list_takes().takes
    assert [hit.velocity for hit in kept.read().hits] == [88]


def test_a_disk_that_refuses_is_a_sentence_and_nothing_begins(qtbot: QtBot, window: MainWindow) -> None:
    paths.user_takes().parent.mkdir(parents=True, exist_ok=True)
    paths.user_takes().write_text("a file where the folder should be")
    press(window.transport.record)
    qtbot.waitUntil(lambda: not window.recording.active, timeout=WAIT)
    assert "so nothing would be safe" in window.banner.text
    assert not window.recording.strip.isVisible()


def test_the_ways_to_record_stand_at_the_button_and_are_remembered(qtbot: QtBot, window: MainWindow) -> None:
    record = window.transport.record
    record.customContextMenuRequested.emit(QPoint(3, 3))
    (menu,) = [menu for menu in record.findChildren(QMenu) if menu.isVisible()]
    labels = [action.text() for action in menu.actions() if action.text()]
    assert labels == [
        "New take, free length", "New take of 4 bars", "Loop the pattern: overdub",
        "Loop the pattern: replace", "Hear the pattern beside a new take",
    ]  # fmt: skip
    next(action for action in menu.actions() if "overdub" in action.text()).trigger()
    menu.close()
    assert window.settings.get("record_mode", "") == "overdub"
    assert "Loop the pattern: overdub" in record.toolTip()


def test_a_setting_that_makes_no_sense_is_the_usual_one(qtbot: QtBot, window: MainWindow) -> None:
    for name, value in (("record_mode", "x"), ("record_bars", 9999), ("record_strength", -4)):
        window.settings.set(name, value)
    options = window.recording.memory.options
    assert (options.mode, options.bars, options.strength) == (RecordMode.FREE, 256, 0.0)
    assert replace(options, along=True).along
