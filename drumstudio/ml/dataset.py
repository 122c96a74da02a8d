"""Training data sets: from folders of MIDI files to sequences of drum events, losing nothing silently.

Every file gets a :class:`Verdict`.  A recording becomes one sequence, whole, gaps included; only
changes of meter and tempo divide it (see :mod:`drumstudio.ml.cutting`).  Official splits are kept
where info.csv names them; all other files are split by a seed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from drumstudio.errors import DatasetError, MidiFileError
from drumstudio.midi.maps import drum_channel, resolve_map
from drumstudio.midi.reader import MidiSong, read_song
from drumstudio.ml import dataset_file
from drumstudio.ml.cutting import STEPS_PER_QUARTER, Piece, cut
from drumstudio.ml.sequences import MIN_BARS, SPLITS, Filters, Sequence, Verdict
from drumstudio.ml.sources import SUFFIX, Source, find_sources

__all__ = ["SPLITS", "SUFFIX", "DataSet", "Sequence", "Verdict", "build", "open_dataset"]

# Share of the files without an official split that are held out, each for validation and for test.
HELD_OUT = 0.1
_ENOUGH_FOR_A_TEST = 10

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Sequences on one grid, and the verdicts on the files they come from.

    `kit` is 9 (events are sets of drums) or 1 (something struck or not); `map` the name of the
    drum map asked for.
    """

    sequences: tuple[Sequence, ...]
    verdicts: tuple[Verdict, ...] = ()
    kit: int = 9
    map: str = "auto"

    @property
    def steps_per_quarter(self) -> int:
        """The grid: 4 for nine drums, 2 for one."""
        return STEPS_PER_QUARTER[self.kit]

    @property
    def steps(self) -> int:
        """Steps in all."""
        return sum(len(sequence.events) for sequence in self.sequences)

    @property
    def bars(self) -> int:
        """Bars in all."""
        return sum(sequence.bars for sequence in self.sequences)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of all that a training sees of it: events, meters and splits, in order."""
        digest = hashlib.sha256(f"{self.kit}".encode())
        for sequence in self.sequences:
            digest.update(f"/{sequence.split}/{sequence.meter}/{sequence.steps_per_bar}/".encode())
            digest.update(sequence.events.astype("<i2").tobytes())
        return digest.hexdigest()

    def split(self, name: str) -> tuple[Sequence, ...]:
        """Sequences of "train", "validation", "test", or "all".  Raises DatasetError for other names."""
        if name == "all":
            return self.sequences
        if name not in SPLITS:
            raise DatasetError(f"there is no split called {name!r}; choose one of {', '.join(SPLITS)} or all")
        return tuple(sequence for sequence in self.sequences if sequence.split == name)

    def styles(self) -> Counter[str]:
        """Number of sequences of each style, by its first part."""
        return Counter(sequence.style.split("/")[0] for sequence in self.sequences)

    def save(self, path: str | Path) -> None:
        """Write the set to `path`, whole or not at all.  Raises DatasetError."""
        dataset_file.write(Path(path), self.sequences, self.verdicts, self.kit, self.map)

    @classmethod
    def load(cls, path: str | Path) -> DataSet:
        """Read a set that :meth:`save` wrote.  Raises DatasetError for anything else."""
        return cls(*dataset_file.read(Path(path)))


def open_dataset(*sources: str | Path, kit: int = 9, **choices: object) -> DataSet:
    """The data of files, folders and saved data sets; `choices` as for :func:`build`.

    Raises DatasetError where nothing in them can be used, with the reason that is most frequent.
    """
    found = build(sources, kit=kit, **choices)  # type: ignore[arg-type]
    require_data(found)
    return found


def require_data(data: DataSet) -> None:
    """Raise DatasetError for a set without sequences, saying why it has none."""
    if not data.sequences:
        kinds = Counter(verdict.kind for verdict in data.verdicts)
        kind = kinds.most_common(1)[0][0] if kinds else ""
        example = next((verdict for verdict in data.verdicts if verdict.kind == kind), None)
        why = f": {example.file}: {example.reason}" if example else ""
        way_out = f"; {example.remedy}" if example and example.remedy else ""
        raise DatasetError(f"none of the {len(data.verdicts)} files can be used{why}{way_out}")


def build(
    sources: Iterable[str | Path],
    styles: Iterable[str] | None = None,
    beats_only: bool = False,
    fills_only: bool = False,
    meters: Iterable[str] | None = None,
    kit: int = 9,
    map: str = "auto",
    channel: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> DataSet:
    """Build a data set of MIDI files, folders of them, and saved data sets (.drumdata).

    `map` is magenta, roland, gm or auto; `channel` (0-15) overrides the search for the drums;
    `seed` draws the split of files that have none; `progress(done, files)` is called now and
    then.  A file that cannot be used costs nothing but its verdict.  Raises DatasetError where a
    source is not there, or choices contradict each other.
    """
    if beats_only and fills_only:
        raise DatasetError("only beats and only fills leave nothing; choose one of them")
    if kit not in STEPS_PER_QUARTER:
        raise DatasetError(f"a kit has 9 drums or 1, not {kit}")
    types = (("beat",) if beats_only else ()) + (("fill",) if fills_only else ())
    filters = Filters(tuple(styles or ()), types, tuple(meters or ()))
    builder = _Builder(filters, kit, map, channel)
    found = find_sources(sources)
    for index, source in enumerate(found):
        builder.add(source)
        if progress is not None:
            progress(index + 1, len(found))
    return builder.finished(seed)


class _Builder:
    """Takes sources in, one by one."""

    def __init__(self, filters: Filters, kit: int, drum_map: str, channel: int | None) -> None:
        self._filters = filters
        self._kit = kit
        self._map = drum_map
        self._channel = channel
        self._sequences: list[list[Sequence]] = []  # one list a file
        self._verdicts: list[tuple[Verdict, int]] = []  # with the index of its file's list, or -1

    def add(self, source: Source) -> None:
        """Use a source as far as it can be used."""
        if source.path.suffix.lower() == SUFFIX:
            self._add_saved(source)
            return
        blank = Verdict(
            str(source.path), False, "", "", style=source.info.style, beat_type=source.info.beat_type
        )
        objection = self._filters.objection(blank.style, blank.beat_type)
        if objection is not None:
            verdict = replace(blank, kind="filtered", reason=objection[0], remedy=objection[1])
            self._verdicts.append((verdict, -1))
            return
        try:
            song = read_song(source.path)
        except MidiFileError as error:
            verdict = replace(
                blank, kind="unreadable", reason=_without(str(error), source.path), remedy=_GET_ANOTHER
            )
            self._verdicts.append((verdict, -1))
            return
        verdict, sequences = self._judge(source, song, blank)
        self._keep(verdict, sequences)

    def _keep(self, verdict: Verdict, sequences: list[Sequence]) -> None:
        self._verdicts.append((verdict, len(self._sequences) if sequences else -1))
        if sequences:
            self._sequences.append(sequences)

    def _judge(self, source: Source, song: MidiSong, blank: Verdict) -> tuple[Verdict, list[Sequence]]:
        """Verdict on a song that could be read, and what is used of it."""
        if not song.rows:
            return replace(blank, kind="notes", reason="it holds no notes"), []
        try:
            channel = drum_channel(song, self._channel)
            drum_map = resolve_map(self._map, song, channel)
        except MidiFileError as error:
            return replace(blank, kind="channel", reason=_without(str(error), source.path)), []
        blank = replace(blank, channel=channel, map=drum_map.name, qpm=round(song.qpm, 3))
        blank = replace(blank, meter=f"{song.meter[0]}/{song.meter[1]}")
        try:
            pieces = [
                piece
                for part in song.parts()
                for piece in cut(part, channel, drum_map, self._kit, source.info)
            ]
        except MidiFileError as error:
            reason = _without(str(error), source.path)
            return replace(blank, kind="size", reason=reason, remedy=_GET_ANOTHER), []
        if not pieces:
            return _without_drums(blank, song, channel, drum_map.label), []
        return self._choose(source, blank, pieces)

    def _choose(self, source: Source, blank: Verdict, pieces: list[Piece]) -> tuple[Verdict, list[Sequence]]:
        kept: list[Sequence] = []
        left: list[tuple[str, str, str]] = []  # kind, reason, remedy of each piece left out
        for piece in pieces:
            fault = self._fault(piece)
            if fault is not None:
                left.append(fault)
                continue
            info = source.info
            kept.append(
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
                    len(kept),
                )
            )
        if not kept:
            kind, reason, remedy = left[0]
            meters = _listed(_named(piece.meter) for piece in pieces)
            return replace(blank, kind=kind, reason=reason, remedy=remedy, meter=meters), []
        return _used(blank, kept, left), kept

    def _fault(self, piece: Piece) -> tuple[str, str, str] | None:
        """Kind, reason and remedy where a piece cannot be used or is not wanted."""
        meter = _named(piece.meter)
        if not isinstance(piece.bar, int):
            note = "16ths" if self._kit == 9 else "8ths"
            return (
                "meter",
                f"a bar of {meter} is not a whole number of {note}",
                "write it in a meter of longer beats",
            )
        if not self._filters.takes_meter(meter):
            return "filtered", f"its meter is {meter}", ""
        if piece.bars < MIN_BARS:
            return (
                "short",
                f"{piece.bars} bar of {meter}, and at least {MIN_BARS} are needed",
                "record it longer, or join several takes in one file",
            )
        return None

    def _add_saved(self, source: Source) -> None:
        """Take over a saved data set's sequences and verdicts."""
        saved = DataSet.load(source.path)
        if saved.kit != self._kit:
            raise DatasetError(
                f"{source.path} was built for {saved.kit} drums, not {self._kit}; "
                "build it again from its files"
            )
        by_file: dict[str, list[Sequence]] = {}
        for sequence in saved.sequences:
            by_file.setdefault(sequence.file, []).append(sequence)
        self._verdicts += [(verdict, -1) for verdict in saved.verdicts if not verdict.used]
        for file, sequences in by_file.items():
            self._take_saved(file, sequences)

    def _take_saved(self, file: str, sequences: list[Sequence]) -> None:
        first = sequences[0]
        blank = Verdict(
            file,
            False,
            "filtered",
            "",
            style=first.style,
            beat_type=first.beat_type,
            meter=first.meter,
            qpm=first.qpm,
        )
        objection = self._filters.objection(first.style, first.beat_type)
        wanted = [sequence for sequence in sequences if self._filters.takes_meter(sequence.meter)]
        if objection is not None or not wanted:
            reason, remedy = objection or (f"its meter is {_listed(s.meter for s in sequences)}", "")
            self._keep(replace(blank, reason=reason, remedy=remedy), [])
        else:
            self._keep(_used(blank, wanted, []), wanted)

    def finished(self, seed: int) -> DataSet:
        """The data set of all that was taken in, every file on one side of the split."""
        splits = _splits(self._sequences, seed)
        sequences = tuple(
            replace(sequence, split=split)
            for listed, split in zip(self._sequences, splits, strict=True)
            for sequence in listed
        )
        verdicts = tuple(
            replace(verdict, split=splits[index]) if index >= 0 else verdict
            for verdict, index in self._verdicts
        )
        return DataSet(sequences, verdicts, self._kit, self._map)


