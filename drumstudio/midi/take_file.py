"""Takes as files: a standard MIDI file of what arrived, and beside it a JSON file that knows more.

The MIDI file holds the messages as they came, in the tempo of the take, its first bar line at tick
0; where strokes came before it, whole bars stand ahead.  The JSON file holds the same messages
with their exact stamps (`[seconds, bytes in hex]`), how to read them, and what they were read as.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from drumstudio import __version__
from drumstudio.domain.cleaning import Cleaning, Interpretation, PadRules, interpreted
from drumstudio.domain.drums import Drum
from drumstudio.domain.take import Arrival, Take
from drumstudio.domain.timing import MAX_QPM, MIN_QPM, Meter
from drumstudio.domain.velocity import VelocityCurve
from drumstudio.errors import DrumMapError, TakeError
from drumstudio.midi.kit_maps import KitMap, from_json, to_json

if TYPE_CHECKING:
    import mido

FORMAT, FORMAT_VERSION = "drumstudio-take", 1
MAX_BYTES = 64 << 20  # a day of playing; whatever is larger is something else
# Ticks to the quarter: at 120 a minute a tick is 0.05 ms, finer than any port's stamps.
TAKE_PPQ = 9600
GATE = 0.1  # seconds that a note is held which nothing closed
_EARLY = 0.25  # quarters before the bar line at which a stroke still belongs to the first step


def encode_midi(take: Take, name: str) -> bytes:
    """The MIDI file of a take; `name` becomes the first track's."""
    import mido  # what the window need not wait for, as numpy that the other brings

    from drumstudio.midi.maps import TAKE_TEXT

    per_second = take.qpm * TAKE_PPQ / 60.0
    bar = int(take.meter.quarters * TAKE_PPQ)
    lead = lead_bars(take) * bar
    events = _closed(
        [
            (max(0, lead + round(arrival.seconds * per_second)), mido.Message.from_bytes(arrival.data))
            for arrival in take.arrivals
        ],
        round(GATE * per_second),
    )
    file = mido.MidiFile(type=1, ticks_per_beat=TAKE_PPQ, charset="utf-8")
    conductor = (
        mido.MetaMessage("track_name", name=name.encode("utf-8", "replace").decode()),
        mido.MetaMessage("text", text=TAKE_TEXT + take.drum_map.name),
        mido.MetaMessage("set_tempo", tempo=round(6e7 / take.qpm)),
        mido.MetaMessage(
            "time_signature",
            numerator=take.meter.numerator,
            denominator=take.meter.denominator,
            clocks_per_click=min(255, int(24 * take.meter.beat_quarters)),
        ),
    )
    names = (
        mido.MetaMessage("track_name", name="Drums"),
        mido.MetaMessage("instrument_name", name=(take.source or take.drum_map.label)),
    )
    end = lead + take.bars * bar
    file.tracks += [
        _track([(0, message) for message in conductor], end),
        _track([*((0, message) for message in names), *events], end),
    ]
    encoded = io.BytesIO()
    file.save(file=encoded)
    return encoded.getvalue()


