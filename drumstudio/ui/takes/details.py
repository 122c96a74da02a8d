"""The chosen take: its strokes large, hearing it, its tempo, the way into the grid, and how it is read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.takes.rows import TakeRow
from drumstudio.domain.timing import MAX_QPM, MIN_QPM
from drumstudio.settings import Settings
from drumstudio.ui import theme
from drumstudio.ui.buttons import LabelButton
from drumstudio.ui.takes.cleaning_panel import CleaningPanel
from drumstudio.ui.takes.grid_form import GridForm
from drumstudio.ui.takes.preview import Preview, aside_words
from drumstudio.ui.takes.small_number import SmallNumber
from drumstudio.ui.takes.take_list import figures

_LISTED = 200  # strokes put aside that are listed


class TakeDetails(QFrame):
    """Everything about one take.

    Signals: `play_asked()`, `train_asked()`, `tempo_asked(qpm)`, `first_bar_asked()` to let bar 1 begin
    with the first stroke.
    """

    play_asked = Signal()
    train_asked = Signal()
    tempo_asked = Signal(float)
    first_bar_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        self.setProperty("edge", "left")
        self.setAccessibleName("The chosen take")
        self._row: TakeRow | None = None
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._figures = QLabel()
        self._figures.setProperty("role", "muted")
        self._figures.setWordWrap(True)
        self.preview = Preview()
        self.play = LabelButton("play", "Play")
        self.play.setToolTip("Hear it as it was played, on the output chosen above (Enter in the list)")
        self.train = QPushButton("Train on it")
        self.train.setToolTip("Show your takes among what a drummer can learn from, on the Data page")
        self.tempo = SmallNumber("Tempo of the take", MIN_QPM, MAX_QPM, 1.0, "")
        self.tempo.setToolTip("The tempo decides where bars are; what was played stays as it is")
        self.suggestion = QPushButton()
        self.first_bar = QPushButton("Bar 1 at the first stroke")
        self.first_bar.setToolTip("Let the first bar begin where you began to play")
        for button in (self.play, self.train, self.suggestion, self.first_bar):
            button.setProperty("kind", "small")
            button.setAutoDefault(True)
            button.setMinimumHeight(28)
        self.play.setMinimumWidth(70)
        self.grid = GridForm(settings)
        self.cleaning = CleaningPanel()
        self.asides = QListWidget()
        self.asides.setAccessibleName("Strokes put aside")
        self.asides.setMaximumHeight(110)
        self.asides.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.asides.setFont(theme.font(11))
        self._suggested: float | None = None
        self._lay_out()
        self.play.clicked.connect(self.play_asked)
        self.train.clicked.connect(self.train_asked)
        self.tempo.edited.connect(self._tempo_edited)
        self.suggestion.clicked.connect(self._suggestion_clicked)
        self.first_bar.clicked.connect(self.first_bar_asked)
        self.setFixedWidth(430)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("panel", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 14, 14)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._figures)
        column.addWidget(self.preview)
        ways = QHBoxLayout()
        ways.setSpacing(6)
        ways.addWidget(self.play)
        ways.addStretch(1)
        ways.addWidget(self.train)
        column.addLayout(ways)
        tempo = QHBoxLayout()
        tempo.setSpacing(6)
        label = QLabel("Tempo")
        label.setProperty("role", "hint")
        label.setMinimumWidth(58)
        for widget in (label, self.tempo, self.suggestion):
            tempo.addWidget(widget)
        tempo.addStretch(1)
        tempo.addWidget(self.first_bar)
        column.addLayout(tempo)
        column.addSpacing(4)
        column.addWidget(_section("Into the grid"))
        column.addWidget(self.grid)
        column.addSpacing(4)
        column.addWidget(_section("What counts as a stroke"))
        column.addWidget(self.cleaning)
        column.addWidget(self.asides)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.addWidget(scroll)

    @property
    def row(self) -> TakeRow | None:
        """The take that is shown."""
        return self._row

    def show_row(self, row: TakeRow, suggested: float | None = None) -> None:
        """Show a take; `suggested` is a tempo that its strokes speak for."""
        self._row = row
        self._title.setText(self._title.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, 390))
        self._title.setToolTip(row.name)
        self._figures.setText(figures(row))
        self.preview.show_row(row)
        self.tempo.set_value(row.kept.take.qpm)
        self.show_suggestion(suggested)
        hits = row.found.hits
        self.first_bar.setEnabled(bool(hits) and abs(hits[0].seconds) > 0.002)
        self.cleaning.show_row(row)
        self.asides.clear()
        asides = row.found.aside
        for aside in asides[:_LISTED]:
            self.asides.addItem(aside_words(row, aside))
        if len(asides) > _LISTED:
            self.asides.addItem(f"and {len(asides) - _LISTED} more")
        for note, count in sorted(row.found.unmapped.items()):
            times = "once" if count == 1 else f"{count} times"
            self.asides.addItem(
                f"Note {note} came {times} and means no drum in {row.kept.take.drum_map.label}"
            )
        self.asides.setVisible(self.asides.count() > 0)

    def show_suggestion(self, qpm: float | None) -> None:
        """Offer a tempo, or none."""
        self._suggested = qpm
        self.suggestion.setVisible(qpm is not None)
        if qpm is not None:
            self.suggestion.setText(f"Set {qpm:g} BPM")
            self.suggestion.setToolTip(f"The strokes speak for {qpm:g} BPM; they stay as they were played")

    def show_playing(self, playing: bool) -> None:
        """Turn the play button into a stop button and back."""
        self.play.setText("Stop" if playing else "Play")
        self.play.show_icon("stop" if playing else "play")

    def _tempo_edited(self, value: float, _gesture: int) -> None:
        self.tempo_asked.emit(value)

    def _suggestion_clicked(self) -> None:
        if self._suggested is not None:
            self.tempo_asked.emit(self._suggested)


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label
