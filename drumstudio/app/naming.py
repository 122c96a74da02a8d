"""Short names for continuations, each from a fact that can be counted in it.

Every rule gives the strength of its fact, 0 when it does not hold; a candidate takes its
strongest name that no other has taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern

_TOMS = (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)
_HATS = (Drum.CLOSED_HAT, Drum.OPEN_HAT)
_GHOST_VELOCITY = 55
_FILL = "Fill at bar"


@dataclass(frozen=True, slots=True)
class _Playing:
    """Hits by bar, counted: `bars[i]` holds (step in the bar, hit)."""

    bars: tuple[tuple[tuple[int, Hit], ...], ...]

    def per_bar(self, *drums: Drum) -> float:
        """Hits a bar of `drums`, of all of them when none is named."""
        count = sum(1 for bar in self.bars for _, hit in bar if not drums or hit.drum in drums)
        return count / max(1, len(self.bars))

    def ghosts(self) -> float:
        """Soft snare strokes a bar."""
        soft = [
            h for bar in self.bars for _, h in bar if h.drum == Drum.SNARE and h.velocity < _GHOST_VELOCITY
        ]
        return len(soft) / max(1, len(self.bars))


def names_of(
    source: Pattern, start: int, continuations: Sequence[Pattern], *, among: bool = False
) -> list[str]:
    """A name for each of `continuations`, which follow `source` from step `start`; no two alike.

    They are compared with the primer, or `among` themselves where they stand in its place.
    """
    per_bar = source.grid.steps_per_bar
    first = start // per_bar
    made = [
        _playing([(hit.step + start, hit) for hit in one.hits], per_bar, first, start + one.steps)
        for one in continuations
    ]
    if among:
        against = _Playing(tuple(bar for playing in made for bar in playing.bars))
        found = [_facts_among(against, playing) for playing in made]
    else:
        primer = _playing([(hit.step, hit) for hit in source.hits if hit.step < start], per_bar, 0, start)
        found = [_facts(primer, playing, first, per_bar) for playing in made]
    return _chosen(_without_common_fills(found))


def _without_common_fills(found: list[list[tuple[float, str]]]) -> list[list[tuple[float, str]]]:
    """A fill that every continuation has was asked for, and tells none from another."""
    named = [{name for _, name in facts if name.startswith(_FILL)} for facts in found]
    common = set.intersection(*named) if len(named) > 1 else set()
    return [[(s * 0.3 if name in common else s, name) for s, name in facts] for facts in found]


def _chosen(found: list[list[tuple[float, str]]]) -> list[str]:
    """The strongest name of each that no other has taken."""
    taken: set[str] = set()
    names = []
    for facts in found:
        ordered = [name for _, name in sorted(facts, reverse=True)] or ["Variation"]
        name = next((name for name in ordered if name not in taken), None)
        if name is None:
            name = next(f"{ordered[0]} {n}" for n in range(2, 999) if f"{ordered[0]} {n}" not in taken)
        taken.add(name)
        names.append(name)
    return names


def _playing(hits: list[tuple[int, Hit]], per_bar: int, first: int, total: int) -> _Playing:
    bars: list[list[tuple[int, Hit]]] = [[] for _ in range(first, max(first + 1, -(-total // per_bar)))]
    for step, hit in hits:
        if first <= step // per_bar < first + len(bars):
            bars[step // per_bar - first].append((step % per_bar, hit))
    return _Playing(tuple(tuple(bar) for bar in bars))


def _facts(primer: _Playing, made: _Playing, first: int, per_bar: int) -> list[tuple[float, str]]:
    """What can be said of `made`, with strengths of about 0 to 1."""
    if not made.per_bar():
        return [(1.0, "Silence")]
    likeness = _likeness(primer, made, first)
    facts = [(2.0, "Same again")] if likeness == 1.0 else []
    facts.append((likeness * 0.75, "Steady") if likeness >= 0.6 else (0.55 - likeness, "Loose"))
    facts += _fills(primer, made, first, per_bar)
    return [(strength, name) for strength, name in [*facts, *_changes(primer, made)] if strength > 0.05]


def _facts_among(all_of_them: _Playing, made: _Playing) -> list[tuple[float, str]]:
    """What sets `made` apart from all that were made with it."""
    if not made.per_bar():
        return [(1.0, "Silence")]
    facts = [(0.12, "Plain"), *_changes(all_of_them, made)]
    return [(strength, name) for strength, name in facts if strength > 0.05]


def _changes(primer: _Playing, made: _Playing) -> list[tuple[float, str]]:
    """What is played more or less than in `primer`."""
    facts: list[tuple[float, str]] = []

    def grows(label: str, less: str, weight: float, *drums: Drum) -> None:
        change = made.per_bar(*drums) - primer.per_bar(*drums)
        scale = max(2.0, primer.per_bar(*drums))
        facts.append((weight * change / scale, label))
        # What is there says more than what is missing.
        facts.append((-0.85 * weight * change / scale, less))

    grows("Busier", "Sparser", 1.2)
    grows("Busier kick", "Sparser kick", 0.9, Drum.KICK)
    grows("Busier snare", "Sparser snare", 0.8, Drum.SNARE)
    grows("Busier hats", "Sparser hats", 0.8, *_HATS)
    grows("More toms", "Fewer toms", 0.8, *_TOMS)
    grows("Open hats", "Closed hats", 0.7, Drum.OPEN_HAT)
    grows("On the ride", "Off the ride", 0.8, Drum.RIDE)
    grows("More crashes", "Fewer crashes", 0.7, Drum.CRASH)
    ghosts = made.ghosts() - primer.ghosts()
    facts.append((ghosts * 0.4, "Ghosted"))
    return facts


def _cells(bar: tuple[tuple[int, Hit], ...]) -> set[tuple[int, Drum]]:
    return {(step, hit.drum) for step, hit in bar}


def _likeness(primer: _Playing, made: _Playing, first: int) -> float:
    scores = []
    for index, bar in enumerate(made.bars):
        ours, theirs = _cells(bar), _cells(primer.bars[(first + index) % len(primer.bars)])
        scores.append(len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0)
    return sum(scores) / len(scores)


def _fills(primer: _Playing, made: _Playing, first: int, per_bar: int) -> list[tuple[float, str]]:
    """Bars unlike the primer's with two or more tom or new snare strokes in their second half."""
    found = []
    for index, bar in enumerate(made.bars):
        theirs = _cells(primer.bars[(first + index) % len(primer.bars)])
        new = [
            (step, drum)
            for step, drum in _cells(bar) - theirs
            if step >= per_bar // 2 and drum in (*_TOMS, Drum.SNARE)
        ]
        if len(new) >= 2:
            found.append((0.6 + 0.15 * len(new), f"{_FILL} {first + index + 1}"))
    # A drummer who fills everywhere fills nowhere: then other facts say more.
    return found if len(found) <= max(1, len(made.bars) // 4) else [(s * 0.4, n) for s, n in found]
