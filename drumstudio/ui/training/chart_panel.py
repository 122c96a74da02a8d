"""The upper right of the Training page: the chart with its title, and the sweep beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from drumstudio.app.training.runs import Run, RunState
from drumstudio.settings import Settings
from drumstudio.ui.layouts import restyle
from drumstudio.ui.training.chart import Chart
from drumstudio.ui.training.heat_map import Shape
from drumstudio.ui.training.rows import progress_words
from drumstudio.ui.training.shown import Shown, levels, picked_cell
from drumstudio.ui.training.sweep_view import SweepView

_REFERENCE, _REFERENCE_OF_TUNING = "training.reference", "training.reference_of_tuning"
_OCTAVES = "training.octaves"
_CHOOSE = ("A new training", "Press Train, or choose a training below to see its curves.")
_EMPTY = (
    "Nothing trained yet",
    "Press Train and watch two curves fall. Perplexity tells between how many events the network wavers at "
    "each step: at 512 it knows nothing. The training curve is what it has seen, the validation curve what "
    "it has not: that one counts.",
)


class ChartPanel(QFrame):
    """Shows the run in front, and others beside it.  Signal: `turned()` when it wants to be shown anew."""

    turned = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", True)
        self._settings = settings
        self._shown = Shown()
        self._picked: dict[str, Shape] = {}
        self._front: Run | None = None
        self.chart, self.sweep = Chart(), SweepView()
        self.progress = QLabel()
        self.progress.setProperty("role", "muted")
        self.progress.setTextFormat(Qt.TextFormat.PlainText)
        self.progress.setAccessibleName("Progress of the training")
        self.trouble = QLabel()
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.hide()
        self.reference = _toggle(
            "Your earlier attempt", "Draw the curve of your first own network: 13 at step 91"
        )
        self.octaves = _toggle("First steps large", "Give the first steps as much room as all that follow")
        self._show_reference()
        self.octaves.setChecked(settings.get(_OCTAVES, False))
        self.chart.set_octaves(self.octaves.isChecked())
        self.sweep.hide()
        self._lay_out()
        self.reference.toggled.connect(self._turn_reference)
        self.octaves.toggled.connect(self._turn_octaves)
        self.sweep.picked.connect(self._pick)

    def _lay_out(self) -> None:
        title = QLabel("Perplexity per step")
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self.reference)
        head.addWidget(self.octaves)
        head.addStretch(1)
        head.addWidget(self.progress)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.chart, 5)
        middle.addWidget(self.sweep, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.trouble)
        column.addLayout(middle, 1)

    def show_runs(self, front: Run | None, beside: Sequence[Run], any_runs: bool) -> None:
        """Show `front`, and the curves of `beside` dimmed; `any_runs` says whether there is one to choose."""
        self.chart.teach(*(_CHOOSE if any_runs else _EMPTY))
        self._front = front
        picked = None if front is None else self._picked.get(front.ident)
        self._show_reference()
        wanted = self.reference.isChecked() and bool(front or beside)
        curves = self._shown.curves(front, picked, beside, wanted)
        self.chart.show_curves(curves, levels(front))
        self.progress.setText("" if front is None else progress_words(front))
        message = "" if front is None else front.message
        self.trouble.setText(message[:1].upper() + message[1:])
        self.trouble.setVisible(bool(message))
        restyle(
            self.trouble, "role", "error" if front is not None and front.state is RunState.FAILED else "hint"
        )
        cells = front.cells if front is not None else ()
        self.sweep.setVisible(bool(cells))
        if front is not None and cells:
            cell = picked_cell(front, picked)
            self.sweep.show_cells(cells, (cell.layers, cell.units) if cell else None)

    def _pick(self, layers: int, units: int) -> None:
        if self._front is not None:
            self._picked[self._front.ident] = (layers, units)
            self.turned.emit()

    def _show_reference(self) -> None:
        """Check the reference as it is wanted: not beside a fine-tuning, which goes on from where that curve
        ended and lies flat beside it, unless it was asked for there too."""
        name = self._reference_setting()
        self.reference.blockSignals(True)
        self.reference.setChecked(self._settings.get(name, name == _REFERENCE))
        self.reference.blockSignals(False)

    def _reference_setting(self) -> str:
        tunes = self._front is not None and self._front.plan.base is not None
        return _REFERENCE_OF_TUNING if tunes else _REFERENCE

    def _turn_reference(self, on: bool) -> None:
        self._settings.set(self._reference_setting(), on)
        self.turned.emit()

    def _turn_octaves(self, on: bool) -> None:
        self._settings.set(_OCTAVES, on)
        self.chart.set_octaves(on)


def _toggle(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "tiny")
    button.setCheckable(True)
    button.setToolTip(tip)
    return button
