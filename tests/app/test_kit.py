"""The e-kit: kept by name, read by the right map, remembered port by port, told to all who listen."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.fake_kit import PAD, TD11, Cable, plug, ports

from drumstudio.app.kit.ekit import EKit, KitEvent, KitState, KitStroke
from drumstudio.app.kit.memory import MAX_LATENCY, Origin
from drumstudio.domain.drums import Drum
from drumstudio.domain.take import Arrival
from drumstudio.domain.velocity import LINEAR, VelocityCurve
from drumstudio.midi.inputs import InputState
from drumstudio.midi.kit_maps import load_maps, save_map
from drumstudio.midi.learning import PADS, learned_map, with_note
from drumstudio.settings import Settings

SOFT = VelocityCurve(((1, 1), (64, 40), (127, 127)))


class Told:
    """What a kit tells, to be waited for."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[KitEvent] = queue.SimpleQueue()
        self.seen: list[KitEvent] = []

    def __call__(self, event: KitEvent) -> None:
        self._events.put(event)

    def wait(self, condition: Callable[[KitEvent], bool]) -> Any:
        """The first event from now on that `condition` holds for."""
        while True:
            event = self._events.get(timeout=10)
            self.seen.append(event)
            if condition(event):
                return event

    def state(self, condition: Callable[[KitState], bool]) -> KitState:
        found: KitState = self.wait(lambda event: isinstance(event, KitState) and condition(event))
        return found

    def stroke(self) -> KitStroke:
        found: KitStroke = self.wait(lambda event: isinstance(event, KitStroke))
        return found


@pytest.fixture
def cable(monkeypatch: pytest.MonkeyPatch) -> Cable:
    return plug(monkeypatch)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def kit(cable: Cable, told: Told) -> Iterator[EKit]:
    with_settings = EKit(Settings(), told)
    with_settings.start()
    yield with_settings
    with_settings.close()


def ready(state: KitState) -> bool:
    return state.status.state is InputState.READY


def chosen(kit: EKit, told: Told, name: str = TD11) -> KitState:
    kit.attend(ports(TD11, PAD))
    kit.choose(name)
    return told.state(lambda state: state.status.name == name and ready(state))


def test_nothing_is_heard_before_an_input_is_chosen(kit: EKit, told: Told, cable: Cable) -> None:
    kit.attend(ports(TD11))
    state = told.state(lambda each: bool(each.inputs))
    assert (state.status.name, state.status.state) == ("", InputState.MISSING)
    assert cable.input is None


def test_an_input_that_is_gone_is_kept_by_name_and_taken_up_again(
    kit: EKit, told: Told, cable: Cable
) -> None:
    chosen(kit, told)
    kit.attend(ports(PAD))
    gone = told.state(lambda state: not ready(state))
    assert gone.status.name == TD11
    assert "missing: TD-11" in gone.status.message
    kit.attend(ports(TD11))
    told.state(ready)
    cable.hit(38, 90)
    assert told.stroke().drum is Drum.SNARE


def test_the_last_input_is_taken_up_at_the_next_start(cable: Cable) -> None:
    Settings().set("kit_input", TD11)
    told = Told()
    kit = EKit(Settings(), told)
    assert kit.status.name == TD11
    kit.start()
    try:
        told.state(lambda state: state.status.state is InputState.MISSING and bool(state.status.message))
        kit.attend(ports(TD11))
        told.state(ready)
    finally:
        kit.close()
    assert cable.input is None


def test_no_kit_can_be_chosen_again(kit: EKit, told: Told, cable: Cable) -> None:
    chosen(kit, told)
    kit.choose("")
    told.state(lambda state: state.status.name == "")
    assert cable.input is None
    assert Settings().get("kit_input", TD11) == ""


def test_listeners_hear_everything_until_they_end(kit: EKit, told: Told, cable: Cable) -> None:
    heard: list[Arrival] = []
    also: list[Arrival] = []
    end = kit.listen(heard.append)
    kit.listen(also.append)
    chosen(kit, told)
    messages = [(0xF8,), (0xB9, 4, 90), (0x99, 42, 80), (0x89, 42, 64), (0x99, 3, 70)]
    for data in messages:
        cable.send(*data, at=1.0)
    assert heard == [Arrival(1.0, bytes(data)) for data in messages]
    end()
    cable.send(0xFA)
    assert len(heard) == len(messages)
    assert also[-1].data == b"\xfa"


def test_the_name_of_the_port_speaks_for_a_map(kit: EKit, told: Told) -> None:
    state = chosen(kit, told)
    assert (state.origin, state.kit.name) == (Origin.NAME, "roland")


