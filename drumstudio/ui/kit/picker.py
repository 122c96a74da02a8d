"""The E-KIT box of the transport bar: which kit is heard, how it is doing, and a blink at every stroke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from drumstudio.midi.inputs import InputState, InputStatus
from drumstudio.midi.ports import Port
from drumstudio.ui import theme
from drumstudio.ui.fields import ChoiceField

LIGHTS = {InputState.STARTING: "warn", InputState.READY: "go", InputState.MISSING: "warn"}
_BLINK_MS = 110


class KitField(ChoiceField):
    """Picks the input of the e-kit; "" is no e-kit."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__("E-kit", "E-kit", width, parent)
        self._lit = QTimer(self)
        self._lit.setSingleShot(True)
        self._lit.setInterval(_BLINK_MS)
        self._lit.timeout.connect(self.update)
        self.show_inputs((), InputStatus("", InputState.MISSING), "")

    @property
    def blinking(self) -> bool:
        """Whether a stroke came just now."""
        return self._lit.isActive()

    def blink(self) -> None:
        """A stroke came."""
        self._lit.start()
        self.update()

    def show_inputs(self, inputs: Sequence[Port], status: InputStatus, detail: str) -> None:
        """Offer `inputs` and show the chosen one, kept by its name while it is missing.

        `detail` stands in the tooltip.
        """
        options = [("No e-kit", ""), *((port.label, port.name) for port in inputs)]
        name, label = status.name, Port(status.name, "").label
        if name and name not in [value for _, value in options]:
            options.append((f"missing: {label}", name))
        self.set_options(options)
        self.set_value(name)
        if not name:
            self.show_text("None", dim=True)
            self.setToolTip("Choose the MIDI input of your e-kit")
            return
        missing = status.state is InputState.MISSING
        shown = f"missing: {label}" if missing else label
        self.show_text(shown, light=LIGHTS[status.state])
        self.setAccessibleDescription(f"{label}, {status.state}")
        about = status.message or f"{label}: {status.state}."
        self.setToolTip("\n".join(each for each in (about, detail) if each))

    def _paint_value(self, painter: QPainter, box: QRectF) -> None:
        if self.blinking and self.light:
            colours = theme.current()
            painter.setPen(QPen(QColor(colours.text), 2.0))
            painter.setBrush(QColor(getattr(colours, self.light)))
            painter.drawEllipse(QPointF(box.x() + 4, box.center().y()), 6.5, 6.5)
        super()._paint_value(painter, box)
