"""The drummer's side of the window: model, dials, Continue, and the cards of what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.drummer.generation import GenerationDone, GenerationProgress
from drumstudio.domain.candidate import Candidate, Mode
from drumstudio.domain.dials import Dials
from drumstudio.ml.catalogue import ModelInfo
from drumstudio.settings import Settings
from drumstudio.ui.buttons import LabelButton
from drumstudio.ui.candidate_list import SCROLL_WIDTH, CandidateList
from drumstudio.ui.dial_panel import DialPanel
from drumstudio.ui.fields import LinePicker

WIDTH = 340
# Milliseconds that a dial rests before the cards follow it, and after which slow work offers Cancel.
FOLLOW = 150
_SLOW = 400

_COMPLETE = "Write what is missing: what is locked stays, or else the rows that hold hits"
_DRESS = "Make a full beat of a rhythm that is tapped on one row"
_NO_MODEL = "There is no drummer to ask"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the panel's controls say; `again` asks for the last lot anew, to take the place of its cards."""

    mode: Mode
    bars: int
    dials: Dials
    candidates: int
    seed: int
    again: bool = False


class DrummerPanel(QFrame):
    """Signals: `asked(Wish)`, `cancel_asked()`, `dials_turned(Dials)`, `model_picked(ModelInfo)`,
    `rescan_asked()`; the cards' own signals are `cards.*`.
    """

    asked = Signal(object)
    cancel_asked = Signal()
    dials_turned = Signal(object)
    model_picked = Signal(object)
    rescan_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: ModelInfo | None = None
        self._models: tuple[ModelInfo, ...] = ()
        self.generating = False
        self._mode = Mode.CONTINUE
        self._keys, self._where = "", ""
        self._other_keys = {Mode.COMPLETE: "", Mode.DRESS: ""}
        self._refusals = {Mode.COMPLETE: "", Mode.DRESS: ""}
        self.setProperty("panel", True)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Drummer")
        self._figures = QLabel("")
        self._figures.setProperty("role", "muted")
        self.picker = LinePicker("Model")
        self.picker.picked.connect(self._model_chosen)
        self.dials = DialPanel(settings)
        self.more = LabelButton("right", "More")
        self.button = QPushButton("Continue")
        self.complete = QPushButton("Complete")
        self.dress = QPushButton("Dress taps")
        self.progress = QProgressBar()
        self.cards = CandidateList()
        self._hint = QLabel("")
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW)
        self._slow.timeout.connect(self._show_button)
        self._follow.timeout.connect(self.ask_again)
        self.cards.count_changed.connect(self._show_empty)
        self.dials.dials_turned.connect(self.dials_turned)
        self.dials.turned.connect(self._turned)
        self.dials.seed_kept.connect(self._ask_same)
        self._build()
        self._show_more()
        self._show_empty()
        self._show_possible()

    # -- building

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        title = QLabel("Drummer")
        title.setProperty("role", "title")
        head.addWidget(title, 1)
        head.addWidget(self._figures)
        head.addWidget(self.more)
        self._dress_buttons()
        self._build_empty()
        others = QHBoxLayout()
        others.setSpacing(6)
        others.addWidget(self.complete, 1)
        others.addWidget(self.dress, 1)
        controls = QVBoxLayout()
        controls.setContentsMargins(0, 0, SCROLL_WIDTH, 0)
        controls.setSpacing(7)
        controls.addLayout(head)
        controls.addWidget(self.picker)
        controls.addWidget(self.dials)
        controls.addWidget(self.button)
        controls.addLayout(others)
        controls.addWidget(self.progress)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 10, 14 - SCROLL_WIDTH, 8)
        whole.setSpacing(8)
        whole.addLayout(controls)
        whole.addWidget(self._stack, 1)

    def _dress_buttons(self) -> None:
        self.button.setProperty("kind", "primary")
        self.button.setFixedHeight(36)
        self.button.clicked.connect(self._pressed)
        for button, does in ((self.complete, self.ask_complete), (self.dress, self.ask_dress)):
            button.setProperty("kind", "small")
            button.setFixedHeight(24)
            button.clicked.connect(does)
        self.more.setProperty("kind", "tiny")
        self.more.setFixedSize(62, 20)
        self.more.clicked.connect(self._toggle_more)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(3)
        self.progress.setAccessibleName("Steps made")

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

    def remember(self) -> None:
        """Keep what no project keeps for the next start."""
        self.dials.remember()

    # -- what is shown

    def show_keys(self, keys: str, complete: str = "", dress: str = "") -> None:
        """Write the key of Continue on its button, those of the others into their tooltips."""
        self._keys = keys.replace("Return", "⏎")
        self._other_keys = {Mode.COMPLETE: complete, Mode.DRESS: dress}
        self.button.setAccessibleName("Continue")
        self._show_button()
        self._show_possible()

    def show_models(self, models: Sequence[ModelInfo], chosen: ModelInfo | None) -> None:
        """Offer `models`; with none, say how to come by one."""
        self.model, self._models = chosen, tuple(models)
        self.picker.set_options([(f"{info.name}   {self._note(info)}", info) for info in models])
        self.picker.setEnabled(bool(models))
        self.picker.set_value(chosen, chosen.name if chosen else "No drummer installed")
        self.picker.set_note(self._note(chosen) if chosen else "")
        if chosen is not None:
            self.picker.setToolTip(_about(chosen))
        self.dials.show_styles(chosen.styles if chosen else ())
        self.button.setEnabled(chosen is not None)
        self._show_possible()
        self._show_empty()

    @staticmethod
    def _note(info: ModelInfo) -> str:
        # Over all of what was held out where that is known, so that drummers can be compared.
        perplexity = info.figures.get("all", info.perplexity)
        return "" if perplexity is None else f"ppl {perplexity:.2f}"

    def show_possible(self, complete: str, dress: str, where: str, marked: bool) -> None:
        """Show what the pattern allows: reasons against completing and dressing, "" for none, and
        `where` they would write; whether bars are `marked` for a fill."""
        self._refusals = {Mode.COMPLETE: complete, Mode.DRESS: dress}
        self._where = where
        self.dials.show_marked(marked)
        self._show_possible()

    def _show_possible(self) -> None:
        for mode, button, does in (
            (Mode.COMPLETE, self.complete, _COMPLETE),
            (Mode.DRESS, self.dress, _DRESS),
        ):
            refusal = _NO_MODEL if self.model is None else self._refusals[mode]
            keys = self._other_keys[mode]
            button.setEnabled(not refusal)
            button.setToolTip(refusal or does + self._where + (f" ({keys})" if keys else ""))

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
                "pattern until you insert it. Turn a dial, and what is offered follows.\n\n"
                "Complete writes the rows that are missing; Dress taps makes a beat of a rhythm on one row."
            )
        self._rescan.setVisible(self.model is None)
        self._stack.setCurrentIndex(1 if self.cards.cards else 0)

    def _toggle_more(self) -> None:
        self.dials.show_more(not self.dials.more_shown)
        self._show_more()

    def _show_more(self) -> None:
        shown, hidden = self.dials.more_shown, self.dials.hidden_wishes()
        colour = "accent_text" if hidden and not shown else "text_muted"
        self.more.show_icon("down" if shown else "right", colour)
        what = "Fold in busyness, variations, style, crash and seed"
        if not shown:
            what = what.replace("Fold in", "More:") + (f"\nSet: {', '.join(hidden)}" if hidden else "")
        self.more.setToolTip(what)
        self.more.setAccessibleName("Fewer dials" if shown else "More dials")
        self.more.setAccessibleDescription(", ".join(hidden))

    def show_dials(self, dials: Dials) -> None:
        """Show the dials of the project."""
        self.dials.show_dials(dials)
        self._show_more()

    # -- asking

    def ask(self, mode: Mode = Mode.CONTINUE) -> None:
        """Ask for continuations as the controls say."""
        if self.model is not None:
            self._emit(mode, self.dials.next_seed(), again=False)

    def ask_complete(self) -> None:
        """Ask for the missing parts of the bars that are selected, or of all."""
        self.ask(Mode.COMPLETE)

    def ask_dress(self) -> None:
        """Ask for a full beat on a row of taps."""
        self.ask(Mode.DRESS)

    def ask_again(self) -> None:
        """Ask for the last lot as the controls say now, if there is one; its cards follow."""
        self._follow.stop()
        if self.cards.fresh and self.model is not None:
            self._emit(self._mode, self.dials.same_seed(), again=True)

    def use(self, candidate: Candidate) -> None:
        """Ask for the lot of `candidate` once more: dials, seed and model as they were."""
        model = next((info for info in self._models if info.path.stem == candidate.model), None)
        if model is not None and model != self.model:
            self.show_models(self._models, model)
            self.model_picked.emit(model)
        bars = None
        if candidate.mode is Mode.CONTINUE:
            per_bar = candidate.pattern.grid.steps_per_bar
            bars = max(1, candidate.steps // per_bar)
        self.dials.use(candidate.dials, candidate.seed, bars)
        self._show_more()
        self.ask(candidate.mode)

    def _emit(self, mode: Mode, seed: int, *, again: bool) -> None:
        self._mode = mode
        self._follow.stop()
        self._show_more()
        self.asked.emit(Wish(mode, self.dials.bars, self.dials.asked, self.dials.candidates, seed, again))

    def _ask_same(self) -> None:
        self.ask(self._mode)

    def _turned(self) -> None:
        self._show_more()
        if self.cards.fresh:
            self._follow.start()

    def _pressed(self) -> None:
        if self._cancels:
            self.cancel_asked.emit()
        else:
            self.ask()

    # -- what comes

    def begin(self, count: int, again: bool = False) -> None:
        """Show that `count` continuations are on their way, to new cards or to those that are there."""
        self.generating = True
        if again:
            self.cards.begin_again(count)
        else:
            self.cards.begin(count)
            self._figures.setText("")
            self._scroll_to_new()
        self._stack.setCurrentIndex(1)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self._slow.start()

    @property
    def _cancels(self) -> bool:
        """Whether the button stands for Cancel: the drummer takes his time."""
        return self.generating and not self._slow.isActive()

    def _show_button(self) -> None:
        cancels = self._cancels
        text = "Cancel   Esc" if cancels else f"Continue   {self._keys}".strip()
        self.button.setText(text)
        self.button.setAccessibleName("Cancel" if cancels else "Continue")

    def show_progress(self, progress: GenerationProgress) -> None:
        """Show how far they are."""
        self.progress.setRange(0, progress.steps)
        self.progress.setValue(progress.step)
        if self._cancels:
            self._figures.setText(f"{progress.step} of {progress.steps} steps")
        made = progress.length * progress.step // progress.steps
        self.cards.show_partial(progress.partial, progress.length, made)

    def show_done(self, done: GenerationDone) -> None:
        """Show the finished cards."""
        self._rest(1)
        self._figures.setText(f"{done.steps} steps · {done.seconds * 1000:.0f} ms")
        self.cards.show_candidates(done.candidates)

    def show_failed(self) -> None:
        """Show that nothing comes."""
        self._rest(0)
        self.cards.abandon()

    def forget(self) -> None:
        """Dismiss every card that the project does not keep."""
        self.cards.dismiss()
        self.cards.dismiss()
        self.progress.reset()
        self._figures.setText("")

    def forget_project(self) -> None:
        """Take every card away: another project comes."""
        self._follow.stop()
        self.cards.clear()
        self.forget()

    def dismiss(self) -> bool:
        """Dismiss step by step; whether there was anything to do."""
        return self.cards.dismiss()

    def _rest(self, value: int) -> None:
        self.generating = False
        self._slow.stop()
        self._show_button()
        self.progress.setRange(0, 1)
        self.progress.setValue(value)

    def _scroll_to_new(self) -> None:
        self.cards.verticalScrollBar().setValue(0)

    def _model_chosen(self, info: ModelInfo) -> None:
        self.model_picked.emit(info)

    def sizeHint(self) -> QSize:
        """A fixed width."""
        return QSize(WIDTH, 600)


def _about(info: ModelInfo) -> str:
    """What is known of a model, for its tooltip."""
    lines = [f"{info.path.name}: {info.network}, {info.encoding}", f"Learned from {info.trained_on}"]
    if info.perplexity is not None:
        lines.append("Perplexity (between how many things it wavers at a step) on what it never heard:")
        lines += wrap(_figures(info), 64)
    lines.append("It is used from the next Continue on")
    return "\n".join(lines)


def _figures(info: ModelInfo) -> str:
    """Perplexities over all of what was held out and, where they are known, of the beats of each style."""
    beats = {group: value for group, value in info.figures.items() if group.endswith(" beats")}
    everything = {"all": info.figures.get("all", info.perplexity or 0.0)}
    told = everything | {group.removesuffix(" beats"): value for group, value in beats.items()}
    return ", ".join(f"{group} {value:.2f}" for group, value in told.items())
