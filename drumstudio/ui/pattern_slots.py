"""The row of pattern slots, and how long the pattern is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from drumstudio.domain import edits
from drumstudio.domain.pattern import MAX_BARS, Pattern
from drumstudio.domain.project import PATTERN_NAMES, Project
from drumstudio.ui import theme
from drumstudio.ui.buttons import IconButton
from drumstudio.ui.document import Document
from drumstudio.ui.fields import tabular
from drumstudio.ui.layouts import restyle

_SIDE = 30


class _Strip(QScrollArea):
    """Slots in a row, as wide as they need or there is room for; the wheel moves those that do not fit."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        self._shown: QWidget | None = None
        self.setWidget(inside)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        inside.setObjectName("slots")

    def sizeHint(self) -> QSize:
        """All of them side by side."""
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """One of them."""
        return QSize(_SIDE, _SIDE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A slot came or went: the row needs another width, and has it once it is resized."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        done = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.Resize:
            self.reveal(self._shown)
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep in sight what was to be seen."""
        super().resizeEvent(event)
        self.reveal(self._shown)

    def reveal(self, slot: QWidget | None) -> None:
        """Keep `slot` in sight from now on."""
        self._shown = slot
        if slot is not None:
            self.ensureWidgetVisible(slot, _SIDE, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move sideways."""
        turn = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.x() or turn.y()) // 2)
        event.accept()


class PatternSlots(QWidget):
    """A B C D +, and the number of bars with less and more."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setAccessibleName("Patterns")
        self._buttons: list[QPushButton] = []
        self.add = IconButton("plus", "Add a pattern", _SIDE)
        self.add.setProperty("kind", "slot")
        self.add.clicked.connect(self.add_pattern)
        self._bars = QLabel()
        self._bars.setFont(tabular(theme.font(13)))
        self._bars.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bars.setMinimumWidth(56)
        self.fewer = self._step_button("−", "One bar less", -1)
        self.more = self._step_button("+", "One bar more", 1)
        inside = QWidget()
        self._slots = QHBoxLayout(inside)
        self._slots.setContentsMargins(0, 0, 0, 0)
        self._slots.setSpacing(4)
        self._strip = _Strip(inside)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 14, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self._strip)
        row.addWidget(self.add)
        row.addSpacing(8)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(4)
        row.addLayout(self._tools)
        row.addSpacing(8)
        row.addWidget(self.fewer)
        row.addWidget(self._bars)
        row.addWidget(self.more)
        document.changed.connect(self.show_project)
        self.show_project(document.project)

    def _step_button(self, text: str, label: str, by: int) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "slot")
        button.setProperty("filled", True)
        button.setFixedSize(_SIDE, _SIDE)
        button.setAccessibleName(label)
        button.setToolTip(label)
        button.clicked.connect(partial(self.change_bars, by))
        return button

    def add_tool(self, tool: QWidget) -> None:
        """Put a tool for the whole pattern beside its length."""
        self._tools.addWidget(tool)

    def show_project(self, project: Project) -> None:
        """Show which slots there are, which hold hits, and which is on screen."""
        while len(self._buttons) > len(project.patterns):
            self._buttons.pop().deleteLater()
        while len(self._buttons) < len(project.patterns):
            self._add_button(len(self._buttons))
        for index, (button, pattern) in enumerate(zip(self._buttons, project.patterns, strict=True)):
            button.setChecked(index == project.current)
            restyle(button, "filled", bool(pattern.hits))
            name = PATTERN_NAMES[index]
            button.setAccessibleName(f"Pattern {name}{'' if pattern.hits else ', empty'}")
            button.setToolTip(f"Pattern {name}: {_bars(pattern.bars)}{'' if pattern.hits else ', empty'}")
        self.add.setEnabled(len(project.patterns) < len(PATTERN_NAMES))
        self._bars.setText(_bars(project.pattern.bars))
        self.fewer.setEnabled(project.pattern.bars > 1)
        self.more.setEnabled(project.pattern.bars < MAX_BARS)
        self._strip.reveal(self._buttons[project.current])

    def _add_button(self, index: int) -> None:
        button = QPushButton(PATTERN_NAMES[index])
        button.setProperty("kind", "slot")
        button.setCheckable(True)
        button.setAutoDefault(True)
        button.setFixedSize(_SIDE, _SIDE)
        button.clicked.connect(partial(self._clicked, index))
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(partial(self._open_menu, index))
        self._buttons.append(button)
        self._slots.addWidget(button)

    def _clicked(self, index: int) -> None:
        # The button has checked itself; only the document says which is on screen.
        self._document.select_pattern(index)
        self.show_project(self._document.project)

    def _open_menu(self, index: int, at: QPoint) -> None:
        self._clicked(index)
        menu = QMenu(self)
        menu.addAction("Duplicate").triggered.connect(self.duplicate)
        menu.addAction("Clear").triggered.connect(self.clear)
        remove = menu.addAction("Remove")
        remove.setEnabled(len(self._document.project.patterns) > 1)
        remove.triggered.connect(self.remove)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._buttons[index].mapToGlobal(at))

    def add_pattern(self) -> None:
        """Add an empty pattern of the shape of the one on screen, and show it."""
        pattern = self._document.pattern
        self._append(Pattern(pattern.grid, pattern.bars, swing=pattern.swing), "Add a pattern")

    def duplicate(self) -> None:
        """Add a copy of the pattern on screen, and show it."""
        self._append(self._document.pattern, "Duplicate the pattern")

    def _append(self, pattern: Pattern, text: str) -> None:
        project = self._document.project
        if len(project.patterns) < len(PATTERN_NAMES):
            patterns = (*project.patterns, pattern)
            self._document.apply(replace(project, patterns=patterns, current=len(patterns) - 1), text)

    def clear(self) -> None:
        """Take every hit out of the pattern on screen."""
        self._document.edit(edits.clear(self._document.pattern), "Clear the pattern")

    def remove(self) -> None:
        """Remove the pattern on screen; the last one stays."""
        project = self._document.project
        if len(project.patterns) > 1:
            at = project.current
            patterns = project.patterns[:at] + project.patterns[at + 1 :]
            current = min(at, len(patterns) - 1)
            self._document.apply(replace(project, patterns=patterns, current=current), "Remove a pattern")

    def double(self) -> None:
        """Repeat the pattern after itself."""
        self._document.edit(edits.double(self._document.pattern), "Double the pattern")

    def change_bars(self, by: int) -> None:
        """Make the pattern on screen longer or shorter."""
        pattern = self._document.pattern
        self._document.edit(edits.set_bars(pattern, pattern.bars + by), "Length", "bars")


def _bars(count: int) -> str:
    return f"{count} bar{'' if count == 1 else 's'}"
