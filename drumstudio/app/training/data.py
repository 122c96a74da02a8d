"""What the user trains on: their sources and remedies as a plan that is kept, and the judgement on it.

A plan is light and immutable: the window holds it, changes it by replacing it, and saves it.  Judging
reads files and belongs on the jobs' thread.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drumstudio import paths
from drumstudio.errors import CancelledError, DatasetError, MidiFileError, NoFilesError
from drumstudio.ml.data.remedies import Remedy, from_json
from drumstudio.ml.data.verdicts import Offer, Verdict

if TYPE_CHECKING:
    from drumstudio.midi.importer import Imported
    from drumstudio.ml.data.dataset import DataSet
    from drumstudio.ml.data.remembering import Known

FORMAT, FORMAT_VERSION = "drumstudio-training-data", 1
MAX_BYTES = 16 << 20
MY_TAKES = "My takes"
_NAME = "training-data.json"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DataSource:
    """A file, a folder or a saved data set to learn from.

    `style` is what its files are where they do not say it themselves; a source that is not
    `enabled` stays in the plan and gives nothing.
    """

    path: Path
    style: str = ""
    enabled: bool = True

    @property
    def name(self) -> str:
        """Name for people."""
        return MY_TAKES if self.is_takes else self.path.name or str(self.path)

    @property
    def is_takes(self) -> bool:
        """Whether it is the folder of the user's recordings."""
        return self.path == paths.user_takes()


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Which files are wanted, and how those are read that need a remedy.

    `remedies` are by a file's path as its verdict names it; `styles`, `meters` ("6/8") and `beats_only` or
    `fills_only` choose among files, empty and False meaning all; `kit` is 9 drums or 1; `seed`
    draws the split.  The user's takes are always among the sources.
    """

    sources: tuple[DataSource, ...] = ()
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    styles: tuple[str, ...] = ()
    beats_only: bool = False
    fills_only: bool = False
    meters: tuple[str, ...] = ()
    kit: int = 9
    seed: int = 0

    def __post_init__(self) -> None:
        takes = paths.user_takes()
        if all(source.path != takes for source in self.sources):
            object.__setattr__(self, "sources", (DataSource(takes), *self.sources))

    def with_source(self, path: Path, style: str = "") -> DataPlan:
        """The plan with one more source, by its absolute path; one that is there keeps its place and is
        enabled."""
        path = Path(os.path.abspath(path))  # noqa: PTH100 - links keep the name they were given by
        known = next((source for source in self.sources if source.path == path), None)
        if known is None:
            return replace(self, sources=(*self.sources, DataSource(path, style)))
        return self.changed(replace(known, enabled=True, style=style or known.style))

    def without_source(self, path: Path) -> DataPlan:
        """The plan without a source; the takes can only be disabled.  Remedies of its files are kept."""
        return replace(self, sources=tuple(source for source in self.sources if source.path != path))

    def changed(self, source: DataSource) -> DataPlan:
        """The plan with the source of that path replaced."""
        return replace(
            self, sources=tuple(source if source.path == one.path else one for one in self.sources)
        )

    def remedy(self, file: str) -> Remedy:
        """What is done to `file`, a path as its verdict names it."""
        return self.remedies.get(file, Remedy())

    def with_remedy(self, file: str, remedy: Remedy) -> DataPlan:
        """The plan with exactly this remedy for `file`; one that changes nothing takes it away."""
        kept = {name: one for name, one in self.remedies.items() if name != file}
        return replace(self, remedies={**kept, file: remedy} if remedy else kept)

    def remedied(self, offer: Offer) -> DataPlan:
        """The plan with an offer taken, beside what is done to its file already."""
        return self.with_remedy(offer.file, self.remedy(offer.file).with_(offer.remedy))

    def labels(self) -> dict[str, str]:
        """Style of the files of each source that has a label."""
        return {str(source.path): source.style for source in self.sources if source.style}

    def to_json(self) -> dict[str, Any]:
        """The plan as plain JSON values."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "sources": [
                {"path": None if one.is_takes else str(one.path), "style": one.style, "enabled": one.enabled}
                for one in self.sources
            ],
            "remedies": {file: remedy.to_json() for file, remedy in self.remedies.items()},
            "styles": list(self.styles),
            "beats_only": self.beats_only,
            "fills_only": self.fills_only,
            "meters": list(self.meters),
            "kit": self.kit,
            "seed": self.seed,
        }


def plan_from_json(content: Any) -> DataPlan:
    """The plan that :meth:`DataPlan.to_json` described.  Raises ValueError, KeyError or TypeError."""
    if not isinstance(content, dict) or content["format"] != FORMAT:
        raise ValueError("it is no plan of training data")
    if content["format_version"] != FORMAT_VERSION:
        raise ValueError("it was written by another version of DrumStudio")
    kit, seed = content["kit"], content["seed"]
    flags = content["beats_only"], content["fills_only"]
    if kit not in (1, 9) or type(seed) is not int or not all(isinstance(flag, bool) for flag in flags):
        raise ValueError("its choices make no sense")
    return DataPlan(
        tuple(_source(row) for row in content["sources"]),
        {str(file): from_json(remedy) for file, remedy in content["remedies"].items()},
        _words(content["styles"]),
        *flags,
        _words(content["meters"]),
        kit,
        seed,
    )


def _source(row: dict[str, Any]) -> DataSource:
    path, style, enabled = row["path"], row["style"], row["enabled"]
    if not (isinstance(path, str | None) and isinstance(style, str) and isinstance(enabled, bool)):
        raise TypeError("a source is damaged")
    # The takes are wherever this user's folders are now.
    return DataSource(paths.user_takes() if path is None else Path(path), style, enabled)


