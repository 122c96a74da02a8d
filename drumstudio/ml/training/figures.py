"""A model's figures: how well it predicts what was held out, as its own header tells them."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path

from drumstudio.ml import checkpoint as files
from drumstudio.ml.control import family_of
from drumstudio.ml.data.sequences import Sequence
from drumstudio.ml.training.metrics import Score, evaluate_each
from drumstudio.ml.training.trainer import load_model

ALL = "all"


def groups_of(sequence: Sequence) -> tuple[str, ...]:
    """The groups whose figures a sequence counts in: all, and as "rock beats" its style and kind."""
    family = family_of(sequence.style)
    return (ALL, f"{family} {sequence.beat_type}s") if family and sequence.beat_type else (ALL,)


def measure(path: Path, sequences: Many[Sequence]) -> dict[str, float]:
    """Perplexity a step of the model at `path` on each group of `sequences`."""
    _, model = load_model(path)
    totals: dict[str, Score] = {}
    for sequence, score in zip(sequences, evaluate_each(model, sequences), strict=True):
        for group in groups_of(sequence):
            totals[group] = totals.get(group, Score()) + score
    return {group: totals[group].perplexity for group in sorted(totals) if totals[group].steps}


def keep_figures(path: Path, sequences: Many[Sequence], of: str) -> dict[str, float]:
    """Measure the model at `path` and write its figures into its header; `of` says what was measured."""
    figures = measure(path, sequences)
    checkpoint, weights = files.load(path)
    training = replace(checkpoint.training, figures=figures, figures_of=of)
    files.save(path, replace(checkpoint, training=training), weights)
    return figures
