"""The focused cell and the selected block, shared by the grid and the property lane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS, Drum
from drumstudio.domain.edits import Cell
from drumstudio.ui.grid.geometry import ROW_OF


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells, rows from the top down; both ends belong to it."""

    first_step: int
    last_step: int
    first_row: int
    last_row: int

    @classmethod
    def between(cls, step: int, row: int, other_step: int, other_row: int) -> Block:
        """The block that two corners span."""
        return cls(min(step, other_step), max(step, other_step), min(row, other_row), max(row, other_row))

    @property
    def steps(self) -> range:
        """Its columns."""
        return range(self.first_step, self.last_step + 1)

    @property
    def drums(self) -> tuple[Drum, ...]:
        """Its rows."""
        return GRID_ROWS[self.first_row : self.last_row + 1]

    def cells(self) -> Iterator[Cell]:
        """All of its cells."""
        return ((step, drum) for drum in self.drums for step in self.steps)

    def holds(self, step: int, drum: Drum) -> bool:
        """Whether a cell belongs to it."""
        return step in self.steps and self.first_row <= ROW_OF[drum] <= self.last_row


class Selection(QObject):
    """One focused cell, and a selected block or none; `changed()` when either moves."""

    changed = Signal()

    def __init__(self, steps: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self._step, self._row = 0, ROW_OF[Drum.SNARE]
        self._anchor = (self._step, self._row)
        self._block: Block | None = None

    @property
    def step(self) -> int:
        """Column of the focused cell."""
        return self._step

    @property
    def drum(self) -> Drum:
        """Row of the focused cell; the property lane shows it."""
        return GRID_ROWS[self._row]

    @property
    def block(self) -> Block | None:
        """The selected block, None where nothing is selected."""
        return self._block

    def target(self) -> Block:
        """What an edit acts on: the selected block, else the focused cell."""
        return self._block or Block(self._step, self._step, self._row, self._row)

    def set_steps(self, steps: int) -> None:
        """Fit to a pattern of `steps` columns."""
        self._steps = steps
        block = self._block
        if block and block.last_step >= steps:
            fits = block.first_step < steps
            block = Block(block.first_step, steps - 1, block.first_row, block.last_row) if fits else None
        self._anchor = (min(self._anchor[0], steps - 1), self._anchor[1])
        self._put(min(self._step, steps - 1), self._row, block)

    def focus(self, step: int, drum: Drum, *, keep: bool = False) -> None:
        """Move the focus to a cell; the selection goes unless `keep`."""
        step, row = self._held(step, ROW_OF[drum])
        self._anchor = (step, row)
        self._put(step, row, self._block if keep else None)

    def extend(self, step: int, drum: Drum) -> None:
        """Select the block from where the last plain move ended to a cell, and focus the cell."""
        step, row = self._held(step, ROW_OF[drum])
        self._put(step, row, Block.between(*self._anchor, step, row))

    def move(self, steps: int, rows: int, *, extend: bool = False) -> None:
        """Move the focus, taking the selection along when `extend`."""
        step, row = self._held(self._step + steps, self._row + rows)
        (self.extend if extend else self.focus)(step, GRID_ROWS[row])

    def select(self, block: Block | None) -> None:
        """Select `block`; None selects nothing."""
        self._put(self._step, self._row, block)

    def select_all(self) -> None:
        """Select every cell."""
        self.select(Block(0, self._steps - 1, 0, DRUM_COUNT - 1))

    def _held(self, step: int, row: int) -> tuple[int, int]:
        return max(0, min(self._steps - 1, step)), max(0, min(DRUM_COUNT - 1, row))

    def _put(self, step: int, row: int, block: Block | None) -> None:
        if (step, row, block) != (self._step, self._row, self._block):
            self._step, self._row, self._block = step, row, block
            self.changed.emit()
