"""Humanise: give a drawn pattern the velocities and the timing of a drummer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.timing import seconds_per_tick
from drumstudio.ml.feel.dynamics import dress_by_rules, was_played
from drumstudio.ml.feel.model import available_feel

_FLAM = 0.06  # seconds between the strokes of one


def humanised(
    pattern: Pattern,
    qpm: float,
    amount: float,
    seed: int = 0,
    style: str = "",
    cells: Iterable[tuple[int, int]] | None = None,
) -> Pattern:
    """`pattern` with the hits of `cells` (step, drum), all of them without, played by the feel network.

    `amount` leads from what is drawn, at 0, to what a drummer would play, at 1; `seed` decides what
    is left to chance.  No hit comes or goes, and hits of other cells stay as they are; where these
    were played and not drawn, their player is the one who plays.  The two strokes of a flam that lies on
    neighbouring steps keep their times, and the first stays the softer.  Without the network's file
    velocities are typical ones of drum and place, and times are on the step.
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(f"an amount is 0 to 1, not {amount}")
    chosen = None if cells is None else {(step, int(drum)) for step, drum in cells}
    ours = [hit for hit in pattern.hits if chosen is None or (hit.step, int(hit.drum)) in chosen]
    if not ours or amount == 0.0:
        return pattern
    velocities, offsets = _learned(pattern, ours, qpm, seed, style)
    for first, second in _flams(pattern, qpm):
        for hit in (first, second):
            offsets[hit.step, hit.drum] = hit.offset
        share = min(1.0, first.velocity / second.velocity)
        loudest = share * velocities[second.step, second.drum]
        velocities[first.step, first.drum] = min(velocities[first.step, first.drum], loudest)
    played = {
        (hit.step, hit.drum): replace(
            hit,
            velocity=max(1, min(127, round(_between(hit.velocity, velocities[hit.step, hit.drum], amount)))),
            offset=max(-0.5, min(0.499, _between(hit.offset, offsets[hit.step, hit.drum], amount))),
        )
        for hit in ours
    }
    return pattern.with_hits(played.get((hit.step, hit.drum), hit) for hit in pattern.hits)


def _flams(pattern: Pattern, qpm: float) -> list[tuple[Hit, Hit]]:
    """Strokes of one drum on neighbouring steps that are as near as those of a flam."""
    pairs = ((hit, pattern.hit_at(hit.step + 1, hit.drum)) for hit in pattern.hits)
    return [
        (first, second)
        for first, second in pairs
        if second is not None
        and (pattern.tick_of(second) - pattern.tick_of(first)) * seconds_per_tick(qpm) <= _FLAM
    ]


def _between(drawn: float, learned: float, amount: float) -> float:
    return drawn + amount * (float(learned) - drawn)


def _learned(
    pattern: Pattern, ours: list[Hit], qpm: float, seed: int, style: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Velocities and offsets (steps, 9) of a drummer for the pattern's hits; `ours` are to be played."""
    velocities, offsets = _table(pattern, pattern.hits)
    player = available_feel()
    if player is None:
        return _table(pattern, dress_by_rules(pattern.events(), Pattern(pattern.grid)))
    mine = {(hit.step, hit.drum) for hit in ours}
    others = [hit for hit in pattern.hits if (hit.step, hit.drum) not in mine]
    mask = _table(pattern, others)[0] > 0
    return player.feel(
        velocities > 0,
        steps_per_bar=pattern.grid.steps_per_bar,
        steps_per_quarter=pattern.grid.steps_per_quarter,
        qpm=qpm,
        style=style,
        known=(velocities, offsets, mask) if was_played(others) else None,
        seed=seed,
    )


def _table(pattern: Pattern, hits: Iterable[Hit]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Velocities, 0 where there is no hit, and offsets of `hits`, (steps, 9) each."""
    velocities = np.zeros((pattern.steps, DRUM_COUNT), np.float32)
    offsets = np.zeros_like(velocities)
    for hit in hits:
        velocities[hit.step, hit.drum], offsets[hit.step, hit.drum] = hit.velocity, hit.offset
    return velocities, offsets
