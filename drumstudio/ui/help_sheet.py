"""The F1 sheet: every key, to be read and to be changed, and what the mouse does."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from drumstudio.ui import theme
from drumstudio.ui.layouts import restyle
from drumstudio.ui.sheet import shell_sheet
from drumstudio.ui.shortcuts import FIXED, SHORTCUTS, Keymap, Shortcut, pressed_key, written

_COLUMNS = 3
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NOTE = "Click a key, or Enter on it, then press the one you want. Its menu adds, removes and resets."


class KeyCap(QPushButton):
    """One key of an action; pressing it waits for another.  `place` beyond the keys adds one.

    Signals: `taken(str)` with the key pressed, `menu_asked(QPoint)` in global pixels,
    `waiting_changed(bool)`.
    """

    taken = Signal(str)
    menu_asked = Signal(QPoint)
    waiting_changed = Signal(bool)

    def __init__(self, shortcut: Shortcut, key: str, place: int) -> None:
        super().__init__()
        self.entry, self.key, self.place = shortcut, key, place
        self._waiting = False
        self.setProperty("kind", "key")
        self.setAutoDefault(False)
        self.setAccessibleName(f"{shortcut.text}: {written(key) or 'no key'}")
        self.setToolTip("Click, then press another key")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.clicked.connect(self.wait)
        self._show()

    @property
    def waiting(self) -> bool:
        """Whether the next key pressed is the new one."""
        return self._waiting

    def wait(self) -> None:
        """Take the next key that is pressed; Esc leaves it as it was."""
        self._set_waiting(True)

    def _set_waiting(self, waiting: bool) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self._show()
            self.waiting_changed.emit(waiting)

    def _show(self) -> None:
        restyle(self, "waiting", self._waiting)
        self.setText("press a key" if self._waiting else written(self.key) or "none")

    def _ask_menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.mapToGlobal(at))

    def event(self, event: QEvent) -> bool:
        """While waiting, every key is ours: Tab, Esc and the program's own included."""
        if self._waiting and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._press(event)
                return True
        return super().event(event)

    def _press(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self._set_waiting(False)
        elif key := pressed_key(event.keyCombination(), event.text()):
            self._set_waiting(False)
            self.taken.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins to wait."""
        if event.key() in _ENTER:
            self.wait()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever goes elsewhere wants no other key."""
        super().focusOutEvent(event)
        self._set_waiting(False)


class HelpSheet(QDialog):
    """Does not stand in the way: the window goes on working beside it; Esc or F1 closes it."""

    def __init__(self, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._offer: tuple[str, int, str] | None = None
        self.caps: list[KeyCap] = []
        self._rows: dict[str, QHBoxLayout] = {}
        self.setWindowTitle("Keys and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(shell_sheet(theme.current()))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._table())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._foot())
        for keys in keymap.sequences("help"):
            QShortcut(keys, self, self.close)
        keymap.changed.connect(self._refill)
        self._refill()
        screen = self.screen().availableGeometry()
        self.resize(min(1220, screen.width() - 40), min(800, screen.height() - 60))

    # -- what stands on it

    def _table(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("keys")
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(20, 16, 20, 16)
        columns.setSpacing(28)
        groups: dict[str, list[Shortcut]] = {}
        for shortcut in SHORTCUTS:
            groups.setdefault(shortcut.group, []).append(shortcut)
        stacks = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for name, shortcuts in groups.items():
            column = heights.index(min(heights))
            heights[column] += len(shortcuts) + 2
            stacks[column].addWidget(self._group(name, shortcuts))
        for name, rows in FIXED:
            column = heights.index(min(heights))
            heights[column] += len(rows) + 2
            stacks[column].addWidget(self._fixed(name, rows))
        for stack in stacks:
            stack.setSpacing(14)
            stack.addStretch(1)
            columns.addLayout(stack, 1)
        return inside

    def _group(self, name: str, shortcuts: list[Shortcut]) -> QWidget:
        box, grid = _titled(name)
        for row, shortcut in enumerate(shortcuts, 1):
            grid.addWidget(QLabel(shortcut.text), row, 0)
            keys = QHBoxLayout()
            keys.setSpacing(4)
            self._rows[shortcut.name] = keys
            grid.addLayout(keys, row, 1, Qt.AlignmentFlag.AlignRight)
        return box

    @staticmethod
    def _fixed(name: str, rows: list[tuple[str, str]]) -> QWidget:
        box, grid = _titled(name)
        for row, (text, keys) in enumerate(rows, 1):
            grid.addWidget(QLabel(text), row, 0)
            key = QLabel(keys)
            key.setProperty("role", "key")
            grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignRight)
        return box

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setProperty("panel", True)
        self.note = QLabel(_NOTE)
        self.note.setWordWrap(True)
        self.note.setAccessibleName("About the keys")
        self.take_over = QPushButton("Take it over")
        self.leave = QPushButton("Leave it")
        self.reset = QPushButton("Reset all keys")
        self.take_over.clicked.connect(self._take_over)
        self.leave.clicked.connect(self._withdraw)
        self.reset.clicked.connect(self._keymap.reset)
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 8, 20, 8)
        row.addWidget(self.note, 1)
        for button in (self.take_over, self.leave, self.reset):
            button.setProperty("kind", "small")
            button.setAutoDefault(True)
            button.setDefault(False)
            row.addWidget(button)
        self._withdraw()
        return foot

    def _refill(self) -> None:
        """Show the keys in force, the focus staying where it was."""
        focused = self.focusWidget()
        kept = (focused.entry.name, focused.place) if isinstance(focused, KeyCap) else None
        for cap in self.caps:
            cap.hide()
            cap.deleteLater()
        self.caps = []
        for shortcut in SHORTCUTS:
            row = self._rows[shortcut.name]
            for place, key in enumerate(self._keymap.keys(shortcut.name) or ("",)):
                cap = KeyCap(shortcut, key, place)
                self._add(cap, row)
                if kept == (shortcut.name, place):
                    cap.setFocus()
        self.reset.setEnabled(not all(self._keymap.is_default(shortcut.name) for shortcut in SHORTCUTS))
        self._withdraw()

    def _add(self, cap: KeyCap, row: QHBoxLayout) -> None:
        cap.taken.connect(partial(self._taken, cap))
        cap.menu_asked.connect(partial(self._open_menu, cap))
        cap.waiting_changed.connect(partial(self._waits, cap))
        self.caps.append(cap)
        row.addWidget(cap)

    def cap(self, name: str, place: int = 0) -> KeyCap:
        """The cap of a key of action `name`."""
        return next(cap for cap in self.caps if (cap.entry.name, cap.place) == (name, place))

    # -- changing

    def _waits(self, cap: KeyCap, waiting: bool) -> None:
        self._withdraw()
        if waiting:
            self.note.setText(f"Press the key for “{cap.entry.text}”; Esc leaves it as it is.")

    def _taken(self, cap: KeyCap, key: str) -> None:
        owner = self._keymap.owner(key)
        if owner is None:
            self._keymap.replace_key(cap.entry.name, cap.place, key)
        elif owner != cap.entry.name:
            other = next(shortcut for shortcut in SHORTCUTS if shortcut.name == owner)
            self._offer = (cap.entry.name, cap.place, key)
            self.note.setText(
                f"{written(key)} is the key of “{other.text}”. "
                f"Take it over for “{cap.entry.text}”, or leave it there?"
            )
            self.take_over.show()
            self.leave.show()
            self.take_over.setFocus()

    def _take_over(self) -> None:
        if self._offer is not None:
            self._keymap.replace_key(*self._offer)

    def _withdraw(self) -> None:
        self._offer = None
        self.take_over.hide()
        self.leave.hide()
        self.note.setText(_NOTE)

    def menu(self, cap: KeyCap) -> QMenu:
        """What can be done with the keys of an action."""
        name, menu = cap.entry.name, QMenu(self)
        menu.addAction("Change").triggered.connect(cap.wait)
        more = menu.addAction("Add another key")
        more.setEnabled(bool(cap.key))
        more.triggered.connect(partial(self._add_another, cap))
        gone = menu.addAction("Remove this key")
        gone.setEnabled(bool(cap.key))
        gone.triggered.connect(lambda: self._keymap.remove_key(name, cap.place))
        menu.addSeparator()
        back = menu.addAction("Back to its own keys")
        back.setEnabled(not self._keymap.is_default(name))
        back.triggered.connect(lambda: self._keymap.set_keys(name, cap.entry.keys))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self, cap: KeyCap, at: QPoint) -> None:
        self.menu(cap).popup(at)

    def _add_another(self, cap: KeyCap) -> None:
        name = cap.entry.name
        added = KeyCap(cap.entry, "", len(self._keymap.keys(name)))
        self._add(added, self._rows[name])
        added.show()
        added.setFocus()
        added.wait()


def _titled(name: str) -> tuple[QWidget, QGridLayout]:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    title = QLabel(name)
    title.setProperty("role", "section")
    grid.addWidget(title, 0, 0, 1, 2)
    return box, grid
