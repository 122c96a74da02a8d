"""The pages of the window: a row of tabs, and below it the page that is in front."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from drumstudio.ui.desk import Desk

SEQUENCER = "sequencer"


class Page(QWidget):
    """A page beside the sequencer; `name` is known to the desk, `title` stands on its tab."""

    name = ""
    title = ""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setAccessibleName(self.title)

    def begin(self) -> None:
        """Take up files and processes; called once, when the window stands."""

    def come_up(self) -> None:
        """Called whenever the page comes to the front."""

    def dismiss(self) -> bool:
        """What Esc does while the page is in front; whether there was anything to dismiss."""
        return False

    def close_down(self) -> None:
        """End threads and processes; called once, when the window closes."""


class Pages(QWidget):
    """Tabs over pages; the sequencer is the first.

    `tools` is the room to the right of the tabs, which belongs to the sequencer.  Signals:
    `changed(name)` when another page is in front.
    """

    changed = Signal(str)

    def __init__(self, sequencer: QWidget, tools: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self._names = [SEQUENCER]
        self._pages: dict[str, Page] = {}
        self._stack = QStackedWidget()
        self._stack.addWidget(sequencer)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(14, 8, 0, 0)
        self._row.setSpacing(4)
        self.tabs: dict[str, QPushButton] = {}
        self._tab_row = QHBoxLayout()
        self._tab_row.setSpacing(4)
        self._row.addLayout(self._tab_row)
        self._row.addWidget(tools, 1)
        self._row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self._stack, 1)
        self._add_tab(SEQUENCER, "Sequencer")
        self.tabs[SEQUENCER].setChecked(True)

    @property
    def current(self) -> str:
        """Name of the page in front."""
        return self._names[self._stack.currentIndex()]

    @property
    def page(self) -> Page | None:
        """The page in front; None for the sequencer."""
        return self._pages.get(self.current)

    def all(self) -> tuple[Page, ...]:
        """Every page beside the sequencer."""
        return tuple(self._pages.values())

    def add(self, page: Page) -> None:
        """Add a page after those there are."""
        self._names.append(page.name)
        self._pages[page.name] = page
        self._stack.addWidget(page)
        self._add_tab(page.name, page.title)

    def show_page(self, name: str) -> None:
        """Bring page `name` to the front."""
        if name == self.current:
            self.tabs[name].setChecked(True)
            return
        for each, tab in self.tabs.items():
            tab.setChecked(each == name)
        self._stack.setCurrentIndex(self._names.index(name))
        self._tools.setVisible(name == SEQUENCER)
        self._row.setStretch(2, 0 if name == SEQUENCER else 1)
        page = self.page
        if page is not None:
            page.setFocus()
            page.come_up()
        self.changed.emit(name)

    def _add_tab(self, name: str, title: str) -> None:
        tab = QPushButton(title)
        tab.setProperty("kind", "page")
        tab.setCheckable(True)
        tab.setAutoDefault(True)
        tab.setFixedHeight(30)
        tab.setAccessibleName(f"{title} page")
        tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        tab.clicked.connect(partial(self._clicked, name))
        self.tabs[name] = tab
        self._tab_row.addWidget(tab)

    def _clicked(self, name: str) -> None:
        self.show_page(name)
