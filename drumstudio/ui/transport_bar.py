"""The top bar: playing, tempo, meter, grid, swing, click, output and level."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.tapping import TapTempo
from drumstudio.domain import edits
from drumstudio.domain.project import Project
from drumstudio.domain.timing import GRIDS, MAX_QPM, MAX_SWING, MIN_QPM, MIN_SWING, Grid, Meter
from drumstudio.engine.facade import ClockState, OutputChoice, Position
from drumstudio.engine.outputs import OutputStatus
from drumstudio.ui.buttons import IconButton
from drumstudio.ui.document import Document
from drumstudio.ui.fields import HEIGHT, ChoiceField, Field, ToggleField
from drumstudio.ui.kit.picker import KitField
from drumstudio.ui.number_field import NumberField
from drumstudio.ui.status_bar import LIGHTS

TEMPO_TIP = "Drag, wheel or type; Shift drags finely"
METERS = tuple(
    Meter(n, d)
    for n, d in ((2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (7, 4), (5, 8), (6, 8), (7, 8), (9, 8), (12, 8))
)


class TransportBar(QFrame):
    """Edits the document where a control is part of the project; tells of everything else.

    Signals: `start_asked()`, `play_asked()`, `loop_toggled(bool)`, `click_toggled(bool)`,
    `count_in_picked(bars)`, `output_picked(OutputChoice)`, `level_changed(0..1)`, `record_asked()`,
    `kit_picked(name)`, "" for no e-kit.
    """

    start_asked = Signal()
    play_asked = Signal()
    loop_toggled = Signal(bool)
    click_toggled = Signal(bool)
    count_in_picked = Signal(int)
    output_picked = Signal(object)
    level_changed = Signal(float)
    record_asked = Signal()
    kit_picked = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._taps = TapTempo()
        self._external: ClockState | None = None
        self._play_key = self._loop_key = self._record_key = self._record_note = ""
        self._recording = False
        self.setProperty("panel", True)
        self.setProperty("edge", "bottom")
        self.setAccessibleName("Transport")
        self.to_start = IconButton("to_start", "Back to the start")
        self.play = IconButton("play", "Play")
        self.record = IconButton("record", "Record")
        self.loop = IconButton("loop", "Loop")
        self.position = _Position("Position", "Position: bar, beat, step", 84)
        self.tempo = NumberField(
            "Tempo", "Tempo in beats a minute", 78, MIN_QPM, MAX_QPM, 1.0, lambda v: f"{v:.1f}", _number
        )
        self.tap = QPushButton("TAP")
        self.meter = ChoiceField("Meter", "Meter", 72)
        self.grid = ChoiceField("Grid", "Step of the grid", 84)
        self.swing = NumberField(
            "Swing", "Swing", 68, MIN_SWING * 100, MAX_SWING * 100, 1.0, lambda v: f"{v:.0f}%", _number
        )
        self.click = ToggleField("Click", "Click", 56)
        self.count_in = ChoiceField("Count-in", "Count-in", 88)
        self.output = ChoiceField("Output", "Output", 130)
        self.kit = KitField(110)
        self.level = QSlider(Qt.Orientation.Horizontal)
        self._build()
        self._connect()
        self.show_playing(False)
        self.show_recording(False)
        self.show_project(document.project)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 14, 9)
        row.setSpacing(8)
        self.tap.setFixedSize(44, HEIGHT)
        self.tap.setProperty("kind", "tap")
        self.tap.setAccessibleName("Tap the tempo")
        self.tempo.setToolTip(TEMPO_TIP)
        self.swing.setToolTip("Share of a pair that its first step takes; 50% is straight, 67% a shuffle")
        for field, width in ((self.output, 280), (self.kit, 220)):
            field.value_pixels = 13
            field.setMaximumWidth(width)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count_in.set_options([("Off", 0), ("1 bar", 1), ("2 bars", 2)])
        self.count_in.set_value(0)
        for widget in (
            self.to_start, self.play, self.record, self.loop, self.position, self.tempo, self.tap,
            self.meter, self.grid, self.swing, self.click, self.count_in,
        ):  # fmt: skip
            row.addWidget(widget)
        row.addStretch(0)
        row.addWidget(self.output, 1)
        row.addWidget(self.kit, 1)
        row.addWidget(self._level_box())

    def _level_box(self) -> QWidget:
        box = QFrame()
        box.setProperty("field", True)
        box.setFixedSize(104, HEIGHT)
        inside = QVBoxLayout(box)
        inside.setContentsMargins(10, 4, 10, 4)
        inside.setSpacing(0)
        label = QLabel("MASTER")
        label.setProperty("role", "caption")
        label.setBuddy(self.level)
        self.level.setRange(0, 100)
        self.level.setValue(80)
        self.level.setAccessibleName("Master level")
        self.level.setToolTip("Master level")
        self.level.setProperty("kind", "level")
        inside.addWidget(label)
        inside.addWidget(self.level)
        return box

    def _connect(self) -> None:
        self.to_start.clicked.connect(self.start_asked)
        self.play.clicked.connect(self.play_asked)
        self.loop.clicked.connect(self._loop_clicked)
        self.tempo.edited.connect(self._tempo_edited)
        self.tap.clicked.connect(self.tap_tempo)
        self.meter.picked.connect(self._meter_picked)
        self.grid.picked.connect(self._grid_picked)
        self.swing.edited.connect(self._swing_edited)
        self.click.toggled.connect(self.click_toggled)
        self.count_in.picked.connect(self._count_in_picked)
        self.output.picked.connect(self.output_picked)
        self.kit.picked.connect(self.kit_picked)
        self.record.clicked.connect(self.record_asked)
        self.level.valueChanged.connect(self._level_moved)
        self._document.changed.connect(self.show_project)

    def show_project(self, project: Project) -> None:
        """Show tempo, meter, grid and swing of the pattern on screen."""
        grid = project.pattern.grid
        self.tempo.set_value(project.qpm)
        self.show_external(self._external)
        self.meter.set_options([(str(meter), meter) for meter in dict.fromkeys((*METERS, grid.meter))])
        self.meter.set_value(grid.meter)
        self.grid.set_options([(label, steps) for steps, label in GRIDS.items() if _fits(grid.meter, steps)])
        self.grid.set_value(grid.steps_per_quarter)
        self.swing.set_value(project.pattern.swing * 100)
        self.swing.setEnabled(not grid.triplet and grid.steps_per_quarter > 1)

    def show_external(self, clock: ClockState | None) -> None:
        """Show the tempo of a clock that is followed in place of the project's, or with None that again."""
        self._external = clock
        self.tempo.setEnabled(clock is None)
        self.tap.setEnabled(clock is None)
        if clock is None:
            self.tempo.show_caption("Tempo")
            self.tempo.set_value(self.tempo.value)
            self.tempo.setToolTip(TEMPO_TIP)
            return
        self.tempo.show_caption("External")
        known = "…" if clock.qpm is None else f"{clock.qpm:.1f}"
        self.tempo.show_text(known, dim=clock.lost or clock.qpm is None)
        doing = (
            "is lost" if clock.lost else "runs" if clock.running else "waits" if clock.qpm else "is awaited"
        )
        self.tempo.setToolTip(
            f"The clock of {clock.source or 'the e-kit'} {doing}; the project keeps {self.tempo.value:.1f}"
        )

    def show_keys(self, play: str, loop: str, to_start: str, tap: str, record: str) -> None:
        """Write the keys in force into the tooltips."""
        self._play_key, self._loop_key, self._record_key = play, loop, record
        self._describe_record()
        self.play.describe(self.play.accessibleName(), play)
        self.loop.describe(self.loop.accessibleName(), loop)
        self.to_start.describe("Back to the start", to_start)
        self.tap.setToolTip(f"Tap the tempo ({tap})" if tap else "Tap the tempo")

    @property
    def record_key(self) -> str:
        """The key of the record button."""
        return self._record_key

    def show_playing(self, playing: bool) -> None:
        """Turn the play button into a stop button and back."""
        if playing:
            self.play.show_icon("stop", "text", "go_ground")
            self.play.describe("Stop", self._play_key)
        else:
            self.play.show_icon("play", "text", "go_ground")
            self.play.describe("Play", self._play_key)
            self.position.show_text("1.1.1", dim=True)

    def show_recording(self, recording: bool) -> None:
        """Light the record button while something is recorded."""
        self._recording = recording
        self.record.show_icon("record", "on_lit" if recording else "bad", "bad" if recording else None)
        self._describe_record()

    def describe_record(self, note: str) -> None:
        """Say at the record button how it records."""
        self._record_note = note
        self._describe_record()

    def _describe_record(self) -> None:
        self.record.describe("Stop recording" if self._recording else "Record", self._record_key)
        if self._record_note and not self._recording:
            self.record.setAccessibleDescription(self._record_note)
            self.record.setToolTip(f"{self.record.toolTip()}: {self._record_note}. Right click for more")

    def show_position(self, position: Position | None, grid: Grid) -> None:
        """Show bar, beat and step; what is left of a count-in as negative beats."""
        if position is None:
            return
        if position.counting_in:
            beats = Fraction(-position.step).limit_denominator(1000) / grid.steps_per_beat
            self.position.show_text(f"-{max(1, -int(-beats // 1))}", dim=True)
        else:
            self.position.show_text(".".join(str(n) for n in grid.position(int(position.step))))

    def show_loop(self, on: bool) -> None:
        """Show whether playing loops."""
        self.loop.setCheckable(True)
        self.loop.setChecked(on)
        self.loop.show_icon("loop", "primer" if on else "text_faint")
        self.loop.describe("Loop is on" if on else "Loop is off", self._loop_key)

    def show_outputs(
        self, choices: Sequence[OutputChoice], chosen: OutputChoice, status: OutputStatus, kit: str = ""
    ) -> None:
        """Offer `choices` and show the state of the chosen one, under the name of its `kit` if given."""
        self.output.set_options([(choice.label or choice.name, choice) for choice in choices])
        self.output.set_value(chosen)
        label = kit or chosen.label or chosen.name
        self.output.show_text(label, light=LIGHTS[status.state])
        self.output.setAccessibleDescription(f"{label}, {status.state}")
        self.output.setToolTip(status.message or f"{label}: {status.state}")

    def tap_tempo(self) -> None:
        """Take a tap at this moment."""
        grid = self._document.pattern.grid
        qpm = self._taps.tap(time.perf_counter(), float(grid.meter.beat_quarters))
        if qpm is not None:
            self._apply_tempo(round(qpm, 1), ("tempo", "tap"))

    def _tempo_edited(self, value: float, gesture: int) -> None:
        self._apply_tempo(round(value, 2), ("tempo", gesture))

    def _apply_tempo(self, qpm: float, merge: tuple[str, object]) -> None:
        self._document.apply(replace(self._document.project, qpm=qpm), "Tempo", merge)

    def _swing_edited(self, value: float, gesture: int) -> None:
        pattern = edits.set_swing(self._document.pattern, round(value / 100, 3))
        self._document.edit(pattern, "Swing", ("swing", gesture))

    def _meter_picked(self, meter: Meter) -> None:
        pattern = self._document.pattern
        wanted = (pattern.grid.steps_per_quarter, 4, 2, 8)
        steps = next((s for s in wanted if _fits(meter, s)), None)
        if steps is not None:
            self._document.edit(edits.set_grid(pattern, Grid(meter, steps)), f"Meter {meter}")

    def _grid_picked(self, steps: int) -> None:
        pattern = self._document.pattern
        grid = Grid(pattern.grid.meter, steps)
        self._document.edit(edits.set_grid(pattern, grid), f"Grid {grid.label}")

    def _count_in_picked(self, bars: int) -> None:
        self.count_in.set_value(bars)
        self.count_in_picked.emit(bars)

    def _loop_clicked(self) -> None:
        self.show_loop(self.loop.isChecked())
        self.loop_toggled.emit(self.loop.isChecked())

    def _level_moved(self, value: int) -> None:
        self.level_changed.emit(value / 100)


class _Position(Field):
    """Only shows; it takes no focus."""

    def __init__(self, caption: str, name: str, width: int) -> None:
        super().__init__(caption, name, width)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, False)


def _fits(meter: Meter, steps_per_quarter: int) -> bool:
    return (meter.quarters * steps_per_quarter).denominator == 1


def _number(text: str) -> float:
    return float(text.strip().rstrip("%").replace(",", "."))
