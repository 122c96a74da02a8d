"""Files that are one performance together: one-bar loops that could be joined, and those that are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from drumstudio.ml.data.cutting import DRIFT
from drumstudio.ml.data.remedies import Remedy
from drumstudio.ml.data.sequences import Sequence
from drumstudio.ml.data.verdicts import Offer, Verdict

JOINED = "joined"
_MOST = 16  # files that are joined at a time
_DIGITS = re.compile(r"(\d+)")

Judged = tuple[Verdict, list[Sequence]]


def join_offers(judged: list[Judged], official: Mapping[str, str]) -> list[Judged]:
    """The verdicts, those too short with the offer to join them to their like; `official` are splits by path.

    Alike are files of one folder, style, kind, meter, channel, map and official split, in tempos that
    do not cut.
    """
    alike: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict, _ in judged:
        # Parts of several meters would not be mended by a neighbour.
        if verdict.kind == "short" and verdict.qpm is not None and "," not in verdict.meter:
            key = (
                os.path.dirname(verdict.file),  # noqa: PTH120 - a thousand files
                verdict.style,
                verdict.beat_type,
                verdict.meter,
                verdict.channel,
                verdict.map,
                official.get(verdict.file, ""),
            )
            alike.setdefault(key, []).append(verdict)
    offers = {
        verdict.file: _offer(group)
        for verdicts in alike.values()
        for group in _groups(verdicts)
        for verdict in group
    }
    if not offers:
        return judged
    return [
        (replace(verdict, remedies=(offers[verdict.file], *verdict.remedies)), sequences)
        if verdict.file in offers
        else (verdict, sequences)
        for verdict, sequences in judged
    ]


def _groups(verdicts: list[Verdict]) -> Iterable[list[Verdict]]:
    """Two files and more in one tempo, in the order of their names, in shares of about the same size."""
    by_tempo: list[list[Verdict]] = []
    for verdict in sorted(verdicts, key=lambda one: one.qpm or 0.0):
        slowest = by_tempo[-1][0].qpm if by_tempo else None
        if slowest is not None and (verdict.qpm or 0.0) <= slowest * (1 + DRIFT):
            by_tempo[-1].append(verdict)
        else:
            by_tempo.append([verdict])
    for same in by_tempo:
        if len(same) > 1:
            same.sort(key=lambda one: _natural(one.file))
            shares = -(-len(same) // _MOST)
            for share in range(shares):
                yield same[share * len(same) // shares : (share + 1) * len(same) // shares]


def _natural(name: str) -> list[str | int]:
    """A key that puts 2.mid before 10.mid."""
    return [int(part) if index % 2 else part.lower() for index, part in enumerate(_DIGITS.split(name))]


def _offer(group: list[Verdict]) -> Offer:
    first, *rest = (verdict.file for verdict in group)
    others = "one other" if len(rest) == 1 else f"{len(rest)} others"
    return Offer(first, "join", f"Join with {others}", Remedy(join=tuple(rest)))


def absorbed(judged: list[Judged], remedies: Mapping[str, Remedy]) -> list[Judged]:
    """The verdicts, with files that another one is joined with giving nothing by themselves.

    Where two files each ask for the other, the first one's wish counts.
    """
    heads: dict[str, str] = {}  # part -> the file it is joined to
    for verdict, _ in judged if remedies else ():
        if verdict.used and verdict.file in remedies and verdict.file not in heads:
            leading = set(heads.values()) | {verdict.file}
            heads |= {part: verdict.file for part in remedies[verdict.file].join if part not in leading}
    return [
        (_part(verdict, heads[verdict.file]), []) if verdict.file in heads else (verdict, sequences)
        for verdict, sequences in judged
    ]


def _part(verdict: Verdict, head: str) -> Verdict:
    return replace(
        verdict,
        used=True,
        kind=JOINED,
        reason=f"it is a part of {os.path.basename(head)}",  # noqa: PTH119
        remedy="",
        bars=0,
        steps=0,
        sequences=0,
        group=head,
        doubt="",
        remedies=(),
    )


def with_sides(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts, those of joined files on the side of the split where their whole is."""
    listed = tuple(verdicts)
    splits = {verdict.file: verdict.split for verdict in listed}
    return tuple(
        replace(verdict, split=splits[verdict.group]) if verdict.kind == JOINED else verdict
        for verdict in listed
    )
