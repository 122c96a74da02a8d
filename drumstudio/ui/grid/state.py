"""What ruler, grid and property lane show together: pattern, columns, scroll, playhead."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from operator import attrgetter

from PySide6.QtCore import QObject, Signal

from drumstudio.domain.drums import DRUM_COUNT, Drum
from drumstudio.domain.edits import Cell
from drumstudio.domain.pattern import Hit, Pattern
from drumstudio.domain.project import Project
from drumstudio.ui.document import Document
from drumstudio.ui.grid.geometry import LEFT_MARGIN, ROW_OF, Columns, lay_out
from drumstudio.ui.grid.selection import Selection
from drumstudio.ui.grid.words import cell_words, surprise_level, surprise_words

_DEFAULT_WIDTH = 900
_NO_ROWS: frozenset[int] = frozenset()
_ALL_ROWS = frozenset(range(DRUM_COUNT))

_step_of = attrgetter("step")


class GridState(QObject):
    """The shared view of a document's current pattern, or of a preview put before it.

    Signals: `columns_changed(object)` carries the set of columns that look different now, None
    for all of them; `laid_out()` when columns moved or were scrolled; `playhead_moved(object,
    object)` the column left and the one entered, either may be None.
    """

    columns_changed = Signal(object)
    laid_out = Signal()
    playhead_moved = Signal(object, object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._project = document.project
        self._pattern = document.pattern
        self._preview: Pattern | None = None
        self.preview_name = ""
        self.surprise: Mapping[Cell, float] | None = None
        self._quiet: Mapping[Cell, float] = {}
        self._width = _DEFAULT_WIDTH
        self._scroll = 0
        self._playhead: int | None = None
        self._row_locks = _locked_rows(self._project)
        self._grouped: tuple[frozenset[tuple[int, int]], dict[int, frozenset[int]]] = (frozenset(), {})
        self.columns: Columns = lay_out(self._pattern, self._width)
        self.selection = Selection(self._pattern.steps, self)
        document.changed.connect(self._project_changed)

    @property
    def project(self) -> Project:
        """The document's project."""
        return self._project

    @property
    def pattern(self) -> Pattern:
        """The pattern on screen: a preview while there is one."""
        return self._preview or self._pattern

    @property
    def previewing(self) -> bool:
        """Whether a preview stands before the document's pattern; it cannot be edited."""
        return self._preview is not None

    @property
    def scroll(self) -> int:
        """Content pixels that are scrolled out at the left."""
        return self._scroll

    @property
    def scroll_limit(self) -> int:
        """Largest useful scroll."""
        return max(0, self.columns.width - self._width)

    @property
    def width(self) -> int:
        """Width of the view in pixels."""
        return self._width

    @property
    def playhead(self) -> int | None:
        """Column that sounds now."""
        return self._playhead

    def audible(self, drum: Drum) -> bool:
        """Whether the row sounds, mutes and solos considered."""
        return self._project.audible(drum)

    def locked(self, step: int, drum: Drum) -> bool:
        """Whether the drummer leaves a cell alone: by its row, its bar or itself."""
        return self._project.lanes[drum].locked or self.pattern.locked(step, drum)

    def locked_rows(self, step: int) -> frozenset[int]:
        """Rows, from the top, that are locked in a column."""
        if step // self.columns.steps_per_bar in self.pattern.locked_bars:
            return _ALL_ROWS
        alone = self._cell_locks().get(step)
        return self._row_locks | alone if alone else self._row_locks

    def lock_marks(self, step: int) -> frozenset[int]:
        """Rows in which a stretch of cells that are locked by themselves begins in a column."""
        alone = self._cell_locks().get(step, _NO_ROWS)
        return alone - self._cell_locks().get(step - 1, _NO_ROWS) if alone else alone

    def _cell_locks(self) -> dict[int, frozenset[int]]:
        """Rows by column of the cells that are locked by themselves, found once a pattern."""
        cells = self.pattern.locked_cells
        if cells is not self._grouped[0]:
            by_step: dict[int, set[int]] = {}
            for step, drum in cells:
                by_step.setdefault(step, set()).add(ROW_OF[Drum(drum)])
            self._grouped = cells, {step: frozenset(rows) for step, rows in by_step.items()}
        return self._grouped[1]

    def cell_words(self, step: int, drum: Drum) -> str:
        """Everything about a cell, as it is read out."""
        words = cell_words(self.pattern, step, drum, locked=self._project.lanes[drum].locked)
        surprising = self._surprise_words(step, drum)
        return f"{words}, {surprising}" if surprising else words

    def _surprise_words(self, step: int, drum: Drum) -> str:
        if self.surprise is None:
            return ""
        if self.pattern.hit_at(step, drum) is None:
            nats = self._quiet.get((step, drum))
            return "" if nats is None else f"left out, {surprise_words(nats)}"
        nats = self.surprise.get((step, drum))
        return "" if nats is None else surprise_words(nats)

    def tip(self, step: int, drum: Drum) -> str:
        """What the tooltip of a cell says; "" where there is nothing to say."""
        locked = self.locked(step, drum)
        empty = self.pattern.hit_at(step, drum) is None
        if empty and not locked and not self._surprise_words(step, drum):
            return ""
        words = self.cell_words(step, drum)
        return f"{words}; the drummer leaves it alone, your own edits go through" if locked else words

    def hits_in(self, steps: range) -> tuple[Hit, ...]:
        """Hits of the columns of `steps`, found without looking at all of a long pattern."""
        hits = self.pattern.hits
        first = bisect_left(hits, steps.start, key=_step_of)
        return hits[first : bisect_left(hits, steps.stop, first, key=_step_of)]

    def set_width(self, width: int) -> None:
        """Fit the columns to a view of `width` pixels."""
        if width != self._width:
            self._width = width
            self._lay_out()

    def set_scroll(self, scroll: int) -> None:
        """Scroll to content pixel `scroll`, held to what there is."""
        scroll = max(0, min(self.scroll_limit, scroll))
        if scroll != self._scroll:
            self._scroll = scroll
            self.laid_out.emit()

    def reveal(self, step: int, *, page: bool = False) -> None:
        """Scroll a column into view; by a whole `page` when following the playhead."""
        left, right = self.columns.x[step], self.columns.x[step + 1]
        if left < self._scroll:
            self.set_scroll(left - LEFT_MARGIN if page else left - self.columns.step_width)
        elif right > self._scroll + self._width:
            self.set_scroll(left - LEFT_MARGIN if page else right + self.columns.step_width - self._width)

    def set_preview(self, pattern: Pattern | None, name: str = "") -> None:
        """Show `pattern` in place of the document's until None is given; `name` stands in the ruler."""
        if (pattern, name) == (self._preview, self.preview_name):
            return
        before = self.pattern
        self._preview, self.preview_name = pattern, name
        self._show(before, everything=True)

    def set_surprise(
        self, hits: Mapping[Cell, float] | None, silences: Mapping[Cell, float] | None = None
    ) -> None:
        """Tint each hit by how little the model expected it, in nats; None goes back to drums.

        `silences` are cells that were expected to be struck and are not.
        """
        before, quiet = self.surprise, self._quiet
        self.surprise = hits
        self._quiet = (silences or {}) if hits is not None else {}
        if before is None or hits is None:
            self.columns_changed.emit(None)
            return
        changed = {
            step
            for step, drum in before.keys() | hits.keys()
            if surprise_level(before.get((step, drum), 0.0)) != surprise_level(hits.get((step, drum), 0.0))
        }
        changed |= {
            step
            for step, drum in quiet.keys() | self._quiet.keys()
            if self._level_of(quiet, step, drum) != self._level_of(self._quiet, step, drum)
        }
        self.columns_changed.emit(changed)

    @staticmethod
    def _level_of(silences: Mapping[Cell, float], step: int, drum: Drum) -> int:
        nats = silences.get((step, drum))
        return -1 if nats is None else surprise_level(nats)

    def missed(self, step: int) -> list[tuple[Drum, int]]:
        """Drums that the model expected in a column and that are not struck, with levels of surprise."""
        if not self._quiet:
            return []
        found = ((drum, self._quiet.get((step, drum))) for drum in Drum)
        return [
            (drum, surprise_level(nats))
            for drum, nats in found
            if nats is not None and self.pattern.hit_at(step, drum) is None
        ]

    def set_playhead(self, step: float | None) -> bool:
        """Put the playhead at a place counted in unswung steps; whether it entered a column."""
        column = None
        if step is not None:
            column = self.columns.step_of_tick(step * self.pattern.grid.ticks_per_step)
        if column == self._playhead:
            return False
        left, self._playhead = self._playhead, column
        self.playhead_moved.emit(left, column)
        return True

    def _project_changed(self, project: Project) -> None:
        before, lanes = self.pattern, self._project.lanes
        self._project, self._pattern = project, project.pattern
        self._row_locks = _locked_rows(project)
        self._show(before, everything=lanes != project.lanes)

    def _show(self, before: Pattern, *, everything: bool) -> None:
        now = self.pattern
        same_frame = (before.grid, before.bars, before.swing) == (now.grid, now.bars, now.swing)
        if not same_frame:
            if self._playhead is not None and self._playhead >= now.steps:
                self.set_playhead(None)
            self._lay_out()
        elif everything or _marks(before) != _marks(now):
            self.columns_changed.emit(None)
        elif before is not now:
            changed = {hit.step for hit in set(before.hits) ^ set(now.hits)}
            if before.locked_cells is not now.locked_cells:
                changed |= {step for step, _ in before.locked_cells ^ now.locked_cells}
            self.columns_changed.emit(changed)

    def _lay_out(self) -> None:
        self.columns = lay_out(self.pattern, self._width)
        self.selection.set_steps(self.columns.steps)
        self._scroll = max(0, min(self.scroll_limit, self._scroll))
        self.laid_out.emit()
        self.columns_changed.emit(None)


def _marks(pattern: Pattern) -> tuple[object, ...]:
    """What the ruler shows beside the columns, and whole columns show."""
    return pattern.seam, pattern.locked_bars, pattern.fill_bars


def _locked_rows(project: Project) -> frozenset[int]:
    return frozenset(ROW_OF[drum] for drum in Drum if project.lanes[drum].locked)
