"""The table of runs and drummers below the chart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER, tabular
from drumstudio.ui.layouts import lay_out_rows
from drumstudio.ui.training.paint import ink
from drumstudio.ui.training.rows import Row

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

COLUMNS = ("", "Name", "Trained on", "Network", "Train ppl", "Validation ppl", "Time", "State", "Beside")
MARK, NAME, DATA, NETWORK, TRAIN, VALIDATION, TIME, STATE, BESIDE = range(len(COLUMNS))
_NUMBERS = (TRAIN, VALIDATION, TIME)
_WIDTHS = {MARK: 30, DATA: 126, NETWORK: 132, TRAIN: 66, VALIDATION: 92, TIME: 74, STATE: 104, BESIDE: 54}
_ROW = 28
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RunsModel(QAbstractTableModel):
    """One row a run or drummer; signal `beside_turned(key, on)` when a curve is to be laid beside."""

    beside_turned = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._beside: frozenset[str] = frozenset()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, from the top."""
        return self._rows

    def place(self, key: str) -> int:
        """Where the row `key` stands, -1 for nowhere."""
        return next((at for at, row in enumerate(self._rows) if row.key == key), -1)

    def lies_beside(self, key: str) -> bool:
        """Whether the curve of row `key` is laid beside."""
        return key in self._beside

    def set_rows(self, rows: Sequence[Row], beside: Collection[str]) -> None:
        """Show `rows`; those whose keys are in `beside` are laid beside the one in front."""
        same = [row.key for row in rows] == [row.key for row in self._rows]
        if not same:
            self.beginResetModel()
        self._rows, self._beside = tuple(rows), frozenset(beside)
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """What a column is called."""
        if orientation == Qt.Orientation.Horizontal and section < len(COLUMNS):
            if role == Role.DisplayRole:
                return COLUMNS[section]
            if role == Role.TextAlignmentRole:
                return _RIGHT if section in _NUMBERS else _LEFT
            if role == Role.ToolTipRole and section == BESIDE:
                return "Lay the curve beside the one in front"
            if role == Role.ToolTipRole and section in (TRAIN, VALIDATION):
                return "Perplexity of the best model: between how many events it wavers. Lower is better"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Curves can be checked to lie beside."""
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == BESIDE and self._rows[index.row()].overlay:
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Lay a curve beside, or take it away."""
        if role != Role.CheckStateRole:
            return False
        self.beside_turned.emit(self._rows[index.row()].key, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Words, marks and colours of a cell."""
        row, column = self._rows[index.row()], index.column()
        if role == Role.DisplayRole:
            return "" if column in (MARK, BESIDE) else row.cells[column - NAME]
        if role == Role.CheckStateRole and column == BESIDE and row.overlay:
            return Qt.CheckState.Checked if row.key in self._beside else Qt.CheckState.Unchecked
        if role == Role.ToolTipRole:
            return row.details or None
        if role == Role.AccessibleTextRole:
            return self._spoken(row, column)
        if role == Role.TextAlignmentRole and column in _NUMBERS:
            return _RIGHT
        if role == Role.FontRole and column in _NUMBERS:
            return tabular(theme.font(13))
        if role == Role.ForegroundRole and column != NAME:
            return QColor(ink("bad") if column == STATE and row.colour == "bad" else ink("text_muted"))
        return None

    def _spoken(self, row: Row, column: int) -> str:
        if column == MARK:
            return "the drummer in use" if row.used else row.cells[-1]
        if column == BESIDE:
            if not row.overlay:
                return "no curve"
            return "beside the one in front" if row.key in self._beside else "not shown beside"
        return f"{COLUMNS[column]}: {row.cells[column - NAME]}"


class RunsTable(QTableView):
    """Shows a `RunsModel`.

    Signals: `chosen(str)` with the key of the row that is in front now, `menu_wanted(QPoint)` with a
    place on the screen, `discard_wanted()` on Del.
    """

    chosen = Signal(str)
    menu_wanted = Signal(QPoint)
    discard_wanted = Signal()

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._key = ""
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setStyleSheet(
            "QTableView { border: none; background: transparent; }"
            "QHeaderView::section { background: transparent; font-size: 11px; padding: 3px 6px; }"
        )
        self.setItemDelegateForColumn(MARK, _Marks(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_asked)
        header = lay_out_rows(self, "Trainings and drummers", _ROW)
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        model.modelReset.connect(self._choose_again)
        self.selectionModel().currentRowChanged.connect(self._moved)

    @property
    def row(self) -> Row | None:
        """The row in front."""
        at = self._model.place(self._key)
        return self._model.rows[at] if at >= 0 else None

    def choose(self, key: str) -> None:
        """Bring the row `key` to the front; "" for none."""
        if key != self._key:
            self._key = key
            self._choose_again()
            self.chosen.emit(key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lay a curve beside by a click anywhere in its cell; the row in front stays there."""
        index = self.indexAt(event.position().toPoint())
        if (
            index.isValid()
            and index.column() == BESIDE
            and event.button() == Qt.MouseButton.LeftButton
            and self._model.rows[index.row()].overlay
        ):
            key = self._model.rows[index.row()].key
            self._model.beside_turned.emit(key, not self._model.lies_beside(key))
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the menu of the row, Del discards; Space is the transport's."""
        if event.key() in ENTER or event.key() == Qt.Key.Key_Menu:
            self._menu_asked(self.visualRect(self.currentIndex()).bottomLeft() + QPoint(_WIDTHS[MARK], 0))
        elif event.key() == Qt.Key.Key_Delete:
            self.discard_wanted.emit()
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _menu_asked(self, point: QPoint) -> None:
        if self.row is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(point))

    def _moved(self, current: Index) -> None:
        if current.isValid():
            key = self._model.rows[current.row()].key
            if key != self._key:
                self._key = key
                self.chosen.emit(key)

    def _choose_again(self) -> None:
        at = self._model.place(self._key)
        flags = QItemSelectionModel.SelectionFlag
        if at >= 0:
            self.selectionModel().setCurrentIndex(
                self._model.index(at, NAME), flags.ClearAndSelect | flags.Rows
            )
        else:
            self.selectionModel().clear()


class _Marks(QStyledItemDelegate):
    """Paints a dot for the state of a run and a star for the drummer in use; words say it in column State."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground of the row, then the marks."""
        super().paint(painter, option, index)
        model = index.model()
        assert isinstance(model, RunsModel)
        row = model.rows[index.row()]
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.used:
            painter.setPen(ink("text"))
            painter.setFont(theme.font(15))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "★")
        elif row.colour:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(row.colour))
            painter.drawEllipse(QPointF(box.center()), 4.5, 4.5)
        painter.restore()
