"""The user's takes as they are listed: what each holds, read once and again only when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drumstudio import paths
from drumstudio.app.takes.edits import bar_seconds, bars_of
from drumstudio.app.takes.store import JSON, KeptTake, load_take
from drumstudio.domain.cleaning import Interpretation
from drumstudio.errors import TakeError


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A take and what it was read as; `stamp` tells whether its file is still the same.

    `bars` of `bar_seconds` each; `span` is seconds from the first bar line to where it ends: a bar line, or
    the last message behind it.
    """

    kept: KeptTake
    found: Interpretation
    stamp: tuple[int, int]
    bars: int
    bar_seconds: float
    span: float

    @property
    def name(self) -> str:
        """Name for people."""
        return self.kept.name


@dataclass(frozen=True, slots=True)
class TakeRows:
    """All takes, the newest first; `problems` are sentences about files that cannot be read."""

    rows: tuple[TakeRow, ...] = ()
    problems: tuple[str, ...] = ()


def row_of(kept: KeptTake) -> TakeRow:
    """A take as it is listed."""
    take = kept.take
    bars, bar = bars_of(take), bar_seconds(take)
    stamp = _stamp(kept.path.with_suffix(JSON))
    return TakeRow(kept, kept.read(), stamp, bars, bar, max(bars * bar, take.length, 0.1))


def list_rows(known: TakeRows = TakeRows(), folder: Path | None = None) -> TakeRows:
    """The takes of a folder, by default the user's own; what is `known` and unchanged is not read again."""
    before = {row.kept.path: row for row in known.rows}
    rows, problems = [], []
    for path in (folder or paths.user_takes()).glob(f"*{JSON}"):
        try:
            old = before.get(path.with_suffix(".mid"))
            rows.append(old if old is not None and old.stamp == _stamp(path) else row_of(load_take(path)))
        except TakeError as error:
            problems.append(str(error))
        except OSError:
            continue  # gone in between
    rows.sort(key=lambda row: (-row.kept.take.recorded_at, row.name))
    return TakeRows(tuple(rows), tuple(sorted(problems)))


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
