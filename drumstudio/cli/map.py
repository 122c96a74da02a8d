"""`drumstudio map`: drum maps there are, and learning one from a kit pad by pad."""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
from typing import Any

from drumstudio.cli.kits import chosen_input
from drumstudio.domain.drums import Drum
from drumstudio.domain.take import Arrival
from drumstudio.errors import MidiPortError, UsageError
from drumstudio.midi.inputs import InputState, InputStatus, MidiInput
from drumstudio.midi.kit_maps import KitMap, load_maps, save_map
from drumstudio.midi.learning import MAIN_PADS, PADS, Learned, Pad, learned_map
from drumstudio.midi.lesson import ECHO, Lesson

OPENING = 10.0  # seconds a port may take to open


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Learning asks for one pad after the other; Enter passes over one the kit does not have."
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="list the maps")
    what.add_argument("--show", metavar="NAME", help="show what each note of a map means")
    what.add_argument("--learn", action="store_true", help="learn a kit and save it as a map")
    parser.add_argument("--input", metavar="PORT", help="the kit, a MIDI input by name")
    parser.add_argument("--name", help="name of the new map: small letters, digits, - and _")
    parser.add_argument("--label", help="its name for people (default: the port's)")
    parser.add_argument("--short", action="store_true", help="ask for the nine main pads only")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """List, show or learn."""
    if args.learn:
        return _learn(args)
    maps = load_maps()
    for problem in maps.problems:
        _say(problem)
    if args.list:
        if args.json:
            listed = [_described(kit) for kit in maps.maps.values()]
            print(json.dumps({"maps": listed, "problems": maps.problems}))
            return 0
        for kit in maps.maps.values():
            print(f"{kit.name:<16} {kit.label}{'  (own)' if kit.own else ''}")
        return 0
    kit = maps.get(args.show)
    if args.json:
        print(json.dumps(_described(kit)))
        return 0
    for drum in Drum:
        for note in kit.drum_map.notes[drum]:
            print(f"{note:>3}  {drum.label:<10} {kit.pad(note)}")
    return 0


def _learn(args: argparse.Namespace) -> int:
    if not args.input or not args.name:
        raise UsageError("--learn needs the kit, --input PORT, and the name of the new map, --name NAME")
    port, ports = chosen_input(args.input)
    heard: queue.SimpleQueue[Arrival | InputStatus | None] = queue.SimpleQueue()
    midi = MidiInput(port.name, ports.inputs, heard.put, heard.put)
    try:
        _wait_ready(midi, heard)
        threading.Thread(target=_skips, args=(heard,), name="enter-key", daemon=True).start()
        lesson = Lesson(MAIN_PADS if args.short else PADS)
        while lesson.pad is not None:
            _ask(lesson, lesson.pad, heard)
    finally:
        midi.close()
    answers = lesson.answers
    if not answers:
        raise MidiPortError(f"{port.name} sent no stroke, so there is nothing to learn; check its cable.")
    learned = learned_map(args.name, args.label or port.label, port.name, answers, load_maps())
    path = save_map(learned.kit)
    if args.json:
        like = learned.like.name if learned.like else None
        asked = {pad.name: note for pad, note in answers.items()}
        print(
            json.dumps(
                {
                    **_described(learned.kit),
                    "file": str(path),
                    "like": like,
                    "answers": asked,
                    "clashes": learned.clashes,
                }
            )
        )
    else:
        _tell(learned)
        print(f"{path}: {len(answers)} pads")
    return 0


def _tell(learned: Learned) -> None:
    for clash in learned.clashes:
        _say(clash)
    if learned.kit.drum_map.hat_by_pedal:
        _say("the hi-hat sends one note; its pedal tells open from closed.")
    if learned.like is not None:
        _say(f"it answers as a {learned.like.label} does (map {learned.like.name}).")


def _wait_ready(midi: MidiInput, heard: queue.SimpleQueue[Arrival | InputStatus | None]) -> None:
    try:
        while midi.status.state is not InputState.READY:
            if midi.status.state is InputState.MISSING:
                raise MidiPortError(f"{midi.name} cannot be opened; is another program using it?")
            heard.get(timeout=OPENING)
    except queue.Empty:
        raise MidiPortError(f"{midi.name} does not open; unplug and plug it again.") from None


def _ask(lesson: Lesson, pad: Pad, heard: queue.SimpleQueue[Arrival | InputStatus | None]) -> None:
    """Ask for `pad` until it answers or is passed over."""
    verb = "Press" if pad.foot else "Hit"
    _say(f"{verb}: {pad.name}  (Enter: the kit has none)")
    waiting = False
    while True:
        try:
            event = heard.get(timeout=ECHO if waiting else None)
        except queue.Empty:
            lesson.settle()
            _say(f"  note {lesson.answers[pad]}")
            return
        if event is None:
            lesson.skip()
            return
        if isinstance(event, InputStatus):
            if event.state is InputState.MISSING:
                raise MidiPortError(f"{event.name} has gone; nothing was saved. Plug it in and start again.")
        elif event.data[0] & 0xF0 == 0x90 and event.data[2]:
            waiting = lesson.struck(event.seconds, event.data[1], event.data[2]) or waiting


def _skips(heard: queue.SimpleQueue[Arrival | InputStatus | None]) -> None:
    """Pass over a pad at each line that is typed."""
    for _ in sys.stdin:
        heard.put(None)


def _described(kit: KitMap) -> dict[str, Any]:
    return {
        "name": kit.name,
        "label": kit.label,
        "own": kit.own,
        "ports": list(kit.ports),
        "notes": {drum.name.lower(): list(kit.drum_map.notes[drum]) for drum in Drum},
        "pads": {str(note): name for note, name in kit.pads.items()},
    }


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
