"""How musical a piece of drumming is, in numbers: likeness of bars, fills, toms, crashes, syncopation.

Every measure is defined where it is declared, in :class:`Measures`.  A bar is its set of struck
cells (step, drum); the bar before the first bar measured is the primer's last.  Bars may have any
number of steps: triplet bars of 12, 6/8 and so on.

Sources: Jaccard (1912) for likeness; groove similarity after Wu and Yang, "The Jazz Transformer on
the Front Line" (ISMIR 2020, arXiv 2008.01307); syncopation after Longuet-Higgins and Lee, "The
Rhythmic Interpretation of Monophonic Music" (Music Perception 1, 1984) as GrooveToolbox counts it
(Bruford et al., ISMIR 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.timing import Grid

Hits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

TOMS = (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)
# A fill bar: less like the modal bar than this, and at least so many toms or added snares in
# its second half.
FILL_LIKENESS = 0.5
FILL_ONSETS = 2
# How far syncopation looks ahead of a stroke, in steps.
_AHEAD = 2
# Strokes up to this velocity are ghost notes.
GHOST = 40


def _described(label: str, definition: str) -> Any:
    return field(default=None, metadata={"label": label, "definition": definition})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Every measure of the bars after a primer, or of all bars where there is none.

    None where there is nothing to measure: no primer, no crash, no model, no bar before.  "Share"
    is 0 to 1.  Definitions are in the fields' metadata, as `label` and `definition`.
    """

    bars: int = field(default=0, metadata={"label": "bars measured", "definition": "bars after the primer"})
    primer_bars: int = field(default=0, metadata={"label": "primer bars", "definition": "bars of the primer"})
    adjacent_jaccard: float | None = _described(
        "likeness to the bar before",
        "mean Jaccard likeness of each bar to the bar before it: cells struck in both / in either; "
        "two silent bars are alike",
    )
    primer_jaccard: float | None = _described(
        "likeness to the primer",
        "mean Jaccard likeness of each bar to the primer's bar at the same place of the phrase",
    )
    groove_similarity: float | None = _described(
        "groove similarity",
        "GS of the Jazz Transformer: 1 - the share of steps at which one bar strikes something and the other "
        "nothing, mean over all pairs of bars; which drum does not count",
    )
    adjacent_groove_similarity: float | None = _described(
        "groove similarity to the bar before", "the same over each bar and the bar before it"
    )
    fill_bars: float | None = _described(
        "bars with a fill",
        "share of bars less than 0.5 like the piece's usual bar (the cells struck in at least half of its "
        "bars) with two or more strokes of toms, or of the snare where the usual bar has none, in their "
        "second half",
    )
    tom_bars: float | None = _described("bars with toms", "share of bars with a tom")
    crash_bars: float | None = _described("bars with a crash", "share of bars with a crash")
    crashes_on_one: float | None = _described("crashes on beat 1", "share of crashes on a bar's first step")
    hits_a_bar: float | None = _described("hits a bar", "mean number of struck cells")
    syncopation: float | None = _described(
        "syncopation",
        "Longuet-Higgins & Lee as in GrooveToolbox, a bar, all drums summed: each stroke that leaves one of "
        "the two steps after it silent where that step is metrically stronger, weighed by how much stronger",
    )
    back_beats: float | None = _described(
        "back beats with a snare", "share of back beats (every second beat: 2 and 4) that hold a snare"
    )
    back_beat_agreement: float | None = _described(
        "back beats as in the primer",
        "share of back beats at which the snare does as in the primer's bar at the same place of the phrase",
    )
    repeated_steps: float | None = _described(
        "steps as a bar before", "share of steps at which exactly the same is struck as one bar before"
    )
    primer_copies: float | None = _described(
        "bars identical to a primer bar", "share of bars that equal any bar of the primer"
    )
    new_hits: float | None = _described(
        "hits of drums new since the primer, a bar",
        "mean number of hits of drums that the primer never strikes",
    )
    primer_f1: float | None = _described(
        "hit F1 against the primer",
        "F1 of the hits, same drum and step, against the primer repeated: 2 x hits in both / hits of both",
    )
    perplexity: float | None = _described(
        "perplexity", "exp of the mean negative log likelihood of a step's event under the model"
    )
    struck_perplexity: float | None = _described(
        "perplexity without rests", "the same over the steps at which something is struck"
    )


