"""An evening with the kit, by window alone: ten takes, a drummer that learned from them, four ways on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from support.jack import Performer, jack_server
from support.window import WAIT, open_window, press, settle

from drumstudio.app.training.runs import RunState
from drumstudio.ui.main_window import MainWindow

TAKES, BARS, QPM = 10, 2, 240
LONG = 150_000  # milliseconds: a child process imports torch and trains
Messages = list[tuple[float, list[int]]]


@pytest.fixture
def jack() -> Iterator[str]:
    with jack_server(2048) as name:
        yield name


def rock(first: float, seed: int) -> Messages:
    """Two bars on a TD-11 whose first beat is `first` seconds from now: each take with kicks of its own."""
    chance = random.Random(seed)
    eighth = 60 / QPM / 2
    messages: Messages = []

    def strike(place: int, note: int, velocity: int) -> None:
        at = first + place * eighth
        messages.append((at, [0x99, note, velocity]))
        messages.append((at + 0.04, [0x89, note, 64]))

    for place in range(8 * BARS):
        messages.append((first + place * eighth - 0.005, [0xB9, 4, 90]))
        strike(place, 42, 60 + 20 * (place % 2 == 0))
        if place % 4 == 2:
            strike(place, 38, 100)
        elif place % 8 == 0 or chance.random() < 0.3:
            strike(place, 36, 105)
    return sorted(messages, key=lambda each: each[0])


def menu_of(widget: QWidget, open_: Callable[[], None]) -> QMenu:
    """The menu that `open_` opens over the window."""
    open_()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu), widget.accessibleName()
    return menu


def choose(menu: QMenu, text: str) -> None:
    """Pick the entry with `text` by mouse."""
    action = next(action for action in menu.actions() if text in action.text())
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def record(qtbot: QtBot, window: MainWindow, kit: Performer, number: int) -> None:
    """Press R, play, and wait until the take stands in the list."""
    recording, shown = window.recording, window.takes.list.takes
    QTest.keyClick(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: recording.active and not recording.busy, timeout=WAIT)
    # The kit's own first stroke is bar 1.
    kit.play(rock(0.1, number))
    press(window.transport.record)
    qtbot.waitUntil(lambda: not recording.active and shown.rowCount() == number + 1, timeout=WAIT)


def test_from_ten_takes_to_a_drummer_of_ones_own(qtbot: QtBot, jack: str) -> None:
    settle(model=False)
    with Performer("Roland TD-11") as kit, open_window(qtbot, watch_ports=True) as window:
        picker = window.transport.kit
        qtbot.waitUntil(lambda: kit.name in [value for _, value in picker.options], timeout=WAIT)
        choose(menu_of(picker, lambda: press(picker)), "TD-11")
        window.activateWindow()  # a desktop does so itself when a menu closes
        qtbot.waitUntil(window.isActiveWindow, timeout=WAIT)
        qtbot.waitUntil(lambda: picker.light == "go", timeout=WAIT)
        window.transport.tempo.edited.emit(float(QPM), 1)
        press(window.pages.tabs["takes"])
        for number in range(TAKES):
            record(qtbot, window, kit, number)

        press(window.pages.tabs["data"])
        qtbot.waitUntil(
            lambda: window.desk.judgement is not None and not window.background.busy, timeout=WAIT
        )
        verdicts = window.desk.judgement.verdicts
        assert len(verdicts) == TAKES
        assert all(verdict.used for verdict in verdicts), [verdict.reason for verdict in verdicts]
        assert {verdict.split for verdict in verdicts} >= {"train", "validation"}

        press(window.pages.tabs["training"])
        page = window.training
        qtbot.waitUntil(lambda: page.material.judged and not window.background.busy, timeout=WAIT)
        form = page.controls.form
        assert form.choices.base is not None  # the shipped drummer is what one begins with
        form.show_choices(replace(form.choices, steps=4, stops=False))
        form.changed.emit()
        qtbot.waitUntil(page.controls.primary.isEnabled, timeout=WAIT)
        press(page.controls.primary)
        qtbot.waitUntil(lambda: page.front is not None and page.front.state is RunState.DONE, timeout=LONG)
        run = page.front
        assert run is not None
        assert run.model is not None
        play = next(
            button for button in window.banner.findChildren(QPushButton) if "Play with" in button.text()
        )
        press(play)
        qtbot.waitUntil(
            lambda: window.drummer.model is not None and window.drummer.model.path == run.model, timeout=WAIT
        )

        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
        assert window.pages.current == "sequencer"
        assert all(card.candidate is not None for card in window.drummer.cards.cards)
