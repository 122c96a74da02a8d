"""What a press, a drag and a release in the grid mean; one stroke is one undo step."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Protocol

from drumstudio.domain.drums import GRID_ROWS
from drumstudio.domain.edits import Cell
from drumstudio.ui.grid.editing import GridEditor, with_velocity
from drumstudio.ui.grid.selection import Block
from drumstudio.ui.grid.state import GridState

VELOCITY_THRESHOLD = 6  # pixels of vertical travel before a drag sets velocity


class Gesture(Protocol):
    """A stroke under way."""

    def drag(self, step: int, row: int, y: float) -> None:
        """The pointer moved to a cell, at view height `y`."""

    def release(self) -> None:
        """The button was let go."""

    def cancel(self) -> None:
        """Everything the stroke did is taken back."""


def line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[Cell]:
    """Cells on the way from one (step, row) to another, so that a fast drag leaves no holes."""
    count = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for index in range(count + 1):
        share = index / count
        row = round(start[1] + (end[1] - start[1]) * share)
        yield round(start[0] + (end[0] - start[0]) * share), GRID_ROWS[row]


class _Editing:
    """Base of strokes that edit: one merge key, and a way back."""

    def __init__(self, state: GridState, editor: GridEditor, step: int, row: int) -> None:
        self._state = state
        self._editor = editor
        self._at = (step, row)
        self._key: Hashable = state.document.gesture()
        self._before = state.document.pattern

    def cancel(self) -> None:
        """Take the stroke back; it leaves no step, as it ends where it began."""
        self._state.document.edit(self._before, "Cancelled", self._key)


class Erase(_Editing):
    """Clears every cell that it meets."""

    def __init__(self, state: GridState, editor: GridEditor, step: int, row: int) -> None:
        super().__init__(state, editor, step, row)
        self.drag(step, row, 0.0)

    def drag(self, step: int, row: int, y: float) -> None:
        """Clear up to this cell."""
        self._editor.paint(line(self._at, (step, row)), False, self._key)
        self._at = (step, row)

    def release(self) -> None:
        """Nothing is left to do."""


class Stroke(_Editing):
    """Press on a cell: a click toggles it, a drag across paints, a drag up or down sets velocity.

    An empty cell is struck at once, so that it is heard; a hit waits for what the hand does.
    """

    def __init__(self, state: GridState, editor: GridEditor, step: int, row: int, y: float) -> None:
        super().__init__(state, editor, step, row)
        self._y = y
        drum = GRID_ROWS[row]
        self.placed = self._before.hit_at(step, drum) is None
        self._mode = "press"
        if self.placed:
            self._editor.paint([(step, drum)], True, self._key)
        block = state.selection.block
        if self.placed or block is None or not block.holds(step, drum):
            block = Block(step, step, row, row)
        self._held = [] if self._state.previewing else self._editor.hits_of(block)

    def drag(self, step: int, row: int, y: float) -> None:
        """Decide by the first clear movement, then stay with it."""
        if self._mode == "press":
            if step != self._at[0]:
                self._mode = "paint"
            elif abs(y - self._y) >= VELOCITY_THRESHOLD:
                self._mode = "velocity"
        if self._mode == "paint":
            self._editor.paint(line(self._at, (step, row)), self.placed, self._key)
            self._at = (step, row)
        elif self._mode == "velocity":
            self._set_velocity(round(self._y - y))

    def _set_velocity(self, by: int) -> None:
        hits = [with_velocity(hit, hit.velocity + by) for hit in self._held]
        self._editor.place(hits, "Change velocity", self._key)

    @property
    def velocity(self) -> int | None:
        """Velocity of the pressed hit while it is being set, else None."""
        if self._mode != "velocity":
            return None
        hit = self._state.document.pattern.hit_at(self._at[0], GRID_ROWS[self._at[1]])
        return hit.velocity if hit else None

    def release(self) -> None:
        """A plain click on a hit clears it."""
        if self._mode == "press" and not self.placed:
            self._editor.paint([(self._at[0], GRID_ROWS[self._at[1]])], False, self._key)
        if self._mode != "velocity":
            self._state.selection.select(None)


class RubberBand:
    """Selects the block between the press and the pointer; a click extends from the focus."""

    def __init__(self, state: GridState, step: int, row: int) -> None:
        self._state = state
        self._start = (step, row)
        self._moved = False
        self._before = state.selection.block

    def drag(self, step: int, row: int, y: float) -> None:
        """Stretch to this cell."""
        if not self._moved and (step, row) == self._start:
            return
        if not self._moved:
            self._moved = True
            self._state.selection.focus(self._start[0], GRID_ROWS[self._start[1]])
        self._state.selection.extend(step, GRID_ROWS[row])

    def release(self) -> None:
        """Without a drag, extend the selection to the pressed cell."""
        if not self._moved:
            self._state.selection.extend(self._start[0], GRID_ROWS[self._start[1]])

    def cancel(self) -> None:
        """Select what was selected before."""
        self._state.selection.select(self._before)
