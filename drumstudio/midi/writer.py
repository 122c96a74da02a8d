"""Patterns -> Standard MIDI files that a DAW, a synth or an e-kit takes as they are.

Type 1, 480 ticks to the quarter: a first track with tempo and meter, a second with the drums on
channel 10, every note closed.
"""

from __future__ import annotations

import io
from pathlib import Path

import mido

from drumstudio.domain.drums import GENERAL_MIDI, Drum, DrumMap
from drumstudio.domain.pattern import MAX_BARS, Pattern
from drumstudio.domain.performance import ALL_LANES, PEDAL_CLOSED, pedal_before, strokes
from drumstudio.domain.project import Lane
from drumstudio.domain.timing import PPQ, Meter, clamp_qpm
from drumstudio.errors import MidiFileError
from drumstudio.midi.maps import DRUM_CHANNEL
from drumstudio.midi.own import OwnNotes, Place, exceptional
from drumstudio.paths import write_atomically

GATE = 48  # ticks a note is held: a tenth of a quarter, as an e-kit's own recordings
_OFF_VELOCITY = 64
_PEDAL = 4

# Tick, order within the tick (note-offs before all else), message.
_Event = tuple[int, int, mido.Message | mido.MetaMessage]


def export_pattern(
    path: str | Path,
    pattern: Pattern,
    qpm: float,
    drum_map: DrumMap = GENERAL_MIDI,
    lanes: tuple[Lane, ...] = ALL_LANES,
    repeats: int = 1,
) -> None:
    """Write `pattern`, played `repeats` times, as it sounds with the lanes' mutes and solos.

    Hits with a chance are all written.  A hit pulled ahead of the file's start begins with it;
    its true offset is kept in the text event that makes :func:`import_pattern` give back the
    very same pattern.  Raises MidiFileError where `path` cannot be written.
    """
    path = Path(path)
    try:
        write_atomically(path, encode(pattern, qpm, drum_map, lanes, repeats, path.stem))
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise MidiFileError(f"{path} cannot be written ({reason}); choose another name or folder") from error


def encode(
    pattern: Pattern,
    qpm: float,
    drum_map: DrumMap = GENERAL_MIDI,
    lanes: tuple[Lane, ...] = ALL_LANES,
    repeats: int = 1,
    name: str = "DrumStudio",
) -> bytes:
    """Bytes of the file that :func:`export_pattern` writes; `name` becomes the first track's."""
    qpm = clamp_qpm(qpm)
    repeats = max(1, repeats)
    struck: list[tuple[int, Drum, int, Place]] = []
    for turn in range(repeats):
        for stroke in strokes(pattern, lanes):
            hit = pattern.hit_at(stroke.step, stroke.drum)
            assert hit is not None
            place = (
                stroke.step + turn * pattern.steps,
                round(hit.offset * pattern.grid.ticks_per_step),
                hit.chance,
            )
            struck.append((max(0, stroke.tick + turn * pattern.ticks), stroke.drum, stroke.velocity, place))
    struck.sort(key=lambda stroke: (stroke[0], stroke[1]))
    note = OwnNotes(
        drum_map,
        qpm,
        pattern.grid,
        min(MAX_BARS, pattern.bars * repeats),
        pattern.swing,
        pattern.seam if repeats == 1 else None,
        exceptional(pattern.grid, pattern.swing, ((tick, drum, place) for tick, drum, _, place in struck)),
    )
    notes = [(tick, drum, velocity) for tick, drum, velocity, _ in struck]
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ, charset="utf-8")
    file.tracks += [
        _track(_conductor(name, note, pattern.grid.meter, qpm), pattern.ticks * repeats),
        _track(_names(drum_map) + _played(notes, drum_map, pattern.ticks * repeats), pattern.ticks * repeats),
    ]
    encoded = io.BytesIO()
    file.save(file=encoded)
    return encoded.getvalue()


def _conductor(name: str, note: OwnNotes, meter: Meter, qpm: float) -> list[_Event]:
    clocks = min(255, int(24 * meter.beat_quarters))
    # mido's own bpm2tempo counts beats of the meter; a tempo event counts quarters.
    events = (
        mido.MetaMessage("track_name", name=name.encode("utf-8", "replace").decode()),
        mido.MetaMessage("text", text=note.text()),
        mido.MetaMessage("set_tempo", tempo=round(6e7 / qpm)),
        mido.MetaMessage(
            "time_signature",
            numerator=meter.numerator,
            denominator=meter.denominator,
            clocks_per_click=clocks,
        ),
    )
    return [(0, 0, event) for event in events]


def _names(drum_map: DrumMap) -> list[_Event]:
    """Name of the track and, as texts, of each drum's note."""
    events = (
        mido.MetaMessage("track_name", name="Drums"),
        mido.MetaMessage("instrument_name", name=drum_map.label),
        *(mido.MetaMessage("text", text=f"{drum.label}: note {drum_map.note_of(drum)}") for drum in Drum),
    )
    return [(0, 0, event) for event in events]


def _played(notes: list[tuple[int, Drum, int]], drum_map: DrumMap, length: int) -> list[_Event]:
    """Messages of strokes (tick, drum, velocity), by time; a note ends before its drum is struck again.

    A hi-hat left open is closed at `length`, the end: its pedal stays where it was put.
    """
    events: list[_Event] = []
    following: dict[Drum, list[int]] = {drum: [] for drum in Drum}
    for tick, drum, _ in notes:
        if following[drum][-1:] != [tick]:
            following[drum].append(tick)
    ends = {
        (tick, drum): min([tick + GATE, *ticks[index + 1 : index + 2]])
        for drum, ticks in following.items()
        for index, tick in enumerate(ticks)
    }
    pedal = None
    for tick, drum, velocity in notes:
        number = drum_map.note_of(drum)
        before = pedal_before(drum, velocity) if drum_map.pedal else None
        if before is not None:
            pedal = before
            events.append((tick, 1, _message("control_change", control=_PEDAL, value=pedal)))
        events.append((tick, 1, _message("note_on", note=number, velocity=velocity)))
        events.append((ends[tick, drum], 0, _message("note_off", note=number, velocity=_OFF_VELOCITY)))
    if pedal is not None and pedal != PEDAL_CLOSED:
        end = max(length, *ends.values())
        events.append((end, 1, _message("control_change", control=_PEDAL, value=PEDAL_CLOSED)))
    return events


def _message(kind: str, **values: int) -> mido.Message:
    return mido.Message(kind, channel=DRUM_CHANNEL, **values)


def _track(events: list[_Event], length: int) -> mido.MidiTrack:
    """A track of `events`, ending at `length` ticks or with its last event."""
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, length - now)))
    return track
