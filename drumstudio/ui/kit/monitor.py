"""What the kit sends, message by message, as it comes in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from drumstudio.app.kit.ekit import KitState
from drumstudio.domain.take import Arrival
from drumstudio.midi.inputs import InputState
from drumstudio.midi.kit_maps import KitMap
from drumstudio.midi.words import CLOCK, Told, told
from drumstudio.ui import theme
from drumstudio.ui.buttons import EnterCheck
from drumstudio.ui.desk import Desk
from drumstudio.ui.kit.sheet import KitSheet, button, input_label, label
from drumstudio.ui.layouts import lay_out_rows
from drumstudio.ui.shortcuts import Keymap

KEPT = 1000  # messages that are kept at most
FRAME_MS = 50
COLUMNS = ("Time", "Message", "Channel", "Number", "Pad and drum", "Value")
_WIDTHS = (92, 110, 74, 88, 190, 70)
_NUMBERS = {0, 2, 5}

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


@dataclass(frozen=True, slots=True)
class Line:
    """A message and when it came, in seconds since the monitor opened."""

    seconds: float
    told: Told


class MonitorModel(QAbstractTableModel):
    """The newest messages, at most `KEPT`, the newest last."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []

    def add(self, lines: list[Line]) -> None:
        """Add `lines`; the oldest go."""
        lines = lines[-KEPT:]
        over = len(self.lines) + len(lines) - KEPT
        if over > 0:
            self.beginRemoveRows(QModelIndex(), 0, over - 1)
            del self.lines[:over]
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), len(self.lines), len(self.lines) + len(lines) - 1)
        self.lines += lines
        self.endInsertRows()

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self.lines.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many messages are shown."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _TOP) -> int:
        """What a message is made of."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, how they stand, and their colour."""
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(line)[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            colours = theme.current()
            struck = line.told.kind == "Note on"
            unknown = struck and line.told.meaning == "no drum"
            return QColor(colours.warn if unknown else colours.text if struck else colours.text_muted)
        return None

    @staticmethod
    def words(line: Line) -> tuple[str, ...]:
        """The cells of a line."""
        said = line.told
        channel = str(said.channel) if said.channel else ""
        return (f"{line.seconds:.3f}", said.kind, channel, said.what, said.meaning, said.value)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The columns' names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    @staticmethod
    def _alignment(column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class MonitorTable(QTableView):
    """Says what will stand here while it is empty."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the messages, or a word about them."""
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.current().text_muted))
            words = "Hit a pad or move the pedal: every message of the kit appears here."
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
            painter.end()


class MonitorSheet(KitSheet):
    """Lists what comes in, at most twenty times a second; clock ticks only when asked for."""

    def __init__(self, desk: Desk, keymap: Keymap, parent: QWidget) -> None:
        super().__init__("Monitor", desk, keymap, parent)
        self._arrivals: deque[Arrival] = deque(maxlen=KEPT)
        self._map: KitMap = self.kit.kit
        self._began: float | None = None
        self._paused = False
        self.model = MonitorModel(self)
        self.table = MonitorTable()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._frame)
        self.note = label(wrap=True)
        self.note.setAccessibleName("State of the kit")
        self.clock = EnterCheck("Clock ticks")
        self.clock.toggled.connect(self._clock_toggled)
        self.clock.setToolTip("Show the 24 ticks a quarter of a MIDI clock too")
        self.pause = button("Pause", self._pause, "Hold the list; what comes meanwhile is shown afterwards")
        self.clear = button("Clear", self._clear, "Empty the list")
        self._lay_out()
        self._clock_shown = False
        self.listen(self._arrivals.append)
        self._timer.start()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        header = lay_out_rows(table, "Messages that came in", 24)
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.clock)
        for each in (self.clear, self.pause):
            each.setProperty("kind", "small")
            foot.addWidget(each)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 14, 14, 12)
        whole.setSpacing(10)
        whole.addWidget(table, 1)
        whole.addLayout(foot)
        self.resize(700, 460)

    def show_state(self, state: KitState) -> None:
        """Another input or map."""
        self._map = state.kit
        if state.status.state is InputState.READY:
            words = f"{input_label(state)}, read as {state.kit.label}."
        else:
            words = state.status.message or f"{input_label(state)} is being opened …"
        self.note.setText(words)

    @property
    def waiting(self) -> int:
        """How many messages came that are not shown yet."""
        return len(self._arrivals)

    def _frame(self) -> None:
        if self._paused:
            self.pause.setText(f"Go on ({self.waiting})" if self.waiting else "Go on")
        if self._paused or not self._arrivals:
            return
        lines = []
        while self._arrivals:
            arrival = self._arrivals.popleft()
            if self._began is None:
                self._began = arrival.seconds
            if arrival.data[0] != CLOCK or self._clock_shown:
                lines.append(Line(arrival.seconds - self._began, told(arrival, self._map)))
        if lines:
            bar = self.table.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - 1
            self.model.add(lines)
            if at_end:
                self.table.scrollToBottom()

    def _clock_toggled(self, on: bool) -> None:
        self._clock_shown = on

    def _pause(self) -> None:
        self._paused = not self._paused
        self.pause.setText("Go on" if self._paused else "Pause")

    def _clear(self) -> None:
        self._arrivals.clear()
        self.model.clear()
