"""The built-in synth as an output: events placed by FluidSynth's own audio-clocked sequencer.

A note started from a Python thread begins with the next audio period, many milliseconds of
jitter whatever Python does.  So events are handed over ahead of time, stamped with the block of
64 frames in which they belong; the audio thread itself starts them.  A kit that answers the
fine-start controller begins them on the very frame.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from drumstudio.domain.drums import GENERAL_MIDI
from drumstudio.engine.fluid_clock import FrameClock
from drumstudio.engine.fluid_library import Library, find_library
from drumstudio.engine.fluid_synth import (
    BLOCK,
    FINE_START,
    GATE,
    RATE,
    Kit,
    Setting,
    Synth,
    Turns,
    measured_gain,
)
from drumstudio.engine.jack_probe import running_server
from drumstudio.engine.outputs import Click, Event, OutputState, OutputStatus, Strike
from drumstudio.engine.soundfonts import studio_kit
from drumstudio.errors import AudioError
from drumstudio.log import LOGGER

# Chooses the audio driver ("file" plays into DRUMSTUDIO_AUDIO_FILE, in real time, without a card).
DRIVER_VARIABLE = "DRUMSTUDIO_AUDIO_DRIVER"
FILE_VARIABLE = "DRUMSTUDIO_AUDIO_FILE"

# Metronome: General MIDI's high and low wood block, which nearly every bank has.
CLICK_ACCENT, CLICK_BEAT = 76, 77
CLICK_VELOCITY = {True: 110, False: 85}

NAME = "Built-in synth"
_DRIVERS = {
    # Where a JACK server runs, it holds the card.
    "linux": ("jack", "pipewire", "pulseaudio", "alsa"),
    "darwin": ("coreaudio",),
    "win32": ("wasapi", "dsound", "waveout"),
}
_PERIOD, _PERIODS = 256, 4
# The file driver keeps time in whole milliseconds: 441 frames are exactly ten.
_FILE_PERIOD = 441
# Looks at the audio clock: quick ones before the first event, then this far apart on average.
# Each waits a different time, lest the looks keep step with the audio periods and always see
# the same part of them.
_FIRST_LOOKS, _FIRST_LOOK = 200, 0.001
_LOOK = 0.01
_GOLDEN = 0.6180339887498949
_FIRST_SOUND = 5.0
# A device that renders nothing for so long is gone; then it is tried again this often.
_STANDSTILL, _RETRY = 2.0, 2.0
# Sources stamp sequencer events so that each stroke can be taken back by itself; 16 bits signed.
_SOURCES = range(100, 32000)
_ANY = -1


class _DeviceStoppedError(AudioError):
    """The audio device played and plays no more: its server ended, or it was unplugged."""


@dataclass(slots=True)
class _Voice:
    """What the sequencer still holds of a stroke: its due time and the stamps of its events."""

    due: float
    on: int
    off: int
    note: int


class _Player:
    """A synth with sequencer and audio driver, and the maths between moments and blocks.

    Made, polled and closed by the output's own thread; `schedule` and `cancel` are called under
    the output's lock.
    """

    def __init__(self, library: Library, driver: str, settings: dict[str, Setting]) -> None:
        self.library = library
        self.driver_name = driver
        self.synth = Synth(library, {**settings, "audio.driver": driver})
        self.sequencer = library.new_fluid_sequencer2(0)
        self.dest = library.fluid_sequencer_register_fluidsynth(self.sequencer, self.synth.handle)
        self.driver: int | None = None
        self.kit: Kit | None = None
        self.event = library.new_fluid_event()
        self.clock = FrameClock(float(RATE), int(settings["audio.period-size"]))
        self.latency = 0.0
        self._moved = (0, 0.0)  # the audio clock's last reading that differed, and when
        self._held: deque[_Voice] = deque()
        self._turns = Turns()
        self._sources = itertools.cycle(_SOURCES)

    def start(self) -> bool:
        """Open the audio device; False when it cannot be had."""
        self.driver = self.library.new_fluid_audio_driver(self.synth.settings, self.synth.handle)
        if not self.driver:
            return False
        settings = self.synth.settings
        rate = self.library.number(settings, "synth.sample-rate")
        size = int(self.library.number(settings, "audio.period-size"))
        periods = (
            1 if self.driver_name in ("jack", "file") else self.library.number(settings, "audio.periods")
        )
        self.clock = FrameClock(rate, size)
        self.latency = (periods + 1) * size / rate
        return True

    def observe(self) -> bool:
        """Read the audio clock; False while nothing was rendered yet.

        The sequencer tells milliseconds, cut down to whole ones; blocks last longer than one,
        so the block they mean is certain.
        """
        before = time.perf_counter()
        ticks = self.library.sequencer_tick(self.sequencer)
        now = time.perf_counter()
        if not ticks:
            return False
        if ticks != self._moved[0]:
            self._moved = ticks, now
        block = -int(-ticks * self.clock.rate // (1000 * BLOCK))
        self.clock.observe(now, block * BLOCK, now - before)
        return True

    @property
    def stopped(self) -> bool:
        """Whether the audio clock has stood still for too long."""
        return time.perf_counter() - self._moved[1] > _STANDSTILL

    def _tick(self, block: int) -> int:
        return int(block * BLOCK * 1000 / self.clock.rate)

    def _send(self, source: int, block: int) -> None:
        self.library.fluid_event_set_source(self.event, source)
        self.library.fluid_event_set_dest(self.event, self.dest)
        self.library.fluid_sequencer_send_at(self.sequencer, self.event, max(0, self._tick(block)), 1)

    def schedule(self, note: int, velocity: int, due: float) -> None:
        """Put a stroke into the sequencer, its note-off with it."""
        kit = self.kit
        if kit is None:
            return
        now = time.perf_counter()
        frame = round(self.clock.frame_at(max(due, now)))
        block, wait = kit.placed(frame)
        note = self._turns.take(kit, note)
        channel = kit.channel(note)
        while self._held and self._held[0].due < now - GATE:
            self._held.popleft()
        # Of a drum struck again, the note-off before would end the newer stroke.
        for held in self._held:
            if held.note == note and held.due <= due:
                self._remove(held.off)
        voice = _Voice(due, next(self._sources), next(self._sources), note)
        self._held.append(voice)
        library, event = self.library, self.event
        if kit.traits.fine:
            # Within one block the sequencer sends notes after everything else.
            library.fluid_event_control_change(event, channel, FINE_START, self._kit_frames(wait))
            self._send(voice.on, block)
        library.fluid_event_noteon(event, channel, note, velocity)
        self._send(voice.on, block)
        library.fluid_event_noteoff(event, channel, note)
        self._send(voice.off, block + round(GATE * self.clock.rate / BLOCK))

    def _kit_frames(self, wait: int) -> int:
        return round(wait * RATE / self.clock.rate)

    def _remove(self, source: int) -> None:
        self.library.fluid_sequencer_remove_events(self.sequencer, source, _ANY, _ANY)

    def cancel(self, after: float) -> None:
        """Take back the strokes due at `after` or later."""
        kept = deque(voice for voice in self._held if voice.due < after)
        if len(kept) != len(self._held):
            for voice in self._held:
                if voice.due >= after:
                    self._remove(voice.on)
                    # Of one that sounds already the note-off stays.
                    if voice.due > time.perf_counter():
                        self._remove(voice.off)
            self._held = kept

    def silence(self) -> None:
        """Forget everything and cut every voice off."""
        self._held.clear()
        self.library.fluid_sequencer_remove_events(self.sequencer, _ANY, _ANY, _ANY)
        self.library.fluid_synth_all_sounds_off(self.synth.handle, _ANY)

    def close(self) -> None:
        """Free everything, the driver first; no call follows."""
        if self.driver:
            self.library.delete_fluid_audio_driver(self.driver)
        self.library.delete_fluid_sequencer(self.sequencer)
        self.library.delete_fluid_event(self.event)
        self.synth.close()


class FluidOutput:
    """Output into FluidSynth: see `Output`.

    Library, soundfont and audio device are opened on a thread of its own, which then reads the
    audio clock; until `status` says READY, events go nowhere.  Whatever is missing leaves the
    status FAILED with a sentence.  `soundfont` is None for the shipped kit; `driver` is one of
    FluidSynth's audio drivers, None for the first that opens.
    """

    def __init__(self, soundfont: Path | None = None, driver: str | None = None) -> None:
        self._soundfont = soundfont or studio_kit()
        self._driver = driver or os.environ.get(DRIVER_VARIABLE) or None
        self._lock = threading.Lock()
        self._player: _Player | None = None
        self._level = 1.0
        self._status = OutputStatus(NAME, OutputState.STARTING)
        self._wishes: SimpleQueue[Path | None] = SimpleQueue()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fluid-output", daemon=True)
        self._thread.start()

    # -- Output -------------------------------------------------------------------------------

    @property
    def status(self) -> OutputStatus:
        """How the synth is doing."""
        return self._status

    def schedule(self, event: Event, due: float) -> None:
        """Sound `event` at `due`, at once when that is past; strokes and clicks are all it knows."""
        if isinstance(event, Click):
            note, velocity = (CLICK_ACCENT if event.accent else CLICK_BEAT), CLICK_VELOCITY[event.accent]
        elif isinstance(event, Strike):
            note, velocity = GENERAL_MIDI.note_of(event.drum), event.velocity
        else:
            return
        with self._lock:
            if self._player is not None:
                self._player.schedule(note, velocity, due)

    def cancel(self, after: float) -> None:
        """Forget every scheduled event due at `after` or later that has not sounded."""
        with self._lock:
            if self._player is not None:
                self._player.cancel(after)

    def panic(self) -> None:
        """Forget everything scheduled and silence everything that sounds."""
        with self._lock:
            if self._player is not None:
                self._player.silence()

    def set_level(self, level: float) -> None:
        """Set the master level, 0 to 1; the gain is its square, which the ear finds even."""
        with self._lock:
            self._level = min(1.0, max(0.0, level))
            self._apply_level()

    def close(self) -> None:
        """Silence and release; waits two seconds at most for a device that hangs."""
        self._wishes.put(None)
        self._thread.join(2.0)
        if self._thread.is_alive():
            LOGGER.warning("the audio device does not close; it is left behind")

    # -- more than an Output --------------------------------------------------------------------

    @property
    def soundfont(self) -> Path:
        """The soundfont that plays, or shall play first."""
        return self._soundfont

    def set_soundfont(self, path: Path | None) -> None:
        """Play `path` (None for the shipped kit) from now on; returns at once.

        A file that will not do leaves the old one playing, and `status.message` says why.
        """
        self._settled.clear()
        self._wishes.put(path or studio_kit())

    def wait_ready(self, timeout: float = 10.0) -> bool:
        """Wait until the output plays or has failed, and the last soundfont is in or refused.

        False when `timeout` seconds were not enough; for programs without a window.
        """
        return self._settled.wait(timeout)

    # -- the output's own thread ------------------------------------------------------------------

    def _apply_level(self) -> None:
        if self._player is not None and self._player.kit is not None:
            self._player.synth.set_gain(self._player.kit.gain * self._level**2)

    def _run(self) -> None:
        try:
            player: _Player | None = self._open()
            while player is not None:
                player = self._resumed() if self._lost(player) else None
        except AudioError as error:
            self._status = OutputStatus(NAME, OutputState.FAILED, str(error))
            LOGGER.info("%s", error)
            self._settled.set()

    def _lost(self, player: _Player) -> bool:
        """Play through `player` and free it; whether that ended with the loss of its device."""
        try:
            self._play(player)
        except _DeviceStoppedError as error:
            self._status = OutputStatus(NAME, OutputState.MISSING, str(error))
            LOGGER.info("%s", error)
            return True
        finally:
            with self._lock:
                self._player = None
            player.close()
        return False

    def _resumed(self) -> _Player | None:
        """Wait for a device to come back; None when told to close."""
        while True:
            with contextlib.suppress(Empty):
                wish = self._wishes.get(timeout=_RETRY)
                if wish is None:
                    return None
                self._soundfont = wish
                self._settled.set()
            try:
                return self._open()
            except AudioError as error:
                LOGGER.debug("%s", error)

    def _open(self) -> _Player:
        library = find_library()
        names = [self._driver] if self._driver else self._drivers_to_try(library)
        gain = measured_gain(library, self._soundfont)
        for name in names:
            settings = _audio_settings(name)
            if settings is None:
                continue
            player = _Player(library, name, settings)
            try:
                player.kit = replace(player.synth.load(self._soundfont), gain=gain)
                opened = player.start()
            except AudioError:
                player.close()
                raise
            if opened:
                return player
            player.close()
        raise AudioError(
            f"no sound device could be opened (tried {', '.join(names)}): connect one or close the program "
            "that holds it, then choose the built-in synth again"
        )

    @staticmethod
    def _drivers_to_try(library: Library) -> list[str]:
        settings = library.new_fluid_settings()
        built_in = library.audio_drivers(settings)
        library.delete_fluid_settings(settings)
        return [name for name in _DRIVERS.get(sys.platform, _DRIVERS["linux"]) if name in built_in]

    def _play(self, player: _Player) -> None:
        deadline = time.perf_counter() + _FIRST_SOUND
        while not player.observe():
            if time.perf_counter() > deadline:
                raise AudioError(
                    f"the sound device opened through {player.driver_name} does not run; choose another"
                )
            time.sleep(_FIRST_LOOK)
        looks = itertools.count()
        for look in itertools.islice(looks, _FIRST_LOOKS):
            time.sleep(_uneven(_FIRST_LOOK, look))
            player.observe()
        with self._lock:
            self._player = player
            self._apply_level()
        self._announce(player)
        self._settled.set()
        while True:
            try:
                wish = self._wishes.get(timeout=_uneven(_LOOK, next(looks)))
            except Empty:
                player.observe()
                if player.stopped:
                    raise _DeviceStoppedError(
                        f"the sound device opened through {player.driver_name} has stopped; "
                        "it is taken up again when it is back"
                    ) from None
                continue
            if wish is None:
                return
            self._change_kit(player, wish)
            if self._wishes.empty():
                self._settled.set()

    def _announce(self, player: _Player, message: str = "") -> None:
        detail = f"{player.clock.rate / 1000:g} kHz, {player.latency * 1000:.1f} ms"
        self._status = OutputStatus(NAME, OutputState.READY, message, detail, player.latency)

    def _change_kit(self, player: _Player, path: Path) -> None:
        old = player.kit
        try:
            gain = measured_gain(player.library, path)
            kit = replace(player.synth.load(path), gain=gain)
        except AudioError as error:
            self._announce(player, f"{error}; {self._soundfont.name} stays")
            return
        with self._lock:
            player.kit = kit
            self._apply_level()
        self._soundfont = path
        if old is not None:
            player.synth.unload(old)
        self._announce(player)


def _uneven(mean: float, index: int) -> float:
    """Times between half and one and a half of `mean`, spread evenly by the golden ratio."""
    return mean * (0.5 + index * _GOLDEN % 1.0)


def _audio_settings(driver: str) -> dict[str, Setting] | None:
    """FluidSynth's settings for `driver`, None where it is known not to work.

    Periods of 5.8 ms, four of them ahead, where nobody else decides.
    """
    settings: dict[str, Setting] = {"audio.period-size": _PERIOD, "audio.periods": _PERIODS}
    if driver == "file":
        target = os.environ.get(FILE_VARIABLE) or str(Path(tempfile.gettempdir()) / "drumstudio-audio.wav")
        settings |= {
            "audio.period-size": _FILE_PERIOD,
            "audio.file.name": target,
            "audio.file.type": "wav",
            "audio.file.format": "s16",
        }
    elif driver == "jack":
        server = running_server()
        if server is None:
            return None
        settings |= {
            "synth.sample-rate": float(server.rate),
            "audio.period-size": server.period,
            "audio.jack.id": "DrumStudio",
            "audio.jack.autoconnect": 1,
        }
    elif sys.platform == "win32":
        settings |= {"audio.period-size": 512, "audio.periods": 8}
    return settings
