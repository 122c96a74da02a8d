"""Kit setup in the real window: pads answer, the kit is recognised early, or a map of one's own is saved."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.fake_kit import PAD, TD11, Cable, plug, ports
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.kit.ekit import KitStroke
from drumstudio.domain.drums import Drum
from drumstudio.midi.kit_maps import load_maps
from drumstudio.midi.learning import MAIN_PADS, PADS, Pad
from drumstudio.ui.kit.picture import PLACES, Zone, spot_of, spot_of_note
from drumstudio.ui.kit.prompts import said
from drumstudio.ui.kit.wizard import KitWizard
from drumstudio.ui.main_window import MainWindow

BY_NAME = {pad.name: pad for pad in PADS}


@pytest.fixture
def cable(monkeypatch: pytest.MonkeyPatch) -> Cable:
    return plug(monkeypatch)


@pytest.fixture
def window(qtbot: QtBot, cable: Cable) -> Iterator[MainWindow]:
    settle({"kit_input": PAD}, model=False)
    with open_window(qtbot) as opened:
        opened.kit.attend(ports(TD11, PAD))
        qtbot.waitUntil(lambda: opened.transport.kit.light == "go", timeout=WAIT)
        yield opened


@pytest.fixture
def wizard(qtbot: QtBot, window: MainWindow) -> KitWizard:
    window.ekit.open_setup()
    (sheet,) = window.ekit.sheets
    assert isinstance(sheet, KitWizard)
    qtbot.waitUntil(sheet.isActiveWindow, timeout=WAIT)
    return sheet


class Player:
    """Hits pads with stamps a second apart, whatever the machine's haste."""

    def __init__(self, qtbot: QtBot, wizard: KitWizard, cable: Cable) -> None:
        self._qtbot, self._wizard, self._cable = qtbot, wizard, cable
        self._now = 100.0

    def answer(self, note: int) -> Pad:
        """Hit the pad that is asked for, and wait until it is taken."""
        pad = self._wizard.lesson.pad
        assert pad is not None
        self._now += 1.0
        self._cable.hit(note, at=self._now)
        self._qtbot.waitUntil(lambda: self._wizard.lesson.answers.get(pad) == note, timeout=WAIT)
        return pad


@pytest.fixture
def player(qtbot: QtBot, wizard: KitWizard, cable: Cable) -> Player:
    return Player(qtbot, wizard, cable)


def test_a_pad_lights_up_and_its_answer_is_told(qtbot: QtBot, wizard: KitWizard, player: Player) -> None:
    assert wizard.wish.text() == "Play the kick"
    player.answer(36)
    assert wizard.wish.text() == "Hit the snare"
    assert wizard.heard.text() == "✓ Kick: note 36."
    assert spot_of(Drum.KICK, "Kick") in wizard.picture.lit
    assert wizard.picture.known == {"kick"}
    assert wizard.picture.wanted == spot_of(Drum.SNARE, "Snare")
    qtbot.waitUntil(lambda: not wizard.picture.lit, timeout=WAIT)


def test_a_stroke_that_is_no_answer_lights_up_too(qtbot: QtBot, wizard: KitWizard) -> None:
    wizard.finish_button.setFocus()
    wizard.take_stroke(KitStroke(100.0, 36, 100, 100, Drum.KICK))
    wizard.take_stroke(KitStroke(100.2, 49, 100, 100, Drum.CRASH))
    assert spot_of(Drum.CRASH, "Crash") in wizard.picture.lit


def test_a_known_kit_is_named_as_soon_as_its_answers_tell(
    qtbot: QtBot, window: MainWindow, wizard: KitWizard, player: Player
) -> None:
    assert not wizard.offer.isVisible()
    for note in (36, 38, 40, 37, 42):
        player.answer(note)
    assert not wizard.offer.isVisible()
    assert player.answer(22).name == "Closed hi-hat edge"
    assert wizard.offer_text.text() == "This is Roland TD (TD-11 and its like): no other kit answers so."
    with qtbot.waitSignal(wizard.finished, timeout=WAIT):
        press(wizard.use_button)
    qtbot.waitUntil(lambda: window.kit.kit.name == "roland", timeout=WAIT)
    assert window.ekit.sheets == ()
    assert not list(paths.user_maps().glob("*"))


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("yamaha-dtx", [33]),
        ("alesis-nitro", [36, 38, 40, None, 42, None, 44, 46, None, 48, 50, 45, 47, 41]),
        ("gm", [35]),
    ],
)
def test_other_kits_are_told_too(
    wizard: KitWizard, player: Player, name: str, notes: list[int | None]
) -> None:
    for note in notes:
        if note is None:
            wizard.skip()
        else:
            assert not wizard.offer.isVisible()
            player.answer(note)
    assert wizard.offer_text.text() == f"This is {load_maps().get(name).label}: no other kit answers so."


def test_a_port_whose_name_tells_the_kit_is_believed_unless_it_answers_otherwise(
    qtbot: QtBot, window: MainWindow, cable: Cable
) -> None:
    window.kit.choose(TD11)
    qtbot.waitUntil(lambda: window.transport.kit.text == "TD-11", timeout=WAIT)
    window.ekit.open_setup()
    (wizard,) = window.ekit.sheets
    assert isinstance(wizard, KitWizard)
    assert wizard.offer_text.text() == "By its name this is Roland TD (TD-11 and its like)."
    player = Player(qtbot, wizard, cable)
    player.answer(36)
    assert (
        wizard.offer_text.text() == "By its name this is Roland TD (TD-11 and its like), and it answers so."
    )
    player.answer(77)
    assert not wizard.offer.isVisible()


