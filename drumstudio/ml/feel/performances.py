"""How drummers struck: velocity and offset of every hit, from the files of a training set.

The grid is that of data sets: each piece in its own feel, its constant offset from the click taken
out.  One drum has one hit a step; where a drum was struck twice within a step (a drag, a fast flam, a
pedal closing right after its hat), the louder stroke is the hit, and keeps its own time.  A
flam whose grace note falls on the step before is two hits, and stays two, as near as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.errors import DatasetError, MidiFileError
from drumstudio.ml.data.cutting import Piece, cut
from drumstudio.ml.data.dataset import build
from drumstudio.ml.data.loading import Reading, RefusedError, load
from drumstudio.ml.data.sequences import MIN_BARS
from drumstudio.ml.data.sources import SUFFIX, Source, find_sources
from drumstudio.ml.feel.inputs import MOST_OFFSET

_KIT = 9

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Performance:
    """One piece as it was played.

    `velocities` is uint8 (steps, 9), 0 where nothing is struck; `offsets` float32 (steps, 9), a
    fraction of a step in [-0.5, 0.5).  A shuffle of 16ths is left to the pattern's swing
    and not part of the offsets.  `split` is "train", "validation" or "test".
    """

    file: str
    velocities: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.float32]
    meter: tuple[int, int] = (4, 4)
    steps_per_bar: int = 16
    steps_per_quarter: int = 4
    qpm: float = 120.0
    style: str = ""
    beat_type: str = ""
    drummer: str = ""
    split: str = "train"

    @property
    def struck(self) -> npt.NDArray[np.bool_]:
        """Where there is a hit (steps, 9)."""
        return self.velocities > 0

    @property
    def step_milliseconds(self) -> float:
        """How long a step lasts."""
        return 60_000.0 / (self.qpm * self.steps_per_quarter)


def read_performances(sources: Iterable[str | Path], progress: Progress | None = None) -> list[Performance]:
    """Performances of all nine-drum pieces in the MIDI files of `sources`, in their data set's splits.

    Files that cannot be used are passed over, as :func:`drumstudio.ml.data.dataset.build` would tell of each.
    Raises DatasetError where there is nothing to learn from, or a source is a saved data set, which holds no
    velocities.
    """
    named = [Path(source) for source in sources]
    for path in named:
        if path.suffix.lower() == SUFFIX:
            raise DatasetError(f"{path} holds no velocities; name the MIDI files that it was built from")
    data = build(named)
    splits = {sequence.file: sequence.split for sequence in data.sequences}
    found = [source for source in find_sources(named) if source.name in splits]
    performances: list[Performance] = []
    for index, source in enumerate(found):
        performances += _performances_of(source, splits[source.name])
        if progress is not None:
            progress(index + 1, len(found))
    if not performances:
        raise DatasetError(f"there is no drumming to learn from in {', '.join(map(str, named))}")
    return performances


def _performances_of(source: Source, split: str) -> list[Performance]:
    try:
        loaded = load(source, Reading())
        pieces = [
            piece
            for part in loaded.parts
            for piece in cut(part, loaded.channel, loaded.drum_map, _KIT, source.info)
        ]
    except (RefusedError, MidiFileError):
        return []  # changed since the data set was built
    info = source.info
    return [
        Performance(
            source.name,
            *_played(piece),
            piece.meter,
            int(piece.bar),
            piece.steps_per_quarter,
            piece.qpm,
            info.style,
            info.beat_type,
            info.drummer,
            split,
        )
        for piece in pieces
        if isinstance(piece.bar, int) and piece.bars >= MIN_BARS
    ]


def _played(piece: Piece) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Velocities and offsets (steps, 9) of a piece's notes, the louder of two on a cell."""
    notes = piece.notes
    velocities = np.zeros((len(piece.events), DRUM_COUNT), np.uint8)
    offsets = np.zeros(velocities.shape, np.float32)
    placed = notes.offsets - _swing_of(piece)[notes.steps % 2]
    drums = np.log2(notes.bits).astype(np.int64)
    for note in np.argsort(notes.velocities, kind="stable"):
        cell = notes.steps[note], drums[note]
        velocities[cell] = notes.velocities[note]
        offsets[cell] = placed[note]
    return velocities, offsets.clip(-0.5, MOST_OFFSET)


def _swing_of(piece: Piece) -> npt.NDArray[np.float64]:
    """How far even and odd steps (2,) lie from the even grid by the piece's shuffle of 16ths."""
    late = 2 * piece.feel.sixteenths - 1 if piece.steps_per_quarter % 4 == 0 else 0.0
    return np.array([0.0, late])
