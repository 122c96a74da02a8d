"""The table of drummers: chosen and renamed by mouse and keyboard, the one in use with a star."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from drumstudio.ml.catalogue import ModelInfo
from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER
from drumstudio.ui.icons import paint_icon
from drumstudio.ui.layouts import lay_out_rows

NAME, DATA, NETWORK, PERPLEXITY, SIZE, DATE = range(6)
_HEADS = ("Name", "Learned from", "Network", "Perplexity", "Size", "Date")
_WIDTHS = {NAME: 186, NETWORK: 208, PERPLEXITY: 84, SIZE: 84, DATE: 92}
_ROW = 30
# Narrower than this, the table leaves the size to the details.
_ROOMY = 940
# Side of the star before a name, in pixels.
_STAR = 13
Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole


class ModelRows(QAbstractTableModel):
    """Drummers as rows; `rename_asked(ModelInfo, str)` when a name was typed."""

    rename_asked = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models: tuple[ModelInfo, ...] = ()
        self.used: Path | None = None
        self._twice: set[str] = set()

    def show_models(self, models: Sequence[ModelInfo], used: Path | None) -> None:
        """Show `models`, the one at `used` as the one in use."""
        self.beginResetModel()
        self.models, self.used = tuple(models), used
        names = Counter(info.name for info in models)
        self._twice = {name for name, count in names.items() if count > 1}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """A row a drummer."""
        return 0 if parent.isValid() else len(self.models)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Name, data, network, perplexity, size, date."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """Heads of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return _HEADS[section]
        if role == _ROLE.ToolTipRole and section == PERPLEXITY:
            return "Between how many things it wavers at a step, on what was held out of its own data"
        if role == _ROLE.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """What a cell says, and how."""
        info = self.models[index.row()]
        if role == _ROLE.DisplayRole:
            return self._text(info, index.column())
        if role == _ROLE.EditRole:
            return info.name
        if role == _ROLE.TextAlignmentRole:
            return _alignment(index.column())
        if role == _ROLE.ForegroundRole and info.problem is not None:
            return QColor(theme.current().bad)
        if role == _ROLE.ForegroundRole and index.column() != NAME:
            return QColor(theme.current().text_muted)
        if role == _ROLE.ToolTipRole:
            return info.problem or f"{self._text(info, index.column())}\n{info.path}"
        if role == _ROLE.AccessibleTextRole and index.column() == NAME:
            used = ", in use" if info.path == self.used else ""
            return f"{self._text(info, NAME)}{used}{', cannot be used' if info.problem else ''}"
        return None

    def setData(self, index: Index, value: Any, role: int = _ROLE.EditRole) -> bool:
        """Ask for a name that was typed; it is shown once the file has it."""
        info = self.models[index.row()]
        if role == _ROLE.EditRole and str(value) != info.name:
            self.rename_asked.emit(info, str(value))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The names of the user's own drummers can be typed over."""
        flags = super().flags(index)
        info = self.models[index.row()]
        renamed = index.column() == NAME and not info.shipped and info.problem is None
        return flags | Qt.ItemFlag.ItemIsEditable if renamed else flags

    def _text(self, info: ModelInfo, column: int) -> str:
        if column == NAME:
            return f"{info.name} ({info.path.stem})" if info.name in self._twice else info.name
        if info.problem is not None:
            return "cannot be used" if column == DATA else ""
        if column == DATA:
            return f"{info.trained_on}, on top of {info.base}" if info.base else info.trained_on
        if column == NETWORK:
            return info.network
        if column == PERPLEXITY:
            return "–" if info.perplexity is None else f"{info.perplexity:.2f}"
        if column == SIZE:
            return f"{info.size / 1e6:.2f} MB"
        return info.date or "–"


class ModelTable(QTableView):
    """Shows `rows`.

    Signals: `chosen()` when others are chosen, `opened()` on Enter or a double click, `rename_wanted()` on
    F2, `delete_wanted()` on Del, `compare_wanted()` on C, `menu_wanted(QPoint)` with a place on the screen.
    """

    chosen = Signal()
    opened = Signal()
    rename_wanted = Signal()
    delete_wanted = Signal()
    compare_wanted = Signal()
    menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ModelRows(self)
        self.setModel(self.rows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegateForColumn(NAME, _NameDelegate(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_asked)
        self.doubleClicked.connect(self.opened)
        header = lay_out_rows(self, "Drummers", _ROW)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(DATA, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.selectionModel().selectionChanged.connect(self.chosen)

    @property
    def selected(self) -> tuple[ModelInfo, ...]:
        """The drummers that are chosen, from the top."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self.rows.models[row] for row in rows)

    @property
    def current(self) -> ModelInfo | None:
        """The drummer that the keys are at."""
        row = self.currentIndex().row()
        return self.rows.models[row] if 0 <= row < len(self.rows.models) else None

    def show_models(self, models: Sequence[ModelInfo], used: Path | None, choose: Path | None = None) -> None:
        """Show `models`; those that were chosen still are, or else `choose`, or else the one in use."""
        kept = {info.path for info in self.selected}
        at = self.current.path if self.current is not None else None
        wanted = [choose] if choose is not None else [at, *kept, used]
        self.rows.show_models(models, used)
        places = {info.path: row for row, info in enumerate(self.rows.models)}
        row = next((places[path] for path in wanted if path in places), 0)
        if not self.rows.models:
            self.chosen.emit()
            return
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self.rows.index(row, NAME), flags.NoUpdate)
        chosen = QItemSelection()
        for path in kept if choose is None and kept & places.keys() else ():
            if path in places:
                chosen.select(self.rows.index(places[path], NAME), self.rows.index(places[path], DATE))
        if chosen.isEmpty():
            chosen.select(self.rows.index(row, NAME), self.rows.index(row, DATE))
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        self.scrollTo(self.rows.index(row, NAME))
        self.chosen.emit()

    def type_name(self) -> None:
        """Let the name of the drummer that the keys are at be typed over."""
        row = self.currentIndex().row()
        if row >= 0:
            self.edit(self.rows.index(row, NAME))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the size where there is room for it."""
        super().resizeEvent(event)
        self.setColumnHidden(SIZE, self.viewport().width() < _ROOMY)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, F2, Del and C; Space is the transport's."""
        key = event.key()
        asked = {
            Qt.Key.Key_F2: self.rename_wanted,
            Qt.Key.Key_Delete: self.delete_wanted,
            Qt.Key.Key_C: self.compare_wanted,
        }
        if key in asked and not event.modifiers():
            asked[Qt.Key(key)].emit()
        elif key in ENTER:
            self.opened.emit()
        elif key == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _menu_asked(self, point: Any) -> None:
        self.menu_wanted.emit(self.viewport().mapToGlobal(point))


class _NameDelegate(QStyledItemDelegate):
    """Leaves room before the names for the star of the one in use."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell, then the star."""
        super().paint(painter, option, index)
        rows = index.model()
        if isinstance(rows, ModelRows) and rows.models[index.row()].path == rows.used:
            cell = option.rect
            box = QRectF(cell.x() + 8, cell.y(), _STAR, cell.height())
            paint_icon(painter, "starred", box, QColor(theme.current().warn))

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave the room that an icon would take."""
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(_STAR, _STAR)
        # Whole rows are chosen: no cell of them stands out.
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Type over the whole cell."""
        editor.setGeometry(option.rect)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (PERPLEXITY, SIZE) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
