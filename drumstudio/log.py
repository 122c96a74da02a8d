"""One logger for the whole program."""

from __future__ import annotations

import logging
import sys

LOGGER = logging.getLogger("drumstudio")


def configure(debug: bool = False) -> None:
    """Send the program's log to stderr: warnings only, everything with `debug`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.DEBUG if debug else logging.WARNING)
    LOGGER.propagate = False
