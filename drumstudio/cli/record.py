"""`drumstudio record`: record an e-kit from a MIDI input as a take."""

from __future__ import annotations

import argparse
import json
import queue
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from drumstudio.app.takes.hearing import HeardPort
from drumstudio.app.takes.recording import Recorder, RecordingRequest
from drumstudio.app.takes.store import KeptTake, recover_takes
from drumstudio.cli.kits import chosen_input, chosen_map
from drumstudio.domain.cleaning import Cleaning
from drumstudio.domain.pattern import MAX_BARS, Pattern
from drumstudio.domain.project import Project
from drumstudio.domain.timing import MAX_QPM, MIN_QPM, Grid, Meter
from drumstudio.engine.facade import Engine, EngineEvent
from drumstudio.engine.midi_out import MidiOutput
from drumstudio.engine.null_output import NullOutput
from drumstudio.engine.outputs import Output, OutputState
from drumstudio.errors import AudioError, MidiPortError, TakeError, UsageError
from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.ports import PortList, PortWatcher, find_port, local_control_warning

OPENING = 10.0  # seconds a port or the click may take to be ready
TAIL = 0.3  # seconds after the last bar in which note-offs and a late last stroke may come
GLANCE = 0.2  # seconds between looks at the recording
SYNTH = "synth"
MAX_COUNT_IN = 8


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Bar 1 begins after the count-in, or without click and count-in with the first stroke.  Ctrl+C ends "
        "the recording and saves it.  A recording that breaks off is recovered at the next start."
    )
    parser.add_argument("--input", required=True, metavar="PORT", help="the kit, a MIDI input by name")
    parser.add_argument(
        "--out", type=Path, metavar="TAKE.mid", help="the take (default: a new one in your own folder)"
    )
    parser.add_argument("--bars", type=int, default=0, metavar="N", help="end after N bars (default: Ctrl+C)")
    parser.add_argument("--qpm", type=float, default=120.0, metavar="Q", help="tempo (default: %(default)g)")
    parser.add_argument("--meter", default="4/4", metavar="N/D", help="meter (default: %(default)s)")
    parser.add_argument("--click", action="store_true", help="with metronome")
    parser.add_argument("--count-in", type=int, default=0, metavar="N", help="bars of metronome before bar 1")
    parser.add_argument(
        "--click-output", default=SYNTH, metavar="PORT", help="a MIDI output for the click (default: synth)"
    )
    parser.add_argument("--map", metavar="MAP", help="what the notes mean (default: recognised)")
    parser.add_argument(
        "--latency", type=float, default=0.0, metavar="MS", help="milliseconds from stroke to computer"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Record until the bars are over or Ctrl+C."""
    request = _request(args)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Scripts start what runs in the background so; nothing else would end a recording in order.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for sentence in recover_takes():
        _say(sentence)
    port, ports = chosen_input(args.input)
    events: queue.SimpleQueue[InputStatus] = queue.SimpleQueue()
    heard = HeardPort(port.name, ports.inputs, events.put)
    recorder = Recorder(request, heard)
    engine: Engine | None = None
    watcher: PortWatcher | None = None
    try:
        _wait_ready(heard, events)
        if args.click or args.count_in:
            engine = _clicking(args, port.name, ports)
        watcher = PortWatcher(lambda _found: None)
        try:
            recorder.begin()
            if engine is not None:
                recorder.place(_start(engine, args.click))
            _say(f"recording from {port.name}; Ctrl+C ends")
            _follow(recorder, heard, watcher, events)
        except KeyboardInterrupt:
            _say("stopped")
        heard.close()
        kept = recorder.finish()
    finally:
        if watcher is not None:
            watcher.close()
        if engine is not None:
            engine.close()
        heard.close()
        recorder.close()
    if kept is None:
        raise TakeError(f"{port.name} sent no stroke, so there is no take; check the kit's cable and channel")
    _report(kept, args.json)
    return 0


def _request(args: argparse.Namespace) -> RecordingRequest:
    if not MIN_QPM <= args.qpm <= MAX_QPM:
        raise UsageError(f"--qpm is {MIN_QPM:g} to {MAX_QPM:g}")
    if not 0 <= args.bars <= MAX_BARS:
        raise UsageError(f"--bars is 1 to {MAX_BARS}, or 0 for any length")
    if not 0 <= args.count_in <= MAX_COUNT_IN:
        raise UsageError(f"--count-in is 0 to {MAX_COUNT_IN}")
    if not 0.0 <= args.latency <= 500.0:
        raise UsageError("--latency is 0 to 500 milliseconds")
    meter = _meter(args.meter)
    drum_map = chosen_map(args.map) if args.map else None
    cleaning = Cleaning(latency=args.latency / 1000)
    return RecordingRequest(args.qpm, meter, args.bars, drum_map, cleaning, args.out)


def _meter(text: str) -> Meter:
    try:
        numerator, denominator = text.split("/")
        meter = Meter(int(numerator), int(denominator))
        Grid(meter, 8)
    except ValueError:
        raise UsageError(f"--meter is a meter such as 4/4, 3/4 or 6/8, not {text!r}") from None
    return meter


def _wait_ready(heard: HeardPort, events: queue.SimpleQueue[InputStatus]) -> None:
    try:
        while heard.status.state is not InputState.READY:
            if heard.status.state is InputState.MISSING:
                raise MidiPortError(f"{heard.status.name} cannot be opened; is another program using it?")
            events.get(timeout=OPENING)
    except queue.Empty:
        raise MidiPortError(f"{heard.status.name} does not open; unplug and plug it again.") from None


def _clicking(args: argparse.Namespace, source: str, ports: PortList) -> Engine:
    """An engine that only clicks; without sound it counts in silence."""
    output: Output
    if args.click_output == SYNTH:
        from drumstudio.engine.fluid import FluidOutput

        output = FluidOutput()
    else:
        port = find_port(args.click_output, ports.outputs)
        output = MidiOutput(port.name, ports.outputs, click=True)
        warning = local_control_warning(source, port.name)
        if warning:
            _say(warning)
    deadline = time.perf_counter() + OPENING
    while output.status.state is OutputState.STARTING and time.perf_counter() < deadline:
        time.sleep(0.005)
    if output.status.state is not OutputState.READY:
        _say(f"the click is not heard: {output.status.message or AudioError('its output does not start')}")
        output.close()
        output = NullOutput()
    engine = Engine(output=output, watch_ports=False)
    engine.start()
    engine.set_project(Project((Pattern(Grid(_meter(args.meter), 8)),), qpm=args.qpm))
    engine.set_count_in(args.count_in)
    return engine


def _start(engine: Engine, click: bool) -> float:
    """Start the metronome; gives the first bar line after the count-in as it is heard."""
    begun: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    engine.subscribe(lambda event: begun.put(engine.began_at()) if event is EngineEvent.PLAYING else None)
    engine.set_click(click)
    engine.play()
    origin = begun.get(timeout=OPENING)
    if origin is None:
        raise AudioError("the click stopped before it began; try again")
    return origin


def _follow(
    recorder: Recorder, heard: HeardPort, watcher: PortWatcher, events: queue.SimpleQueue[InputStatus]
) -> None:
    """Wait until the bars are over; take the input up again when it comes back, and tell."""
    request = recorder.request
    length = request.bars * float(request.meter.quarters) * 60.0 / request.qpm
    told: str | None = None
    while True:
        now = time.perf_counter()
        over = None if not request.bars or recorder.origin is None else recorder.origin + length + TAIL
        if over is not None and now >= over:
            return
        try:
            status = events.get(timeout=GLANCE if over is None else min(GLANCE, over - now))
            if status.state is not InputState.STARTING:
                _say(status.message or f"{status.name} is back")
        except queue.Empty:
            pass
        if watcher.latest is not None:
            heard.attend(watcher.latest.inputs)
        if recorder.problem is not None and recorder.problem != told:
            told = recorder.problem
            _say(told)


def _report(kept: KeptTake, as_json: bool) -> None:
    take, found = kept.take, kept.read()
    aside = Counter(each.reason.value for each in found.aside)
    if as_json:
        print(
            json.dumps(
                {
                    "file": str(kept.path),
                    "hits": len(found.hits),
                    "aside": dict(aside),
                    "chokes": len(found.grips),
                    "unmapped": {str(note): count for note, count in sorted(found.unmapped.items())},
                    "messages": len(take.arrivals),
                    "seconds": round(take.length, 3),
                    "qpm": take.qpm,
                    "meter": str(take.meter),
                    "bars": take.bars,
                    "map": take.drum_map.name,
                }
            )
        )
        return
    print(f"{kept.path}: {len(found.hits)} hits, {take.length:.1f} s, {take.drum_map.label}")
    for reason, count in sorted(aside.items()):
        _say(f"{count} put aside as {reason}")
    for note, count in sorted(found.unmapped.items()):
        _say(f"note {note} came {count} times and means no drum in the {take.drum_map.label} map")


def _say(words: str) -> None:
    print(f"drumstudio: {words}", file=sys.stderr, flush=True)
