"""The menu bar.  Every entry does something; keys come from the one key table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.shortcuts import Keymap


class Menus(QObject):
    """Builds menus and keeps their actions by name of the key table.

    Actions that the grid does itself while it has the focus carry no key of their own here: it
    is written beside them only.
    """

    def __init__(self, bar: QMenuBar, keymap: Keymap, grid: GridPanel) -> None:
        super().__init__(bar)
        self._bar, self._keymap, self._grid = bar, keymap, grid
        self.actions: dict[str, QAction] = {}
        self._of_grid: list[tuple[str, str, QAction]] = []
        keymap.changed.connect(self._rekey)

    def menu(self, title: str) -> QMenu:
        """Add a menu to the bar."""
        menu = self._bar.addMenu(title)
        menu.setToolTipsVisible(True)
        return menu

    def add(self, menu: QMenu, text: str, does: Callable[[], object], name: str = "") -> QAction:
        """Add an entry that does `does`, with the keys of `name`."""
        action = QAction(text, self._bar)
        action.triggered.connect(partial(_call, does))
        menu.addAction(action)
        if name:
            self._bind(name, action)
        return action

    def add_grid(self, menu: QMenu, text: str, name: str) -> QAction:
        """Add an entry for something the grid does; it has the key while it has the focus."""
        action = QAction(f"{text}\t{self._keymap.label(name)}", self._bar)
        self._of_grid.append((text, name, action))
        action.triggered.connect(partial(_call, partial(self._grid.run, name)))
        menu.addAction(action)
        return action

    def add_hidden(self, name: str, does: Callable[[], object]) -> QAction:
        """An action with keys that stands in no menu."""
        action = QAction(name, self._bar)
        action.triggered.connect(partial(_call, does))
        window = self._bar.window()
        window.addAction(action)
        self._bind(name, action)
        return action

    def add_toggle(
        self, menu: QMenu, text: str, on: bool, does: Callable[[bool], object], name: str = ""
    ) -> QAction:
        """Add an entry that is on or off, with the keys of `name`."""
        action = QAction(text, self._bar)
        action.setCheckable(True)
        action.setChecked(on)
        action.toggled.connect(does)
        menu.addAction(action)
        if name:
            self._bind(name, action)
        return action

    def add_choice(
        self, menu: QMenu, options: list[tuple[str, str]], chosen: str, does: Callable[[str], object]
    ) -> QActionGroup:
        """Add entries (label, value) of which one is chosen."""
        group = QActionGroup(menu)
        for label, value in options:
            action = QAction(label.replace("&", "&&"), group)
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(partial(_call, partial(does, value)))
            menu.addAction(action)
        return group

    def _bind(self, name: str, action: QAction) -> None:
        self.actions[name] = action
        action.setShortcuts(self._keymap.sequences(name))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)

    def _rekey(self) -> None:
        for name, action in self.actions.items():
            action.setShortcuts(self._keymap.sequences(name))
        for text, name, action in self._of_grid:
            action.setText(f"{text}\t{self._keymap.label(name)}")


def fill_recent(
    menu: QMenu, paths: list[str], open_path: Callable[[Path], object], clear: Callable[[], object]
) -> None:
    """Fill the menu of recent projects."""
    menu.clear()
    for number, name in enumerate(paths, 1):
        path = Path(name)
        label = f"{path.name}   {path.parent}".replace("&", "&&")
        action = menu.addAction(f"&{number % 10} {label}")
        action.triggered.connect(partial(_call, partial(open_path, path)))
    if paths:
        menu.addSeparator()
        menu.addAction("Clear the list").triggered.connect(partial(_call, clear))
    menu.setEnabled(bool(paths))


def _call(does: Callable[[], object], _checked: bool = False) -> None:
    does()
