"""Figures of a training in words."""

from __future__ import annotations

from drumstudio.app.training.runs import Cell, CellState


def count(number: float) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,.0f}"


def perplexity(value: float | None) -> str:
    """A perplexity as precise as it means something."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 2.5 else f"{value:.2f}"


def duration(seconds: float) -> str:
    """A time as "19 s", "4 m 12 s" or "2 h 05 m"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} m {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m"


def plural(number: int, word: str) -> str:
    """A number of things."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def cell_note(cell: Cell, best: bool = False) -> str:
    """How a cell of a sweep stands, in a word or two."""
    if cell.state is CellState.TRAINING:
        return f"step {count(cell.step)} …"
    if cell.state is CellState.DROPPED:
        return f"stopped at {count(cell.step)}"
    if cell.state is CellState.DONE:
        return "best" if best else ""
    if cell.state is CellState.WAITING:
        return f"step {count(cell.step)}, waits" if cell.step else "waiting"
    return "failed"
