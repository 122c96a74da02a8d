"""Colours, fonts and the style sheet: one dark and one light palette.

Every drum has one colour, taken from the hues of Okabe and Ito that colour-blind eyes keep
apart; violet is kept for the drummer and everything it made.  Text on its ground has a contrast
of 4.5:1 or better in both palettes, marks that carry meaning 3:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from drumstudio import paths
from drumstudio.domain.drums import Drum
from drumstudio.log import LOGGER

FONT_FAMILY = "Inter"
FONT_PIXELS = 13


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette; every colour is a `#rrggbb` string.

    `window` is the ground, `panel` bars and side panels, `raised` buttons and cards, `field`
    sunken inputs.  `accent` is the drummer's violet as ground (white text stands on it),
    `accent_text` the same as text or thin line.  `cell_*` are the grid's grounds: on and off
    the even beats, `made_*` the same in the drummer's continuation.  `drums[drum]` colours hits.
    """

    name: str
    dark: bool
    window: str
    panel: str
    raised: str
    hover: str
    field: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_faint: str
    accent: str
    accent_hover: str
    accent_ground: str
    accent_text: str
    on_accent: str
    primer: str
    go: str
    go_ground: str
    warn: str
    bad: str
    on_lit: str
    cell_even: str
    cell_odd: str
    made_even: str
    made_odd: str
    hatch: str
    bar_line: str
    playhead: str
    focus: str
    selection: str
    drums: tuple[str, ...]

    def drum(self, drum: Drum) -> QColor:
        """Colour of `drum`."""
        return QColor(self.drums[drum])


# Order of Drum: kick, snare, closed and open hat, low, mid and high tom, crash, ride.
DARK = Theme(
    name="dark", dark=True,
    window="#14161b", panel="#1a1d24", raised="#262c36", hover="#303744", field="#0e1014",
    border="#2b313c", border_strong="#434b59",
    text="#e9ecf1", text_muted="#a3aab6", text_faint="#8d95a2",
    accent="#7559e8", accent_hover="#6f53e6", accent_ground="#272338", accent_text="#a995fb",
    on_accent="#ffffff", primer="#5b9bf3", go="#4fce84", go_ground="#2d6a48", warn="#e6b143", bad="#f26d6d",
    on_lit="#14161b",
    cell_even="#252b35", cell_odd="#1d2129", made_even="#2d2841", made_odd="#252136", hatch="#443c68",
    bar_line="#4a5261", playhead="#ffffff", focus="#ffffff", selection="#6fb7ff",
    drums=("#5b9bf3", "#f2825e", "#4fb0bd", "#5fb894", "#b9699c", "#c981b0", "#dc9dc6", "#ecbc4a", "#d98e34"),
)  # fmt: skip
LIGHT = Theme(
    name="light", dark=False,
    window="#f3f4f7", panel="#ffffff", raised="#e6e9ef", hover="#d9dde6", field="#ffffff",
    border="#cfd4dd", border_strong="#9aa2b0",
    text="#171a20", text_muted="#4d5563", text_faint="#5a6270",
    accent="#6a4fe0", accent_hover="#5b40d2", accent_ground="#e9e4fd", accent_text="#5a3fd0",
    on_accent="#ffffff", primer="#1f62c4", go="#13703f", go_ground="#bfe8d0", warn="#8a5c00", bad="#c2302f",
    on_lit="#ffffff",
    cell_even="#dde1e8", cell_odd="#e8ebf0", made_even="#d8d0f6", made_odd="#e2dcf9", hatch="#b3a4ec",
    bar_line="#a3abb9", playhead="#171a20", focus="#171a20", selection="#1264c4",
    drums=("#1f62c4", "#b8431a", "#0b6b7a", "#0c7050", "#8f3a72", "#9a4a80", "#a2578b", "#7d5a00", "#95520a"),
)  # fmt: skip
THEMES: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT)}

_state: dict[str, Theme] = {"current": DARK}


def current() -> Theme:
    """The palette in use; widgets that paint ask for it when they paint."""
    return _state["current"]


def load_fonts() -> str:
    """Make the shipped faces known to Qt; the family to use, Qt's own where they are missing."""
    if FONT_FAMILY not in QFontDatabase.families():
        for path in sorted((paths.resources() / "fonts").glob("*.otf")):
            if QFontDatabase.addApplicationFont(str(path)) < 0:
                LOGGER.warning("the font %s cannot be read; another face stands in for it", path)
    if FONT_FAMILY in QFontDatabase.families():
        return FONT_FAMILY
    return QFontInfo(QFont()).family()


def font(
    pixels: int = FONT_PIXELS, weight: QFont.Weight = QFont.Weight.Normal, spacing: float = 0.0
) -> QFont:
    """The program's face at `pixels` height, with `spacing` pixels added between letters."""
    made = QFont(FONT_FAMILY if FONT_FAMILY in QFontDatabase.families() else QFont().family())
    made.setPixelSize(pixels)
    made.setWeight(weight)
    if spacing:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return made


def apply(app: QApplication, name: str = "dark") -> Theme:
    """Dress the application in theme `name`; "system" follows the desktop's own scheme."""
    if name == "system":
        dark = app.palette().color(QPalette.ColorRole.Window).lightness() < 128
        name = "dark" if dark else "light"
    theme = THEMES.get(name, DARK)
    _state["current"] = theme
    load_fonts()
    app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(stylesheet(theme))
    return theme


