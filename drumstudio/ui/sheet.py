"""Style of the window's own pieces, over the general sheet of the theme."""

from __future__ import annotations

from string import Template

from drumstudio.ui.theme import Theme


def shell_sheet(theme: Theme) -> str:
    """Style sheet for the main window."""
    values = {slot: value for slot in Theme.__slots__ if isinstance(value := getattr(theme, slot), str)}
    return _SHEET.substitute(values)


_SHEET = Template("""
QFrame[panel="true"][edge="bottom"] { border: none; border-bottom: 1px solid $border; }
QFrame[panel="true"][edge="left"] { border: none; border-left: 1px solid $border; }
QFrame[status="true"] { background: $field; border: none; border-top: 1px solid $border; }
QFrame[banner="true"] { background: $accent_ground; border: none; border-bottom: 1px solid $accent_text; }
QFrame[banner="true"][kind="error"] { border-bottom: 1px solid $bad; background: $raised; }
QWidget#cards, QWidget#empty, QWidget#keys, QWidget#slots { background: transparent; }

QFrame[card="true"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[card="true"][lit="true"] { background: $accent_ground; border: 1px solid $accent_text; }
QFrame[card="true"][lit="true"][focused="true"] { border: 1px solid $focus; }
QTableView:focus { border-color: $focus; }
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: $text_faint; }
QTextBrowser[kind="bare"] { background: transparent; border: 1px solid transparent; padding: 0; }
QTextBrowser[kind="bare"]:focus { border-color: $focus; }
QLabel[role="badge"] { background: $field; color: $text; border-radius: 5px; }
QLabel[role="wish"] { font-size: 20px; font-weight: 600; }
QLabel[role="hint"] { color: $text_muted; }
QLabel[role="code"] { color: $text; background: $field; border-radius: 6px; padding: 6px 8px;
  font-family: monospace; font-size: 12px; }
QLabel[role="key"] { color: $text; background: $raised; border: 1px solid $border_strong; border-radius: 4px;
  padding: 1px 6px; font-size: 12px; }
QPushButton[kind="key"] { background: $raised; border: 1px solid $border_strong; border-radius: 4px;
  padding: 1px 6px; font-size: 12px; }
QPushButton[kind="key"]:hover { background: $border_strong; }
QPushButton[kind="key"][waiting="true"] { background: $accent; color: $on_accent;
  border-color: $accent_text; }
QPushButton[kind="key"]:focus { border: 1px solid $focus; }
QUndoView { background: $panel; border: 1px solid $border; border-radius: 6px; padding: 4px; outline: none; }
QUndoView::item { padding: 5px 8px; border-radius: 4px; color: $text; }
QUndoView::item:hover { background: $raised; }
QUndoView::item:selected { background: $accent; color: $on_accent; }
QLabel[role="section"] { color: $accent_text; font-weight: 600; }

QFrame[pane="true"] { background: $panel; border: 1px solid $border; border-radius: 8px; }
QLabel#overlay { background: rgba(39, 35, 56, 225); border: 2px dashed $accent_text; border-radius: 8px;
  color: $on_accent; font-size: 18px; font-weight: 600; }
QLineEdit[kind="small"] { padding: 1px 6px; border-radius: 5px; font-size: 12px; }

QPushButton[kind="small"] { background: $hover; border-radius: 6px; padding: 2px 10px; font-size: 12px; }
QPushButton[kind="small"]:hover { background: $border_strong; }
QPushButton[kind="small"]:disabled { background: $raised; color: $text_faint; }
QPushButton[kind="go"] { padding: 2px 10px; font-size: 12px; }
QPushButton[kind="go"]:disabled { background: $panel; color: $text_faint; }
QTreeView[kind="answers"] { background: $window; }
QTreeView[kind="answers"]::item { height: 22px; }
QPushButton[kind="tiny"] { background: $raised; border-radius: 5px; padding: 1px 8px; font-size: 11px; }
QPushButton[kind="tiny"]:hover { background: $hover; }
QPushButton[kind="tap"] { background: $field; border: 1px solid $border; border-radius: 7px; padding: 0;
  color: $text_muted; font-size: 11px; font-weight: 600; }
QPushButton[kind="tap"]:hover { border-color: $border_strong; color: $text; }
QPushButton[kind="tap"]:pressed { background: $hover; }
QPushButton[kind="page"] { background: $panel; border: 1px solid transparent; border-radius: 7px;
  padding: 0 12px; color: $text_muted; }
QPushButton[kind="page"]:hover { background: $raised; color: $text; }
QPushButton[kind="page"]:checked { background: $hover; color: $text; border-color: transparent; }
QPushButton[kind="page"]:focus { border: 1px solid $focus; }
QPushButton[kind="slot"] { background: transparent; border: 1px solid transparent; border-radius: 7px;
  padding: 0; font-weight: 500; color: $text_muted; }
QPushButton[kind="slot"]:hover { background: $raised; color: $text; }
QPushButton[kind="slot"][filled="true"] { background: $panel; color: $text; }
QPushButton[kind="slot"]:checked { background: $hover; color: $text; border-color: $border_strong; }
QPushButton[kind="go"]:focus, QPushButton[kind="small"]:focus, QPushButton[kind="tiny"]:focus,
QPushButton[kind="tap"]:focus, QPushButton[kind="slot"]:focus { border: 1px solid $focus; }
QSlider[kind="level"]::sub-page:horizontal { background: $go; }
""")
