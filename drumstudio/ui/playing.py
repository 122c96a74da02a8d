"""Playing: the engine on one side, the document and the transport bar on the other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.project import Project
from drumstudio.engine.devices import SILENCE, SYNTH
from drumstudio.engine.facade import Engine, EngineEvent, OutputChoice, Position
from drumstudio.engine.outputs import OutputState
from drumstudio.settings import Settings
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.document import Document
from drumstudio.ui.status_bar import StatusBar
from drumstudio.ui.transport_bar import TransportBar

_FRAME = 16  # milliseconds


class Playing(QObject):
    """Carries the user's wishes to the engine and shows what it does.

    Signals: `moved(Position | None)` once a frame while playing and once when stopped,
    `output_failed(sentence)` when the output needs the user.
    """

    moved = Signal(object)
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
            kind, name, label, drum_map = (
                str(kept.get(key, "")) for key in ("kind", "name", "label", "drum_map")
            )
            choice = OutputChoice(kind, name, label, drum_map)
        self._engine.select_output(choice)

    @property
    def playing(self) -> bool:
        """Whether the engine plays."""
        return self._engine.playing

    def toggle(self) -> None:
        """Play or stop."""
        if self._engine.playing:
            self._engine.stop()
        else:
            self._engine.play()

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
            self._engine.audition(pattern, step)

    def set_loop(self, on: bool) -> None:
        """Loop or stop at the end."""
        self.loop = on
        self._settings.set("loop", on)
        self._engine.set_loop(on)
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
                "drum_map": choice.drum_map,
            },
        )
        self._engine.select_output(choice)
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
        self._engine.set_project(project)

    def _on_event(self, event: EngineEvent) -> None:
        if event in (EngineEvent.OUTPUT, EngineEvent.CHOICES):
            self._show_output()
        playing = self._engine.playing
        if playing and not self._timer.isActive():
            self._timer.start()
        if playing != self._was_playing:
            self._was_playing = playing
            self._transport.show_playing(playing)
            if not playing:
                self._timer.stop()
                self.moved.emit(None)

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
        if position is not None:
            self._transport.show_position(position, self._document.pattern.grid)
            self.moved.emit(position)
