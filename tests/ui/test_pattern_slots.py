"""The row of pattern slots where there are more than fit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import PATTERN_NAMES, Project
from drumstudio.ui.document import Document
from drumstudio.ui.pattern_slots import PatternSlots

MANY = Project(tuple(Pattern(hits=(Hit(0, Drum.KICK),)) for _ in PATTERN_NAMES))


@pytest.fixture
def slots(qtbot: QtBot) -> PatternSlots:
    slots = PatternSlots(Document(MANY))
    qtbot.addWidget(slots)
    slots.resize(600, 48)
    with qtbot.waitExposed(slots):
        slots.show()
    return slots


def button(slots: PatternSlots, name: str) -> QPushButton:
    return next(b for b in slots.findChildren(QPushButton) if b.text() == name)


def in_sight(slots: PatternSlots, name: str) -> bool:
    wanted = button(slots, name)
    area = wanted.parentWidget().parentWidget()
    assert isinstance(area, QWidget)
    place = QRect(wanted.mapTo(area, QPoint()), wanted.size())
    return area.rect().contains(place)


def test_the_slot_on_screen_is_in_sight(qtbot: QtBot, slots: PatternSlots) -> None:
    qtbot.waitUntil(lambda: in_sight(slots, "A"))
    assert not in_sight(slots, "Z")
    slots._document.select_pattern(25)
    qtbot.waitUntil(lambda: in_sight(slots, "Z"))
    assert not in_sight(slots, "A")
    assert slots.more.geometry().right() <= slots.width()
    slots.resize(1200, 48)
    qtbot.waitUntil(lambda: in_sight(slots, "A") and in_sight(slots, "Z"))


def test_the_wheel_moves_the_others_into_sight(qtbot: QtBot, slots: PatternSlots) -> None:
    qtbot.waitUntil(lambda: in_sight(slots, "A"))
    strip = button(slots, "A").parentWidget().parentWidget()
    for _ in range(20):
        at, buttons = QPointF(5, 5), Qt.MouseButton.NoButton
        none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        wheel = QWheelEvent(at, at, QPoint(), QPoint(0, -120), buttons, none, phase, False)
        QApplication.sendEvent(strip, wheel)
    assert in_sight(slots, "Z")


def test_few_slots_stand_beside_the_plus(qtbot: QtBot) -> None:
    slots = PatternSlots(Document(Project((Pattern(), Pattern()))))
    qtbot.addWidget(slots)
    slots.resize(900, 48)
    with qtbot.waitExposed(slots):
        slots.show()
    qtbot.waitUntil(lambda: in_sight(slots, "A") and in_sight(slots, "B"))
    right = button(slots, "B").mapTo(slots, QPoint(button(slots, "B").width(), 0)).x()
    assert 0 <= slots.add.x() - right <= 8
