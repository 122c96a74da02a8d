"""The sources of training data: which count, what style they are, and how much of each is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from drumstudio.app.training.data import DataSource
from drumstudio.ui import theme
from drumstudio.ui.buttons import EnterCheck, IconButton

Counts = Mapping[Path, tuple[int, int]]
_STYLE = "as its files say"


class Elided(QWidget):
    """A line of words, cut at its beginning where there is no room."""

    def __init__(self, strong: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._strong = "", strong
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def show_text(self, text: str, tip: str = "") -> None:
        """Show `text`."""
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.update()

    def sizeHint(self) -> QSize:
        """Whatever there is."""
        return QSize(60, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the end as fits."""
        painter = QPainter(self)
        font = theme.font(14, QFont.Weight.DemiBold) if self._strong else theme.font(13)
        painter.setFont(font)
        colours = theme.current()
        painter.setPen(colours.text if self.isEnabled() else colours.text_faint)
        shown = QFontMetrics(font).elidedText(self._text, Qt.TextElideMode.ElideLeft, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class SourceRow(QFrame):
    """One source.  Signals: `changed(DataSource)` and `removed(Path)` when the user says so."""

    changed = Signal(object)
    removed = Signal(object)

    def __init__(self, source: DataSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.setProperty("field", True)
        self.check = EnterCheck("")
        self.check.toggled.connect(self._toggled)
        self._name = Elided()
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self.remove = IconButton("close", f"Remove {source.name} from the list", 22)
        self.remove.setProperty("kind", "quiet")
        self.remove.setAutoDefault(True)
        self.remove.clicked.connect(self._removed)
        # The takes are always in the list; they can be switched off.
        if source.is_takes:
            self.remove.hide()
        self.style_name = QLineEdit()
        self.style_name.setProperty("kind", "small")
        self.style_name.setPlaceholderText(_STYLE)
        self.style_name.setAcceptDrops(False)
        self.style_name.setFixedWidth(126)
        self.style_name.setToolTip("Style of the files that do not say it, such as rock or jazz/swing")
        self.style_name.editingFinished.connect(self._styled)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 3, 6, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.check, 0, 0)
        grid.addWidget(self._name, 0, 1, 1, 2)
        grid.addWidget(self.remove, 0, 3)
        grid.addWidget(self.style_name, 1, 1)
        grid.addWidget(self._count, 1, 2, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(2, 1)
        self.show_source(source, None)

    @property
    def source(self) -> DataSource:
        """What it stands for."""
        return self._source

    def show_source(self, source: DataSource, counts: tuple[int, int] | None) -> None:
        """Show the source, and how many of its files are used and how many not."""
        self._source = source
        self.check.blockSignals(True)
        self.check.setChecked(source.enabled)
        self.check.blockSignals(False)
        self.check.setAccessibleName(f"Use {source.name}")
        self.check.setToolTip("Learn from these files, or leave them all out")
        self._name.setEnabled(source.enabled)
        self._name.show_text(source.name if source.is_takes else _short(source.path), str(source.path))
        if not self.style_name.hasFocus():
            self.style_name.setText(source.style)
        self.style_name.setAccessibleName(f"Style of {source.name}")
        self._count.setText(_count_words(source, counts))

    def focus_name(self) -> None:
        """Take the focus."""
        self.check.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del removes the source."""
        if event.key() == Qt.Key.Key_Delete and not self._source.is_takes:
            self.removed.emit(self._source.path)
        else:
            super().keyPressEvent(event)

    def _toggled(self, on: bool) -> None:
        self.changed.emit(replace(self._source, enabled=on))

    def _styled(self) -> None:
        style = self.style_name.text().strip()
        if style != self._source.style:
            self.changed.emit(replace(self._source, style=style))

    def _removed(self) -> None:
        self.removed.emit(self._source.path)


class SourceList(QScrollArea):
    """All sources, one below the other.  Signals as of its rows."""

    changed = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[SourceRow] = []
        self.setWidgetResizable(True)
        self.setAccessibleName("Sources")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setObjectName("cards")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self._column.addStretch(1)
        self.setWidget(inside)

    def show_sources(self, sources: tuple[DataSource, ...], counts: Counts) -> None:
        """Show these sources; rows that stay keep the focus."""
        old = {row.source.path: row for row in self.rows}
        kept = []
        for at, source in enumerate(sources):
            row = old.pop(source.path, None) or self._new_row(source)
            row.show_source(source, counts.get(source.path))
            if self._column.indexOf(row) != at:
                self._column.insertWidget(at, row)
            kept.append(row)
        for row in old.values():
            had_focus = row.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
            row.hide()
            row.deleteLater()
            if had_focus and kept:
                kept[-1].focus_name()
        self.rows = kept
        # Two of them are always in sight.
        whole = [row.sizeHint().height() for row in kept[:2]]
        self.setMinimumHeight(sum(whole) + self._column.spacing() * (len(whole) - 1))

    def tab_order(self) -> list[QWidget]:
        """What Tab goes through, in order."""
        return [widget for row in self.rows for widget in (row.check, row.style_name, row.remove)]

    def _new_row(self, source: DataSource) -> SourceRow:
        row = SourceRow(source)
        row.changed.connect(self.changed)
        row.removed.connect(self.removed)
        return row


def _count_words(source: DataSource, counts: tuple[int, int] | None) -> str:
    if not source.enabled:
        return "off"
    if counts is None:
        return ""
    used, unused = counts
    if not used and not unused:
        return "none yet" if source.is_takes else "no MIDI files"
    return f"{used:,} used" + (f" · {unused:,} not" if unused else "")


def _short(path: Path) -> str:
    """A path as people write it, from their home on."""
    home = str(Path.home())
    whole = str(path)
    return "~" + whole[len(home) :] if len(home) > 1 and whole.startswith(home + "/") else whole
