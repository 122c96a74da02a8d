"""Drummers side by side in the real window: heard at the bar line, inserted, measured, listening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.tiny_model import tiny_model
from support.window import WAIT, open_window, press, settle

from drumstudio import paths
from drumstudio.app.drummer.asking import prepare
from drumstudio.app.drummer.comparing import compare, with_dials
from drumstudio.app.drummer.familiarity import familiarity
from drumstudio.app.takes.store import save_take
from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.domain.pattern import Pattern, pattern_from_events
from drumstudio.domain.take import Arrival, Take
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.ui.candidate_card import Hearing
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.models.comparison import ComparisonView

KEY = Qt.Key
BAR = [5, 0, 4, 0, 6, 0, 4, 0, 5, 0, 4, 0, 6, 0, 4, 0]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    settle()
    tiny_model(paths.user_models() / "other.safetensors", seed=1)
    with open_window(qtbot) as opened:
        press(opened.pages.tabs["models"])
        library = opened.models.library
        qtbot.waitUntil(lambda: len(library.table.rows.models) == 5, timeout=WAIT)
        qtbot.waitUntil(lambda: not opened.background.busy, timeout=WAIT)
        yield opened


def own_models() -> list[Path]:
    return [paths.user_models() / f"{name}.safetensors" for name in ("other", "tiny")]


def compare_own(qtbot: QtBot, window: MainWindow, seed: str = "5") -> ComparisonView:
    """Choose the user's two drummers with the keys, and compare them."""
    table, view = window.models.library.table, window.models.comparison
    view.bar.seed.setText(seed)
    table.setFocus()
    QTest.keyClick(table, KEY.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(table, KEY.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert [info.path for info in table.selected] == own_models()
    assert window.models.library.details.compare.text() == "Compare 2"
    QTest.keyClick(table, KEY.Key_C)
    assert window.models.comparing
    done(qtbot, view)
    return view


def done(qtbot: QtBot, view: ComparisonView) -> None:
    qtbot.waitUntil(lambda: not view.background.busy, timeout=WAIT)


def test_each_plays_on_from_the_pattern_on_screen(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    project = window.document.project
    task = prepare(project.pattern, project.lanes, 4, dials=project.dials)
    wanted = compare(
        task, own_models(), with_dials(project.dials, seed=5), seed=5, dials=project.dials, qpm=project.qpm
    )
    assert view.found == wanted
    shown = [card.candidate for card in view.cards.cards]
    assert [one.pattern for one in shown if one] == [one.candidates[0].pattern for one in wanted.played]
    assert [one.name for one in shown if one] == ["Tiny", "Tiny"]
    assert [card.letter for card in view.cards.cards] == ["1", "2"]
    table = view.measures
    heads = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]  # type: ignore[union-attr]
    assert heads == ["", "Primer", "1 Tiny", "2 Tiny", "People"]
    mean = wanted.played[0].mean
    assert mean is not None
    assert mean.hits_a_bar is not None
    row = next(row for row in range(table.rowCount()) if table.item(row, 0).text() == "Hits a bar")  # type: ignore[union-attr]
    assert table.item(row, 2).text() == f"{mean.hits_a_bar:.1f}"  # type: ignore[union-attr]
    assert table.item(row, 4).text() == "17.0  (10–25)"  # type: ignore[union-attr]


def test_numbers_switch_at_the_next_bar_line_and_go_on_there(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = compare_own(qtbot, window)
    asked: list[tuple[Pattern | None, int | None]] = []
    audition = window.playing.audition

    def listened(pattern: Pattern | None, step: int | None = 0) -> None:
        asked.append((pattern, step))
        audition(pattern, step)

    monkeypatch.setattr(window.playing, "audition", listened)
    first, second = view.cards.cards
    QTest.keyClick(view.cards, KEY.Key_1)
    assert first.hearing is Hearing.WAITING
    qtbot.waitUntil(lambda: first.hearing is Hearing.PLAYING, timeout=WAIT)
    QTest.keyClick(view.cards, KEY.Key_2)
    assert (first.hearing, second.hearing) == (Hearing.SILENT, Hearing.WAITING)
    assert window.playing.playing
    qtbot.waitUntil(lambda: second.hearing is Hearing.PLAYING, timeout=WAIT)
    assert view.found is not None
    wholes = [one.wholes[0].hits for one in view.found.played]
    # The first begins where the continuation does, the second goes on at that place.
    assert [(pattern.hits if pattern else None, step) for pattern, step in asked] == [
        (wholes[0], 32),
        (wholes[1], None),
    ]
    # The arrows do the same; the number of what is heard stops it, and the beat goes on.
    QTest.keyClick(view.cards, KEY.Key_Up)
    qtbot.waitUntil(lambda: first.hearing is Hearing.PLAYING, timeout=WAIT)
    QTest.keyClick(view.cards, KEY.Key_1)
    assert first.hearing is Hearing.SILENT
    assert window.playing.playing
    press(second.audition)
    qtbot.waitUntil(lambda: second.hearing is Hearing.PLAYING, timeout=WAIT)
    # Another page is heard as itself.
    press(window.pages.tabs["sequencer"])
    assert second.hearing is Hearing.SILENT


def test_what_is_heard_here_takes_the_place_of_the_panels_card(qtbot: QtBot, window: MainWindow) -> None:
    press(window.pages.tabs["sequencer"])
    press(window.drummer.button)
    cards = window.drummer.cards
    qtbot.waitUntil(lambda: cards.ready == 4, timeout=WAIT)
    press(cards.cards[0].audition)
    qtbot.waitUntil(lambda: cards.cards[0].hearing is Hearing.PLAYING, timeout=WAIT)
    press(window.pages.tabs["models"])
    view = compare_own(qtbot, window)
    assert cards.heard is not None
    QTest.keyClick(view.cards, KEY.Key_2)
    assert cards.heard is None
    qtbot.waitUntil(lambda: view.cards.cards[1].hearing is Hearing.PLAYING, timeout=WAIT)
    # Inserting it brings nothing else back.
    QTest.keyClick(view.cards, KEY.Key_Return)
    assert cards.heard is None
    assert view.cards.heard is None


def test_enter_inserts_as_one_undo_step(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    assert view.found is not None
    before = window.document.pattern
    QTest.keyClick(view.cards, KEY.Key_2)
    QTest.keyClick(view.cards, KEY.Key_Return)
    whole = view.found.played[1].wholes[0]
    assert window.document.pattern.hits == whole.hits
    assert window.document.pattern.seam == whole.seam
    assert window.document.stack.undoText() == "Insert what Tiny played"
    assert view.cards.heard is None
    window.document.stack.undo()
    assert window.document.pattern == before
    press(view.cards.cards[0].first_bar)
    assert window.document.pattern.bars == before.bars + 1


def test_what_is_starred_is_kept_in_the_project(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    press(view.cards.cards[1].keep)
    (kept,) = window.document.project.kept
    assert kept == view.cards.cards[1].candidate
    assert view.cards.cards[1].kept
    assert kept.model == "tiny"
    press(view.cards.cards[1].keep)
    assert window.document.project.kept == ()


def test_a_midi_file_is_continued_and_inserted_with_its_primer(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    view = compare_own(qtbot, window)
    path = tmp_path / "groove.mid"
    export_pattern(path, pattern_from_events(BAR * 3), 90.0)
    view.use_file(path)
    done(qtbot, view)
    assert view.found is not None
    whole = view.found.played[0].wholes[0]
    assert (whole.bars, whole.seam) == (7, 48)
    assert view.bar.primer.text == "groove.mid"
    QTest.keyClick(view.cards, KEY.Key_Return)
    assert window.document.pattern.hits == whole.hits
    view.use_file(tmp_path / "gone.mid")
    done(qtbot, view)
    assert "gone.mid" in window.banner.text
    assert view.bar.go.text() == "Play all"


def test_other_bars_and_means_are_played_anew(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    view.bar.bars.setFocus()
    QTest.keyClick(view.bar.bars, KEY.Key_Up)
    done(qtbot, view)
    assert view.found is not None
    assert [len(one.each) for one in view.found.played] == [1, 1]
    assert view.found.played[0].each[0].bars == 2
    QTest.keyClick(view.bar.count, KEY.Key_Down)
    done(qtbot, view)
    assert [len(one.each) for one in view.found.played] == [4, 4]
    view.bar.seed.clear()
    press(view.bar.go)
    done(qtbot, view)


def test_esc_cancels_then_stops_then_goes_back(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    found = view.found
    press(view.bar.go)
    assert view.bar.go.text() == "Cancel   Esc"
    window.dismiss()
    done(qtbot, view)
    assert view.found is found
    assert view.bar.go.text() == "Play all"
    press(view.bar.go)
    done(qtbot, view)
    QTest.keyClick(view.cards, KEY.Key_1)
    window.dismiss()
    assert view.cards.heard is None
    assert window.models.comparing
    window.dismiss()
    assert not window.models.comparing
    assert window.models.library.table.hasFocus()


def test_one_that_cannot_play_is_named_and_the_other_plays(qtbot: QtBot, window: MainWindow) -> None:
    own_models()[0].write_bytes(b"nothing")
    view = compare_own(qtbot, window)
    assert [card.candidate is not None for card in view.cards.cards] == [True]
    assert "is not a model, or is damaged" in view.problem.text()
    assert view.found is not None
    assert view.found.played[1].mean is not None


def test_one_is_compared_with_the_one_in_use(qtbot: QtBot, window: MainWindow) -> None:
    library, view = window.models.library, window.models.comparison
    table = library.table
    # The one in use alone is nothing to compare.
    assert [info.path.stem for info in table.selected] == ["tiny"]
    assert not library.details.compare.isEnabled()
    QTest.keyClick(table, KEY.Key_C)
    assert "Choose two or more" in window.banner.text
    QTest.keyClick(table, KEY.Key_Up)
    press(library.details.compare)
    done(qtbot, view)
    assert view.found is not None
    assert [one.model for one in view.found.played] == own_models()


def take(name: str, kick: int) -> None:
    strokes = tuple(Arrival(step * 0.25, bytes((0x99, kick if step % 2 else 38, 90))) for step in range(32))
    save_take(paths.user_takes() / f"{name}.mid", Take(strokes, GENERAL_MIDI, 120.0))


def test_how_well_each_knows_your_takes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    view = compare_own(qtbot, window)
    knowing = view.knowing
    press(view.tabs["How well does it know you?"])
    assert not knowing.listen.isEnabled()
    assert "Record a take" in knowing.words.text()
    take("Evening", 36)
    take("Morning", 41)
    window.desk.takes_changed.emit()
    qtbot.waitUntil(knowing.listen.isEnabled, timeout=WAIT)
    assert [label for label, _ in knowing.picker.options] == [
        "All 2 takes",
        "Evening",
        "Morning",
        "A MIDI file …",
    ]
    press(knowing.listen)
    done(qtbot, view)
    assert view.known is not None
    assert view.known.takes == ("Evening", "Morning")
    lines = knowing.chart.lines
    assert {line.name for line in lines} == {"Tiny", "Copying the bar before", "Counting events"}
    values = [line.perplexity for line in lines if line.perplexity is not None]
    assert values == sorted(values)
    assert f"{values[0]:.2f}" in knowing.chart.accessibleDescription()
    # One take by the keys.
    knowing.picker.setFocus()
    QTest.keyClick(knowing.picker, KEY.Key_Down)
    done(qtbot, view)
    assert view.known.takes == ("Evening",)
    path = tmp_path / "mine.mid"
    export_pattern(path, pattern_from_events(BAR * 2), 100.0)
    knowing.show_file(path)
    done(qtbot, view)
    assert view.known == familiarity([("mine", import_pattern(path).pattern)], own_models())


def test_space_plays_wherever_the_focus_is(qtbot: QtBot, window: MainWindow) -> None:
    view = compare_own(qtbot, window)
    widgets = [view.cards, view.measures, view.bar.go, view.bar.primer, view.bar.back, *view.tabs.values()]
    for widget in widgets:
        widget.setFocus()
        QTest.keyClick(widget, KEY.Key_Space)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        QTest.keyClick(widget, KEY.Key_Space)
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
