"""Takes as songs: what was played, as the take's own file says it is to be read.

The MIDI file of a take is raw: it has the echoes of pads, and says nothing of a hi-hat that only a
pedal opens.  The JSON file beside it knows the map, the cleaning, the tempo and the latency.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from drumstudio.domain.cleaning import Cleaning, interpreted
from drumstudio.domain.drums import DrumMap
from drumstudio.domain.take import Take
from drumstudio.errors import TakeError
from drumstudio.midi.maps import DRUM_CHANNEL
from drumstudio.midi.reader import MidiSong

_JSON = ".json"
_HALF_STEP = 0.125  # quarters; a stroke so close to the end of a take belongs to the bar behind it


@dataclass(frozen=True, slots=True)
class ReadTake:
    """A take as a song whose notes are each drum's own in `drum_map`; `problem` says why it could not be
    read as its file beside it says, and is the raw MIDI file's to be read instead."""

    song: MidiSong | None
    drum_map: DrumMap | None = None
    problem: str = ""


def read_take(path: Path, drum_map: DrumMap | None = None) -> ReadTake | None:
    """The take whose MIDI file is `path`, in its own map or another; None where no take's file stands
    beside it."""
    beside = path.with_suffix(_JSON)
    if not beside.is_file():
        return None
    # Late: it brings mido, which nobody without takes needs.
    from drumstudio.midi.take_file import MAX_BYTES, decode_json

    try:
        with beside.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if b'"drumstudio-take"' not in data[:200]:
            return None
        take, cleaning = decode_json(data, str(beside))
    except OSError as error:
        return ReadTake(None, problem=f"{beside.name} cannot be read ({error.strerror or error})")
    except TakeError as error:
        return ReadTake(None, problem=str(error).replace(str(beside), beside.name))
    if drum_map is not None:
        take = replace(take, drum_map=drum_map)
    return ReadTake(_song(take, cleaning, path), take.drum_map)


def _song(take: Take, cleaning: Cleaning, path: Path) -> MidiSong:
    from drumstudio.midi.take_file import GATE, TAKE_PPQ, lead_bars

    per_second = take.qpm * TAKE_PPQ / 60.0
    bar = int(take.meter.quarters * TAKE_PPQ)
    lead = lead_bars(take) * bar
    end = lead + take.bars * bar
    last = end - int(_HALF_STEP * TAKE_PPQ) if take.bars else None
    gate = max(1, round(GATE * per_second))
    rows = []
    for hit in interpreted(take.arrivals, take.drum_map, cleaning).hits:
        tick = max(0, lead + round(hit.seconds * per_second))
        if last is None or tick < last:
            note = take.drum_map.note_of(hit.drum)
            rows.append([tick, note, max(1, hit.velocity), DRUM_CHANNEL, 0, tick + gate])
    return MidiSong(
        path,
        1,
        TAKE_PPQ,
        tempos=[(0, round(6e7 / take.qpm))],
        meters=[(0, take.meter.numerator, take.meter.denominator)],
        rows=rows,
        track_names={0: "Drums"},
        end=max([end, *(row[5] for row in rows)]),
    )
