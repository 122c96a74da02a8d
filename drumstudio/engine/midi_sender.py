"""Child process that owns a MIDI port and sends each note and each tick of clock at its due time.

Run as `python -m drumstudio.engine.midi_sender API NAME CHANNEL GATE`; frames come in on stdin, lines go
out on stdout: `ready`, `error SENTENCE`, and `late SECONDS DUE` for every note.  It sleeps until
shortly before a note is due and then spins, with the garbage collector off and no numpy, torch
or Qt in sight.  When stdin closes, because it was told to end or because the program died, it
ends every note that sounds, stops who follows its clock, closes the hi-hat and exits.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from drumstudio.engine.midi_frames import (
    CANCEL,
    CONTROL,
    FRAME_SIZE,
    HALT,
    NOTE,
    PANIC,
    PULSE,
    SONG,
    TOUCH,
    Frame,
    unpack,
)
from drumstudio.engine.output_options import GATE
from drumstudio.midi.child import favour_this_process

SPIN = 0.0015  # seconds before the due time from which on it spins
QUIET = 0.005  # reports go out only when nothing is due for this long
# The MIDI specification wants a millisecond between start or continue and the clock that follows.
SONG_LEAD = 0.002
PEDAL, PEDAL_REST = 4, 90  # controller of the hi-hat's pedal, and where it rests: closed
OPEN_RING = 1.5  # seconds that an open hi-hat rings before its pedal goes back to rest
CLOCK, START, CONTINUE, STOP, SONG_POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
FLUSH = 0.060  # time for the system to send the last bytes before the port closes


class Wire(Protocol):
    """Where MIDI bytes go."""

    def send(self, message: list[int]) -> None:
        """Send a message now."""


class Sender:
    """Queue of orders and the notes that sound.

    `turn` does everything that is due; `next_due` says when to come back.  Notes end after `gate` seconds.
    """

    def __init__(self, wire: Wire, clock: Callable[[], float], gate: float = GATE) -> None:
        self._wire = wire
        self._clock = clock
        self._gate = gate
        self._orders: list[tuple[float, int, Frame]] = []  # heap by moment, then order of arrival
        self._open: dict[int, float] = {}  # channel whose hi-hat is open -> when its pedal goes to rest
        self._running = False  # whether followers were told to start
        self._sounding: dict[tuple[int, int], float] = {}  # (channel, note) -> when its note-off is due
        self._arrived = 0
        self.late: list[tuple[float, float]] = []  # (seconds late, due) of the notes not yet reported

    def take(self, frame: Frame) -> None:
        """Take in one order."""
        if frame.kind == CANCEL:
            self._orders = [entry for entry in self._orders if entry[2].time < frame.time]
            heapq.heapify(self._orders)
        elif frame.kind == PANIC:
            self._orders.clear()
            self.end(frame.channel)
            self._wire.send([0xB0 | frame.channel, 120, 0])
        else:
            moment = frame.time - SONG_LEAD if frame.kind == SONG else frame.time
            heapq.heappush(self._orders, (moment, self._arrived, frame))
            self._arrived += 1

    def next_due(self) -> float | None:
        """When the next order or note-off is due, None when there is nothing to do."""
        times = [*self._sounding.values(), *self._open.values()]
        if self._orders:
            times.append(self._orders[0][0])
        return min(times, default=None)

    def turn(self) -> None:
        """Send everything that is due by now, in order."""
        while self._orders and self._orders[0][0] <= self._clock():
            self._carry_out(heapq.heappop(self._orders)[2])
        now = self._clock()
        for key in [key for key, due in self._sounding.items() if due <= now]:
            self._off(key)
        for channel in [channel for channel, due in self._open.items() if due <= now]:
            self._rest(channel)

    def end(self, channel: int) -> None:
        """End every note that sounds, close the hi-hat, stop who follows, and tell the channel that all
        notes are off; cymbals ring out."""
        for key in list(self._sounding):
            self._off(key)
        for open_channel in list(self._open):
            self._rest(open_channel)
        self._halt()
        self._wire.send([0xB0 | channel, 123, 0])

    def _carry_out(self, frame: Frame) -> None:
        if frame.kind == NOTE:
            self._note(frame)
        elif frame.kind == PULSE:
            self._wire.send([CLOCK])
        elif frame.kind == CONTROL:
            self._control(frame)
        elif frame.kind == TOUCH:
            self._wire.send([0xA0 | frame.channel, frame.note, frame.velocity])
        elif frame.kind == SONG:
            self._song(frame)
        elif frame.kind == HALT:
            self._halt()

    def _note(self, frame: Frame) -> None:
        key = frame.channel, frame.note
        if key in self._sounding:
            self._off(key)
        self._wire.send([0x90 | frame.channel, frame.note, frame.velocity])
        now = self._clock()
        self._sounding[key] = now + self._gate
        self.late.append((now - frame.time, frame.time))

    def _control(self, frame: Frame) -> None:
        self._wire.send([0xB0 | frame.channel, frame.note, frame.velocity])
        if frame.note == PEDAL:
            self._open.pop(frame.channel, None)
            if frame.velocity < PEDAL_REST:
                self._open[frame.channel] = self._clock() + OPEN_RING

    def _rest(self, channel: int) -> None:
        del self._open[channel]
        self._wire.send([0xB0 | channel, PEDAL, PEDAL_REST])

    def _song(self, frame: Frame) -> None:
        """Start from the beginning, or say where to go on; a position may only be told while stopped."""
        self._halt()
        if frame.note or frame.velocity:
            self._wire.send([SONG_POSITION, frame.note, frame.velocity])
            self._wire.send([CONTINUE])
        else:
            self._wire.send([START])
        self._running = True

    def _halt(self) -> None:
        if self._running:
            self._wire.send([STOP])
        self._running = False

    def _off(self, key: tuple[int, int]) -> None:
        del self._sounding[key]
        self._wire.send([0x80 | key[0], key[1], 64])


class RtMidiWire:
    """A port opened through rtmidi; raises LookupError when it is not there."""

    def __init__(self, api: str, name: str) -> None:
        import rtmidi

        from drumstudio.midi.port_scan import APIS
        from drumstudio.midi.ports import stable_names

        number = next(key for key, word in APIS.items() if word == api)
        self._out: Any = rtmidi.MidiOut(rtapi=number, name="DrumStudio")
        names = stable_names(self._out.get_ports(), api)
        if name not in names:
            raise LookupError(name)
        self._out.open_port(names.index(name), name="drums")

    def send(self, message: list[int]) -> None:
        """Send a message now."""
        self._out.send_message(message)


def report(lines: Iterable[str]) -> None:
    """Write lines to stdout; what a reader that does not keep up has no room for is dropped."""
    with contextlib.suppress(BlockingIOError, BrokenPipeError):
        os.write(1, "".join(f"{line}\n" for line in lines).encode())


def _listen(inbox: queue.SimpleQueue[Frame | None]) -> None:
    """Put the frames that arrive on stdin into the inbox, None at its end."""
    rest = b""
    while data := os.read(0, 65536):
        rest += data
        whole = len(rest) - len(rest) % FRAME_SIZE
        for frame in unpack(rest[:whole]):
            inbox.put(frame)
        rest = rest[whole:]
    inbox.put(None)


def serve(sender: Sender, inbox: queue.SimpleQueue[Frame | None]) -> None:
    """Send until the inbox says that stdin has closed."""
    clock = time.perf_counter
    while True:
        due = sender.next_due()
        now = clock()
        if sender.late and (due is None or due - now > QUIET):
            report(f"late {late:.6f} {at:.6f}" for late, at in sender.late)
            sender.late.clear()
        try:
            if due is None:
                frame = inbox.get()
            elif due - now > SPIN:
                frame = inbox.get(timeout=due - now - SPIN)
            else:
                while inbox.empty() and clock() < due:
                    pass
                frame = inbox.get_nowait()
        except queue.Empty:
            sender.turn()
            continue
        if frame is None:
            return
        sender.take(frame)


def main() -> None:
    """Open the port named on the command line and serve it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    api, name, channel, gate = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    if os.name == "posix":
        os.set_blocking(1, False)
    try:
        wire = RtMidiWire(api, name)
    except (LookupError, OSError):
        report([f"error {name} is not there"])
        os._exit(1)
    favour_this_process()  # the library's thread with it, which JACK calls each period
    # The thread that reads stdin shall not wait for a spinning one.
    sys.setswitchinterval(0.0002)
    inbox: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(inbox,), daemon=True).start()
    sender = Sender(wire, time.perf_counter, gate)
    gc.collect()
    gc.freeze()
    gc.disable()
    report(["ready"])
    serve(sender, inbox)
    sender.end(channel)
    time.sleep(FLUSH)
    os._exit(0)


if __name__ == "__main__":
    main()
