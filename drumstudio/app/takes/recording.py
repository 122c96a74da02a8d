"""Recording from an e-kit: everything that arrives, kept at once, becomes a take at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drumstudio.app.kit.ekit import Heard
from drumstudio.app.takes import journal
from drumstudio.app.takes.store import KeptTake, new_name, save_take, take_of
from drumstudio.domain.cleaning import PEDAL, Cleaning
from drumstudio.domain.drums import GENERAL_MIDI, DrumMap
from drumstudio.domain.take import Arrival
from drumstudio.domain.timing import Meter
from drumstudio.errors import TakeError
from drumstudio.midi.kit_maps import KitMap, load_maps, recognise_kit, to_json
from drumstudio.midi.take_file import is_kept


@dataclass(frozen=True, slots=True)
class RecordingRequest:
    """What to record and how.

    `bars` 0 is any length; `drum_map` None takes that of the kit, or where nothing speaks for it the one
    that the strokes do; `cleaning` None the kit's own; `out` None a name in the user's folder.
    """

    qpm: float = 120.0
    meter: Meter = Meter()
    bars: int = 0
    drum_map: DrumMap | None = None
    cleaning: Cleaning | None = None
    out: Path | None = None


class Recorder:
    """Listens to a kit from `begin` to `end`, and saves in `finish` what came; nothing is ever sent on.

    `came` is called on the input's thread with all that is kept.
    """

    def __init__(
        self,
        request: RecordingRequest,
        heard: Heard,
        came: Callable[[Arrival], None] = lambda _arrival: None,
    ) -> None:
        self.request = request
        self._heard = heard
        self._came = came
        self._guard = threading.Lock()
        self._arrivals: list[Arrival] = []
        self._strokes = 0
        self._journal: journal.Journal | None = None
        self._head: dict[str, Any] = {}
        self._kit = heard.kit
        self._cleaning = request.cleaning or heard.cleaning
        self._origin: float | None = None
        self._unlisten: Callable[[], None] | None = None

    @property
    def origin(self) -> float | None:
        """First bar line in seconds of perf_counter, None until it is known."""
        return self._origin

    @property
    def strokes(self) -> int:
        """How many strokes have come since the beginning."""
        return self._strokes

    @property
    def messages(self) -> int:
        """How many messages have come since the beginning."""
        return len(self._arrivals)

    @property
    def problem(self) -> str | None:
        """A sentence when the recording is not safe on disk."""
        return self._journal.problem if self._journal else None

    def begin(self, origin: float | None = None) -> None:
        """Keep everything from now on; `origin` is the first bar line in seconds of perf_counter, or with
        None the first stroke.  Raises TakeError where nothing would be safe."""
        request = self.request
        self._kit = self._heard.kit
        self._cleaning = request.cleaning or self._heard.cleaning
        self._head = {
            "recorded_at": time.time(),
            "source": self._heard.status.name,
            "qpm": request.qpm,
            "meter": [request.meter.numerator, request.meter.denominator],
            "bars": request.bars,
            "map": to_json(self._kit if request.drum_map is None else KitMap(request.drum_map)),
            "out": None if request.out is None else str(request.out.absolute()),
        }
        opened = journal.Journal(self._head)
        with self._guard:
            self._arrivals.clear()
            self._strokes = 0
            self._journal = opened
            self._origin = None
        if origin is not None:
            self.place(origin)
        self._unlisten = self._heard.listen(self._take_in)

    def place(self, origin: float) -> None:
        """Say where the first bar line is, in seconds of perf_counter."""
        with self._guard:
            self._origin = origin
        if self._journal is not None:
            self._journal.note(origin=origin)

    def end(self) -> None:
        """Listen no longer; never waits."""
        unlisten, self._unlisten = self._unlisten, None
        if unlisten is not None:
            unlisten()

    def finish(self) -> KeptTake | None:
        """End, and save what was recorded; None when nothing was played.

        Raises TakeError where the files cannot be written; the journal then keeps the recording
        for the next start.
        """
        self.end()
        with self._guard:
            opened, self._journal = self._journal, None
            arrivals = tuple(sorted(self._arrivals, key=lambda each: each.seconds))
        if opened is None:
            return None
        opened.close()
        if not self._strokes:
            opened.discard()
            return None
        take = take_of({**self._head, "origin": self._origin}, arrivals)
        if self.request.drum_map is None:
            take = replace(take, drum_map=self._recognised(take.drum_map, arrivals))
        out = self.request.out or new_name(self._head["recorded_at"])
        try:
            kept = save_take(out, take, self._cleaning)
        except TakeError as error:
            kept_aside = "the recording" if opened.problem is None else "what the disk took of the recording"
            raise TakeError(f"{error}; {kept_aside} is safe and comes back at the next start") from error
        opened.discard()
        return kept

    def close(self) -> None:
        """Listen no longer and give up a recording that `finish` did not save."""
        self.end()
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
            strikes = _strikes(arrival)
            self._strokes += strikes
            first = strikes and self._origin is None
        opened.add(arrival)
        if first:
            self.place(arrival.seconds)
        self._came(arrival)

    def _recognised(self, known: DrumMap, arrivals: tuple[Arrival, ...]) -> DrumMap:
        """The map of the strokes where nothing speaks for the kit's and they are clear."""
        named = any(word.lower() in self._heard.status.name.lower() for word in self._kit.ports)
        if named or self._kit.own or known.name != GENERAL_MIDI.name:
            return known
        notes = [each.data[1] for each in arrivals if _strikes(each)]
        pedal_moves = sum(each.data[0] & 0xF0 == 0xB0 and each.data[1] == PEDAL for each in arrivals) > 1
        found = recognise_kit(notes, load_maps(), pedal_moves)
        return found.kit.drum_map if found and found.certain else known


def _strikes(arrival: Arrival) -> bool:
    return arrival.data[0] & 0xF0 == 0x90 and arrival.data[2] > 0
