"""Which side of the split each file is on: what plays the same take stays together.

Files belong together where they play the same, where their names say so, or where much of one is in
the other: whole bars, the order of strokes (which another tempo or resolution leaves as it is), the
pattern of that order (which another map leaves), or kick and snare alone (which cleaning leaves).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drumstudio.ml.data.sequences import Sequence

# Share of the takes without an official split that are held out, each for validation and for test.
HELD_OUT = 0.1
_ENOUGH_FOR_A_TEST = 10

Events = NDArray[np.int16]
Files = list[tuple[str, list[Sequence]]]
Phrase = bytes | int
# What rows are multiplied with for a number of their own: any 64 bits at random do.
_MIX = np.random.default_rng(1).integers(-(1 << 63), (1 << 63) - 1, 32)
_MOST_OFTEN = 40  # files; a phrase that more of them have is everybody's
# How a name says that a file is a part, a copy or another version of one.
_VERSION = re.compile(
    r"[\s_.-]*(?:\(\d+\)|\bpart\s*[\s_-]?\d+|\bpt\.?\s*\d+|\bcopy(?:\s*\d+)?|\(copy\)|joined|clean(?:ed)?|raw"
    r"|quanti[sz]ed|humani[sz]ed|edit(?:ed)?|export(?:ed)?|\d+\s*bpm|v\d+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Side:
    """Where a file is: its split, and the first file of its take, "" where it is alone."""

    split: str
    group: str = ""


def split_files(files: Files, seed: int, kit: int) -> list[Side]:
    """Side of each file (path, sequences): its official one, else drawn by `seed` from what it plays.

    Files of one take land on one side, the official one of any of them included.
    """
    keys = [_digest(sequences, seed) for _, sequences in files]
    official = [sequences[0].split for _, sequences in files]
    takes = _takes(files, keys, kit) if not all(official) else list(range(len(files)))
    members: dict[int, list[int]] = defaultdict(list)
    for index, take in enumerate(takes):
        members[take].append(index)
    fixed = {
        take: next((official[index] for index in own if official[index]), "") for take, own in members.items()
    }
    # Takes that play the very same have one key, as have copies within a take.
    free = {take: min(keys[index] for index in own) for take, own in members.items() if not fixed[take]}
    chosen = _drawn(sorted(set(free.values())))
    return [
        Side(
            official[index] or fixed[take] or chosen[free[take]],
            files[members[take][0]][0] if len(members[take]) > 1 else "",
        )
        for index, take in enumerate(takes)
    ]


def _drawn(keys: list[str]) -> dict[str, str]:
    """Split of each key; keys are in an order that chance made."""
    count = len(keys)
    validation = max(1, round(HELD_OUT * count)) if count > 1 else 0
    test = round(HELD_OUT * count) if count >= _ENOUGH_FOR_A_TEST else 0
    names = ["validation"] * validation + ["test"] * test + ["train"] * (count - validation - test)
    return dict(zip(keys, names, strict=True))


def _digest(sequences: list[Sequence], seed: int) -> str:
    digest = hashlib.sha256(f"{seed}".encode())
    for sequence in sequences:
        digest.update(sequence.events.astype("<i2").tobytes())
    return digest.hexdigest()


def _takes(files: Files, keys: list[str], kit: int) -> list[int]:
    """The take of each file, as the first file of it."""
    parents = list(range(len(files)))

    def find(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    def unite(one: int, other: int) -> None:
        first, second = sorted((find(one), find(other)))
        parents[second] = first

    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        unite(index, first.setdefault(key, index))
    for one, other in (*_named_alike([path for path, _ in files]), *_played_alike(files, _VIEWS[kit])):
        unite(one, other)
    return [find(index) for index in range(len(files))]


def _named_alike(paths: list[str]) -> Iterable[tuple[int, int]]:
    """Files of one folder whose names differ in nothing but the version."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, path in enumerate(paths):
        folder, name = os.path.split(path)
        found[folder, _plain(os.path.splitext(name)[0])].append(index)  # noqa: PTH122
    return [(own[0], other) for own in found.values() for other in own[1:]]


