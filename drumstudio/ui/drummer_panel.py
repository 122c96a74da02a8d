"""The drummer's side of the window: model, settings, Continue, and the cards of what came."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.generation import GenerationDone, GenerationProgress
from drumstudio.domain.candidate import Candidate
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.settings import Settings
from drumstudio.ui.buttons import IconButton
from drumstudio.ui.candidate_list import SCROLL_WIDTH, CandidateList
from drumstudio.ui.fields import LinePicker
from drumstudio.ui.layouts import SliderRow

WIDTH = 340
MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wish:
    """What the panel's controls say: bars, temperature, how many, and the seed."""

    bars: int
    temperature: float
    candidates: int
    seed: int


class DrummerPanel(QFrame):
    """Signals: `continue_asked(Wish)`, `cancel_asked()`, `model_picked(ModelInfo)`,
    `rescan_asked()`; the cards' own signals are `cards.*`.
    """

    continue_asked = Signal(object)
    cancel_asked = Signal()
    model_picked = Signal(object)
    rescan_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.model: ModelInfo | None = None
        self.generating = False
        self.setProperty("panel", True)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Drummer")
        self._figures = QLabel("")
        self._figures.setProperty("role", "muted")
        self.picker = LinePicker("Model")
        self.picker.picked.connect(self._model_chosen)
        self.length = SliderRow("Length", 1, 8, 2, lambda v: f"{v} bar{'s' if v != 1 else ''}")
        self.wildness = SliderRow("Wildness", 30, 150, 90, lambda v: f"{v / 100:.2f}")
        self.variations = SliderRow("Variations", 1, 8, 4, str)
        self.seed = QLineEdit()
        self.again = IconButton("again", "The same seed again", 28)
        self.fresh = IconButton("dice", "A new seed each time", 28)
        self.button = QPushButton("Continue")
        self.progress = QProgressBar()
        self.cancel = QPushButton("Cancel")
        self._state = QLabel("")
        self.cards = CandidateList()
        self._hint = QLabel("")
        self._last_seed: int | None = None
        self.cards.count_changed.connect(self._show_empty)
        self._build()
        self._restore()
        self._show_empty()

    def _build(self) -> None:
        head = QHBoxLayout()
        title = QLabel("Drummer")
        title.setProperty("role", "title")
        head.addWidget(title, 1)
        head.addWidget(self._figures)
        rows = QGridLayout()
        rows.setHorizontalSpacing(10)
        rows.setVerticalSpacing(4)
        rows.setColumnMinimumWidth(0, 92)
        rows.setColumnStretch(1, 1)
        for index, row in enumerate((self.length, self.wildness, self.variations)):
            row.place(rows, index)
        self.length.slider.setToolTip("How many bars the drummer adds after the seam or the end")
        self.wildness.slider.setToolTip("Low stays with the likely, high dares more (temperature)")
        self.variations.slider.setToolTip("How many continuations are offered at once")
        rows.addWidget(QLabel("Seed"), 3, 0)
        rows.addLayout(self._seed_row(), 3, 1, 1, 2)
        self._dress()
        self._build_empty()
        controls = QVBoxLayout()
        controls.setContentsMargins(0, 0, SCROLL_WIDTH, 0)
        controls.setSpacing(8)
        controls.addLayout(head)
        controls.addWidget(self.picker)
        controls.addLayout(rows)
        controls.addWidget(self.button)
        controls.addWidget(self.progress)
        controls.addWidget(self._running)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 14, 14 - SCROLL_WIDTH, 10)
        whole.setSpacing(9)
        whole.addLayout(controls)
        whole.addWidget(self._stack, 1)

    def _dress(self) -> None:
        self.button.setProperty("kind", "primary")
        self.button.setFixedHeight(36)
        self.button.clicked.connect(self.ask)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(3)
        self.progress.setAccessibleName("Steps made")
        self._state.setProperty("role", "muted")
        self.cancel.setProperty("kind", "small")
        self.cancel.setFixedHeight(24)
        self.cancel.clicked.connect(self.cancel_asked)
        self._running = QWidget()
        running = QHBoxLayout(self._running)
        running.setContentsMargins(0, 0, 0, 0)
        running.addWidget(self._state, 1)
        running.addWidget(self.cancel)
        self._running.hide()

    def _build_empty(self) -> None:
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "hint")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._rescan = QPushButton("Look again")
        self._rescan.setProperty("kind", "small")
        self._rescan.clicked.connect(self.rescan_asked)
        self._empty = QWidget()
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(2, 8, 2, 0)
        empty.addWidget(self._hint)
        empty.addWidget(self._rescan, 0, Qt.AlignmentFlag.AlignLeft)
        empty.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.cards)

    def _seed_row(self) -> QHBoxLayout:
        self.seed.setPlaceholderText("new each time")
        self.seed.setValidator(QRegularExpressionValidator(r"\d{0,9}", self.seed))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed, settings and primer give the same continuations")
        self.seed.setFixedHeight(28)
        self.again.clicked.connect(self._keep_seed)
        self.fresh.clicked.connect(self.seed.clear)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.seed, 1)
        row.addWidget(self.again)
        row.addWidget(self.fresh)
        return row

    def _restore(self) -> None:
        for name, row in self._rows().items():
            row.slider.setValue(self._settings.get(f"drummer.{name}", row.slider.value()))

    def remember(self) -> None:
        """Keep the controls' values for the next start."""
        for name, row in self._rows().items():
            self._settings.set(f"drummer.{name}", row.slider.value())

    def _rows(self) -> dict[str, SliderRow]:
        return {"length": self.length, "wildness": self.wildness, "variations": self.variations}

    def show_keys(self, keys: str) -> None:
        """Write the key of Continue on its button."""
        self.button.setText(f"Continue   {keys.replace('Return', '⏎')}".strip())
        self.button.setAccessibleName("Continue")

    def show_models(self, models: Sequence[ModelInfo], chosen: ModelInfo | None) -> None:
        """Offer `models`; with none, say how to come by one."""
        self.model = chosen
        self.picker.set_options([(f"{info.name}   {self._note(info)}", info) for info in models])
        self.picker.setEnabled(bool(models))
        self.picker.set_value(chosen, chosen.name if chosen else "No drummer installed")
        self.picker.set_note(self._note(chosen) if chosen else "")
        if chosen is not None:
            self.picker.setToolTip(f"{chosen.path.name}: {chosen.trained_on}")
        self.button.setEnabled(chosen is not None)
        self._show_empty()

    @staticmethod
    def _note(info: ModelInfo) -> str:
        return "" if info.perplexity is None else f"ppl {info.perplexity:.1f}"

    def _show_empty(self) -> None:
        if self.model is None:
            self._hint.setText(
                "There is no drummer yet. Train one from drum MIDI files with\n\n"
                "drumstudio train FOLDER --out my.safetensors\n\n"
                "and put it into the models folder (Drummer menu)."
            )
        else:
            self._hint.setText(
                "Press Continue: the drummer listens to your beat up to the seam, or to its end, and "
                "offers ways on. Each can be heard in time before you choose; nothing touches the "
                "pattern until you insert it."
            )
        self._rescan.setVisible(self.model is None)
        self._stack.setCurrentIndex(1 if self.cards.cards else 0)

    def ask(self) -> None:
        """Ask for continuations as the controls say."""
        if self.model is None:
            return
        text = self.seed.text()
        seed = int(text) if text else random.SystemRandom().randrange(1_000_000)
        self._last_seed = seed
        self.seed.setPlaceholderText(f"new (last {seed})")
        wish = Wish(
            self.length.slider.value(),
            self.wildness.slider.value() / 100,
            self.variations.slider.value(),
            seed,
        )
        self.continue_asked.emit(wish)

    def begin(self, count: int) -> None:
        """Show that `count` continuations are on their way."""
        self.generating = True
        self.cards.begin(count)
        self._stack.setCurrentIndex(1)
        self._state.setText("Getting ready …")
        self._figures.setText("")
        self.progress.setRange(0, 0)
        self._running.show()
        self._scroll_to_new()

    def show_progress(self, progress: GenerationProgress) -> None:
        """Show how far they are."""
        self.progress.setRange(0, progress.steps)
        self.progress.setValue(progress.step)
        self._state.setText(f"Step {progress.step} of {progress.steps}")
        made = progress.length * progress.step // progress.steps
        self.cards.show_partial(progress.partial, progress.length, made)

    def show_done(self, done: GenerationDone) -> None:
        """Show the finished cards."""
        self._rest()
        self.progress.setRange(0, 1)
        self.progress.setValue(1)
        self._figures.setText(f"{done.steps} steps · {done.seconds * 1000:.0f} ms")
        self.cards.show_candidates(done.candidates)
        self._scroll_to_new()

    def show_failed(self) -> None:
        """Show that nothing comes."""
        self._rest()
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.cards.abandon()

    def forget(self) -> None:
        """Dismiss every card that the project does not keep."""
        self.cards.dismiss()
        self.cards.dismiss()
        self.progress.reset()
        self._figures.setText("")

    def forget_project(self) -> None:
        """Take every card away: another project comes."""
        self.cards.clear()
        self.forget()

    def dismiss(self) -> bool:
        """Dismiss step by step; whether there was anything to do."""
        return self.cards.dismiss()

    def use_seed(self, candidate: Candidate) -> None:
        """Take the seed of `candidate`."""
        self.seed.setText(str(candidate.seed))

    def _rest(self) -> None:
        self.generating = False
        self._running.hide()

    def _scroll_to_new(self) -> None:
        self.cards.verticalScrollBar().setValue(0)

    def _keep_seed(self) -> None:
        if self._last_seed is not None:
            self.seed.setText(str(self._last_seed))
            self.ask()

    def _model_chosen(self, info: ModelInfo) -> None:
        self.model_picked.emit(info)

    def sizeHint(self) -> QSize:
        """A fixed width."""
        return QSize(WIDTH, 600)
