"""Everything of the step grid in one widget: ruler, row headers, cells, property lane, scroll bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QScrollBar, QWidget

from drumstudio.domain.drums import Drum
from drumstudio.domain.edits import Cell
from drumstudio.domain.pattern import Pattern
from drumstudio.ui.document import Document
from drumstudio.ui.grid.accessible import announce
from drumstudio.ui.grid.editing import GridEditor
from drumstudio.ui.grid.headers import RowHeaders
from drumstudio.ui.grid.lane import LaneHeader, PropertyLane
from drumstudio.ui.grid.ruler import Ruler
from drumstudio.ui.grid.selection import Selection
from drumstudio.ui.grid.state import GridState
from drumstudio.ui.grid.view import GridView
from drumstudio.ui.shortcuts import Keymap

_FAR = 1_000_000
# Bars, steps and rows that a key moves the focus by.
_MOVES: dict[str, tuple[int, int, int]] = {
    "left": (0, -1, 0),
    "right": (0, 1, 0),
    "up": (0, 0, -1),
    "down": (0, 0, 1),
    "row_start": (0, -_FAR, 0),
    "row_end": (0, _FAR, 0),
    "bar_left": (-1, 0, 0),
    "bar_right": (1, 0, 0),
}


class GridPanel(QWidget):
    """The step grid of a document, ready to be put on the sequencer page.

    Signals: `strike_requested(Drum, int velocity)` when a header is pressed or a hit placed, to
    be heard; `locate_requested(int step)` from the ruler; `regenerate_requested(int step)` from
    its menu; `humanise_requested()` from the selection's.  Edits go straight into the document.
    """

    strike_requested = Signal(object, int)
    locate_requested = Signal(int)
    regenerate_requested = Signal(int)
    humanise_requested = Signal()

    def __init__(
        self, document: Document, keymap: Keymap | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.state = GridState(document, self)
        self.editor = GridEditor(self.state, self)
        self._keymap = keymap or Keymap(parent=self)
        self._follows = True
        self._silent_placing = False
        self.ruler = Ruler(self.state, self.editor, self)
        # The order in which Tab walks: the cells first, the many buttons of the rows last.
        self.view = GridView(self.state, self.editor, self)
        self.lane = PropertyLane(self.state, self.editor, self)
        self.lane_header = LaneHeader(self.state, self)
        self.headers = RowHeaders(self.state, self.editor, self)
        self.scroll_bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self._arrange()
        self._connect()
        self._actions = self._action_table()
        self.setFocusProxy(self.view)

    def _arrange(self) -> None:
        keep = self.scroll_bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.scroll_bar.setSizePolicy(keep)
        self.scroll_bar.setAccessibleName("Scroll the grid")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setSpacing(0)
        grid.addWidget(self.ruler, 0, 1)
        grid.addWidget(self.headers, 1, 0)
        grid.addWidget(self.view, 1, 1)
        grid.addWidget(self.lane_header, 2, 0)
        grid.addWidget(self.lane, 2, 1)
        grid.addWidget(self.scroll_bar, 3, 1)
        grid.setRowStretch(1, 6)
        grid.setRowStretch(2, 1)

    def _connect(self) -> None:
        state = self.state
        self.ruler.locate_requested.connect(self.locate_requested)
        self.ruler.regenerate_requested.connect(self.regenerate_requested)
        self.headers.strike_requested.connect(self.strike_requested)
        self.view.hit_placed.connect(self._hit_placed)
        self.view.rows_moved.connect(self.headers.set_rows)
        self.view.menu_asked.connect(self._open_selection_menu)
        self.lane_header.property_chosen.connect(self.lane.show_property)
        self.scroll_bar.valueChanged.connect(state.set_scroll)
        state.laid_out.connect(self._laid_out)
        state.playhead_moved.connect(self._playhead_moved)
        self._laid_out()

    # -- for the page

    @property
    def selection(self) -> Selection:
        """The focused cell and the selected block."""
        return self.state.selection

    def set_playhead(self, step: float | None) -> None:
        """Show the column that sounds at `step` (unswung steps from the pattern's start); None hides it."""
        self.state.set_playhead(step)

    def flash(self, drum: Drum) -> None:
        """Light the activity light of a row, as for a stroke on the e-kit."""
        self.headers.flash(drum)

    def set_preview(self, pattern: Pattern | None, name: str = "") -> None:
        """Show a candidate in place of the document's pattern, "CONTINUATION name" in the ruler.

        The preview cannot be edited; None goes back to the document.
        """
        self.view.cancel_gesture()
        self.state.set_preview(pattern, name)

    def set_surprise(
        self, hits: Mapping[Cell, float] | None, silences: Mapping[Cell, float] | None = None
    ) -> None:
        """Tint each hit by -log p of the model, in nats; None shows the drums' colours again.

        `silences` are the cells to be marked as left out: silent against expectation.
        """
        self.state.set_surprise(hits, silences)

    def set_follow(self, on: bool) -> None:
        """Whether the view scrolls along with the playhead."""
        self._follows = on

    def set_audible_placing(self, on: bool) -> None:
        """Whether placing a hit asks for its sound."""
        self._silent_placing = not on

    def action_names(self) -> tuple[str, ...]:
        """Actions of the key table that this panel does."""
        return tuple(self._actions)

    def run(self, name: str) -> bool:
        """Do an action of the key table; False where there was nothing to do or it is not the grid's."""
        action = self._actions.get(name)
        return action is not None and action() is not False

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the key table says; what is not the grid's goes on to the window."""
        name = self._keymap.action_of(event.keyCombination())
        if name is None or not self.run(name):
            event.ignore()

    def _action_table(self) -> dict[str, Callable[[], object]]:
        selection, editor, document = self.state.selection, self.editor, self.state.document
        table: dict[str, Callable[[], object]] = {
            "select_all": selection.select_all,
            "select_none": partial(selection.select, None),
            "toggle": editor.toggle,
            "delete": editor.delete,
            "undo": document.undo,
            "redo": document.redo,
            "cut": editor.cut,
            "copy": editor.copy,
            "paste": editor.paste,
            "duplicate": editor.duplicate,
            "louder": editor.nudge_velocity,
            "softer": partial(editor.nudge_velocity, -8),
            "later": editor.nudge_offset,
            "earlier": partial(editor.nudge_offset, -0.05),
            "audition": self._audition,
            "mute": partial(self._click_chip, "mute"),
            "solo": partial(self._click_chip, "solo"),
            "lock": self._lock,
            "lock_bar": self._lock_bar,
            "fill_bar": self._mark_fill,
            "unlock_all": editor.unlock_all,
            "next_property": self.lane_header.show_next,
            "row_menu": self._open_row_menu,
            "seam": self._toggle_seam,
            "regenerate": self._regenerate,
            "dismiss": self._dismiss,
        }
        for name, (bars, steps, rows) in _MOVES.items():
            table[name] = partial(self._move, bars, steps, rows, False)
            table[f"extend_{name}"] = partial(self._move, bars, steps, rows, True)
        return table

    def _move(self, bars: int, steps: int, rows: int, extend: bool) -> None:
        selection = self.state.selection
        selection.move(bars * self.state.columns.steps_per_bar + steps, rows, extend=extend)
        self.state.reveal(selection.step)

    def _click_chip(self, name: str) -> None:
        header = self.headers.headers[self.state.selection.drum]
        {"mute": header.mute, "solo": header.solo, "lock": header.lock}[name].click()

    def _lock(self) -> None:
        """Lock the selected cells against the drummer, or the row where nothing is selected."""
        if self.state.selection.block is None:
            self._click_chip("lock")
        else:
            self.editor.lock_selection()

    def _lock_bar(self) -> None:
        steps, per_bar = self.state.selection.target().steps, self.state.columns.steps_per_bar
        self.editor.lock_bars(range(steps[0] // per_bar, steps[-1] // per_bar + 1))

    def _mark_fill(self) -> None:
        bar = self.state.selection.step // self.state.columns.steps_per_bar
        self.editor.toggle_fill(bar)
        marked = bar in self.state.document.pattern.fill_bars
        announce(self.view, f"Bar {bar + 1} {'is marked for a fill' if marked else 'has no fill mark'}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key opens the menu of the selection or the row; the right button erases."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._open_row_menu()
        event.accept()

    def selection_menu(self) -> QMenu:
        """The menu of the selected block."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        locked = self.editor.all_locked(self.state.selection.target())
        for text, name in (
            ("Cut", "cut"),
            ("Copy", "copy"),
            ("Duplicate", "duplicate"),
            ("Delete", "delete"),
            ("", ""),
            ("Unlock the selection" if locked else "Lock the selection", "lock"),
        ):
            if not name:
                menu.addSeparator()
                continue
            action = menu.addAction(f"{text}\t{self._keymap.label(name)}")
            action.setEnabled(name == "copy" or not self.state.previewing)
            action.triggered.connect(partial(_run, self, name))
        humanise = menu.addAction(f"Humanise the selection …\t{self._keymap.label('humanise')}")
        humanise.setEnabled(not self.state.previewing)
        humanise.triggered.connect(self.humanise_requested)
        return menu

    def _open_selection_menu(self, at: QPoint) -> None:
        self.selection_menu().popup(at)

    def _open_row_menu(self) -> None:
        selection = self.state.selection
        if selection.block is not None:
            corner = self.view.cell_rect(selection.step, selection.drum).bottomLeft()
            self._open_selection_menu(self.view.mapToGlobal(corner))
            return
        cell = self.view.cell_rect(selection.step, selection.drum)
        self.headers.headers[selection.drum].menu().popup(self.view.mapToGlobal(cell.bottomLeft()))

    def _bar_start(self) -> int:
        """The bar line before the focused cell; in the first bar, where no seam can be, the cell."""
        step, per_bar = self.state.selection.step, self.state.columns.steps_per_bar
        return step // per_bar * per_bar or step

    def _toggle_seam(self) -> None:
        step = self._bar_start()
        self.editor.set_seam(None if step == self.state.document.pattern.seam else step)

    def _regenerate(self) -> None:
        if not self.state.previewing and (step := self._bar_start()):
            self.regenerate_requested.emit(step)

    def _audition(self) -> None:
        selection = self.state.selection
        hit = self.state.pattern.hit_at(selection.step, selection.drum)
        self.strike_requested.emit(selection.drum, hit.velocity if hit else 100)

    def _dismiss(self) -> bool:
        if self.view.cancel_gesture():
            return True
        had = self.state.selection.block is not None
        self.state.selection.select(None)
        return had

    # -- keeping together

    def _hit_placed(self, drum: Drum, velocity: int) -> None:
        if not self._silent_placing and self.state.playhead is None:
            self.strike_requested.emit(drum, velocity)

    def _laid_out(self) -> None:
        state, bar = self.state, self.scroll_bar
        bar.blockSignals(True)
        bar.setRange(0, state.scroll_limit)
        bar.setPageStep(state.width)
        bar.setSingleStep(state.columns.step_width)
        bar.setValue(state.scroll)
        bar.blockSignals(False)
        bar.setVisible(state.scroll_limit > 0)

    def _playhead_moved(self, _left: int | None, entered: int | None) -> None:
        if entered is None:
            return
        for hit in self.state.hits_in(range(entered, entered + 1)):
            if self.state.audible(hit.drum):
                self.headers.flash(hit.drum)
        if self._follows:
            self.state.reveal(entered, page=True)


def _run(panel: GridPanel, name: str, _checked: bool = False) -> None:
    panel.run(name)
