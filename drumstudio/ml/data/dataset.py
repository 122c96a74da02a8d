"""Training data sets: from folders of MIDI files to sequences of drum events, losing nothing silently.

Every file gets a :class:`Verdict`.  A recording becomes one sequence, whole, gaps included; only
changes of meter and tempo divide it (see :mod:`drumstudio.ml.data.cutting`).  Official splits are kept
where info.csv names them; all other files are split by a seed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, Unpack

from drumstudio.errors import DatasetError
from drumstudio.ml.data import file as dataset_file
from drumstudio.ml.data.cutting import BY_FEEL, QUANTISERS, STEPS_PER_QUARTER
from drumstudio.ml.data.joining import absorbed, join_offers, with_sides
from drumstudio.ml.data.judging import Choices, Judged, judge_file, judge_sequences
from drumstudio.ml.data.loading import Reading
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.remembering import Known
from drumstudio.ml.data.sequences import SPLITS, Filters, Sequence
from drumstudio.ml.data.sources import SUFFIX, Source, find_sources
from drumstudio.ml.data.splitting import split_files
from drumstudio.ml.data.verdicts import Verdict

__all__ = ["QUANTISERS", "SPLITS", "SUFFIX", "DataSet", "Sequence", "Verdict", "build", "open_dataset"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Sequences on the grids of their feels, and the verdicts on the files they come from.

    `kit` is 9 (events are sets of drums) or 1 (something struck or not); `map` the name of the
    drum map asked for; `quantise` "feel", or "drum_rnn" where all steps are those of Drum RNN's tools.
    """

    sequences: tuple[Sequence, ...]
    verdicts: tuple[Verdict, ...] = ()
    kit: int = 9
    map: str = "auto"
    quantise: str = BY_FEEL

    @property
    def steps_per_quarter(self) -> int:
        """The grid of straight sequences: 4 for nine drums, 2 for one."""
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
        """Digest of all that a training sees of it: events, meters, grids and splits, in order."""
        digest = hashlib.sha256(f"{self.kit}".encode())
        for sequence in self.sequences:
            digest.update(f"/{sequence.split}/{sequence.meter}/{sequence.steps_per_bar}/".encode())
            if sequence.feel != "straight":
                digest.update(f"{sequence.feel}/{sequence.swing}/{sequence.steps_per_quarter}/".encode())
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
        dataset_file.write(Path(path), self.sequences, self.verdicts, self.kit, self.map, self.quantise)

    @classmethod
    def load(cls, path: str | Path) -> DataSet:
        """Read a set that :meth:`save` wrote.  Raises DatasetError for anything else."""
        return cls(*dataset_file.read(Path(path)))


class BuildChoices(TypedDict, total=False):
    """What :func:`build` can be told beside its sources."""

    styles: Iterable[str] | None
    beats_only: bool
    fills_only: bool
    meters: Iterable[str] | None
    kit: int
    map: str
    channel: int | None
    seed: int
    progress: Progress | None
    quantise: str | None
    remedies: Mapping[str, Remedy] | None
    labels: Mapping[str, str] | None
    look: bool


