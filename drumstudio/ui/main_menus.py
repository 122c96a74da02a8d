"""What stands in the menu bar of the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from drumstudio.domain.drums import DRUM_MAPS
from drumstudio.settings import Settings
from drumstudio.ui.clock_menu import ClockMenu
from drumstudio.ui.document import Document
from drumstudio.ui.drummer_panel import DrummerPanel
from drumstudio.ui.drumming import Drumming
from drumstudio.ui.file_actions import FileActions
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.humanise_strip import Humanising
from drumstudio.ui.kit.actions import KitActions
from drumstudio.ui.menus import Menus, fill_recent
from drumstudio.ui.output_menu import OutputMenu
from drumstudio.ui.pages import SEQUENCER, Pages
from drumstudio.ui.pattern_slots import PatternSlots
from drumstudio.ui.playing import Playing
from drumstudio.ui.recording import Recording
from drumstudio.ui.shortcuts import Keymap
from drumstudio.ui.sound_menu import SoundMenu
from drumstudio.ui.surprise_view import SurpriseView
from drumstudio.ui.transport_bar import TransportBar


class Shell(Protocol):
    """The window, as far as its menus need it: its parts, and what it does itself."""

    menus: Menus
    keymap: Keymap
    settings: Settings
    document: Document
    files: FileActions
    slots: PatternSlots
    grid: GridPanel
    drummer: DrummerPanel
    drumming: Drumming
    playing: Playing
    recording: Recording
    sounds: SoundMenu
    clocks: ClockMenu
    outputs: OutputMenu
    ekit: KitActions
    surprise: SurpriseView
    humanising: Humanising
    transport: TransportBar
    pages: Pages

    def close(self) -> bool:
        """Leave the program."""
        ...

    def dismiss(self) -> None:
        """What Esc does."""
        ...

    def set_theme(self, name: str) -> None:
        """Dress everything in a theme."""
        ...

    def set_drummer_shown(self, shown: bool) -> None:
        """Show the drummer's panel, or not."""
        ...

    def show_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        ...

    def show_history(self) -> None:
        """Open or close the list of what was done."""
        ...

    def show_help(self) -> None:
        """Open or close the sheet of keys."""
        ...

    def show_manual(self) -> None:
        """Open or close the manual."""
        ...

    def show_about(self) -> None:
        """Say what this is."""
        ...

    def open_models(self) -> None:
        """Show the folder of the user's models."""
        ...

    def export_wav(self) -> None:
        """Write a WAV file."""
        ...


