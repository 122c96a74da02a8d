"""Every action that has a key: names, default keys, the user's own keys, the cheat sheet.

Keys are written as Qt's portable text ("Ctrl+Shift+Z"); on a Mac Qt reads Ctrl as Command.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from drumstudio.settings import Settings

_SETTING = "keys"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An action: `name` in code and settings, `text` for people, default `keys`."""

    name: str
    group: str
    text: str
    keys: tuple[str, ...]


def _group(group: str, *rows: tuple[str, str, str]) -> tuple[Shortcut, ...]:
    return tuple(Shortcut(name, group, text, tuple(keys.split())) for name, text, keys in rows)


SHORTCUTS: tuple[Shortcut, ...] = (
    *_group(
        "Play",
        ("play", "Play or stop", "Space"),
        ("to_start", "Back to the start", "Backspace"),
        ("record", "Record", "R"),
        ("loop", "Loop on or off", "Ctrl+L"),
        ("click", "Click on or off", "K"),
        ("tap_tempo", "Tap the tempo", "T"),
        ("tempo_up", "Faster", "+ ="),
        ("tempo_down", "Slower", "-"),
        ("panic", "Panic: silence everything", "F12"),
    ),
    *_group(
        "Drummer",
        ("continue", "Continue", "Ctrl+Return Ctrl+Enter"),
        ("complete", "Complete the bars", "Ctrl+R"),
        ("dress", "Dress taps", "Ctrl+T"),
        ("dismiss", "Cancel or dismiss", "Esc"),
        ("next_candidate", "Next continuation", "Ctrl+Down"),
        ("previous_candidate", "Previous continuation", "Ctrl+Up"),
        ("insert", "Insert the continuation", "Ctrl+I"),
        ("keep", "Keep the continuation in the project", "Ctrl+K"),
        ("seam", "Put the seam at this bar, or take it away", "Ctrl+Shift+B"),
        ("regenerate", "Regenerate from this bar", "Ctrl+Shift+Return Ctrl+Shift+Enter"),
    ),
    *_group(
        "Move",
        ("left", "One step left", "Left"),
        ("right", "One step right", "Right"),
        ("up", "One row up", "Up"),
        ("down", "One row down", "Down"),
        ("row_start", "First step", "Home"),
        ("row_end", "Last step", "End"),
        ("bar_left", "One bar back", "PgUp"),
        ("bar_right", "One bar on", "PgDown"),
    ),
    *_group(
        "Select (Shift with any move)",
        ("extend_left", "Extend left", "Shift+Left"),
        ("extend_right", "Extend right", "Shift+Right"),
        ("extend_up", "Extend up", "Shift+Up"),
        ("extend_down", "Extend down", "Shift+Down"),
        ("extend_row_start", "Extend to the first step", "Shift+Home"),
        ("extend_row_end", "Extend to the last step", "Shift+End"),
        ("extend_bar_left", "Extend by a bar back", "Shift+PgUp"),
        ("extend_bar_right", "Extend by a bar on", "Shift+PgDown"),
        ("select_all", "Select everything", "Ctrl+A"),
        ("select_none", "Select nothing", "Ctrl+Shift+A"),
    ),
    *_group(
        "Edit",
        ("toggle", "Place or clear a hit", "Return Enter"),
        ("delete", "Clear the selection", "Del"),
        ("undo", "Undo", "Ctrl+Z"),
        ("redo", "Redo", "Ctrl+Shift+Z Ctrl+Y"),
        ("history", "History", "Ctrl+H"),
        ("cut", "Cut", "Ctrl+X"),
        ("copy", "Copy", "Ctrl+C"),
        ("paste", "Paste at the cell", "Ctrl+V"),
        ("duplicate", "Repeat the selection after itself", "Ctrl+D"),
        ("louder", "Louder", "] Alt+Up"),
        ("softer", "Softer", "[ Alt+Down"),
        ("later", "A little later", "Alt+Right"),
        ("earlier", "A little earlier", "Alt+Left"),
        ("humanise", "Humanise", "H"),
    ),
    *_group(
        "Row",
        ("audition", "Hear the drum", "A"),
        ("mute", "Mute the row", "M"),
        ("solo", "Solo the row", "S"),
        ("lock", "Lock the row or selection", "L"),
        ("next_property", "Velocity, timing or chance in the lane", "P"),
        ("row_menu", "Menu of the row or selection", "Shift+F10"),
    ),
    *_group(
        "Bar, and locks against the drummer",
        ("lock_bar", "Lock the bar", "Shift+L"),
        ("fill_bar", "Mark the bar for a fill", "F"),
        ("unlock_all", "Unlock everything", "Ctrl+Shift+L"),
    ),
    *_group(
        "File and window",
        ("new", "New project", "Ctrl+N"),
        ("open", "Open", "Ctrl+O"),
        ("save", "Save", "Ctrl+S"),
        ("save_as", "Save as", "Ctrl+Shift+S"),
        ("import_midi", "Import MIDI", "Ctrl+Shift+I"),
        ("export_midi", "Export MIDI", "Ctrl+E"),
        ("export_wav", "Export WAV", "Ctrl+Shift+E"),
        ("page_sequencer", "Sequencer", "Ctrl+1"),
        ("page_takes", "Takes", "Ctrl+2"),
        ("page_data", "Data", "Ctrl+3"),
        ("page_training", "Training", "Ctrl+4"),
        ("page_models", "Models", "Ctrl+5"),
        ("surprise", "Surprise view", "U"),
        ("full_screen", "Full screen", "F11"),
        ("help", "This sheet", "F1"),
        ("manual", "The manual", "Shift+F1"),
        ("quit", "Quit", "Ctrl+Q"),
    ),
)


