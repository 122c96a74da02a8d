"""Edits of the selection by key or menu; each is one undo step."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject

from drumstudio.domain import edits
from drumstudio.domain.drums import Drum
from drumstudio.domain.edits import Cell
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Lane
from drumstudio.ui.grid.geometry import ROW_OF
from drumstudio.ui.grid.selection import Block
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.words import bars_words

DEFAULT_VELOCITY = 100
_VELOCITY_STEP = 8
_OFFSET_STEP = 0.05


def with_velocity(hit: Hit, velocity: float) -> Hit:
    """`hit` at another velocity, held to 1-127."""
    return replace(hit, velocity=max(1, min(127, round(velocity))))


def with_offset(hit: Hit, offset: float) -> Hit:
    """`hit` with another offset, held to [-0.5, 0.5)."""
    return replace(hit, offset=max(-0.5, min(0.499, offset)))


def with_chance(hit: Hit, chance: float) -> Hit:
    """`hit` with another chance, held to (0, 1]."""
    return replace(hit, chance=max(0.01, min(1.0, chance)))


class GridEditor(QObject):
    """Acts on the selection of a grid; while a preview is shown every edit is left out."""

    def __init__(self, state: GridState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._clip: tuple[Hit, ...] = ()

    def _edit(self, pattern: Pattern, text: str, merge: Hashable | None = None) -> None:
        if not self._state.previewing:
            self._state.document.edit(pattern, text, merge)

    @property
    def _pattern(self) -> Pattern:
        return self._state.document.pattern

    def toggle(self) -> None:
        """Place or clear a hit in the focused cell."""
        selection = self._state.selection
        struck = self._pattern.hit_at(selection.step, selection.drum) is not None
        text = f"{'Clear' if struck else 'Place'} {selection.drum.label.lower()}"
        self._edit(edits.toggle(self._pattern, selection.step, selection.drum, DEFAULT_VELOCITY), text)

    def delete(self) -> None:
        """Clear the selected cells."""
        self._edit(edits.erase(self._pattern, self._state.selection.target().cells()), "Clear the selection")

    def copy(self) -> None:
        """Remember the selected hits; nothing selected holds nothing new."""
        clip = edits.copy_cells(self._pattern, self._state.selection.target().cells())
        self._clip = clip or self._clip

    def cut(self) -> None:
        """Copy the selected hits, then clear them."""
        self.copy()
        self._edit(edits.erase(self._pattern, self._state.selection.target().cells()), "Cut")

    def paste(self) -> None:
        """Put what was copied at the focused column, each hit in its own row, and select it."""
        if not self._clip or self._state.previewing:
            return
        selection = self._state.selection
        start = selection.block.first_step if selection.block else selection.step
        self._edit(edits.paste(self._pattern, self._clip, start), "Paste")
        last = min(start + max(hit.step for hit in self._clip), self._pattern.steps - 1)
        rows = [ROW_OF[hit.drum] for hit in self._clip]
        selection.select(Block(start, last, min(rows), max(rows)))

    def duplicate(self) -> None:
        """Repeat the selection right after itself, over what stands there, and select the repeat."""
        block = self._state.selection.target()
        length = len(block.steps)
        room = min(block.last_step + length, self._pattern.steps - 1)
        if room == block.last_step:
            return
        copy = Block(block.last_step + 1, room, block.first_row, block.last_row)
        hits = [self._pattern.hit_at(step, drum) for step, drum in block.cells()]
        cleared = edits.erase(self._pattern, copy.cells())
        moved = [replace(hit, step=hit.step + length) for hit in hits if hit and hit.step + length <= room]
        self._edit(edits.place(cleared, moved), "Duplicate")
        selection = self._state.selection
        had_block = selection.block is not None
        selection.focus(copy.first_step, selection.drum)
        selection.select(copy if had_block else None)

    def nudge_velocity(self, by: int = _VELOCITY_STEP) -> None:
        """Make the selected hits louder or softer; presses in a row are one step."""
        block = self._state.selection.target()
        hits = [with_velocity(hit, hit.velocity + by) for hit in self.hits_of(block)]
        self.place(hits, "Change velocity", ("velocity", block))

    def nudge_offset(self, by: float = _OFFSET_STEP) -> None:
        """Make the selected hits later or earlier; presses in a row are one step."""
        block = self._state.selection.target()
        hits = [with_offset(hit, hit.offset + by) for hit in self.hits_of(block)]
        self.place(hits, "Change timing", ("offset", block))

    def hits_of(self, block: Block) -> list[Hit]:
        """Hits of the document's pattern that lie in `block`."""
        return [hit for hit in self._pattern.hits if block.holds(hit.step, hit.drum)]

    def place(self, hits: Iterable[Hit], text: str, merge: Hashable | None = None) -> None:
        """Put `hits` in, over what stands in their cells."""
        self._edit(edits.place(self._pattern, hits), text, merge)

    def fill_every(self, drum: Drum, steps: int) -> None:
        """Strike `drum` on every `steps`-th step of each bar."""
        self._edit(
            edits.fill_every(self._pattern, drum, steps, DEFAULT_VELOCITY), f"Fill {drum.label.lower()}"
        )

    def clear_row(self, drum: Drum) -> None:
        """Silence one row."""
        self._edit(edits.clear_row(self._pattern, drum), f"Clear {drum.label.lower()}")

    def copy_row(self, source: Drum, target: Drum) -> None:
        """Replace one row by another."""
        text = f"Copy {source.label.lower()} to {target.label.lower()}"
        self._edit(edits.copy_row(self._pattern, source, target), text)

    def set_seam(self, step: int | None, merge: Hashable | None = None) -> None:
        """Move the seam, or take it away."""
        self._edit(edits.set_seam(self._pattern, step), "Move the seam", merge)

    def paint(self, cells: Iterable[Cell], struck: bool, merge: Hashable) -> None:
        """Place hits in the empty ones of `cells`, or clear them all."""
        if struck:
            empty = [cell for cell in cells if not self._pattern.hit_at(*cell)]
            hits = [Hit(step, drum, DEFAULT_VELOCITY) for step, drum in empty]
            self._edit(edits.place(self._pattern, hits), "Paint hits", merge)
        else:
            self._edit(edits.erase(self._pattern, cells), "Erase hits", merge)

    def set_lane(self, drum: Drum, lane: Lane) -> None:
        """Mute, solo or lock a row."""
        document = self._state.document
        project = document.project.with_lane(drum, lane)
        if lane.locked == document.project.lanes[drum].locked:
            document.set_lanes(project.lanes, "Mute or solo rows")
        else:
            document.apply(project, f"{_verb(lane.locked)} the {drum.label.lower()} row")

    # -- what the drummer may not touch, and where it shall play a fill

    def all_locked(self, block: Block) -> bool:
        """Whether every cell of `block` is locked, by its bar or itself."""
        return all(self._pattern.locked(step, drum) for step, drum in block.cells())

    def lock_selection(self) -> None:
        """Lock the selected cells against the drummer; open them where all of them are locked."""
        block = self._state.selection.target()
        locked = not self.all_locked(block)
        self._edit(
            edits.lock_cells(self._pattern, block.cells(), locked=locked), f"{_verb(locked)} the selection"
        )

    def lock_bars(self, bars: Iterable[int]) -> None:
        """Lock whole bars against the drummer; open them where all of them are locked."""
        asked = frozenset(bars)
        locked = not asked <= self._pattern.locked_bars
        self._edit(
            edits.lock_bars(self._pattern, asked, locked=locked), f"{_verb(locked)} {bars_words(asked)}"
        )

    def toggle_fill(self, bar: int) -> None:
        """Mark a bar to end in a fill, or take its mark away."""
        marked = bar in self._pattern.fill_bars
        text = f"Unmark bar {bar + 1}" if marked else f"Mark bar {bar + 1} for a fill"
        self._edit(edits.toggle_fill_bar(self._pattern, bar), text)

    @property
    def anything_locked(self) -> bool:
        """Whether a row, a bar or a cell is locked."""
        pattern, lanes = self._pattern, self._state.document.project.lanes
        return bool(pattern.locked_bars or pattern.locked_cells) or any(lane.locked for lane in lanes)

    def unlock_all(self) -> None:
        """Open every row, bar and cell to the drummer."""
        document = self._state.document
        if not self._state.previewing:
            lanes = tuple(replace(lane, locked=False) for lane in document.project.lanes)
            opened = document.project.with_pattern(edits.unlock_all(self._pattern))
            document.apply(replace(opened, lanes=lanes), "Unlock everything")


def _verb(locked: bool) -> str:
    return "Lock" if locked else "Unlock"
