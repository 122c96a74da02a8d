"""Short names for continuations, each from a fact that can be counted in it.

Every rule gives the strength of its fact, 0 when it does not hold.  What all candidates share counts
less, since a name shall tell them apart; then the strongest facts name theirs first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from drumstudio.domain.drums import Drum
from drumstudio.domain.pattern import Hit, Pattern

_TOMS = (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)
_HATS = (Drum.CLOSED_HAT, Drum.OPEN_HAT)
_GHOST_VELOCITY = 55
# How much of what every continuation has is taken from each.
_SHARED = 0.9
# What is there says more than what is missing.
_LESS = -0.7
# Names that only mean something beside a primer that has what is missing.
_ABSENT = ("Off the ride", "Fewer toms", "Closed hats")


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar by its number in the source; `hits` holds (step in the bar, hit)."""

    number: int
    hits: tuple[tuple[int, Hit], ...]

    def cells(self) -> set[tuple[int, Drum]]:
        """What is struck."""
        return {(step, hit.drum) for step, hit in self.hits}


@dataclass(frozen=True, slots=True)
class _Playing:
    """Hits by bar, counted."""

    bars: tuple[_Bar, ...]

    def without(self, bars: Collection[int]) -> _Playing:
        """The same without some bars; with them where no other is left."""
        return _Playing(tuple(bar for bar in self.bars if bar.number not in bars) or self.bars)

    def per_bar(self, *drums: Drum) -> float:
        """Hits a bar of `drums`, of all of them when none is named."""
        count = sum(1 for bar in self.bars for _, hit in bar.hits if not drums or hit.drum in drums)
        return count / max(1, len(self.bars))

    def ghosts(self) -> float:
        """Soft snare strokes a bar."""
        snares = [hit for bar in self.bars for _, hit in bar.hits if hit.drum == Drum.SNARE]
        soft = [hit for hit in snares if hit.velocity < _GHOST_VELOCITY]
        return len(soft) / max(1, len(self.bars))


def names_of(
    source: Pattern,
    start: int,
    continuations: Sequence[Pattern],
    *,
    among: bool = False,
    asked: Collection[int] = (),
) -> list[str]:
    """A name for each of `continuations`, which follow `source` from step `start`; no two alike.

    They are compared with the primer, or `among` themselves where they stand in its place.  Bars, counted
    from the source's start, in which a fill was `asked` for say nothing of a continuation.
    """
    per_bar = source.grid.steps_per_bar
    first = start // per_bar
    made = [
        _playing([(hit.step + start, hit) for hit in one.hits], per_bar, first, start + one.steps)
        for one in continuations
    ]
    fills = [_fill_kinds(playing, asked, per_bar) for playing in made]
    made = [playing.without(asked) for playing in made]
    if among:
        against = _Playing(tuple(bar for playing in made for bar in playing.bars))
        found = [_facts_among(against, playing) for playing in made]
    else:
        primer = _playing([(hit.step, hit) for hit in source.hits if hit.step < start], per_bar, 0, start)
        found = [_facts(primer, playing, per_bar) for playing in made]
    return _chosen(_apart([[*facts, *kinds] for facts, kinds in zip(found, fills, strict=True)]))


def _apart(found: list[list[tuple[float, str]]]) -> list[list[tuple[float, str]]]:
    """The same facts, those that hold of every continuation weaker: they tell none from another."""
    strengths = [{name: strength for strength, name in facts} for facts in found]
    common = set.intersection(*(set(one) for one in strengths)) if len(found) > 1 else set()
    shared = {name: _SHARED * min(one[name] for one in strengths) for name in common}
    return [[(strength - shared.get(name, 0.0), name) for name, strength in one.items()] for one in strengths]


def _chosen(found: list[list[tuple[float, str]]]) -> list[str]:
    """A name for each, no two alike: the strongest fact of all is given first."""
    names: dict[int, str] = {}
    ranked = sorted(
        ((strength, name, at) for at, facts in enumerate(found) for strength, name in facts),
        key=lambda fact: (-fact[0], fact[2], fact[1]),
    )
    for _, name, at in ranked:
        if at not in names and name not in names.values():
            names[at] = name
    for at, facts in enumerate(found):
        if at not in names:
            best = max(facts)[1] if facts else "Variation"
            numbered = [best, *(f"{best} {n}" for n in range(2, 2 + len(found)))]
            names[at] = next(name for name in numbered if name not in names.values())
    return [names[at] for at in range(len(found))]


