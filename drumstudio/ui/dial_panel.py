"""The dials beside Continue: those that are always at hand, and the rest under More."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from drumstudio.domain.dials import MIDDLE, Dials
from drumstudio.settings import Settings
from drumstudio.ui.buttons import IconButton
from drumstudio.ui.dial_rows import Dial, DialRow
from drumstudio.ui.fields import LinePicker

# From few fills to many, as the dial goes.
_FILLS = (0, 8, 4, 2)
# Busyness moves by this part of an octave: 10 steps halve or double the hits.
_OCTAVE = 20
_SEEDS = 1_000_000
_MORE = "drummer.more"
# Styles of the data set whose names are more than one word.
_STYLE_WORDS = {
    "hiphop": "Hip-hop",
    "neworleans": "New Orleans",
    "afrocuban": "Afro-Cuban",
    "middleeastern": "Middle Eastern",
}
_OWN = ("length", "variations")


def style_words(style: str) -> str:
    """Name of a style of the data set, for people."""
    return _STYLE_WORDS.get(style, style.capitalize())


class DialPanel(QWidget):
    """All that is asked of the drummer: the project's dials, and length, variations and seed.

    Signals: `dials_turned(Dials)` when the user turns one of the project's dials, `turned()` when
    he changes anything that bears on what comes, `seed_kept()` when the last seed shall be played again.
    """

    dials_turned = Signal(object)
    turned = Signal()
    seed_kept = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._dials = MIDDLE
        self._marked = False
        self._last_seed: int | None = None
        self._make_rows()
        self._make_more()
        self._lay_out()
        self._restore()

    @property
    def dials(self) -> Dials:
        """The project's dials as they stand."""
        return self._dials

    @property
    def asked(self) -> Dials:
        """The dials as far as the model can follow them: a style that it does not know is none."""
        known = [value for _, value in self.styles.options]
        return self._dials if self._dials.style in known else replace(self._dials, style="")

    @property
    def bars(self) -> int:
        """Bars to be continued."""
        return self.length.slider.value()

    @property
    def candidates(self) -> int:
        """How many answers are wanted."""
        return self.variations.slider.value()

    # -- building

    def _make_rows(self) -> None:
        self.length = DialRow(
            "Length",
            Dial(1, 8, 2),
            lambda v: f"{v} bar{'s' if v != 1 else ''}",
            "How many bars the drummer adds after the seam or the end",
            self,
        )
        self.stick = DialRow(
            "Stick to groove",
            Dial(0, 100, round(100 * MIDDLE.stick), 5),
            lambda v: f"{v}%",
            "How closely your groove is kept: 0% plays freely, 100% loops it",
            self,
        )
        self.wildness = DialRow(
            "Wildness",
            Dial(0, 200, round(100 * MIDDLE.wildness), 5),
            lambda v: f"{v / 100:.2f}",
            "How daring the playing is: low plays what is likeliest, high what nobody expects",
            self,
        )
        self.fills = DialRow("Fills", Dial(0, 3, _FILLS.index(MIDDLE.fills)), self._fill_words, "", self)
        self._explain_fills()
        self.feel = DialRow(
            "Feel",
            Dial(0, 100, round(100 * MIDDLE.feel), 5),
            lambda v: f"{v}%",
            "How much dynamics and timing breathe: 0% is even and on the grid, 100% a drummer's hands",
            self,
        )
        self.busyness = DialRow(
            "Busyness",
            Dial(-_OCTAVE, _OCTAVE, 0, 2),
            lambda v: "as played" if v == 0 else f"{2 ** (v / _OCTAVE):.0%}",
            "How many hits a bar, against your own: half as many to twice as many",
            self,
        )
        self.variations = DialRow(
            "Variations", Dial(1, 8, 4), str, "How many continuations are offered at once", self
        )
        for row, name, value in (
            (self.stick, "stick", lambda v: v / 100),
            (self.wildness, "wildness", lambda v: v / 100),
            (self.fills, "fills", lambda v: _FILLS[v]),
            (self.feel, "feel", lambda v: v / 100),
            (self.busyness, "busyness", lambda v: 2 ** (v / _OCTAVE)),
        ):
            row.turned.connect(partial(self._row_turned, row, name, value))
        self.length.turned.connect(self.turned)
        self.variations.turned.connect(self.turned)

    def _make_more(self) -> None:
        self.styles = LinePicker("Style", self)
        self.styles.setFixedHeight(26)
        self.styles.picked.connect(self._pick_style)
        self.crash = QCheckBox("Crash on the 1")
        self.crash.setToolTip("After a fill, the next bar begins with a crash")
        self.crash.setChecked(MIDDLE.crash)
        self.crash.toggled.connect(self._crash_toggled)
        self.seed = QLineEdit()
        self.seed.setPlaceholderText("new each time")
        self.seed.setValidator(QRegularExpressionValidator(r"\d{0,9}", self.seed))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed, settings and primer give the same continuations")
        self.seed.setFixedHeight(26)
        self.seed.editingFinished.connect(self._seed_edited)
        self.again = IconButton("again", "The same seed again", 26)
        self.fresh = IconButton("dice", "A new seed each time", 26)
        self.again.clicked.connect(self._keep_seed)
        self.fresh.clicked.connect(self.seed.clear)
        self.show_styles(())

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, 96)
        grid.setColumnMinimumWidth(2, 62)
        grid.setColumnStretch(1, 1)
        shown = (self.length, self.stick, self.wildness, self.fills, self.feel)
        hidden = (self.busyness, self.variations)
        for index, row in enumerate((*shown, *hidden)):
            row.place(grid, index)
        seed = QHBoxLayout()
        seed.setSpacing(6)
        for widget in (self.seed, self.again, self.fresh):
            seed.addWidget(widget)
        labels = [QLabel("Style"), QLabel("After a fill"), QLabel("Seed")]
        buddies: list[QWidget] = [self.styles, self.crash, self.seed]
        for index, (label, buddy) in enumerate(zip(labels, buddies, strict=True), 7):
            label.setBuddy(buddy)
            grid.addWidget(label, index, 0)
        grid.addWidget(self.styles, 7, 1, 1, 2)
        grid.addWidget(self.crash, 8, 1, 1, 2)
        grid.addLayout(seed, 9, 1, 1, 2)
        self._folded: list[QWidget] = [
            *labels,
            self.styles,
            self.crash,
            self.seed,
            self.again,
            self.fresh,
        ]
        for row in hidden:
            self._folded += [row.label, row.slider, row.value]

    # -- remembering

    def _restore(self) -> None:
        for name in _OWN:
            row = self._row(name)
            row.show(self._settings.get(f"drummer.{name}", row.slider.value()))
        self.show_more(self._settings.get(_MORE, False))

    def remember(self) -> None:
        """Keep what no project keeps for the next start."""
        for name in _OWN:
            self._settings.set(f"drummer.{name}", self._row(name).slider.value())

    def _row(self, name: str) -> DialRow:
        row: DialRow = getattr(self, name)
        return row

    @property
    def more_shown(self) -> bool:
        """Whether the rest of the dials is unfolded."""
        return self._more

    def show_more(self, on: bool) -> None:
        """Fold the rest of the dials out or in, at the next start too."""
        self._more = on
        self._settings.set(_MORE, on)
        for widget in self._folded:
            widget.setVisible(on)

    def hidden_wishes(self) -> list[str]:
        """What stands elsewhere than in the middle and is folded in, in words."""
        dials, words = self._dials, []
        if dials.busyness != MIDDLE.busyness:
            words.append(f"busyness {dials.busyness:.0%}")
        if dials.style:
            words.append(f"style {style_words(dials.style)}")
        if dials.crash:
            words.append("crash after fills")
        if self.seed.text():
            words.append(f"seed {self.seed.text()}")
        return words

    # -- showing

    def show_dials(self, dials: Dials) -> None:
        """Show the dials of a project without telling."""
        self._dials = dials
        self.stick.show(round(100 * dials.stick))
        self.wildness.show(round(100 * dials.wildness))
        self.fills.show(_FILLS.index(dials.fills))
        self.feel.show(round(100 * dials.feel))
        self.busyness.show(round(_OCTAVE * math.log2(dials.busyness)))
        self.crash.blockSignals(True)
        self.crash.setChecked(dials.crash)
        self.crash.blockSignals(False)
        self._show_style()

    def show_marked(self, marked: bool) -> None:
        """Tell whether the pattern has bars marked for a fill."""
        if marked != self._marked:
            self._marked = marked
            self.fills.rephrase(self._fill_words)
            self._explain_fills()

    def show_styles(self, styles: Sequence[str]) -> None:
        """Offer the styles that the model knows; with none, say so."""
        self.styles.set_options([("As the primer", ""), *((style_words(style), style) for style in styles)])
        self.styles.setEnabled(bool(styles))
        tip = (
            "The style to play in; as the primer leaves it to your beat"
            if styles
            else "This drummer was not taught styles; it plays in that of your beat"
        )
        self.styles.setToolTip(tip)
        self._show_style()

    def _show_style(self) -> None:
        known = [value for _, value in self.styles.options]
        style = self._dials.style if self.styles.isEnabled() else ""
        self.styles.set_value(style, None if style in known else f"{style_words(style)}, not known here")

    def _fill_words(self, value: int) -> str:
        if value == 0:
            return "marked" if self._marked else "none"
        return f"every {_FILLS[value]}"

    def _explain_fills(self) -> None:
        tip = "A fill at the end of every 8th, 4th or 2nd bar, or none"
        if self._marked:
            tip += "; bars that are marked in the ruler have theirs always"
        self.fills.explain(tip)

    # -- the user's wishes

    def _row_turned(self, row: DialRow, name: str, value: Callable[[int], float]) -> None:
        self.turn(**{name: value(row.slider.value())})

    def turn(self, **changes: Any) -> None:
        """Change some of the project's dials, as the user asks."""
        dials = replace(self._dials, **changes)
        if dials != self._dials:
            self._dials = dials
            self.dials_turned.emit(dials)
            self.turned.emit()

    def _crash_toggled(self, on: bool) -> None:
        self.turn(crash=on)

    def _pick_style(self, style: str) -> None:
        self.turn(style=style)
        self._show_style()

    def next_seed(self) -> int:
        """The seed that is written, else a new one."""
        text = self.seed.text()
        return self._use(int(text) if text else random.SystemRandom().randrange(_SEEDS))

    def same_seed(self) -> int:
        """The seed that is written, else that of the last time."""
        if self.seed.text() or self._last_seed is None:
            return self.next_seed()
        return self._last_seed

    def _use(self, seed: int) -> int:
        self._last_seed = seed
        self.seed.setPlaceholderText(f"new (last {seed})")
        return seed

    def use(self, dials: Dials, seed: int, bars: int | None) -> None:
        """Take the settings with which something was played."""
        self.seed.setText(str(seed))
        if bars is not None:
            self.length.show(bars)
        if dials != self._dials:
            self.show_dials(dials)
            self.dials_turned.emit(dials)

    def _seed_edited(self) -> None:
        text = self.seed.text()
        if text and int(text) != self._last_seed:
            self.turned.emit()

    def _keep_seed(self) -> None:
        if self._last_seed is not None:
            self.seed.setText(str(self._last_seed))
            self.seed_kept.emit()