def measure(
    hits: npt.NDArray[Any],
    grid: Grid | None = None,
    *,
    primer_bars: int = 0,
    losses: npt.NDArray[np.floating] | None = None,
) -> Measures:
    """All measures of `hits` (bars, steps a bar, 9), nonzero where struck, after its first `primer_bars`.

    Without a `grid` the bar is 4/4 on as many steps as it has, or one beat where those are no fours.
    `losses` (bars * steps,) are nats a step, -log of a model's probability of its event, nan where it
    was not scored.  Raises ValueError for shapes that do not fit or where no bar is left to measure.
    """
    struck = np.asarray(hits) != 0
    if struck.ndim != 3 or struck.shape[2] != DRUM_COUNT or not struck.shape[1]:
        raise ValueError(f"hits have the shape (bars, steps a bar, {DRUM_COUNT}), not {struck.shape}")
    if not 0 <= primer_bars < len(struck):
        raise ValueError(f"{len(struck)} bars cannot begin with a primer of {primer_bars} and go on")
    if grid is not None and grid.steps_per_bar != struck.shape[1]:
        raise ValueError(f"bars of {struck.shape[1]} steps are not those of the grid, {grid.steps_per_bar}")
    made = struck[primer_bars:]
    first = max(primer_bars, 1)
    before, after = struck[first - 1 : -1], struck[first:]
    crashes = made[:, :, Drum.CRASH]
    back = made[:, back_beat_steps(struck.shape[1], grid), Drum.SNARE]
    nats = None if losses is None else _measured(losses, struck, primer_bars)
    return Measures(
        bars=len(made),
        primer_bars=primer_bars,
        adjacent_jaccard=_mean(jaccard(before, after)),
        groove_similarity=_groove_similarity(made),
        adjacent_groove_similarity=_mean(before.any(2) == after.any(2)),
        fill_bars=_mean(fill_bars(struck)[primer_bars:]),
        tom_bars=_mean(made[:, :, TOMS].any((1, 2))),
        crash_bars=_mean(crashes.any(1)),
        crashes_on_one=crashes[:, 0].sum() / crashes.sum() if crashes.any() else None,
        hits_a_bar=_mean(made.sum((1, 2))),
        syncopation=_mean(syncopation(made, grid)),
        back_beats=_mean(back),
        repeated_steps=_mean((before == after).all(2)),
        perplexity=None if nats is None else _perplexity(nats),
        struck_perplexity=None if nats is None else _perplexity(nats[made.any(2).ravel()]),
        **_against_primer(struck[:primer_bars], made, grid),
    )


def _against_primer(primer: Hits, made: Hits, grid: Grid | None) -> dict[str, float | None]:
    """The measures that compare with the `primer`'s bars; none where it has none."""
    if not len(primer):
        return {}
    wanted = primer[np.arange(len(primer), len(primer) + len(made)) % len(primer)]
    back = back_beat_steps(made.shape[1], grid)
    unknown = ~primer.any((0, 1))
    return {
        "primer_jaccard": _mean(jaccard(made, wanted)),
        "back_beat_agreement": _mean(made[:, back, Drum.SNARE] == wanted[:, back, Drum.SNARE]),
        "primer_copies": _mean((made[:, None] == primer[None]).all((2, 3)).any(1)),
        "new_hits": _mean(made[:, :, unknown].sum((1, 2))),
        "primer_f1": hit_f1(made, wanted),
    }


