"""The list of pads beside the kit's picture: what each one answered with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from drumstudio.midi.learning import Pad
from drumstudio.midi.lesson import Lesson
from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER


class AnswerList(QTreeWidget):
    """One line a pad; Enter or a double click asks for it once more: `asked(place)`."""

    asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QTreeWidgetItem] = []
        self.setProperty("kind", "answers")
        self.setAccessibleName("Pads and their notes")
        self.setToolTip("Enter or a double click asks for a pad once more")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setHeaderHidden(True)
        self.setColumnCount(3)
        header = self.header()
        header.setMinimumSectionSize(26)
        header.resizeSection(0, 26)
        header.resizeSection(2, 84)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.itemDoubleClicked.connect(self._clicked)

    def show_lesson(self, lesson: Lesson, asking: bool) -> None:
        """Show what each pad of `lesson` answered, the one asked for marked."""
        if len(self._items) != len(lesson.pads):
            self.clear()
            self._items = [QTreeWidgetItem() for _ in lesson.pads]
            self.addTopLevelItems(self._items)
        for place, (item, pad) in enumerate(zip(self._items, lesson.pads, strict=True)):
            self._show_pad(item, lesson, pad, asking and place == lesson.place)
        if asking and lesson.pad is not None:
            self.scrollToItem(self._items[lesson.place], QTreeWidget.ScrollHint.PositionAtCenter)

    @staticmethod
    def _show_pad(item: QTreeWidgetItem, lesson: Lesson, pad: Pad, now: bool) -> None:
        colours, note = theme.current(), lesson.answers.get(pad)
        passed = pad in lesson.passed
        item.setText(0, "▸" if now else "✓" if note is not None else "–" if passed else "")
        item.setText(1, pad.name)
        item.setText(2, f"note {note}" if note is not None else "left out" if passed else "")
        for column in range(3):
            item.setForeground(
                column, QColor(colours.text if now or note is not None else colours.text_muted)
            )

    def _clicked(self, item: QTreeWidgetItem) -> None:
        self.asked.emit(self.indexOfTopLevelItem(item))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter asks for the pad; Space is the transport's."""
        if event.key() in ENTER and (item := self.currentItem()) is not None:
            self._clicked(item)
        else:
            super().keyPressEvent(event)
