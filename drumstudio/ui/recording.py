"""Recording in the window: from the record button to a take, or into the pattern that plays."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu

from drumstudio.app.jobs import JobControl
from drumstudio.app.takes.entry import Entered, Entry
from drumstudio.app.takes.recording import Recorder, RecordingRequest
from drumstudio.app.takes.store import KeptTake
from drumstudio.domain.pattern import Pattern
from drumstudio.domain.take import Arrival
from drumstudio.engine.facade import Position
from drumstudio.midi.inputs import InputState
from drumstudio.ui.bridge import Background
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.record_options import MODES, OptionMemory, RecordMode, RecordOptions
from drumstudio.ui.recording_strip import Progress, RecordingStrip
from drumstudio.ui.transport_bar import TransportBar

TAIL = 0.3  # seconds after the last bar in which note-offs and a late last stroke may come
AHEAD = 0.06  # seconds before it would sound that an old hit is replaced
_GLANCE = 100  # milliseconds between looks at a recording


class Recording(QObject):
    """Records what the chosen e-kit plays; one recording at a time.

    All that arrives becomes a take.  In the looping modes strokes go into the pattern that plays as well,
    each pass one step of the history.  Signals: `kept(KeptTake)` when a take is there, `changed()` when
    a recording begins or ends.
    """

    kept = Signal(object)
    changed = Signal()

    def __init__(self, desk: Desk, transport: TransportBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._transport, self._playing = desk, transport, desk.playing
        self._quick = Background(desk.bridge, self, quick=True)
        self._quick.failed.connect(self._failed)
        self.memory = OptionMemory(desk.settings, self)
        self.strip = RecordingStrip()
        self._recorder: Recorder | None = None
        self._options = RecordOptions()
        self._entry: Entry | None = None
        self._plays = False  # whether playing was begun for the recording
        self._ends = False  # whether the recording ends when playing does
        self._awaits: Callable[[], None] | None = None  # what is to follow once playing has stopped
        self._number = 0
        self._problem = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_GLANCE)
        self._timer.timeout.connect(self._glance)
        self.strip.stop_asked.connect(self.stop)
        transport.record_asked.connect(self.toggle)
        transport.record.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        transport.record.customContextMenuRequested.connect(self._open_menu)
        self.memory.changed.connect(self._show_mode)
        desk.bridge.recording_event.connect(self._came)
        self._playing.interrupt = self._interrupt
        self._playing.began.connect(self._place)
        self._playing.moved.connect(self._moved)
        self._show_mode()

    @property
    def active(self) -> bool:
        """Whether something is recorded."""
        return self._recorder is not None

    @property
    def busy(self) -> bool:
        """Whether a recording is being begun or kept."""
        return self._quick.busy

    @property
    def origin(self) -> float | None:
        """First bar line of what is recorded, in seconds of perf_counter; None until it is known."""
        return None if self._recorder is None else self._recorder.origin

    @property
    def heard(self) -> tuple[int, int]:
        """How many messages and how many strokes of what is recorded have come."""
        return (0, 0) if self._recorder is None else (self._recorder.messages, self._recorder.strokes)

    @property
    def key(self) -> str:
        """The key that records, for people."""
        return self._transport.record_key

    def choose_kit(self) -> None:
        """Offer the e-kits there are."""
        self._transport.kit.open_menu()

    def toggle(self) -> None:
        """Record, or stop recording."""
        if self.active:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Record as the options say, from the next bar line or, without click, the first stroke."""
        status = self._desk.kit.status
        choose = (("Choose an e-kit", self.choose_kit),)
        if not status.name:
            text = "There is no e-kit to record from: plug one in and choose it."
            self._desk.told.emit(Message(text, "error", choose))
            return
        if status.state is InputState.MISSING:
            text = f"{status.name} is not there: plug it in and switch it on, or choose another e-kit."
            self._desk.told.emit(Message(text, "error", choose))
            return
        self._options = options = self.memory.options
        project = self._desk.document.project
        bars = options.bars if options.mode is RecordMode.BARS else 0
        request = RecordingRequest(self._playing.qpm, project.pattern.grid.meter, bars)
        recorder = self._recorder = Recorder(request, self._desk.kit, self._desk.bridge.recording_event.emit)
        self._quick.run(partial(_begin, recorder), partial(self._begun, recorder), self._not_begun)
        self._number += 1
        self._problem = ""
        self._transport.show_recording(True)
        title = {
            RecordMode.OVERDUB: "Recording into the pattern",
            RecordMode.REPLACE: "Replacing the pattern",
        }
        self.strip.begin(title.get(options.mode, "Recording a take"), status.name)
        self.changed.emit()

    def stop(self) -> None:
        """End the recording and keep it."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.end()
        self._timer.stop()
        self._entry = self._awaits = None
        self._ends = False
        self.strip.hide()
        self._transport.show_recording(False)
        self._playing.hold_loop(False)
        if self._plays and not self._options.mode.loops:
            self._playing.stop()
        self._quick.run(partial(_finish, recorder), self._finished)
        self.changed.emit()

    def close(self) -> None:
        """Keep what is being recorded and end the thread."""
        self.stop()
        self._quick.close()

    # -- from the button to the first bar line

    def _begun(self, recorder: Recorder, _nothing: object) -> None:
        if self._recorder is not recorder:
            return  # stopped meanwhile
        self._timer.start()
        if self._options.mode.loops:
            kit = self._desk.kit
            replaces = self._options.mode is RecordMode.REPLACE
            self._entry = Entry(kit.kit.drum_map, kit.cleaning, self._options.strength, replaces)
        performing = self._playing.performing
        clicking = self._transport.click.on or self._desk.settings.get("count_in", 0)
        self._plays = performing or not self._playing.playing
        if performing:
            self._awaits = self._play
            self._playing.stop()
        elif self._playing.playing:
            self._ends = True
            self._playing.hold_loop(True)
            line = self._playing.bar_line_after(time.perf_counter())
            if line is not None:
                recorder.place(line)
        elif clicking or self._options.mode.loops or self._options.along:
            self._play()

    def _play(self) -> None:
        """Have the click, or the pattern, begin; its first bar line is that of the take."""
        pattern = self._desk.document.pattern
        silent = not (self._options.mode.loops or self._options.along)
        self._playing.run(Pattern(pattern.grid, pattern.bars, swing=pattern.swing) if silent else None)

    def _place(self) -> None:
        self._ends = self.active
        if self._recorder is not None and self._plays:
            origin = self._playing.began_at()
            if origin is not None:
                self._recorder.place(origin)

    def _not_begun(self, sentence: str) -> None:
        self._recorder = None
        self.strip.hide()
        self._transport.show_recording(False)
        self._failed(sentence)
        self.changed.emit()

    # -- while it runs

    def _came(self, arrival: Arrival) -> None:
        """Something arrived: in a loop it goes into the pattern at once."""
        if self._entry is not None:
            changes = self._entry.strike(arrival, self._desk.document.pattern, self._playing.place_at)
            self._enter(changes)

    def _moved(self, position: Position | None) -> None:
        if position is None:
            if self._awaits is not None:
                follows, self._awaits = self._awaits, None
                follows()
            elif self._ends:
                self.stop()
        elif self._entry is not None and not position.auditioning:
            document = self._desk.document
            steps = AHEAD * self._playing.qpm / 60.0 * document.pattern.grid.steps_per_quarter
            self._enter(self._entry.pass_on(document.pattern, position, steps))

    def _enter(self, changes: list[Entered]) -> None:
        for change in changes:
            for step, drum in change.played:
                self._playing.mark_played(change.passes, step, drum)
            key = ("recording", self._number, change.passes)
            self._desk.document.edit(change.pattern, f"Record, pass {change.passes + 1}", key)

    def _glance(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        request = recorder.request
        bar = float(request.meter.quarters) * 60.0 / request.qpm
        origin = recorder.origin
        since = None if origin is None else time.perf_counter() - origin
        if since is not None and request.bars and since >= request.bars * bar + TAIL:
            self.stop()
            return
        begun = since is not None and since >= 0.0
        count = int(since // bar) + 1 if since is not None and begun else 0
        count = min(count, request.bars) if request.bars else count
        seconds = since if begun else None
        gone = self._desk.kit.status.state is InputState.MISSING
        problem = recorder.problem or ""
        if problem != self._problem:
            self._problem = problem
            self._failed(problem)
        progress = Progress(count, request.bars, recorder.strokes, seconds, gone, problem)
        self.strip.show_progress(progress)

    def _interrupt(self) -> bool:
        """What Space does while something is recorded: stop it, and what plays."""
        if not self.active:
            return False
        self.stop()
        self._playing.stop()
        return True

    # -- afterwards

    def _finished(self, kept: KeptTake | None) -> None:
        if kept is None:
            name = self._desk.kit.status.name or "the e-kit"
            text = f"{name} played nothing, so there is no take: check its cable, or choose another e-kit."
            choices = (("Choose an e-kit", self.choose_kit),)
            self._desk.told.emit(Message(text, "error", choices))
            return
        self._desk.takes_changed.emit()
        self.kept.emit(kept)
        text = f"{kept.name} is kept."
        show = (("Show it", partial(self._desk.page_wanted.emit, "takes")),)
        self._desk.told.emit(Message(text, choices=show))

    def _failed(self, sentence: str) -> None:
        if sentence:
            self._desk.told.emit(Message(sentence, "error"))

    # -- the options at the button

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self._transport.record)
        menu.setAccessibleName("How to record")
        self.memory.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._transport.record.mapToGlobal(at))

    def _show_mode(self) -> None:
        options = self.memory.options
        words = MODES[options.mode]
        self._transport.describe_record(words)


def _begin(recorder: Recorder, _control: JobControl) -> None:
    recorder.begin()


def _finish(recorder: Recorder, _control: JobControl) -> KeptTake | None:
    return recorder.finish()
