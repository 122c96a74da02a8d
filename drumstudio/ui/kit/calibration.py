"""Calibration: play to the click, and the program learns how late the kit is."""

from __future__ import annotations

import time
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from drumstudio.app.kit.calibration import BARS, BEATS, CLICK_PATTERN, LEAD_BARS, Measured, measured
from drumstudio.app.kit.ekit import KitState, KitStroke
from drumstudio.domain.take import Arrival
from drumstudio.engine.facade import Engine, EngineEvent
from drumstudio.engine.outputs import OutputState
from drumstudio.midi.inputs import InputState
from drumstudio.midi.ports import is_electronic_kit
from drumstudio.ui import theme
from drumstudio.ui.desk import Desk
from drumstudio.ui.grid.cells import faded
from drumstudio.ui.kit.sheet import KitSheet, button, input_label, label
from drumstudio.ui.shortcuts import Keymap

_FRAME_MS = 50
_STUMBLE = 0.005  # seconds by which a click may be off before it has stumbled
_STUMBLED = "The click stumbled: the tempo was changed, or the machine was too busy. Play it again."
_WIDEST = 0.12  # seconds at either end of the picture


class Stage(StrEnum):
    """How far a calibration is."""

    READY = "ready"
    PLAYING = "playing"
    DONE = "done"


