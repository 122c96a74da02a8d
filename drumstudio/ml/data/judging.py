"""The verdict on one file, the sequences that are used of it, and the remedies that were tried on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from drumstudio.errors import MidiFileError
from drumstudio.midi.maps import DRUM_CHANNEL
from drumstudio.midi.reader import MidiSong
from drumstudio.ml.data.cutting import BY_FEEL, Piece, cut
from drumstudio.ml.data.finding import found_in, is_click, is_melody
from drumstudio.ml.data.loading import (
    GET_ANOTHER,
    Fault,
    Loaded,
    Opened,
    Reading,
    RefusedError,
    load,
    unnamed,
)
from drumstudio.ml.data.offering import (
    Candidate,
    Doubt,
    channel_candidates,
    doubts_of,
    map_candidates,
    meter_candidates,
    short_candidates,
)
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.sequences import MIN_BARS, Filters, Sequence
from drumstudio.ml.data.sources import Info, Source
from drumstudio.ml.data.verdicts import Found, Offer, Verdict

Judged = tuple[Verdict, list[Sequence]]

_WORTH_SAYING = 5.0  # milliseconds of constant offset
_COUNTED_IN = 1  # bars of silence that nobody wonders at
_FRAMES_QPM = 120.0  # a tempo to try where a file counts in SMPTE frames and gives none
_MOST_STYLES = 4
_ACCEPT = Candidate("accept", "Use it all the same", Remedy(accept=True))


@dataclass(frozen=True, slots=True)
class Choices:
    """How files are to be read: which sequences, 9 drums or 1, what decides on the steps ("feel" or
    "drum_rnn"), and where drums are.  With `look` files that are not wanted are looked into all the same,
    for what they hold."""

    filters: Filters
    kit: int
    reading: Reading = field(default_factory=Reading)
    quantise: str = BY_FEEL
    look: bool = False


@dataclass
class _Case:
    """A file on trial: what it is read as, and what may be wrong with it."""

    verdict: Verdict
    sequences: list[Sequence] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


def judge_file(source: Source, choices: Choices) -> Judged:
    """Read a MIDI file as far as it is wanted and can be used; never raises for what the file holds.

    Sequences keep the official split, "" where there is none.  Every remedy that is offered was tried.
    """
    remedy = choices.reading.remedy(source.path)
    opened: Opened = {}
    case = _tried(source, choices, remedy, opened)
    verdict = case.verdict
    if remedy.skip:
        return verdict, []
    offers = tuple(
        Offer(verdict.file, one.kind, one.label, one.remedy)
        for one in dict.fromkeys(
            [*case.candidates, *(one for doubt in case.doubts for one in doubt.candidates)]
        )
        if not _changes(remedy, one.remedy)
        and _helps(case, _tried(source, choices, remedy.with_(one.remedy), opened))
    )
    return replace(verdict, remedies=offers), case.sequences


def judge_sequences(sequences: list[Sequence], filters: Filters) -> Judged:
    """Verdict on the sequences of one file of a saved data set, and those that are wanted."""
    first = sequences[0]
    blank = Verdict(first.file, False, "", "", style=first.style, beat_type=first.beat_type)
    objection = filters.objection(first.style, first.beat_type)
    wanted = [sequence for sequence in sequences if filters.takes_meter(sequence.meter)]
    if objection is None and wanted:
        return _used(blank, wanted), wanted
    meters = _listed(sequence.meter for sequence in sequences)
    fault = Fault("filtered", *(objection or (f"its meter is {meters}", "")))
    return replace(_refused(blank, fault), meter=meters, qpm=first.qpm), []


def _changes(done: Remedy, wanted: Remedy) -> bool:
    """Whether `wanted` is done already."""
    return done.with_(wanted) == done


def _helps(before: _Case, after: _Case) -> bool:
    """Whether a remedy makes more of a file, or leaves less to doubt."""
    one, other = before.verdict, after.verdict
    if not other.used or not one.used:
        return other.used
    fewer = len(after.doubts) < len(before.doubts)
    known, knows = (sum(count for _, count in v.found.unknown) for v in (one, other))
    return fewer or other.bars > one.bars or knows < known


def _tried(source: Source, choices: Choices, remedy: Remedy, opened: Opened) -> _Case:
    """The case of a file as `remedy` has it read."""
    info = source.info
    if remedy.style or remedy.beat_type:
        info = replace(info, style=remedy.style or info.style, beat_type=remedy.beat_type or info.beat_type)
        source = replace(source, info=info)
    blank = Verdict(
        str(source.path), False, "", "", style=info.style, beat_type=info.beat_type, source=source.given,
        applied=remedy.words(),
    )  # fmt: skip
    if remedy.skip:
        return _Case(_refused(blank, Fault("skipped", "it is left out, as you asked")))
    objection = choices.filters.objection(info.style, info.beat_type)
    if objection is not None:
        blank = replace(blank, found=_looked_at(source, choices, remedy)) if choices.look else blank
        verdict = _refused(blank, Fault("filtered", *objection))
        return _Case(verdict, candidates=_wanted_candidates(info, choices.filters))
    try:
        loaded = load(source, choices.reading, remedy, opened)
    except RefusedError as error:
        return _refusal(source, error, blank, remedy)
    return _judge_song(source, loaded, blank, choices, remedy)


def _looked_at(source: Source, choices: Choices, remedy: Remedy) -> Found:
    try:
        loaded = load(source, choices.reading, remedy)
    except RefusedError as error:
        return Found() if error.song is None else found_in(error.song)
    return found_in(loaded.song, loaded.channel, loaded.drum_map)


def _wanted_candidates(info: Info, filters: Filters) -> list[Candidate]:
    """For a file whose style or kind is not known: to call it what is asked for."""
    if filters.wanted and not info.style:
        styles = sorted(filters.wanted)[:_MOST_STYLES]
        return [Candidate("style", f"Call it {style}", Remedy(style=style)) for style in styles]
    if filters.beat_types and not info.beat_type:
        return [Candidate("type", f"Call it a {kind}", Remedy(beat_type=kind)) for kind in filters.beat_types]
    return []


def _refusal(source: Source, error: RefusedError, blank: Verdict, remedy: Remedy) -> _Case:
    """The case of a file that cannot be read as drums at all, and what may help."""
    fault, song = error.fault, error.song
    if fault.kind == "unreadable":
        candidates = [Candidate("salvage", "Use what is there up to the damage", Remedy(salvage=True))]
        if "SMPTE" in fault.reason:
            candidates = [Candidate("qpm", f"Count it at {_FRAMES_QPM:g}", Remedy(qpm=_FRAMES_QPM))]
        return _Case(_refused(blank, fault), candidates=candidates)
    if song is None:
        return _Case(_refused(blank, fault))
    blank = replace(blank, found=found_in(song), meter=_named(song.meter), qpm=round(song.qpm, 3))
    if fault.kind == "notes" and song.damage:
        fault = replace(fault, reason=f"{fault.reason} before its damage")
    return _Case(_refused(blank, fault), candidates=channel_candidates(song))


def _judge_song(source: Source, loaded: Loaded, blank: Verdict, choices: Choices, remedy: Remedy) -> _Case:
    song, channel, drum_map = loaded.song, loaded.channel, loaded.drum_map
    found = found_in(song, channel, drum_map)
    blank = replace(
        blank,
        channel=channel,
        map=drum_map.name,
        meter=_named(song.meter),
        qpm=round(song.qpm, 3),
        found=found,
    )
    odd = _no_drumming(loaded, choices.reading, remedy)
    if odd is not None:
        others = channel_candidates(song, but=channel)
        return _Case(_refused(blank, odd), candidates=[*others, _ACCEPT])
    try:
        pieces = [
            piece
            for part in loaded.parts
            for piece in cut(part, channel, drum_map, choices.kit, source.info, choices.quantise)
        ]
    except MidiFileError as error:
        return _Case(_refused(blank, Fault("size", unnamed(error, source.path), GET_ANOTHER)))
    if not pieces:
        fault = _drumless(song, channel, drum_map.label)
        candidates = [
            Candidate("unended", "Count notes that nothing ends", Remedy(unended=True)),
            *map_candidates(song, channel, drum_map),
            *channel_candidates(song, but=channel),
        ]
        return _Case(_refused(blank, fault), candidates=candidates[not found.unended :])
    return _chosen(source, loaded, blank, pieces, choices, remedy)


def _no_drumming(loaded: Loaded, reading: Reading, remedy: Remedy) -> Fault | None:
    """Why notes that could be drums are none: a metronome's, or those of a melody."""
    song, channel = loaded.song, loaded.channel
    if remedy.accept or loaded.is_take:
        return None
    if is_click(song, channel):
        return Fault("click", "it is a click: one note on every beat", "record drums to it")
    told = remedy.channel is not None or reading.channel is not None
    if channel != DRUM_CHANNEL and not told and is_melody(song, channel):
        reason = f"it has no notes on channel 10, and channel {channel + 1} sounds like a melody"
        return Fault("channel", reason, "if it is drums, say so")
    return None


