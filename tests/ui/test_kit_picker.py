"""The E-KIT box, what a kit's strokes do in the window, and notes that mean no drum."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot
from support.fake_kit import PAD, TD11, Cable, plug, ports
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.domain.drums import Drum
from drumstudio.engine.facade import OutputChoice
from drumstudio.midi.inputs import InputState
from drumstudio.ui.main_window import MainWindow


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


def entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text().replace("&", ""): action for action in menu.actions() if action.text()}


def banner_button(window: MainWindow, text: str) -> QPushButton:
    return next(each for each in window.banner.findChildren(QPushButton) if each.text() == text)


def test_the_box_offers_inputs_by_name_and_shows_how_the_kit_is_doing(
    qtbot: QtBot, window: MainWindow
) -> None:
    box = window.transport.kit
    assert [label for label, _ in box.options] == ["No e-kit", "TD-11", "nanoPAD2"]
    assert (box.text, box.light) == ("TD-11", "go")
    assert "Read as Roland TD, by its name." in box.toolTip()
    window.kit.attend(ports(PAD))
    qtbot.waitUntil(lambda: box.light == "warn", timeout=WAIT)
    assert box.text == "missing: TD-11"
    assert "missing" in box.accessibleDescription()
    assert ("missing: TD-11", TD11) in box.options
    window.kit.attend(ports(TD11))
    qtbot.waitUntil(lambda: box.text == "TD-11", timeout=WAIT)


def test_another_input_is_chosen_by_keyboard(qtbot: QtBot, window: MainWindow, cable: Cable) -> None:
    box = window.transport.kit
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: box.text == "nanoPAD2", timeout=WAIT)
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: box.text == "TD-11", timeout=WAIT)
    box.picked.emit("")
    qtbot.waitUntil(lambda: box.text == "None", timeout=WAIT)
    assert box.light is None
    assert cable.input is None


def test_a_stroke_blinks_and_lights_its_row(qtbot: QtBot, window: MainWindow, cable: Cable) -> None:
    header = window.grid.headers.headers[Drum.SNARE]
    assert not window.transport.kit.blinking
    cable.hit(38, 90)
    qtbot.waitUntil(lambda: header.level > 0, timeout=WAIT)
    assert window.transport.kit.blinking
    assert window.grid.headers.headers[Drum.KICK].level == 0
    qtbot.waitUntil(lambda: not window.transport.kit.blinking, timeout=WAIT)


def test_a_kit_that_is_plugged_in_is_offered_where_none_was_chosen(qtbot: QtBot, cable: Cable) -> None:
    settle(model=False)
    with open_window(qtbot) as window:
        window.kit.attend(ports(PAD))
        window.kit.attend(ports(PAD, TD11))
        qtbot.waitUntil(lambda: window.banner.text == "TD-11 is plugged in. Is it your e-kit?", timeout=WAIT)
        press(banner_button(window, "Hear it"))
        qtbot.waitUntil(lambda: window.kit.status.state is InputState.READY, timeout=WAIT)
        assert window.kit.status.name == TD11
        window.kit.attend(ports(PAD))
        window.kit.attend(ports(PAD, TD11))
        qtbot.waitUntil(lambda: window.transport.kit.text == "TD-11", timeout=WAIT)
        assert window.banner.text == ""


def test_a_note_without_a_drum_is_told_once_and_can_be_assigned(
    qtbot: QtBot, window: MainWindow, cable: Cable
) -> None:
    cable.hit(27)
    qtbot.waitUntil(lambda: bool(window.banner.text), timeout=WAIT)
    assert window.banner.text == "Note 27 came from TD-11 and means no drum."
    press(banner_button(window, "Assign to …"))
    menu = next(each for each in window.findChildren(QMenu) if each.isVisible())
    assert list(entries(menu)) == [
        "Crash", "Ride", "Open hat", "Closed hat", "High tom", "Mid tom", "Low tom", "Snare", "Kick",
    ]  # fmt: skip
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    with qtbot.waitSignal(window.ekit.hinted, timeout=WAIT) as hint:
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert hint.args == ["Note 27 is Ride from now on; saved in My Roland TD"]
    qtbot.waitUntil(lambda: window.kit.kit.own, timeout=WAIT)
    assert window.kit.kit.drum_map.drum_of(27) is Drum.RIDE
    saved = json.loads((paths.user_maps() / "my-roland-td.json").read_text())
    assert 27 in saved["notes"]["ride"]
    ride = window.grid.headers.headers[Drum.RIDE]
    cable.hit(27)
    qtbot.waitUntil(lambda: ride.level > 0, timeout=WAIT)
    assert window.banner.text == ""


def test_a_note_that_was_told_is_not_told_again(qtbot: QtBot, window: MainWindow, cable: Cable) -> None:
    cable.hit(3)
    qtbot.waitUntil(lambda: "Note 3 " in window.banner.text, timeout=WAIT)
    window.banner.close_message()
    cable.hit(3)
    cable.hit(5)
    qtbot.waitUntil(lambda: "Note 5 " in window.banner.text, timeout=WAIT)
    window.banner.close_message()
    assert window.banner.text == ""


def test_the_menu_holds_everything_and_the_map_can_be_chosen(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.transport.kit.menu()
    found = entries(menu)
    assert {"Kit setup …", "Monitor", "Velocity curve …", "Calibrate …", "Map"} <= set(found)
    maps = found["Map"].menu()
    assert isinstance(maps, QMenu)
    listed = entries(maps)
    assert [text for text, action in listed.items() if action.isChecked()] == [
        "By its name and what is struck: Roland TD",
    ]
    listed["Yamaha DTX"].trigger()
    qtbot.waitUntil(lambda: window.kit.kit.name == "yamaha-dtx", timeout=WAIT)
    assert "as you chose" in window.transport.kit.toolTip()
    menu.close()


def test_without_a_kit_its_windows_cannot_be_opened(qtbot: QtBot, window: MainWindow) -> None:
    window.transport.kit.picked.emit("")
    qtbot.waitUntil(lambda: window.transport.kit.text == "None", timeout=WAIT)
    menu = QMenu(window)
    window.ekit.fill(menu)
    assert not entries(menu)["Kit setup …"].isEnabled()
    assert entries(menu)["Hear the kit through the output"].isEnabled()


def test_the_kit_sounds_through_the_output_only_when_asked_and_never_on_itself(
    qtbot: QtBot, window: MainWindow
) -> None:
    assert window.kit.sound is None
    window.ekit.set_through_output(True)
    assert window.kit.sound is not None
    assert window.settings.get("kit_through_output") is True
    # The output becomes the kit itself: its strokes would come back to it.
    window.playing.select_output(OutputChoice("midi", "TD-11:TD-11 MIDI 1", "TD-11"))
    qtbot.waitUntil(lambda: window.kit.sound is None, timeout=WAIT)
    qtbot.waitUntil(lambda: "Local Control" in window.banner.text, timeout=WAIT)
    assert "Local Control" in window.transport.kit.toolTip()
    window.playing.be_silent()
    qtbot.waitUntil(lambda: window.kit.sound is not None, timeout=WAIT)
    window.ekit.set_through_output(False)
    assert window.kit.sound is None


def test_a_kit_nobody_knows_is_read_as_general_midi_until_it_is_set_up(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.transport.kit.picked.emit(PAD)
    qtbot.waitUntil(lambda: bool(window.banner.text), timeout=WAIT)
    assert window.banner.text == "nanoPAD2 is read as General MIDI, until its pads are known."
    press(banner_button(window, "Kit setup …"))
    assert [sheet.windowTitle() for sheet in window.ekit.sheets] == ["Kit setup"]


def test_the_midi_menu_holds_the_kit_too(window: MainWindow) -> None:
    midi = next(action.menu() for action in window.menuBar().actions() if action.text() == "&MIDI")
    assert isinstance(midi, QMenu)
    kit = entries(midi)["E-kit"].menu()
    assert isinstance(kit, QMenu)
    kit.aboutToShow.emit()
    assert {"Kit setup …", "Monitor", "Velocity curve …", "Calibrate …"} <= set(entries(kit))
    entries(kit)["Monitor"].trigger()
    assert [sheet.windowTitle() for sheet in window.ekit.sheets] == ["Monitor"]
    entries(kit)["Monitor"].trigger()
    assert len(window.ekit.sheets) == 1


def test_who_has_no_kit_is_not_offered_one(qtbot: QtBot, cable: Cable) -> None:
    settle({"kit_input": ""}, model=False)
    with open_window(qtbot) as window:
        window.kit.attend(ports(TD11))
        qtbot.waitUntil(lambda: len(window.transport.kit.options) == 2, timeout=WAIT)
        assert window.banner.text == ""


def test_a_stroke_that_tells_the_kit_is_not_said_to_mean_no_drum(
    qtbot: QtBot, window: MainWindow, cable: Cable
) -> None:
    window.transport.kit.picked.emit(PAD)
    qtbot.waitUntil(lambda: window.kit.status.name == PAD and cable.input is not None, timeout=WAIT)
    with qtbot.waitSignal(window.ekit.hinted, timeout=WAIT) as hint:
        cable.hit(33)  # unknown to General MIDI, the kick of a Yamaha DTX
    assert hint.args == ["nanoPAD2 sends what Yamaha DTX does: it is read so"]
    window.banner.close_message()
    cable.hit(1)
    qtbot.waitUntil(lambda: window.banner.text.startswith("Note 1 "), timeout=WAIT)
    window.banner.close_message()
    assert window.banner.text == ""
