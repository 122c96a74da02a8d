"""Recording from a MIDI input: everything that arrives, kept at once, becomes a take at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drumstudio.app import journal
from drumstudio.app.takes import KeptTake, new_name, save_take, take_of
from drumstudio.domain.cleaning import AS_USUAL, PEDAL, Cleaning
from drumstudio.domain.drums import DrumMap
from drumstudio.domain.take import Arrival
from drumstudio.domain.timing import Meter
from drumstudio.errors import TakeError
from drumstudio.midi.inputs import InputStatus, MidiInput
from drumstudio.midi.kit_maps import KitMap, KitMaps, load_maps, recognise_kit, to_json
from drumstudio.midi.ports import Port
from drumstudio.midi.take_file import is_kept


@dataclass(frozen=True, slots=True)
class RecordingRequest:
    """What to record and how.

    `bars` 0 is any length; `drum_map` None takes the one of the input's name, or else the one that
    the strokes speak for; `out` None a name in the user's folder.
    """

    source: str
    qpm: float = 120.0
    meter: Meter = Meter()
    bars: int = 0
    drum_map: DrumMap | None = None
    cleaning: Cleaning = AS_USUAL
    out: Path | None = None


class Recorder:
    """Hears a MIDI input from its making on; records from `begin` to `finish`.

    `changed` is called on the input's thread when the input comes or goes, `struck` at every
    stroke of the recording.  Nothing that arrives is ever sent on.
    """

    def __init__(
        self,
        request: RecordingRequest,
        ports: Iterable[Port],
        changed: Callable[[InputStatus], None] = lambda _status: None,
        struck: Callable[[Arrival], None] = lambda _arrival: None,
    ) -> None:
        self.request = request
        self._struck = struck
        self._guard = threading.Lock()
        self._arrivals: list[Arrival] = []
        self._journal: journal.Journal | None = None
        self._head: dict[str, Any] = {}
        self._origin: float | None = None
        self._maps: KitMaps = load_maps()
        self.input = MidiInput(request.source, ports, self._take_in, changed)

    @property
    def origin(self) -> float | None:
        """First bar line in seconds of perf_counter, None until it is known."""
        return self._origin

    @property
    def strokes(self) -> int:
        """How many strokes have come since the beginning."""
        with self._guard:
            return sum(_strikes(each) for each in self._arrivals)

    @property
    def problem(self) -> str | None:
        """A sentence when the recording is not safe on disk."""
        return self._journal.problem if self._journal else None

    def begin(self, origin: float | None = None) -> None:
        """Keep everything from now on; `origin` is the first bar line in seconds of perf_counter, or with
        None the first stroke.  Raises TakeError."""
        request = self.request
        kit = self._maps.for_port(request.source)
        self._head = {
            "recorded_at": time.time(),
            "source": request.source,
            "qpm": request.qpm,
            "meter": [request.meter.numerator, request.meter.denominator],
            "bars": request.bars,
            "map": to_json(kit if request.drum_map is None else KitMap(request.drum_map)),
            "out": None if request.out is None else str(request.out.absolute()),
        }
        opened = journal.Journal(self._head)
        with self._guard:
            self._arrivals.clear()
            self._journal = opened
            self._origin = None
        if origin is not None:
            self.place(origin)

    def place(self, origin: float) -> None:
        """Say where the first bar line is, in seconds of perf_counter."""
        with self._guard:
            self._origin = origin
        if self._journal is not None:
            self._journal.note(origin=origin)

    def finish(self) -> KeptTake | None:
        """Stop, and save what was recorded; None when nothing came.

        Raises TakeError where the files cannot be written; the journal then keeps the recording
        for the next start.
        """
        self.input.close()
        with self._guard:
            opened, self._journal = self._journal, None
            arrivals = tuple(sorted(self._arrivals, key=lambda each: each.seconds))
        if opened is None:
            return None
        opened.close()
        if not arrivals:
            opened.discard()
            return None
        take = take_of({**self._head, "origin": self._origin}, arrivals)
        if self.request.drum_map is None:
            take = replace(take, drum_map=self._recognised(take.drum_map, arrivals))
        out = self.request.out or new_name(self._head["recorded_at"])
        try:
            kept = save_take(out, take, self.request.cleaning)
        except TakeError as error:
            raise TakeError(f"{error}; the recording is safe and comes back at the next start") from error
        opened.discard()
        return kept

    def close(self) -> None:
        """Let go of the input and of a recording that `finish` did not end, which is given up."""
        self.input.close()
        with self._guard:
            opened, self._journal = self._journal, None
        if opened is not None:
            opened.close()
            opened.discard()

    def _take_in(self, arrival: Arrival) -> None:
        if not is_kept(arrival.data):
            return
        with self._guard:
            opened = self._journal
            if opened is None:
                return
            self._arrivals.append(arrival)
            first = self._origin is None and _strikes(arrival)
        opened.add(arrival)
        if first and self._origin is None:
            self.place(arrival.seconds)
        if _strikes(arrival):
            self._struck(arrival)

    def _recognised(self, by_name: DrumMap, arrivals: tuple[Arrival, ...]) -> DrumMap:
        """The map of the strokes where the input's name says nothing and they are clear."""
        if any(word.lower() in self.request.source.lower() for word in self._maps.get(by_name.name).ports):
            return by_name
        notes = [each.data[1] for each in arrivals if _strikes(each)]
        pedal_moves = sum(each.data[0] & 0xF0 == 0xB0 and each.data[1] == PEDAL for each in arrivals) > 1
        found = recognise_kit(notes, self._maps, pedal_moves)
        return found.kit.drum_map if found and found.certain and by_name.name == "gm" else by_name


def _strikes(arrival: Arrival) -> bool:
    return arrival.data[0] & 0xF0 == 0x90 and arrival.data[2] > 0
