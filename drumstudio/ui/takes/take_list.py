"""The list of takes: name and figures, with a miniature of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from drumstudio.app.takes.rows import TakeRow
from drumstudio.ui import theme
from drumstudio.ui.fields import ENTER, tabular
from drumstudio.ui.takes.preview import paint_take

Index = QModelIndex | QPersistentModelIndex
_HEIGHT, _MINIATURE, _WIDEST = 58, 34, 240
_ROW = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()
_PICTURES = 200  # miniatures that are kept


def length_words(seconds: float) -> str:
    """A length for people."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def figures(row: TakeRow) -> str:
    """Everything there is to say of a take in one line, the date first."""
    take, found = row.kept.take, row.found
    words = [
        time.strftime("%-d %b %H:%M", time.localtime(take.recorded_at)) if take.recorded_at else "",
        length_words(take.length),
        f"{take.qpm:g} BPM" + ("" if str(take.meter) == "4/4" else f" {take.meter}"),
        f"{row.bars} bar{'' if row.bars == 1 else 's'}",
        f"{len(found.hits):,} hit{'' if len(found.hits) == 1 else 's'}",
        take.drum_map.label,
        take.source,
    ]
    return " · ".join(word for word in words if word)


class TakeModel(QAbstractListModel):
    """The rows of the list; `rename_asked(name, new)` when one is renamed in place."""

    rename_asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[TakeRow, ...] = ()

    @property
    def rows(self) -> tuple[TakeRow, ...]:
        """The takes in their order."""
        return self._rows

    def set_rows(self, rows: Sequence[TakeRow]) -> None:
        """Show other takes."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def replace_row(self, row: TakeRow) -> None:
        """Show a take as it is read now."""
        for at, old in enumerate(self._rows):
            if old.kept.path == row.kept.path:
                self._rows = (*self._rows[:at], row, *self._rows[at + 1 :])
                self.dataChanged.emit(self.index(at), self.index(at))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many takes there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, figures and the row itself."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}, {figures(row)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{figures(row)}\n{row.kept.path}"
        return row if role == _ROW else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name; the list shows it once the files have it."""
        name, new = self._rows[index.row()].name, str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not new or new == name:
            return False
        self.rename_asked.emit(name, new)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every take can be chosen and renamed."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable


class _Delegate(QStyledItemDelegate):
    """Paints a row: name and figures, and a miniature of the take at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures: dict[tuple[Path, tuple[int, int], int, float, str], QPixmap] = {}
        self.playing: Path | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint it as chosen, focused or neither."""
        row: TakeRow = index.data(_ROW)
        rect, state = _rect(option), _state(option)
        colours = theme.current()
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        box = QRectF(rect).adjusted(1, 1, -1, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(
            QColor(colours.focus if focused else colours.accent_text if chosen else colours.border)
        )
        painter.setBrush(QColor(colours.accent_ground if chosen else colours.raised))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        wide = min(_WIDEST, round(box.width() * 0.36))
        picture = QRectF(box.right() - wide - 10, box.y() + (box.height() - _MINIATURE) / 2, wide, _MINIATURE)
        self._draw(painter, picture, row)
        left = box.adjusted(12, 7, -wide - 26, -6)
        painter.setFont(theme.font(13, weight=painter.font().Weight.DemiBold))
        painter.setPen(QColor(colours.text))
        name = ("▶ " if self.playing == row.kept.path else "") + row.name
        _line(painter, left, Qt.AlignmentFlag.AlignTop, name)
        painter.setFont(tabular(theme.font(12)))
        painter.setPen(QColor(colours.text_muted))
        _line(painter, left, Qt.AlignmentFlag.AlignBottom, figures(row))
        painter.restore()

    def _draw(self, painter: QPainter, box: QRectF, row: TakeRow) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = (row.kept.path, row.stamp, round(box.width()), ratio, theme.current().name)
        picture = self._pictures.get(key)
        if picture is None:
            if len(self._pictures) >= _PICTURES:
                self._pictures.clear()
            picture = QPixmap(box.size().toSize() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(picture)
            paint_take(inner, QRectF(0, 0, box.width(), box.height()), row)
            inner.end()
            self._pictures[key] = picture
        painter.drawPixmap(box.topLeft(), picture)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line over the name."""
        editor = QLineEdit(parent)
        editor.setAccessibleName("Name of the take")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the name."""
        rect = _rect(option)
        editor.setGeometry(QRect(rect.x() + 8, rect.y() + 3, round(rect.width() * 0.55), 28))


class TakeList(QListView):
    """Choose, rename (F2), delete (Del) and play (Enter) takes.

    Signals: `chosen()` when other takes are chosen, `delete_asked()`, `play_asked()`,
    `menu_asked(QPoint)` at a global place.
    """

    chosen = Signal()
    delete_asked = Signal()
    play_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.takes = TakeModel()
        self.setModel(self.takes)
        self._delegate = _Delegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Takes")
        self.setProperty("kind", "cards")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.doubleClicked.connect(self._double_clicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_at)
        self.selectionModel().selectionChanged.connect(self._selection_changed)

    @property
    def chosen_rows(self) -> tuple[TakeRow, ...]:
        """The takes that are chosen, in the order of the list."""
        picked = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self.takes.rows[at] for at in picked)

    def show_rows(self, rows: Sequence[TakeRow], choose: Sequence[Path] = ()) -> None:
        """Show other takes, with those of `choose` chosen, else those that were."""
        wanted = set(choose) or {row.kept.path for row in self.chosen_rows}
        at = max(0, self.currentIndex().row())
        self.takes.set_rows(rows)
        found = [index for index, row in enumerate(rows) if row.kept.path in wanted]
        if not found and rows:
            found = [min(at, len(rows) - 1)]
        flags = QItemSelectionModel.SelectionFlag
        for number, index in enumerate(found):
            model = self.takes.index(index)
            self.selectionModel().select(model, flags.Select)
            if number == 0:
                self.selectionModel().setCurrentIndex(model, flags.NoUpdate)
                self.scrollTo(model)
        self.chosen.emit()

    def show_playing(self, path: Path | None) -> None:
        """Mark the take that is played."""
        self._delegate.playing = path
        self.viewport().update()

    def rename(self) -> None:
        """Let the current take be renamed in place."""
        if self.currentIndex().isValid():
            self.edit(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del deletes, Enter plays; all else as lists do."""
        if event.key() in ENTER and self.state() != QAbstractItemView.State.EditingState:
            self.play_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)

    def _double_clicked(self, _index: QModelIndex) -> None:
        self.play_asked.emit()

    def _menu_at(self, at: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(at))

    def _selection_changed(self) -> None:
        self.chosen.emit()


def _line(painter: QPainter, box: QRectF, at: Qt.AlignmentFlag, text: str) -> None:
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, at | Qt.AlignmentFlag.AlignLeft, shown)


def _rect(option: Any) -> QRect:
    """PySide's stubs do not know the attributes of options."""
    rect: QRect = option.rect
    return rect


def _state(option: Any) -> QStyle.StateFlag:
    state: QStyle.StateFlag = option.state
    return state
