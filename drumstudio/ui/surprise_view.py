"""The surprise view: what the drummer finds unusual in the beat on screen, kept up to date."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from drumstudio.app.drummer.surprise import SurpriseDone, SurpriseEvent, SurpriseRequest, Surprising
from drumstudio.domain.pattern import Pattern
from drumstudio.ui import theme
from drumstudio.ui.bridge import Bridge
from drumstudio.ui.file_actions import Message
from drumstudio.ui.grid.cells import surprise_colour
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.grid.words import SURPRISE_LEVELS

_AFTER = 90  # milliseconds without an edit before the drummer is asked
# Silences are marked from here on: a stroke was expected in 4 of 5 cases.
MISSED_FROM = 1.6
_NO_DRUMMER = (
    "There is no drummer to be surprised; train one, or put a model into the models folder (Drummer menu)"
)


class SurpriseView(QObject):
    """Asks the drummer about the pattern on screen while it is on, and tints the grid.

    Signals: `toggled(bool)`; `told(Message)` where it cannot show anything.
    """

    toggled = Signal(bool)
    told = Signal(object)

    def __init__(self, bridge: Bridge, grid: GridPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._grid = grid
        self._on = False
        self._model: Path | None = None
        self._revision = 0
        self._asked: tuple[Pattern, Path] | None = None
        self._slot = 0
        self._problem = ""
        self.legend = SurpriseLegend()
        self._surprising = Surprising(bridge.surprise_event.emit)
        bridge.surprise_event.connect(self._on_event)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER)
        self._timer.timeout.connect(self._ask)
        self.legend.button.toggled.connect(self.set_on)
        grid.state.columns_changed.connect(self._changed)

    @property
    def on(self) -> bool:
        """Whether the grid is tinted."""
        return self._on

    def set_on(self, on: bool) -> None:
        """Show what surprises, or the drums' own colours."""
        if on == self._on:
            return
        self._on = on
        self.legend.show_on(on)
        self.toggled.emit(on)
        if on:
            self._ask()
        else:
            self._timer.stop()
            self._surprising.cancel()
            self._asked = None
            self._show_problem("")
            self._grid.set_surprise(None)

    def toggle(self) -> None:
        """On or off."""
        self.set_on(not self._on)

    def set_model(self, model: Path | None) -> None:
        """Ask this drummer from now on; None where there is none."""
        self._model = model
        if self._on:
            self._ask()

    def close(self) -> None:
        """End the thread."""
        self._timer.stop()
        self._surprising.close()

    def _changed(self, _columns: object) -> None:
        """Something looks different: where it is another pattern, ask about it once the hand rests."""
        if not self._on or (self._asked is not None and self._grid.state.pattern is self._asked[0]):
            return
        slot = self._grid.state.project.current
        if slot != self._slot:
            # The colours of one pattern say nothing of another.
            self._slot = slot
            self._grid.set_surprise({})
        self._timer.start()

    def _ask(self) -> None:
        self._timer.stop()
        pattern, model = self._grid.state.pattern, self._model
        self._revision += 1
        if model is None:
            self._surprising.cancel()
            self._asked = None
            self._show_problem(_NO_DRUMMER)
            self._grid.set_surprise(None)
            return
        self._asked = pattern, model
        self._surprising.ask(SurpriseRequest(self._revision, pattern, model))

    def _on_event(self, event: SurpriseEvent) -> None:
        if not self._on or event.revision != self._revision:
            return
        if isinstance(event, SurpriseDone):
            found = event.surprise
            missed = {cell: nats for cell, nats in found.silences.items() if nats >= MISSED_FROM}
            self._show_problem("")
            self._grid.set_surprise(found.hits, missed)
        else:
            self._grid.set_surprise(None)
            self._show_problem(event.message)

    def _show_problem(self, sentence: str) -> None:
        """Say why there are no colours in the legend, and once in full."""
        if sentence != self._problem:
            self._problem = sentence
            self.legend.show_problem(sentence)
            if sentence:
                self.told.emit(Message(sentence, "error"))