class MainMenus(QObject):
    """Fills the menu bar, and the keys of what stands in no menu."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell, self._menus = shell, shell.menus
        self._file_menu()
        self._edit_menu()
        self._pattern_menu()
        self._drummer_menu()
        self._midi_menu()
        self._view_menu()
        self._help_menu()
        playing, transport = shell.playing, shell.transport
        for name, does in (
            ("to_start", playing.to_start),
            ("loop", playing.toggle_loop),
            ("click", playing.toggle_click),
            ("tap_tempo", transport.tap_tempo),
            ("tempo_up", partial(transport.tempo.change_by, 1)),
            ("tempo_down", partial(transport.tempo.change_by, -1)),
            ("dismiss", shell.dismiss),
        ):
            self._menus.add_hidden(name, does)

    def _in_sequencer(self, does: Callable[[], object]) -> Callable[[], object]:
        """`does`, with the sequencer brought to the front: what it changes is to be seen."""

        def shown() -> None:
            self._shell.pages.show_page(SEQUENCER)
            does()

        return shown

    def _file_menu(self) -> None:
        add, files = self._menus.add, self._shell.files
        menu = self._menus.menu("&File")
        add(menu, "&New", files.new, "new")
        add(menu, "&Open …", files.open, "open")
        self.recent = QMenu("Open &recent", menu)
        menu.addMenu(self.recent)
        add(menu, "Open the &demo beat", files.demo)
        menu.addSeparator()
        add(menu, "&Save", files.save, "save")
        add(menu, "Save &as …", files.save_as, "save_as")
        menu.addSeparator()
        add(menu, "&Import MIDI …", files.import_midi, "import_midi")
        add(menu, "&Export MIDI …", files.export_midi, "export_midi")
        add(menu, "Export &WAV …", self._shell.export_wav, "export_wav")
        menu.addSeparator()
        add(menu, "&Quit", self._shell.close, "quit")
        files.recent_changed.connect(self._show_recent)
        self._show_recent()

    def _show_recent(self) -> None:
        files = self._shell.files
        fill_recent(self.recent, files.recent(), files.open_path, files.clear_recent)

    def _edit_menu(self) -> None:
        menu, stack = self._menus.menu("&Edit"), self._shell.document.stack
        for action, name in (
            (stack.createUndoAction(menu, "&Undo"), "undo"),
            (stack.createRedoAction(menu, "&Redo"), "redo"),
        ):
            action.setShortcuts(self._shell.keymap.sequences(name))
            menu.addAction(action)
            self._menus.actions[name] = action
        self._menus.add(menu, "&History", self._shell.show_history, "history")
        menu.addSeparator()
        for text, name in (
            ("Cu&t", "cut"),
            ("&Copy", "copy"),
            ("&Paste", "paste"),
            ("&Duplicate", "duplicate"),
            ("De&lete", "delete"),
            ("Select &all", "select_all"),
        ):
            self._menus.add_grid(menu, text, name)

    def _pattern_menu(self) -> None:
        add, add_grid, slots = self._menus.add, self._menus.add_grid, self._shell.slots
        menu = self._menus.menu("&Pattern")
        add(menu, "&Add", slots.add_pattern)
        add(menu, "&Duplicate", slots.duplicate)
        add(menu, "&Clear", slots.clear)
        add(menu, "&Remove", slots.remove)
        menu.addSeparator()
        add(menu, "One bar &more", partial(slots.change_bars, 1))
        add(menu, "One bar l&ess", partial(slots.change_bars, -1))
        add(menu, "Dou&ble the length", slots.double)
        menu.addSeparator()
        add_grid(menu, "Put or remove the &seam", "seam")
        add_grid(menu, "Regenerate &from this bar", "regenerate")
        add_grid(menu, "Menu of the ro&w or selection", "row_menu")
        menu.addSeparator()
        add_grid(menu, "&Lock the row or selection", "lock")
        add_grid(menu, "Lock &this bar", "lock_bar")
        add_grid(menu, "Mark this bar for a f&ill", "fill_bar")
        add_grid(menu, "&Unlock everything", "unlock_all")
        menu.addSeparator()
        add(menu, "&Humanise …", self._in_sequencer(self._shell.humanising.begin), "humanise")
        menu.addSeparator()
        add(menu, "&Play or stop", self._shell.playing.toggle, "play")
        add(menu, "Rec&ord", self._shell.recording.toggle, "record")

    def _drummer_menu(self) -> None:
        add, drummer, drumming = self._menus.add, self._shell.drummer, self._shell.drumming
        cards = drummer.cards
        menu = self._menus.menu("&Drummer")
        here = self._in_sequencer
        add(menu, "&Continue", here(drummer.ask), "continue")
        add(menu, "C&omplete", here(drummer.ask_complete), "complete")
        add(menu, "Dress &taps", here(drummer.ask_dress), "dress")
        menu.addSeparator()
        add(menu, "&Next continuation", here(partial(cards.step_to, 1)), "next_candidate")
        add(menu, "&Previous continuation", here(partial(cards.step_to, -1)), "previous_candidate")
        add(menu, "&Insert the continuation", here(cards.insert_chosen), "insert")
        add(menu, "&Keep it, or let it go", here(cards.keep_chosen), "keep")
        add(menu, "&Dismiss all", drummer.forget)
        menu.addSeparator()
        add(menu, "&Look for models", drumming.look_for_models)
        add(menu, "Open the &models folder", self._shell.open_models)

    def _midi_menu(self) -> None:
        menu, shell = self._menus.menu("&MIDI"), self._shell
        kit = menu.addMenu("E-&kit")
        kit.aboutToShow.connect(partial(shell.ekit.fill, kit))
        clock = menu.addMenu("&Clock")
        clock.setToolTipsVisible(True)
        clock.aboutToShow.connect(partial(shell.clocks.fill, clock))
        output = menu.addMenu("O&utput")
        output.aboutToShow.connect(partial(shell.outputs.fill, output))
        fonts = menu.addMenu("&Soundfont")
        fonts.aboutToShow.connect(partial(shell.sounds.fill, fonts))
        maps = menu.addMenu("Export &map")
        options = [(drum_map.label, name) for name, drum_map in DRUM_MAPS.items()]
        self._menus.add_choice(maps, options, shell.files.drum_map().name, shell.files.set_drum_map)
        menu.addSeparator()
        self._menus.add(menu, "Look for &outputs again", shell.playing.rescan)
        self._menus.add(menu, "&Panic: silence everything", shell.playing.panic, "panic")

    def _view_menu(self) -> None:
        menu, shell, add_toggle = self._menus.menu("&View"), self._shell, self._menus.add_toggle
        for page, tab in shell.pages.tabs.items():
            self._menus.add(menu, tab.text(), partial(shell.pages.show_page, page), f"page_{page}")
        menu.addSeparator()
        setting = shell.settings.get
        names = [("Dark", "dark"), ("Light", "light"), ("As the system", "system")]
        self._menus.add_choice(menu, names, setting("theme", "dark"), shell.set_theme)
        menu.addSeparator()
        surprise: QAction = add_toggle(menu, "&Surprise view", False, shell.surprise.set_on, "surprise")
        shell.surprise.toggled.connect(surprise.setChecked)
        for text, name, does in (
            ("&Follow the playhead", "follow", shell.grid.set_follow),
            ("&Hear hits as they are placed", "audible_placing", shell.grid.set_audible_placing),
            ("&Drummer panel", "drummer_shown", shell.set_drummer_shown),
        ):
            on = setting(name, True)
            add_toggle(menu, text, on, partial(self._set, name, does))
            does(on)
        menu.addSeparator()
        self._menus.add(menu, "Full &screen", shell.show_full_screen, "full_screen")

    def _set(self, name: str, does: Callable[[bool], None], on: bool) -> None:
        self._shell.settings.set(name, on)
        does(on)

    def _help_menu(self) -> None:
        menu = self._menus.menu("&Help")
        self._menus.add(menu, "&Keys and mouse", self._shell.show_help, "help")
        self._menus.add(menu, "&Manual", self._shell.show_manual, "manual")
        self._menus.add(menu, "&About DrumStudio", self._shell.show_about)
