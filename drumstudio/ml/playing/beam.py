"""Beam search, as Drum RNN's users know it: several continuations at once, of which the likeliest go on.

In each iteration every one of `beam_size` continuations is copied `branch_factor` times, each copy
plays `steps_per_iteration` steps, drawn at random, and the `beam_size` likeliest of all stay; the likeliest
in the end is the answer (as in Magenta's `events_rnn`).  With 1, 1 and 1 it is plain sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drumstudio.ml.encoding import Encoding, Events
from drumstudio.ml.playing.particles import Rows
from drumstudio.ml.playing.player import Cancelled, Start, draw, log_likelihoods, look
from drumstudio.ml.playing.stepper import Player

# Continuations that are played at once for one answer, at most.
MAX_WIDTH = 256


@dataclass(frozen=True, slots=True)
class Beam:
    """How wide the search is; see the module."""

    size: int = 1
    branch_factor: int = 1
    steps_per_iteration: int = 1

    def __post_init__(self) -> None:
        if min(self.size, self.branch_factor, self.steps_per_iteration) < 1:
            raise ValueError("beam size, branch factor and steps per iteration are 1 or more")
        if self.width > MAX_WIDTH:
            raise ValueError(f"beam size times branch factor is at most {MAX_WIDTH}, not {self.width}")

    @property
    def width(self) -> int:
        """Continuations that are played at once."""
        return self.size * self.branch_factor


def search(
    player: Player,
    encoding: Encoding,
    start: Start,
    beam: Beam,
    *,
    steps: int,
    candidates: int,
    temperature: float,
    top_p: float,
    seed: int,
    cancelled: Cancelled | None = None,
) -> Events:
    """The likeliest continuation found (candidates, steps) of each of `candidates` searches.

    Likeliest is meant at the `temperature`, over the steps of the network.  Search i of a seed finds the
    same whatever the number of searches.
    """
    groups, width = np.arange(candidates)[:, None], beam.width
    rows = Rows(start.state, start.before, candidates * width)
    uniform = np.concatenate([_draws(seed, row, steps, width) for row in range(candidates)])
    played = np.zeros((candidates, width, steps), np.int16)
    likely = np.zeros((candidates, width))
    asked = 0
    for step in range(steps):
        look(cancelled)
        if (len(start.primer) + step) % start.coarse:
            continue
        if asked and asked % beam.steps_per_iteration == 0 and width > 1:
            best = np.repeat(_best(likely, beam.size), beam.branch_factor, axis=1)
            played, likely = played[groups, best], likely[groups, best]
            rows.take((groups * width + best).ravel())
        logits = rows.step(player, start.places[asked], 0.0)[: candidates * width]
        classes = draw(logits, uniform[:, asked], temperature, top_p)
        rows.before[: len(classes)] = classes
        likely += log_likelihoods(logits, classes, temperature).reshape(likely.shape)
        played[:, :, step] = encoding.decode(classes).reshape(likely.shape)
        asked += 1
    return np.asarray(played[groups, _best(likely, 1)][:, 0])


def _best(likely: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Indices (searches, count) of the likeliest of each search, the first among equals."""
    return np.argsort(-likely, axis=1, kind="stable")[:, :count]


def _draws(seed: int, row: int, steps: int, width: int) -> npt.NDArray[np.float64]:
    """Numbers in [0, 1) for each continuation of a search and step (width, steps): the first are those
    of plain sampling."""
    first = np.random.default_rng((seed, row)).random((1, steps))
    others = np.random.default_rng((seed, row, 2)).random((steps, width - 1))
    return np.concatenate((first, others.T))
