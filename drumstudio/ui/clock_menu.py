"""MIDI clock in the window: sent to the output, or followed from an input, whose tempo the bar then shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from drumstudio.app.kit.ekit import KitEvent, KitState
from drumstudio.app.takes.hearing import HeardPort
from drumstudio.engine.facade import ClockState, Engine, EngineEvent
from drumstudio.midi.ports import Port, same_device
from drumstudio.ui.desk import Desk
from drumstudio.ui.file_actions import Message
from drumstudio.ui.transport_bar import TransportBar

KIT = "@kit"  # in the settings: whatever input the e-kit is
_SEND, _FROM = "clock_send", "clock_from"


class ClockMenu(QObject):
    """Carries the user's choice of clocks to the engine, now and at the next start, and shows what comes in.

    An input other than the e-kit's is heard by a listener of its own.
    """

    def __init__(self, desk: Desk, engine: Engine, transport: TransportBar, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._engine, self._transport = desk, engine, transport
        self._from = ""
        self._unlisten: Callable[[], None] = _nothing
        self._port: HeardPort | None = None
        self._state: ClockState | None = None
        desk.bridge.engine_event.connect(self._on_engine)
        desk.bridge.kit_event.connect(self._on_kit)

    def begin(self) -> None:
        """Take up what was chosen the last time."""
        self._engine.set_clock(self.sends)
        self._take_up(self._desk.settings.get(_FROM, ""))

    def close(self) -> None:
        """Let go of the input."""
        self._unlisten()
        if self._port is not None:
            self._port.close()
            self._port = None

    @property
    def sends(self) -> bool:
        """Whether clock goes to the output."""
        return bool(self._desk.settings.get(_SEND, False))

    def set_sends(self, on: bool) -> None:
        """Send clock to the output, or none."""
        self._desk.settings.set(_SEND, on)
        self._engine.set_clock(on)
        self._mind_loop()

    def follow(self, source: str) -> None:
        """Follow the clock of the input called `source`, of the e-kit's (`KIT`), or with "" of none."""
        self._desk.settings.set(_FROM, source)
        if source != self._from:
            self._take_up(source)
        self._mind_loop()

    def fill(self, menu: QMenu) -> None:
        """Put the choices into `menu`."""
        menu.clear()
        send = menu.addAction("&Send to the output")
        send.setCheckable(True)
        send.setChecked(self.sends)
        send.setToolTip("Clock, start, stop, continue and song position, so that other machines play along")
        send.toggled.connect(self.set_sends)
        menu.addSeparator()
        menu.addAction("Follow the clock of").setEnabled(False)
        ports = self._engine.ports()
        inputs = list(ports.inputs if ports else ())
        if self._from not in ("", KIT, *(port.name for port in inputs)):
            inputs.append(Port(self._from, ""))
        kit = self._desk.kit.status.name
        options = [("Nobody: the project's tempo counts", ""), ("The e-kit's input", KIT)]
        options += [(_label(port, port.api == ""), port.name) for port in inputs if port.name != kit]
        group = QActionGroup(menu)
        for label, source in options:
            action = menu.addAction(label.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(source == self._from)
            action.triggered.connect(partial(self._picked, source))
            group.addAction(action)

    def _picked(self, source: str, _checked: bool = False) -> None:
        self.follow(source)

    def _take_up(self, source: str) -> None:
        self._unlisten()
        self._unlisten, port, self._port = _nothing, self._port, None
        if port is not None:
            self._desk.background.run(lambda _: port.close(), _ignore)
        self._from = source
        if source == KIT:
            self._unlisten = self._desk.kit.listen(self._engine.hear)
            self._engine.follow(self._desk.kit.status.name)
        elif source:
            inputs = self._inputs()
            self._desk.background.run(lambda _: HeardPort(source, inputs), partial(self._opened, source))
            self._engine.follow(source)
        else:
            self._engine.follow(None)

    def _opened(self, source: str, port: HeardPort) -> None:
        if source != self._from or self._port is not None:
            self._desk.background.run(lambda _: port.close(), _ignore)
            return
        self._port = port
        self._unlisten = port.listen(self._engine.hear)
        self._attend()

    def _inputs(self) -> tuple[Port, ...]:
        ports = self._engine.ports()
        return ports.inputs if ports else ()

    def _attend(self) -> None:
        port, inputs = self._port, self._inputs()
        if port is not None:
            self._desk.background.run(lambda _: port.attend(inputs), _ignore)

    def _on_kit(self, event: KitEvent) -> None:
        if isinstance(event, KitState) and self._from == KIT:
            self._engine.follow(event.status.name)

    def _on_engine(self, event: EngineEvent) -> None:
        if event is EngineEvent.PORTS:
            self._attend()
        elif event is EngineEvent.EXTERNAL:
            self._show()

    def _show(self) -> None:
        before, state = self._state, self._engine.external
        self._state = state
        self._transport.show_external(state)
        if state is None or before is None or state.source != before.source:
            return
        if state.lost and not before.lost:
            then = f"; playing goes on at {state.qpm:.1f}" if self._engine.playing and state.qpm else ""
            self._desk.told.emit(Message(f"The clock of {state.source} is lost{then}."))
        elif before.lost and not state.lost:
            self._desk.hinted.emit(f"The clock of {state.source} is back")

    def _mind_loop(self) -> None:
        """Say why the device that is followed gets no clock."""
        choice = self._engine.choice
        source = self._desk.kit.status.name if self._from == KIT else self._from
        if self.sends and choice.kind == "midi" and same_device(source, choice.name):
            self._desk.told.emit(
                Message(
                    f"No clock goes to {choice.label or choice.name}, as its own is followed: it would echo."
                )
            )


def _label(port: Port, missing: bool) -> str:
    return f"missing: {port.label}" if missing else port.label


def _nothing() -> None:
    pass


def _ignore(_result: object) -> None:
    pass