class Keymap(QObject):
    """The keys in force: defaults, and the user's own where set; `changed()` when one changes."""

    changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        own = settings.get(_SETTING, {}) if settings else {}
        known = {shortcut.name for shortcut in SHORTCUTS}
        self._own: dict[str, tuple[str, ...]] = {
            name: tuple(str(key) for key in keys)
            for name, keys in own.items()
            if name in known and isinstance(keys, list)
        }
        self._lookup: dict[str, str] = {}
        self._index()

    def keys(self, name: str) -> tuple[str, ...]:
        """Keys of action `name`."""
        return self._own.get(name, _DEFAULTS[name])

    def sequences(self, name: str) -> list[QKeySequence]:
        """Keys of action `name`, as QAction takes them."""
        return [QKeySequence(key) for key in self.keys(name)]

    def label(self, name: str) -> str:
        """First key of action `name` as the desktop writes it, "" where it has none."""
        keys = self.keys(name)
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def owner(self, key: str) -> str | None:
        """Name of the action that `key` means, or None."""
        return self._lookup.get(_portable(key))

    def is_default(self, name: str) -> bool:
        """Whether action `name` has the keys it came with."""
        return self.keys(name) == _DEFAULTS[name]

    def replace_key(self, name: str, place: int, key: str) -> None:
        """Put `key` in the place of one of the keys of `name`, or after them; others lose it."""
        keys = list(self.keys(name))
        keys[place : place + 1] = [key]
        self.set_keys(name, tuple(dict.fromkeys(keys)))

    def remove_key(self, name: str, place: int) -> None:
        """Take one of its keys from action `name`."""
        keys = self.keys(name)
        self.set_keys(name, keys[:place] + keys[place + 1 :])

    def set_keys(self, name: str, keys: tuple[str, ...]) -> None:
        """Give action `name` other keys; other actions lose them."""
        wanted = {_portable(key) for key in keys}
        for other in _DEFAULTS:
            if other != name and wanted & {_portable(key) for key in self.keys(other)}:
                self._own[other] = tuple(key for key in self.keys(other) if _portable(key) not in wanted)
        self._own[name] = keys
        self._changed()

    def reset(self) -> None:
        """Put the default keys back."""
        self._own.clear()
        self._changed()

    def action_of(self, combination: QKeyCombination) -> str | None:
        """Name of the action that a key press means, or None."""
        modifiers = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, combination.key()))
        return self._lookup.get(pressed.toString(QKeySequence.SequenceFormat.PortableText))

    def _changed(self) -> None:
        if self._settings:
            self._settings.set(_SETTING, {name: list(keys) for name, keys in self._own.items()})
        self._index()
        self.changed.emit()

    def _index(self) -> None:
        self._lookup = {_portable(key): name for name in _DEFAULTS for key in self.keys(name)}


_DEFAULTS: dict[str, tuple[str, ...]] = {shortcut.name: shortcut.keys for shortcut in SHORTCUTS}

# What stands on the sheet too, and cannot be changed.
FIXED: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "On the continuations",
        [
            ("Hear the next or the one before", "↓ ↑"),
            ("Insert", "Enter"),
            ("Insert its first bar only", "Shift+Enter"),
            ("Dismiss, or let go what is kept", "Del"),
        ],
    ),
    (
        "On the dials",
        [
            ("Turn", "← → or wheel"),
            ("Turn far", "PgUp PgDown"),
            ("Back to the middle", "Double click"),
        ],
    ),
    (
        "On the Data page",
        [
            ("Open the file in the grid", "Enter"),
            ("Choose several files", "Shift ↓ ↑"),
            ("What can be done about them", "Right click or Menu"),
            ("Remove the source", "Del"),
        ],
    ),
    (
        "Mouse in the grid",
        [
            ("Place or clear a hit", "Click"),
            ("Paint or clear along a row", "Drag"),
            ("Erase", "Right drag"),
            ("Velocity", "Wheel or vertical drag on a hit"),
            ("Select", "Shift drag"),
            ("Scroll", "Shift wheel"),
            ("Move the seam", "Drag it in the ruler"),
            ("Lock a bar, mark it for a fill", "Click in the ruler"),
            ("Menu of a row, a place, a card", "Right click"),
            ("Menu of the selection", "Right click on it"),
        ],
    ),
]

_BARE = (
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_unknown,
)  # fmt: skip


def pressed_key(combination: QKeyCombination, text: str) -> str:
    """A key press as the table writes it; "" for a modifier alone."""
    if combination.key() in _BARE or int(combination.key().value) == 0:
        return ""
    modifiers = combination.keyboardModifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if text.isprintable() and text.strip() and not text.isalpha():
        # Shift is what makes a sign of a key: the sign alone tells which was meant.
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(QKeyCombination(modifiers, combination.key())).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def written(key: str) -> str:
    """`key` as the desktop writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _portable(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
