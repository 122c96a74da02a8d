"""FluidSynth's C library: pyfluidsynth's bindings, the few that it lacks, and quiet.

pyfluidsynth finds the library and declares its functions; what this program needs beyond that
(removal of sequencer events by source, float rendering, a bank's presets, the log functions) is
declared here after the FluidSynth 2 API reference.  Every call releases the GIL, but for the
look at the audio clock: under load it takes milliseconds to get it back, and the time read
afterwards would be that much late.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import io
import os
import sys
import threading
from ctypes import c_char_p, c_double, c_float, c_int, c_short, c_uint, c_void_p
from pathlib import Path
from typing import Any

from drumstudio.errors import AudioError
from drumstudio.log import LOGGER

_WAYS_OUT = {
    "linux": "install it with: sudo apt install libfluidsynth3 (Debian, Ubuntu), "
    "sudo dnf install fluidsynth-libs (Fedora) or sudo pacman -S fluidsynth (Arch)",
    "darwin": "install it with: brew install fluid-synth",
    "win32": r"unpack FluidSynth's official Windows zip into C:\tools\fluidsynth",
}

_LOG_CALLBACK = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)
# FluidSynth's levels: panic, error, warning; then information and debug, which nobody needs.
_PANIC_TO_WARNING, _CHATTER = (0, 1, 2), (3, 4)

# Result, then arguments, of the functions that pyfluidsynth does not declare.
_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "fluid_version_str": (c_char_p,),
    "fluid_set_log_function": (c_void_p, c_int, c_void_p, c_void_p),
    "fluid_settings_option_concat": (c_void_p, c_void_p, c_char_p, c_char_p),
    "fluid_free": (None, c_void_p),
    "fluid_sfont_iteration_start": (None, c_void_p),
    "fluid_sfont_iteration_next": (c_void_p, c_void_p),
    "fluid_preset_get_banknum": (c_int, c_void_p),
    "fluid_preset_get_num": (c_int, c_void_p),
    "fluid_synth_set_gain": (None, c_void_p, c_float),
    "fluid_synth_write_float": (c_int, c_void_p, c_int, c_void_p, c_int, c_int, c_void_p, c_int, c_int),
    "fluid_sequencer_remove_events": (None, c_void_p, c_short, c_short, c_int),
    "fluid_event_control_change": (None, c_void_p, c_int, c_short, c_int),
}
_HOMEBREW = Path("/opt/homebrew")


class Library:
    """FluidSynth's functions, as attributes under their C names; what it says goes to our log.

    `bindings` is the module pyfluidsynth.  Raises AttributeError where the library is too old
    to have a function that is needed.
    """

    def __init__(self, bindings: Any) -> None:
        self._bindings = bindings
        for name, (result, *arguments) in _PROTOTYPES.items():
            flags = ((f"argument{index}", kind, 1) for index, kind in enumerate(arguments))
            function = bindings.cfunc(name, result, *flags)
            if function is None:
                raise AttributeError(name)
            setattr(self, name, function)
        tick = ctypes.PyDLL(None, handle=bindings._fl._handle).fluid_sequencer_get_tick
        tick.restype, tick.argtypes = c_uint, [c_void_p]
        self.sequencer_tick = tick
        # The C side keeps only the pointer: the callback must live as long as the library.
        self._log_callback = _LOG_CALLBACK(self._said)
        self._route_log(ctypes.cast(self._log_callback, c_void_p))
        atexit.register(self._route_log, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bindings, name)

    def _route_log(self, target: c_void_p | None) -> None:
        for level in _PANIC_TO_WARNING:
            self.fluid_set_log_function(level, target, None)
        for level in _CHATTER:
            self.fluid_set_log_function(level, None, None)

    def _said(self, _level: int, message: bytes, _data: object) -> None:
        text = message.decode("utf-8", "replace")
        LOGGER.debug("FluidSynth: %s", text)

    @property
    def version(self) -> str:
        """FluidSynth's version, as "2.3.1"."""
        return str(self.fluid_version_str().decode())

    def set(self, settings: int, name: str, value: str | int | float) -> None:
        """Set one of FluidSynth's settings; a setting this build does not know is left out."""
        key = name.encode()
        if isinstance(value, str):
            self.fluid_settings_setstr(settings, key, value.encode())
        elif isinstance(value, int):
            self.fluid_settings_setint(settings, key, value)
        else:
            self.fluid_settings_setnum(settings, key, value)

    def number(self, settings: int, name: str) -> float:
        """Value of a setting that is a number, whole or not."""
        real, whole = c_double(), c_int()
        if self.fluid_settings_getnum(settings, name.encode(), ctypes.byref(real)) == 0:
            return real.value
        self.fluid_settings_getint(settings, name.encode(), ctypes.byref(whole))
        return float(whole.value)

    def audio_drivers(self, settings: int) -> tuple[str, ...]:
        """Names of the audio drivers this FluidSynth was built with."""
        pointer = self.fluid_settings_option_concat(settings, b"audio.driver", b",")
        if not pointer:
            return ()
        text = ctypes.string_at(pointer).decode()
        self.fluid_free(pointer)
        return tuple(text.split(","))


_lock = threading.Lock()
_loaded: list[Library] = []


def find_library() -> Library:
    """FluidSynth's library, loaded once.

    Raises AudioError with the way to install it when there is none, or it is older than 2.
    """
    with _lock:
        if not _loaded:
            _loaded.append(_found())
            _hush_audio_libraries()
        return _loaded[0]


def _found() -> Library:
    if sys.platform == "darwin" and _HOMEBREW.is_dir():
        # A Python that is not Homebrew's own looks there only when told.
        os.environ.setdefault("HOMEBREW_PREFIX", str(_HOMEBREW))
    try:
        # pyfluidsynth may print what it found; standard output belongs to results.
        with contextlib.redirect_stdout(io.StringIO()):
            return Library(importlib.import_module("fluidsynth"))
    except (ImportError, OSError, AttributeError, TypeError) as error:
        LOGGER.debug("FluidSynth cannot be loaded: %s", error)
        way_out = _WAYS_OUT.get(sys.platform, _WAYS_OUT["linux"])
        raise AudioError(f"FluidSynth, which makes the sound, is not installed: {way_out}") from error


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, c_char_p, c_int, c_char_p, c_int, c_char_p)
_JACK_HANDLER = ctypes.CFUNCTYPE(None, c_char_p)
_ignore_alsa = _ALSA_HANDLER(lambda *_: None)
_ignore_jack = _JACK_HANDLER(lambda *_: None)


def _hush_audio_libraries() -> None:
    """Keep ALSA and JACK, which FluidSynth opens, from writing to stderr by themselves, and JACK's
    clients from starting a server, which would seize the sound card and have a voice of its own."""
    if not sys.platform.startswith("linux"):
        return
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    for name, function, handler in (
        ("libasound.so.2", "snd_lib_error_set_handler", _ignore_alsa),
        ("libjack.so.0", "jack_set_error_function", _ignore_jack),
        ("libjack.so.0", "jack_set_info_function", _ignore_jack),
    ):
        try:
            getattr(ctypes.CDLL(name), function)(handler)
        except (OSError, AttributeError) as error:
            LOGGER.debug("%s keeps its messages: %s", name, error)