def open_dataset(*sources: str | Path, **choices: Unpack[BuildChoices]) -> DataSet:
    """The data of files, folders and saved data sets; `choices` as for :func:`build`.

    Raises DatasetError where nothing in them can be used, with the reason that is most frequent.
    """
    found = build(sources, **choices)
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
        styles = sorted({verdict.style.split("/")[0] for verdict in data.verdicts} - {""})
        if kind == "filtered" and styles:
            way_out += f"; styles that are there: {', '.join(styles)}"
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
    quantise: str | None = None,
    remedies: Mapping[str, Remedy] | None = None,
    labels: Mapping[str, str] | None = None,
    look: bool = False,
    known: Known | None = None,
) -> DataSet:
    """Build a data set of MIDI files, folders of them, and saved data sets (.drumdata).

    `map` is magenta, roland, gm or auto; `channel` (0-15) overrides the search for the drums;
    `seed` draws the split of files that have none; `progress(done, files)` is called now and
    then; `quantise` is "feel" (if None) or "drum_rnn", saved sets keep what they have; `remedies` are by
    the paths of files, `labels` give the style of sources where their files do not; with `look` files
    that are not wanted are looked into for what they hold; `known` remembers verdicts from one call to
    the next.  A file that cannot be used costs nothing but its verdict.  Raises DatasetError where a source
    is not there, or choices contradict each other.
    """
    if beats_only and fills_only:
        raise DatasetError("only beats and only fills leave nothing; choose one of them")
    if kit not in STEPS_PER_QUARTER:
        raise DatasetError(f"a kit has 9 drums or 1, not {kit}")
    types = (("beat",) if beats_only else ()) + (("fill",) if fills_only else ())
    if quantise is not None and quantise not in QUANTISERS:
        raise DatasetError(f"there is no {quantise!r} to quantise by; choose one of {', '.join(QUANTISERS)}")
    filters = Filters(tuple(styles or ()), types, tuple(meters or ()))
    found = find_sources(sources, labels)
    reading = Reading(map, channel, remedies or {}, {str(source.path): source for source in found})
    choices = Choices(filters, kit, reading, quantise or BY_FEEL, look)
    if known is not None:
        known.begin(choices)
    judged: list[Judged] = []
    ways = set()  # how the steps were found
    for index, source in enumerate(found):
        if source.path.suffix.lower() == SUFFIX:
            saved = _load_saved(source.path, kit, quantise)
            judged += _judge_saved(saved, filters, source)
            ways.add(saved.quantise)
        else:
            judged.append(judge_file(source, choices) if known is None else known.judged(source))
            ways.add(choices.quantise)
        if progress is not None:
            progress(index + 1, len(found))
    judged = join_offers(judged, {path: one.info.split for path, one in reading.sources.items()})
    judged = absorbed(judged, reading.remedies)
    return replace(
        _gathered(judged, kit, map, seed), quantise=ways.pop() if len(ways) == 1 else choices.quantise
    )


def _load_saved(path: Path, kit: int, quantise: str | None) -> DataSet:
    """A saved data set, if it is of that kit and, unless None, that way to find steps; else DatasetError."""
    saved = DataSet.load(path)
    if saved.kit != kit:
        raise DatasetError(
            f"{path} was built for {saved.kit} drums, not {kit}; build it again from its files"
        )
    if quantise not in (None, saved.quantise):
        raise DatasetError(
            f"{path} was quantised by {saved.quantise}, not {quantise}; build it again from its files"
        )
    return saved


def _judge_saved(saved: DataSet, filters: Filters, source: Source) -> list[Judged]:
    """Verdicts on the files of a saved data set, and what is wanted of its sequences."""
    by_file: dict[str, list[Sequence]] = {}
    for sequence in saved.sequences:
        by_file.setdefault(sequence.file, []).append(sequence)
    # What would help a file can only be done where the file itself is.
    unused = [replace(verdict, remedies=()) for verdict in saved.verdicts if not verdict.used]
    judged: list[Judged] = [(verdict, []) for verdict in unused]
    judged += (judge_sequences(sequences, filters) for sequences in by_file.values())
    return [(replace(verdict, source=source.given), sequences) for verdict, sequences in judged]


def _gathered(judged: list[Judged], kit: int, drum_map: str, seed: int) -> DataSet:
    """The data set of all files, each take on one side of the split."""
    used = [(verdict.file, sequences) for verdict, sequences in judged if sequences]
    sides = iter(split_files(used, seed, kit))
    all_sequences: list[Sequence] = []
    verdicts: list[Verdict] = []
    for verdict, sequences in judged:
        if sequences:
            side = next(sides)
            all_sequences += (replace(sequence, split=side.split) for sequence in sequences)
            verdicts.append(replace(verdict, split=side.split, group=side.group))
        else:
            verdicts.append(verdict)
    return DataSet(tuple(all_sequences), with_sides(verdicts), kit, drum_map)