_GET_ANOTHER = "get the file anew, or export it again as a standard MIDI file"


def _used(blank: Verdict, kept: list[Sequence], left: list[tuple[str, str, str]]) -> Verdict:
    bars = sum(sequence.bars for sequence in kept)
    meters = _listed(sequence.meter for sequence in kept)
    reason = f"{bars} bars of {meters} at {_listed(f'{sequence.qpm:g}' for sequence in kept)}"
    if len(kept) > 1:
        reason += f", in {len(kept)} pieces where meter or tempo changes"
    if left:
        reason += f"; left out: {_listed(fault[1] for fault in left)}"
    return replace(
        blank,
        used=True,
        kind="used",
        reason=reason,
        remedy="",
        bars=bars,
        steps=sum(len(sequence.events) for sequence in kept),
        sequences=len(kept),
        meter=meters,
        qpm=kept[0].qpm,
    )


def _without_drums(blank: Verdict, song: MidiSong, channel: int, label: str) -> Verdict:
    notes = [row for row in song.rows if row[3] == channel]
    if not any(row[5] > row[0] for row in notes):
        return replace(
            blank,
            kind="drums",
            reason=f"its {len(notes)} notes are never ended, or end as they begin",
            remedy="open it in DrumStudio and export it again",
        )
    return replace(
        blank,
        kind="drums",
        reason=f"none of its {len(notes)} notes on channel {channel + 1} is a drum of the {label} map",
        remedy="choose another --map or --channel",
    )


