"""MIDI ports, by name.

Ports are known by the name that their device gives them, without the numbers that the system
adds and changes at every plugging-in.  The listing itself happens in a child process
(:mod:`drumstudio.midi.port_scan`).
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drumstudio.domain.drums import GENERAL_MIDI, ROLAND, DrumMap
from drumstudio.errors import MidiPortError
from drumstudio.midi.child import end_child, start_child

SCAN_MODULE = "drumstudio.midi.port_scan"
NO_MIDI_SYSTEM = "This machine has no MIDI system: plug a MIDI device in, or start a JACK server."

_ROLAND_NAME = re.compile(r"TD-?\d+|V-?Drums", re.IGNORECASE)
# What ALSA ("24:0") and Windows ("3") append to a device's own name.
_NUMBERS = {"alsa": re.compile(r" \d+:\d+$"), "winmm": re.compile(r" \d+$")}


@dataclass(frozen=True, slots=True)
class Port:
    """A port to send to or hear from; `api` is "alsa", "jack", "coremidi" or "winmm"."""

    name: str
    api: str

    @property
    def label(self) -> str:
        """Name for people: "TD-11:TD-11 MIDI 1" is the TD-11."""
        client, colon, port = self.name.partition(":")
        if colon and port.startswith(client):
            return re.sub(r" MIDI 1$", "", port)
        return self.name


@dataclass(frozen=True, slots=True)
class PortList:
    """The ports there are; `problems` are sentences for people."""

    outputs: tuple[Port, ...] = ()
    inputs: tuple[Port, ...] = ()
    problems: tuple[str, ...] = ()


def stable_names(raw: Iterable[str], api: str) -> list[str]:
    """Names without the system's changing numbers, told apart by "(2)" where devices share one."""
    names: list[str] = []
    for each in raw:
        name = base = _NUMBERS[api].sub("", each) if api in _NUMBERS else each
        count = 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return names


def is_electronic_kit(name: str) -> bool:
    """Whether a port's name is that of a Roland drum module, as "TD-11"."""
    return _ROLAND_NAME.search(name) is not None


def map_for(name: str) -> DrumMap:
    """Map to send with by default: Roland's to a Roland module, General MIDI to all else."""
    return ROLAND if is_electronic_kit(name) else GENERAL_MIDI


def same_device(one: str, other: str) -> bool:
    """Whether two ports, an input and an output, are of one device."""
    device = one.partition(":")[0].lower()
    return device != "" and device == other.partition(":")[0].lower()


def local_control_warning(source: str, output: str) -> str | None:
    """A sentence where input and output are one device, which may sound every stroke twice."""
    if not same_device(source, output):
        return None
    device = source.partition(":")[0]
    return f"{device} both plays and is played: turn its Local Control off if drums sound twice."


def find_port(wanted: str, ports: Iterable[Port], kind: str = "output") -> Port:
    """The port that `wanted` names: exactly, else without case, else as the only one that holds it.

    Raises MidiPortError, listing the ports there are.
    """
    listed = list(ports)
    low = wanted.lower()
    for match in (
        [p for p in listed if wanted in (p.name, p.label)],
        [p for p in listed if low in (p.name.lower(), p.label.lower())],
        [p for p in listed if low in p.name.lower()],
    ):
        if len(match) == 1:
            return match[0]
        if match:
            raise MidiPortError(f'"{wanted}" may mean {_listing(match)}; give more of the name.')
    there = f"there is {_listing(listed)}" if listed else "there is none at all"
    raise MidiPortError(f'There is no MIDI {kind} "{wanted}"; {there}.')


def _listing(ports: list[Port]) -> str:
    return ", ".join(f'"{port.name}"' for port in ports)


def parse_list(line: bytes | str) -> PortList:
    """The list that a scan printed as one line of JSON."""
    found = json.loads(line)
    return PortList(
        tuple(Port(name, api) for name, api in found["outputs"]),
        tuple(Port(name, api) for name, api in found["inputs"]),
        tuple(found["problems"]),
    )


def list_ports(timeout: float = 10.0) -> PortList:
    """Look once; raises MidiPortError if the MIDI system does not answer in `timeout` seconds."""
    child = start_child(SCAN_MODULE, "once")
    try:
        out, _ = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise MidiPortError("The MIDI system does not answer; unplug and plug the device again.") from None
    if child.returncode != 0 or not out.strip():
        raise MidiPortError("MIDI ports cannot be listed on this machine; start again with --debug.")
    return parse_list(out)


class PortWatcher:
    """Keeps `latest` up to date each second and tells `changed` on its own thread.

    `latest` is None until the first look is done.
    """

    def __init__(self, changed: Callable[[PortList], None]) -> None:
        self.latest: PortList | None = None
        self._changed = changed
        self._child = start_child(SCAN_MODULE, "watch")
        self._thread = threading.Thread(target=self._read, name="midi-ports", daemon=True)
        self._thread.start()

    def rescan(self) -> None:
        """Look now."""
        try:
            if self._child.stdin is not None:
                self._child.stdin.write(b"\n")
        except (BrokenPipeError, ValueError):
            pass  # the child ended; there is nothing to look with until the next start

    def close(self) -> None:
        """End the child process and join the thread."""
        if self._child.stdin is not None:
            self._child.stdin.close()
        self._thread.join(2.0)
        end_child(self._child)

    def _read(self) -> None:
        if self._child.stdout is None:
            return
        for line in self._child.stdout:
            self.latest = parse_list(line)
            self._changed(self.latest)
