"""What the program remembers between starts, apart from projects: one small JSON file."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from drumstudio import paths
from drumstudio.log import LOGGER


class Settings:
    """Named values with defaults, written at once when one changes.

    A damaged or unwritable file costs the remembered values, never the start.  Any thread may
    read and set.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or paths.user_config() / "settings.json"
        self._values: dict[str, Any] = {}
        self._guard = threading.Lock()
        try:
            loaded = json.loads(self._path.read_text("utf-8"))
            if isinstance(loaded, dict):
                self._values = loaded
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            LOGGER.warning("settings in %s start afresh: %s", self._path, error)

    def get(self, name: str, default: Any = None) -> Any:
        """Value of `name`, or `default` when unset or of another type than `default`."""
        value = self._values.get(name, default)
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, name: str, value: Any) -> None:
        """Remember `value` (anything JSON can hold)."""
        with self._guard:
            if self._values.get(name) == value and name in self._values:
                return
            self._values[name] = value
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                temporary = self._path.with_suffix(".tmp")
                temporary.write_text(json.dumps(self._values, indent=1), "utf-8")
                temporary.replace(self._path)
            except OSError as error:
                LOGGER.warning("settings cannot be kept in %s: %s", self._path, error)