class SurpriseLegend(QWidget):
    """The toggle of the view and, while it is on, what its colours mean or why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton("Surprise")
        self.button.setProperty("filled", True)
        self.button.setProperty("kind", "slot")
        self.button.setCheckable(True)
        self.button.setAutoDefault(True)
        self.button.setFixedHeight(30)
        self.button.setMinimumWidth(74)
        self.button.setAccessibleName("Surprise view")
        self.scale = SurpriseScale()
        self.scale.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.scale)
        row.addWidget(self.button)
        self.show_keys("")

    def show_keys(self, keys: str) -> None:
        """Write the key of the view into the button's tooltip."""
        what = "Surprise view: tint every hit by how little the drummer expected it"
        self.button.setToolTip(f"{what} ({keys})" if keys else what)

    def show_on(self, on: bool) -> None:
        """Show whether the view is on."""
        self.button.setChecked(on)
        self.scale.setVisible(on)

    def show_problem(self, sentence: str) -> None:
        """Say why there are no colours; "" where there are."""
        self.scale.show_problem(sentence)


class SurpriseScale(QWidget):
    """From expected to unusual, and the ring of what is left out."""

    _WORDS = ("expected", "unusual", "left out")
    _RAMP = 56
    _RING = 9
    _GAP = 6

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = ""
        self.setFixedHeight(30)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_problem("")

    def show_problem(self, sentence: str) -> None:
        """Say `sentence` instead; "" shows the scale again."""
        self._problem = sentence
        self.setAccessibleName("Surprise scale")
        self.setAccessibleDescription(
            sentence or "From expected, calm, over amber to unusual, red and outlined; rings: left out"
        )
        self.setToolTip(
            sentence
            or "Calm: the drummer expected this hit. Amber to red: unusual. "
            "A ring: a hit was expected here and is left out. Hold the pointer over one for its figure."
        )
        self.updateGeometry()
        self.update()

    def _font_metrics(self) -> QFontMetrics:
        return QFontMetrics(theme.font(11))

    def sizeHint(self) -> QSize:
        """Room for words, ramp and ring."""
        width = self._font_metrics().horizontalAdvance
        words = sum(width(word) for word in self._WORDS)
        return QSize(words + self._RAMP + self._RING + 5 * self._GAP + 4, 30)

    def minimumSizeHint(self) -> QSize:
        """The ramp alone."""
        return QSize(self._RAMP, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words, ramp, ring; the ramp alone where room is short, or the problem in words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        if self._problem:
            shown = self._font_metrics().elidedText(self._problem, Qt.TextElideMode.ElideRight, self.width())
            self._paint_word(painter, 0, shown, theme.current().bad)
        elif self.width() < self.sizeHint().width():
            self._paint_ramp(painter, 0)
        else:
            expected, unusual, missed = self._WORDS
            x = self._paint_word(painter, 0, expected)
            self._paint_ramp(painter, x)
            x = self._paint_word(painter, x + self._RAMP + self._GAP, unusual) + self._GAP
            painter.setPen(QPen(surprise_colour(theme.current(), SURPRISE_LEVELS / 2), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x + self._RING / 2, self.height() / 2), 4, 4)
            self._paint_word(painter, x + self._RING + self._GAP, missed)
        painter.end()

    def _paint_word(self, painter: QPainter, x: float, word: str, colour: str = "") -> float:
        """Write `word` at `x`; where the next thing begins."""
        painter.setPen(QColor(colour or theme.current().text_muted))
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(x, 0, self.width() - x, self.height()), line, word)
        return x + self._font_metrics().horizontalAdvance(word) + self._GAP

    def _paint_ramp(self, painter: QPainter, x: float) -> None:
        box = QRectF(x, self.height() / 2 - 5, self._RAMP, 10)
        ramp = QLinearGradient(box.topLeft(), box.topRight())
        for level in range(SURPRISE_LEVELS + 1):
            ramp.setColorAt(level / SURPRISE_LEVELS, surprise_colour(theme.current(), level))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        painter.drawRoundedRect(box, 3, 3)
