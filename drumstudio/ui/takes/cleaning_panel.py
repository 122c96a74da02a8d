"""How a take is read: what was put aside and why, and the settings that decide it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from drumstudio.app.takes.rows import TakeRow
from drumstudio.domain.cleaning import (
    AS_USUAL,
    LONGEST_WINDOW,
    RAW,
    Cleaning,
    PadRules,
    Reason,
)
from drumstudio.domain.drums import Drum
from drumstudio.domain.velocity import LINEAR, VelocityCurve
from drumstudio.ui.buttons import EnterCheck
from drumstudio.ui.fields import LinePicker
from drumstudio.ui.takes.small_number import SmallNumber

GROUPS: tuple[tuple[str, tuple[Drum, ...]], ...] = (
    ("Kick", (Drum.KICK,)),
    ("Snare", (Drum.SNARE,)),
    ("Hi-hat", (Drum.CLOSED_HAT, Drum.OPEN_HAT)),
    ("Toms", (Drum.LOW_TOM, Drum.MID_TOM, Drum.HIGH_TOM)),
    ("Crash", (Drum.CRASH,)),
    ("Ride", (Drum.RIDE,)),
)
CURVES: tuple[tuple[str, VelocityCurve], ...] = (
    ("As struck", LINEAR),
    ("Softer strokes louder", VelocityCurve(((1, 1), (30, 45), (80, 96), (127, 127)))),
    ("Louder all over", VelocityCurve(((1, 10), (64, 92), (127, 127)))),
    ("Softer all over", VelocityCurve(((1, 1), (64, 44), (127, 120)))),
)
_FIELDS = ("double_window", "double_ratio", "crosstalk_window", "crosstalk_ratio")
_WHY = {
    "double_window": "Within so many milliseconds after a stroke on the same pad; 0 keeps all",
    "double_ratio": "... and softer than this share of it, a stroke is a double trigger",
    "crosstalk_window": "Within so many milliseconds of a stroke on another pad; 0 keeps all",
    "crosstalk_ratio": "... and softer than this share of that, a stroke is only the shaking of it",
}


class CleaningPanel(QWidget):
    """Counts by rule, the switches and numbers of the rules; `changed(Cleaning)` with every change.

    A switch turns a rule off for all pads and, when it is turned on again, brings back what it was
    before or as usual.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: TakeRow | None = None
        self._cleaning = AS_USUAL
        self._past: list[Cleaning] = []
        self._switched_off: dict[Reason, Cleaning] = {}
        self.switches = {reason: _switch(reason) for reason in Reason}
        self._counts = {reason: QLabel() for reason in Reason}
        self.numbers: dict[tuple[int, str], SmallNumber] = {}
        self.latency = SmallNumber("Latency in milliseconds", -500, 500, 1, " ms")
        self.latency.setToolTip("What kit and computer take from stroke to stamp; taken off every stroke")
        self.chick = SmallNumber("Window of pedal chicks in milliseconds", 0, 1000 * LONGEST_WINDOW, 1, " ms")
        self.chick.setToolTip("So near to a stroke on the hi-hat its foot is no stroke of its own")
        self.curve = LinePicker("Velocity curve")
        self.undo = _button("Undo", "Read it as before the last change")
        self.usual = _button("As usual", "Read it with the usual rules")
        self.raw = _button("As played", "Put nothing aside")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._rule_rows())
        column.addLayout(self._table())
        column.addLayout(self._more())
        for reason, switch in self.switches.items():
            switch.toggled.connect(partial(self._switch_toggled, reason))
        self.latency.edited.connect(self._latency_edited)
        self.chick.edited.connect(self._chick_edited)
        self.curve.picked.connect(self._curve_picked)
        self.undo.clicked.connect(self.take_back)
        self.usual.clicked.connect(self._as_usual)
        self.raw.clicked.connect(self._as_played)

    def _rule_rows(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(4)
        for reason, switch in self.switches.items():
            row = QHBoxLayout()
            row.addWidget(switch)
            row.addStretch(1)
            if reason is Reason.CHICK:
                row.addWidget(self.chick)
            self._counts[reason].setProperty("role", "hint")
            self._counts[reason].setMinimumWidth(84)
            self._counts[reason].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(self._counts[reason])
            rows.addLayout(row)
        return rows

    def _table(self) -> QGridLayout:
        table = QGridLayout()
        table.setHorizontalSpacing(6)
        table.setVerticalSpacing(3)
        for column, (text, span) in ((1, ("DOUBLE TRIGGER", 2)), (3, ("CROSSTALK", 2))):
            head = QLabel(text)
            head.setProperty("role", "caption")
            table.addWidget(head, 0, column, 1, span)
        for line, (name, _drums) in enumerate(GROUPS):
            label = QLabel(name)
            label.setProperty("role", "hint")
            table.addWidget(label, line + 1, 0)
            for column, field in enumerate(_FIELDS):
                window = field.endswith("window")
                what = field.replace("_", " ").replace("double", "double trigger")
                number = SmallNumber(
                    f"{name}, {what}",
                    0,
                    1000 * LONGEST_WINDOW if window else 100,
                    1,
                    " ms" if window else "%",
                )
                number.setToolTip(_WHY[field])
                number.edited.connect(partial(self._rule_edited, line, field))
                self.numbers[line, field] = number
                table.addWidget(number, line + 1, column + 1)
        table.setColumnStretch(0, 1)
        return table

    def _more(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        reading = QHBoxLayout()
        for text, widget in (("Latency", self.latency), ("Curve", self.curve)):
            label = QLabel(text)
            label.setProperty("role", "hint")
            reading.addWidget(label)
            reading.addWidget(widget, 1 if widget is self.curve else 0)
        column.addLayout(reading)
        ways = QHBoxLayout()
        ways.setSpacing(6)
        ways.addWidget(self.usual)
        ways.addWidget(self.raw)
        ways.addStretch(1)
        ways.addWidget(self.undo)
        column.addLayout(ways)
        return column

    def show_row(self, row: TakeRow | None) -> None:
        """Show how a take is read, and what was put aside."""
        if row is None or self._row is None or row.kept.path != self._row.kept.path:
            self._past.clear()
            self._switched_off.clear()
        self._row = row
        if row is None:
            return
        self._cleaning = cleaning = row.kept.cleaning
        counts = Counter(aside.reason for aside in row.found.aside)
        for reason, switch in self.switches.items():
            _set_checked(switch, _is_on(cleaning, reason))
            self._counts[reason].setText(f"{counts[reason]} put aside" if counts[reason] else "none")
        for (line, field), number in self.numbers.items():
            rule = cleaning.rules[GROUPS[line][1][0]]
            value = getattr(rule, field) * (1000 if field.endswith("window") else 100)
            number.set_value(value)
        self.latency.set_value(cleaning.latency * 1000)
        self.chick.set_value(cleaning.chick_window * 1000)
        curves = CURVES if any(curve == cleaning.curve for _, curve in CURVES) else (
            *CURVES, ("Your kit's curve", cleaning.curve),
        )  # fmt: skip
        self.curve.set_options(curves)
        self.curve.set_value(cleaning.curve)
        self.undo.setEnabled(bool(self._past))

    def take_back(self) -> None:
        """Read the take as before the last change."""
        if self._past:
            self._cleaning = self._past.pop()
            self.changed.emit(self._cleaning)

    def _apply(self, cleaning: Cleaning) -> None:
        if cleaning != self._cleaning:
            self._past.append(self._cleaning)
            self._cleaning = cleaning
            self.changed.emit(cleaning)

    def _as_usual(self) -> None:
        kept = self._cleaning
        self._apply(replace(AS_USUAL, latency=kept.latency, curve=kept.curve))

    def _as_played(self) -> None:
        kept = self._cleaning
        self._apply(replace(RAW, latency=kept.latency))

    def _switch_toggled(self, reason: Reason, on: bool) -> None:
        cleaning = self._cleaning
        if not on:
            self._switched_off[reason] = cleaning
            self._apply(_without(cleaning, reason))
        else:
            before = self._switched_off.pop(reason, AS_USUAL)
            self._apply(_with(cleaning, reason, before if _is_on(before, reason) else AS_USUAL))

    def _rule_edited(self, line: int, field: str, value: float, _gesture: int) -> None:
        scaled = value / (1000 if field.endswith("window") else 100)
        rules = list(self._cleaning.rules)
        for drum in GROUPS[line][1]:
            rules[drum] = replace(rules[drum], **{field: scaled})
        self._apply(replace(self._cleaning, rules=tuple(rules)))

    def _latency_edited(self, value: float, _gesture: int) -> None:
        self._apply(replace(self._cleaning, latency=value / 1000))

    def _chick_edited(self, value: float, _gesture: int) -> None:
        self._apply(replace(self._cleaning, chick_window=value / 1000))

    def _curve_picked(self, curve: VelocityCurve) -> None:
        self._apply(replace(self._cleaning, curve=curve))


def _is_on(cleaning: Cleaning, reason: Reason) -> bool:
    if reason is Reason.CHICK:
        return cleaning.chick_window > 0.0
    windows = [getattr(rule, _window(reason)) for rule in _all_rules(cleaning)]
    return any(window > 0.0 for window in windows)


def _window(reason: Reason) -> str:
    return "double_window" if reason is Reason.DOUBLE else "crosstalk_window"


def _all_rules(cleaning: Cleaning) -> list[PadRules]:
    return [*cleaning.rules, *(rule for _, rule in cleaning.pads)]


def _without(cleaning: Cleaning, reason: Reason) -> Cleaning:
    """The same with one rule off, for all pads."""
    if reason is Reason.CHICK:
        return replace(cleaning, chick_window=0.0)
    off = {_window(reason): 0.0}
    rules = tuple(replace(rule, **off) for rule in cleaning.rules)
    return replace(
        cleaning, rules=rules, pads=tuple((note, replace(rule, **off)) for note, rule in cleaning.pads)
    )


def _with(cleaning: Cleaning, reason: Reason, like: Cleaning) -> Cleaning:
    """The same with one rule as in `like`."""
    if reason is Reason.CHICK:
        return replace(cleaning, chick_window=like.chick_window)
    fields = _FIELDS[:2] if reason is Reason.DOUBLE else _FIELDS[2:]
    others = dict(like.pads)

    def mixed(rule: PadRules, other: PadRules) -> PadRules:
        return replace(rule, **{field: getattr(other, field) for field in fields})

    rules = tuple(mixed(rule, other) for rule, other in zip(cleaning.rules, like.rules, strict=True))
    pads = tuple((note, mixed(rule, others.get(note, PadRules()))) for note, rule in cleaning.pads)
    return replace(cleaning, rules=rules, pads=pads)


def _switch(reason: Reason) -> EnterCheck:
    words = {
        Reason.DOUBLE: "Double triggers",
        Reason.CROSSTALK: "Crosstalk between pads",
        Reason.CHICK: "Pedal chicks under strokes",
    }
    box = EnterCheck(words[reason])
    box.setToolTip(f"Put aside what is a {reason}; the recording itself stays as it is")
    return box


def _set_checked(box: EnterCheck, on: bool) -> None:
    """Show without telling."""
    blocked = box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(blocked)


def _button(text: str, why: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "small")
    button.setAutoDefault(True)
    button.setToolTip(why)
    return button