def qt_palette(theme: Theme) -> QPalette:
    """Qt's palette for what the style sheet does not reach."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.field,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.text_faint,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.Link: theme.accent_text,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.text_faint))
    return palette


def stylesheet(theme: Theme) -> str:
    """Style sheet of the whole window.

    Widgets choose their look by properties: `kind` = "primary" | "go" | "quiet" | "danger" on
    buttons, `role` = "caption" | "muted" | "title" | "value" on labels, `card` = true (and
    `lit` = true for the chosen one) on frames, `panel` = true on bars and side panels.
    """
    values = {
        slot: value
        for slot in Theme.__slots__  # every colour by its name in the sheet
        if isinstance(value := getattr(theme, slot), str)
    }
    icons = paths.resources() / "icons"
    values["arrow"] = (icons / f"right-{theme.name}.svg").as_posix()
    values["arrow_lit"] = (icons / "right-lit.svg").as_posix()
    values["check"] = (icons / "check.svg").as_posix()
    return _SHEET.substitute(values)


_SHEET = Template("""
QWidget { color: $text; font-size: 13px; }
QMainWindow, QDialog, QMessageBox { background: $window; }
QFrame[panel="true"], QWidget[panel="true"] { background: $panel; }
QFrame[card="true"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[card="true"][lit="true"] { background: $accent_ground; border-color: $accent_text; }
QFrame[field="true"] { background: $field; border: 1px solid $border; border-radius: 7px; }

QLabel { background: transparent; }
QLabel[role="caption"] { color: $text_muted; font-size: 10px; letter-spacing: 0.6px; }
QLabel[role="muted"] { color: $text_muted; font-size: 11px; }
QLabel[role="title"] { font-size: 14px; font-weight: 600; }
QLabel[role="value"] { font-size: 18px; font-weight: 600; }
QLabel[role="error"] { color: $bad; }
QLabel:disabled { color: $text_faint; }

QPushButton, QToolButton { background: $raised; color: $text; border: 1px solid transparent;
  border-radius: 6px; padding: 5px 10px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $border_strong; }
QPushButton:checked, QToolButton:checked { background: $hover; border-color: $border_strong; }
QPushButton:focus, QToolButton:focus { border: 1px solid $focus; }
QPushButton:disabled, QToolButton:disabled { color: $text_faint; background: $panel; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { background: transparent; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $raised; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; font-weight: 600; font-size: 14px;
  border-radius: 8px; padding: 9px 14px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:disabled { background: $accent_ground; color: $text_faint; }
QPushButton[kind="primary"]:focus { border: 2px solid $focus; }
QPushButton[kind="go"], QToolButton[kind="go"] { background: $go_ground; color: $text; }
QPushButton[kind="danger"] { color: $bad; }
QToolButton[kind="tab"] { background: transparent; color: $text_muted; font-size: 11px; padding: 2px 4px; }
QToolButton[kind="tab"]:hover { background: $panel; color: $text; }
QToolButton[kind="tab"]:checked { background: $raised; color: $text; border-color: transparent; }
QToolButton[kind="tab"]:focus { border-color: $focus; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit { background: $field;
  border: 1px solid $border; border-radius: 6px; padding: 4px 8px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus { border-color: $focus; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border_strong; outline: none;
  selection-background-color: $accent; selection-color: $on_accent; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { background: $accent_text; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: $text; border: 1px solid $window; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; }
QSlider::sub-page:horizontal:disabled { background: $border_strong; }
QSlider::handle:horizontal:disabled { background: $border_strong; }

QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator, QTableView::indicator { width: 14px; height: 14px; border-radius: 4px;
  border: 1px solid $border_strong; background: $field; }
QCheckBox::indicator:checked, QTableView::indicator:checked { background: $accent;
  border-color: $accent_text; image: url("$check"); }
QCheckBox:focus::indicator { border-color: $focus; }

QProgressBar { background: $border; border: none; border-radius: 2px; max-height: 4px; color: transparent; }
QProgressBar::chunk { background: $accent_text; border-radius: 2px; }

QMenuBar { background: $field; color: $text; padding: 1px 6px; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $panel; border: 1px solid $border_strong; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $text_faint; }
QMenu::right-arrow { image: url("$arrow"); width: 10px; height: 10px; margin-right: 8px; }
QMenu::right-arrow:selected { image: url("$arrow_lit"); }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong; padding: 4px 6px; }
QStatusBar { background: $field; color: $text_muted; }
QStatusBar QLabel { color: $text_muted; font-size: 11px; }
QStatusBar::item { border: none; }

QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; margin: 1px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:hover { background: $text_faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea, QAbstractScrollArea { background: transparent; border: none; }

QListView, QTreeView, QTableView { background: $panel; border: 1px solid $border; border-radius: 6px;
  alternate-background-color: $window; gridline-color: $border;
  selection-background-color: $accent_ground; selection-color: $text; }
QTableView::item { padding: 0 7px; }
QHeaderView::section { background: $raised; color: $text_muted; border: none; padding: 5px 8px; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 6px 14px; border-radius: 6px;
  border: 1px solid transparent; margin-right: 4px; }
QTabBar::tab:hover { background: $raised; }
QTabBar::tab:selected { background: $raised; color: $text; }
QTabBar::tab:focus { border-color: $focus; }
QTabWidget::pane { border: none; }
QSplitter::handle { background: $border; }
""")