def jaccard(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> Floats:
    """Jaccard likeness of bars (..., steps, 9), broadcast over the axes ahead; 1 where both are silent."""
    both = (one & other).sum((-2, -1))
    either = (one | other).sum((-2, -1))
    return np.where(either == 0, 1.0, both / np.maximum(either, 1))


def hit_f1(hits: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """F1 of `hits` against `truth` of the same shape, same drum and step; 1 where neither holds any."""
    total = int(hits.sum()) + int(truth.sum())
    return 2 * int((hits & truth).sum()) / total if total else 1.0


def modal_bar(hits: Hits) -> Hits:
    """The usual bar (steps, 9) of `hits` (bars, steps, 9): the cells struck in at least half of them.

    The mode of each cell, and not the bar that occurs most often: people seldom play a bar twice.
    """
    return np.asarray(hits.mean(0) >= 0.5)


def fill_bars(hits: Hits) -> npt.NDArray[np.bool_]:
    """Which bars (bars,) of a piece (bars, steps, 9) are fills, as :class:`Measures` defines them."""
    usual = modal_bar(hits)
    late = hits[:, -max(1, hits.shape[1] // 2) :]
    added = late[:, :, Drum.SNARE] & ~usual[-late.shape[1] :, Drum.SNARE]
    onsets = late[:, :, TOMS].sum((1, 2)) + added.sum(1)
    return np.asarray((jaccard(hits, usual) < FILL_LIKENESS) & (onsets >= FILL_ONSETS))


def _groove_similarity(made: Hits) -> float | None:
    """Mean over all pairs of bars of 1 - the share of steps at which their onsets differ."""
    bars, steps = made.shape[:2]
    if bars < 2:
        return None
    struck = made.any(2).sum(0).astype(np.int64)
    pairs = bars * (bars - 1) / 2
    return float(1.0 - (struck * (bars - struck)).sum() / (pairs * steps))


def metrical_weights(steps: int, grid: Grid | None = None) -> npt.NDArray[np.int64]:
    """Weight of every step of a bar after Longuet-Higgins and Lee: 1 for the weakest, most for the first.

    The bar divides into beats, pairs of beats first where they are even, and beats into halves or
    thirds; 4/4 on 16ths gives 5 1 2 1 3 1 2 1 4 1 2 1 3 1 2 1.
    """
    weights = np.ones(steps, np.int64)
    size = steps
    spans = []
    for parts in _divisions(steps, grid):
        spans.append(size)
        size //= parts
    for span in spans:
        weights[::span] += 1
    return weights


def _divisions(steps: int, grid: Grid | None) -> list[int]:
    """Into how many parts each level of a bar of `steps` divides, from the bar down to the step."""
    beat = _steps_per_beat(steps, grid)
    inside = _factors(beat)
    if grid is not None and grid.meter.compound:
        inside.sort(reverse=True)  # a dotted beat has three parts, and they have halves
    return _factors(steps // beat) + inside


def _factors(number: int) -> list[int]:
    """Prime factors, the smallest first."""
    found = []
    part = 2
    while number > 1:
        while number % part == 0:
            found.append(part)
            number //= part
        part += 1
    return found


def _steps_per_beat(steps: int, grid: Grid | None) -> int:
    """Steps of a counted beat; the whole bar where beats do not fall on steps."""
    if grid is None:
        return steps // 4 if steps % 4 == 0 else steps
    beat = grid.steps_per_beat
    return int(beat) if beat.denominator == 1 and steps % int(beat) == 0 else steps


def back_beat_steps(steps: int, grid: Grid | None = None) -> list[int]:
    """Steps of a bar's back beats: its second, fourth ... beat; 6/8 has one, on its second dotted quarter."""
    return list(range(steps))[_steps_per_beat(steps, grid) :: 2 * _steps_per_beat(steps, grid)]


def syncopation(hits: Hits, grid: Grid | None = None) -> Floats:
    """Syncopation of each bar (bars,) of `hits` (bars, steps, 9), as :class:`Measures` defines it.

    Bars follow each other and the last is followed by the first, as in a loop.
    """
    bars, steps = hits.shape[:2]
    weights = np.tile(metrical_weights(steps, grid), bars)[:, None]
    flat = hits.reshape(bars * steps, DRUM_COUNT)
    found = np.zeros(flat.shape, np.int64)
    # From far to near: a stronger step directly after the stroke counts before the one after it.
    for ahead in range(_AHEAD, 0, -1):
        silent = ~np.roll(flat, -ahead, axis=0)
        lead = np.roll(weights, -ahead, axis=0) - weights
        found = np.where(flat & silent & (lead > 0), lead, found)
    return np.asarray(found.reshape(bars, -1).sum(1), np.float64)


def _measured(losses: npt.NDArray[np.floating], struck: Hits, primer_bars: int) -> Floats:
    steps = struck.shape[1]
    if losses.shape != (len(struck) * steps,):
        raise ValueError(f"losses have the shape ({len(struck) * steps},), not {losses.shape}")
    return np.asarray(losses[primer_bars * steps :], np.float64)


def _perplexity(nats: Floats) -> float | None:
    scored = nats[~np.isnan(nats)]
    return math.exp(min(float(scored.mean()), 700.0)) if len(scored) else None


def _mean(values: npt.NDArray[Any]) -> float | None:
    return float(values.mean()) if values.size else None


@dataclass(frozen=True, slots=True)
class Touch:
    """How the strokes of some bars are played; None where none is struck.

    Velocities are 1-127, offsets in fractions of a step, late when positive.  `ghosts` is the share
    of snare strokes with a velocity up to `GHOST`, `back_beat_velocity` the mean of the snare on
    back beats.
    """

    velocity_mean: float | None = None
    velocity_sd: float | None = None
    ghosts: float | None = None
    back_beat_velocity: float | None = None
    offset_mean: float | None = None
    offset_sd: float | None = None


def touch(velocities: npt.NDArray[Any], offsets: npt.NDArray[np.floating], grid: Grid | None = None) -> Touch:
    """Statistics of `velocities` and `offsets`, both (bars, steps, 9); a velocity of 0 is no stroke."""
    struck = velocities > 0
    if not struck.any():
        return Touch()
    snare = velocities[:, :, Drum.SNARE]
    back = snare[:, back_beat_steps(snare.shape[1], grid)]
    return Touch(
        float(velocities[struck].mean()),
        float(velocities[struck].std()),
        _mean(snare[snare > 0] <= GHOST),
        _mean(back[back > 0]),
        float(offsets[struck].mean()),
        float(offsets[struck].std()),
    )


TOUCH_LABELS = {
    "velocity_mean": "velocity, mean",
    "velocity_sd": "velocity, spread",
    "ghosts": f"snare strokes up to {GHOST} (ghosts)",
    "back_beat_velocity": "velocity of snares on back beats",
    "offset_mean": "offset in steps, mean",
    "offset_sd": "offset in steps, spread",
}
LABELS: dict[str, str] = {part.name: part.metadata["label"] for part in fields(Measures)}
DEFINITIONS: dict[str, str] = {part.name: part.metadata["definition"] for part in fields(Measures)}