class LatenessView(QWidget):
    """Each stroke by how late it was: a dot on a line from early to late, and their median."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured: Measured | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Strokes by how late they were")

    def sizeHint(self) -> QSize:
        """A strip."""
        return QSize(420, 92)

    def show_measured(self, found: Measured | None) -> None:
        """Show what was measured so far."""
        self._measured = found
        late = [] if found is None else [f"{each * 1000:.0f}" for each in found.late]
        self.setAccessibleDescription(f"{len(late)} strokes, in milliseconds: {', '.join(late)}")
        self.update()

    def _x(self, seconds: float) -> float:
        share = max(-1.0, min(1.0, seconds / _WIDEST))
        return self.width() / 2 + share * (self.width() / 2 - 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, its scale, the strokes and the median."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        painter.setPen(QPen(QColor(colours.border), 1.0))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 7, 7)
        middle = 40.0
        painter.setFont(theme.font(11))
        for milliseconds in (-100, -50, 0, 50, 100):
            x = self._x(milliseconds / 1000)
            painter.setPen(QPen(QColor(colours.border_strong if milliseconds == 0 else colours.border), 1.0))
            painter.drawLine(int(x), 12, int(x), 66)
            painter.setPen(QColor(colours.text_muted))
            words = "the click" if milliseconds == 0 else f"{milliseconds:+d} ms"
            painter.drawText(int(x) - 40, 70, 80, 16, Qt.AlignmentFlag.AlignCenter, words)
        found = self._measured
        if found is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            for index, late in enumerate(found.late):
                painter.setBrush(faded(QColor(colours.primer), 0.75))
                painter.drawEllipse(int(self._x(late)) - 4, int(middle + (index % 5 - 2) * 7) - 4, 8, 8)
            if found.latency is not None:
                x = int(self._x(found.latency))
                painter.setPen(QPen(QColor(colours.go), 2.5))
                painter.drawLine(x, 10, x, 66)
        painter.end()


class CalibrationSheet(KitSheet):
    """Plays a bar of click to listen to and some to play to; Apply keeps the median for this input.

    `began` is when the click began to sound, in seconds of perf_counter, None before; `stumbled` tells
    that it did not go on evenly, so that nothing can be measured against it.
    """

    def __init__(self, desk: Desk, engine: Engine, keymap: Keymap, parent: QWidget) -> None:
        super().__init__("Calibrate", desk, keymap, parent)
        self._engine = engine
        self._state = self.kit.state
        self.stage = Stage.READY
        self.found: Measured | None = None
        self.stumbled = False
        self._arrivals: list[Arrival] = []
        self._clicking = False
        self.began: float | None = None
        self._qpm = 120.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._frame)
        self.wish = label(role="wish", wrap=True)
        self.wish.setAccessibleName("What to do")
        self.note = label(role="hint", wrap=True)
        self.view = LatenessView()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, (LEAD_BARS + BARS) * BEATS)
        self.progress.setAccessibleName("Beats of the click")
        self.outcome = label(wrap=True)
        self.outcome.setAccessibleName("What was measured")
        self.start = button("Start the click", self.begin, "A bar to listen to, then four to play to", "go")
        self.apply = button("Apply", self._apply, "Take this off every stroke of this kit from now on")
        self.reset = button("No offset", self._reset, "Take nothing off")
        row = QHBoxLayout()
        row.setSpacing(8)
        for each in (self.start, self.apply, self.reset):
            each.setFixedHeight(32)
            row.addWidget(each)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 16)
        whole.setSpacing(10)
        for part in (self.wish, self.note, self.progress, self.view, self.outcome):
            whole.addWidget(part)
        whole.addLayout(row)
        self.note.setMinimumHeight(36)
        self.outcome.setMinimumHeight(36)
        self.setFixedWidth(500)
        desk.bridge.engine_event.connect(self._on_engine)

    # -- what is played

    def begin(self) -> None:
        """Play the click."""
        if self._silence():
            self._show()
            return
        self.found, self.stumbled = None, False
        self._arrivals.clear()
        self.listen(self._arrivals.append)
        self.began = None
        self._qpm = self.desk.document.project.qpm
        self.stage = Stage.PLAYING
        self._engine.set_click(True)
        self._clicking = False
        if self._engine.playing:
            self._engine.stop()  # the click begins when it has
        else:
            self._click()
        self._show()

    def _click(self) -> None:
        self._clicking = True
        self._engine.audition(CLICK_PATTERN)
        self._timer.start()

    def _end(self) -> None:
        """Stop the click and go back to how it was."""
        self._timer.stop()
        self.listen_no_longer()
        self.stage = Stage.DONE
        self._engine.stop()
        self._engine.set_click(self.desk.settings.get("click", False))
        self._show()

    def _on_engine(self, event: EngineEvent) -> None:
        if self.stage is Stage.PLAYING:
            if event is EngineEvent.PLAYING and self._clicking and self.began is None:
                self.began = self._engine.began_at()
            elif event is EngineEvent.STOPPED:
                if not self._clicking:
                    self._click()
                elif self.began is not None:
                    self._end()
        elif event is EngineEvent.OUTPUT:
            self._show()

    def _frame(self) -> None:
        if self.began is None:
            return
        kit = self.kit.kit.drum_map
        self.found = measured(tuple(self._arrivals), self.began, self._qpm, kit)
        now = time.perf_counter()
        beats = (now - self.began) * self._qpm / 60.0
        line = self._engine.bar_line_after(now)
        if line is not None and off_beat(line - self.began, self._qpm) > _STUMBLE:
            self.stumbled, self.found = True, None
            self._end()
            return
        self.progress.setValue(max(0, min(self.progress.maximum(), int(beats) + 1)))
        self._show()
        if beats > (LEAD_BARS + BARS) * BEATS:
            self._end()

    def done(self, result: int) -> None:
        """Stop the click."""
        if self.stage is Stage.PLAYING:
            self._end()
        super().done(result)

    # -- what is shown and kept

    def show_state(self, state: KitState) -> None:
        """The input came or went."""
        self._state = state
        self._show()

    def take_stroke(self, stroke: KitStroke) -> None:
        """Strokes are read from what arrived, by their stamps."""

    def _silence(self) -> str:
        """Why no click would be heard, "" where it is."""
        choice, status = self._engine.choice, self._engine.status
        if choice.kind == "none":
            return "There is no sound to play to: choose an output first."
        clicks = choice.options.click
        if choice.kind == "midi" and (is_electronic_kit(choice.name) if clicks is None else not clicks):
            return "No click goes to this output: let it have one (MIDI, Output), or choose another."
        if self._engine.external is not None:
            return "Playing follows a MIDI clock: go back to the tempo of the project first (MIDI menu)."
        if status.state is not OutputState.READY:
            return status.message or "The output is not ready yet."
        if self._state.status.state is not InputState.READY:
            return self._state.status.message or f"{input_label(self._state)} is being opened …"
        return ""

    def _show(self) -> None:
        silence = self._silence() if self.stage is not Stage.PLAYING else ""
        found, playing = self.found, self.stage is Stage.PLAYING
        beats = self.progress.value() if playing else 0
        if playing:
            listening = beats <= LEAD_BARS * BEATS
            self.wish.setText("Listen …" if listening else "Hit a pad on every click")
        else:
            self.wish.setText("Play to the click")
        offset = self.kit.latency * 1000
        self.note.setText(
            silence
            or f"One bar to listen to, then {BARS} bars: hit any pad on every click, as evenly as you can. "
            f"Now {offset:.0f} ms are taken off."
        )
        self.progress.setValue(beats)
        self.view.show_measured(found)
        words = "" if found is None else result_words(found, playing)
        self.outcome.setText(_STUMBLED if self.stumbled else words)
        self.start.setText("Again" if self.stage is Stage.DONE else "Start the click")
        self.start.setEnabled(not playing and not silence)
        self.apply.setEnabled(not playing and found is not None and found.latency is not None)
        self.reset.setEnabled(not playing and self.kit.latency != 0.0)

    def _apply(self) -> None:
        if self.found is not None and self.found.latency is not None:
            self.kit.set_latency(self.found.latency)
            name = input_label(self._state)
            self.hinted.emit(f"{self.found.latency * 1000:.0f} ms are taken off every stroke on {name}")
            self.accept()

    def _reset(self) -> None:
        self.kit.set_latency(0.0)
        self._show()


def off_beat(seconds: float, qpm: float) -> float:
    """How far a moment so long after the first beat is from the nearest bar line, in seconds."""
    bar = BEATS * 60.0 / qpm
    return abs(seconds - bar * round(seconds / bar))


def result_words(found: Measured, playing: bool) -> str:
    """What was measured, in a sentence."""
    count = len(found.late)
    if found.latency is None:
        if not count and found.unmapped:
            return "What you hit means no drum: set the kit up first."
        if playing:
            return f"{count} strokes so far."
        return f"{count} strokes came; {found.missing} more are needed. Play it again."
    middle = f"{abs(found.latency) * 1000:.0f} ms {'late' if found.latency >= 0 else 'early'}"
    around = f"half of them within ±{found.spread * 1000:.0f} ms of that"
    words = f"{count} strokes, in the middle {middle}, {around}."
    if found.uneven and not playing:
        return f"{words} That is uneven: once more gives a better figure."
    return words
