"""How near a player's velocities and timing come to the drummers', and whether they belong together.

All of it is over hits: a performance and a playing of the same hits, velocities and offsets (steps, 9)
each.  Offsets are compared in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.ml.feel.performances import Performance

Reals = npt.NDArray[np.float64]
# Velocities and offsets (steps, 9), offsets as a fraction of a step.
Playing = tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]

# Bins of the histograms: 16 of 8 velocities; 20 of 8 ms from -80 to 80, the outer ones open.
VELOCITY_BINS = np.arange(0.0, 129.0, 8.0)
OFFSET_BINS = np.arange(-80.0, 81.0, 8.0)
# Hits below which a histogram, or a piece's mean, says too little.
_FEW = 20
_FLAM_MILLISECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Together:
    """What belongs together in a playing, over several pieces.

    `accents_2` and `accents_4`: autocorrelation of the velocities of each piece's main cymbal (closed
    hat or ride) at 2 and 4 steps of 16ths.  `bars`: correlation of a cell's velocity with that of the
    same cell a bar later, of all drums, their means taken out.  `snare_within` and `snare_between`:
    standard deviation, in milliseconds, of the snare's offset within pieces, and of the pieces'
    means.  `chords`: correlation of the offsets of drums that are struck on one step.  `flams`: mean
    time, in milliseconds, from the first to the second stroke of those pairs on neighbouring steps
    that the drummer played within 60 ms.
    """

    accents_2: float
    accents_4: float
    bars: float
    snare_within: float
    snare_between: float
    chords: float
    flams: float


@dataclass(frozen=True, slots=True)
class FeelScore:
    """A playing against the drummers': mean absolute errors over all hits and as mean of the pieces' means,
    Kullback-Leibler distances of the histograms over all drums, and as mean over drums by their hits."""

    hits: int
    velocity_error: float
    offset_error: float
    velocity_error_of_pieces: float
    offset_error_of_pieces: float
    velocity_kl: float
    offset_kl: float
    velocity_kl_of_drums: float
    offset_kl_of_drums: float
    together: Together


def score(pieces: Sequence[Performance], playings: Sequence[Playing], after_bars: int = 0) -> FeelScore:
    """Score of `playings` of `pieces`; the first `after_bars` bars of each do not count."""
    masks = [_counted(piece, after_bars) for piece in pieces]
    errors: list[list[Reals]] = [[], []]
    values: list[list[Reals]] = [[], [], [], []]
    drums = []
    for piece, playing, mask in zip(pieces, playings, masks, strict=True):
        if not mask.any():
            continue
        human, played = _values(piece, (piece.velocities, piece.offsets)), _values(piece, playing)
        for target in range(2):
            errors[target].append(np.abs(played[target] - human[target])[mask])
            values[target].append(human[target][mask])
            values[2 + target].append(played[target][mask])
        drums.append(np.nonzero(mask)[1])
    human_v, human_o, played_v, played_o = (np.concatenate(part) for part in values)
    struck = np.concatenate(drums)
    over_hits = [float(np.concatenate(part).mean()) for part in errors]
    over_pieces = [float(np.mean([one.mean() for one in part])) for part in errors]
    return FeelScore(
        len(struck),
        over_hits[0],
        over_hits[1],
        over_pieces[0],
        over_pieces[1],
        kl_distance(human_v, played_v, VELOCITY_BINS),
        kl_distance(human_o, played_o, OFFSET_BINS),
        _kl_of_drums(struck, human_v, played_v, VELOCITY_BINS),
        _kl_of_drums(struck, human_o, played_o, OFFSET_BINS),
        together(pieces, playings, masks),
    )


def kl_distance(human: Reals, played: Reals, bins: Reals) -> float:
    """Kullback-Leibler distance, in nats, of the `played` values' histogram from the `human` one's.

    Half a count is added to every bin.
    """
    counts = [np.histogram(values.clip(bins[0], bins[-1]), bins)[0] + 0.5 for values in (human, played)]
    shares = [count / count.sum() for count in counts]
    return float((shares[0] * np.log(shares[0] / shares[1])).sum())


def _kl_of_drums(drums: npt.NDArray[np.int64], human: Reals, played: Reals, bins: Reals) -> float:
    found = [
        ((drums == drum).sum(), kl_distance(human[drums == drum], played[drums == drum], bins))
        for drum in range(DRUM_COUNT)
        if (drums == drum).sum() >= _FEW
    ]
    return float(np.average([kl for _, kl in found], weights=[count for count, _ in found])) if found else 0.0


def together(
    pieces: Sequence[Performance],
    playings: Sequence[Playing],
    masks: Sequence[npt.NDArray[np.bool_]] | None = None,
) -> Together:
    """What belongs together in `playings` of `pieces`, where `masks` are true, everywhere without."""
    masks = masks or [piece.struck for piece in pieces]
    rows = [
        (piece, *_values(piece, playing), mask)
        for piece, playing, mask in zip(pieces, playings, masks, strict=True)
    ]
    straight = [row for row in rows if row[0].steps_per_quarter == 4]
    means = [
        offsets[mask[:, Drum.SNARE], Drum.SNARE]
        for _, _, offsets, mask in rows
        if mask[:, Drum.SNARE].sum() >= _FEW
    ]
    return Together(
        _correlation(_accents(piece, velocities, mask, 2) for piece, velocities, _, mask in straight),
        _correlation(_accents(piece, velocities, mask, 4) for piece, velocities, _, mask in straight),
        _correlation(_bars(piece, velocities, mask) for piece, velocities, _, mask in rows),
        float(np.sqrt(np.mean([one.var() for one in means]))) if means else 0.0,
        float(np.std([one.mean() for one in means])) if means else 0.0,
        _correlation(_chords(offsets, mask) for _, _, offsets, mask in rows),
        _mean(_flams(piece, offsets, mask) for piece, _, offsets, mask in rows),
    )


Pairs = tuple[Reals, Reals]


def _accents(piece: Performance, velocities: Reals, mask: npt.NDArray[np.bool_], lag: int) -> Pairs:
    """Velocities of the main cymbal, its mean taken out, and those `lag` steps later."""
    cymbal = max((Drum.CLOSED_HAT, Drum.RIDE), key=lambda drum: int(piece.struck[:, drum].sum()))
    return _pairs(velocities[:, [cymbal]], mask[:, [cymbal]], lag)


def _bars(piece: Performance, velocities: Reals, mask: npt.NDArray[np.bool_]) -> Pairs:
    return _pairs(velocities, mask, piece.steps_per_bar)


def _pairs(values: Reals, mask: npt.NDArray[np.bool_], lag: int) -> Pairs:
    """Values (steps, drums) where struck, the drum's mean taken out, and those `lag` steps later."""
    count = mask.sum(0).clip(min=1)
    around = values - (values * mask).sum(0) / count
    both = mask[:-lag] & mask[lag:]
    return around[:-lag][both], around[lag:][both]


