"""A folder of files as people really have them: none is what a data set hopes for."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from support.smf import chunk, drums, event, meta, meter, smf, tempo, varlen, write

BAR = 1920
Note = tuple[int, int]
Maker = Callable[[Path], None]


def groove(seed: int, bars: int = 8, per_bar: int = 16, step: int = 120) -> list[Note]:
    """Playing that no other seed gives: kick, snare, hats, and a tom or crash now and then."""
    draw = random.Random(seed)
    notes: list[Note] = []
    for bar in range(bars):
        for at in range(per_bar):
            tick = (bar * per_bar + at) * step
            if at % 2 == 0:
                notes.append((tick, 42 if draw.random() < 0.85 else 46))
            if draw.random() < (0.7 if at % 8 == 0 else 0.1):
                notes.append((tick, 36))
            if at % 8 == 4 or draw.random() < 0.06:
                notes.append((tick, 38))
            if draw.random() < 0.03:
                notes.append((tick, draw.choice((45, 48, 50, 49))))
    return notes


def song(path: Path, *events: bytes, kind: int = 1, ppq: int = 480) -> None:
    """A file of one track, at 120 in 4/4 unless its events say more."""
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2), *events), kind=kind, ppq=ppq))


def bare(path: Path, *tracks: bytes, kind: int = 1, ppq: int = 480) -> None:
    """A file of tracks that says nothing of its tempo and meter."""
    write(path, smf(*(chunk(track) for track in tracks), kind=kind, ppq=ppq))


def moved(notes: Iterable[Note], ticks: int = 0, factor: float = 1.0) -> list[Note]:
    """The notes later, or wider apart."""
    return [(round(tick * factor) + ticks, note) for tick, note in notes]


def open_notes(notes: Iterable[Note]) -> bytes:
    """Note-ons that nothing ends."""
    out, now = b"", 0
    for tick, note in sorted(notes):
        out += event(tick - now, 0x99, note, 90)
        now = tick
    return out


def no_lengths(notes: Iterable[Note]) -> bytes:
    """Notes whose note-off comes on the tick of their note-on."""
    out, now = b"", 0
    for tick, note in sorted(notes):
        out += event(tick - now, 0x99, note, 90) + event(0, 0x89, note, 0)
        now = tick
    return out


def held(notes: Iterable[tuple[int, int, int]], channel: int = 0) -> bytes:
    """Notes (tick, number, length) of a melody."""
    listed = []
    for tick, note, length in notes:
        listed.append((tick, 1, bytes((0x90 | channel, note, 80))))
        listed.append((tick + length, 0, bytes((0x80 | channel, note, 64))))
    out, now = b"", 0
    for tick, _, message in sorted(listed):
        out += varlen(tick - now) + message
        now = tick
    return out


def running_status(notes: list[Note]) -> bytes:
    """Notes whose status byte is written once, their ends as note-ons of velocity 0."""
    listed = sorted([(t, n, 100) for t, n in notes] + [(t + 30, n, 0) for t, n in notes])
    out, now = b"", 0
    for index, (tick, note, velocity) in enumerate(listed):
        out += varlen(tick - now) + (b"" if index else b"\x99") + bytes((note, velocity))
        now = tick
    return out


def _meters_every_bar(path: Path) -> None:
    marks = b"".join(
        meter((0 if bar == 0 else (BAR, 1440)[(bar - 1) % 2]), (4, 3)[bar % 2], 2) for bar in range(8)
    )
    write(path, smf(chunk(tempo(0, 500_000), marks), chunk(drums(groove(8, 7)))))


def _ramp(path: Path) -> None:
    marks = b"".join(tempo(0 if bar == 0 else BAR, 600_000 - 20_000 * bar) for bar in range(16))
    write(path, smf(chunk(meter(0, 4, 2), marks), chunk(drums(groove(10, 16)))))


def _jumps(path: Path) -> None:
    marks = tempo(0, 500_000) + tempo(4 * BAR, 400_000) + tempo(4 * BAR, 600_000)
    write(path, smf(chunk(meter(0, 4, 2), marks), chunk(drums(groove(11, 12)))))


def _free(path: Path) -> None:
    """Played at 97 with a loose hand, recorded at a default of 120 with no click."""
    draw = random.Random(3)
    stretched = moved(groove(12, 16), 700, 120 / 97)
    song(path, drums([(tick + round(draw.gauss(0, 5)), note) for tick, note in stretched]))


def _two_hours(path: Path) -> None:
    phrase = drums(groove(13, 8))
    gap = 8 * BAR - sum(_deltas(phrase))
    song(path, phrase, *[varlen(gap + phrase[0]) + phrase[1:]] * 449)


def _deltas(events: bytes) -> list[int]:
    """The deltas of events that :func:`drums` wrote: three bytes of message after each."""
    found, at = [], 0
    while at < len(events):
        value = 0
        while True:
            byte = events[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                break
        found.append(value)
        at += 3
    return found


def _frames(path: Path) -> None:
    data = bytearray(smf(chunk(drums([(tick * 1000 // 960, note) for tick, note in groove(14, 8)]))))
    data[12:14] = bytes((256 - 25, 40))  # 1000 ticks a second
    write(path, bytes(data))


def _cut(path: Path) -> None:
    whole = smf(chunk(tempo(0, 500_000), meter(0, 4, 2), drums(groove(15, 8))))
    write(path, whole[: 2 * len(whole) // 3])


def _riff(path: Path) -> None:
    inner = smf(chunk(tempo(0, 500_000), meter(0, 4, 2), drums(groove(16))))
    body = b"RMIDdata" + len(inner).to_bytes(4, "little") + inner
    write(path, b"RIFF" + len(body).to_bytes(4, "little") + body)


def _copies(path: Path) -> None:
    """A take, and other exports of it: other resolution and tempo, another map, tidied, in two parts."""
    folder, notes = path.parent, groove(17, 16)
    song(folder / "take a.mid", drums(notes))
    fine = moved(notes, 0, 2)
    write(folder / "fine export.mid", smf(chunk(tempo(0, 430_000), meter(0, 4, 2), drums(fine)), ppq=960))
    other = {36: 36, 38: 37, 42: 51, 46: 46, 45: 50, 48: 45, 50: 48, 49: 57}
    song(folder / "on another kit.mid", drums([(tick, other[note]) for tick, note in notes]))
    hits = [one for one in notes if one[1] not in (42, 46) or one[0] % 480 == 0]
    song(folder / "fewer hats.mid", drums(hits))
    half = [one for one in notes if one[0] < 8 * BAR]
    song(folder / "first half.mid", drums(half))


def _loops(path: Path) -> None:
    for index in range(3):
        song(path.parent / f"loop {index + 1}.mid", drums(groove(20 + index, 1)))


def _melody(path: Path) -> None:
    draw = random.Random(5)
    notes = [(240 * at, draw.choice((60, 62, 64, 65, 67, 69, 71, 72, 74)), 235) for at in range(96)]
    bare(path, tempo(0, 500_000) + held(notes))


def _low_melody(path: Path) -> None:
    draw = random.Random(6)
    notes = [(240 * at, draw.choice((36, 38, 40, 41, 43, 45, 47, 48, 50, 52)), 235) for at in range(96)]
    bare(path, tempo(0, 500_000) + held(notes))


def _two_drummers(path: Path) -> None:
    tracks = [meta(0, 3, name) + drums(groove(seed)) for name, seed in ((b"Left", 30), (b"Right", 31))]
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), *(chunk(track) for track in tracks)))


def _two_channels(path: Path) -> None:
    """Two kits, neither on channel 10."""
    tracks = [drums(groove(seed), channel) for seed, channel in ((32, 1), (33, 4))]
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), *(chunk(track) for track in tracks)))


def _kicks_apart(path: Path) -> None:
    """One drummer, a track a drum, as DAWs export."""
    notes = groove(34)
    tracks = [[one for one in notes if one[1] == drum] for drum in (36, 38, 42, 46)]
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), *(chunk(drums(own)) for own in tracks)))


def _band(path: Path) -> None:
    bass = held([(480 * at, 40, 400) for at in range(32)], 1)
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), chunk(bass), chunk(drums(groove(35)))))


def _click_and_kit(path: Path) -> None:
    """A click on channel 10, the kit on channel 2."""
    click = drums([(480 * at, 76 if at % 4 == 0 else 77) for at in range(32)])
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), chunk(click), chunk(drums(groove(36), 1))))


def _shifted_meter(path: Path) -> None:
    marks = meter(0, 4, 2) + meter(4 * BAR + 37, 3, 2)
    notes = [*groove(37, 4), *moved(groove(38, 4, 12), 4 * BAR)]
    write(path, smf(chunk(tempo(0, 500_000), marks), chunk(drums(notes))))


def _alesis(path: Path) -> None:
    other = {36: 36, 38: 38, 42: 21, 46: 23, 45: 43, 48: 48, 50: 50, 49: 49}
    song(path, drums([(tick, other[note]) for tick, note in groove(39)]))


def _rim_of_the_tom(path: Path) -> None:
    """A TD module's notes without anything but a tom's rim to tell it by."""
    notes = [(tick, 58 if note in (45, 48) else note) for tick, note in groove(40, 32)]
    song(path, drums(notes))


def _type_0(path: Path) -> None:
    song(path, drums(groove(41)), kind=0)


def _type_2(path: Path) -> None:
    bare(path, *(tempo(0, 500_000) + drums(groove(42 + index)) for index in range(2)), kind=2)


def _pedal_hat(path: Path) -> None:
    """A module with one note for its hi-hat and a pedal that says the rest."""
    notes = [(tick, 42 if note == 46 else note) for tick, note in groove(45)]
    pedal = b"".join(event(BAR if bar else 0, 0xB9, 4, (90, 10)[bar % 2]) for bar in range(8))
    write(path, smf(chunk(tempo(0, 500_000), meter(0, 4, 2)), chunk(pedal), chunk(drums(notes))))


def _same_name_bytes(path: Path) -> None:
    song(Path(os.fsdecode(os.fsencode(path.parent) + b"/Schlagzeug \xfc\xdf.mid")), drums(groove(46)))


def _loop_of_links(path: Path) -> None:
    path.symlink_to(path.name)
    (path.parent / "round").mkdir()
    (path.parent / "round" / "and round").symlink_to(path.parent)


def _joined(path: Path) -> None:
    """A performance in two parts, and both as one."""
    notes = groove(47, 12)
    song(path.parent / "session part 1.mid", drums([one for one in notes if one[0] < 6 * BAR]))
    rest = [one for one in notes if one[0] >= 6 * BAR]
    song(path.parent / "session part 2.mid", drums(moved(rest, -6 * BAR)))
    song(path.parent / "whole evening.mid", drums(notes))


# Name of the file, which is that of its test, -> what makes it; some make more than one.
MAKERS: dict[str, Maker] = {
    "channel 1.mid": lambda path: song(path, drums(groove(1), 0)),
    "channel 3 beside a bass.mid": lambda path: bare(
        path, tempo(0, 500_000) + held([(480 * at, 33, 400) for at in range(32)]), drums(groove(2), 2)
    ),
    "two channels.mid": _two_channels,
    "click on ten.mid": _click_and_kit,
    "band.mid": _band,
    "melody.mid": _melody,
    "low melody.mid": _low_melody,
    "hand drums.mid": lambda path: song(
        path, drums([(240 * at, (62, 63, 64, 60)[at * at % 4]) for at in range(64)])
    ),
    "one bar.mid": lambda path: song(path, drums(groove(3, 1))),
    "loop 1.mid": _loops,
    "no tempo.mid": lambda path: bare(path, drums(groove(4))),
    "free tempo.mid": _free,
    "half the tempo.mid": lambda path: (
        write(path, smf(chunk(tempo(0, 1_000_000), meter(0, 4, 2), drums(moved(groove(5, 16), 0, 0.5)))))
        and None
    ),
    "twice the tempo.mid": lambda path: (
        write(path, smf(chunk(tempo(0, 250_000), meter(0, 4, 2), drums(moved(groove(6, 8), 0, 2))))) and None
    ),
    "six eight.mid": lambda path: bare(path, meter(0, 6, 3) + drums(groove(7, 8, 12))),
    "five four.mid": lambda path: bare(path, meter(0, 5, 2) + drums(groove(7, 8, 20))),
    "seven eight.mid": lambda path: bare(path, meter(0, 7, 3) + drums(groove(7, 8, 14))),
    "seven thirty-two.mid": lambda path: bare(path, meter(0, 7, 5) + drums(groove(7, 8))),
    "meters every bar.mid": _meters_every_bar,
    "meter off its bar line.mid": _shifted_meter,
    "tempo ramp.mid": _ramp,
    "tempo jumps.mid": _jumps,
    "two drummers.mid": _two_drummers,
    "a track a drum.mid": _kicks_apart,
    "type 0.mid": _type_0,
    "type 2.mid": _type_2,
    "frames.mid": _frames,
    "empty.mid": lambda path: write(path, b"") and None,
    "no notes.mid": song,
    "cut short.mid": _cut,
    "diary.mid": lambda path: write(path, b"Dear diary, today I renamed this.\n") and None,
    "picture.mid": lambda path: write(path, b"\x89PNG\r\n\x1a\n" + bytes(40)) and None,
    "archive.mid": lambda path: write(path, b"PK\x03\x04" + bytes(40)) and None,
    "two hours.mid": _two_hours,
    "long silence.mid": lambda path: song(path, drums(moved(groove(51), 100 * BAR))),
    "from bar 3.mid": lambda path: song(path, drums(moved(groove(52), 2 * BAR))),
    "running status.mid": lambda path: song(path, running_status(groove(53))),
    "no lengths.mid": lambda path: song(path, no_lengths(groove(54))),
    "note-ons only.mid": lambda path: song(path, open_notes(groove(55))),
    "ppq 32767.mid": lambda path: song(path, drums(moved(groove(56), 0, 32767 / 480)), ppq=32767),
    "ppq 24.mid": lambda path: song(path, drums(moved(groove(57), 0, 0.05), gate=1), ppq=24),
    "karaoke.kar": lambda path: song(path, meta(0, 1, b"@KMIDI KARAOKE FILE"), drums(groove(58))),
    "riff.rmi": _riff,
    "take a.mid": _copies,
    "session.mid": _joined,
    "alesis.mid": _alesis,
    "tom rim.mid": _rim_of_the_tom,
    "one hi-hat.mid": _pedal_hat,
    "metronome.mid": lambda path: song(path, drums([(480 * at, 37) for at in range(64)])),
    "velocity 0.mid": lambda path: song(path, drums(groove(59), velocity=0)),
    "velocity 1.mid": lambda path: song(path, drums(groove(60), velocity=1)),
    "bytes.mid": _same_name_bytes,
    "links.mid": _loop_of_links,
}


def make(folder: Path) -> Path:
    """All the files, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in MAKERS.items():
        maker(folder / name)
    return folder
