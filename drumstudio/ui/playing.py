"""Playing: the engine on one side, the document and the transport bar on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from drumstudio.app import output_memory
from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Project
from drumstudio.engine.devices import SILENCE, SYNTH
from drumstudio.engine.facade import Engine, EngineEvent, OutputChoice, Position
from drumstudio.engine.output_options import OutputOptions
from drumstudio.engine.outputs import OutputState
from drumstudio.engine.performing import Performance
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.document import Document
from drumstudio.ui.status_bar import StatusBar
from drumstudio.ui.transport_bar import TransportBar

_FRAME = 16  # milliseconds


class Playing(QObject):
    """Carries the user's wishes to the engine and shows what it does.

    Signals: `moved(Position | None)` once a frame while playing and once when stopped, `performed(Position |
    None)` in its place while a take is performed, `began()` when playing begins, `auditioned(Pattern)` when
    one shall be heard in the place of the project's and of any other that was, `output_failed(sentence)` when
    the output needs the user.

    `interrupt` is what `toggle` does instead where there is something to end; it tells whether there was.
    """

    moved = Signal(object)
    performed = Signal(object)
    began = Signal()
    auditioned = Signal(object)
    output_failed = Signal(str)

    def __init__(
        self,
        engine: Engine,
        bridge: Bridge,
        document: Document,
        transport: TransportBar,
        status: StatusBar,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._document = engine, document
        self._transport, self._status, self._settings = transport, status, settings
        self._was_playing = False
        self._told = ""
        self.loop = True
        self.interrupt: Callable[[], bool] = _nothing
        self._stand_in: Pattern | None = None
        self._performance: Performance | None = None
        self._held = False  # a loop, whatever the loop button says
        self.soundfont: Path | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME)
        self._timer.timeout.connect(self._frame)
        bridge.engine_event.connect(self._on_event)
        engine.subscribe(bridge.engine_event.emit)
        document.changed.connect(self._project_changed)
        transport.start_asked.connect(self.to_start)
        transport.play_asked.connect(self.toggle)
        transport.loop_toggled.connect(self.set_loop)
        transport.click_toggled.connect(self._set_click)
        transport.count_in_picked.connect(self._set_count_in)
        transport.output_picked.connect(self.select_output)
        transport.level_changed.connect(self._set_level)
        self._restore()

    def _restore(self) -> None:
        settings, transport = self._settings, self._transport
        transport.click.set_on(settings.get("click", False))
        transport.count_in.set_value(settings.get("count_in", 0))
        transport.level.setValue(settings.get("level", 100))
        self.loop = settings.get("loop", True)
        transport.show_loop(self.loop)
        engine = self._engine
        engine.set_project(self._document.project)
        engine.set_click(transport.click.on)
        engine.set_count_in(settings.get("count_in", 0))
        engine.set_level(transport.level.value() / 100)
        engine.set_loop(self.loop)
        self._show_output()

    def open_outputs(self) -> None:
        """Take up the soundfont and the output of the last time."""
        name = self._settings.get("soundfont", "")
        if name:
            self.soundfont = Path(name)
            self._engine.set_soundfont(self.soundfont)
        kept = self._settings.get("output", {})
        choice = SYNTH
        if kept.get("kind") in ("midi", "none"):
            kind, name, label = (str(kept.get(key, "")) for key in ("kind", "name", "label"))
            choice = OutputChoice(kind, name, label)
        self._engine.select_output(self._with_options(choice))

    def _with_options(self, choice: OutputChoice) -> OutputChoice:
        """`choice`, to be played as it was the last time."""
        if choice.kind != "midi":
            return choice
        return replace(choice, options=output_memory.remembered(self._settings, choice.name))

    def set_output_options(self, options: OutputOptions) -> None:
        """Play the MIDI output that is chosen so from now on, at the next start too."""
        choice = self._engine.choice
        if choice.kind == "midi" and choice.options != options:
            output_memory.remember(self._settings, choice.name, options)
            self.select_output(choice)

    @property
    def playing(self) -> bool:
        """Whether the engine plays."""
        return self._engine.playing

    @property
    def performing(self) -> bool:
        """Whether a take is played."""
        position = self._engine.position()
        return position is not None and position.performing

    @property
    def qpm(self) -> float:
        """Quarters a minute to play at: the project's, or those of a clock that is followed."""
        clock = self._engine.external
        return self._document.project.qpm if clock is None or clock.qpm is None else clock.qpm

    def toggle(self) -> None:
        """Play or stop."""
        if self.interrupt():
            return
        if self._engine.playing:
            self._engine.stop()
        else:
            self._engine.play()

    def stop(self) -> None:
        """Stop."""
        self._engine.stop()

    def run(self, stand_in: Pattern | None = None) -> None:
        """Play from the beginning, in a loop until it is stopped; `stand_in` instead of the pattern on screen
        where given."""
        self._stand_in = stand_in
        self._engine.set_project(self._sounding(self._document.project))
        self.hold_loop(True)
        self._engine.play(0)

    def hold_loop(self, held: bool) -> None:
        """Loop whatever the loop button says, or no longer."""
        self._held = held
        self._engine.set_loop(self.loop or held)

    def perform(self, performance: Performance | None) -> None:
        """Play a take at its own timing instead of the pattern; with None stop it."""
        self._performance = performance
        self._engine.perform(performance)

    def place_at(self, moment: float) -> Position | None:
        """Where in the project's pattern `moment` (perf_counter) falls, by what sounds then."""
        position = self._engine.position_at(moment)
        elsewhere = position is None or position.auditioning or position.performing
        return None if elsewhere or self._stand_in is not None else position

    def bar_line_after(self, moment: float) -> float | None:
        """When the first bar line after `moment` (perf_counter) sounds; None when stopped."""
        return self._engine.bar_line_after(moment)

    def began_at(self) -> float | None:
        """When the first step after the count-in sounds, or did; to be asked when `began` tells."""
        return self._engine.began_at()

    def mark_played(self, passes: int, step: int, drum: Drum) -> None:
        """What is about to be put into a cell has just been struck: it does not sound again in this pass."""
        self._engine.mark_played(passes, step, drum)

    def to_start(self) -> None:
        """Go back to the first step."""
        self._engine.locate(0)

    def panic(self) -> None:
        """Stop and silence everything."""
        self._engine.panic()

    def strike(self, drum: Drum, velocity: int) -> None:
        """Let one drum be heard."""
        self._engine.strike(drum, velocity)

    def audition(self, pattern: Pattern | None, step: int | None = 0) -> None:
        """Play `pattern` from the next bar line on, beginning at `step`, or with None there going on where
        what is heard is; no pattern goes back."""
        if pattern is None:
            self._engine.audition(None)
        else:
            self.auditioned.emit(pattern)
            self._engine.audition(pattern, step)

    def set_loop(self, on: bool) -> None:
        """Loop or stop at the end."""
        self.loop = on
        self._settings.set("loop", on)
        self._engine.set_loop(on or self._held)
        self._transport.show_loop(on)

    def toggle_loop(self) -> None:
        """Loop or not."""
        self.set_loop(not self.loop)

    def toggle_click(self) -> None:
        """Click or not."""
        self._transport.click.set_on(not self._transport.click.on)
        self._set_click(self._transport.click.on)

    def select_output(self, choice: OutputChoice) -> None:
        """Play into `choice` from now on, at the next start too."""
        self._settings.set(
            "output",
            {
                "kind": choice.kind,
                "name": choice.name,
                "label": choice.label.removeprefix("missing: "),
            },
        )
        self._engine.select_output(self._with_options(choice))
        self._show_output()

    def be_silent(self) -> None:
        """Play without sound: everything else goes on."""
        self.select_output(SILENCE)

    def set_soundfont(self, path: Path | None) -> None:
        """Use another soundfont; None is the shipped kit."""
        self.soundfont = path
        self._settings.set("soundfont", "" if path is None else str(path))
        self._engine.set_soundfont(path)
        self._show_output()

    def rescan(self) -> None:
        """Look for outputs again."""
        self._told = ""
        self._engine.rescan()

    def _set_click(self, on: bool) -> None:
        self._settings.set("click", on)
        self._engine.set_click(on)

    def _set_count_in(self, bars: int) -> None:
        self._settings.set("count_in", bars)
        self._engine.set_count_in(bars)

    def _set_level(self, level: float) -> None:
        self._engine.set_level(level)

    def remember(self) -> None:
        """Keep what is not kept as it changes."""
        self._settings.set("level", self._transport.level.value())

    def _project_changed(self, project: Project) -> None:
        self._engine.set_project(self._sounding(project))

    def _sounding(self, project: Project) -> Project:
        """What is played of `project`."""
        return project if self._stand_in is None else project.with_pattern(self._stand_in)

    def _on_event(self, event: EngineEvent) -> None:
        if event in (EngineEvent.OUTPUT, EngineEvent.CHOICES):
            self._show_output()
        playing = self._engine.playing
        if playing and not self._timer.isActive():
            self._timer.start()
        if playing != self._was_playing:
            self._was_playing = playing
            self._transport.show_playing(playing)
            if playing:
                self.began.emit()
            else:
                self._timer.stop()
                self._let_go()
                self.moved.emit(None)
                self.performed.emit(None)

    def _let_go(self) -> None:
        """What was played instead of the pattern is over."""
        if self._stand_in is not None:
            self._stand_in = None
            self._engine.set_project(self._document.project)

    def _show_output(self) -> None:
        engine = self._engine
        status = engine.status
        kit = self.soundfont.stem if self.soundfont and engine.choice.kind == "synth" else ""
        self._transport.show_outputs(engine.choices(), engine.choice, status, kit)
        self._status.show_output(status)
        failed = status.state is OutputState.FAILED
        if failed and status.message != self._told:
            self.output_failed.emit(status.message)
        self._told = status.message if failed else ""

    def _frame(self) -> None:
        position: Position | None = self._engine.position()
        if position is None:
            return
        if position.performing:
            if self._performance is not None:
                self._transport.show_position(position, self._performance.grid)
            self.performed.emit(position)
            return
        grid = (self._stand_in or self._document.pattern).grid
        self._transport.show_position(position, grid)
        self.moved.emit(position)


def _nothing() -> bool:
    return False
