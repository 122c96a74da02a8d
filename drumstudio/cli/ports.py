"""`drumstudio ports`: where sound and MIDI can go, and where MIDI can come from."""

from __future__ import annotations

import argparse
import json
from typing import Any

from drumstudio.engine.fluid_library import find_library
from drumstudio.errors import AudioError, MidiPortError
from drumstudio.midi.ports import Port, PortList, list_ports, map_for

SYNTH = "synth"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "With --json one object: outputs and inputs, each with name, label and kind (synth or midi; for midi "
        "also api and map, the note map it is sent), and problems, sentences about what is not there."
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print what there is; that there is nothing is no error."""
    found = _survey()
    if args.json:
        print(json.dumps(found))
        return 0
    for title, side in (("Outputs", "outputs"), ("Inputs", "inputs")):
        print(f"{title}:")
        for port in found[side]:
            words = port["label"] if port["kind"] == SYNTH else f"MIDI, {port['api']}, {port['map']} map"
            print(f"  {port['name']}  ({words})")
        if not found[side]:
            print("  none")
    for problem in found["problems"]:
        print(problem)
    return 0


def _survey() -> dict[str, list[Any]]:
    problems = []
    outputs: list[dict[str, str]] = []
    try:
        find_library()
        outputs.append({"name": SYNTH, "kind": SYNTH, "label": "built-in synth"})
    except AudioError as error:
        problems.append(str(error))
    try:
        ports = list_ports()
    except MidiPortError as error:
        ports = PortList(problems=(str(error),))
    return {
        "outputs": outputs + [_described(port) for port in ports.outputs],
        "inputs": [_described(port) for port in ports.inputs],
        "problems": problems + list(ports.problems),
    }


def _described(port: Port) -> dict[str, str]:
    drum_map = map_for(port.name).name
    return {"name": port.name, "kind": "midi", "label": port.label, "api": port.api, "map": drum_map}
