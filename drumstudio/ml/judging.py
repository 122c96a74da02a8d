"""The verdict on one file, and the sequences that are used of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from drumstudio.errors import MidiFileError
from drumstudio.midi.maps import drum_channel, resolve_map
from drumstudio.midi.reader import MidiSong, read_song
from drumstudio.ml.cutting import BY_FEEL, Piece, cut
from drumstudio.ml.sequences import MIN_BARS, Filters, Sequence, Verdict
from drumstudio.ml.sources import Source

Judged = tuple[Verdict, list[Sequence]]

_WORTH_SAYING = 5.0  # milliseconds of constant offset
_GET_ANOTHER = "get the file anew, or export it again as a standard MIDI file"


@dataclass(frozen=True, slots=True)
class Choices:
    """How files are to be read: which sequences, 9 drums or 1, the map's name, a channel 0-15 or
    None, and what decides on the steps ("feel" or "drum_rnn")."""

    filters: Filters
    kit: int
    map: str
    channel: int | None
    quantise: str = BY_FEEL


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: str
    reason: str
    remedy: str = ""


def judge_file(source: Source, choices: Choices) -> Judged:
    """Read a MIDI file as far as it is wanted and can be used; never raises for what the file holds.

    Sequences keep the official split, "" where there is none.
    """
    info = source.info
    blank = Verdict(str(source.path), False, "", "", style=info.style, beat_type=info.beat_type)
    objection = choices.filters.objection(info.style, info.beat_type)
    if objection is not None:
        return _refused(blank, _Fault("filtered", *objection)), []
    try:
        song = read_song(source.path)
    except MidiFileError as error:
        return _refused(blank, _Fault("unreadable", _unnamed(error, source.path), _GET_ANOTHER)), []
    return _judge_song(source, song, blank, choices)


def judge_sequences(sequences: list[Sequence], filters: Filters) -> Judged:
    """Verdict on the sequences of one file of a saved data set, and those that are wanted."""
    first = sequences[0]
    blank = Verdict(first.file, False, "", "", style=first.style, beat_type=first.beat_type)
    objection = filters.objection(first.style, first.beat_type)
    wanted = [sequence for sequence in sequences if filters.takes_meter(sequence.meter)]
    if objection is None and wanted:
        return _used(blank, wanted, []), wanted
    meters = _listed(sequence.meter for sequence in sequences)
    fault = _Fault("filtered", *(objection or (f"its meter is {meters}", "")))
    return replace(_refused(blank, fault), meter=meters, qpm=first.qpm), []


def _judge_song(source: Source, song: MidiSong, blank: Verdict, choices: Choices) -> Judged:
    if not song.rows:
        return _refused(blank, _Fault("notes", "it holds no notes", "record or draw some drums in it")), []
    try:
        channel = drum_channel(song, choices.channel)
    except MidiFileError as error:
        return _refused(blank, _Fault("channel", _unnamed(error, source.path))), []
    drum_map = resolve_map(choices.map, song, channel)
    blank = replace(
        blank, channel=channel, map=drum_map.name, meter=_named(song.meter), qpm=round(song.qpm, 3)
    )
    try:
        pieces = [
            piece
            for part in song.parts()
            for piece in cut(part, channel, drum_map, choices.kit, source.info, choices.quantise)
        ]
    except MidiFileError as error:
        return _refused(blank, _Fault("size", _unnamed(error, source.path), _GET_ANOTHER)), []
    if not pieces:
        return _refused(blank, _drumless(song, channel, drum_map.label)), []
    return _chosen(source, blank, pieces, choices)


def _chosen(source: Source, blank: Verdict, pieces: list[Piece], choices: Choices) -> Judged:
    """Keep the pieces without fault."""
    faults = [_fault(piece, choices) for piece in pieces]
    good = [piece for piece, fault in zip(pieces, faults, strict=True) if fault is None]
    left = [fault for fault in faults if fault is not None]
    if not good:
        return replace(_refused(blank, left[0]), meter=_listed(_named(piece.meter) for piece in pieces)), []
    info = source.info
    kept = [
        Sequence(
            source.name,
            piece.events.astype(np.int16),
            _named(piece.meter),
            int(piece.bar),
            round(piece.qpm, 3),
            info.style,
            info.beat_type,
            info.drummer,
            info.split,
            index,
            piece.steps_per_quarter,
            piece.feel.kind,
            round(piece.feel.swing, 4),
            round(piece.feel.offset_seconds, 5),
        )
        for index, piece in enumerate(good)
    ]
    return _used(blank, kept, left), kept


def _fault(piece: Piece, choices: Choices) -> _Fault | None:
    """Why a piece cannot be used or is not wanted."""
    meter = _named(piece.meter)
    if not isinstance(piece.bar, int):
        note = "16ths" if choices.kit == 9 else "8ths"
        reason = f"a bar of {meter} is not a whole number of {note}"
        return _Fault("meter", reason, "write it in a meter of longer beats")
    if not choices.filters.takes_meter(meter):
        return _Fault("filtered", f"its meter is {meter}")
    if piece.bars < MIN_BARS:
        reason = f"{piece.bars} bar of {meter}, and at least {MIN_BARS} are needed"
        return _Fault("short", reason, "record it longer, or join several takes in one file")
    return None


def _drumless(song: MidiSong, channel: int, label: str) -> _Fault:
    notes = [row for row in song.rows if row[3] == channel]
    if not any(row[5] > row[0] for row in notes):
        reason = f"its {len(notes)} notes are never ended, or end as they begin"
        return _Fault("drums", reason, "open it in DrumStudio and export it again")
    reason = f"none of its {len(notes)} notes on channel {channel + 1} is a drum of the {label} map"
    return _Fault("drums", reason, "choose another --map or --channel")


def _refused(blank: Verdict, fault: _Fault) -> Verdict:
    return replace(blank, kind=fault.kind, reason=fault.reason, remedy=fault.remedy)


def _used(blank: Verdict, kept: list[Sequence], left: list[_Fault]) -> Verdict:
    bars = sum(sequence.bars for sequence in kept)
    meters = _listed(sequence.meter for sequence in kept)
    reason = f"{bars} bars of {meters} at {_listed(f'{sequence.qpm:g}' for sequence in kept)}"
    feels = _listed(_felt(sequence) for sequence in kept)
    if any(sequence.feel != "straight" for sequence in kept):
        reason += f"; {feels}"
    offsets = [1000 * sequence.offset_seconds for sequence in kept]
    if abs(largest := max(offsets, key=abs)) >= _WORTH_SAYING:
        reason += f"; played {abs(largest):.0f} ms {'late' if largest > 0 else 'early'}, which is taken out"
    if len(kept) > 1:
        reason += f", in {len(kept)} pieces: its meter or tempo changes, or it is silent for long"
    if left:
        reason += f"; left out: {_listed(fault.reason for fault in left)}"
    return replace(
        blank,
        used=True,
        kind="used",
        reason=reason,
        bars=bars,
        steps=sum(len(sequence.events) for sequence in kept),
        sequences=len(kept),
        meter=meters,
        qpm=kept[0].qpm,
        feel=_listed(sequence.feel for sequence in kept),
    )


def _felt(sequence: Sequence) -> str:
    """The feel of a sequence, and its steps where they are not 16ths."""
    words = {
        "straight": "straight feel",
        "swung": f"8ths swung {sequence.swing:.0%}",
        "triplet": "triplet feel",
    }[sequence.feel]
    if sequence.steps_per_quarter == 3:
        words += f", on {sequence.steps_per_bar} steps a bar"
    return words


def _named(meter: tuple[int, int]) -> str:
    return f"{meter[0]}/{meter[1]}"


def _listed(words: Iterable[str]) -> str:
    """Each word once, in order."""
    return ", ".join(dict.fromkeys(words))


def _unnamed(error: MidiFileError, path: Path) -> str:
    """An error's words without the file's name, which the verdict gives anyway."""
    return str(error).removeprefix(f"{path} ")
