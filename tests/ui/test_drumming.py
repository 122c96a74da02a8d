"""The drummer's side: asking, hearing, inserting, keeping, dismissing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from support.tiny_model import tiny_model
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio import paths
from drumstudio.app.drummer.inserting import inserted
from drumstudio.domain import edits
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.drums import Drum
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import Grid, Meter
from drumstudio.ui.candidate_card import CandidateCard, Hearing
from drumstudio.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    with open_window(qtbot) as opened:
        yield opened


def ask(qtbot: QtBot, window: MainWindow) -> list[CandidateCard]:
    press(window.drummer.button)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    return window.drummer.cards.cards


def test_continue_offers_cards_and_touches_nothing(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    assert [card.letter for card in cards] == ["A", "B", "C", "D"]
    assert all(card.candidate is not None for card in cards)
    assert window.document.pattern == demo_pattern()
    assert not window.document.modified
    assert window.drummer.cards.hasFocus()


def test_insert_is_one_step_that_can_be_undone(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    candidate = cards[1].candidate
    assert candidate is not None
    press(cards[1].insert)
    assert window.document.pattern == inserted(demo_pattern(), candidate)
    assert window.document.pattern.seam == 32
    assert window.document.stack.count() == 1
    window.menus.actions["undo"].trigger()
    assert window.document.pattern == demo_pattern()


def test_the_first_bar_can_be_inserted_alone(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window)
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert window.document.pattern.bars == 3
    window.document.undo()
    window.resize(1280, 900)
    first_bar = window.drummer.cards.cards[0].first_bar
    qtbot.waitUntil(first_bar.isVisible, timeout=WAIT)
    press(first_bar)
    assert window.document.pattern.bars == 3


@pytest.mark.parametrize("height", [720, 900])
def test_four_cards_are_seen_whole(qtbot: QtBot, window: MainWindow, height: int) -> None:
    window.resize(1280, height)
    qtbot.waitUntil(lambda: window.height() == height, timeout=WAIT)
    cards = ask(qtbot, window)
    view = window.drummer.cards.viewport()

    def all_seen() -> bool:
        seen = view.rect()
        return all(seen.contains(QRect(card.mapTo(view, QPoint()), card.size())) for card in cards)

    qtbot.waitUntil(all_seen, timeout=WAIT)
    for card in cards:
        for button in (card.audition, card.insert, card.keep):
            assert card.rect().contains(button.geometry())


def test_arrows_audition_at_the_bar_line_and_enter_inserts(qtbot: QtBot, window: MainWindow) -> None:
    window.transport.tempo.edited.emit(400.0, 1)
    cards = ask(qtbot, window)
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Down)
    assert cards[1].hearing is Hearing.WAITING
    assert window.grid.state.previewing
    qtbot.waitUntil(lambda: cards[1].hearing is Hearing.PLAYING, timeout=WAIT)
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Up)
    assert window.playing.playing
    qtbot.waitUntil(lambda: cards[0].hearing is Hearing.PLAYING, timeout=WAIT)
    assert cards[1].hearing is Hearing.SILENT
    candidate = cards[0].candidate
    assert candidate is not None
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Return)
    assert window.document.pattern == inserted(demo_pattern(), candidate)
    assert not window.grid.state.previewing
    assert window.playing.playing


def test_stopping_ends_the_audition(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    press(cards[0].audition)
    qtbot.waitUntil(lambda: cards[0].hearing is Hearing.PLAYING, timeout=WAIT)
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: cards[0].hearing is Hearing.SILENT, timeout=WAIT)
    assert not window.grid.state.previewing


def test_escape_stops_hearing_then_dismisses(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    press(cards[2].keep)
    press(cards[0].audition)
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Escape)
    assert window.drummer.cards.heard is None
    assert len(window.drummer.cards.cards) == 4
    QTest.keyClick(window.drummer.cards, Qt.Key.Key_Escape)
    assert [card.kept for card in window.drummer.cards.cards] == [True]


def test_kept_cards_stay_when_others_come(qtbot: QtBot, window: MainWindow) -> None:
    kept = ask(qtbot, window)[3]
    press(kept.keep)
    cards = ask(qtbot, window)
    assert cards[4] is kept
    assert [card.letter for card in cards] == ["A", "B", "C", "D", "E"]
    assert window.drummer.cards.heading.isVisible()
    assert window.drummer.cards.heading.text() == "KEPT IN THE PROJECT · 1"


def test_keeping_is_saved_and_can_be_undone(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    card = ask(qtbot, window)[2]
    candidate = card.candidate
    press(card.keep)
    assert window.document.project.kept == (candidate,)
    assert card.kept
    window.document.undo()
    assert window.document.project.kept == ()
    assert not card.kept
    window.document.redo()
    assert card.kept
    path = tmp_path / "kept.drumstudio"
    window.files.save_to(path)
    qtbot.waitUntil(lambda: window.document.path == path, timeout=WAIT)
    window.files.new()
    assert window.drummer.cards.cards == []
    window.files.open_path(path)
    qtbot.waitUntil(lambda: len(window.drummer.cards.cards) == 1, timeout=WAIT)
    (back,) = window.drummer.cards.cards
    assert back.candidate == candidate
    assert back.kept
    press(back.insert)
    assert candidate is not None
    assert window.document.pattern == inserted(demo_pattern(), candidate)


def test_letting_go_by_key_can_be_undone(qtbot: QtBot, window: MainWindow) -> None:
    press(ask(qtbot, window)[0].keep)
    cards = window.drummer.cards
    QTest.keyClick(cards, Qt.Key.Key_Escape)
    (kept,) = cards.cards
    cards.setFocus()
    QTest.keyClick(cards, Qt.Key.Key_Down)
    assert cards.chosen == kept.candidate
    QTest.keyClick(cards, Qt.Key.Key_Delete)
    assert cards.cards == []
    assert window.document.project.kept == ()
    assert cards.heard is None
    window.document.undo()
    assert [card.candidate for card in cards.cards] == [kept.candidate]
    assert cards.heading.text() == "KEPT IN THE PROJECT · 1"


def test_the_same_seed_brings_the_same_cards(qtbot: QtBot, window: MainWindow) -> None:
    first = [card.candidate.pattern for card in ask(qtbot, window) if card.candidate]
    press(window.drummer.more)
    press(window.drummer.dials.again)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.drummer.dials.seed.text()
    assert [card.candidate.pattern for card in window.drummer.cards.cards if card.candidate] == first
    press(window.drummer.dials.fresh)
    assert not window.drummer.dials.seed.text()


def test_the_controls_are_what_is_asked(qtbot: QtBot, window: MainWindow) -> None:
    window.drummer.dials.length.slider.setValue(3)
    window.drummer.dials.variations.slider.setValue(2)
    window.drummer.dials.wildness.slider.setValue(120)
    window.drummer.dials.seed.setText("77")
    cards = ask(qtbot, window)
    assert len(cards) == 2
    for card in cards:
        assert card.candidate is not None
        assert (card.candidate.steps, card.candidate.seed, card.candidate.dials.wildness) == (48, 77, 1.2)
        assert "seed 77" in card.toolTip()


def test_a_beat_that_changes_meanwhile_drops_what_was_asked(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.button)
    click_cell(window, 1, Drum.KICK)
    assert not window.drummer.generating
    assert window.drummer.cards.cards == []
    # The late answer, if one comes, finds nobody: the next question gets its own.
    assert len(ask(qtbot, window)) == 4
    assert all(card.candidate for card in window.drummer.cards.cards)


def test_cancel_leaves_no_cards(qtbot: QtBot, window: MainWindow) -> None:
    window.drummer.dials.length.slider.setValue(8)
    window.drummer.dials.variations.slider.setValue(8)
    press(window.drummer.button)
    QTest.keyClick(window.grid.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.drummer.cards.ready in (0, 8)  # the answer may have been on its way already
    assert not window.banner.text


def test_the_ruler_asks_from_its_place(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.regenerate_requested.emit(16)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.document.pattern.seam == 16
    candidate = window.drummer.cards.cards[0].candidate
    assert candidate is not None
    assert candidate.start == 16


def test_a_continuation_in_another_meter_says_so(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    window.document.edit(edits.set_grid(window.document.pattern, Grid(Meter(3, 4))), "Meter")
    press(cards[0].insert)
    assert "is in 4/4; the pattern is now in 3/4" in window.banner.text
    assert window.document.pattern.bars == 2


def test_a_meter_the_drummer_cannot_play_is_said(qtbot: QtBot, window: MainWindow) -> None:
    window.document.edit(edits.set_grid(window.document.pattern, Grid(Meter(5, 32), 8)), "Meter")
    press(window.drummer.button)
    qtbot.waitUntil(lambda: "cannot play 5/32" in window.banner.text, timeout=WAIT)
    assert window.drummer.cards.cards == []


def test_without_a_model_the_panel_teaches(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "shipped_models", paths.user_cache)
    settle(model=False)
    with open_window(qtbot) as window:
        assert not window.drummer.button.isEnabled()
        assert window.drummer.picker.text == "No drummer installed"
        settle()
        window.drummer.rescan_asked.emit()
        qtbot.waitUntil(window.drummer.button.isEnabled, timeout=WAIT)
        assert window.drummer.picker.text == "Tiny"


def test_a_broken_model_is_named(qtbot: QtBot) -> None:
    settle()
    (paths.user_models() / "broken.safetensors").write_bytes(b"nothing")
    with open_window(qtbot) as window:
        assert "broken.safetensors" in window.banner.text
        assert window.drummer.button.isEnabled()


def test_another_pattern_ends_the_audition(qtbot: QtBot, window: MainWindow) -> None:
    cards = ask(qtbot, window)
    press(cards[0].audition)
    qtbot.waitUntil(lambda: cards[0].hearing is Hearing.PLAYING, timeout=WAIT)
    window.document.select_pattern(1)
    assert window.drummer.cards.heard is None
    assert not window.grid.state.previewing
    assert window.playing.playing
    assert not window.banner.text


def test_a_meter_that_changes_under_an_audition_ends_it(qtbot: QtBot, window: MainWindow) -> None:
    press(ask(qtbot, window)[0].audition)
    window.document.edit(edits.set_grid(window.document.pattern, Grid(Meter(3, 4))), "Meter")
    assert "is in 4/4" in window.banner.text
    assert window.drummer.cards.heard is None
    assert not window.grid.state.previewing


def test_with_every_row_locked_the_way_out_is_offered(qtbot: QtBot, window: MainWindow) -> None:
    window.document.set_lanes((Lane(locked=True),) * len(Drum), "Lock")
    press(window.drummer.button)
    assert "Every row is locked" in window.banner.text
    assert not window.drummer.generating
    unlock = next(b for b in window.banner.findChildren(QPushButton) if b.text() == "Unlock all rows")
    press(unlock)
    assert not any(lane.locked for lane in window.document.project.lanes)
    assert len(ask(qtbot, window)) == 4


def test_another_drummer_plays_from_the_next_continue_on(qtbot: QtBot) -> None:
    settle()
    tiny_model(paths.user_models() / "other.safetensors", seed=9)
    with open_window(qtbot) as window:
        cards = ask(qtbot, window)
        before = [card.candidate for card in cards]
        models = {info.path.stem: info for _, info in window.drummer.picker.options}
        window.drummer.picker.picked.emit(models["other"])
        qtbot.waitUntil(lambda: window.drummer.model == models["other"], timeout=WAIT)
        assert [card.candidate for card in cards] == before
        assert {card.candidate.model for card in ask(qtbot, window) if card.candidate} == {"other"}
        # A card of the first drummer brings that one back.
        cards = window.drummer.cards.cards
        press(cards[0].keep)
        window.drummer.picker.picked.emit(models["tiny"])
        qtbot.waitUntil(lambda: window.drummer.model == models["tiny"], timeout=WAIT)
        cards[0].again_asked.emit()
        qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
        assert window.drummer.model == models["other"]
        assert window.drummer.cards.cards[0].candidate.model == "other"  # type: ignore[union-attr]
