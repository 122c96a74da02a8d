"""What a network is made of, as a checkpoint tells it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

DRUM_RNN = "drum_rnn"
GROOVE_MEMORY = "groove_memory"
KINDS = (DRUM_RNN, GROOVE_MEMORY)
# Units with which a groove memory's pointer judges a past step, and with which a drum hears its votes.
POINTER = 16
VOTERS = 16
MAX_LAYERS = 8
MAX_UNITS = 2048
MAX_ATTENTION = 256
MAX_STYLES = 64


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """A stack of LSTM layers, and what stands around it.

    `kind` names the network: plain Drum RNN, or groove memory, which recalls the bars before and
    can copy from them; `layers` gives the units of each layer; `attention` the number of past steps
    that the first layer looks back on (0: none; plain Drum RNN only); `dropout` the share dropped
    after each layer in training; `place` whether the place in the bar is read beside Drum RNN's
    counters, `quarters` whether the place in the quarter and triplets are too; `styles` the styles it can be
    asked for, `fills` whether it can be asked for fills (see :mod:`drumstudio.ml.control`); `wide` whether a
    groove memory also recalls parts of a beat and echoes, and lets each drum's own past vote for it.
    """

    kind: str = DRUM_RNN
    layers: tuple[int, ...] = (64, 64)
    attention: int = 0
    dropout: float = 0.0
    place: bool = True
    quarters: bool = False
    styles: tuple[str, ...] = ()
    fills: bool = False
    wide: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no network of the kind {self.kind!r}")
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise ValueError(f"a network has 1 to {MAX_LAYERS} layers, not {len(self.layers)}")
        if not all(1 <= units <= MAX_UNITS for units in self.layers):
            raise ValueError(f"a layer has 1 to {MAX_UNITS} units")
        if not 0 <= self.attention <= MAX_ATTENTION:
            raise ValueError(f"attention looks back on 0 to {MAX_ATTENTION} steps, not {self.attention}")
        if self.attention and self.kind == GROOVE_MEMORY:
            raise ValueError("groove memory recalls whole bars and takes no attention")
        if self.wide and self.kind != GROOVE_MEMORY:
            raise ValueError("only groove memory is a network that recalls, widely or not")
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout is at least 0 and below 1, not {self.dropout}")
        if len(self.styles) > MAX_STYLES or len(set(self.styles)) < len(self.styles) or "" in self.styles:
            raise ValueError(f"a network knows up to {MAX_STYLES} styles, each by a name of its own")

    @property
    def label(self) -> str:
        """Name for people, as "2 x 128 LSTM"."""
        same = len(set(self.layers)) == 1
        shape = f"{len(self.layers)} x {self.layers[0]}" if same else ", ".join(map(str, self.layers))
        memory = "groove memory, " if self.kind == GROOVE_MEMORY else ""
        return f"{memory}{shape} LSTM" + (
            f" with attention over {self.attention} steps" if self.attention else ""
        )

    def to_json(self) -> dict[str, Any]:
        """What JSON can hold of it."""
        return {**asdict(self), "layers": list(self.layers), "styles": list(self.styles)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> NetworkConfig:
        """The network that `to_json` described; TypeError, KeyError or ValueError where it cannot be.

        Earlier versions wrote nothing of quarters, styles, fills and wide memories, and their networks
        have none.
        """
        return cls(
            kind=str(value["kind"]),
            layers=tuple(int(units) for units in value["layers"]),
            attention=int(value["attention"]),
            dropout=float(value["dropout"]),
            place=bool(value["place"]),
            quarters=bool(value.get("quarters", False)),
            styles=tuple(str(style) for style in value.get("styles", ())),
            fills=bool(value.get("fills", False)),
            wide=bool(value.get("wide", False)),
        )
