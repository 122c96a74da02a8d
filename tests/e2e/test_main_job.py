"""The main job in the real window, by mouse and key: click, continue, hear, keep, save, export."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.jack import Listener
from support.window import WAIT, click_cell, open_window, press, settle

from drumstudio.app.drummer.inserting import inserted
from drumstudio.cli.main import main
from drumstudio.domain.drums import GENERAL_MIDI, Drum
from drumstudio.domain.pattern import Hit
from drumstudio.domain.performance import strokes
from drumstudio.midi.files import import_pattern, read_song
from drumstudio.ui.candidate_card import Hearing
from drumstudio.ui.main_window import MainWindow

BEAT = {
    Drum.KICK: (0, 6, 8, 16, 22, 24),
    Drum.SNARE: (4, 12, 20, 28),
    Drum.CLOSED_HAT: tuple(range(0, 32, 2)),
}


def click_beat(window: MainWindow) -> None:
    for drum, steps in BEAT.items():
        for step in steps:
            click_cell(window, step, drum)


def cells(hits: tuple[Hit, ...]) -> set[tuple[int, Drum]]:
    return {(hit.step, hit.drum) for hit in hits}


@pytest.mark.parametrize("drummer", ["shipped", "tiny"])
def test_from_the_first_click_to_the_midi_file(qtbot: QtBot, tmp_path: Path, drummer: str) -> None:
    settle(model=drummer == "tiny")
    path, exported = tmp_path / "song.drumstudio", tmp_path / "song.mid"
    with open_window(qtbot) as window:
        document = window.document
        assert window.drummer.model is not None
        assert window.drummer.model.shipped == (drummer == "shipped")
        window.menus.actions["new"].trigger()
        click_beat(window)
        assert cells(document.pattern.hits) == {(s, drum) for drum, steps in BEAT.items() for s in steps}
        primer = document.pattern

        QTest.keyClick(window.grid.view, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        press(window.drummer.button)
        qtbot.waitUntil(lambda: window.drummer.cards.ready == 4, timeout=WAIT)
        assert document.pattern == primer

        card = window.drummer.cards.cards[1]
        press(card.audition)
        qtbot.waitUntil(lambda: card.hearing is Hearing.PLAYING, timeout=WAIT)
        press(card.insert)
        candidate = card.candidate
        assert candidate is not None
        whole = inserted(primer, candidate)
        assert document.pattern == whole
        assert (whole.bars, whole.seam) == (4, 32)
        assert {(s - 32, d) for s, d in cells(whole.hits) if s >= 32} == cells(candidate.pattern.hits)

        QTest.keyClick(window.grid.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert document.pattern == primer
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window.grid.view, Qt.Key.Key_Z, modifiers)
        assert document.pattern == whole
        window.files.save_to(path)
        qtbot.waitUntil(lambda: not document.modified, timeout=WAIT)

    with open_window(qtbot) as window:
        assert window.document.path == path
        shown = window.document.pattern
        assert shown == whole
        window.files.export_midi_to(exported)
        qtbot.waitUntil(lambda: exported.exists() and not window.background.busy, timeout=WAIT)

    assert import_pattern(exported).pattern == shown
    notes = sorted((n.tick, n.note, n.velocity) for n in read_song(exported).notes)
    heard = sorted((s.tick, GENERAL_MIDI.note_of(s.drum), s.velocity) for s in strokes(shown))
    assert [note for note in notes if note[0] > 0] == [note for note in heard if note[0] > 0]
    assert main(["export", str(path), "--out", str(tmp_path / "again.mid")]) == 0
    assert import_pattern(tmp_path / "again.mid").pattern == shown


def test_a_beat_from_the_window_arrives_in_a_second_program(qtbot: QtBot, jack: str) -> None:
    settle()
    with Listener("E-kit") as listener:
        with open_window(qtbot, watch_ports=True) as window:
            transport = window.transport
            window.menus.actions["new"].trigger()
            click_beat(window)
            transport.tempo.edited.emit(240.0, 1)

            def labels() -> list[str]:
                return [label for label, _ in transport.output.options]

            qtbot.waitUntil(lambda: any("E-kit" in label for label in labels()), timeout=WAIT)
            choice = next(value for label, value in transport.output.options if "E-kit" in label)
            transport.output.picked.emit(choice)
            qtbot.waitUntil(lambda: "E-kit" in transport.output.text, timeout=WAIT)
            qtbot.waitUntil(lambda: transport.output.light == "go", timeout=WAIT)
            listener.prove(lambda: window.playing.strike(Drum.RIDE, 1))
            expected = strokes(window.document.pattern)
            press(transport.play)
            listener.wait(lambda heard: len(heard.note_ons) >= 2 * len(expected))
            press(transport.play)
            qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
        listener.wait(lambda heard: len(heard.note_offs) >= len(heard.note_ons))
        heard = iter(listener.note_ons)
    together: dict[int, set[tuple[int, int]]] = {}
    for stroke in expected:
        note = GENERAL_MIDI.note_of(stroke.drum), stroke.velocity
        together.setdefault(stroke.tick, set()).add(note)
    for _ in range(2):
        for tick in sorted(together):
            assert {next(heard) for _ in together[tick]} == together[tick]
