"""The list of pads beside the kit's picture: what each one answered with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from drumstudio.midi.lesson import Lesson
from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER


class AnswerList(QListWidget):
    """One line a pad; Enter or a double click asks for it once more: `asked(place)`."""

    asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Pads and their notes")
        self.setToolTip("Enter or a double click asks for a pad once more")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.itemDoubleClicked.connect(self._clicked)

    def show_lesson(self, lesson: Lesson, asking: bool) -> None:
        """Show what each pad of `lesson` answered, the one asked for marked."""
        while self.count() > len(lesson.pads):
            self.takeItem(self.count() - 1)
        while self.count() < len(lesson.pads):
            self.addItem(QListWidgetItem())
        colours = theme.current()
        for place, pad in enumerate(lesson.pads):
            note = lesson.answers.get(pad)
            now = asking and place == lesson.place
            mark = "▸" if now else "✓" if note is not None else "–" if pad in lesson.passed else " "
            answer = f"note {note}" if note is not None else "left out" if pad in lesson.passed else ""
            item = self.item(place)
            item.setText(f"{mark}  {pad.name}{'  ·  ' if answer else ''}{answer}")
            item.setForeground(QColor(colours.text if now or note is not None else colours.text_muted))
        if asking and lesson.place < self.count():
            self.scrollToItem(self.item(lesson.place), QListWidget.ScrollHint.PositionAtCenter)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.asked.emit(self.row(item))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter asks for the pad; Space is the transport's."""
        if event.key() in ENTER and self.currentRow() >= 0:
            self.asked.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
