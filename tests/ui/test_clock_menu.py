"""MIDI clock and the options of outputs in the real window."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from support.window import WAIT, open_window, settle

from drumstudio.domain.take import Arrival
from drumstudio.engine.devices import OutputChoice
from drumstudio.engine.output_options import OutputOptions
from drumstudio.settings import Settings
from drumstudio.ui.clock_menu import KIT
from drumstudio.ui.main_window import MainWindow
from drumstudio.ui.output_menu import CURVES

Fill = Callable[[QMenu], None]


def entry(menu: QMenu, *words: str) -> QAction:
    """The entry of a menu, by the words on the way to it."""
    actions = menu.actions()
    for word in words:
        action = next(each for each in actions if each.text().replace("&", "").startswith(word))
        below = action.menu()
        actions = below.actions() if isinstance(below, QMenu) else []
    return action


def choose(fill: Fill, *words: str) -> None:
    """Open the menu that `fill` fills, and choose in it."""
    menu = QMenu()
    fill(menu)
    entry(menu, *words).trigger()


def chosen(fill: Fill, *words: str) -> bool:
    """Whether the menu that `fill` fills shows this as chosen."""
    menu = QMenu()
    fill(menu)
    return entry(menu, *words).isChecked()


def tick(window: MainWindow, count: int, qpm: float, begin: float) -> float:
    """Clock of another machine, stamped from `begin` on; gives when the next tick is due."""
    for index in range(count):
        window._engine.hear(Arrival(begin + index * 60 / (qpm * 24), b"\xf8"))
    return begin + count * 60 / (qpm * 24)


def test_the_bar_shows_the_tempo_of_a_clock_and_the_project_keeps_its_own(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        tempo, own = window.transport.tempo, window.document.project.qpm
        choose(window.clocks.fill, "The e-kit's input")
        qtbot.waitUntil(lambda: not tempo.isEnabled(), timeout=WAIT)
        assert tempo.text == "…"
        assert "is awaited" in tempo.toolTip()
        now = time.perf_counter()
        due = tick(window, 24, 133.0, now - 0.4)
        qtbot.waitUntil(lambda: tempo.text == "133.0", timeout=WAIT)
        assert f"the project keeps {own:.1f}" in tempo.toolTip()
        window._engine.hear(Arrival(due, b"\xfa"))
        tick(window, 4, 133.0, due)
        qtbot.waitUntil(lambda: window.playing.playing, timeout=WAIT)
        # The clock falls silent here: that is told, and playing goes on.
        qtbot.waitUntil(lambda: "is lost" in window.banner.text, timeout=WAIT)
        assert "playing goes on at 133.0" in window.banner.text
        assert window.playing.playing
        window._engine.hear(Arrival(time.perf_counter(), b"\xfc"))
        qtbot.waitUntil(lambda: not window.playing.playing, timeout=WAIT)
        assert window.document.project.qpm == own
        choose(window.clocks.fill, "Nobody")
        qtbot.waitUntil(tempo.isEnabled, timeout=WAIT)
        assert tempo.text == f"{own:.1f}"


def test_what_was_chosen_holds_at_the_next_start(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        choose(window.clocks.fill, "Send")
        choose(window.clocks.fill, "The e-kit's input")
    settings = Settings()
    assert (settings.get("clock_send"), settings.get("clock_from")) == (True, KIT)
    with open_window(qtbot) as window:
        assert chosen(window.clocks.fill, "Send")
        assert chosen(window.clocks.fill, "The e-kit's input")
        qtbot.waitUntil(lambda: window._engine.external is not None, timeout=WAIT)


def test_an_input_that_is_away_stays_chosen_and_a_loop_is_told(qtbot: QtBot) -> None:
    settle(
        {"clock_from": "Groovebox:out", "output": {"kind": "midi", "name": "Groovebox:in", "label": "Box"}}
    )
    with open_window(qtbot) as window:
        qtbot.waitUntil(lambda: window._engine.external is not None, timeout=WAIT)
        assert chosen(window.clocks.fill, "missing: Groovebox:out")
        choose(window.clocks.fill, "Send")
        qtbot.waitUntil(lambda: "would echo" in window.banner.text, timeout=WAIT)
        assert "No clock goes to Box" in window.banner.text


def test_every_output_is_played_as_it_was_set(qtbot: QtBot) -> None:
    settle()
    with open_window(qtbot) as window:
        menu = QMenu()
        window.outputs.fill(menu)
        assert not menu.actions()[0].isEnabled()
        window.playing.select_output(OutputChoice("midi", "TD-11:in", "TD-11"))
        assert chosen(window.outputs.fill, "Map", "By its name: Roland TD")
        assert chosen(window.outputs.fill, "Click", "By its name: No")
        for words in (
            ("Map", "General MIDI"),
            ("Click", "Yes"),
            ("Velocity", "Soft strokes louder"),
            ("Length", "250"),
            ("Hi-hat", "Open or closed"),
        ):
            choose(window.outputs.fill, *words)
            assert chosen(window.outputs.fill, *words)
        wanted = OutputOptions("gm", True, CURVES[1][1], 0.25, False)
        assert window._engine.choice.options == wanted
        window.playing.select_output(OutputChoice("midi", "Synth:in", "Synth"))
        assert window._engine.choice.options == OutputOptions()
        window.playing.select_output(OutputChoice("midi", "TD-11:in", "TD-11"))
        assert window._engine.choice.options == wanted
    with open_window(qtbot) as window:
        assert window._engine.choice.options == wanted
