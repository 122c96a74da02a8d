"""Whether a JACK server runs, and at which rate: asked before FluidSynth connects to it.

FluidSynth would start a server of its own where none runs, which takes seconds and seizes the
sound card; and it follows the server's sample rate without telling.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

from drumstudio.log import LOGGER

_NO_START_SERVER = 0x01


@dataclass(frozen=True, slots=True)
class JackServer:
    """A running server: frames a second, frames a period."""

    rate: int
    period: int


def running_server() -> JackServer | None:
    """The JACK server that runs now, or None; never starts one."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        jack = ctypes.CDLL("libjack.so.0")
        jack.jack_client_open.restype = ctypes.c_void_p
        jack.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
        for name in ("jack_get_sample_rate", "jack_get_buffer_size", "jack_client_close"):
            getattr(jack, name).argtypes = [ctypes.c_void_p]
    except (OSError, AttributeError) as error:
        LOGGER.debug("no JACK here: %s", error)
        return None
    status = ctypes.c_int()
    client = jack.jack_client_open(b"DrumStudio probe", _NO_START_SERVER, ctypes.byref(status))
    if not client:
        return None
    server = JackServer(int(jack.jack_get_sample_rate(client)), int(jack.jack_get_buffer_size(client)))
    jack.jack_client_close(client)
    return server
