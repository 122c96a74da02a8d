"""The pictures of benchmarks/musicality.py: features' densities, and what each dial moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from musicality_scores import FEATURES, densities, overlap, values_of

from drumstudio.ml.musicality import LABELS, Measures

matplotlib.use("Agg")
from matplotlib import pyplot as plt

_COLOURS = ("#3a3f4b", "#7c5cff", "#d98e34", "#0b6b7a")
# The curves of a dial: what is drawn, and its name.
_CURVES = {
    "primer_jaccard": "likeness to the primer",
    "adjacent_jaccard": "likeness to the bar before",
    "tom_bars": "bars with toms",
    "crash_bars": "bars with a crash",
    "fill_bars": "bars with a fill",
    "primer_copies": "bars identical to a primer bar",
}


def plot_densities(path: Path, sets: Mapping[str, Sequence[Measures]]) -> None:
    """The density of each of the nine features, the first of `sets` against the others."""
    figure, axes = plt.subplots(3, 3, figsize=(10, 7.5), layout="constrained")
    names = list(sets)
    for axis, feature in zip(axes.flat, FEATURES, strict=True):
        human = values_of(sets[names[0]], feature)
        areas: list[float] = []
        for name, colour in zip(names[1:], _COLOURS[1:], strict=False):
            values = values_of(sets[name], feature)
            one, two, points = densities(human, values)
            axis.fill_between(points, np.minimum(one, two), color=colour, alpha=0.15, linewidth=0)
            axis.plot(points, two, color=colour, label=name)
            axis.plot(points, one, color=_COLOURS[0], label=names[0] if not areas else None)
            areas.append(overlap(human, values))
        axis.set_title(f"{LABELS[feature]}: {areas[0]:.2f}", fontsize=9)
        axis.set_yticks([])
        axis.tick_params(labelsize=8)
    axes[0, 0].legend(fontsize=8)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def plot_dials(
    path: Path, points: Sequence[tuple[str, float, float, Mapping[str, float]]], human: Mapping[str, float]
) -> None:
    """A column for every dial in `points` (label, area, told, means): areas above, measures below.

    Labels are those of the settings, as "stick 25%"; others, and dials of two values, are left out.
    Dotted lines are human.
    """
    dials: dict[str, list[tuple[float, float, float, Mapping[str, float]]]] = {}
    for label, area, told, means in points:
        name, _, value = label.partition(" ")
        number = value.rstrip("%").replace(".", "", 1)
        if number.isdigit() and "," not in label:
            dials.setdefault(name, []).append((_position(name, float(value.rstrip("%"))), area, told, means))
    dials = {name: sorted(rows, key=lambda row: row[0]) for name, rows in dials.items() if len(rows) > 2}
    if not dials:
        return
    figure, axes = plt.subplots(
        2, len(dials), figsize=(3.6 * len(dials), 6), layout="constrained", squeeze=False, sharey="row"
    )
    for column, (name, rows) in enumerate(dials.items()):
        values = [row[0] for row in rows]
        top, bottom = axes[:, column]
        top.plot(values, [row[1] for row in rows], color=_COLOURS[1], marker="o", label="overlapped area")
        top.plot(values, [row[2] for row in rows], color=_COLOURS[2], marker="o", label="told from human")
        for index, (feature, label) in enumerate(_CURVES.items()):
            colour = f"C{index}"
            bottom.plot(values, [row[3][feature] for row in rows], color=colour, marker=".", label=label)
            bottom.axhline(human[feature], color=colour, linestyle=":", linewidth=1)
        top.set_title(name, fontsize=10)
        bottom.set_xlabel("fills in eight bars" if name == "fills" else f"{name}, %", fontsize=9)
        bottom.set_ylim(0, 1)
        top.set_ylim(0.4, 1)
    axes[0, 0].legend(fontsize=8)
    axes[1, 0].legend(fontsize=7)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _position(dial: str, value: float) -> float:
    """Where a value of `dial` stands: fills by how many there are, not by the bars between them."""
    return 8 / value if dial == "fills" and value else value