def _named(meter: tuple[int, int]) -> str:
    return f"{meter[0]}/{meter[1]}"


def _listed(words: Iterable[str]) -> str:
    """Each word once, in order."""
    return ", ".join(dict.fromkeys(words))


def _without(message: str, path: Path) -> str:
    """A message without the file's name, which the verdict gives anyway."""
    return message.removeprefix(f"{path} ")


def _splits(files: list[list[Sequence]], seed: int) -> list[str]:
    """Split of each file: its official one, else drawn by `seed` from what it plays.

    Files that play the same land on the same side, whatever they are called.
    """
    keys: list[str] = []
    for sequences in files:
        digest = hashlib.sha256(f"{seed}".encode())
        for sequence in sequences:
            digest.update(sequence.events.astype("<i2").tobytes())
        keys.append(digest.hexdigest())
    drawn = sorted({key for key, sequences in zip(keys, files, strict=True) if not sequences[0].split})
    count = len(drawn)
    validation = max(1, round(HELD_OUT * count)) if count > 1 else 0
    test = round(HELD_OUT * count) if count >= _ENOUGH_FOR_A_TEST else 0
    names = ["validation"] * validation + ["test"] * test + ["train"] * (count - validation - test)
    chosen = dict(zip(drawn, names, strict=True))
    return [sequences[0].split or chosen[key] for key, sequences in zip(keys, files, strict=True)]
