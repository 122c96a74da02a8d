"""What the Takes page says while there is no take."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class NoTakes(QWidget):
    """Teaches the way to the first take.  Signals: `kit_asked()`, `record_asked()`, `import_asked()`."""

    kit_asked = Signal()
    record_asked = Signal()
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("No takes yet")
        title.setProperty("role", "value")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = QLabel()
        self.text.setProperty("role", "hint")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        self.text.setFixedWidth(560)
        self.text.setMinimumHeight(3 * self.text.fontMetrics().lineSpacing())
        self.kit = QPushButton("Choose an e-kit")
        self.record = QPushButton("Record")
        self.midi = QPushButton("Take in MIDI files …")
        for button, signal in (
            (self.kit, self.kit_asked),
            (self.record, self.record_asked),
            (self.midi, self.import_asked),
        ):
            button.setAutoDefault(True)
            button.clicked.connect(signal)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        ways.addStretch(1)
        for button in (self.kit, self.record, self.midi):
            ways.addWidget(button)
        ways.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(title)
        column.addSpacing(6)
        words = QHBoxLayout()
        words.addStretch(1)
        words.addWidget(self.text)
        words.addStretch(1)
        column.addLayout(words)
        column.addSpacing(12)
        column.addLayout(ways)
        column.addStretch(3)

    def show_kit(self, name: str, key: str) -> None:
        """Say what is to do, with an e-kit called `name`, "" without one; `key` records."""
        record = f"press Record ({key})" if key else "press Record"
        first = f"With {name}, {record} and play." if name else f"Plug your e-kit in, choose it and {record}."
        self.text.setText(
            f"{first} Everything you play is kept as it came, can go into the grid, and a "
            "drummer can learn from it. MIDI files dropped here become takes too."
        )
        self.kit.setVisible(not name)
        self.record.setVisible(bool(name))