def test_the_whole_setup_by_keyboard_saves_a_map_of_ones_own(
    qtbot: QtBot, window: MainWindow, wizard: KitWizard, player: Player
) -> None:
    wizard.zones.setFocus()
    QTest.keyClick(wizard.zones, Qt.Key.Key_Return)
    assert wizard.lesson.pads == MAIN_PADS
    for note in (10, 11, 12, 13, 14):
        player.answer(note)
    QTest.keyClick(wizard, Qt.Key.Key_Left)
    assert wizard.lesson.pad is BY_NAME["High tom"]
    player.answer(15)
    QTest.keyClick(wizard, Qt.Key.Key_Right)  # no mid tom
    assert wizard.heard.text() == "Mid tom is left out."
    for note in (16, 17, 18):
        player.answer(note)
    assert wizard.end.isVisible()
    assert wizard.end.summary.text() == "8 pads are known."
    assert "No kit that the program knows answers so" in wizard.end.told.text()
    assert not wizard.end.known.isVisible()
    name = wizard.end.name
    assert name.text() == "nanoPAD2"
    qtbot.waitUntil(name.hasFocus, timeout=WAIT)
    name.selectAll()
    QTest.keyClicks(name, "...")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert wizard.end.error.text() == "A map needs a name of letters or digits."
    assert wizard.end.error.isVisible()
    name.selectAll()
    QTest.keyClicks(name, "My rack")
    assert not wizard.end.error.isVisible()
    with qtbot.waitSignal(wizard.finished, timeout=WAIT):
        QTest.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.kit.kit.name == "my-rack", timeout=WAIT)
    saved = json.loads((paths.user_maps() / "my-rack.json").read_text())
    assert (saved["label"], saved["ports"]) == ("My rack", [PAD])
    assert [saved["notes"][drum][0] for drum in ("kick", "snare", "high_tom", "crash")] == [10, 11, 15, 17]


def test_a_map_that_cannot_be_written_is_told_beside_its_name(
    qtbot: QtBot, wizard: KitWizard, player: Player
) -> None:
    player.answer(99)
    press(wizard.finish_button)
    folder = paths.user_maps()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    press(wizard.end.save)
    qtbot.waitUntil(lambda: "cannot be written" in wizard.end.error.text(), timeout=WAIT)
    assert wizard.end.save.isEnabled()
    folder.unlink()


def test_pads_that_share_a_note_are_told(wizard: KitWizard, player: Player) -> None:
    player.answer(36)
    player.answer(36)
    assert wizard.heard.text() == "Snare sends note 36 as Kick does and counts as that. Back asks once more."
    press(wizard.finish_button)
    assert "Snare sends note 36 as Kick does and counts as that." in wizard.end.told.text()


def test_a_setup_that_was_left_goes_on_where_it_was(
    qtbot: QtBot, window: MainWindow, wizard: KitWizard, player: Player
) -> None:
    player.answer(36)
    player.answer(38)
    QTest.keyClick(wizard, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.ekit.sheets == (), timeout=WAIT)
    window.ekit.open_setup()
    (again,) = window.ekit.sheets
    assert isinstance(again, KitWizard)
    assert again.lesson.answers == {BY_NAME["Kick"]: 36, BY_NAME["Snare"]: 38}
    assert again.wish.text() == "Hit the snare's rim"


def test_a_pad_in_the_list_is_asked_for_once_more(wizard: KitWizard, player: Player) -> None:
    for note in (36, 39, 40):
        player.answer(note)
    wizard.list.setFocus()
    wizard.list.setCurrentItem(wizard.list.topLevelItem(1))
    QTest.keyClick(wizard.list, Qt.Key.Key_Return)
    assert wizard.lesson.pad is BY_NAME["Snare"]
    player.answer(38)
    assert wizard.list.topLevelItem(1).text(2) == "note 38"


def test_a_kit_that_goes_away_is_told_and_heard_again(
    qtbot: QtBot, window: MainWindow, wizard: KitWizard, cable: Cable
) -> None:
    window.kit.attend(ports())
    qtbot.waitUntil(lambda: "missing" in wizard.message.text(), timeout=WAIT)
    window.kit.attend(ports(PAD))
    qtbot.waitUntil(lambda: wizard.message.text() == "nanoPAD2 is heard.", timeout=WAIT)
    Player(qtbot, wizard, cable).answer(36)


def test_space_plays_from_the_setup(qtbot: QtBot, window: MainWindow, wizard: KitWizard) -> None:
    QTest.keyClick(wizard, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
    QTest.keyClick(wizard, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)


def test_every_pad_has_a_place_and_words_of_its_own() -> None:
    assert len({said(pad)[0] for pad in PADS}) == len(PADS)
    for pad in PADS:
        spot = spot_of(pad.drum, pad.name)
        assert spot.place in PLACES
        assert (spot.zone is Zone.RIM) == pad.name.endswith((" rim", " edge"))
    assert spot_of(Drum.CLOSED_HAT, "Hi-hat pedal").zone is Zone.PEDAL
    assert spot_of(Drum.CRASH, "Crash 2 edge").place == "crash 2"


def test_every_note_of_every_map_has_a_place() -> None:
    for kit in load_maps().kits():
        for note, drum in kit.drum_map.table().items():
            spot = spot_of_note(kit, note)
            assert spot is not None
            assert spot.drum is drum
        assert spot_of_note(kit, 1) is None
