"""The bottom line: sound, saving, work under way, and a hint of what can be done now."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from drumstudio.app.jobs import JobControl
from drumstudio.engine.outputs import OutputState, OutputStatus
from drumstudio.ui import theme

LIGHTS = {
    OutputState.STARTING: "warn",
    OutputState.READY: "go",
    OutputState.MISSING: "warn",
    OutputState.FAILED: "bad",
}


class Light(QWidget):
    """A small coloured dot; what it means stands beside it in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = "text_faint"
        self.setFixedSize(10, 10)

    def show_colour(self, colour: str) -> None:
        """Take theme colour `colour`."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """Small."""
        return QSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme.current(), self._colour)))
        painter.drawEllipse(QPointF(5, 5), 4, 4)


class StatusBar(QFrame):
    """Shows the state of things; asks nothing but Cancel of long work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("status", True)
        self.setFixedHeight(28)
        self.setAccessibleName("Status")
        self._light = Light()
        self._sound = self._label("Sound")
        self._saving = self._label("Saving")
        self._work = self._label("Work")
        self._hint = self._label("Hint")
        self._progress = QProgressBar()
        self._progress.setFixedWidth(120)
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.setProperty("kind", "tiny")
        self._cancel.clicked.connect(self._cancel_work)
        self._control: JobControl | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(self._light)
        row.addWidget(self._sound)
        row.addSpacing(16)
        row.addWidget(self._saving)
        row.addSpacing(16)
        for widget in (self._work, self._progress, self._cancel):
            row.addWidget(widget)
            widget.hide()
        row.addStretch(1)
        row.addWidget(self._hint)

    @staticmethod
    def _label(name: str) -> QLabel:
        label = QLabel("")
        label.setProperty("role", "muted")
        label.setAccessibleName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def show_output(self, status: OutputStatus) -> None:
        """Show how the output is doing."""
        self._light.show_colour(LIGHTS[status.state])
        words = (
            [status.name, status.detail] if status.state is OutputState.READY else [status.name, status.state]
        )
        self._sound.setText(" · ".join(word for word in words if word))
        self._sound.setToolTip(status.message)

    def show_saving(self, text: str) -> None:
        """Show what is saved and what not."""
        self._saving.setText(text)

    def show_hint(self, text: str) -> None:
        """Show what could be done next."""
        self._hint.setText(text)

    def show_work(self, label: str, control: JobControl) -> None:
        """Show that `label` is under way, with a way to stop it."""
        self._control = control
        self._work.setText(label)
        self._progress.setAccessibleName(label)
        self._progress.setValue(0)
        for widget in (self._work, self._progress, self._cancel):
            widget.show()

    def show_share(self, share: float) -> None:
        """Show how much of it is done, 0 to 1."""
        self._progress.setValue(round(share * 1000))

    def hide_work(self) -> None:
        """It is over."""
        self._control = None
        for widget in (self._work, self._progress, self._cancel):
            widget.hide()

    def _cancel_work(self) -> None:
        if self._control is not None:
            self._control.cancel()
