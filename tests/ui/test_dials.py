"""Every dial: what the user does with it, what is asked, and what comes at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from support.tiny_model import tiny_model
from support.window import LEFT, WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.drummer.generation import GenerationRequest
from drumstudio.app.drummer.inserting import inserted
from drumstudio.domain import edits
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.demo import demo_pattern
from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.ui.candidate_card import CandidateCard, Hearing
from drumstudio.ui.dial_memory import remembered_dials
from drumstudio.ui.dial_rows import Dial
from drumstudio.ui.main_window import MainWindow

SEED = "1967"


def settle_with_styles(**settings: Any) -> None:
    """Write settings for the next start, with a tiny drummer who knows styles."""
    model = tiny_model(paths.user_models() / "tiny.safetensors", styles=("rock", "funk", "hiphop"))
    settle({"model": str(model), **settings}, model=False)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle_with_styles()
    with open_window(qtbot) as opened:
        opened.drummer.dials.seed.setText(SEED)
        yield opened


@pytest.fixture
def requests(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[GenerationRequest]:
    """What the drummer is asked, in order; he answers all the same."""
    made: list[GenerationRequest] = []
    generation = window.drumming._generation
    submit = generation.submit

    def note(request: GenerationRequest) -> None:
        made.append(request)
        submit(request)

    monkeypatch.setattr(generation, "submit", note)
    return made


def candidates(window: MainWindow) -> dict[int, Candidate]:
    found = [card.candidate for card in window.drummer.cards.cards]
    return {candidate.index: candidate for candidate in found if candidate is not None}


def ask(qtbot: QtBot, window: MainWindow) -> list[CandidateCard]:
    press(window.drummer.button)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    return list(window.drummer.cards.cards)


def follow(qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest], count: int) -> None:
    """Wait until the cards have followed, after `count` requests in all."""
    qtbot.waitUntil(lambda: len(requests) == count and not window.drummer.generating, timeout=WAIT)


TURNS: dict[str, tuple[Callable[[MainWindow], Dial], int, Dials]] = {
    "stick": (lambda w: w.drummer.dials.stick.slider, 95, Dials(stick=0.95)),
    "wildness": (lambda w: w.drummer.dials.wildness.slider, 190, Dials(wildness=1.9)),
    "fills": (lambda w: w.drummer.dials.fills.slider, 3, Dials(fills=2)),
    "feel": (lambda w: w.drummer.dials.feel.slider, 100, Dials(feel=1.0)),
    "busyness": (lambda w: w.drummer.dials.busyness.slider, -20, Dials(busyness=0.5)),
}


@pytest.mark.parametrize("name", TURNS)
def test_turning_a_dial_is_asked_and_seen_at_once(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest], name: str
) -> None:
    slider, value, expected = TURNS[name]
    cards = ask(qtbot, window)
    before = candidates(window)
    places = [card.candidate.index for card in cards if card.candidate]
    slider(window).setValue(value)
    follow(qtbot, window, requests, 2)
    assert requests[1] == replace(requests[0], revision=requests[1].revision, dials=expected)
    assert window.drummer.cards.cards == cards  # the very same cards, each with its own candidate
    assert [card.candidate.index for card in cards if card.candidate] == places
    after = candidates(window)
    assert {candidate.dials for candidate in after.values()} == {expected}
    assert {index: one.pattern for index, one in after.items()} != {
        index: one.pattern for index, one in before.items()
    }
    assert window.document.project.dials == expected


def test_style_and_crash_are_asked(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    ask(qtbot, window)
    press(window.drummer.more)
    dials = window.drummer.dials
    assert [label for label, _ in dials.styles.options] == ["As the primer", "Rock", "Funk", "Hip-hop"]
    dials.styles.picked.emit("hiphop")
    assert dials.styles.text == "Hip-hop"
    follow(qtbot, window, requests, 2)
    press(dials.crash)
    follow(qtbot, window, requests, 3)
    assert requests[2].dials == Dials(style="hiphop", crash=True)


def test_a_drummer_without_styles_says_so(qtbot: QtBot) -> None:
    settle({"dials": {**_plain(MIDDLE), "style": "funk"}})
    with open_window(qtbot) as window:
        styles = window.drummer.dials.styles
        assert not styles.isEnabled()
        assert "was not taught styles" in styles.toolTip()
        assert styles.text == "As the primer"
        assert window.document.project.dials.style == "funk"  # for a drummer that knows it
        assert {one.dials.style for one in _asked_once(qtbot, window)} == {""}


def _asked_once(qtbot: QtBot, window: MainWindow) -> list[Candidate]:
    ask(qtbot, window)
    return list(candidates(window).values())


def test_length_and_variations_are_followed_too(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    cards = ask(qtbot, window)
    dials = window.drummer.dials
    dials.length.slider.setValue(3)
    follow(qtbot, window, requests, 2)
    assert {one.steps for one in candidates(window).values()} == {48}
    dials.variations.slider.setValue(2)
    follow(qtbot, window, requests, 3)
    assert sorted(candidates(window)) == [0, 1]
    assert all(card in cards for card in window.drummer.cards.cards)
    dials.variations.slider.setValue(5)
    follow(qtbot, window, requests, 4)
    assert sorted(candidates(window)) == [0, 1, 2, 3, 4]


def test_nothing_is_asked_where_nothing_is_offered(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    window.drummer.dials.stick.slider.setValue(80)
    assert not window.drummer._follow.isActive()
    cards = ask(qtbot, window)
    press(cards[0].keep)
    window.drummer.cards.dismiss()
    assert [card.kept for card in window.drummer.cards.cards] == [True]
    window.drummer.dials.stick.slider.setValue(20)
    assert not window.drummer._follow.isActive()
    assert len(requests) == 1


def test_what_is_kept_stays_as_it_is(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    cards = ask(qtbot, window)
    kept = cards[1].candidate
    assert kept is not None
    press(cards[1].keep)
    window.drummer.dials.wildness.slider.setValue(180)
    follow(qtbot, window, requests, 2)
    shown = window.drummer.cards.cards
    assert len(shown) == 5
    assert shown[4] is cards[1]
    assert cards[1].candidate == kept
    assert shown[1] is not cards[1]
    assert shown[1].candidate is not None
    assert shown[1].candidate.index == kept.index
    assert shown[1].candidate.dials.wildness == 1.8


def test_cards_may_be_kept_inserted_and_dismissed_while_they_follow(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = ask(qtbot, window)
    kept, inserts, gone = (cards[place].candidate for place in (0, 1, 2))
    assert kept is not None
    assert inserts is not None
    submit, waiting = window.drumming._generation.submit, list[GenerationRequest]()
    monkeypatch.setattr(window.drumming._generation, "submit", waiting.append)
    window.drummer.dials.wildness.slider.setValue(130)
    qtbot.waitUntil(lambda: bool(waiting), timeout=WAIT)
    assert window.drummer.generating
    press(cards[0].keep)
    cards[2].dismiss_asked.emit()
    press(cards[1].insert)
    submit(*waiting)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.document.pattern == inserted(demo_pattern(), inserts)
    assert window.document.project.kept == (kept,)
    shown = window.drummer.cards.cards
    assert [card.kept for card in shown] == [False, False, False, True]
    assert shown[3].candidate == kept
    assert gone is not None
    assert gone.index not in {card.candidate.index for card in shown[:3] if card.candidate}
    assert {card.candidate.dials.wildness for card in shown[:3] if card.candidate} == {1.3}


def test_what_is_heard_goes_on_as_it_is_now(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    window.transport.tempo.edited.emit(400.0, 1)
    cards = ask(qtbot, window)
    press(cards[2].audition)
    qtbot.waitUntil(lambda: cards[2].hearing is Hearing.PLAYING, timeout=WAIT)
    window.drummer.dials.busyness.slider.setValue(20)
    follow(qtbot, window, requests, 2)
    assert window.drummer.cards.heard == cards[2].candidate
    assert cards[2].candidate is not None
    whole = inserted(demo_pattern(), cards[2].candidate)
    assert window.grid.state.pattern == whole
    assert cards[2].hearing is Hearing.PLAYING
    assert window.playing.playing


def test_focus_stays_on_the_dial(qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]) -> None:
    ask(qtbot, window)
    slider = window.drummer.dials.stick.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == round(100 * MIDDLE.stick) + 5
    follow(qtbot, window, requests, 2)
    assert slider.hasFocus()


def test_mouse_wheel_keys_and_double_click(window: MainWindow) -> None:
    row = window.drummer.dials.feel
    slider = row.slider
    QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 3, slider.height() // 2))
    assert (slider.value(), row.value.text()) == (100, "100%")
    QTest.keyClick(slider, Qt.Key.Key_PageDown)
    assert slider.value() == 100 - slider.pageStep()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert slider.value() == 0
    middle = QPointF(slider.rect().center())
    for _ in range(2):  # half a notch each, as touch pads send them
        turned = QWheelEvent(
            middle, slider.mapToGlobal(middle), QPoint(), QPoint(0, 60), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(slider, turned)
    assert slider.value() == 5
    QTest.mouseDClick(slider, LEFT, pos=slider.rect().center())
    assert slider.value() == slider.middle == round(100 * MIDDLE.feel)
    assert window.document.project.dials == MIDDLE


def test_every_dial_says_what_it_does(window: MainWindow) -> None:
    press(window.drummer.more)
    sliders = window.drummer.dials.findChildren(Dial)
    assert len(sliders) == 7
    for slider in sliders:
        assert slider.accessibleName()
        assert slider.accessibleDescription()
        assert "Double click" in slider.toolTip()
    labels = {label.buddy(): label.text() for label in window.drummer.dials.findChildren(QLabel)}
    for widget in (window.drummer.dials.styles, window.drummer.dials.crash, window.drummer.dials.seed):
        assert labels[widget]


def test_the_rest_folds_and_is_remembered(qtbot: QtBot) -> None:
    settle_with_styles()
    with open_window(qtbot) as window:
        panel = window.drummer
        assert not panel.dials.seed.isVisible()
        panel.dials.turn(busyness=0.5)
        panel._show_more()
        assert "busyness 50%" in panel.more.toolTip()
        press(panel.more)
        assert panel.dials.seed.isVisible()
    with open_window(qtbot) as window:
        assert window.drummer.dials.seed.isVisible()
        press(window.drummer.more)
        assert not window.drummer.dials.styles.isVisible()


def test_marked_bars_are_told_at_the_dial(qtbot: QtBot, window: MainWindow) -> None:
    row = window.drummer.dials.fills
    assert row.value.text() == f"every {MIDDLE.fills}"
    row.slider.setValue(0)
    assert row.value.text() == "none"
    marked = replace(window.document.pattern, fill_bars=frozenset({1}))
    window.document.edit(marked, "Mark")
    qtbot.waitUntil(lambda: row.value.text() == "marked", timeout=WAIT)


# -- where dials live


def _plain(dials: Dials) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(dials, name)
        for name in ("stick", "wildness", "fills", "crash", "busyness", "style", "feel")
    }
    return found


def test_dials_are_saved_with_the_project_and_remembered_for_new_ones(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    dials = window.drummer.dials
    dials.stick.slider.setValue(75)
    path = tmp_path / "a.drumstudio"
    window.files.save_to(path)
    qtbot.waitUntil(lambda: window.document.path == path, timeout=WAIT)
    assert not window.document.modified
    dials.stick.slider.setValue(30)
    assert window.document.modified
    assert window.files.autosave._delay.isActive()
    assert window.document.stack.count() == 0
    window.document.mark_saved(path)
    window.files.new()
    assert window.document.project.dials == Dials(stick=0.3)
    assert dials.stick.slider.value() == 30
    window.files.open_path(path)
    qtbot.waitUntil(lambda: dials.stick.slider.value() == 75, timeout=WAIT)
    assert remembered_dials(window.settings) == Dials(stick=0.3)


@pytest.mark.parametrize("kept", [{}, {"stick": 2}, [], {**_plain(MIDDLE), "fills": 3}])
def test_remembered_dials_that_cannot_be_read_are_the_middle(qtbot: QtBot, kept: Any) -> None:
    settle_with_styles(dials=kept)
    with open_window(qtbot) as window:
        assert window.document.project.dials == MIDDLE


def test_values_between_the_notches_are_left_alone(qtbot: QtBot) -> None:
    odd = Dials(stick=0.333, wildness=1.234, busyness=1.3, feel=0.111)
    settle_with_styles(dials=_plain(odd))
    with open_window(qtbot) as window:
        assert window.document.project.dials == odd
        window.drummer.dials.fills.slider.setValue(0)
        assert window.document.project.dials == replace(odd, fills=0)


def test_the_same_seed_after_save_and_load_gives_the_same(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.drummer.dials.stick.slider.setValue(20)
    window.drummer.dials.feel.slider.setValue(90)
    ask(qtbot, window)
    first = candidates(window)
    path = tmp_path / "a.drumstudio"
    window.files.save_to(path)
    qtbot.waitUntil(lambda: window.document.path == path, timeout=WAIT)
    window.files.new()
    window.drummer.dials.stick.slider.setValue(99)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.document.path == path, timeout=WAIT)
    ask(qtbot, window)
    assert candidates(window) == first
    whole = json.loads(path.read_text())
    assert whole["project"]["dials"]["stick"] == 0.2


def test_again_with_this_seed_restores_its_dials(qtbot: QtBot, window: MainWindow) -> None:
    dials = window.drummer.dials
    dials.wildness.slider.setValue(150)
    dials.length.slider.setValue(3)
    cards = ask(qtbot, window)
    wanted = candidates(window)
    press(cards[0].keep)
    window.drummer.cards.dismiss()
    dials.wildness.slider.setValue(40)
    dials.stick.slider.setValue(0)
    dials.length.slider.setValue(1)
    dials.seed.clear()
    (kept,) = window.drummer.cards.cards
    kept.again_asked.emit()
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert window.document.project.dials == Dials(wildness=1.5)
    assert (dials.seed.text(), dials.length.slider.value()) == (SEED, 3)
    fresh = [card.candidate for card in window.drummer.cards.cards[:4]]
    assert {one.index: one for one in fresh if one} == wanted


# -- completing and dressing


def test_completing_is_one_step_that_can_be_undone(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    start = window.document.pattern
    press(window.drummer.complete)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert (requests[0].mode, requests[0].span) == (Mode.COMPLETE, None)
    card = window.drummer.cards.cards[0]
    assert card.candidate is not None
    press(card.insert)
    rows = {hit.drum for hit in start.hits}
    assert [hit for hit in window.document.pattern.hits if hit.drum in rows] == list(start.hits)
    assert window.document.pattern == inserted(start, card.candidate)
    assert window.document.stack.count() == 1
    # Turned on, a dial gives other ways to complete what was there before.
    window.drummer.dials.wildness.slider.setValue(150)
    follow(qtbot, window, requests, 2)
    assert requests[1].source == start
    window.document.undo()
    assert window.document.pattern == start


def test_a_dial_that_nothing_can_follow_says_so_quietly(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.complete)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    cards = list(window.drummer.cards.cards)
    window.document.edit(Pattern(hits=tuple(Hit(0, drum) for drum in Drum)), "Fill up")
    hinted = window.drumming.hinted
    with qtbot.waitSignal(hinted, timeout=WAIT, check_params_cb=lambda text: "Every row holds hits" in text):
        window.drummer.dials.stick.slider.setValue(10)
    assert not window.banner.text
    assert window.drummer.cards.cards == cards


def test_the_selected_bars_are_completed(
    qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]
) -> None:
    window.grid.selection.extend(20, Drum.KICK)
    window.grid.selection.focus(17, Drum.RIDE)
    window.grid.selection.extend(20, Drum.KICK)
    qtbot.waitUntil(lambda: "in bar 2" in window.drummer.complete.toolTip(), timeout=WAIT)
    window.menus.actions["complete"].trigger()
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert requests[0].span == (1, 2)
    (card, *_) = window.drummer.cards.cards
    assert card.candidate is not None
    assert (card.candidate.start, card.candidate.steps) == (16, 16)
    press(card.audition)
    assert window.grid.state.pattern.bars == 2


def test_buttons_say_why_they_cannot(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.drummer
    qtbot.waitUntil(lambda: not panel.dress.isEnabled(), timeout=WAIT)
    assert "Taps stand on one row" in panel.dress.toolTip()
    assert panel.complete.isEnabled()
    window.document.edit(Pattern(hits=tuple(Hit(0, drum) for drum in Drum)), "Fill up")
    qtbot.waitUntil(lambda: not panel.complete.isEnabled(), timeout=WAIT)
    assert "Every row holds hits" in panel.complete.toolTip()
    window.menus.actions["complete"].trigger()
    qtbot.waitUntil(lambda: "Every row holds hits" in window.banner.text, timeout=WAIT)
    assert window.drummer.cards.cards == []


def test_taps_are_dressed(qtbot: QtBot, window: MainWindow, requests: list[GenerationRequest]) -> None:
    taps = Pattern(bars=2, hits=tuple(Hit(step, Drum.SNARE) for step in (0, 4, 8, 12, 16, 20, 24, 28)))
    window.document.edit(taps, "Tap")
    qtbot.waitUntil(window.drummer.dress.isEnabled, timeout=WAIT)
    press(window.drummer.dress)
    qtbot.waitUntil(lambda: not window.drummer.generating, timeout=WAIT)
    assert requests[0].mode is Mode.DRESS
    for candidate in candidates(window).values():
        struck = {hit.step for hit in candidate.pattern.hits}
        assert struck >= {hit.step for hit in taps.hits}
    cards = window.drummer.cards.cards
    assert cards[0].accessibleName().split(", ")[-1].startswith("taps ")
    press(cards[0].insert)
    assert window.document.pattern.hits != taps.hits
    window.document.undo()
    assert window.document.pattern == taps


def test_an_edit_while_bars_are_completed_drops_what_was_asked(qtbot: QtBot, window: MainWindow) -> None:
    press(window.drummer.complete)
    window.document.edit(edits.toggle(window.document.pattern, 31, Drum.KICK), "Edit")
    assert not window.drummer.generating
    assert window.drummer.cards.cards == []
