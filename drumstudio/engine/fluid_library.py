"""FluidSynth's C library: finding it, its prototypes, and keeping it quiet.

Bound here with ctypes rather than through a wrapper package, because what this program needs
most (sequencer events with a source, removal by source, float rendering, the log functions) is
what wrappers leave out, and because a missing library must be a sentence, not an import error.
Prototypes follow the FluidSynth 2 API reference; every call releases the GIL.
"""

from __future__ import annotations

import atexit
import ctypes
import ctypes.util
import os
import sys
import threading
from collections.abc import Iterator
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_short, c_uint, c_void_p
from pathlib import Path
from typing import Any

from drumstudio.errors import AudioError
from drumstudio.log import LOGGER

# A path here is used instead of looking for the library.
LIBRARY_VARIABLE = "DRUMSTUDIO_FLUIDSYNTH"

_WAYS_OUT = {
    "linux": "install it with: sudo apt install libfluidsynth3 (Debian, Ubuntu), "
    "sudo dnf install fluidsynth-libs (Fedora) or sudo pacman -S fluidsynth (Arch)",
    "darwin": "install it with: brew install fluid-synth",
    "win32": r"unpack FluidSynth's official Windows zip into C:\tools\fluidsynth",
}

_LOG_CALLBACK = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)
_PANIC_TO_WARNING, _CHATTER = (0, 1, 2), (3, 4)

# Result, then arguments, of every function used.
_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "fluid_version_str": (c_char_p,),
    "fluid_set_log_function": (c_void_p, c_int, c_void_p, c_void_p),
    "new_fluid_settings": (c_void_p,),
    "delete_fluid_settings": (None, c_void_p),
    "fluid_settings_setstr": (c_int, c_void_p, c_char_p, c_char_p),
    "fluid_settings_setint": (c_int, c_void_p, c_char_p, c_int),
    "fluid_settings_setnum": (c_int, c_void_p, c_char_p, c_double),
    "fluid_settings_getnum": (c_int, c_void_p, c_char_p, POINTER(c_double)),
    "fluid_settings_getint": (c_int, c_void_p, c_char_p, POINTER(c_int)),
    "fluid_settings_option_concat": (c_void_p, c_void_p, c_char_p, c_char_p),
    "fluid_free": (None, c_void_p),
    "new_fluid_synth": (c_void_p, c_void_p),
    "delete_fluid_synth": (None, c_void_p),
    "fluid_synth_sfload": (c_int, c_void_p, c_char_p, c_int),
    "fluid_synth_sfunload": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_get_sfont_by_id": (c_void_p, c_void_p, c_int),
    "fluid_sfont_iteration_start": (None, c_void_p),
    "fluid_sfont_iteration_next": (c_void_p, c_void_p),
    "fluid_preset_get_banknum": (c_int, c_void_p),
    "fluid_preset_get_num": (c_int, c_void_p),
    "fluid_synth_program_select": (c_int, c_void_p, c_int, c_int, c_int, c_int),
    "fluid_synth_noteon": (c_int, c_void_p, c_int, c_int, c_int),
    "fluid_synth_noteoff": (c_int, c_void_p, c_int, c_int),
    "fluid_synth_cc": (c_int, c_void_p, c_int, c_int, c_int),
    "fluid_synth_all_sounds_off": (c_int, c_void_p, c_int),
    "fluid_synth_set_gain": (None, c_void_p, c_float),
    "fluid_synth_get_active_voice_count": (c_int, c_void_p),
    "fluid_synth_write_float": (c_int, c_void_p, c_int, c_void_p, c_int, c_int, c_void_p, c_int, c_int),
    "new_fluid_audio_driver": (c_void_p, c_void_p, c_void_p),
    "delete_fluid_audio_driver": (None, c_void_p),
    "new_fluid_sequencer2": (c_void_p, c_int),
    "delete_fluid_sequencer": (None, c_void_p),
    "fluid_sequencer_register_fluidsynth": (c_short, c_void_p, c_void_p),
    "fluid_sequencer_get_tick": (c_uint, c_void_p),
    "fluid_sequencer_send_at": (c_int, c_void_p, c_void_p, c_uint, c_int),
    "fluid_sequencer_remove_events": (None, c_void_p, c_short, c_short, c_int),
    "new_fluid_event": (c_void_p,),
    "delete_fluid_event": (None, c_void_p),
    "fluid_event_set_source": (None, c_void_p, c_short),
    "fluid_event_set_dest": (None, c_void_p, c_short),
    "fluid_event_noteon": (None, c_void_p, c_int, c_short, c_short),
    "fluid_event_noteoff": (None, c_void_p, c_int, c_short),
    "fluid_event_control_change": (None, c_void_p, c_int, c_short, c_int),
}


