"""The window records what a second program plays over real JACK ports, and survives being killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from support.jack import Performer, jack_server
from support.recording_window import COUNT
from support.window import open_window, press, settle

from drumstudio.app.takes.store import KeptTake, list_takes
from drumstudio.domain.cleaning import Reason
from drumstudio.domain.drums import GENERAL_MIDI, Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Project
from drumstudio.midi.files import export_pattern, import_pattern
from drumstudio.midi.inputs import InputState
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.record_options import RecordMode

WAIT = 60_000
PROGRAM = Path(__file__).resolve().parents[1] / "support" / "recording_window.py"

Messages = list[tuple[float, list[int]]]


@pytest.fixture(scope="module")
def jack() -> Iterator[str]:
    """A JACK server with long periods: on a busy machine a client that misses one loses its messages."""
    with jack_server(2048) as name:
        yield name


@pytest.fixture
def kit(jack: str) -> Iterator[Performer]:
    with Performer("Roland TD-11") as performer:
        yield performer


@pytest.fixture
def window(qtbot: QtBot, kit: Performer) -> Iterator[MainWindow]:
    """The window with the kit chosen as a user chooses it, at 60 quarters a minute."""
    settle(model=False)
    with open_window(qtbot, watch_ports=True) as opened:
        opened.document.load(Project((Pattern(bars=2),), qpm=60.0))
        qtbot.waitUntil(lambda: kit.name in [port.name for port in opened.kit.state.inputs], timeout=WAIT)
        press(opened.transport.kit)
        (menu,) = [menu for menu in opened.transport.kit.findChildren(QMenu) if menu.isVisible()]
        next(action for action in menu.actions() if "TD-11" in action.text()).trigger()
        menu.close()
        qtbot.waitUntil(lambda: opened.kit.status.state is InputState.READY, timeout=WAIT)
        yield opened


def stroke(at: float, note: int, velocity: int, by_zero: bool = False) -> Messages:
    """A stroke, closed after 50 ms by a note-off or a note-on of velocity 0."""
    off = [0x99, note, 0] if by_zero else [0x89, note, 64]
    return [(at, [0x99, note, velocity]), (at + 0.05, off)]


STEP = 0.25  # seconds a 16th at 60
# What is meant: hats on 8ths, kick and backbeat, a crash that is choked, all on their steps.
MEANT = (
    {(step, Drum.CLOSED_HAT) for step in range(0, 32, 2) if step != 30}
    | {(step, Drum.KICK) for step in (0, 6, 16, 22)}
    | {(step, Drum.SNARE) for step in (4, 12, 20, 28)}
    | {(30, Drum.CRASH)}
)
NOTES = {Drum.CLOSED_HAT: 42, Drum.KICK: 36, Drum.SNARE: 38, Drum.CRASH: 49}


def performance(lead: float) -> tuple[Messages, int]:
    """Everything a kit may send while it plays what is meant from `lead` on; how many strokes count."""
    messages: Messages = [(lead / 2, [0xFE])]
    counted = 0
    for step, drum in sorted(MEANT):
        at, note = lead + step * STEP, NOTES[drum]
        if drum is Drum.CLOSED_HAT:
            messages.append((at, [0xB9, 4, 90]))  # the pedal comes just before, at one moment
        messages += stroke(at, note, 100, by_zero=step % 4 == 0)
        counted += 1
        if drum is Drum.KICK:
            messages += stroke(at, 45, 9)  # it shakes a tom
        if drum is Drum.SNARE and step in (12, 28):
            messages += stroke(at - 0.045, 38, 34) + stroke(at - 0.09, 38, 30)  # a drag
            counted += 2
        if drum is Drum.SNARE and step == 20:
            messages += stroke(at - 0.05, 40, 52)  # a flam with the rim
            counted += 1
    choked = lead + 30 * STEP + 0.1
    messages += [(choked, [0xA9, 49, 127]), (choked + 0.05, [0xA9, 49, 0])]
    messages += stroke(lead + 3 * STEP, 3, 77)  # a note that means nothing
    messages += [(lead + index * 0.1, [0xB9, 4, 90 - index % 7]) for index in range(70)]
    return sorted(messages, key=lambda each: each[0]), counted


def kept_after(qtbot: QtBot, window: MainWindow) -> KeptTake:
    qtbot.waitUntil(lambda: not window.recording.active and not window.recording.busy, timeout=WAIT)
    (kept,) = list_takes().takes
    return kept


def test_a_take_by_click_holds_every_stroke_and_becomes_what_was_meant(
    qtbot: QtBot, kit: Performer, window: MainWindow, tmp_path: Path
) -> None:
    messages, counted = performance(0.3)
    window.recording.memory.set_mode(RecordMode.FREE)
    press(window.transport.record)
    qtbot.waitUntil(lambda: window.recording.strip.isVisible() and not window.recording.busy, timeout=WAIT)
    kit.begin(messages)
    strikes = sum(data[0] == 0x99 and data[2] > 0 for _, data in messages)
    qtbot.waitUntil(lambda: window.recording.heard == (len(messages) - 1, strikes), timeout=WAIT)
    kit.wait_played()
    press(window.transport.record)
    kept = kept_after(qtbot, window)

    sent = [bytes(data) for _, data in messages if data[0] != 0xFE]
    assert sorted(each.data for each in kept.take.arrivals) == sorted(sent)
    found = kept.read()
    assert len(found.hits) == counted
    assert [aside.reason for aside in found.aside] == [Reason.CROSSTALK] * 4
    assert (found.unmapped, len(found.grips)) == ({3: 1}, 1)
    assert kept.take.drum_map.name == "roland"

    form = window.takes.details.grid
    window.pages.show_page("takes")
    form.strength.setValue(100)
    qtbot.waitUntil(lambda: window.takes.details.row is not None, timeout=WAIT)
    press(form.go)
    qtbot.waitUntil(lambda: window.pages.current == "sequencer", timeout=WAIT)
    out = tmp_path / "beat.mid"
    export_pattern(out, window.document.pattern, window.document.project.qpm, GENERAL_MIDI)
    imported = import_pattern(out)
    assert {(hit.step, hit.drum) for hit in imported.pattern.hits} == MEANT
    assert all(hit.offset == 0.0 for hit in imported.pattern.hits)
    assert (imported.pattern.bars, imported.qpm) == (2, 60.0)


def test_strokes_over_a_port_go_into_the_pattern_that_plays(
    qtbot: QtBot, kit: Performer, window: MainWindow
) -> None:
    window.recording.memory.set_mode(RecordMode.OVERDUB)
    window.recording.memory.set_strength(100)
    press(window.transport.record)
    qtbot.waitUntil(lambda: window.recording.origin is not None, timeout=WAIT)
    kit.begin([(0.1 + index / 2, [0x99, 38, 100]) for index in range(3)])
    qtbot.waitUntil(lambda: len(window.document.pattern.hits) == 3, timeout=WAIT)
    kit.wait_played()
    press(window.transport.record)
    kept = kept_after(qtbot, window)
    played = [round(hit.seconds / STEP) % 32 for hit in kept.read().hits]
    assert sorted(hit.step for hit in window.document.pattern.hits) == sorted(played)


def test_a_window_that_is_killed_while_it_records_offers_the_take_at_the_next_start(qtbot: QtBot) -> None:
    settle(model=False)
    child = subprocess.Popen([sys.executable, str(PROGRAM)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert [child.stdout.readline().strip() for _ in range(2)] == ["recording", "silent"]
    finally:
        child.kill()
        child.communicate()
    assert list_takes().takes == ()
    with open_window(qtbot) as window:
        assert (
            f"that broke off is recovered: {list_takes().takes[0].path}, {COUNT} hits" in window.banner.text
        )
        window.pages.show_page("takes")
        qtbot.waitUntil(lambda: len(window.takes.list.takes.rows) == 1, timeout=WAIT)
    (kept,) = list_takes().takes
    assert [hit.velocity for hit in kept.read().hits] == list(range(1, COUNT + 1))
