"""What is seen while something is recorded: how much of it, for how long, and that it is safe."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from drumstudio.ui import theme
from drumstudio.ui.fields import tabular
from drumstudio.ui.layouts import restyle
from drumstudio.ui.status_bar import Light


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recording is: `bar` counts from 1 (0: not begun), of `bars` (0: any length); `seconds` since
    its first bar line, None before it; `gone` tells that the kit is away, and `problem` is a sentence where
    it is not safe on disk."""

    bar: int = 0
    bars: int = 0
    hits: int = 0
    seconds: float | None = None
    gone: bool = False
    problem: str = ""


class RecordingStrip(QFrame):
    """Below the transport while something is recorded; `stop_asked()` when its button is pressed."""

    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("banner", True)
        self.setProperty("kind", "error")
        self.setAccessibleName("Recording")
        self._light = Light()
        self._light.show_colour("bad")
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._source = _muted()
        self._name = ""
        self._bars, self._hits, self._time = _figure(108), _figure(74), _figure(52)
        self._safe_light = Light()
        self._safe = QLabel()
        self.stop = QPushButton("Stop")
        self.stop.setProperty("kind", "small")
        self.stop.setAutoDefault(True)
        self.stop.setToolTip("Stop and keep what was played (Space)")
        self.stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(10)
        for widget in (self._light, self._title, self._source):
            row.addWidget(widget)
        row.addStretch(1)
        for label in (self._bars, self._hits, self._time):
            row.addWidget(label)
        row.addSpacing(10)
        row.addWidget(self._safe_light)
        row.addWidget(self._safe)
        row.addWidget(self.stop)
        self.hide()

    @property
    def words(self) -> str:
        """All that it says, in a row."""
        labels = (self._title, self._source, self._bars, self._hits, self._time, self._safe)
        return " · ".join(label.text() for label in labels if label.text())

    def begin(self, title: str, source: str) -> None:
        """Come up for a recording called `title` from the kit `source`."""
        self._title.setText(title)
        self._name = source
        self.show_progress(Progress())
        self.show()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        name = self._name
        self._source.setText(
            f"{name} is gone; plug it in, and it goes on" if progress.gone else f"from {name}"
        )
        restyle(self._source, "role", "error" if progress.gone else "hint")
        of = f" of {progress.bars}" if progress.bars else ""
        self._bars.setText(f"bar {progress.bar}{of}" if progress.bar else "waiting for bar 1")
        self._hits.setText(f"{progress.hits:,} hit{'' if progress.hits == 1 else 's'}")
        seconds = progress.seconds
        self._time.setText("" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}")
        self._safe_light.show_colour("bad" if progress.problem else "go")
        self._safe.setText("only in memory" if progress.problem else "safe on disk")
        self._safe.setToolTip(progress.problem or "At most the last second would be lost if the power failed")
        restyle(self._safe, "role", "error" if progress.problem else "hint")
        self.setAccessibleDescription(self.words)


def _muted() -> QLabel:
    label = QLabel()
    label.setProperty("role", "hint")
    return label


def _figure(width: int) -> QLabel:
    label = QLabel()
    label.setFont(tabular(theme.font(13)))
    label.setMinimumWidth(width)
    return label
