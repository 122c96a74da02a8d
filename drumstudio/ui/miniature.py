"""A pattern drawn small: one dash a hit, in its drum's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from drumstudio.domain.drums import DRUM_COUNT, GRID_ROWS
from drumstudio.domain.pattern import Pattern
from drumstudio.ui import theme

_ROW = {drum: row for row, drum in enumerate(GRID_ROWS)}
_PAD = 5.0


def fill_end(bar: int, per_bar: int, first: int) -> int:
    """Step at which the fill marked at `bar` ends, in a pattern that begins at step `first` of a bar."""
    return -(-(bar * per_bar + 1 + first) // per_bar) * per_bar - first


class Miniature(QWidget):
    """Shows `pattern`, as far as it is made, a line where it plays, and where fills were asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pattern: Pattern | None = None
        self._steps = 0
        self._made = 0
        self._first = 0
        self._playing: int | None = None
        self.setMinimumHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Miniature")

    def show_pattern(
        self, pattern: Pattern | None, steps: int, made: int | None = None, first: int = 0
    ) -> None:
        """Show the first `steps` steps of `pattern`, of which `made` are there yet.

        Its step 0 is step `first` of a bar.
        """
        self._pattern, self._steps, self._first = pattern, steps, first
        self._made = steps if made is None else made
        self.update()

    def show_playhead(self, step: float | None) -> None:
        """Draw a line at `step`, or none."""
        # Half steps are as fine as the drawing; anything finer would repaint for nothing.
        half = None if step is None else int(step * 2)
        if half != self._playing:
            self._playing = half
            self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(120, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, bar lines and hits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        if self._pattern is None or self._steps <= 0:
            return
        width = (self.width() - 2 * _PAD) / self._steps
        row = (self.height() - 2 * _PAD) / DRUM_COUNT
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        per_bar = self._pattern.grid.steps_per_bar
        for line in range(per_bar - self._first, self._steps, per_bar):
            painter.fillRect(
                QRectF(_PAD + line * width - 0.5, _PAD, 1, self.height() - 2 * _PAD), QColor(colours.border)
            )
        for bar in self._pattern.fill_bars:
            end = fill_end(bar, per_bar, self._first)
            begin = max(0, end - per_bar // 2)
            mark = QRectF(_PAD + begin * width, self.height() - 3, (end - begin) * width - 1, 2)
            painter.fillRect(mark, QColor(colours.accent_text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dash = max(2.0, min(width * 0.72, 9.0))
        for hit in self._pattern.hits:
            if hit.step >= self._steps:
                break
            colour = theme.current().drum(hit.drum)
            colour.setAlphaF(0.45 + 0.55 * hit.velocity / 127)
            painter.setBrush(colour)
            y = _PAD + _ROW[hit.drum] * row + row / 2 - 1.5
            painter.drawRoundedRect(QRectF(_PAD + hit.step * width, y, dash, 3), 1.2, 1.2)
        if self._made < self._steps:
            left = _PAD + self._made * width
            rest = QRectF(left, 0, self.width() - left, self.height())
            painter.setBrush(Qt.BrushStyle.BDiagPattern)
            painter.fillRect(rest, painter.brush())
            painter.fillRect(QRectF(left, 0, 1.5, self.height()), QColor(colours.accent_text))
        if self._playing is not None and self._playing < self._steps * 2:
            x = _PAD + self._playing / 2 * width
            painter.fillRect(QRectF(x, 2, 1.5, self.height() - 4), QColor(colours.playhead))