def test_strokes_speak_for_a_map_where_the_name_does_not(kit: EKit, told: Told, cable: Cable) -> None:
    chosen(kit, told, PAD)
    for note in (33, 31, 42):
        cable.hit(note)
    state = told.state(lambda each: each.origin is Origin.STRUCK)
    assert state.kit.name == "yamaha-dtx"
    cable.hit(31)
    assert told.stroke().drum is Drum.SNARE
    assert Settings().get("kit_ports")[PAD]["map"] == "yamaha-dtx"


def test_notes_that_several_kits_send_decide_nothing(kit: EKit, told: Told, cable: Cable) -> None:
    chosen(kit, told, PAD)
    for note in (36, 38, 42, 46, 51):
        cable.hit(note)
    kit.attend(ports(PAD))
    told.state(lambda each: len(each.inputs) == 1)
    assert (kit.kit.name, kit.state.origin) == ("gm", Origin.DEFAULT)
    cable.hit(23)  # only the Nitro has a half-open hi-hat
    assert told.state(lambda each: each.origin is Origin.STRUCK).kit.name == "alesis-nitro"


def test_a_chosen_map_stays_through_restarts_until_it_is_let_go(cable: Cable, told: Told) -> None:
    first = EKit(Settings(), told)
    first.start()
    chosen(first, told)
    first.use_map("yamaha-dtx")
    told.state(lambda state: state.kit.name == "yamaha-dtx")
    first.close()
    again = Told()
    second = EKit(Settings(), again)
    second.start()
    try:
        assert again.state(lambda state: state.maps is not None).kit.name == "yamaha-dtx"
        second.use_map("")
        assert again.state(lambda state: state.origin is Origin.NAME).kit.name == "roland"
    finally:
        second.close()


def test_a_map_that_was_saved_meanwhile_can_be_used(kit: EKit, told: Told, cable: Cable) -> None:
    chosen(kit, told)
    maps = load_maps()
    own = with_note(maps.get("roland"), 27, Drum.CRASH, TD11, maps)
    save_map(own)
    kit.reload_maps()
    kit.use_map(own.name)
    told.state(lambda state: state.kit == own)
    cable.hit(27)
    assert told.stroke().drum is Drum.CRASH


def test_curve_and_latency_are_remembered_for_each_input(kit: EKit, told: Told, cable: Cable) -> None:
    chosen(kit, told)
    kit.set_curve(SOFT)
    kit.set_latency(0.012)
    assert (kit.cleaning.latency, kit.cleaning.curve) == (0.012, SOFT)
    cable.hit(38, 64)
    stroke = told.stroke()
    assert (stroke.played, stroke.velocity) == (64, 40)
    chosen(kit, told, PAD)
    assert (kit.latency, kit.curve) == (0.0, LINEAR)
    chosen(kit, told)
    assert (kit.latency, kit.curve) == (0.012, SOFT)


def test_a_latency_nobody_means_is_bounded(kit: EKit, told: Told) -> None:
    chosen(kit, told)
    kit.set_latency(3.0)
    assert kit.latency == MAX_LATENCY


@pytest.mark.parametrize(
    "damage",
    [
        7,
        {"map": 3, "origin": "chosen"},
        {"map": "gm", "origin": "dreamt"},
        {"curve": [[1, 1], [5]]},
        {"curve": [[1, 90], [127, 3]]},
        {"latency": "late"},
        {"latency": 40.0},
        {"latency": True},
    ],
)
def test_damaged_memory_costs_nothing_but_itself(cable: Cable, damage: object) -> None:
    settings = Settings()
    settings.set("kit_ports", {TD11: damage})
    settings.set("kit_input", TD11)
    kit = EKit(settings)
    assert (kit.latency, kit.curve) == (0.0, LINEAR)


def test_strokes_sound_by_drum_and_curve_but_not_without_a_drum(kit: EKit, told: Told, cable: Cable) -> None:
    sounded: list[tuple[Drum, int]] = []
    chosen(kit, told)
    cable.hit(38, 64)
    kit.sound = lambda drum, velocity: sounded.append((drum, velocity))
    kit.set_curve(SOFT)
    cable.hit(38, 64)
    cable.hit(3, 64)
    cable.send(0x99, 38, 0)
    assert sounded == [(Drum.SNARE, 40)]


def test_a_kit_with_one_note_for_the_hat_is_read_by_its_pedal(kit: EKit, told: Told, cable: Cable) -> None:
    maps = load_maps()
    pads = {pad.name: pad for pad in PADS}
    answers = {pads["Kick"]: 36, pads["Closed hi-hat"]: 8, pads["Open hi-hat"]: 8}
    save_map(learned_map("mine", "Mine", PAD, answers, maps).kit)
    kit.reload_maps()
    assert chosen(kit, told, PAD).kit.name == "mine"
    cable.send(0xB9, 4, 100)
    cable.hit(8)
    assert told.stroke().drum is Drum.CLOSED_HAT
    cable.send(0xB9, 4, 10)
    cable.hit(8)
    assert told.stroke().drum is Drum.OPEN_HAT