class Library:
    """FluidSynth's functions, as attributes under their C names; what it says goes to our log."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._library = ctypes.CDLL(path)
        for name, (result, *arguments) in _PROTOTYPES.items():
            function = getattr(self._library, name)
            function.restype = result
            function.argtypes = arguments
            setattr(self, name, function)
        # The C side keeps only the pointer: the callback must live as long as the library.
        self._log_callback = _LOG_CALLBACK(self._said)
        self._route_log(ctypes.cast(self._log_callback, c_void_p))
        atexit.register(self._route_log, None)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name} is not among the prototypes of FluidSynth")

    def _route_log(self, target: c_void_p | None) -> None:
        for level in _PANIC_TO_WARNING:
            self._library.fluid_set_log_function(level, target, None)
        for level in _CHATTER:
            self._library.fluid_set_log_function(level, None, None)

    def _said(self, _level: int, message: bytes, _data: object) -> None:
        text = message.decode("utf-8", "replace")
        LOGGER.debug("FluidSynth: %s", text)

    @property
    def version(self) -> str:
        """FluidSynth's version, as "2.3.1"."""
        return str(self._library.fluid_version_str().decode())

    def set(self, settings: int, name: str, value: str | int | float) -> None:
        """Set one of FluidSynth's settings; a setting this build does not know is left out."""
        key = name.encode()
        if isinstance(value, str):
            self._library.fluid_settings_setstr(settings, key, value.encode())
        elif isinstance(value, int):
            self._library.fluid_settings_setint(settings, key, value)
        else:
            self._library.fluid_settings_setnum(settings, key, value)

    def number(self, settings: int, name: str) -> float:
        """Value of a setting that is a number, whole or not."""
        real, whole = c_double(), c_int()
        if self._library.fluid_settings_getnum(settings, name.encode(), real) == 0:
            return real.value
        self._library.fluid_settings_getint(settings, name.encode(), whole)
        return float(whole.value)

    def audio_drivers(self, settings: int) -> tuple[str, ...]:
        """Names of the audio drivers this FluidSynth was built with."""
        pointer = self._library.fluid_settings_option_concat(settings, b"audio.driver", b",")
        if not pointer:
            return ()
        text = ctypes.string_at(pointer).decode()
        self._library.fluid_free(pointer)
        return tuple(text.split(","))


_lock = threading.Lock()
_loaded: dict[str, Library] = {}


def _candidates() -> Iterator[str]:
    for name in ("fluidsynth", "fluidsynth-3", "libfluidsynth-3", "libfluidsynth"):
        found = ctypes.util.find_library(name)
        if found:
            yield found
    if sys.platform == "darwin":
        # A Python that is not Homebrew's own looks in neither of these.
        for folder in ("/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"):
            yield f"{folder}/libfluidsynth.dylib"
    elif sys.platform == "win32":
        for folder in (r"C:\tools\fluidsynth\bin", r"C:\Program Files\FluidSynth\bin", sys.prefix):
            yield from map(str, sorted(Path(folder).glob("*fluidsynth*.dll")))
    else:
        yield "libfluidsynth.so.3"


def find_library() -> Library:
    """FluidSynth's library, loaded once.

    Raises AudioError with the way to install it when there is none, or it is older than 2.
    """
    wanted = os.environ.get(LIBRARY_VARIABLE)
    with _lock:
        if (wanted or "") in _loaded:
            return _loaded[wanted or ""]
        for path in [wanted] if wanted else _candidates():
            try:
                library = Library(path)
            except (OSError, AttributeError) as error:
                LOGGER.debug("FluidSynth is not %s: %s", path, error)
                continue
            _hush_audio_libraries()
            _loaded[wanted or ""] = library
            return library
    where = f" at {wanted}" if wanted else ""
    way_out = _WAYS_OUT.get(sys.platform, _WAYS_OUT["linux"])
    raise AudioError(f"FluidSynth, which makes the sound, is not installed{where}: {way_out}")


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, c_char_p, c_int, c_char_p, c_int, c_char_p)
_JACK_HANDLER = ctypes.CFUNCTYPE(None, c_char_p)
_ignore_alsa = _ALSA_HANDLER(lambda *_: None)
_ignore_jack = _JACK_HANDLER(lambda *_: None)


def _hush_audio_libraries() -> None:
    """Keep ALSA and JACK, which FluidSynth opens, from writing to stderr by themselves."""
    if not sys.platform.startswith("linux"):
        return
    for name, function, handler in (
        ("libasound.so.2", "snd_lib_error_set_handler", _ignore_alsa),
        ("libjack.so.0", "jack_set_error_function", _ignore_jack),
        ("libjack.so.0", "jack_set_info_function", _ignore_jack),
    ):
        try:
            getattr(ctypes.CDLL(name), function)(handler)
        except (OSError, AttributeError) as error:
            LOGGER.debug("%s keeps its messages: %s", name, error)