def _words(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise TypeError("a list of words is damaged")
    return tuple(found)


def plan_file() -> Path:
    """Where the user's plan is kept."""
    return paths.user_data() / _NAME


def load_plan(path: Path | None = None) -> tuple[DataPlan, str]:
    """The plan that was kept, and a sentence about what is wrong with it, "" as a rule.

    A damaged one is put aside and costs the plan alone: a fresh one comes instead.
    """
    path = path or plan_file()
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError("larger than any plan")
        return plan_from_json(json.loads(data)), ""
    except FileNotFoundError:
        return DataPlan(), ""
    except OSError as error:
        return DataPlan(), f"The list of training data in {path} cannot be read ({error.strerror or error})."
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        aside = path.with_suffix(".damaged.json")
        told = f"The list of training data is damaged and starts afresh; the old one is kept as {aside}."
        try:
            path.replace(aside)
        except OSError:
            told = f"The list of training data in {path} is damaged and starts afresh."
        return DataPlan(), told


def save_plan(plan: DataPlan, path: Path | None = None) -> None:
    """Keep the plan, whole or not at all.  Raises DatasetError."""
    path = path or plan_file()
    try:
        # ASCII: a file's name may hold bytes that are no text.
        paths.write_atomically(path, (json.dumps(plan.to_json(), indent=1) + "\n").encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DatasetError(f"the list of training data cannot be kept in {path} ({reason})") from error


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One side of the split, in numbers."""

    split: str
    files: int
    bars: int
    sequences: int


@dataclass(frozen=True)
class Judgement:
    """What became of every file of a plan.

    `data` holds what can be trained on and the verdicts; `problems` are sentences about sources that
    are not there; `known` makes judging again quick.
    """

    plan: DataPlan
    data: DataSet
    problems: tuple[str, ...] = ()
    known: Known | None = field(default=None, repr=False, compare=False)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """A verdict on each file, by source and path."""
        return self.data.verdicts

    def totals(self) -> Counter[str]:
        """Number of files of each kind of verdict."""
        return Counter(verdict.kind for verdict in self.verdicts)

    def splits(self) -> tuple[SplitRow, ...]:
        """Files, bars and sequences for training, validation and test."""
        from drumstudio.ml.data.dataset import SPLITS

        rows = []
        for split in SPLITS:
            sequences = self.data.split(split)
            files = sum(verdict.used and verdict.split == split for verdict in self.verdicts)
            rows.append(SplitRow(split, files, sum(one.bars for one in sequences), len(sequences)))
        return tuple(rows)


def judge(
    plan: DataPlan,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    before: Judgement | None = None,
) -> Judgement:
    """Read every file of the plan's enabled sources and judge it.

    `progress(done, files)` is called after each file.  A source that is not there costs a sentence among
    the problems, no more.  With the judgement of `before` only files are read that have changed, or what
    is done to them has.  Raises CancelledError once `cancelled()` says so.
    """
    from drumstudio.ml.data.dataset import DataSet, build
    from drumstudio.ml.data.remembering import Known

    known = before.known if before is not None and before.known is not None else Known()

    def told(done: int, files: int) -> None:
        if cancelled is not None and cancelled():
            raise CancelledError("cancelled")
        if progress is not None:
            progress(done, files)

    there, problems = _present(plan)
    try:
        data = build(
            [source.path for source in there],
            styles=plan.styles,
            beats_only=plan.beats_only,
            fills_only=plan.fills_only,
            meters=plan.meters,
            kit=plan.kit,
            seed=plan.seed,
            progress=told,
            remedies=plan.remedies,
            labels=plan.labels(),
            look=True,
            known=known,
        )
    except NoFilesError:
        data = DataSet((), kit=plan.kit)
    return Judgement(plan, data, problems, known)


def _present(plan: DataPlan) -> tuple[list[DataSource], tuple[str, ...]]:
    """The enabled sources that are there, and a sentence about each other one but the takes."""
    there, problems = [], []
    for source in plan.sources:
        if source.enabled and source.path.exists():
            there.append(source)
        elif source.enabled and not source.is_takes:
            problems.append(f"{source.path} is not there; connect its disk, or remove it from the list")
    return there, tuple(problems)


def write(plan: DataPlan, path: Path, judged: Judgement | None = None) -> DataSet:
    """Write the plan's data set as the .drumdata file `path`, judged anew unless a judgement of the
    same plan is given.  Raises DatasetError, also where nothing can be used."""
    from drumstudio.ml.data.dataset import require_data

    judged = judged if judged is not None and judged.plan == plan else judge(plan)
    require_data(judged.data)
    judged.data.save(path)
    return judged.data


def look_at(plan: DataPlan, file: str) -> Imported:
    """A file of the plan as a pattern and its tempo, read with what is done to it; never raises but
    MidiFileError, with a sentence that names the file."""
    from drumstudio.midi.importer import import_song
    from drumstudio.ml.data.loading import Reading, RefusedError, load
    from drumstudio.ml.data.sources import source_of

    remedy = plan.remedy(file)
    try:
        loaded = load(source_of(Path(file)), Reading(remedies=plan.remedies), remedy)
    except RefusedError as error:
        raise MidiFileError(f"{file} cannot be opened: {error.fault.reason}") from error
    # What this program noted in its own files holds for the notes as they are.
    song = replace(loaded.song, texts=[]) if remedy else loaded.song
    return import_song(song, loaded.drum_map, channel=loaded.channel)