def _chords(offsets: Reals, mask: npt.NDArray[np.bool_]) -> Pairs:
    """Offsets of two drums that are struck on one step, each pair once in either order."""
    first: list[Reals] = []
    second: list[Reals] = []
    for one in range(DRUM_COUNT):
        for other in range(DRUM_COUNT):
            both = mask[:, one] & mask[:, other]
            if one != other:
                first.append(offsets[both, one])
                second.append(offsets[both, other])
    return np.concatenate(first), np.concatenate(second)


def _flams(piece: Performance, offsets: Reals, mask: npt.NDArray[np.bool_]) -> Reals:
    """Time between strokes of one drum on neighbouring steps that the drummer played as a flam."""
    length = piece.step_milliseconds
    human = piece.offsets.astype(np.float64) * length
    both = mask[:-1] & mask[1:]
    gap = length + human[1:] - human[:-1]
    return (length + offsets[1:] - offsets[:-1])[both & (gap < _FLAM_MILLISECONDS)]


def _correlation(found: Iterable[Pairs]) -> float:
    """Correlation of all pairs; 0 where nothing varies."""
    parts = list(found)
    if not parts:
        return 0.0
    first, second = (np.concatenate(side) for side in zip(*parts, strict=True))
    if len(first) < 2 or not first.std() or not second.std():
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _mean(found: Iterable[Reals]) -> float:
    values = np.concatenate([np.zeros(0), *found])
    return float(values.mean()) if len(values) else 0.0


def _values(piece: Performance, playing: Playing) -> tuple[Reals, Reals]:
    """Velocities, and offsets in milliseconds."""
    velocities, offsets = (np.asarray(part, dtype=np.float64) for part in playing)
    return velocities, offsets * piece.step_milliseconds


def _counted(piece: Performance, after_bars: int) -> npt.NDArray[np.bool_]:
    mask = piece.struck.copy()
    mask[: after_bars * piece.steps_per_bar] = False
    return mask