def _playing(hits: list[tuple[int, Hit]], per_bar: int, first: int, total: int) -> _Playing:
    bars: dict[int, list[tuple[int, Hit]]] = {
        number: [] for number in range(first, max(first + 1, -(-total // per_bar)))
    }
    for step, hit in hits:
        if step // per_bar in bars:
            bars[step // per_bar].append((step % per_bar, hit))
    return _Playing(tuple(_Bar(number, tuple(found)) for number, found in bars.items()))


def _facts(primer: _Playing, made: _Playing, per_bar: int) -> list[tuple[float, str]]:
    """What can be said of `made`, with strengths of about 0 to 1."""
    if not made.per_bar():
        return [(1.0, "Silence")]
    answered = _Playing(tuple(primer.bars[bar.number % len(primer.bars)] for bar in made.bars))
    likeness = _likeness(answered, made)
    if likeness == 1.0:
        return [(2.0, "Same again")]
    facts = [(likeness * 0.75, "Steady") if likeness >= 0.6 else (0.55 - likeness, "Loose")]
    facts += [*_fills(answered, made, per_bar), *_changes(answered, made)]
    return [(strength, name) for strength, name in facts if strength > 0.05]


def _facts_among(all_of_them: _Playing, made: _Playing) -> list[tuple[float, str]]:
    """What sets `made` apart from all that were made with it."""
    if not made.per_bar():
        return [(1.0, "Silence")]
    facts = [(0.12, "Plain"), *_changes(all_of_them, made)]
    return [(strength, name) for strength, name in facts if strength > 0.05 and name not in _ABSENT]


def _changes(primer: _Playing, made: _Playing) -> list[tuple[float, str]]:
    """What is played more or less than in `primer`."""
    facts: list[tuple[float, str]] = []

    def grows(label: str, less: str, weight: float, *drums: Drum) -> None:
        change = made.per_bar(*drums) - primer.per_bar(*drums)
        scale = max(2.0, primer.per_bar(*drums))
        facts.append((weight * change / scale, label))
        if less:
            facts.append((_LESS * weight * change / scale, less))

    grows("Busier", "Sparser", 1.2)
    grows("Busier kick", "Sparser kick", 0.9, Drum.KICK)
    grows("Busier snare", "Sparser snare", 0.8, Drum.SNARE)
    grows("Busier hats", "Sparser hats", 0.8, *_HATS)
    grows("More toms", "Fewer toms", 0.8, *_TOMS)
    grows("Open hats", "Closed hats", 0.7, Drum.OPEN_HAT)
    grows("On the ride", "Off the ride", 0.8, Drum.RIDE)
    # A crash opens a part; to leave it out afterwards is nothing to speak of.
    grows("More crashes", "", 0.7, Drum.CRASH)
    ghosts = made.ghosts() - primer.ghosts()
    facts.append((ghosts * 0.4, "Ghosted"))
    return facts


def _likeness(answered: _Playing, made: _Playing) -> float:
    scores = []
    for bar, other in zip(made.bars, answered.bars, strict=True):
        ours, theirs = bar.cells(), other.cells()
        scores.append(len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0)
    return sum(scores) / len(scores)


def _fill_kinds(made: _Playing, asked: Collection[int], per_bar: int) -> list[tuple[float, str]]:
    """Of what kind the fills are that were asked for, where nothing else tells continuations apart."""
    bars = [bar for bar in made.bars if bar.number in asked]
    drums = [hit.drum for bar in bars for step, hit in bar.hits if step >= per_bar // 2]
    toms, snares = sum(drum in _TOMS for drum in drums), drums.count(Drum.SNARE)
    if not bars or toms + snares == 0:
        return []
    facts = [(0.12, "Tom fill" if toms > snares else "Snare fill")]
    size = (toms + snares) / len(bars) / per_bar * 16
    facts.append((0.01 * size, "Big fill") if size >= 7 else (0.1 - 0.01 * size, "Small fill"))
    return facts


def _fills(answered: _Playing, made: _Playing, per_bar: int) -> list[tuple[float, str]]:
    """Bars unlike the primer's with two or more tom or new snare strokes in their second half."""
    found = []
    for bar, other in zip(made.bars, answered.bars, strict=True):
        new = [
            (step, drum)
            for step, drum in bar.cells() - other.cells()
            if step >= per_bar // 2 and drum in (*_TOMS, Drum.SNARE)
        ]
        if len(new) >= 2:
            found.append((0.6 + 0.15 * len(new), f"Fill at bar {bar.number + 1}"))
    # A drummer who fills everywhere fills nowhere: then other facts say more.
    return found if len(found) <= max(1, len(made.bars) // 4) else [(s * 0.4, n) for s, n in found]
