"""How the window looks after trainings, what is put away and comes back, and which devices there are."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from support.runs import run

from drumstudio.app.training.events import RunChanged, RunGone, RunKept, TrainingNotice
from drumstudio.app.training.runs import RunState
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.training import service as module
from drumstudio.ui.training.devices import DeviceFinder
from drumstudio.ui.training.service import Service

# A child process imports torch, which takes its time where many tests run at once.
LONG = 120_000


class Recorded:
    """Stands for the trainings: writes down what is asked."""

    def __init__(self, listener: object) -> None:
        self.asked: list[tuple[str, str]] = []

    def pause(self, ident: str) -> None:
        self.asked.append(("pause", ident))

    def go_on(self, ident: str) -> None:
        self.asked.append(("go on", ident))

    def discard(self, ident: str) -> None:
        self.asked.append(("discard", ident))

    def close(self) -> bool:
        self.asked.append(("close", ""))
        return True


@pytest.fixture
def service(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(module, "Trainings", Recorded)
    bridge = Bridge()
    made = Service(bridge)
    bridge.setParent(made)
    made.begin()
    for each in (run("old"), run("new", RunState.TRAINING, started=2000.0), run("next", started=None)):
        bridge.training_event.emit(RunChanged(each))
    return made


def asked(service: Service) -> list[tuple[str, str]]:
    trainings = service._trainings
    assert isinstance(trainings, Recorded)
    return trainings.asked


def idents(service: Service) -> list[str]:
    return [each.ident for each in service.runs]


def test_the_newest_come_first_those_that_wait_above_all(service: Service) -> None:
    assert idents(service) == ["next", "new", "old"]
    assert service.active is not None
    assert service.active.ident == "new"


def test_what_is_put_away_rests_and_comes_back(service: Service) -> None:
    service.put_away("new")
    assert idents(service) == ["next", "old"]
    service.bring_back("new")
    assert idents(service) == ["next", "new", "old"]
    assert asked(service) == [("pause", "new"), ("go on", "new")]


def test_what_is_put_away_goes_for_good_with_the_next(service: Service) -> None:
    service.put_away("old")
    assert asked(service) == []
    service.put_away("next")
    assert asked(service) == [("discard", "old")]
    service.bring_back("old")
    assert idents(service) == ["new"]
    service.close()
    assert asked(service) == [("discard", "old"), ("discard", "next"), ("close", "")]


def test_what_comes_is_passed_on(qtbot: QtBot, service: Service) -> None:
    bridge = service.findChild(Bridge)
    assert isinstance(bridge, Bridge)
    with qtbot.waitSignals([service.kept, service.noticed, service.changed]):
        bridge.training_event.emit(RunKept(run("old", seconds=99.0)))
        bridge.training_event.emit(TrainingNotice("It goes on.", error=False))
        bridge.training_event.emit(RunGone("next"))
    assert idents(service) == ["new", "old"]
    old = service.run("old")
    assert old is not None
    assert old.seconds == 99.0
    assert service.run("next") is None


def test_the_devices_of_this_machine_are_found(qtbot: QtBot) -> None:
    finder = DeviceFinder()
    with qtbot.waitSignal(finder.found, timeout=LONG) as found:
        finder.look()
        finder.look()
    assert "cpu" in found.args[0]
    assert finder.names == found.args[0]


def test_looking_for_devices_ends_with_the_window(qtbot: QtBot) -> None:
    finder = DeviceFinder()
    finder.look()
    finder.close()
    assert finder.names is None
