"""What to train, and how: the fields of the Training page, with what is wrong beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from drumstudio.ml.config import KINDS, MAX_LAYERS, MAX_UNITS
from drumstudio.ui.fields import ChoiceField, Field, ToggleField
from drumstudio.ui.number_field import NumberField
from drumstudio.ui.training.choices import (
    DEVICES,
    Choices,
    Start,
    device_words,
    drum_words,
    kind_words,
)

_MAX_STEPS, _MAX_SEED = 1_000_000, 999_999
_TIPS = {
    "base": "What the network knows at the start: nothing, or all that a drummer has learned",
    "kind": "Groove memory recalls the bars before and keeps a groove; Drum RNN is the plain network",
    "drums": "Nine drums, or only when something is struck",
    "layers": "More layers learn more, and more slowly",
    "units": "Units of each layer: more of them remember more, need more data and more time",
    "dropout": "The share left out at random in training, so that the network does not learn by heart",
    "steps": "How many batches to train at most",
    "stops": "End once nothing gets better on files that are held out; the best model is kept either way",
    "patience": "How many steps may pass without a better validation",
    "learning_rate": "How far each step goes: small for fine-tuning, larger from scratch",
    "batch": "Windows in a step",
    "window": "Steps of music in a window: 128 are eight bars of 4/4",
    "seed": "The same seed and data give the same training on the processor",
    "device": "Where to train; automatic takes a graphics card where there is one",
}
# Fields that a fine-tuning takes over from its base.
_OF_NETWORK = ("kind", "drums", "layers", "units")


class Form(QWidget):
    """The fields.  Signal: `changed()` when the user changes one of them."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = Choices()
        self._starts: dict[str, Start] = {}
        self.fields: dict[str, Field] = {}
        self.errors: dict[str, QLabel] = {}
        self._make_fields()
        self._lay_out()
        self.show_choices(self._choices)

    # -- what it says

    @property
    def choices(self) -> Choices:
        """What the form says."""
        return self._choices

    @property
    def start(self) -> Start | None:
        """The model to fine-tune, None from scratch or where it is gone."""
        return self._starts.get(self._choices.base or "")

    def show_choices(self, choices: Choices) -> None:
        """Show `choices`, without telling."""
        self._choices = choices
        for name, field in self.fields.items():
            value: Any = getattr(choices, name)
            if isinstance(field, ToggleField):
                field.set_on(value)
            elif isinstance(field, NumberField | ChoiceField):
                field.set_value(value)
        if self.name.text() != choices.name:
            self.name.setText(choices.name)
        self._show_enabled()

    def set_starts(self, starts: Sequence[Start]) -> None:
        """Offer to begin from `starts`, the first of which is proposed."""
        self._starts = {str(start.path): start for start in starts}
        options: list[tuple[str, Any]] = [("From scratch", None)]
        options += [(f"Fine-tune: {start.name}", path) for path, start in self._starts.items()]
        base = self.fields["base"]
        assert isinstance(base, ChoiceField)
        base.set_options(options)
        if self._choices.base == "":
            first = next(iter(self._starts), None)
            self._choices = replace(self._choices, base=first) if first else self._choices.with_base(None)
            self._take_dropout()
        self._take_network()
        self.show_choices(self._choices)

    def propose(self, name: str) -> None:
        """Write `name` where the user has given none."""
        self.name.setPlaceholderText(name)

    def set_devices(self, devices: Collection[str]) -> None:
        """Say which devices were found."""
        options = [(device_words("auto"), "auto")]
        for device in DEVICES[1:]:
            there = "" if device in devices else " (not found)"
            options.append((device_words(device) + there, device))
        field = self.fields["device"]
        assert isinstance(field, ChoiceField)
        field.set_options(options)
        field.set_value(self._choices.device)

    def show_problems(self, problems: dict[str, str]) -> None:
        """Write what is wrong below the row that it is about."""
        for name, label in self.errors.items():
            text = problems.get(name, "")
            label.setText(text)
            label.setVisible(bool(text))
        for name, field in self.fields.items():
            field.setToolTip(problems.get(name, _TIPS[name]))
            field.setAccessibleDescription(" ".join((field.text, problems.get(name, ""))).strip())
        if problems.get("device"):
            self.more.setChecked(True)

    # -- building

    def _make_fields(self) -> None:
        self._choice("base", "Start from", [("From scratch", None)])
        self._choice("kind", "Network", [(kind_words(kind), kind) for kind in reversed(KINDS)])
        self._choice("drums", "Drums", [(drum_words(drums).capitalize(), drums) for drums in (9, 1)])
        self._number("layers", "Layers", 1, MAX_LAYERS)
        self._number("units", "Units", 8, MAX_UNITS, 8)
        self._number("dropout", "Dropout", 0, 90, 5, "%")
        self._number("steps", "Steps", 1, _MAX_STEPS, 100)
        stops = ToggleField("Stop when flat", "Stop when validation stops improving", 100)
        stops.toggled.connect(partial(self._set, "stops"))
        self.fields["stops"] = stops
        self._number("patience", "Patience", 1, _MAX_STEPS, 10)
        rate = NumberField(
            "Learning rate",
            "Learning rate",
            90,
            0.00001,
            0.1,
            0.0001,
            lambda value: f"{value:.5f}".rstrip("0"),
        )
        rate.edited.connect(self._set_rate)
        self.fields["learning_rate"] = rate
        self._number("batch", "Batch", 1, 1024, 8)
        self._number("window", "Window", 16, 1024, 16)
        self._number("seed", "Seed", 0, _MAX_SEED)
        self._choice("device", "Device", [(device_words(device), device) for device in DEVICES])
        for name, field in self.fields.items():
            field.value_pixels = 14
            field.setSizePolicy(field.sizePolicy().Policy.Expanding, field.sizePolicy().Policy.Fixed)
            field.setToolTip(_TIPS[name])

    def _choice(self, name: str, caption: str, options: Sequence[tuple[str, Any]]) -> None:
        field = ChoiceField(caption, caption, 60)
        field.set_options(options)
        field.picked.connect(partial(self._set, name))
        self.fields[name] = field

    def _number(self, name: str, caption: str, low: int, high: int, step: int = 1, unit: str = "") -> None:
        field = NumberField(
            caption,
            caption,
            60,
            low,
            high,
            step,
            lambda value: f"{value:,.0f}{unit}",
            lambda text: round(float(text.replace(",", "").removesuffix("%"))),
        )
        field.edited.connect(partial(self._set_number, name))
        self.fields[name] = field

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        title = QLabel("Network")
        title.setProperty("role", "title")
        column.addWidget(title)
        self._add_row(column, ("base", 1))
        self._add_row(column, ("kind", 3), ("drums", 2))
        self._add_row(column, ("layers", 1), ("units", 1), ("dropout", 1))
        self._add_row(column, ("steps", 1), ("stops", 1), ("patience", 1))
        self.more = QPushButton("Advanced")
        self.more.setProperty("kind", "quiet")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_more)
        self.advanced = QWidget()
        inside = QVBoxLayout(self.advanced)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        self._add_row(inside, ("learning_rate", 1), ("batch", 1), ("window", 1))
        self._add_row(inside, ("seed", 1), ("device", 2))
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the new drummer")
        self.name.setToolTip("What the new drummer is to be called")
        self.name.setMaxLength(60)
        self.name.textEdited.connect(partial(self._set, "name"))
        caption = QLabel("Name")
        caption.setBuddy(self.name)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.name, 1)
        row.addWidget(self.more)
        column.addLayout(row)
        column.addWidget(self.advanced)
        self._show_more(False)

    def _add_row(self, column: QVBoxLayout, *fields: tuple[str, int]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        for at, (name, share) in enumerate(fields):
            grid.addWidget(self.fields[name], 0, at)
            grid.setColumnStretch(at, share)
            label = QLabel()
            label.setProperty("role", "error")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAccessibleName(f"What is wrong with {self.fields[name].accessibleName()}")
            label.hide()
            self.errors[name] = label
            grid.addWidget(label, at + 1, 0, 1, len(fields))
        column.addLayout(grid)

    # -- what the user changes

    def _show_more(self, shown: bool) -> None:
        self.advanced.setVisible(shown)
        self.more.setText("Less" if shown else "Advanced …")

    def _set(self, name: str, value: Any) -> None:
        if name == "base":
            self._choices = self._choices.with_base(value)
            self._take_network()
            self._take_dropout()
        else:
            self._choices = replace(self._choices, **{name: value})
        self.show_choices(self._choices)
        self.changed.emit()

    def _set_number(self, name: str, value: float, _gesture: int) -> None:
        self._set(name, round(value))

    def _set_rate(self, value: float, _gesture: int) -> None:
        self._set("learning_rate", value)

    def _take_network(self) -> None:
        """A fine-tuning plays the drums of its base."""
        if (start := self.start) is not None:
            self._choices = replace(self._choices, drums=start.drums)

    def _take_dropout(self) -> None:
        """A fine-tuning begins with what its base was trained with, a new network with what is proposed."""
        start = self.start
        dropout = Choices().dropout if start is None else start.dropout
        self._choices = replace(self._choices, dropout=dropout)

    def _show_enabled(self) -> None:
        """Grey what a fine-tuning takes over from its base, and say what that is."""
        start = self.start
        for name in _OF_NETWORK:
            self.fields[name].setEnabled(start is None)
        if start is not None:
            units = ", ".join(str(units) for units in sorted(set(start.layers)))
            self.fields["kind"].show_text(kind_words(start.kind))
            self.fields["layers"].show_text(str(len(start.layers)))
            self.fields["units"].show_text(units)
        self.fields["patience"].setEnabled(self._choices.stops)
