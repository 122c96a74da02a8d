"""Verdicts kept from one judging to the next, so that a remedy on one file of a thousand is quick."""

from __future__ import annotations

import os

from drumstudio.ml.data.judging import Choices, Judged, judge_file
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.sources import Source

# What tells that a file is as it was: its own and its take's time and size.
_State = tuple[int, ...]


class Known:
    """What became of files, as long as neither they nor what is asked of them changes."""

    def __init__(self) -> None:
        self._choices: Choices | None = None
        self._judged: dict[str, tuple[Source, Remedy, _State, Judged]] = {}

    def begin(self, choices: Choices) -> None:
        """Judge by these choices from now on; all is forgotten where they ask for something else."""
        if self._choices is None or _asked(self._choices) != _asked(choices):
            self._judged.clear()
        self._choices = choices

    def judged(self, source: Source) -> Judged:
        """The verdict on a file, remembered or new, and its sequences."""
        if self._choices is None:
            raise RuntimeError("begin first")
        remedy = self._choices.reading.remedy(source.path)
        state = _state(source)
        known = self._judged.get(str(source.path))
        if known is not None and state and known[:3] == (source, remedy, state) and not remedy.join:
            return known[3]
        judged = judge_file(source, self._choices)
        self._judged[str(source.path)] = (source, remedy, state, judged)
        return judged


def _asked(choices: Choices) -> tuple[object, ...]:
    """What is asked of every file, whatever remedies single ones have."""
    reading = choices.reading
    return choices.filters, choices.kit, choices.quantise, choices.look, reading.map, reading.channel


def _state(source: Source) -> _State:
    found: list[int] = []
    for path in (source.path, source.path.with_suffix(".json")):
        try:
            status = os.stat(path)  # noqa: PTH116 - a thousand files
        except OSError:
            found.append(-1)
        else:
            found += (status.st_mtime_ns, status.st_size, status.st_ino)
    return tuple(found)
