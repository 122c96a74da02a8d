"""The e-kit in the window: its picker and menu, what its strokes do here, and its windows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QMenu, QWidget

from drumstudio.app.kit.ekit import KitEvent, KitState, KitStroke
from drumstudio.app.kit.memory import Origin
from drumstudio.domain.drums import GRID_ROWS, Drum
from drumstudio.engine.facade import Engine, EngineEvent
from drumstudio.midi.kit_maps import KitMap, save_map
from drumstudio.midi.learning import with_note
from drumstudio.midi.lesson import Lesson
from drumstudio.midi.ports import is_electronic_kit, local_control_warning
from drumstudio.ui.banner import Banner
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.grid.panel import GridPanel
from drumstudio.ui.kit.sheet import KitSheet, call, input_label, kit_words, label_of
from drumstudio.ui.shortcuts import Keymap
from drumstudio.ui.transport_bar import TransportBar

_HEARD = "kit_through_output"
_PATIENCE_MS = 300  # until a note is said to mean no drum
_ORIGINS = {
    Origin.DEFAULT: "for want of a better one",
    Origin.NAME: "by its name",
    Origin.STRUCK: "by what was struck",
    Origin.CHOSEN: "as you chose",
}


class KitActions(QObject):
    """Carries what the kit tells to picker, grid and windows, and what the user wants to the kit.

    Signal: `told(Message)` for the banner, `hinted(str)` for the status bar.
    """

    told = Signal(object)
    hinted = Signal(str)

    def __init__(
        self,
        desk: Desk,
        engine: Engine,
        transport: TransportBar,
        grid: GridPanel,
        banner: Banner,
        keymap: Keymap,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._desk, self._engine, self._kit = desk, engine, desk.kit
        self._transport, self._grid, self._banner = transport, grid, banner
        self._keymap, self._window = keymap, window
        self._state = self._kit.state
        self._sheets: dict[str, KitSheet] = {}
        self._lessons: dict[str, Lesson] = {}
        self._asked: set[tuple[str, int]] = set()  # unmapped notes that the user was told of
        self._offered: set[str] = set()  # kits that the user was offered
        self._warned: set[str] = set()
        self.through_output = desk.settings.get(_HEARD, False)
        desk.bridge.kit_event.connect(self._on_event)
        desk.bridge.engine_event.connect(self._on_engine)
        transport.kit_picked.connect(self._kit.choose)
        transport.kit.more = self._fill_picker
        self._attend()  # a first look may have been over before anybody listened
        self._show()

    @property
    def sheets(self) -> tuple[KitSheet, ...]:
        """The windows that are open."""
        return tuple(self._sheets.values())

    # -- what is told

    def _on_event(self, event: KitEvent) -> None:
        if isinstance(event, KitState):
            self._take_state(event)
        else:
            self._take_stroke(event)

    def _on_engine(self, event: EngineEvent) -> None:
        if event is EngineEvent.PORTS:
            self._attend()
        elif event in (EngineEvent.OUTPUT, EngineEvent.CHOICES):
            self._mind_output()

    def _attend(self) -> None:
        if (ports := self._engine.ports()) is not None:
            self._kit.attend(ports)

    def _take_state(self, state: KitState) -> None:
        before, self._state = self._state, state
        for sheet in self.sheets:
            sheet.show_state(state)
        self._show()
        self._mind_output()
        if state.kit != before.kit and state.origin is Origin.STRUCK:
            self.hinted.emit(f"{input_label(state)} sends what {kit_words(state.kit)} does: it is read so")
        if state.maps is not None and before.maps is None and state.maps.problems:
            self.told.emit(Message(" ".join(state.maps.problems), "error"))
        named = state.status.name
        if (
            named != before.status.name
            and named
            and state.origin is Origin.DEFAULT
            and state.maps is not None
        ):
            text = f"{label_of(named)} is read as {state.kit.label}, until its pads are known."
            self.told.emit(Message(text, "note", (("Kit setup …", self.open_setup),)))
        self._offer()

    def _take_stroke(self, stroke: KitStroke) -> None:
        self._transport.kit.blink()
        if stroke.drum is not None:
            self._grid.flash(stroke.drum)
        elif "setup" not in self._sheets:
            # The stroke may just have told which kit it is.
            QTimer.singleShot(_PATIENCE_MS, self, partial(self._tell_unmapped, stroke.note))
        for sheet in self.sheets:
            sheet.take_stroke(stroke)

    def _show(self) -> None:
        state = self._state
        detail = f"Read as {state.kit.label}, {_ORIGINS[state.origin]}."
        warning = self._warning()
        self._transport.kit.show_inputs(
            state.inputs, state.status, " ".join(each for each in (detail, warning or "") if each)
        )

    def _offer(self) -> None:
        """Where no kit was ever chosen, offer one that is plugged in."""
        state = self._state
        if self._kit.was_chosen or state.maps is None:
            return
        for port in state.inputs:
            known = is_electronic_kit(port.name) or state.maps.named_by(port.name) is not None
            if known and port.name not in self._offered:
                self._offered.add(port.name)
                choices = (
                    ("Hear it", partial(self._kit.choose, port.name)),
                    ("Set it up …", partial(self._choose_and_set_up, port.name)),
                )
                self.told.emit(Message(f"{port.label} is plugged in. Is it your e-kit?", "note", choices))
                return

    def _choose_and_set_up(self, name: str) -> None:
        self._kit.choose(name)
        self.open_setup()

    # -- hearing the kit

    def set_through_output(self, on: bool) -> None:
        """Let the kit's strokes sound through the current output, or no longer; never on its own device."""
        self.through_output = on
        self._desk.settings.set(_HEARD, on)
        self._mind_output()

    def _warning(self) -> str | None:
        """A sentence where input and output are one device."""
        choice, name = self._engine.choice, self._state.status.name
        return local_control_warning(name, choice.name) if choice.kind == "midi" and name else None

    def _mind_output(self) -> None:
        warning = self._warning()
        self._kit.sound = self._engine.strike if self.through_output and warning is None else None
        if warning is not None and warning not in self._warned:
            self._warned.add(warning)
            self.told.emit(Message(warning))
        self._show()

    # -- notes without a drum

    def _tell_unmapped(self, note: int) -> None:
        name = self._state.status.name
        known = self._state.kit.drum_map.drum_of(note) is not None
        if known or (name, note) in self._asked or self._state.maps is None:
            return
        self._asked.add((name, note))
        choices = (
            ("Assign to …", partial(self._open_drums, note)),
            ("Kit setup …", self.open_setup),
        )
        text = f"Note {note} came from {label_of(name)} and means no drum."
        self.told.emit(Message(text, "note", choices))

    def drum_menu(self, note: int) -> QMenu:
        """The nine drums that `note` may be assigned to."""
        menu = QMenu(self._window)
        menu.setAccessibleName(f"Drum for note {note}")
        for drum in GRID_ROWS:
            menu.addAction(drum.label).triggered.connect(partial(self._assign, note, drum))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_drums(self, note: int) -> None:
        banner = self._banner
        corner = banner if banner.isVisible() else self._transport
        at = corner.mapToGlobal(QPoint(corner.width() - 240, corner.height()))
        self.drum_menu(note).popup(at)

    def _assign(self, note: int, drum: Drum, _checked: bool = False) -> None:
        state = self._state
        if state.maps is None or state.kit.drum_map.drum_of(note) is not None:
            return
        kit = with_note(state.kit, note, drum, state.status.name, state.maps)
        self._desk.background.run(lambda _: save_map(kit), partial(self._assigned, kit, note, drum))

    def _assigned(self, kit: KitMap, note: int, drum: Drum, _path: Path) -> None:
        self._kit.reload_maps()
        self._kit.use_map(kit.name)
        self.hinted.emit(f"Note {note} is {drum.label} from now on; saved in {kit.label}")

    # -- menus

    def _fill_picker(self, menu: QMenu) -> None:
        menu.addSeparator()
        self._fill(menu)

    def fill(self, menu: QMenu) -> None:
        """Put into `menu` what can be done with the kit."""
        menu.clear()
        self._fill(menu)

    def _fill(self, menu: QMenu) -> None:
        chosen = bool(self._state.status.name)
        for text, does in (
            ("Kit &setup …", self.open_setup),
            ("&Monitor", self.open_monitor),
            ("&Velocity curve …", self.open_curve),
            ("&Calibrate …", self.open_calibration),
        ):
            action = menu.addAction(text)
            action.triggered.connect(partial(call, does))
            action.setEnabled(chosen)
        maps = menu.addMenu("Ma&p")
        maps.setEnabled(chosen and self._state.maps is not None)
        self._fill_maps(maps)
        heard = menu.addAction("&Hear the kit through the output")
        heard.setCheckable(True)
        heard.setChecked(self.through_output)
        heard.toggled.connect(self.set_through_output)

    def _fill_maps(self, menu: QMenu) -> None:
        state = self._state
        chosen = state.origin is Origin.CHOSEN
        usual = "By its name and what is struck"
        own = menu.addAction(usual if chosen else f"{usual}: {state.kit.label}")
        own.setCheckable(True)
        own.setChecked(not chosen)
        own.triggered.connect(partial(self._use_map, ""))
        menu.addSeparator()
        for kit in state.maps.kits() if state.maps else ():
            action = menu.addAction(kit.label.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(chosen and kit.name == state.kit.name)
            action.triggered.connect(partial(self._use_map, kit.name))

    def _use_map(self, name: str, _checked: bool = False) -> None:
        self._kit.use_map(name)

    # -- windows

    def open_setup(self) -> None:
        """Learn the kit pad by pad, going on where that was left."""
        from drumstudio.ui.kit.wizard import KitWizard  # like all of these: not before the window shows

        lesson = self._lessons.setdefault(self._state.status.name, Lesson())
        self._open("setup", lambda: KitWizard(self._desk, self._keymap, lesson, self._window))

    def open_monitor(self) -> None:
        """Show what comes in."""
        from drumstudio.ui.kit.monitor import MonitorSheet

        self._open("monitor", lambda: MonitorSheet(self._desk, self._keymap, self._window))

    def open_curve(self) -> None:
        """Draw how hard strokes count."""
        from drumstudio.ui.kit.curve import CurveSheet

        self._open("curve", lambda: CurveSheet(self._desk, self._keymap, self._window))

    def open_calibration(self) -> None:
        """Measure how late the kit is."""
        from drumstudio.ui.kit.calibration import CalibrationSheet

        self._open(
            "calibration",
            lambda: CalibrationSheet(self._desk, self._engine, self._keymap, self._window),
        )

    def _open(self, name: str, make: Callable[[], KitSheet]) -> None:
        sheet = self._sheets.get(name)
        if sheet is None:
            sheet = self._sheets[name] = make()
            sheet.hinted.connect(self.hinted)
            sheet.finished.connect(partial(self._closed, name))
            sheet.show()
        else:
            sheet.raise_()
        sheet.activateWindow()

    def _closed(self, name: str, _result: int) -> None:
        del self._sheets[name]

    def close(self) -> None:
        """Close the windows."""
        for sheet in self.sheets:
            sheet.close()
