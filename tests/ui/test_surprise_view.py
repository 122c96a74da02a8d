"""The surprise view in the window: on, kept up to date, and what it says without a drummer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio.app.drummer.surprise import Surprise, surprise_of
from drumstudio.domain import edits
from drumstudio.domain.drums import Drum
from drumstudio.ml.playing.sampler import load_sampler
from drumstudio.ui import theme
from drumstudio.ui.grid.cells import surprise_colour
from drumstudio.ui.grid.words import SURPRISE_LEVELS, surprise_level, surprise_words
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.surprise_view import MISSED_FROM


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as window:
        yield window


def expected(window: MainWindow) -> Surprise:
    model = window.drummer.model
    assert model is not None
    return surprise_of(load_sampler(model.path), window.grid.state.pattern)


def up_to_date(window: MainWindow) -> bool:
    return window.grid.state.surprise == expected(window).hits


def test_the_button_the_menu_and_the_key_are_one_switch(qtbot: QtBot, window: MainWindow) -> None:
    view, action = window.surprise, window.menus.actions["surprise"]
    press(view.legend.button)
    assert (view.on, action.isChecked(), view.legend.scale.isVisible()) == (True, True, True)
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    action.trigger()
    assert (view.on, view.legend.button.isChecked(), view.legend.scale.isVisible()) == (False, False, False)
    assert window.grid.state.surprise is None
    QTest.keyClick(window.grid.view, Qt.Key.Key_U)
    qtbot.waitUntil(lambda: view.on, timeout=WAIT)


def test_it_follows_edits_undo_slots_and_candidates(qtbot: QtBot, window: MainWindow) -> None:
    window.surprise.set_on(True)
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    click_cell(window, 3, Drum.HIGH_TOM)
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    assert (3, Drum.HIGH_TOM) in (window.grid.state.surprise or {})
    window.document.undo()
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    window.grid.set_preview(edits.toggle(window.document.pattern, 5, Drum.RIDE), "A")
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    window.grid.set_preview(None)
    window.document.select_pattern(1)
    assert window.grid.state.surprise == {}
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)


def test_nothing_is_asked_while_it_is_off(qtbot: QtBot, window: MainWindow) -> None:
    click_cell(window, 3, Drum.HIGH_TOM)
    window.surprise.set_on(True)
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    window.surprise.set_on(False)
    click_cell(window, 4, Drum.HIGH_TOM)
    assert window.grid.state.surprise is None


def test_cells_say_how_surprising_they_are(qtbot: QtBot, window: MainWindow) -> None:
    state = window.grid.state
    window.grid.set_surprise({(4, Drum.SNARE): 7.1}, {(5, Drum.KICK): 2.6})
    assert state.cell_words(4, Drum.SNARE).endswith("velocity 125, very unusual, 7.1 nats, 0.083%")
    assert state.tip(5, Drum.KICK).endswith("empty, left out, unusual, 2.6 nats, 7.4%")
    assert state.cell_words(7, Drum.KICK).endswith("empty")
    assert [surprise_words(nats).split(",")[0] for nats in (0.2, 2, 3, 5)] == [
        "expected", "less expected", "unusual", "very unusual",
    ]  # fmt: skip


def test_what_is_left_out_is_ringed_until_it_is_struck(window: MainWindow) -> None:
    window.grid.lane.setFocus()
    window.grid.set_surprise({})
    before = window.grid.view.grab().toImage()
    window.grid.set_surprise({}, {(2, Drum.RIDE): MISSED_FROM})
    cell = window.grid.view.cell_rect(2, Drum.RIDE)
    after = window.grid.view.grab().toImage()
    assert before.copy(cell) != after.copy(cell)
    assert before.pixel(cell.center()) == after.pixel(cell.center())
    for picture in (before, after):
        painter = QPainter(picture)
        painter.fillRect(cell, Qt.GlobalColor.black)
        painter.end()
    assert before == after
    window.document.edit(edits.toggle(window.document.pattern, 2, Drum.RIDE), "Strike")
    assert window.grid.state.missed(2) == []


def test_without_a_drummer_it_says_so_where_the_eye_is(qtbot: QtBot, window: MainWindow) -> None:
    window.surprise.set_model(None)
    press(window.surprise.legend.button)
    assert "no drummer" in window.banner.text
    assert "no drummer" in window.surprise.legend.scale.accessibleDescription()
    assert window.grid.state.surprise is None
    model = window.drummer.model
    assert model is not None
    window.surprise.set_model(model.path)
    qtbot.waitUntil(lambda: up_to_date(window), timeout=WAIT)
    assert "expected" in window.surprise.legend.scale.accessibleDescription()


def test_a_drummer_that_cannot_be_read_is_named(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.surprise.set_on(True)
    window.surprise.set_model(tmp_path / "gone.safetensors")
    qtbot.waitUntil(lambda: "gone.safetensors" in window.banner.text, timeout=WAIT)
    assert "gone.safetensors" in window.surprise.legend.scale.accessibleDescription()
    told: list[object] = []
    window.surprise.told.connect(told.append)
    window.banner.close_message()
    click_cell(window, 3, Drum.HIGH_TOM)
    revision = window.surprise._revision
    qtbot.waitUntil(lambda: window.surprise._revision > revision, timeout=WAIT)
    window.surprise.set_on(False)
    window.surprise.set_on(True)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=WAIT)


def test_colours_run_from_calm_to_hot() -> None:
    for palette in theme.THEMES.values():
        reds = [surprise_colour(palette, level).red() - surprise_colour(palette, level).blue()
                for level in range(SURPRISE_LEVELS + 1)]  # fmt: skip
        assert reds[0] < 10
        assert min(reds[3:]) > 100
    assert [surprise_level(nats) for nats in (0.0, 0.6, 5.2, 40.0)] == [0, 1, 5, SURPRISE_LEVELS]