def lead_bars(take: Take) -> int:
    """Whole bars that the MIDI file has before the take's first bar line, for strokes that came early."""
    first = min((each.seconds for each in take.arrivals if _strikes(each.data)), default=0.0)
    quarters = first * take.qpm / 60.0
    return 0 if quarters >= -_EARLY else -int(quarters // float(take.meter.quarters))


def encode_json(take: Take, cleaning: Cleaning) -> bytes:
    """The JSON file of a take, read with `cleaning`."""
    found = interpreted(take.arrivals, take.drum_map, cleaning)
    head = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "app_version": __version__,
        "source": take.source,
        "recorded_at": take.recorded_at,
        "qpm": take.qpm,
        "meter": [take.meter.numerator, take.meter.denominator],
        "bars": take.bars,
        "lead_bars": lead_bars(take),
        "map": to_json(KitMap(take.drum_map)),
        "cleaning": _cleaning_to_json(cleaning),
        **interpretation_to_json(found),
        "arrivals": [[round(each.seconds, 6), each.data.hex()] for each in take.arrivals],
    }
    return (json.dumps(head, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def interpretation_to_json(found: Interpretation) -> dict[str, Any]:
    """What a take was read as: hits as [seconds, drum, note, velocity], those put aside with the reason."""
    return {
        "hits": [[round(h.seconds, 6), h.drum.name.lower(), h.note, h.velocity] for h in found.hits],
        "aside": [
            [round(each.hit.seconds, 6), each.hit.note, each.hit.velocity, each.reason.value]
            for each in found.aside
        ],
        "chokes": [[round(grip.seconds, 6), grip.drum.name.lower()] for grip in found.grips],
        "unmapped": {str(note): count for note, count in sorted(found.unmapped.items())},
    }


def decode_json(data: bytes, name: str) -> tuple[Take, Cleaning]:
    """The take in the bytes of a file called `name`, and how it is read.  Raises TakeError."""
    if len(data) > MAX_BYTES:
        raise TakeError(f"{name} is no take: it is larger than any take can be")
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TakeError(f"{name} is no take: it holds no JSON") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise TakeError(f"{name} is no take of this program")
    if isinstance(content.get("format_version"), int) and content["format_version"] > FORMAT_VERSION:
        raise TakeError(f"{name} was made by a newer version of this program; update it")
    try:
        return _take(content), _cleaning(content["cleaning"])
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, DrumMapError) as error:
        raise TakeError(f"{name} is damaged; the MIDI file beside it holds what was played") from error


def _take(content: dict[str, Any]) -> Take:
    numerator, denominator = content["meter"]
    arrivals = tuple(_arrival(seconds, data) for seconds, data in content["arrivals"])
    qpm, bars = float(content["qpm"]), int(content["bars"])
    if not (MIN_QPM <= qpm <= MAX_QPM and bars >= 0):
        raise ValueError("a tempo or a length that no take has")
    return Take(
        tuple(sorted(arrivals, key=lambda each: each.seconds)),
        from_json(content["map"]).drum_map,
        qpm,
        Meter(int(numerator), int(denominator)),
        bars,
        str(content["source"]),
        float(content["recorded_at"]),
    )


def _arrival(seconds: float, data: str) -> Arrival:
    message = bytes.fromhex(data)
    if not is_kept(message) or not abs(float(seconds)) < 1e7:
        raise ValueError("no message of a take")
    return Arrival(float(seconds), message)


def is_kept(message: bytes) -> bool:
    """Whether a message is one that a take holds: of a channel and whole.  Clock, active sensing and the
    like are not."""
    if not message or not 0x80 <= message[0] < 0xF0 or max(message[1:], default=0) > 127:
        return False
    return len(message) == (2 if message[0] & 0xE0 == 0xC0 else 3)


def _cleaning_to_json(cleaning: Cleaning) -> dict[str, Any]:
    def rules(rule: PadRules) -> list[float]:
        return [rule.double_window, rule.double_ratio, rule.crosstalk_window, rule.crosstalk_ratio]

    return {
        "latency": cleaning.latency,
        "curve": [list(point) for point in cleaning.curve.points],
        "rules": {drum.name.lower(): rules(cleaning.rules[drum]) for drum in Drum},
        "pads": {str(note): rules(rule) for note, rule in cleaning.pads},
        "chick_window": cleaning.chick_window,
    }


def _cleaning(content: dict[str, Any]) -> Cleaning:
    def rules(values: list[float]) -> PadRules:
        return PadRules(*(float(value) for value in values))

    return Cleaning(
        float(content["latency"]),
        VelocityCurve(tuple((int(x), int(y)) for x, y in content["curve"])),
        tuple(rules(content["rules"][drum.name.lower()]) for drum in Drum),
        tuple((int(note), rules(values)) for note, values in content["pads"].items()),
        float(content["chick_window"]),
    )


def _strikes(data: bytes) -> bool:
    return data[0] & 0xF0 == 0x90 and data[2] > 0


def _closed(events: list[tuple[int, mido.Message]], gate: int) -> list[tuple[int, mido.Message]]:
    """The events with every note closed after its beginning: a port's stamps may give both one moment, and
    a recording may end in between.  A note that lasts no time is none to many programs."""
    import mido

    closed: list[tuple[int, mido.Message]] = []
    sounding: dict[tuple[int, int], int] = {}
    for tick, message in events:
        at = tick
        if message.type == "note_on" and message.velocity:
            sounding[message.channel, message.note] = tick
        elif message.type in ("note_on", "note_off"):
            began = sounding.pop((message.channel, message.note), None)
            at = tick if began is None else max(tick, began + 1)
        closed.append((at, message))
    closed += [
        (tick + gate, mido.Message("note_off", note=note, channel=channel))
        for (channel, note), tick in sounding.items()
    ]
    return closed


def _track(events: list[tuple[int, mido.Message]], length: int) -> mido.MidiTrack:
    """A track of `events`, ending at `length` ticks or with its last event."""
    import mido

    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, length - now)))
    return track