def _chosen(
    source: Source, loaded: Loaded, blank: Verdict, pieces: list[Piece], choices: Choices, remedy: Remedy
) -> _Case:
    """Keep the pieces without fault."""
    faults = [_fault(piece, choices) for piece in pieces]
    good = [piece for piece, fault in zip(pieces, faults, strict=True) if fault is None]
    left = [fault for fault in faults if fault is not None]
    mendable = any(fault.kind in ("short", "meter") for fault in left)
    several = mendable and (len(pieces) > 1 or left[0].kind == "meter")
    candidates = meter_candidates(loaded.song, pieces) if several else []
    if not good:
        if len(pieces) == 1 and left[0].kind == "short":
            candidates += short_candidates(loaded, source.info.beat_type)
        verdict = replace(_refused(blank, left[0]), meter=_listed(_named(piece.meter) for piece in pieces))
        return _Case(verdict, candidates=candidates)
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
    doubts = doubts_of(loaded, good, blank.found, remedy)
    verdict = replace(
        _used(blank, kept, left, len(loaded.parts)), doubt="; ".join(doubt.words for doubt in doubts)
    )
    return _Case(verdict, kept, doubts, candidates)


def _fault(piece: Piece, choices: Choices) -> Fault | None:
    """Why a piece cannot be used or is not wanted."""
    meter = _named(piece.meter)
    if not isinstance(piece.bar, int):
        note = "16ths" if choices.kit == 9 else "8ths"
        reason = f"a bar of {meter} is not a whole number of {note}"
        return Fault("meter", reason, "write it in a meter of longer beats")
    if not choices.filters.takes_meter(meter):
        return Fault("filtered", f"its meter is {meter}")
    if piece.bars < MIN_BARS:
        reason = f"{piece.bars} bar of {meter}, and at least {MIN_BARS} are needed"
        return Fault("short", reason, "record it longer, or join several takes in one file")
    return None


def _drumless(song: MidiSong, channel: int, label: str) -> Fault:
    notes = [row for row in song.rows if row[3] == channel]
    if not any(row[5] > row[0] for row in notes):
        reason = f"its {len(notes)} notes are never ended, or end as they begin"
        return Fault("drums", reason, "open it in DrumStudio and export it again")
    reason = f"none of its {len(notes)} notes on channel {channel + 1} is a drum of the {label} map"
    return Fault("drums", reason, "choose another map or channel")


def _refused(blank: Verdict, fault: Fault) -> Verdict:
    return replace(blank, kind=fault.kind, reason=fault.reason, remedy=fault.remedy)


def _used(blank: Verdict, kept: list[Sequence], left: Iterable[Fault] = (), parts: int = 1) -> Verdict:
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
        why = (
            "its meter or tempo changes, or it is silent for long" if parts == 1 else "a track by itself each"
        )
        reason += f", in {len(kept)} pieces: {why}"
    if blank.found.first_bar > _COUNTED_IN + 1:
        reason += f"; it begins in bar {blank.found.first_bar}"
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
