"""A drummer at work with the shipped drummer: dials, locks, fills, completing and taps, by mouse and key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.window import LEFT, WAIT, click_cell, open_window, press, settle

from drumstudio.domain.candidate import Candidate
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Lane
from drumstudio.ui.dial_rows import Dial
from drumstudio.ui.main_window import MainWindow

TOMS = (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle(model=False)
    with open_window(qtbot, size=(1440, 900)) as opened:
        assert opened.drummer.model is not None
        assert opened.drummer.model.shipped
        opened.drummer.dials.seed.setText("1967")
        yield opened


def drag(dial: Dial, share: float) -> None:
    """Take the handle with the mouse to `share` of the way."""
    middle, right = dial.height() // 2, round(7 + share * (dial.width() - 14))
    QTest.mousePress(dial, LEFT, pos=QPoint(dial.width() // 2, middle))
    for x in range(dial.width() // 2, right, 5 if right > dial.width() // 2 else -5):
        QTest.mouseMove(dial, QPoint(x, middle))
    QTest.mouseMove(dial, QPoint(right, middle))
    QTest.mouseRelease(dial, LEFT, pos=QPoint(right, middle))


def offered(window: MainWindow) -> list[Candidate]:
    return [card.candidate for card in window.drummer.cards.cards if card.candidate]


def until_offered(qtbot: QtBot, window: MainWindow) -> list[Candidate]:
    panel = window.drummer
    qtbot.waitUntil(lambda: not panel.generating and not panel._follow.isActive(), timeout=WAIT)
    return offered(window)


def tom_bars(candidates: list[Candidate], bar: int) -> int:
    """How many candidates strike a tom in `bar` of their own."""
    return sum(
        any(hit.drum in TOMS and hit.step // 16 == bar for hit in one.pattern.hits) for one in candidates
    )


def test_the_dials_are_seen_in_the_cards(qtbot: QtBot, window: MainWindow) -> None:
    dials = window.drummer.dials
    press(window.drummer.more)
    drag(dials.variations.slider, 1.0)
    drag(dials.length.slider, 3 / 7)
    press(window.drummer.more)
    press(window.drummer.button)
    middle = until_offered(qtbot, window)
    assert (len(middle), middle[0].steps) == (8, 64)

    def groove(candidates: list[Candidate]) -> float:
        return sum(one.groove for one in candidates) / len(candidates)

    drag(dials.stick.slider, 1.0)
    loop = until_offered(qtbot, window)
    first_bar = {(hit.step, hit.drum) for hit in demo_pattern().hits if hit.step < 16}
    for one in loop:  # outside the fill, note for note
        assert {(h.step, h.drum) for h in one.pattern.hits if h.step < 16} == first_bar
    drag(dials.stick.slider, 0.0)
    free = until_offered(qtbot, window)
    assert groove(free) < groove(middle) < groove(loop)
    QTest.mouseDClick(dials.stick.slider, LEFT, pos=dials.stick.slider.rect().center())

    until_offered(qtbot, window)
    drag(dials.fills.slider, 2 / 3)
    assert dials.fills.value.text() == "every 4"
    with_fills = until_offered(qtbot, window)
    assert all(one.pattern.fill_bars == {1} for one in with_fills)
    drag(dials.fills.slider, 0.0)
    without = until_offered(qtbot, window)
    assert not any(one.pattern.fill_bars for one in without)
    assert tom_bars(without, 1) < tom_bars(with_fills, 1)

    press(window.drummer.more)
    drag(dials.busyness.slider, 1.0)
    busy = until_offered(qtbot, window)
    drag(dials.busyness.slider, 0.0)
    sparse = until_offered(qtbot, window)

    def hits(candidates: list[Candidate]) -> int:
        return sum(len(one.pattern.hits) for one in candidates)

    assert hits(sparse) < hits(without) < hits(busy)


def test_my_kick_and_snare_and_hats_to_it(qtbot: QtBot, window: MainWindow) -> None:
    mine = demo_pattern().with_hits(h for h in demo_pattern().hits if h.drum in (Drum.KICK, Drum.SNARE))
    window.document.edit(mine, "Only kick and snare")
    qtbot.waitUntil(window.drummer.complete.isEnabled, timeout=WAIT)
    press(window.drummer.complete)
    until_offered(qtbot, window)
    press(window.drummer.cards.cards[0].insert)
    whole = window.document.pattern
    assert tuple(hit for hit in whole.hits if hit.drum in (Drum.KICK, Drum.SNARE)) == mine.hits
    assert sum(hit.drum in (Drum.CLOSED_HAT, Drum.OPEN_HAT, Drum.RIDE) for hit in whole.hits) >= 4
    window.document.undo()
    assert window.document.pattern == mine


def test_what_is_locked_is_never_touched(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.button)
    until_offered(qtbot, window)
    press(window.drummer.cards.cards[0].insert)
    before = window.document.pattern
    lanes = tuple(Lane(locked=drum == Drum.KICK) for drum in Drum)
    window.document.set_lanes(lanes, "Lock")
    window.document.edit(replace(before, locked_bars=frozenset({2})), "Lock bar 3")
    press(window.drummer.button)
    until_offered(qtbot, window)
    for card in window.drummer.cards.cards:
        press(card.insert)
        after = window.document.pattern
        for hit in before.hits:
            if hit.drum == Drum.KICK or hit.step // 16 == 2:
                assert after.hit_at(hit.step, hit.drum) == hit
        window.document.undo()


def test_i_tap_it_and_he_dresses_it(qtbot: QtBot, window: MainWindow) -> None:
    window.document.edit(Pattern(bars=2), "Empty")
    taps = (0, 4, 7, 10, 12, 16, 20, 23, 26, 28)
    for step in taps:
        click_cell(window, step, Drum.SNARE)
    qtbot.waitUntil(window.drummer.dress.isEnabled, timeout=WAIT)
    QTest.keyClick(window.grid.view, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    for one in until_offered(qtbot, window):
        struck = {hit.step for hit in one.pattern.hits}
        assert struck >= set(taps)
        assert {Drum.KICK, Drum.SNARE} <= {hit.drum for hit in one.pattern.hits}


def test_the_same_seed_next_week(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    drag(window.drummer.dials.stick.slider, 0.8)
    press(window.drummer.button)
    first = until_offered(qtbot, window)
    path = tmp_path / "song.drumstudio"
    window.files.save_to(path)
    qtbot.waitUntil(lambda: window.document.path == path, timeout=WAIT)
    drag(window.drummer.dials.stick.slider, 0.1)
    assert until_offered(qtbot, window) != first
    window.document.mark_saved(path)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.drummer.cards.cards == [], timeout=WAIT)
    press(window.drummer.button)
    assert until_offered(qtbot, window) == first
