"""`drumstudio play`: play a MIDI file or a project through the synth or a MIDI port."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path

from drumstudio.app.store import load_project
from drumstudio.cli.kits import chosen_map
from drumstudio.domain.project import Project
from drumstudio.domain.timing import MAX_QPM, MIN_QPM
from drumstudio.engine.facade import Engine, EngineEvent
from drumstudio.engine.midi_out import MidiOutput
from drumstudio.engine.outputs import Output, OutputState
from drumstudio.errors import AudioError, DrumStudioError, MidiPortError, UsageError
from drumstudio.midi.files import import_pattern
from drumstudio.midi.ports import find_port, list_ports

SYNTH = "synth"
OPENING = 15.0  # seconds an output may take to be ready
RING = 1.5  # seconds that the synth's cymbals get after the end
GLANCE = 0.2  # seconds between looks at the output while playing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Ctrl+C stops; every note that sounds is ended first."
    parser.add_argument("file", type=Path, metavar="FILE", help="a MIDI file or a .drumstudio project")
    parser.add_argument(
        "--output", default=SYNTH, metavar="PORT", help="a MIDI output by name (see: drumstudio ports)"
    )
    parser.add_argument("--loops", type=int, default=1, metavar="N", help="passes to play, 0 without end")
    parser.add_argument(
        "--map", default="auto", metavar="MAP", help="what the file's notes mean (default: recognised)"
    )
    parser.add_argument("--qpm", type=float, help="tempo in quarters a minute (default: the file's)")
    parser.add_argument("--click", action="store_true", help="with metronome")
    parser.add_argument("--clock", action="store_true", help="send MIDI clock, start and stop to the port")
    parser.add_argument(
        "--output-map",
        metavar="MAP",
        help="notes to send to the port (default: roland to a TD module, gm to others; see: drumstudio map)",
    )
    parser.add_argument("--soundfont", type=Path, metavar="FILE", help="kit of the synth (.sf2, .sf3)")


def run(args: argparse.Namespace) -> int:
    """Play to the end, or until Ctrl+C."""
    if args.loops < 0:
        raise UsageError("--loops is 0 (without end) or more")
    if args.clock and args.output == SYNTH:
        raise UsageError("--clock goes to a MIDI output; name one with --output PORT")
    project = _project(args)
    output = _output(args)
    done = threading.Event()
    engine = Engine(output=output, watch_ports=isinstance(output, MidiOutput))
    engine.subscribe(lambda event: done.set() if event is EngineEvent.STOPPED else None)
    engine.start()
    try:
        _wait_ready(output)
        engine.set_project(project)
        engine.set_click(args.click)
        engine.set_clock(args.clock)
        engine.set_loop(args.loops == 0)
        engine.set_passes(args.loops)
        engine.play()
        _say(f"playing {args.file} through {output.status.name}; Ctrl+C stops")
        while not done.wait(GLANCE):
            _check(output)
        if args.output == SYNTH:
            time.sleep(output.status.latency + RING)
    except KeyboardInterrupt:
        _say("stopped")
    finally:
        engine.close()
    return 0


def _project(args: argparse.Namespace) -> Project:
    if args.file.suffix == ".drumstudio":
        project = load_project(args.file)
    else:
        imported = import_pattern(args.file, None if args.map == "auto" else chosen_map(args.map))
        project = Project((imported.pattern,), qpm=imported.qpm)
    if args.qpm is None:
        return project
    if not MIN_QPM <= args.qpm <= MAX_QPM:
        raise UsageError(f"--qpm is {MIN_QPM:g} to {MAX_QPM:g}")
    return Project(project.patterns, project.current, args.qpm, project.lanes)


def _output(args: argparse.Namespace) -> Output:
    if args.output == SYNTH:
        from drumstudio.engine.fluid import FluidOutput

        return FluidOutput(args.soundfont)
    drum_map = chosen_map(args.output_map) if args.output_map else None
    ports = list_ports()
    try:
        port = find_port(args.output, ports.outputs)
    except MidiPortError as error:
        raise MidiPortError(" ".join((str(error), *ports.problems))) from None
    return MidiOutput(port.name, ports.outputs, drum_map, click=args.click or None)


def _wait_ready(output: Output) -> None:
    """Wait until `output` plays.  Raises what its status says when it does not."""
    deadline = time.perf_counter() + OPENING
    while output.status.state is OutputState.STARTING and time.perf_counter() < deadline:
        time.sleep(0.005)
    if output.status.state is OutputState.STARTING:
        raise AudioError(f"{output.status.name} does not start; choose another output.")
    _check(output)


def _check(output: Output) -> None:
    status = output.status
    if status.state in (OutputState.MISSING, OutputState.FAILED):
        kind: type[DrumStudioError] = MidiPortError if isinstance(output, MidiOutput) else AudioError
        raise kind(status.message)


def _say(words: str) -> None:
    print(f"drumstudio: {words}", file=sys.stderr, flush=True)
