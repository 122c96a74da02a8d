"""A bar of coloured shares, and rows of words that say what each colour stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from drumstudio.ui import theme
from drumstudio.ui.fields import tabular

_LEAST = 3.0  # pixels of a share that is not nothing
_ROW = 22


@dataclass(frozen=True, slots=True)
class Share:
    """`count` things of one kind: `words` name it, `colour` is a theme colour's name."""

    words: str
    count: int
    colour: str


class ShareBar(QWidget):
    """Shares side by side, as wide as their counts; the words stand elsewhere and for screen readers."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[Share, ...] = ()
        self.setFixedHeight(10)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show these, from the left."""
        self._shares = tuple(share for share in shares if share.count)
        told = ", ".join(f"{share.words} {share.count:,}" for share in self._shares)
        self.setAccessibleDescription(told)
        self.setToolTip(told)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the shares with gaps between."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(self.rect()), 5, 5)
        painter.setClipPath(whole)
        painter.fillRect(self.rect(), QColor(colours.border))
        left = 0.0
        widths = share_widths([share.count for share in self._shares], self.width())
        for share, width in zip(self._shares, widths, strict=True):
            painter.fillRect(
                QRectF(left, 0, width - 1, self.height()), QColor(getattr(colours, share.colour))
            )
            left += width


def share_widths(counts: Sequence[int], width: float) -> list[float]:
    """Pixels of each of `counts`, none of them 0, that fill `width` together; small ones stay visible."""
    least = min(_LEAST, width / max(1, len(counts)))
    small: set[int] = set()
    while True:
        # What the small ones need beyond their due, the others give in proportion.
        rest = width - least * len(small)
        total = sum(count for at, count in enumerate(counts) if at not in small)
        wide = [least if at in small else rest * count / total for at, count in enumerate(counts)]
        fewer = {at for at, pixels in enumerate(wide) if pixels < least}
        if not fewer or len(small | fewer) == len(counts):
            return wide
        small |= fewer


class ShareRow(QPushButton):
    """A share in words with its count at the right; pressed, it stays down until pressed again."""

    def __init__(self, share: Share, parent: QWidget | None = None) -> None:
        super().__init__(share.words, parent)
        self._share = share
        self.setProperty("kind", "share")
        self.setCheckable(True)
        self.setAutoDefault(True)
        self.setFixedHeight(_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_share(share)

    @property
    def share(self) -> Share:
        """What it shows."""
        return self._share

    def show_share(self, share: Share) -> None:
        """Show another count or colour."""
        self._share = share
        self.setText(share.words)
        files = "file" if share.count == 1 else "files"
        self.setAccessibleName(f"{share.words}: {share.count:,} {files}")
        self.setToolTip("Show only these in the table; press again for all")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words and the count."""
        metrics = QFontMetrics(theme.font(13))
        return QSize(metrics.horizontalAdvance(f"{self._share.words}    {self._share.count:,}") + 34, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint dot, words and count on a ground that tells hover, focus and pressed."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover if self.isChecked() else colours.raised))
            painter.drawRoundedRect(box, 5, 5)
        if self.hasFocus():
            painter.setPen(QColor(colours.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colours, self._share.colour)))
        painter.drawEllipse(QPointF(11, box.center().y()), 4, 4)
        font = tabular(theme.font(13))
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        inside = box.adjusted(22, 0, -7, 0)
        count = f"{self._share.count:,}"
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
        metrics = QFontMetrics(font)
        room = inside.adjusted(0, 0, -metrics.horizontalAdvance(count) - 10, 0)
        words = metrics.elidedText(self._share.words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
