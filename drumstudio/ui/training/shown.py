"""From runs to what the chart shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from drumstudio.app.training.runs import EARLIER_CURVE, Cell, Run, RunState
from drumstudio.ml.training.reports import Report
from drumstudio.ui.training.curves import Curve, Level
from drumstudio.ui.training.heat_map import Shape, best_cell

REFERENCE = Curve("reference", "your earlier attempt", EARLIER_CURVE, "drum:2", "dot")
# Colours of curves laid beside: of drums, but for those that training, validation and reference have.
_BESIDE = ("drum:3", "drum:7", "drum:5", "drum:0", "drum:8", "drum:4")
# Cells of a sweep whose curves are laid beside the one picked.
_MOST_CELLS = 12
# Runs that lie beside until the user says otherwise.
_NEWEST = 2

Points = tuple[tuple[int, float], ...]


class Shown:
    """Makes curves of runs, and keeps those of reports that have not changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Report, ...], Points, Points]] = {}

    def curves(
        self, front: Run | None, picked: Shape | None, beside: Sequence[Run], reference: bool
    ) -> tuple[Curve, ...]:
        """The curves of the run in front, or of the `picked` cell of its sweep, then the reference and
        those laid `beside`, the last ones dimmed."""
        found: list[Curve] = []
        others: list[tuple[str, str, tuple[Report, ...]]] = []
        if front is not None:
            cell = picked_cell(front, picked)
            reports = front.reports if cell is None else cell.reports
            key = front.ident if cell is None else _key(front, cell)
            shape = "" if cell is None else f" {_shape(cell)}"
            train, held_out = self._points(key, reports)
            if train:
                found.append(Curve(f"{key}:train", f"training{shape}", train, "accent_text"))
            if held_out:
                found.append(Curve(f"{key}:validation", f"validation{shape}", held_out, "drum:1"))
            others = [
                (_key(front, other), _shape(other), other.reports)
                for other in front.cells
                if other is not cell and other.reports
            ][:_MOST_CELLS]
        if reference:
            found.append(REFERENCE)
        others += [(run.ident, run.plan.name, run.reports) for run in beside if run is not front]
        for number, (key, label, reports) in enumerate(others):
            train, held_out = self._points(key, reports)
            if points := held_out or train:
                colour = _BESIDE[number % len(_BESIDE)]
                found.append(Curve(f"{key}:beside", label, points, colour, dimmed=True))
        return tuple(found)

    def _points(self, key: str, reports: tuple[Report, ...]) -> tuple[Points, Points]:
        kept = self._kept.get(key)
        if kept is None or kept[0] is not reports:
            train = tuple((each.step, each.perplexity) for each in reports if isfinite(each.perplexity))
            held_out = tuple(
                (each.step, value)
                for each in reports
                if (value := each.validation_perplexity) is not None and isfinite(value)
            )
            kept = self._kept[key] = (reports, train, held_out)
        return kept[1], kept[2]


def laid_beside(runs: Sequence[Run], front: Run | None, turned: Mapping[str, bool]) -> list[Run]:
    """Of `runs`, the newest first, those whose curves lie beside that in `front`.

    `turned` says of some whether the user wants them; of the others it is the newest that are over.
    """
    found, newest = [], 0
    for run in runs:
        over = run.state in (RunState.DONE, RunState.STOPPED) and not run.cells and run is not front
        newest += over
        if run.reports and turned.get(run.ident, over and newest <= _NEWEST):
            found.append(run)
    return found


def picked_cell(run: Run, picked: Shape | None) -> Cell | None:
    """The cell of a sweep whose curve is in front: the one picked, or else the best."""
    found = next((cell for cell in run.cells if (cell.layers, cell.units) == picked), None)
    return found or best_cell(run.cells) or next((cell for cell in run.cells if cell.reports), None)


def levels(run: Run | None) -> tuple[Level, ...]:
    """What the run is measured against."""
    if run is None:
        return ()
    found = (("counting events", run.levels.counting), ("copying the last bar", run.levels.copying))
    return tuple(Level(label, value) for label, value in found if value is not None)


def _shape(cell: Cell) -> str:
    return f"{cell.layers} × {cell.units}"


def _key(run: Run, cell: Cell) -> str:
    return f"{run.ident}:{cell.layers}:{cell.units}"