def _plain(stem: str) -> str:
    """A name without what says which part, copy or version it is."""
    while (shorter := _VERSION.sub("", stem)) not in (stem, ""):
        stem = shorter
    return stem.lower()


@dataclass(frozen=True, slots=True)
class _View:
    """A way to look at playing: `phrases` of it, and how many different ones two files must share, in
    number and as a share of the one that has fewer."""

    phrases: Callable[[Sequence], Iterable[Phrase]]
    least: int
    share: float


def _played_alike(files: Files, views: tuple[_View, ...]) -> list[tuple[int, int]]:
    """Pairs of files of which one holds much of the other."""
    found: list[tuple[int, int]] = []
    for view in views:
        sets = [{phrase for one in sequences for phrase in view.phrases(one)} for _, sequences in files]
        owners: dict[Phrase, list[int]] = defaultdict(list)
        for index, phrases in enumerate(sets):
            for phrase in phrases:
                owners[phrase].append(index)
        common: dict[tuple[int, int], int] = defaultdict(int)
        for own in owners.values():
            if 1 < len(own) <= _MOST_OFTEN:
                for at, one in enumerate(own):
                    for other in own[at + 1 :]:
                        common[one, other] += 1
        for (one, other), count in common.items():
            fewer = min(len(sets[one]), len(sets[other]))
            if count >= max(view.least, view.share * fewer):
                found.append((one, other))
    return found


def _bars(sequence: Sequence) -> Iterable[Phrase]:
    """Every two bars in a row."""
    return _windows(_by_bar(sequence, 511), 2)


def _rhythm(sequence: Sequence) -> Iterable[Phrase]:
    """Every eight bars in a row: of one drum, fewer are everybody's."""
    return _windows(_by_bar(sequence, 1), 8)


def _kick_and_snare(sequence: Sequence) -> Iterable[Phrase]:
    """Every four bars in a row of kick and snare."""
    return _windows(_by_bar(sequence, 3), 4)


def _order(sequence: Sequence) -> Iterable[Phrase]:
    """Every 16 strokes in a row, whenever they come."""
    return _rows(_strokes(sequence, 16), most=1)


def _pattern(sequence: Sequence) -> Iterable[Phrase]:
    """Every 24 strokes in a row, each named by when its like came first: the drums may be others."""
    struck = _strokes(sequence, 24)
    firsts = [(struck == struck[:, at : at + 1]).argmax(axis=1) for at in range(24)]
    return _rows(np.stack(firsts, axis=1))


def _strokes(sequence: Sequence, length: int) -> Events:
    """Each `length` events in a row (windows, length), steps without any left out."""
    struck = sequence.events[sequence.events != 0]
    if len(struck) < length:
        return np.zeros((0, length), np.int16)
    return np.lib.stride_tricks.sliding_window_view(struck, length)


def _rows(windows: NDArray[Any], most: int | None = None) -> Iterable[Phrase]:
    """A number for each different row of `windows`, those left out that come more than `most` times: what
    comes again and again is a loop, which many may play."""
    with np.errstate(over="ignore"):
        mixed = windows.astype(np.int64) @ _MIX[: windows.shape[1]]
    found, counts = np.unique(mixed, return_counts=True)
    numbers: list[int] = found[counts <= (most or len(windows))].tolist()
    return numbers


def _by_bar(sequence: Sequence, mask: int) -> list[bytes]:
    """The bytes of each bar's events, less the drums beyond `mask`."""
    bar = sequence.steps_per_bar
    padded = np.zeros(sequence.bars * bar, "<i2")
    padded[: len(sequence.events)] = sequence.events & mask
    return [one.tobytes() for one in padded.reshape(-1, bar)]


def _windows(parts: list[bytes], length: int) -> Iterable[Phrase]:
    """Each `length` parts in a row that are not all the same: a bar that comes again and again is a loop,
    which many may play."""
    for start in range(len(parts) - length + 1):
        own = parts[start : start + length]
        if own.count(own[0]) < length:
            yield b"".join(own)


_VIEWS = {
    9: (
        _View(_bars, 3, 0.5),
        _View(_order, 12, 0.5),
        _View(_pattern, 24, 0.6),
        _View(_kick_and_snare, 6, 0.5),
    ),
    1: (_View(_rhythm, 4, 0.5),),
}
