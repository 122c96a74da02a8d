"""What a pattern sounds like: the one source of strokes that every sink plays or writes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane, audible

# Positions of a hi-hat's pedal as CC 4 tells them: 127 pressed hard, 0 wide open.  On a TD-11 closed
# strokes come with about 90, open ones with 30 or less.
PEDAL_CLOSED, PEDAL_OPEN = 90, 30

ALL_LANES: tuple[Lane, ...] = (Lane(),) * DRUM_COUNT


@dataclass(frozen=True, slots=True, order=True)
class Stroke:
    """A drum struck at `tick` (480 to the quarter) from the start of the pattern.

    `tick` is below 0 for a hit pulled ahead of step 0: in a loop it sounds at the end of the
    pass before.  `step` is the step it belongs to.
    """

    tick: int
    drum: Drum
    velocity: int
    step: int


def pedal_before(drum: Drum, velocity: int) -> int | None:
    """Pedal position that a stroke of the hi-hat needs before it; None for the other drums.

    The harder an open stroke, the wider the hi-hat stands.
    """
    if drum is Drum.CLOSED_HAT:
        return PEDAL_CLOSED
    return round(PEDAL_OPEN * (127 - velocity) / 126) if drum is Drum.OPEN_HAT else None


def sounds(hit: Hit, pass_index: int) -> bool:
    """Whether a hit with a chance sounds on pass `pass_index`; the same answer every time."""
    if hit.chance >= 1.0:
        return True
    return random.Random(f"{pass_index}/{hit.step}/{int(hit.drum)}").random() < hit.chance


def strokes(
    pattern: Pattern, lanes: tuple[Lane, ...] = ALL_LANES, pass_index: int | None = None
) -> tuple[Stroke, ...]:
    """Strokes of one pass through `pattern`, by time: swing, offsets, mutes and solos applied.

    `pass_index` draws the hits with a chance; None plays all of them, as an export does.
    """
    found = (
        Stroke(pattern.tick_of(hit), hit.drum, hit.velocity, hit.step)
        for hit in pattern.hits
        if audible(lanes, hit.drum) and (pass_index is None or sounds(hit, pass_index))
    )
    return tuple(sorted(found))
