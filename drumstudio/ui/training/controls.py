"""The left side of the Training page: data, form, and the buttons below them."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from drumstudio.app.training.runs import Run, RunState
from drumstudio.ui.layouts import restyle
from drumstudio.ui.training.form import Form
from drumstudio.ui.training.summary import DataSummary
from drumstudio.ui.training.sweep_form import SweepForm

WIDTH = 380


class Controls(QFrame):
    """What can be asked for.

    Signals: `train_wanted()`, `pause_wanted()`, `go_on_wanted()`, `stop_wanted()`, `new_wanted()` when the
    form is to be trained beside the run in front; the sweep's own are those of `sweep`.
    """

    train_wanted = Signal()
    pause_wanted = Signal()
    go_on_wanted = Signal()
    stop_wanted = Signal()
    new_wanted = Signal()
    sweep_opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", True)
        self.setFixedWidth(WIDTH)
        self.summary, self.form, self.sweep = DataSummary(), Form(), SweepForm()
        self.primary = QPushButton("Train")
        self.primary.setProperty("kind", "primary")
        self.new = _small("New training", "Go back to the form; what trains goes on")
        self.open_sweep = _small(
            "Sweep 1–3 layers × 64–256 units …",
            "Train several shapes of network, and see which suits the data",
        )
        self.stop = _small("Stop && keep best", "End the training in front and keep its best model so far")
        self._asked = self.train_wanted
        self._lay_out()
        self.sweep.hide()
        self.primary.clicked.connect(self._press)
        self.stop.clicked.connect(self.stop_wanted)
        self.new.clicked.connect(self.new_wanted)
        self.open_sweep.clicked.connect(self._open_sweep)
        self.sweep.cancelled.connect(self.close_sweep)
        self.form.more.toggled.connect(self._more_turned)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("cards")
        form = QVBoxLayout(inside)
        form.setContentsMargins(14, 12, 14, 8)
        form.setSpacing(14)
        form.addWidget(self.summary)
        form.addWidget(self.form)
        form.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self._scroll = scroll
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(6)
        buttons.addWidget(self.open_sweep, 3)
        buttons.addWidget(self.new, 1)
        buttons.addWidget(self.stop, 1)
        below = QVBoxLayout()
        below.setContentsMargins(14, 0, 14, 12)
        below.setSpacing(8)
        below.addWidget(self.sweep)
        below.addWidget(self.primary)
        below.addWidget(self._buttons)
        self.primary.setFixedHeight(38)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(8)
        column.addWidget(scroll, 1)
        column.addLayout(below)

    def show_state(self, front: Run | None, active: Run | None, obstacle: str) -> None:
        """Let the buttons fit the run in front; `obstacle` says why the form cannot be trained, if so."""
        text, asked, tip = "Train", self.train_wanted, obstacle or "Train what the form says"
        enabled = not obstacle
        if front is not None and front.can_pause:
            text, asked, enabled = "Pause training", self.pause_wanted, True
            tip = "Save where it stands and let it rest; nothing is lost"
        elif front is not None and front.state is RunState.PAUSED:
            text, asked, enabled = "Go on", self.go_on_wanted, True
            tip = "Train on from where it rests"
        elif front is not None and front.state in (RunState.PAUSING, RunState.STOPPING):
            text, enabled, tip = "Saving …", False, "One moment: what was trained is being saved"
        elif active is not None:
            text = "Train next"
            tip = obstacle or f"Train this once {active.plan.name} is done"
        self.primary.setText(text)
        self.primary.setToolTip(tip)
        self.primary.setEnabled(enabled)
        self._asked = asked
        of_form = asked is self.train_wanted and text.startswith("Train")
        self.new.setVisible(not of_form)
        if not of_form:
            self.close_sweep()
        self.open_sweep.setVisible(of_form)
        self.stop.setEnabled(front is not None and front.can_stop)
        restyle(self.primary, "busy", not of_form)

    def close_sweep(self) -> bool:
        """Put the small form away; whether it was open."""
        was_open = not self.sweep.isHidden()
        if was_open:
            held = self.sweep.isAncestorOf(self.focusWidget() or self)
            self._turn_sweep(False)
            if held:
                self.open_sweep.setFocus()
        return was_open

    def _open_sweep(self) -> None:
        self.sweep.show_choices(self.form.choices)
        self._turn_sweep(True)
        self.sweep.layers.setFocus()
        self.sweep.layers.selectAll()
        self.sweep_opened.emit()

    def _more_turned(self, shown: bool) -> None:
        if shown:
            # Once it is laid out there is something to bring into sight.
            QTimer.singleShot(0, self, self._show_advanced)

    def _show_advanced(self) -> None:
        self._scroll.ensureWidgetVisible(self.form.advanced)

    def _turn_sweep(self, shown: bool) -> None:
        """The small form stands where the buttons are."""
        self.sweep.setVisible(shown)
        self.primary.setVisible(not shown)
        self._buttons.setVisible(not shown)

    def _press(self) -> None:
        self._asked.emit()


def _small(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "small")
    button.setToolTip(tip)
    button.setFixedHeight(28)
    return button
