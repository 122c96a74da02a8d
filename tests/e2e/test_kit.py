"""An e-kit played by a second program over real JACK ports: heard, lost, found, and set up in the window."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot
from support.jack import TIMEOUT, Performer
from support.window import WAIT, open_window, press, settle

from drumstudio.app.kit.ekit import EKit, KitEvent, KitState, KitStroke
from drumstudio.domain.drums import Drum
from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputState
from drumstudio.midi.ports import list_ports
from drumstudio.settings import Settings
from drumstudio.ui.kit.picture import Spot, Zone
from drumstudio.ui.kit.wizard import KitWizard

pytestmark = pytest.mark.usefixtures("jack")

Events = queue.SimpleQueue[KitEvent]


def wait(events: Events, condition: Callable[[KitEvent], bool]) -> KitEvent:
    while True:
        event = events.get(timeout=TIMEOUT)
        if condition(event):
            return event


def is_state(state: InputState) -> Callable[[KitEvent], bool]:
    return lambda event: isinstance(event, KitState) and event.status.state is state


def hear(events: Events, performer: Performer, note: int) -> KitStroke:
    """Strike until it is heard: JACK drops what comes while it connects."""
    for _ in range(40):
        performer.play([(0.0, [0x99, note, 100]), (0.05, [0x89, note, 64])])
        try:
            while True:
                event = events.get(timeout=0.5)
                if isinstance(event, KitStroke):
                    return event
        except queue.Empty:
            continue
    raise AssertionError("nothing that is struck arrives")


def test_a_kit_is_heard_lost_and_found_by_its_name() -> None:
    events: Events = queue.SimpleQueue()
    heard: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
    kit = EKit(Settings(), events.put)
    kit.listen(heard.put)
    kit.start()
    try:
        with Performer("Roland TD-17") as performer:
            kit.attend(list_ports())
            kit.choose(performer.name)
            wait(events, is_state(InputState.READY))
            assert kit.kit.name == "td-17"
            assert hear(events, performer, 27).drum is Drum.CRASH
            sent = [[0xF8], [0xB9, 4, 90], [0x99, 42, 80], [0x99, 42, 0]]
            performer.play([(0.05, [0xFE]), *((0.1 * index, data) for index, data in enumerate(sent, 1))])
            found = wait(events, lambda event: isinstance(event, KitStroke) and event.note == 42)
            assert isinstance(found, KitStroke)
            assert (found.velocity, found.drum) == (80, Drum.CLOSED_HAT)
            # Everything but active sensing reaches those who listen, in order.
            got: list[list[int]] = []
            while got[-1:] != sent[-1:]:
                got.append(list(heard.get(timeout=TIMEOUT).data))
            assert got[-len(sent) :] == sent
        kit.attend(list_ports())
        wait(events, is_state(InputState.MISSING))
        assert kit.status.name == performer.name
        with Performer("Roland TD-17") as performer:
            kit.attend(list_ports())
            wait(events, is_state(InputState.READY))
            assert hear(events, performer, 36).drum is Drum.KICK
    finally:
        kit.close()


def test_a_kit_that_is_plugged_in_is_set_up_in_the_window(qtbot: QtBot) -> None:
    settle(model=False)
    with Performer("Plain kit") as performer, open_window(qtbot, watch_ports=True) as window:
        box = window.transport.kit
        qtbot.waitUntil(lambda: performer.name in [value for _, value in box.options], timeout=WAIT)
        box.picked.emit(performer.name)
        qtbot.waitUntil(lambda: box.light == "go", timeout=WAIT)
        window.ekit.open_setup()
        (wizard,) = window.ekit.sheets
        assert isinstance(wizard, KitWizard)

        def lit() -> bool:
            performer.play([(0.0, [0x99, 77, 100])])
            return bool(wizard.lesson.answers)

        qtbot.waitUntil(lit, timeout=WAIT)  # JACK drops what comes while it connects
        wizard.lesson.clear()
        for pad, note, shaken in (("Kick", 33, 45), ("Snare", 31, 33)):
            asked = wizard.lesson.pad
            assert asked is not None
            assert asked.name == pad
            # The pad, and at the same moment a softer one that it shakes.
            performer.play([(0.5, [0x99, shaken, 9]), (0.5, [0x99, note, 110]), (0.6, [0x89, note, 64])])
            qtbot.waitUntil(lambda asked=asked: asked in wizard.lesson.answers, timeout=WAIT)
            assert wizard.lesson.answers[asked] == note
        assert Spot("snare", Zone.HEAD, Drum.SNARE) in wizard.picture.lit
        assert wizard.offer_text.text() == "This is Yamaha DTX: no other kit answers so."
        with qtbot.waitSignal(wizard.finished, timeout=WAIT):
            press(wizard.use_button)
        qtbot.waitUntil(lambda: window.kit.kit.name == "yamaha-dtx", timeout=WAIT)
        header = window.grid.headers.headers[Drum.KICK]
        performer.play([(0.0, [0x99, 33, 100])])
        qtbot.waitUntil(lambda: header.level > 0, timeout=WAIT)
        performer.close()
        qtbot.waitUntil(lambda: box.text == f"missing: {performer.name}", timeout=WAIT)
