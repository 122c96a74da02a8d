"""The verdict on a file of a training set: what was found in it, what became of it, what would help.

Nothing here brings numpy, so that the window may use it from the start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from drumstudio.ml.data.remedies import Remedy


@dataclass(frozen=True)
class Offer:
    """A remedy that makes a file usable, or more of it: tried, and found to work.

    `kind` is one word for programs (channel, map, tempo, qpm, meter, steady, join, repeat, tracks, salvage,
    unended, pedal, accept, style, type, skip), `label` the words of a button; `remedy` holds for `file`,
    which is the verdict's own, or the first of those that are to be joined.
    """

    file: str
    kind: str
    label: str
    remedy: Remedy

    def as_json(self) -> dict[str, Any]:
        """The offer as plain JSON values."""
        return {
            "file": self.file,
            "kind": self.kind,
            "label": self.label,
            "remedy": self.remedy.to_json(),
            "specs": self.remedy.specs(),
        }


@dataclass(frozen=True)
class Found:
    """What a file holds, used or not.

    `bars` are those begun up to the last stroke; `meters` and `qpms` each once, in order (at most a
    dozen of each); `tempo_changes` counts them all; `channels` are (channel 0-15, notes), `melodic`
    the channels that do not look like drums; `drums` are (name as "closed_hat", strokes) and
    `unknown` (note number, strokes) of the chosen channel in the chosen map, and `unended` its notes that
    nothing ends, which count as no strokes; `tracks` counts those with notes; `first_bar` (from 1) is
    that of the first stroke, and `seconds` the length up to the last.
    """

    notes: int = 0
    bars: int = 0
    first_bar: int = 0
    seconds: float = 0.0
    meters: tuple[str, ...] = ()
    qpms: tuple[float, ...] = ()
    tempo_changes: int = 0
    channels: tuple[tuple[int, int], ...] = ()
    melodic: tuple[int, ...] = ()
    drums: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[int, int], ...] = ()
    unended: int = 0
    tracks: int = 0

    def as_json(self) -> dict[str, Any]:
        """What was found, as plain JSON values; channels are counted from 1, as people do."""
        return {
            **vars(self),
            "meters": list(self.meters),
            "qpms": list(self.qpms),
            "channels": {str(channel + 1): notes for channel, notes in self.channels},
            "melodic": [channel + 1 for channel in self.melodic],
            "drums": dict(self.drums),
            "unknown": {str(note): strokes for note, strokes in self.unknown},
        }


@dataclass(frozen=True)
class Verdict:
    """What became of one file, in words.

    `kind` is one word for programs: "used", "joined" (used as a part of another file), "unreadable",
    "notes", "channel", "drums", "short", "meter", "click", "filtered", "skipped" or "size".  `reason` says it
    to people and `remedy` what could be done ("" where nothing needs to be); `remedies` are what a
    button could do about it, for files that are not used, only partly, or perhaps wrongly: `doubt` says
    why, "" where there is none.  Bars, steps and sequences count what is used; `channel` is 0-15 or
    None; `feel` lists the feels of what is used.  `source` is the file, folder or data set it was found in;
    `group` is the first file of the same take, on whose side
    of the split this one is, "" where it stands alone; `applied` what a remedy changed, in words.
    """

    file: str
    used: bool
    kind: str
    reason: str
    remedy: str = ""
    bars: int = 0
    steps: int = 0
    sequences: int = 0
    meter: str = ""
    qpm: float | None = None
    channel: int | None = None
    map: str = ""
    style: str = ""
    beat_type: str = ""
    split: str = ""
    feel: str = ""
    doubt: str = ""
    source: str = ""
    group: str = ""
    applied: str = ""
    found: Found = field(default_factory=Found)
    remedies: tuple[Offer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The verdict for JSON; `channel` is counted from 1, as people do."""
        content = dict(vars(self))
        if self.channel is not None:
            content["channel"] = self.channel + 1
        content["found"] = self.found.as_json()
        content["remedies"] = [offer.as_json() for offer in self.remedies]
        return content
